package plugin

import (
	"fmt"
	"math"
	"slices"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_types"
	witTypes "goalpost/internal/wit/types"
)

var text = host.Text

func verdictTo(verdict goalpost.Verdict) (wit.Verdict, error) {
	outcome, err := number("an outcome", host.Outcomes, verdict.Outcome)
	if err != nil {
		return wit.Verdict{}, err
	}
	findings, err := findingsTo(verdict.Findings)
	return wit.Verdict{
		Outcome:    outcome,
		Reason:     text(verdict.Reason),
		Findings:   findings,
		Score:      unit(verdict.Score),
		Confidence: unit(verdict.Confidence),
	}, err
}

func gateResultTo(result goalpost.GateResult) (wit.GateResult, error) {
	findings, err := findingsTo(result.Findings)
	converted := wit.GateResult{
		Passed:   result.Passed,
		Summary:  text(result.Summary),
		Findings: findings,
		Output:   text(result.Output),
		Tests:    witTypes.None[wit.TestSummary](),
	}
	if result.Tests != nil {
		converted.Tests = witTypes.Some(testsTo(*result.Tests))
	}
	return converted, err
}

func summaryTo(summary goalpost.TurnSummary) wit.TurnSummary {
	end := wit.MakeTurnEndFinished()
	if summary.Blocked != nil {
		end = wit.MakeTurnEndBlocked(text(*summary.Blocked))
	}
	return wit.TurnSummary{End: end, Text: text(summary.Text)}
}

func findingsTo(findings []goalpost.Finding) ([]wit.Finding, error) {
	converted := make([]wit.Finding, len(findings))
	for i, finding := range findings {
		severity, err := number("a severity", host.Severities, finding.Severity)
		if err != nil {
			return nil, err
		}
		converted[i] = wit.Finding{
			Severity: severity,
			Code:     host.OptionalText(finding.Code),
			Path:     host.OptionalText(finding.Path),
			Line:     host.Optional(finding.Line),
			Message:  text(finding.Message),
			Evidence: host.OptionalText(finding.Evidence),
		}
	}
	return converted, nil
}

func testsTo(tests goalpost.TestSummary) wit.TestSummary {
	failure := func(failure goalpost.TestFailure) wit.TestFailure {
		return wit.TestFailure{Name: text(failure.Name), Message: text(failure.Message)}
	}
	return wit.TestSummary{
		Format:       text(tests.Format),
		Passed:       tests.Passed,
		Failed:       tests.Failed,
		Skipped:      tests.Skipped,
		Failures:     host.Map(tests.Failures, failure),
		Missing:      host.Texts(tests.Missing),
		NewlySkipped: host.Texts(tests.NewlySkipped),
	}
}

// number is a word's place among the words of its enumeration.
func number[W ~string](what string, words []W, word W) (uint8, error) {
	place := slices.Index(words, word)
	if place < 0 {
		return 0, fmt.Errorf("%q is not %s: one of %q is", string(word), what, words)
	}
	return uint8(place), nil
}

// unit brings a number into the range that the host takes; what is no number is left out.
func unit(number *float64) witTypes.Option[float64] {
	if number == nil || math.IsNaN(*number) {
		return witTypes.None[float64]()
	}
	return witTypes.Some(min(max(*number, 0), 1))
}
