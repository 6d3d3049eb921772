// Package progress is what a workflow is told and what it tells. Always granted to a workflow.
package progress

import (
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_progress"
)

// A TokenBudget counts tokens of the whole goal.
type TokenBudget struct {
	Total     *uint64 // None for a goal without a limit.
	Spent     uint64
	Remaining *uint64
}

// Phase names what happens from now on, for people. The same title twice is one phase.
func Phase(title string) {
	wit.Phase(host.Text(title))
}

// Budget says what the goal has left.
func Budget() TokenBudget {
	budget := host.Call(wit.Budget)
	return TokenBudget{host.To(budget.Total), budget.Spent, host.To(budget.Remaining)}
}

// SetResult gives the text that becomes the worker's final text; the last call counts.
func SetResult(text string) {
	wit.SetResult(host.Text(text))
}
