package goalpost

// Info is what a plugin says of itself.
type Info struct {
	Name         string
	Version      string // Semantic version of the plugin.
	Summary      string // One line.
	ConfigSchema string // JSON Schema (2020-12) of the plugin's config; empty for a plugin that takes none.
}

// Outcome is what an evaluator concludes.
type Outcome string

// The outcomes.
const (
	OutcomeSatisfied    Outcome = "satisfied"
	OutcomeUnsatisfied  Outcome = "unsatisfied"
	OutcomeBlocked      Outcome = "blocked"
	OutcomeInconclusive Outcome = "inconclusive"
	OutcomeAbstain      Outcome = "abstain"
)

// A Verdict is an evaluator's answer. It can hold a goal back; it can't wave one through.
type Verdict struct {
	Outcome    Outcome
	Reason     string
	Findings   []Finding
	Score      *float64 // 0 to 1, and brought into that range.
	Confidence *float64 // 0 to 1, and brought into that range.
}

// Satisfied says that nothing is missing.
func Satisfied(reason string) Verdict { return Verdict{Outcome: OutcomeSatisfied, Reason: reason} }

// Unsatisfied says that something is missing. The reason is what the worker is told: what is missing, and how one would see
// that it is there.
func Unsatisfied(reason string) Verdict { return Verdict{Outcome: OutcomeUnsatisfied, Reason: reason} }

// Blocked says that the goal can't be reached as it stands: a person must act.
func Blocked(reason string) Verdict { return Verdict{Outcome: OutcomeBlocked, Reason: reason} }

// Inconclusive says that the judge could not tell, for a reason that is not the work's.
func Inconclusive(reason string) Verdict {
	return Verdict{Outcome: OutcomeInconclusive, Reason: reason}
}

// Abstain says that this is not the judge's business: it counts for nothing.
func Abstain(reason string) Verdict { return Verdict{Outcome: OutcomeAbstain, Reason: reason} }

// A GateResult is what a gate plugin answers.
type GateResult struct {
	Passed   bool
	Summary  string // One line.
	Findings []Finding
	Output   string // Longer text for people and for the worker's feedback; may be empty.
	Tests    *TestSummary
}

// Passed lets the work through.
func Passed(summary string) GateResult { return GateResult{Passed: true, Summary: summary} }

// Failed does not.
func Failed(summary string) GateResult { return GateResult{Summary: summary} }

// A TurnSummary says how a workflow ended its turn.
type TurnSummary struct {
	Text    string  // What was done, for people and evaluators.
	Blocked *string // Why the goal can't be reached as it stands; none when the work is ready to be verified.
}
