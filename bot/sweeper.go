// Erasing what is past its lifetime, whether its person writes again or not.
package bot

import (
	"context"
	"fmt"
	"time"

	"posada/flows"
)

const (
	// SweepEvery is how often the store is swept.
	SweepEvery = 15 * time.Minute
	// SweepAhead is how far ahead lifetimes end: what would expire before the
	// next sweep has reached it is erased in this one, so that nothing is kept
	// longer than promised. The minute is for a sweep that takes longer than
	// the one before.
	SweepAhead = SweepEvery + time.Minute
)

// Sweeper erases answers, sessions, contacts, seen ids, notes, diary
// entries and mailings that are past their lifetime.
type Sweeper struct {
	// Erase: texts of which no final report came are erased at the provider.
	Erase bool

	book  Book
	store Store
}

// NewSweeper makes a sweeper that knows lifetimes by the book.
func NewSweeper(book Book, store Store) *Sweeper { return &Sweeper{book: book, store: store} }

// Run sweeps at once and then every SweepEvery until ctx ends. Every sweep is
// told to report, a failed one too: the next is tried all the same.
func (w *Sweeper) Run(ctx context.Context, report func(Swept, error)) {
	tick := time.NewTicker(SweepEvery)
	defer tick.Stop()
	for {
		swept, err := w.Sweep(ctx, time.Now())
		if ctx.Err() != nil {
			return
		}
		report(swept, err)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep erases what is past its lifetime at now, or will be before the next
// sweep.
func (w *Sweeper) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	ahead := now.Add(SweepAhead)
	swept, err := w.store.Sweep(ctx, Sweep{
		Judge:       func(k Kept) Verdict { return w.judge(k, ahead) },
		SeenBefore:  now.Add(-SeenLife),
		SentBefore:  now.Add(-SentLife),
		Unreported:  now.Add(-ReportLife),
		Erase:       w.Erase,
		DeadBefore:  now.Add(-DeadLife),
		NotesBefore: ahead.Add(-NoteLife),
		DiaryBefore: ahead.Add(-DiaryLife),

		MailingsBefore: ahead.Add(-MailingLife),
	})
	if err != nil {
		return swept, fmt.Errorf("sweep: %w", err)
	}
	return swept, nil
}

// judge decides over one session. Where the session itself cannot be asked,
// the store's own time decides: no fault may keep a person's answers longer
// than was promised.
func (w *Sweeper) judge(k Kept, ahead time.Time) Verdict {
	silent := ahead.Sub(k.At)
	switch {
	case k.At.IsZero():
		return Verdict{Act: Keep}
	case silent >= flows.Silence:
		return Verdict{Act: Forget}
	case len(k.Session) == 0:
		return Verdict{Act: Keep}
	}
	s, err := flows.DecodeSession(k.Session)
	if err != nil {
		if silent >= flows.DefaultLifetime {
			return Verdict{Act: Replace}
		}
		return Verdict{Act: Keep}
	}
	next, changed := w.book.Expire(s, ahead)
	switch {
	case !changed:
		return Verdict{Act: Keep}
	case next.Empty():
		return Verdict{Act: Forget}
	}
	return Verdict{Act: Replace, Session: next.Encode()}
}
