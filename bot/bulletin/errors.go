// What an officer can be told instead of what they asked for.
package bulletin

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	ErrNone      = errors.New("there is no such bulletin")
	ErrChanged   = errors.New("somebody else has changed it meanwhile")
	ErrState     = errors.New("it does not stand where that can be done")
	ErrRefused   = errors.New("it cannot be sent as it is")
	ErrOwn       = errors.New("who wrote it or handed it over cannot approve it")
	ErrNear      = errors.New("one of who wrote it and this officer let the other in only now")
	ErrVoid      = errors.New("it is no longer what was approved")
	ErrApprover  = errors.New("who approved it may no longer approve")
	ErrFixed     = errors.New("the audience of a correction is whoever was sent what it corrects or may have got it")
	ErrNotLinked = errors.New("no phone is linked to this officer")
	ErrNotTest   = errors.New("a test goes to a simulated contact or to the officer's own phone")
	ErrNoText    = errors.New("there is no text in that language")
	ErrNotKnown  = errors.New("that contact cannot be written to")
)

// ChangedError is an ErrChanged, with what it has become.
type ChangedError struct{ Newer Bulletin }

func (e *ChangedError) Error() string { return ErrChanged.Error() }

// Is makes it an ErrChanged.
func (e *ChangedError) Is(target error) bool { return target == ErrChanged }

// StateError is an ErrState, with where it stands.
type StateError struct {
	State State
	Act   string // a Did constant, or "test"
}

func (e *StateError) Error() string {
	return fmt.Sprintf("%s in state %s: %s", e.Act, e.State, ErrState.Error())
}

// Is makes it an ErrState.
func (e *StateError) Is(target error) bool { return target == ErrState }

// RefusedError is an ErrRefused, with all that speaks against it.
type RefusedError struct{ Problems []Problem }

func (e *RefusedError) Error() string { return ErrRefused.Error() + ": " + codes(e.Problems) }

// Is makes it an ErrRefused.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }
