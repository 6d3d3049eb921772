// Package workflow makes a plugin a workflow.
package workflow

import (
	"goalpost"
	"goalpost/internal/plugin"
	_ "goalpost/internal/wit/workflow" // The component's exports.
)

// Export makes a function what the component exports. Call it in an init function.
//
// C is the type that the plugin's config is decoded into, as [encoding/json] does it: the host has checked it against the
// schema in info. A plugin without a config takes a struct{}.
func Export[C any](info goalpost.Info, function func(goalpost.Turn, C) (goalpost.TurnSummary, error)) {
	plugin.Workflow(info, function)
}
