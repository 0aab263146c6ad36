// Waking what waits: one goroutine that asks the store for the lines whose time
// has come.
package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// promoteGap is the least pause between two looks: times to wait are random,
	// and many of them end close together.
	promoteGap = 20 * time.Millisecond
	// faultFirst and faultMost bound the pauses after a fault of the store.
	faultFirst, faultMost = 100 * time.Millisecond, 5 * time.Second
)

type promoter struct {
	outbox Outbox
	report func(error)
	wake   func()
	kick   chan struct{}

	mu   sync.Mutex
	next time.Time // when a line's time to wait ends; zero: none is known
}

// at tells that a line waits until then.
func (p *promoter) at(due time.Time) {
	p.mu.Lock()
	sooner := p.next.IsZero() || due.Before(p.next)
	if sooner {
		p.next = due
	}
	p.mu.Unlock()
	if sooner {
		nudge(p.kick)
	}
}

// run promotes until ctx ends.
func (p *promoter) run(ctx context.Context) {
	timer := time.NewTimer(0) // at once: what waited when the process ended
	defer timer.Stop()
	faults := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			now := time.Now()
			p.mu.Lock()
			p.next = time.Time{} // what is told from here on is newer than the store's answer
			p.mu.Unlock()
			next, err := p.outbox.Promote(ctx, now)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				p.report(fmt.Errorf("deliver: wake what waits: %w", err))
				p.at(time.Now().Add(doubled(faultFirst, faults, faultMost)))
				faults++
			default:
				faults = 0
				p.wake()
				if !next.IsZero() {
					p.at(next)
				}
			}
		case <-p.kick:
		}
		p.mu.Lock()
		next := p.next
		p.mu.Unlock()
		if next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(max(time.Until(next), promoteGap))
		}
	}
}

// nudge sets off whoever listens to c, once. It never blocks.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
