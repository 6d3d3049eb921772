package host

import (
	"goalpost"
	wit "goalpost/internal/wit/goalpost_plugin_types"
)

// The words of the contract's enumerations, in its order.
var (
	Severities = []goalpost.Severity{
		goalpost.SeverityInfo, goalpost.SeverityWarning, goalpost.SeverityError, goalpost.SeverityCritical,
	}
	ChangeKinds = []goalpost.ChangeKind{
		goalpost.ChangeAdded, goalpost.ChangeModified, goalpost.ChangeDeleted, goalpost.ChangeRenamed,
		goalpost.ChangeTypeChanged,
	}
	TamperKinds = []goalpost.TamperKind{
		goalpost.TamperEdited, goalpost.TamperDeleted, goalpost.TamperAdded, goalpost.TamperRenamed,
		goalpost.TamperTypeChanged, goalpost.TamperRedirected,
	}
	GateStatuses = []goalpost.GateStatus{
		goalpost.GatePassed, goalpost.GateFailed, goalpost.GateTimedOut, goalpost.GateRefused, goalpost.GateNotRun,
		goalpost.GateInconclusive,
	}
	Outcomes = []goalpost.Outcome{
		goalpost.OutcomeSatisfied, goalpost.OutcomeUnsatisfied, goalpost.OutcomeBlocked, goalpost.OutcomeInconclusive,
		goalpost.OutcomeAbstain,
	}
)

// UsageOf converts a count of tokens and money.
func UsageOf(usage wit.Usage) goalpost.Usage {
	return goalpost.Usage{
		InputTokens:  usage.InputTokens,
		OutputTokens: usage.OutputTokens,
		CachedTokens: usage.CachedTokens,
		MicroUSD:     To(usage.MicroUsd),
	}
}

// ToolCallOf converts a call of a tool.
func ToolCallOf(call wit.ToolCall) goalpost.ToolCall {
	return goalpost.ToolCall{Name: call.Name, Arguments: call.Arguments, OK: To(call.Ok)}
}

// ChangeOf converts a change.
func ChangeOf(change wit.Change) goalpost.Change {
	converted := goalpost.Change{
		Path:    change.Path,
		Kind:    ChangeKinds[change.Kind],
		OldPath: To(change.OldPath),
	}
	if lines := To(change.Lines); lines != nil {
		converted.Lines = &goalpost.LineCount{Added: lines.Added, Removed: lines.Removed}
	}
	return converted
}

// GateReportOf converts a gate's report.
func GateReportOf(report wit.GateReport) goalpost.GateReport {
	converted := goalpost.GateReport{
		Name:            report.Name,
		Required:        report.Required,
		Status:          GateStatuses[report.Status],
		Summary:         report.Summary,
		ExitCode:        To(report.ExitCode),
		Output:          report.Output,
		OutputTruncated: report.OutputTruncated,
		DurationMs:      report.DurationMs,
		Findings:        Map(report.Findings, findingOf),
	}
	if tests := To(report.Tests); tests != nil {
		converted.Tests = testsOf(*tests)
	}
	return converted
}

func findingOf(finding wit.Finding) goalpost.Finding {
	return goalpost.Finding{
		Severity: Severities[finding.Severity],
		Code:     Or(finding.Code),
		Path:     Or(finding.Path),
		Line:     Or(finding.Line),
		Message:  finding.Message,
		Evidence: Or(finding.Evidence),
	}
}

func testsOf(tests wit.TestSummary) *goalpost.TestSummary {
	failure := func(failure wit.TestFailure) goalpost.TestFailure {
		return goalpost.TestFailure{Name: failure.Name, Message: failure.Message}
	}
	return &goalpost.TestSummary{
		Format:       tests.Format,
		Passed:       tests.Passed,
		Failed:       tests.Failed,
		Skipped:      tests.Skipped,
		Failures:     Map(tests.Failures, failure),
		Missing:      tests.Missing,
		NewlySkipped: tests.NewlySkipped,
	}
}
