// Progress: how a bulletin goes, for whoever watches, and what is kept of it.
package bulletin

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"posada/bot"
)

// Progress is how a bulletin goes. Its numbers are of messages and exact: it was
// approved for many before any was sent.
type Progress struct {
	ID     string
	State  State
	Report bot.MailingReport // zero before it is begun
	Rate   float64           // messages that left a second, of late; 0: not known
	Ends   time.Time         // when the last that can be sent will have been; zero: not known, or done
	Final  bool              // the numbers do not change any more
}

// live remembers the numbers that were last seen of each bulletin.
type live struct {
	mu   sync.Mutex
	last map[string]sample
}

type sample struct {
	at   time.Time
	left int // messages that were no longer in the queue
	rate float64
	told Progress
}

// Progress tells how a bulletin goes.
func (d *Desk) Progress(ctx context.Context, id string, now time.Time) (Progress, error) {
	b, err := d.Bulletin(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	return d.progress(ctx, b, now)
}

func (d *Desk) progress(ctx context.Context, b Bulletin, now time.Time) (Progress, error) {
	p := Progress{ID: b.ID, State: b.State}
	if b.Final != nil {
		p.Report, p.Final = *b.Final, true
		return p, nil
	}
	if !b.Begun() {
		return p, nil
	}
	report, known, err := d.store.MailingReport(ctx, b.Mailing)
	if err != nil {
		return p, fmt.Errorf("read how a mailing goes: %w", err)
	}
	if !known {
		return p, nil
	}
	p.Report = report
	if b.State != Sending {
		return p, nil
	}
	p.Rate = d.live.rate(b.ID, report.Queued-report.Waiting, now)
	waits := report.Waiting - report.Parked
	if p.Rate > 0 && waits > 0 && report.Done {
		p.Ends = now.Add(time.Duration(float64(waits) / p.Rate * float64(time.Second))).Truncate(time.Second)
	}
	return p, nil
}

// rateOver is over how long a rate is taken.
const rateOver = 5 * time.Second

// rate is how many messages leave a second, when left of them have until now.
func (l *live) rate(id string, left int, now time.Time) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]sample{}
	}
	s, known := l.last[id]
	switch took := now.Sub(s.at); {
	case !known || took < 0 || left < s.left:
		s.at, s.left, s.rate = now, left, 0
	case took >= rateOver:
		s.at, s.left, s.rate = now, left, float64(left-s.left)/took.Seconds()
	}
	l.last[id] = s
	return s.rate
}

// news tells whether a progress is another than was last told.
func (l *live) news(p Progress) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]sample{}
	}
	s := l.last[p.ID]
	same := s.told.State == p.State && s.told.Rate == p.Rate && reflect.DeepEqual(s.told.Report, p.Report)
	s.told = p
	l.last[p.ID] = s
	return !same
}

func (l *live) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.last, id)
}

// watch tells how everything goes that is under way, and notes what has ended.
func (r *runner) watch(ctx context.Context, a agenda, now time.Time) error {
	for _, it := range a.Items {
		if it.Mailing == 0 {
			continue
		}
		b, err := r.Bulletin(ctx, it.ID)
		if err != nil {
			return err
		}
		p, err := r.progress(ctx, b, now)
		if err != nil {
			return err
		}
		if r.world.Live != nil && r.live.news(p) {
			r.world.Live(p)
		}
		if err := r.ended(ctx, b, p.Report, now); err != nil {
			return err
		}
	}
	return nil
}

// ended notes that nothing of a bulletin waits any more, and that there is
// nothing more to do for it.
func (r *runner) ended(ctx context.Context, b Bulletin, report bot.MailingReport, now time.Time) error {
	over := now.After(b.Began.Add(Life))
	switch {
	case b.State == Sending && (b.Queued && report.Waiting <= report.Parked || over) || b.State == Paused && over:
		return r.settle(ctx, b.ID, func(b *Bulletin) {
			if b.State == Sending || b.State == Paused {
				b.State, b.Ended, b.Queued = Sent, second(now), true
				b.note(now, System, DidSent, "")
			}
		})
	case (b.State == Sent || b.State == Stopped && b.Dropped) && now.Sub(b.Ended) >= Watched:
		delete(r.applied, b.ID)
		delete(r.choosers, b.ID)
		r.live.forget(b.ID)
		return r.settle(ctx, b.ID, func(b *Bulletin) { b.Closed = b.State == Sent || b.State == Stopped && b.Dropped })
	}
	return nil
}

const (
	// keepEvery is how often papers are looked through for what is past its
	// lifetime.
	keepEvery = time.Hour
	// finalAfter is when a bulletin's numbers are kept in its paper: nothing of it
	// waits, and no report comes any more.
	finalAfter = Life + 5*24*time.Hour
)

// keep writes numbers into papers before the store forgets them, and erases
// papers that are too old, and phones whose owner is known no more.
func (d *Desk) keep(ctx context.Context, now time.Time) error {
	all, err := d.List(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		since := b.Created
		if b.Begun() {
			since = b.Began
		}
		switch {
		case now.Sub(since) >= PaperLife && !b.busy():
			err = d.write(ctx, func(s *sheet) error {
				b, err := s.seen(b.ID, b.Version)
				if err == nil {
					s.erase(b)
				}
				return err
			})
		case b.Begun() && b.Final == nil && now.Sub(b.Began) >= finalAfter && !b.busy():
			err = d.final(ctx, b)
		}
		if err != nil {
			return fmt.Errorf("look through bulletins: %w", err)
		}
	}
	return d.unlinkUnknown(ctx)
}

func (d *Desk) final(ctx context.Context, b Bulletin) error {
	report, known, err := d.store.MailingReport(ctx, b.Mailing)
	if err != nil || !known {
		return err
	}
	return d.settle(ctx, b.ID, func(b *Bulletin) { b.Final = &report })
}
