// The desk's own work: it reads what is new, sorts it, takes answers back, closes
// and erases. Whatever is interrupted goes on with the next pass.
package rumour

import (
	"context"
	"fmt"
	"time"

	"posada/bot"
)

const (
	// Every is how often the desk works when nothing is filed: duties end, and
	// who erased themselves is no longer counted among those who wait.
	Every = time.Minute
	// Gather is how long it waits for more when something was filed, and Pause
	// how long after a fault.
	Gather = 2 * time.Second
	Pause  = 5 * time.Second
	// share bounds the part of the time that is spent on reading notes.
	share = 20
)

// Load reads the papers, and puts up what stands in them. Run does it by itself;
// a command does it once.
func (d *Desk) Load(ctx context.Context, now time.Time) error {
	for _, load := range []func(context.Context) error{d.rumours.load, d.letters.load, d.desk.load} {
		if err := load(ctx); err != nil {
			return fmt.Errorf("load the desk: %w", err)
		}
	}
	for id := range d.rumours.all() {
		d.teach(id)
	}
	d.publish()
	d.open(now)
	return nil
}

// Run sorts, answers, closes and erases until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	for {
		err := d.Load(ctx, time.Now())
		if err == nil || ctx.Err() != nil {
			break
		}
		d.fault(err)
		wait(ctx, Pause)
	}
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for ctx.Err() == nil {
		began := time.Now()
		err := d.Pass(ctx, began)
		took := time.Since(began)
		if err != nil && ctx.Err() == nil {
			d.fault(err)
			wait(ctx, Pause)
			continue
		}
		select {
		case <-tick.C:
		case <-d.poke:
			wait(ctx, max(Gather, share*took))
		case <-ctx.Done():
		}
	}
}

func (d *Desk) fault(err error) {
	if d.with.Report != nil {
		d.with.Report(err)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Pass does once what Run does again and again. After an error the next pass
// goes on.
func (d *Desk) Pass(ctx context.Context, now time.Time) error {
	d.passing.Lock()
	defer d.passing.Unlock()
	rest, err := d.look(ctx, now)
	if err != nil {
		return err
	}
	var rumours, letters []loose
	for _, n := range rest {
		if n.kind == bot.NoteRumour {
			rumours = append(rumours, n)
		} else {
			letters = append(letters, n)
		}
	}
	if err := d.sortLetters(ctx, letters, now); err != nil {
		return err
	}
	if err := d.sortRumours(ctx, rumours); err != nil {
		return err
	}
	if err := d.alarm(ctx, now); err != nil {
		return err
	}
	if err := d.goBack(ctx, now); err != nil {
		return err
	}
	if err := d.endLetters(ctx, now); err != nil {
		return err
	}
	if err := d.endRumours(ctx, now); err != nil {
		return err
	}
	d.open(now)
	return nil
}

// look reads all notes. With the first reading it is known again what was
// reported within the last hour.
func (d *Desk) look(ctx context.Context, now time.Time) ([]loose, error) {
	d.acting.Lock()
	defer d.acting.Unlock()
	x, rest, err := d.read(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.looked {
		d.looked = true
		for id, notes := range x.rumours {
			for _, r := range notes {
				if !r.told && now.Sub(r.at) < time.Hour {
					d.recent[id] = append(d.recent[id], r.at)
				}
			}
		}
	}
	d.heard = x
	return rest, nil
}

// endRumours erases what is left in closed cases, and cases that nobody reports
// or touches any more.
func (d *Desk) endRumours(ctx context.Context, now time.Time) error {
	for id, p := range d.rumours.all() {
		if p.Status == Closed && p.Into == "" {
			if err := d.endClosed(ctx, id); err != nil {
				return err
			}
		}
		quiet := now.Sub(p.Last) >= caseLife && now.Sub(p.Changed) >= caseLife
		if p.Status == Answer || !quiet || len(d.refs(id)) > 0 || d.hasMerged(id) {
			continue
		}
		d.acting.Lock()
		err := d.rumours.write(ctx, func(ps []*rumourPaper) error {
			if ps[0] == nil || ps[0].Revision != p.Revision || ps[0].Count != p.Count {
				return errUnchanged
			}
			ps[0] = nil
			return nil
		}, id)
		d.teach(id)
		d.acting.Unlock()
		if err != nil {
			return fmt.Errorf("erase a case: %w", err)
		}
	}
	return nil
}

// endClosed finishes what dismissing began.
func (d *Desk) endClosed(ctx context.Context, id string) error {
	d.acting.Lock()
	defer d.acting.Unlock()
	if p := d.rumours.get(id); p == nil || p.Status != Closed || p.Into != "" {
		return nil
	}
	return d.eraseWords(ctx, id)
}

// hasMerged tells whether others were merged into a case: who asks for them is
// led here.
func (d *Desk) hasMerged(id string) bool {
	for _, p := range d.rumours.all() {
		if p.Into == id {
			return true
		}
	}
	return false
}
