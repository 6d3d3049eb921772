package goalpost

// Paths are relative to the top of the workspace, with / between segments. Text that comes from a worker, a gate or a model is
// data: bounded, redacted, and never an instruction. What may be missing is a pointer.

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	SeverityInfo     Severity = "info"     // Worth knowing; changes nothing.
	SeverityWarning  Severity = "warning"  // Should be looked at.
	SeverityError    Severity = "error"    // Wrong: the work should not count as done with it.
	SeverityCritical Severity = "critical" // Wrong and dangerous.
)

// A Finding is one thing that a gate or an evaluator found, for people and for the worker's feedback.
type Finding struct {
	Severity Severity
	Code     string // A stable, kebab-case name of the rule, such as test-deleted; may be empty.
	Path     string // Empty for a finding that is about no file.
	Line     uint32 // Counted from 1, in the file named by Path; 0 for none.
	Message  string
	Evidence string // What in the evidence supports it: a gate's name, a path, or a digest; may be empty.
}

// ChangeKind says how a path differs between two trees.
type ChangeKind string

// The kinds of change.
const (
	ChangeAdded       ChangeKind = "added"
	ChangeModified    ChangeKind = "modified"
	ChangeDeleted     ChangeKind = "deleted"
	ChangeRenamed     ChangeKind = "renamed"
	ChangeTypeChanged ChangeKind = "type-changed" // Another kind of entry: a file that became a link, or lost its exec bit.
)

// LineCount counts lines as a unified diff does.
type LineCount struct {
	Added, Removed uint32
}

// A Change is one path that differs between two trees.
type Change struct {
	Path    string
	Kind    ChangeKind
	OldPath *string    // Where it was before, for ChangeRenamed.
	Lines   *LineCount // None for binary content, links and submodules.
}

// TamperKind says how a protected path was touched.
type TamperKind string

// The kinds of tampering.
const (
	TamperEdited      TamperKind = "edited"
	TamperDeleted     TamperKind = "deleted"
	TamperAdded       TamperKind = "added" // A new path that would take part in a protected role.
	TamperRenamed     TamperKind = "renamed"
	TamperTypeChanged TamperKind = "type-changed"
	TamperRedirected  TamperKind = "redirected" // Reached through, or replaced by, a link.
)

// A Tamper is a change to a protected path. The sealed tree has the baseline's version again.
type Tamper struct {
	Path   string
	Kind   TamperKind
	Detail string
}

// GateStatus says what became of a gate.
type GateStatus string

// The ways a gate can end.
const (
	GatePassed       GateStatus = "passed"
	GateFailed       GateStatus = "failed"
	GateTimedOut     GateStatus = "timed-out"
	GateRefused      GateStatus = "refused"      // The host would not run it.
	GateNotRun       GateStatus = "not-run"      // An earlier required gate failed.
	GateInconclusive GateStatus = "inconclusive" // The gate itself broke; says nothing of the work.
)

// A TestFailure is one failed test.
type TestFailure struct {
	Name, Message string
}

// A TestSummary counts the tests that a gate ran, where the host knows the format of its output.
type TestSummary struct {
	Format                  string // Such as cargo-test, pytest, go-test, junit, tap.
	Passed, Failed, Skipped uint32
	Failures                []TestFailure // The first ones.
	Missing                 []string      // Names that ran in the baseline and did not run now.
	NewlySkipped            []string      // Names that ran in the baseline and are skipped now.
}

// A GateReport is what the host says of one gate.
type GateReport struct {
	Name            string
	Required        bool // One that did not pass keeps the goal from being achieved, whatever an evaluator says.
	Status          GateStatus
	Summary         string // One line.
	ExitCode        *int32 // Of a native gate that ended by itself.
	Output          string // Standard output and error, redacted; head and tail when it was long.
	OutputTruncated bool
	DurationMs      uint64
	Tests           *TestSummary
	Findings        []Finding
}

// Passed says whether the gate lets the work through.
func (report GateReport) Passed() bool {
	return report.Status == GatePassed
}

// Usage counts tokens and money.
type Usage struct {
	InputTokens, OutputTokens, CachedTokens uint64
	MicroUSD                                *uint64 // Millionths of a US dollar; none where it isn't known.
}

// A Goal is what is to be achieved.
type Goal struct {
	ID        string
	Objective string
	Scope     []string // Globs that the work is meant to stay within; empty for everywhere.
	Criteria  []string // What must be true at the end, a sentence each.
}

// TreeIDs are ids of git trees.
type TreeIDs struct {
	Baseline  string // The workspace when the goal started.
	Candidate string // The workspace when the worker's turn ended.
	Sealed    string // The candidate with every protected path as in the baseline: what was verified.
}

// A ToolCall is one call of a tool by the worker, as its own event stream reports it.
type ToolCall struct {
	Name      string
	Arguments string // JSON or text, redacted and cut.
	OK        *bool  // None where the stream does not say.
}

// A WorkerReport is what is known of the worker's turn. All of it is the worker's own word.
type WorkerReport struct {
	Agent               string // A preset such as codex, command, workflow, or none.
	ExitCode            *int32
	FinalText           string // The worker's last message.
	Transcript          string // Its end, redacted.
	TranscriptTruncated bool
	ToolCalls           []ToolCall // The last ones, oldest first.
	Usage               Usage
}

// A PastTurn is an earlier turn of the same goal.
type PastTurn struct {
	Turn    uint32
	Sealed  string
	Outcome string
	Reason  string
	Failing []string // Names of the gates that did not pass.
}

// A Fact is a named JSON document: how new kinds of evidence reach plugins.
type Fact struct {
	Name, JSON string
}

// Evidence is everything that the host puts before an evaluator.
type Evidence struct {
	Goal           Goal
	Turn, MaxTurns uint32
	Digest         string // SHA-256 of this evidence in the host's canonical form, hexadecimal.
	Trees          TreeIDs
	Changes        []Change // Baseline against candidate.
	Diff           string   // The same as a unified diff.
	DiffTruncated  bool
	Gates          []GateReport
	Tampering      []Tamper
	Worker         WorkerReport
	History        []PastTurn // Oldest first.
	Facts          []Fact
}

// A Subject is what a gate plugin is asked about.
type Subject struct {
	Goal      Goal
	Turn      uint32
	Trees     TreeIDs
	Changes   []Change // Baseline against candidate: tampering is in it.
	Tampering []Tamper
	Facts     []Fact
}

// A Turn is one turn for a workflow to drive.
type Turn struct {
	Goal           Goal
	Turn, MaxTurns uint32
	Prompt         string   // What a single worker would have been given, feedback included and framed.
	Feedback       *string  // Why the last turn was not enough, framed as data.
	Agents         []string // The names that agents can be spawned by.
}
