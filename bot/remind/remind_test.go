// The clockwork: it looks, fires what is due once, and goes on.

package remind_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"posada/bot"
	"posada/bot/remind"
	"posada/flows"
	"posada/store/memory"
)

// in runs a test in a bubble on each kind of store.
func in(t *testing.T, test func(*testing.T, store)) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				defer end(t, s)
				test(t, s)
			})
		})
	}
}

// tally is a meter.
type tally struct {
	mu                             sync.Mutex
	fired, reminded, late, skipped int
	names                          map[string]int
	setBack                        atomic.Int64
}

func (m *tally) SetBack() { m.setBack.Add(1) }

func (m *tally) Fired(channel, kind, programme string, r bot.Receipt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fired++
	for n, is := range map[*int]bool{&m.reminded: r.Reminded, &m.late: r.Late, &m.skipped: r.Skipped} {
		if is {
			*n++
		}
	}
	if m.names == nil {
		m.names = map[string]int{}
	}
	m.names[channel+" "+kind+" "+programme]++
}

func (m *tally) want(t *testing.T, fired, reminded, late, skipped int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fired != fired || m.reminded != reminded || m.late != late || m.skipped != skipped {
		t.Errorf("fired %d, reminded %d, late %d, skipped %d; want %d, %d, %d, %d", m.fired, m.reminded, m.late, m.skipped, fired, reminded, late, skipped)
	}
}

// watched counts looks, and fails when told to.
type watched struct {
	store
	looks, loads, commits atomic.Int64
	mu                    sync.Mutex
	failLook, failCommit  error
}

func (s *watched) fail(look, commit error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failLook, s.failCommit = look, commit
}

func (s *watched) Due(ctx context.Context, now time.Time, limit int) ([]bot.Contact, time.Time, error) {
	s.looks.Add(1)
	s.mu.Lock()
	err := s.failLook
	s.mu.Unlock()
	if err != nil {
		return nil, time.Time{}, err
	}
	return s.store.Due(ctx, now, limit)
}

func (s *watched) Load(ctx context.Context, who bot.Address, id string) (bot.Snapshot, error) {
	s.loads.Add(1)
	return s.store.Load(ctx, who, id)
}

func (s *watched) Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error) {
	s.commits.Add(1)
	s.mu.Lock()
	err := s.failCommit
	s.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return s.store.Commit(ctx, t)
}

// noFault is for tests in which nothing fails.
func noFault(t *testing.T) func(error) {
	return func(err error) { t.Error(err) }
}

// starts runs a clockwork until stop is called, which waits for its end.
func starts(c *remind.Clockwork) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	return func() { cancel(); <-ended }
}

func minuteOf(t time.Time) int { return t.UTC().Hour()*60 + t.UTC().Minute() }

func TestAnIdleClockworkOnlyLooks(t *testing.T) {
	in(t, func(t *testing.T, s store) {
		w := &watched{store: s}
		a := bot.New(almanac{minute: minuteOf(time.Now().Add(2 * time.Hour))}, w)
		subscribe(t, a, time.Now(), crowd(50)...)
		w.loads.Store(0)
		w.commits.Store(0)
		stop := starts(remind.New(w, a.Fire, nil, noFault(t)))
		time.Sleep(time.Hour)
		stop()
		if n := w.looks.Load(); n < 3500 || n > 3700 {
			t.Errorf("%d looks in an hour, want one a second", n)
		}
		if w.loads.Load()+w.commits.Load() != 0 {
			t.Errorf("%d loads and %d commits, though nothing is due", w.loads.Load(), w.commits.Load())
		}
	})
}

