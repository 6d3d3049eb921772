// Repeats in its own words what the gates said: the judge that every SDK has, and that must answer the same in each.
package main

import (
	"fmt"
	"strings"

	"goalpost"
	"goalpost/evaluator"
)

func init() {
	evaluator.Export(goalpost.Info{
		Name:    "pass-through",
		Version: "0.1.0",
		Summary: "Repeats what the required gates said",
	}, judge)
}

func main() {}

func judge(evidence goalpost.Evidence, _ struct{}) (goalpost.Verdict, error) {
	required, passed := 0, 0
	var reasons []string
	for _, gate := range evidence.Gates {
		if !gate.Required {
			continue
		}
		required++
		if gate.Passed() {
			passed++
		} else {
			reasons = append(reasons, fmt.Sprintf("gate `%s`: %s", gate.Name, gate.Status))
		}
	}
	if required == 0 {
		return goalpost.Abstain("there is no required gate"), nil
	}
	var findings []goalpost.Finding
	for _, tamper := range evidence.Tampering {
		findings = append(findings, goalpost.Finding{
			Severity: goalpost.SeverityWarning,
			Code:     "tampered",
			Path:     tamper.Path,
			Message:  tamper.Detail,
		})
		reasons = append(reasons, fmt.Sprintf("`%s` was tampered with", tamper.Path))
	}
	verdict := goalpost.Unsatisfied(strings.Join(reasons, "; "))
	if len(reasons) == 0 {
		verdict = goalpost.Satisfied(fmt.Sprintf("every required gate passed (%d)", required))
	}
	score := float64(passed) / float64(required)
	verdict.Findings, verdict.Score = findings, &score
	return verdict, nil
}
