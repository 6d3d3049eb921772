// The gate {{name}}: a check on the sealed tree.
package main

import (
	"fmt"

	"goalpost"
	"goalpost/gate"
	"goalpost/tree"
)

type config struct {
	Most uint64 `json:"most"`
}

func init() {
	gate.Export(goalpost.Info{
		Name:    "{{name}}",
		Version: "0.1.0",
		Summary: "Changed files stay small",
		ConfigSchema: `{
			"type": "object",
			"required": ["most"],
			"additionalProperties": false,
			"properties": {"most": {"type": "integer", "minimum": 1} }
		}`,
	}, check)
}

func main() {} // Never called: a component is a library.

func check(subject goalpost.Subject, config config) (goalpost.GateResult, error) {
	var findings []goalpost.Finding
	for _, change := range subject.Changes {
		entry, there, err := tree.Sealed().Find(change.Path)
		if err != nil {
			return goalpost.GateResult{}, err
		}
		if there && entry.Size > config.Most {
			findings = append(findings, goalpost.Finding{
				Severity: goalpost.SeverityError,
				Code:     "large-file",
				Path:     change.Path,
				Message:  fmt.Sprintf("it has %d bytes", entry.Size),
			})
		}
	}
	if len(findings) == 0 {
		return goalpost.Passed("every changed file is small"), nil
	}
	result := goalpost.Failed(fmt.Sprintf("%d files have more than %d bytes", len(findings), config.Most))
	result.Findings = findings
	return result, nil
}
