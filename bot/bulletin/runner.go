// The runner: it begins what is due, queues it chunk by chunk, takes away what
// was stopped, and tells how it goes. What it does next it reads from the
// agenda each time, so that it goes on after a crash where it was, and hears of
// a pause or a stop after the chunk it is at.
package bulletin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"posada/bot"
)

const (
	// Every is how often the agenda is looked at.
	Every = time.Second
	// The pause after a fault is doubled from the first to the most.
	pauseFirst = time.Second
	pauseMost  = time.Minute
	// Watched is for how long after its end a bulletin's numbers are still told
	// as they come: delivery reports come late.
	Watched = time.Hour
)

// Run sends until ctx ends. There is one for each store.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	r := runner{Desk: d, applied: map[string]State{}, choosers: map[string]*chooser{}}
	pause := pauseFirst
	for ctx.Err() == nil {
		more, err := r.round(ctx, time.Now())
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			d.world.Report(err)
			wait(ctx, pause)
			pause = min(2*pause, pauseMost)
			continue
		}
		pause = pauseFirst
		if more {
			continue
		}
		select {
		case <-tick.C:
		case <-d.kick:
		case <-ctx.Done():
		}
	}
}

func wait(ctx context.Context, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// runner is what one Run remembers. All of it can be lost.
type runner struct {
	*Desk
	applied  map[string]State // what the store was told of a mailing
	choosers map[string]*chooser
	looked   time.Time // when numbers were told
	kept     time.Time // when old papers were looked at
}

// round does a piece of each thing that is to be done. more: there is more of
// it now.
func (r *runner) round(ctx context.Context, now time.Time) (more bool, err error) {
	_, a, err := r.agenda(ctx)
	if err != nil {
		return false, err
	}
	for _, it := range a.Items {
		if it.Mailing == 0 || r.applied[it.ID] == it.State {
			continue
		}
		if err := r.apply(ctx, it.ID); err != nil {
			return false, err
		}
		r.applied[it.ID] = it.State
	}
	more, err = r.drop(ctx, a)
	if err != nil {
		return false, err
	}
	queued, err := r.next(ctx, a, now)
	if err != nil {
		return false, err
	}
	if now.Sub(r.looked) >= Every {
		r.looked = now
		if err := r.watch(ctx, a, now); err != nil {
			return false, err
		}
	}
	if now.Sub(r.kept) >= keepEvery {
		r.kept = now
		if err := r.keep(ctx, now); err != nil {
			return false, err
		}
	}
	return more || queued, nil
}

// apply tells the store how a mailing that was begun is sent, by its paper. It
// can be repeated.
func (d *Desk) apply(ctx context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, err := d.Bulletin(ctx, id)
	if err != nil || !b.Begun() {
		return err
	}
	state := bot.MailingRuns
	switch b.State {
	case Paused:
		state = bot.MailingPaused
	case Stopped:
		state = bot.MailingStopped
	}
	if _, known, err := d.store.MailingReport(ctx, b.Mailing); err != nil {
		return fmt.Errorf("look at a mailing: %w", err)
	} else if !known {
		if b.Queued || b.State == Stopped {
			return nil // it was there, and its time has passed; or it never was
		}
		if err := d.store.OpenMailing(ctx, b.mailing()); err != nil {
			return fmt.Errorf("open a mailing: %w", err)
		}
	}
	if err := d.store.SetMailing(ctx, b.Mailing, state); err != nil {
		return fmt.Errorf("steer a mailing: %w", err)
	}
	return nil
}

// mailing is what the store is given.
func (b Bulletin) mailing() bot.Mailing {
	m := bot.Mailing{ID: b.Mailing, At: b.Began, Until: b.Began.Add(Life), Order: b.Languages()}
	for _, v := range b.Variants {
		m.Variants = append(m.Variants, v.whole())
	}
	return m
}

// drop takes a chunk of each stopped mailing out of the queue.
func (r *runner) drop(ctx context.Context, a agenda) (more bool, err error) {
	for _, it := range a.Items {
		if it.State != Stopped || it.Dropped {
			continue
		}
		left, err := r.store.DropMailing(ctx, it.Mailing)
		if errors.Is(err, bot.ErrNoMailing) { // it was stopped before it was opened
			left, err = false, nil
		}
		if err != nil {
			return false, fmt.Errorf("empty the queue of a mailing: %w", err)
		}
		if left {
			more = true
			continue
		}
		if err := r.settle(ctx, it.ID, func(b *Bulletin) { b.Dropped = b.State == Stopped }); err != nil {
			return false, err
		}
	}
	return more, nil
}

// settle changes a bulletin in the runner's name.
func (d *Desk) settle(ctx context.Context, id string, do func(*Bulletin)) error {
	return d.write(ctx, func(s *sheet) error {
		b, err := s.bulletin(id)
		if err == nil {
			do(b)
		}
		return err
	})
}

// next queues a chunk, or begins a bulletin. One mailing is queued at a time,
// to its end or its stop, so that its messages stand together in the queue.
func (r *runner) next(ctx context.Context, a agenda, now time.Time) (more bool, err error) {
	due := slices.DeleteFunc(slices.Clone(a.Items), func(it item) bool { return it.State != Scheduled || it.Due.After(now) })
	slices.SortStableFunc(due, func(x, y item) int { // corrections first
		return cmp.Or(cmp.Compare(b2i(x.Corrects == ""), b2i(y.Corrects == "")), x.Due.Compare(y.Due), cmp.Compare(x.ID, y.ID))
	})
	half := slices.IndexFunc(a.Items, func(it item) bool { return (it.State == Sending || it.State == Paused) && !it.Queued })
	if half >= 0 {
		it := a.Items[half]
		if i := slices.IndexFunc(due, func(x item) bool { return x.Corrects == it.ID }); i >= 0 {
			return true, r.begin(ctx, due[i].ID, now) // it stops what is being queued
		}
		if it.State == Paused && len(due) == 0 {
			return false, nil
		}
		return true, r.queue(ctx, it, now)
	}
	if len(due) == 0 {
		return false, nil
	}
	return true, r.begin(ctx, due[0].ID, now)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (d *Desk) wake() {
	if d.world.Wake != nil {
		d.world.Wake()
	}
}

func (d *Desk) changed() {
	if d.world.Changed != nil {
		d.world.Changed()
	}
}

// queue queues the next chunk.
func (r *runner) queue(ctx context.Context, it item, now time.Time) error {
	c := r.choosers[it.ID]
	if c == nil {
		b, err := r.Bulletin(ctx, it.ID)
		if err != nil {
			return err
		}
		// As of its beginning: who is in the audience does not change on the way.
		if c, err = r.chooser(ctx, b, b.Began); err != nil {
			return err
		}
		r.choosers[it.ID] = c
	}
	progress, err := r.store.QueueMailing(ctx, it.Mailing, c.got, c.take)
	if err != nil {
		return fmt.Errorf("queue a mailing: %w", err)
	}
	r.wake()
	if !progress.Done {
		return nil
	}
	delete(r.choosers, it.ID)
	return r.settle(ctx, it.ID, func(b *Bulletin) {
		if !b.Queued {
			b.Queued = true
			b.note(now, System, DidQueued, "")
		}
	})
}
