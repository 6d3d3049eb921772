// Package gate makes a plugin a gate.
package gate

import (
	"goalpost"
	"goalpost/internal/plugin"
	_ "goalpost/internal/wit/gate" // The component's exports.
)

// Export makes a function what the component exports. Call it in an init function.
//
// C is the type that the plugin's config is decoded into, as [encoding/json] does it: the host has checked it against the
// schema in info. A plugin without a config takes a struct{}.
func Export[C any](info goalpost.Info, function func(goalpost.Subject, C) (goalpost.GateResult, error)) {
	plugin.Gate(info, function)
}
