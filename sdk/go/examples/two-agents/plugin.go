// One agent builds, another reads over its shoulder, and the first hears of it. Needs the grant agents.
package main

import (
	"errors"
	"fmt"

	"goalpost"
	"goalpost/agents"
	"goalpost/progress"
	"goalpost/workflow"
)

func init() {
	workflow.Export(goalpost.Info{
		Name:    "two-agents",
		Version: "0.1.0",
		Summary: "An agent builds, another reviews, the first mends",
	}, run)
}

func main() {}

func run(turn goalpost.Turn, _ struct{}) (goalpost.TurnSummary, error) {
	var none goalpost.TurnSummary
	if len(turn.Agents) == 0 {
		return none, errors.New("the turn has no agents")
	}
	builder, reviewer := turn.Agents[0], turn.Agents[min(1, len(turn.Agents)-1)]
	progress.Phase("build")
	built, err := build(builder, turn.Prompt)
	if err != nil {
		return none, err
	}
	progress.Phase("review")
	opinion, err := agents.Review(agents.ReviewRequest{
		Label:    "reviewer",
		Subject:  built,
		Criteria: turn.Goal.Objective,
		Agent:    reviewer,
	})
	if err != nil {
		return none, err
	}
	if opinion.Outcome == agents.Rejected {
		return goalpost.TurnSummary{Text: "built, and the review was: rejected", Blocked: &opinion.Feedback}, nil
	}
	if opinion.Outcome != agents.Accepted {
		progress.Phase("mend")
		if _, err := build(builder, turn.Prompt+"\n\nA reviewer says:\n"+opinion.Feedback); err != nil {
			return none, err
		}
	}
	progress.SetResult(built)
	return goalpost.TurnSummary{Text: fmt.Sprintf("built, and the review was: %s", opinion.Outcome)}, nil
}

// build gives what the builder said at its end.
func build(agent, prompt string) (string, error) {
	run, err := agents.Spawn(agents.Request{Label: "builder", Prompt: prompt, Agent: agent})
	if err != nil {
		return "", err
	}
	output, err := run.Wait()
	return output.Text, err
}
