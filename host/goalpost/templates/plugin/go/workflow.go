// The workflow {{name}}: drives one turn by spawning agents.
package main

import (
	"goalpost"
	"goalpost/agents"
	"goalpost/progress"
	"goalpost/workflow"
)

func init() {
	workflow.Export(goalpost.Info{
		Name:    "{{name}}",
		Version: "0.1.0",
		Summary: "An agent plans, and another builds",
	}, run)
}

func main() {} // Never called: a component is a library.

func run(turn goalpost.Turn, _ struct{}) (goalpost.TurnSummary, error) {
	progress.Phase("plan")
	plan, err := finish(agents.Request{
		Label:    "planner",
		Prompt:   "Plan this, and change nothing:\n\n" + turn.Prompt,
		ReadOnly: true,
	})
	if err != nil {
		return goalpost.TurnSummary{}, err
	}
	progress.Phase("build")
	built, err := finish(agents.Request{Label: "builder", Prompt: turn.Prompt + "\n\nA plan:\n" + plan})
	if err != nil {
		return goalpost.TurnSummary{}, err
	}
	progress.SetResult(built)
	return goalpost.TurnSummary{Text: "planned and built"}, nil
}

// finish gives what an agent said at its end.
func finish(request agents.Request) (string, error) {
	run, err := agents.Spawn(request)
	if err != nil {
		return "", err
	}
	output, err := run.Wait()
	return output.Text, err
}