func TestASurgeFiresEachOnceInItsMinute(t *testing.T) {
	const people = 5000
	in(t, func(t *testing.T, s store) {
		at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Minute)
		a := bot.New(almanac{minute: minuteOf(at)}, s)
		subscribe(t, a, time.Now(), crowd(people)...)
		m := &tally{}
		c := remind.New(s, a.Fire, m, noFault(t))
		stop := starts(c)
		time.Sleep(time.Until(at) - time.Second)
		m.want(t, 0, 0, 0, 0)
		time.Sleep(time.Minute)
		m.want(t, people, people, 0, 0)
		time.Sleep(10 * time.Minute)
		stop()
		m.want(t, people, people, 0, 0)
		got := reminders(t, s, time.Now())
		for _, who := range crowd(people) {
			if got[who.ID] != 1 {
				t.Fatalf("somebody is reminded %d times", got[who.ID])
			}
		}
		if m.names["sms daily shelter"] != people {
			t.Errorf("counted as %v", m.names)
		}
		if err := c.Tick(t.Context(), at.AddDate(0, 0, 1)); err != nil { // and the next day
			t.Fatal(err)
		}
		m.want(t, 2*people, 2*people, 0, 0)
	})
}

func TestAFaultOfTheStoreIsToldAndTriedAgain(t *testing.T) {
	gone := errors.New("no space left on device")
	for name, fail := range map[string]func(*watched){
		"look":   func(w *watched) { w.fail(gone, nil) },
		"commit": func(w *watched) { w.fail(nil, gone) },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, s store) {
				const people = 300
				w := &watched{store: s}
				at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Minute)
				a := bot.New(almanac{minute: minuteOf(at)}, w)
				subscribe(t, a, time.Now(), crowd(people)...)
				var mu sync.Mutex
				var faults []error
				m := &tally{}
				stop := starts(remind.New(w, a.Fire, m, func(err error) { mu.Lock(); faults = append(faults, err); mu.Unlock() }))
				time.Sleep(time.Until(at) - time.Second)
				fail(w)
				w.commits.Store(0)
				time.Sleep(time.Minute)
				mu.Lock()
				if n := len(faults); n < 5 || n > 15 {
					t.Errorf("told of %d faults in a minute", n)
				}
				for _, err := range faults {
					if !errors.Is(err, gone) || strings.Contains(err.Error(), "1555") {
						t.Fatalf("the error says too little or too much: %v", err)
					}
				}
				// A try ends with the first that fails: those under way at once, and
				// one that was handed on just then, and not all who are due.
				if n, most := int(w.commits.Load()), len(faults)*(remind.Together+1); n > most {
					t.Errorf("%d commits into a store that takes none, in %d tries: more than %d", n, len(faults), most)
				}
				mu.Unlock()
				m.want(t, 0, 0, 0, 0)
				w.fail(nil, nil)
				time.Sleep(time.Minute)
				stop()
				m.want(t, people, people, 0, 0)
				if got := reminders(t, s, time.Now()); len(got) != people {
					t.Errorf("%d people are reminded", len(got))
				}
			})
		})
	}
}

