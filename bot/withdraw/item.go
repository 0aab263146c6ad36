// A withdrawal: how it stands, how it came about, and how it is kept.
package withdraw

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
)

// Step is one thing that was done.
type Step struct {
	State  State // that it led to
	By     string
	At     time.Time // to the second
	Reason string    // of a proposal

	Edition uint64 // that a confirmed withdrawal takes out of use; 0 for what has none
}

// Item is a withdrawal and how it came about.
type Item struct {
	ID, Kind, Target string
	State            State
	Version          uint64 // to be named by whoever changes it
	Steps            []Step // the oldest first
	Over             bool   // what was withdrawn was answered anew since: List says so
}

// Waits tells whether a second officer is awaited.
func (i Item) Waits() bool { return i.State == Proposed || i.State == Restoring }

// Out tells whether it is out of use.
func (i Item) Out() bool { return i.State == Withdrawn || i.State == Restoring }

// By is who took the last step: who may not confirm it.
func (i Item) By() string { return i.last().By }

// Reason of the last proposal.
func (i Item) Reason() string {
	for _, s := range slices.Backward(i.Steps) {
		if s.Reason != "" {
			return s.Reason
		}
	}
	return ""
}

// At is when the last step was taken.
func (i Item) At() time.Time { return i.last().At }

func (i Item) last() Step {
	if len(i.Steps) == 0 {
		return Step{}
	}
	return i.Steps[len(i.Steps)-1]
}

// day is when it went out of use, in the book's time.
func (i Item) day() flows.Date {
	for _, s := range slices.Backward(i.Steps) {
		if s.State == Withdrawn {
			return flows.DayOf(s.At)
		}
	}
	return 0
}

// edition is the last that is out of use. Editions of answers are never below the
// second of their writing, so that of a withdrawal that names none it is known too.
func (i Item) edition() uint64 {
	if i.Kind != Answer {
		return 0
	}
	for _, s := range slices.Backward(i.Steps) {
		if s.State == Withdrawn {
			return max(s.Edition, uint64(max(s.At.Unix(), 0)))
		}
	}
	return 0
}

// body is a withdrawal as it is kept.
type body struct {
	Kind   string `json:"kind"`
	Target string `json:"target"`
	Steps  []step `json:"steps"`
}

type step struct {
	State  State  `json:"state"`
	By     string `json:"by"`
	At     int64  `json:"at"` // s
	Reason string `json:"reason,omitempty"`

	Edition uint64 `json:"edition,omitempty"`
}

func decode(p bot.Paper) (Item, error) {
	var b body
	if json.Unmarshal(p.Body, &b) != nil || len(b.Steps) == 0 {
		return Item{}, errors.New("a withdrawal cannot be read")
	}
	i := Item{ID: p.ID, Kind: b.Kind, Target: b.Target, Version: p.Version}
	for _, s := range b.Steps {
		i.Steps = append(i.Steps, Step{State: s.State, By: s.By, At: time.Unix(s.At, 0).UTC(), Reason: s.Reason, Edition: s.Edition})
	}
	i.State = i.last().State
	return i, nil
}
