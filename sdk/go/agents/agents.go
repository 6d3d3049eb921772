// Package agents spawns the user's agents in the workspace. Grant: agents; for workflows.
package agents

import (
	"iter"
	"slices"
	"time"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_agents"
	witTypes "goalpost/internal/wit/types"
)

// A Request says what an agent is to do.
type Request struct {
	Label     string // A short name for people, such as reviewer.
	Prompt    string
	Agent     string // One of the turn's agents; empty takes the first.
	Model     string // Empty leaves it to the agent.
	ReadOnly  bool   // The agent may not change the workspace.
	MaxTokens uint64 // Ends the run when it has spent so many; 0 for no limit of its own.
	Timeout   time.Duration
}

// An Output is what came of a run.
type Output struct {
	Text      string
	ExitCode  *int32
	ToolCalls []goalpost.ToolCall
	Usage     goalpost.Usage
	Duration  time.Duration
}

// A Run is a running or finished agent. It goes on whether or not the plugin keeps the Run, until Cancel or the turn's end.
type Run struct {
	run *wit.AgentRun
}

// kept has every run: the host cancels one that is dropped, and it is not for the collector to say when.
var kept []*wit.AgentRun

// Spawn starts an agent, and goes on. Errors are of kind unavailable or limit.
func Spawn(request Request) (*Run, error) {
	asked := wit.AgentRequest{
		Label:     host.Text(request.Label),
		Prompt:    host.Text(request.Prompt),
		Agent:     host.OptionalText(request.Agent),
		Model:     host.OptionalText(request.Model),
		ReadOnly:  request.ReadOnly,
		MaxTokens: host.Optional(request.MaxTokens),
		TimeoutMs: host.Milliseconds(request.Timeout),
	}
	run, err := host.Asked(func() witTypes.Result[*wit.AgentRun, wit.AgentError] { return wit.Spawn(asked) }, broke)
	if err != nil {
		return nil, err
	}
	kept = append(kept, run)
	return &Run{run}, nil
}

// Label is the request's.
func (run *Run) Label() string { return host.Call(run.run.Label) }

// Done says whether the run has ended.
func (run *Run) Done() bool { return host.Call(run.run.Done) }

// Wait waits for the end: the same answer however often it is asked. Errors are of kind failed, timed-out, cancelled,
// unavailable or limit.
func (run *Run) Wait() (Output, error) {
	output, err := host.Asked(run.run.Wait, broke)
	if err != nil {
		return Output{}, err
	}
	return Output{
		Text:      output.Text,
		ExitCode:  host.To(output.ExitCode),
		ToolCalls: host.Map(output.ToolCalls, host.ToolCallOf),
		Usage:     host.UsageOf(output.Usage),
		Duration:  time.Duration(output.DurationMs) * time.Millisecond,
	}, nil
}

// Cancel ends the run.
func (run *Run) Cancel() { run.run.Cancel() }

// AsTheyEnd gives the runs in the order in which they end.
func AsTheyEnd(runs ...*Run) iter.Seq[*Run] {
	return func(yield func(*Run) bool) {
		left := slices.Clone(runs)
		for len(left) > 0 {
			asked := host.Map(left, func(run *Run) *wit.AgentRun { return run.run })
			index := wit.WaitAny(asked).SomeOr(0)
			run := left[index]
			left = slices.Delete(left, int(index), int(index)+1)
			if !yield(run) {
				return
			}
		}
	}
}

// ReviewOutcome is what a reviewer concludes.
type ReviewOutcome string

// The outcomes.
const (
	Accepted         ReviewOutcome = "accepted"
	ChangesRequested ReviewOutcome = "changes-requested"
	Rejected         ReviewOutcome = "rejected"
)

var outcomes = []ReviewOutcome{Accepted, ChangesRequested, Rejected}

// A ReviewRequest says what is reviewed.
type ReviewRequest struct {
	Label    string
	Subject  string // Text, framed by the host as data.
	Criteria string // What it must satisfy.
	Agent    string // Empty takes the first.
}

// A ReviewResult is a reviewer's opinion.
type ReviewResult struct {
	Outcome  ReviewOutcome
	Feedback string
	Usage    goalpost.Usage
}

// Review has an agent review a text without the right to change anything. An answer that isn't a review asks for changes.
func Review(request ReviewRequest) (ReviewResult, error) {
	asked := wit.ReviewRequest{
		Label:    host.Text(request.Label),
		Subject:  host.Text(request.Subject),
		Criteria: host.Text(request.Criteria),
		Agent:    host.OptionalText(request.Agent),
	}
	review, err := host.Asked(func() witTypes.Result[wit.ReviewResult, wit.AgentError] { return wit.Review(asked) }, broke)
	if err != nil {
		return ReviewResult{}, err
	}
	return ReviewResult{outcomes[review.Outcome], review.Feedback, host.UsageOf(review.Usage)}, nil
}

func broke(err wit.AgentError) *goalpost.HostError {
	switch err.Tag() {
	case wit.AgentErrorUnavailable:
		return &goalpost.HostError{Kind: "unavailable", Detail: err.Unavailable()}
	case wit.AgentErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	case wit.AgentErrorFailed:
		return &goalpost.HostError{Kind: "failed", Detail: err.Failed()}
	case wit.AgentErrorTimedOut:
		return &goalpost.HostError{Kind: "timed-out"}
	default:
		return &goalpost.HostError{Kind: "cancelled"}
	}
}
