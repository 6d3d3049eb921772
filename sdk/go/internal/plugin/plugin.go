// Package plugin is what a component exports: the author's function, between the records of the bindings and those of the SDK.
package plugin

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"goalpost"
	info "goalpost/internal/wit/goalpost_plugin_plugin_info"
	wit "goalpost/internal/wit/goalpost_plugin_types"
	witTypes "goalpost/internal/wit/types"
)

var (
	about    *goalpost.Info
	evaluate func(wit.Evidence) (wit.Verdict, error)
	check    func(wit.Subject) (wit.GateResult, error)
	run      func(wit.Turn) (wit.TurnSummary, error)
)

func describe(told goalpost.Info) {
	if about != nil {
		panic(fmt.Sprintf("one component is one plugin: %s is one already, and %s another", about.Name, told.Name))
	}
	about = &told
}

// Evaluator makes a function what the component exports.
func Evaluator[C any](told goalpost.Info, function func(goalpost.Evidence, C) (goalpost.Verdict, error)) {
	describe(told)
	evaluate = func(evidence wit.Evidence) (wit.Verdict, error) {
		config, err := configOf[C](evidence.Config)
		if err != nil {
			return wit.Verdict{}, err
		}
		verdict, err := function(evidenceOf(evidence), config)
		if err != nil {
			return wit.Verdict{}, err
		}
		return verdictTo(verdict)
	}
}

// Gate makes a function what the component exports.
func Gate[C any](told goalpost.Info, function func(goalpost.Subject, C) (goalpost.GateResult, error)) {
	describe(told)
	check = func(subject wit.Subject) (wit.GateResult, error) {
		config, err := configOf[C](subject.Config)
		if err != nil {
			return wit.GateResult{}, err
		}
		result, err := function(subjectOf(subject), config)
		if err != nil {
			return wit.GateResult{}, err
		}
		return gateResultTo(result)
	}
}

// Workflow makes a function what the component exports.
func Workflow[C any](told goalpost.Info, function func(goalpost.Turn, C) (goalpost.TurnSummary, error)) {
	describe(told)
	run = func(turn wit.Turn) (wit.TurnSummary, error) {
		config, err := configOf[C](turn.Config)
		if err != nil {
			return wit.TurnSummary{}, err
		}
		summary, err := function(turnOf(turn), config)
		return summaryTo(summary), err
	}
}

func configOf[C any](text string) (C, error) {
	var config C
	if text == "" {
		return config, nil
	}
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return config, fmt.Errorf("the config: %w", err)
	}
	return config, nil
}

// Describe is the export of every world.
func Describe() info.Description {
	if about == nil {
		panic("nothing was exported: call Export of the package evaluator, gate or workflow in an init function")
	}
	return info.Description{
		Name:         text(about.Name),
		Version:      text(about.Version),
		Summary:      text(about.Summary),
		ConfigSchema: text(about.ConfigSchema),
	}
}

// Evaluate is the export of the world evaluator.
func Evaluate(evidence wit.Evidence) witTypes.Result[wit.Verdict, string] {
	return answer(evaluate, evidence)
}

// Check is the export of the world gate.
func Check(subject wit.Subject) witTypes.Result[wit.GateResult, string] {
	return answer(check, subject)
}

// Run is the export of the world workflow.
func Run(turn wit.Turn) witTypes.Result[wit.TurnSummary, string] {
	return answer(run, turn)
}

// answer calls the plugin. A panic is an answer too: its text would be lost with the instance, and its stack goes to standard
// error, which is the plugin's log.
func answer[Q, A any](function func(Q) (A, error), question Q) (result witTypes.Result[A, string]) {
	defer func() {
		if broke := recover(); broke != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", broke, debug.Stack())
			result = witTypes.Err[A, string](text(fmt.Sprintf("panic: %v", broke)))
		}
	}()
	given, err := function(question)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		return witTypes.Err[A, string](text(err.Error()))
	}
	return witTypes.Ok[A, string](given)
}
