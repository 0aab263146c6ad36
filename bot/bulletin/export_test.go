// A runner whose rounds a test takes by hand.
package bulletin

import (
	"context"
	"time"
)

// Rounds are a Run that waits for nothing.
type Rounds struct{ r runner }

// NewRounds makes them.
func NewRounds(d *Desk) *Rounds {
	return &Rounds{runner{Desk: d, applied: map[string]State{}, choosers: map[string]*chooser{}}}
}

// Round takes one.
func (r *Rounds) Round(ctx context.Context, now time.Time) (more bool, err error) {
	return r.r.round(ctx, now)
}

// CountOf is a Count of n.
func CountOf(n int) Count { return Count{n} }
