// A changed book, for everybody at once: only what changes is written, by
// several at a time, while timers run out.

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
)

// kept is a store from which all contacts can be read.
type kept interface {
	bot.Store
	bot.People
}

// witness counts commits, and how many are under way at once.
type witness struct {
	kept
	commits, under, most atomic.Int64
	hold                 chan struct{} // a commit waits for it
	fails                error
}

func (w *witness) Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error) {
	w.commits.Add(1)
	n := w.under.Add(1)
	defer w.under.Add(-1)
	for most := w.most.Load(); n > most && !w.most.CompareAndSwap(most, n); most = w.most.Load() {
	}
	if w.hold != nil {
		<-w.hold
	}
	if w.fails != nil {
		return 0, w.fails
	}
	return w.kept.Commit(ctx, t)
}

// revised is a book under which timers are to be others.
type revised struct {
	almanac
	wants []flows.Effect
}

func (b *revised) Recheck(flows.Session, time.Time) ([]flows.Effect, bool) {
	return b.wants, len(b.wants) > 0
}

// withStores runs a test in each store, in which so many people have a timer
// that runs out at due.
func withStores(t *testing.T, people int, test func(t *testing.T, w *witness)) {
	for name, open := range map[string]func(t *testing.T) kept{
		"memory": func(*testing.T) kept { return memory.New() },
		"bolt": func(t *testing.T) kept {
			dir := t.TempDir()
			keys, err := seal.Create(filepath.Join(dir, "key"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := bolt.Open(filepath.Join(dir, "db"), keys)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			a := bot.New(&almanac{}, s)
			for i := range people {
				in := inbound(fmt.Sprint("begun ", i), "hola")
				in.From.ID = fmt.Sprintf("+1555%07d", i)
				receive(t, a, in)
			}
			test(t, &witness{kept: s})
		})
	}
}

func atOnce(t *testing.T, s kept) (times []time.Time) {
	t.Helper()
	if err := s.Contacts(t.Context(), func(c bot.Contact) error {
		for _, timer := range c.Timers {
			times = append(times, timer.At)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return times
}

func TestAChangedBookWritesOnlyWhatChanges(t *testing.T) {
	const people = 30
	later := due.Add(time.Hour)
	over := flows.Effect{Kind: flows.EffectTimer, Timer: flows.TimerOver, Programme: daily.Programme}
	for name, c := range map[string]struct {
		wants []flows.Effect
		now   time.Time
		first int // commits of the first start, of each later one: none
	}{
		"nothing":                         {nil, now, 0},
		"the same":                        {[]flows.Effect{set(due), over}, now, 0},
		"the same to the second":          {[]flows.Effect{set(due.Add(time.Millisecond))}, now, 0},
		"due either way":                  {[]flows.Effect{set(due.Add(time.Minute))}, due.Add(time.Hour), 0},
		"later":                           {[]flows.Effect{set(later)}, now, people},
		"not due any more":                {[]flows.Effect{set(due.Add(2 * time.Hour))}, due.Add(time.Hour), people},
		"none":                            {[]flows.Effect{set(time.Time{})}, now, people},
		"another, to tell something with": {[]flows.Effect{set(due), {Kind: over.Kind, Timer: over.Timer, Programme: over.Programme, Moment: later}}, now, people},
	} {
		t.Run(name, func(t *testing.T) {
			withStores(t, people, func(t *testing.T, w *witness) {
				for start, want := range []int{c.first, 0, 0} {
					w.commits.Store(0)
					a := bot.New(&revised{wants: c.wants}, w)
					changed, err := a.Recheck(t.Context(), w, c.now.Add(time.Duration(start)*time.Second))
					if err != nil || changed != want || int(w.commits.Load()) != want {
						t.Errorf("start %d: %d changed with %d commits, %v; want %d", start, changed, w.commits.Load(), err, want)
					}
				}
				got := atOnce(t, w)
				for _, e := range c.wants {
					if e.Moment.IsZero() || e.Timer != daily.Kind || c.first == 0 {
						continue
					}
					if n := len(slices.DeleteFunc(got, func(at time.Time) bool { return !at.Equal(e.Moment) })); n != people {
						t.Errorf("%d of %d timers are set anew", n, people)
					}
				}
			})
		})
	}
}

// Several are written at once; a timer runs out meanwhile, for somebody whose
// turn has not come.
func TestWhileTheBookIsRecheckedTimersRunOut(t *testing.T) {
	const people = 200
	withStores(t, people, func(t *testing.T, w *witness) {
		book := &revised{wants: []flows.Effect{set(due.Add(time.Hour))}}
		w.hold = make(chan struct{})
		a := bot.New(book, w)
		var wg sync.WaitGroup
		var changed int
		var err error
		wg.Go(func() { changed, err = a.Recheck(t.Context(), w, now) })
		for wait := 0; w.under.Load() < 8; wait++ { // they wait in their commits
			if time.Sleep(time.Millisecond); wait > 3000 {
				close(w.hold)
				t.Fatalf("%d are worked on at once", w.under.Load())
			}
		}
		direct := bot.New(book, w.kept) // its commits do not wait
		fired := 0
		for _, c := range firstDue(t, w, people) {
			r, err := direct.Fire(t.Context(), c, c.Timers[0], due)
			if err != nil {
				t.Fatal(err)
			}
			if r.Reminded {
				fired++
			}
		}
		close(w.hold)
		wg.Wait()
		if err != nil || fired != people || w.most.Load() < 8 {
			t.Errorf("%d reminded, %d set anew, %d at once, %v", fired, changed, w.most.Load(), err)
		}
		if got := atOnce(t, w); len(got) != people {
			t.Errorf("%d timers are left", len(got))
		}
	})
}

func firstDue(t *testing.T, s bot.Store, limit int) []bot.Contact {
	t.Helper()
	who, _, err := s.Due(t.Context(), due, limit)
	if err != nil || len(who) != limit {
		t.Fatalf("%d are due, %v", len(who), err)
	}
	return who
}

func TestTheFirstFaultEndsTheRecheckAndIsTold(t *testing.T) {
	gone := errors.New("the disk is gone")
	withStores(t, 200, func(t *testing.T, w *witness) {
		w.fails = gone
		a := bot.New(&revised{wants: []flows.Effect{set(due.Add(time.Hour))}}, w)
		if changed, err := a.Recheck(t.Context(), w, now); !errors.Is(err, gone) || changed != 0 || w.commits.Load() > 64 {
			t.Errorf("%d changed with %d commits, %v", changed, w.commits.Load(), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.Recheck(ctx, w, now); !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
}
