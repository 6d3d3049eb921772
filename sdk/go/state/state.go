// Package state is what a plugin remembers from one turn of a goal to the next. Grant: state.
package state

import (
	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_state"
	witTypes "goalpost/internal/wit/types"
)

// Get gives a key's value, and whether it has one.
func Get(key string) ([]byte, bool, error) {
	value, err := host.Asked(func() witTypes.Result[witTypes.Option[[]byte], wit.StateError] {
		return wit.Get(host.Text(key))
	}, broke)
	if err != nil {
		return nil, false, err
	}
	return host.Or(value), value.IsSome(), nil
}

// Set gives a key a value. An error of kind limit changes nothing.
func Set(key string, value []byte) error {
	_, err := host.Asked(func() witTypes.Result[witTypes.Unit, wit.StateError] {
		return wit.Set(host.Text(key), value)
	}, broke)
	return err
}

// Delete takes a key's value away, and says whether it had one.
func Delete(key string) (bool, error) {
	return host.Asked(func() witTypes.Result[bool, wit.StateError] { return wit.Delete(host.Text(key)) }, broke)
}

// Keys lists the keys that start with prefix, sorted; an empty prefix is for all.
func Keys(prefix string) ([]string, error) {
	return host.Asked(func() witTypes.Result[[]string, wit.StateError] { return wit.Keys(host.Text(prefix)) }, broke)
}

func broke(err wit.StateError) *goalpost.HostError {
	switch err.Tag() {
	case wit.StateErrorInvalidKey:
		return &goalpost.HostError{Kind: "invalid-key", Detail: err.InvalidKey()}
	case wit.StateErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	default:
		return &goalpost.HostError{Kind: "unavailable", Detail: err.Unavailable()}
	}
}
