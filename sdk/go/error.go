package goalpost

import (
	"context"
	"io/fs"
)

// A HostError is what the host answers with when it can't give what it was asked.
//
// [errors.Is] takes one of kind not-found for [fs.ErrNotExist], and one of kind timeout or timed-out for
// [context.DeadlineExceeded].
type HostError struct {
	Kind   string // One of the contract's words, such as not-found or budget-exhausted.
	Detail string
}

func (err *HostError) Error() string {
	if err.Detail == "" {
		return err.Kind
	}
	return err.Kind + ": " + err.Detail
}

// Is reports whether the error is one that the standard library has a name for.
func (err *HostError) Is(target error) bool {
	switch err.Kind {
	case "not-found":
		return target == fs.ErrNotExist
	case "timeout", "timed-out":
		return target == context.DeadlineExceeded
	}
	return false
}
