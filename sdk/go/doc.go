// Package goalpost lets you write Goalpost plugins in Go. A plugin is a function and a description; this is a whole judge:
//
//	package main
//
//	import (
//		"strings"
//
//		"goalpost"
//		"goalpost/evaluator"
//	)
//
//	type config struct {
//		Word string `json:"word"`
//	}
//
//	func init() {
//		evaluator.Export(goalpost.Info{
//			Name:    "says-a-word",
//			Version: "0.1.0",
//			Summary: "The worker's last message must hold a word",
//			ConfigSchema: `{"type": "object", "required": ["word"], "properties": {"word": {"type": "string"}}}`,
//		}, judge)
//	}
//
//	func main() {} // Never called: a component is a library.
//
//	func judge(evidence goalpost.Evidence, config config) (goalpost.Verdict, error) {
//		if strings.Contains(evidence.Worker.FinalText, config.Word) {
//			return goalpost.Satisfied("the worker said " + config.Word), nil
//		}
//		return goalpost.Unsatisfied("Say " + config.Word + "."), nil
//	}
//
// A fresh instance answers each call: nothing that is kept in a variable is there the next time. An error or a panic says that
// the plugin broke: a judge that broke is inconclusive, never a pass. The text and the stack are in the user's log, and so is
// what the plugin prints. Capabilities are packages of their own ([goalpost/tree], [goalpost/llm], ...): what is not imported
// needs no grant.
//
// Goroutines take turns: a call of the host stops all of them until it is answered. What should go on at once is spawned with
// [goalpost/agents].
package goalpost
