// A model judges the diff against the user's rubric. Needs the grant llm.
package main

import (
	"fmt"
	"unicode/utf8"

	"goalpost"
	"goalpost/evaluator"
	"goalpost/llm"
)

type config struct {
	Rubric string `json:"rubric"`
}

const answerSchema = `{
	"type": "object",
	"required": ["met", "missing"],
	"additionalProperties": false,
	"properties": {"met": {"type": "boolean"}, "missing": {"type": "string"}}
}`

type answer struct {
	Met     bool   `json:"met"`
	Missing string `json:"missing"`
}

func init() {
	evaluator.Export(goalpost.Info{
		Name:    "rubric",
		Version: "0.1.0",
		Summary: "A model judges the diff against a rubric",
		ConfigSchema: `{
			"type": "object",
			"required": ["rubric"],
			"additionalProperties": false,
			"properties": {"rubric": {"type": "string", "minLength": 1}}
		}`,
	}, judge)
}

func main() {}

func judge(evidence goalpost.Evidence, config config) (goalpost.Verdict, error) {
	frame := goalpost.NewFrame(evidence.Digest).Add("diff", evidence.Diff)
	for _, gate := range evidence.Gates {
		frame.Add(fmt.Sprintf("gate %s, %s", gate.Name, gate.Status), last(gate.Output, 8000))
	}
	answer, err := llm.AskFor[answer](
		answerSchema,
		"You judge a change against a rubric. "+frame.Rule(),
		fmt.Sprintf("Rubric: %s\n\n%s\n\nIs the rubric met? If not, say what is missing.", config.Rubric, frame.Text()),
	)
	if err != nil {
		return goalpost.Verdict{}, err
	}
	if answer.Met {
		return goalpost.Satisfied("the rubric is met"), nil
	}
	return goalpost.Unsatisfied(answer.Missing), nil
}

// last gives the end of a gate's output, where it says what went wrong.
func last(text string, most int) string {
	from := max(len(text)-most, 0)
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return text[from:]
}
