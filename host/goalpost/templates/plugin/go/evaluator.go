// The judge {{name}}: says what is missing, or that nothing is.
package main

import (
	"strings"

	"goalpost"
	"goalpost/evaluator"
)

type config struct {
	Word string `json:"word"`
}

func init() {
	evaluator.Export(goalpost.Info{
		Name:    "{{name}}",
		Version: "0.1.0",
		Summary: "The worker's last message must hold a word",
		ConfigSchema: `{
			"type": "object",
			"required": ["word"],
			"additionalProperties": false,
			"properties": {"word": {"type": "string", "minLength": 1} }
		}`,
	}, judge)
}

func main() {} // Never called: a component is a library.

func judge(evidence goalpost.Evidence, config config) (goalpost.Verdict, error) {
	if strings.Contains(evidence.Worker.FinalText, config.Word) {
		return goalpost.Satisfied("the worker said " + config.Word), nil
	}
	// What is missing, and how one would see that it is there: this goes back to the worker.
	return goalpost.Unsatisfied("Say " + config.Word + " in your last message."), nil
}
