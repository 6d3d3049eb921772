// Calls every function of the interfaces that only a workflow may import, and says what came of it.
package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"goalpost"
	"goalpost/agents"
	"goalpost/progress"
	"goalpost/workflow"
)

func init() {
	workflow.Export(goalpost.Info{
		Name:    "agents",
		Version: "0.1.0",
		Summary: "Calls all that only a workflow may call",
	}, run)
}

func main() {}

// must gives what the host answered.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func run(goalpost.Turn, struct{}) (goalpost.TurnSummary, error) {
	progress.SetResult("overwritten")
	progress.Phase("ask")
	first := must(agents.Spawn(agents.Request{Label: "one", Prompt: "First.", Agent: "coder", ReadOnly: true}))
	second := must(agents.Spawn(agents.Request{Label: "two", Prompt: "Second."}))
	var ended []string
	for run := range agents.AsTheyEnd(first, second) {
		ended = append(ended, run.Label())
	}
	slices.Sort(ended)
	cancelled := must(agents.Spawn(agents.Request{
		Label:     "three",
		Prompt:    "Third.",
		Model:     "small",
		MaxTokens: 1000,
		Timeout:   time.Minute,
	}))
	must(cancelled.Wait())
	cancelled.Cancel()
	opinion := must(agents.Review(agents.ReviewRequest{
		Label:    "reader",
		Subject:  "A text.",
		Criteria: "It is short.",
		Agent:    "coder",
	}))
	budget := progress.Budget()
	_, unavailable := agents.Spawn(agents.Request{Label: "four", Prompt: "Fourth.", Agent: "nobody"})
	_, failed := must(agents.Spawn(agents.Request{Label: "five", Prompt: "Fifth."})).Wait()

	is, said, code := first.Done(), must(first.Wait()).Text, *must(second.Wait()).ExitCode
	progress.SetResult(strings.Join([]string{
		fmt.Sprintf("agents: %s %t %s %d", strings.Join(ended, ", "), is, said, code),
		fmt.Sprintf("review: %s %s", opinion.Outcome, opinion.Feedback),
		fmt.Sprintf("budget: %t %t %d", budget.Total != nil, budget.Remaining != nil, budget.Spent),
		unavailable.Error(),
		failed.Error(),
	}, "\n"))
	return goalpost.TurnSummary{Text: "asked for everything"}, nil
}
