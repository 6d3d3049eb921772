// Package llm asks a language model. The endpoint and its key stay in the host. Grant: llm.
package llm

import (
	"encoding/json"
	"fmt"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_llm"
	witTypes "goalpost/internal/wit/types"
)

// A Message is a part of a conversation: the user's, or the model's own earlier words.
type Message struct {
	FromModel bool
	Content   string
}

// A Request is a question to a model.
type Request struct {
	Model       string // Empty takes the grant's first.
	System      string
	Messages    []Message
	MaxTokens   uint32   // The most tokens to answer with; 0 takes 2048.
	Temperature *float32 // None leaves it to the provider.
	Schema      string   // A JSON Schema that the answer must satisfy: the host checks it. Empty for none.
}

// StopReason says why an answer ended.
type StopReason string

// The reasons.
const (
	Finished  StopReason = "finished"
	MaxTokens StopReason = "max-tokens"
	Refused   StopReason = "refused"
)

var stops = []StopReason{Finished, MaxTokens, Refused}

// A Completion is a model's answer.
type Completion struct {
	Text  string
	Model string
	Stop  StopReason
	Usage goalpost.Usage
}

// Models are those granted, best first.
func Models() []string {
	return host.Call(wit.Models)
}

// Complete asks a model. Errors are of kind not-configured, model-not-granted, budget-exhausted, invalid-answer, provider or
// timeout.
func Complete(request Request) (Completion, error) {
	if request.MaxTokens == 0 {
		request.MaxTokens = 2048
	}
	asked := wit.Request{
		Model:  host.OptionalText(request.Model),
		System: host.OptionalText(request.System),
		Messages: host.Map(request.Messages, func(message Message) wit.Message {
			role := wit.RoleUser
			if message.FromModel {
				role = wit.RoleAssistant
			}
			return wit.Message{Role: role, Content: host.Text(message.Content)}
		}),
		MaxTokens:      request.MaxTokens,
		Temperature:    host.From(request.Temperature),
		ResponseSchema: host.OptionalText(request.Schema),
	}
	answer, err := host.Asked(func() witTypes.Result[wit.Completion, wit.LlmError] { return wit.Complete(asked) }, broke)
	if err != nil {
		return Completion{}, err
	}
	usage := host.UsageOf(answer.Usage)
	return Completion{Text: answer.Text, Model: answer.Model, Stop: stops[answer.Stop], Usage: usage}, nil
}

// Ask asks the grant's first model, at temperature 0, and gives its answer as text. One that was cut or refused is an error of
// kind max-tokens or refused: half an answer is none.
func Ask(system, prompt string) (string, error) {
	return whole(question(system, prompt, ""))
}

// AskFor asks as [Ask] does for an answer that satisfies a JSON Schema, and decodes it as [encoding/json] does.
func AskFor[T any](schema, system, prompt string) (T, error) {
	var decoded T
	text, err := whole(question(system, prompt, schema))
	if err != nil {
		return decoded, err
	}
	if err := json.Unmarshal([]byte(text), &decoded); err != nil {
		return decoded, fmt.Errorf("the model's answer: %w", err)
	}
	return decoded, nil
}

func whole(request Request) (string, error) {
	answer, err := Complete(request)
	if err != nil {
		return "", err
	}
	switch answer.Stop {
	case MaxTokens:
		return "", &goalpost.HostError{Kind: "max-tokens", Detail: "the model's answer was cut"}
	case Refused:
		return "", &goalpost.HostError{Kind: "refused", Detail: "the model would not answer"}
	}
	return answer.Text, nil
}

func question(system, prompt, schema string) Request {
	var exact float32
	return Request{System: system, Messages: []Message{{Content: prompt}}, Temperature: &exact, Schema: schema}
}

func broke(err wit.LlmError) *goalpost.HostError {
	switch err.Tag() {
	case wit.LlmErrorNotConfigured:
		return &goalpost.HostError{Kind: "not-configured", Detail: err.NotConfigured()}
	case wit.LlmErrorModelNotGranted:
		return &goalpost.HostError{Kind: "model-not-granted", Detail: err.ModelNotGranted()}
	case wit.LlmErrorBudgetExhausted:
		return &goalpost.HostError{Kind: "budget-exhausted", Detail: err.BudgetExhausted()}
	case wit.LlmErrorInvalidAnswer:
		return &goalpost.HostError{Kind: "invalid-answer", Detail: err.InvalidAnswer()}
	case wit.LlmErrorProvider:
		return &goalpost.HostError{Kind: "provider", Detail: err.Provider()}
	default:
		return &goalpost.HostError{Kind: "timeout"}
	}
}
