// Package host is what the capabilities' packages share: between Go's ways to say something and those of the bindings.
package host

import (
	"strings"
	"time"

	"goalpost"
	"goalpost/internal/wit/runtime"
	witTypes "goalpost/internal/wit/types"
)

// Text makes a string one that may be handed over: the host refuses what is no UTF-8.
func Text(text string) string {
	return strings.ToValidUTF8(text, "\ufffd")
}

// Texts does so with each.
func Texts(texts []string) []string {
	valid := make([]string, len(texts))
	for i, text := range texts {
		valid[i] = Text(text)
	}
	return valid
}

// Optional leaves out what is zero.
func Optional[T comparable](value T) witTypes.Option[T] {
	var zero T
	if value == zero {
		return witTypes.None[T]()
	}
	return witTypes.Some(value)
}

// OptionalText leaves out what is empty.
func OptionalText(text string) witTypes.Option[string] {
	return Optional(Text(text))
}

// From is what a pointer points to.
func From[T any](value *T) witTypes.Option[T] {
	if value == nil {
		return witTypes.None[T]()
	}
	return witTypes.Some(*value)
}

// To is nil where there is nothing.
func To[T any](value witTypes.Option[T]) *T {
	if value.IsNone() {
		return nil
	}
	some := value.Some()
	return &some
}

// Or is the value, or the zero value of its type.
func Or[T any](value witTypes.Option[T]) T {
	var zero T
	return value.SomeOr(zero)
}

// Map converts each.
func Map[A, B any](list []A, convert func(A) B) []B {
	all := make([]B, len(list))
	for i, item := range list {
		all[i] = convert(item)
	}
	return all
}

// calls counts those that are going on: several, where goroutines make them.
var calls int

// Call asks the host. What its answer was handed over in belongs to the collector again when the answer was read.
func Call[T any](ask func() T) T {
	calls++
	defer func() {
		calls--
		if calls == 0 {
			runtime.Unpin()
		}
	}()
	return ask()
}

// Asked gives what the host answered; say makes one of its errors one of ours.
func Asked[T, E any](ask func() witTypes.Result[T, E], say func(E) *goalpost.HostError) (T, error) {
	result := Call(ask)
	if result.IsErr() {
		var nothing T
		return nothing, say(result.Err())
	}
	return result.Ok(), nil
}

// Whole reads what the host gives in pieces.
func Whole(read func(offset uint64, most uint32) ([]byte, error)) ([]byte, error) {
	var all []byte
	for {
		part, err := read(uint64(len(all)), piece)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if len(part) < piece {
			return all, nil
		}
	}
}

// piece is what the host gives at most in one call.
const piece = 1 << 20

// Milliseconds is a duration as the contract has it; none where it is zero.
func Milliseconds(duration time.Duration) witTypes.Option[uint64] {
	return Optional(uint64(max(duration.Milliseconds(), 0)))
}