func TestAConversationThatFailsHoldsUpNobody(t *testing.T) {
	in(t, func(t *testing.T, s store) {
		const people = 1200
		at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Minute)
		var broken atomic.Bool
		broken.Store(true)
		b := almanac{minute: minuteOf(at)}
		b.event = func(s flows.Session, _ flows.Event) {
			if broken.Load() && s.Node == "roto" {
				panic("never repeat")
			}
		}
		a := bot.New(b, s)
		subscribe(t, a, time.Now(), crowd(people)...)
		for i := range 10 {
			if _, err := a.Receive(t.Context(), bot.Inbound{ID: fmt.Sprint("b", i), From: person(i * 100), Form: flows.SMS, Text: "roto", At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		var told atomic.Int64
		m := &tally{}
		c := remind.New(s, a.Fire, m, func(err error) {
			if told.Add(1); !errors.Is(err, bot.ErrStep) || strings.Contains(err.Error(), "1555") {
				t.Errorf("told %v", err)
			}
		})
		stop := starts(c)
		time.Sleep(time.Until(at) + 2*time.Second)
		m.want(t, people-10, people-10, 0, 0)
		if n := told.Load(); n < 1 || n > 10 {
			t.Errorf("told %d times", n)
		}
		time.Sleep(30 * time.Minute)
		broken.Store(false)
		time.Sleep(time.Hour)
		stop()
		m.want(t, people, people, 0, 0)
	})
}

func TestAClockThatIsSetBackFiresNothingTwice(t *testing.T) {
	in(t, func(t *testing.T, s store) {
		const people = 700
		at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Hour)
		a := bot.New(almanac{minute: minuteOf(at)}, s)
		subscribe(t, a, at.Add(-5*time.Hour), crowd(people)...)
		m := &tally{}
		var told []string
		c := remind.New(s, a.Fire, m, func(err error) { told = append(told, err.Error()) })
		for minute := range 240 { // the clock is set back by an hour after two
			now := at.Add(time.Duration(minute-100) * time.Minute)
			if minute >= 120 {
				now = now.Add(-time.Hour)
			}
			if err := c.Tick(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			if minute == 130 { // half of them write in the hour that comes again
				subscribe(t, a, now, crowd(people/2)...)
			}
		}
		m.want(t, people, people, 0, 0)
		if len(told) != 1 || !strings.Contains(told[0], "set back by 59m0s") || m.setBack.Load() != 1 {
			t.Errorf("told %q, counted %d", told, m.setBack.Load())
		}
		got := reminders(t, s, at)
		for _, who := range crowd(people) {
			if got[who.ID] != 1 {
				t.Fatalf("somebody is reminded %d times", got[who.ID])
			}
		}
		// Nobody's next day is lost over it.
		if err := c.Tick(t.Context(), at.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		m.want(t, 2*people, 2*people, 0, 0)
	})
}

// Clocks are set right by a little all the time.
func TestAClockThatIsSetBackByMinutesIsNotReported(t *testing.T) {
	m := &tally{}
	c := remind.New(stores["memory"](t), nil, m, noFault(t))
	for _, after := range []time.Duration{0, 24 * time.Hour, 24*time.Hour - flows.Spread, 48 * time.Hour} {
		if err := c.Tick(t.Context(), day.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	if m.setBack.Load() != 0 {
		t.Errorf("counted %d", m.setBack.Load())
	}
}

func TestAClockThatJumpsAheadGivesEachTimerOneEvent(t *testing.T) {
	in(t, func(t *testing.T, s store) {
		const people = 700
		at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Hour)
		var events atomic.Int64
		b := almanac{minute: minuteOf(at)}
		b.event = func(_ flows.Session, e flows.Event) {
			if events.Add(1); !e.Due.Equal(at) || e.Timer != daily {
				t.Errorf("the book is told of %v", e)
			}
		}
		a := bot.New(b, s)
		subscribe(t, a, at.Add(-time.Hour), crowd(people)...)
		m := &tally{}
		c := remind.New(s, a.Fire, m, noFault(t))
		for range 3 {
			if err := c.Tick(t.Context(), at.Add(23*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		m.want(t, people, 0, 0, people)
		if events.Load() != people || len(reminders(t, s, at)) != 0 {
			t.Errorf("%d events, %d reminders", events.Load(), len(reminders(t, s, at)))
		}
		if due, next, err := s.Due(t.Context(), at.Add(23*time.Hour), 9); err != nil || len(due) != 0 || !next.Equal(at.AddDate(0, 0, 1)) {
			t.Errorf("%d are due, the next at %v, %v", len(due), next, err)
		}
	})
}

func TestWhatHasBegunIsFinishedAndNothingElseBegins(t *testing.T) {
	in(t, func(t *testing.T, s store) {
		const people = 400
		at := time.Now().UTC().Truncate(time.Minute).Add(10 * time.Minute)
		hold := make(chan struct{})
		var begun atomic.Int64
		b := almanac{minute: minuteOf(at)}
		b.event = func(flows.Session, flows.Event) { begun.Add(1); <-hold }
		a := bot.New(b, s)
		subscribe(t, a, time.Now(), crowd(people)...)
		m := &tally{}
		stop := starts(remind.New(s, a.Fire, m, noFault(t)))
		time.Sleep(time.Until(at) + time.Second)
		synctest.Wait()
		n := int(begun.Load())
		if n == 0 || n >= people {
			t.Fatalf("%d of %d are worked on at once", n, people)
		}
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("it ended before what it had begun")
		default:
		}
		close(hold)
		<-stopped
		if got := len(reminders(t, s, at)); got != int(begun.Load()) || got < n || got > n+1 {
			t.Errorf("%d had begun, %d began in all, and %d are reminded", n, begun.Load(), got)
		}
		m.want(t, int(begun.Load()), int(begun.Load()), 0, 0)
		// The others are due still, for the next start.
		stop = starts(remind.New(s, a.Fire, m, noFault(t)))
		time.Sleep(time.Minute)
		stop()
		m.want(t, people, people, 0, 0)
	})
}

// A store or an assistant that gives the same over and over must not make the
// clockwork spin.
func TestWhatStaysDueIsTriedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a := bot.New(almanac{minute: minuteOf(time.Now().Add(time.Minute))}, s)
		subscribe(t, a, time.Now(), crowd(3)...)
		for _, err := range []error{nil, bot.ErrBusy} {
			var fired, told atomic.Int64
			fire := func(context.Context, bot.Contact, bot.Timer, time.Time) (bot.Receipt, error) {
				fired.Add(1)
				return bot.Receipt{Duplicate: true}, err
			}
			m := &tally{}
			stop := starts(remind.New(s, fire, m, func(error) { told.Add(1) }))
			time.Sleep(5 * time.Minute)
			stop()
			if n := fired.Load(); n < 600 || n > 910 {
				t.Errorf("%v: fired %d times in five minutes", err, n)
			}
			if (told.Load() > 0) != (err != nil) {
				t.Errorf("%v: told %d times", err, told.Load())
			}
			m.want(t, 0, 0, 0, 0)
		}
	})
}

func TestTimersOfOnePersonRunOutOneAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		who := person(1)
		snap, err := s.Load(t.Context(), who, "1")
		if err != nil {
			t.Fatal(err)
		}
		c := bot.Contact{Address: who, Since: time.Now(), Form: "sms"}
		for i, kind := range []flows.TimerKind{flows.TimerDaily, flows.TimerAgain, flows.TimerOver} {
			c.Timers = append(c.Timers, bot.Timer{Timer: flows.Timer{Kind: kind, Programme: programme}, At: time.Now().Add(time.Duration(i) * time.Minute)})
		}
		if _, err := s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: time.Now(), Contact: &c, Session: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []flows.TimerKind
		busy := false
		fire := func(_ context.Context, c bot.Contact, timer bot.Timer, now time.Time) (bot.Receipt, error) {
			mu.Lock()
			if busy {
				t.Error("two at once")
			}
			busy, order = true, append(order, timer.Kind)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			busy = false
			mu.Unlock()
			return bot.Receipt{Duplicate: true}, nil
		}
		if err := remind.New(s, fire, nil, noFault(t)).Tick(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(order) != "[daily again]" {
			t.Errorf("fired %v, want those that are due", order)
		}
	})
}

func TestNobodyCountsWhoIsNoPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a := bot.New(almanac{minute: minuteOf(time.Now().Add(time.Minute))}, s)
		subscribe(t, a, time.Now(), bot.Address{Channel: bot.Simulator, ID: "1"}, person(1))
		m := &tally{}
		if err := remind.New(s, a.Fire, m, noFault(t)).Tick(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		m.want(t, 1, 1, 0, 0)
		if c, _ := s.Counts(t.Context()); c.Queued != 4 {
			t.Errorf("%d messages are queued, want two for each", c.Queued)
		}
	})
}
