// Answering: whoever asked is told each edition of an answer once, whatever
// crashes when, and nobody else is.

package rumour_test

import (
	"fmt"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
	"posada/flows"
)

// timers are those of a kind that people have.
func (w *world) timers(kind flows.TimerKind) (n int) {
	w.t.Helper()
	err := w.store.Contacts(w.t.Context(), func(c bot.Contact) error {
		for _, t := range c.Timers {
			if t.Kind == kind {
				n++
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestTheAnswerGoesBackToEveryoneWhoAskedAndTheirWordsGo(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			for i := range 40 {
				w.hears(i%30, "es", groups, start) // ten of them twice
			}
			w.hears(99, "fr", "soldats devant refuge demain matin", start)
			w.pass(start)
			id := w.Cases(rumour.Filter{}, start)[0].ID
			w.answer(id, verdict(), start.Add(time.Minute))
			if len(w.board) != 1 || w.board[0].ID != id || w.board[0].Verdict != "false" || w.board[0].Day != 20260310 || w.board[0].Reason["es"] == "" {
				t.Errorf("the board: %+v", w.board)
			}
			if c := w.show(id, start); c.Waiting != 30 || c.Told != 0 || c.Status != rumour.Answer || c.By != "ana" {
				t.Errorf("before it goes back: %d wait, %d told", c.Waiting, c.Told)
			}
			for range 3 {
				w.pass(start.Add(2 * time.Minute))
				for _, n := range w.notes() {
					if n.Case == id && n.Text != "" {
						t.Fatal("words outlive the answer to them")
					}
				}
			}
			for i := range 30 {
				if n := w.tellings(i, "news", id); n != 1 {
					t.Fatalf("somebody is told %d times", n)
				}
			}
			if w.tellings(99, "news", id) != 0 || w.timers(flows.TimerNews) != 30 {
				t.Errorf("%d people are to be told", w.timers(flows.TimerNews))
			}
			c := w.show(id, start)
			if len(c.Words) != 0 || c.Waiting != 0 || c.Told != 30 || c.Count != 30 {
				t.Errorf("after it: %d words, %d wait, %d told, %d counted", len(c.Words), c.Waiting, c.Told, c.Count)
			}
			marks := 0
			for _, n := range w.notes() {
				if n.Case == id {
					marks++
				}
			}
			if marks != 30 {
				t.Errorf("%d marks", marks)
			}
		})
	}
}

func TestACorrectedVerdictGoesAgainToWhoWasToldTheFirst(t *testing.T) {
	w := newWorld(t, stores["bolt"](t))
	w.load(start)
	for i := range 5 {
		w.hears(i, "es", groups, start)
	}
	w.pass(start)
	id := w.only(rumour.Filter{}, start).ID
	w.answer(id, verdict(), start)
	w.pass(start)
	w.says(person(3), "stop", start)
	w.says(person(4), "delete", start)
	w.restart(-1, false)
	w.load(start)
	v := verdict()
	v.Verdict = rumour.Misleading
	w.answer(id, v, start) // within the same second
	for range 2 {
		w.pass(start)
	}
	for i, want := range []int{2, 2, 2, 1, 1} {
		if n := w.tellings(i, "news", id); n != want {
			t.Errorf("person %d is told %d times, want %d", i, n, want)
		}
	}
	if c := w.show(id, start); c.Told != 3 || c.Verdict != rumour.Misleading {
		t.Errorf("%d told of %s", c.Told, c.Verdict)
	}
}

// Two officers took an answer out of use. Until it is given back, or another is
// given, nobody is told it, and who reports the rumour waits.
func TestWhileAnAnswerIsWithdrawnWhatIsReportedWaitsForTheNext(t *testing.T) {
	for _, back := range []bool{false, true} {
		w := newWorld(t, stores["bolt"](t))
		w.load(start)
		w.hears(0, "es", groups, start)
		w.pass(start)
		id := w.only(rumour.Filter{}, start).ID
		w.answer(id, verdict(), start)
		w.pass(start)
		w.gone = map[string]uint64{id: w.board[0].Edition}
		w.hears(1, "es", groups, start)
		for range 2 {
			w.pass(start)
		}
		c := w.only(rumour.Filter{Status: rumour.Open}, start)
		if c.Withdrawn != 20260310 || c.Waiting != 1 || c.Told != 1 || len(c.Words) != 1 || c.Written == nil || w.tellings(1, "news", id) != 0 {
			t.Errorf("withdrawn: %+v", c)
		}
		if len(w.Cases(rumour.Filter{Status: rumour.Answer}, start)) != 0 {
			t.Error("it is listed as answered")
		}
		told := 1
		if back {
			w.gone = nil
		} else {
			told = 2 // who was told the first is told what takes its place
			w.answer(id, verdict(), start)
			if w.board[0].Edition <= w.gone[id] {
				t.Error("the next answer is out of use with the first")
			}
		}
		for range 2 {
			w.pass(start)
		}
		c = w.only(rumour.Filter{Status: rumour.Answer}, start)
		if w.tellings(0, "news", id) != told || w.tellings(1, "news", id) != 1 || c.Withdrawn != 0 || c.Waiting != 0 || c.Told != 2 {
			t.Errorf("given back %v: told %d and %d times; %+v", back, w.tellings(0, "news", id), w.tellings(1, "news", id), c.Summary)
		}
	}
}

func TestAReportOfAnAnsweredRumourIsAnsweredAtOnce(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.pass(start)
	id := w.only(rumour.Filter{}, start).ID
	w.answer(id, verdict(), start)
	w.pass(start)
	w.hears(2, "en", "groups get appointments faster they say", start.Add(time.Hour)) // as the officer put it
	w.hears(1, "es", groups, start.Add(time.Hour))                                    // who was told before
	w.pass(start.Add(time.Hour))
	w.pass(start.Add(time.Hour))
	if w.tellings(2, "news", id) != 1 || w.tellings(1, "news", id) != 1 {
		t.Errorf("told %v", w.told)
	}
	if c := w.only(rumour.Filter{}, start); c.Count != 2 || c.Told != 2 || len(c.Words) != 0 {
		t.Errorf("%d counted, %d told, %d words", c.Count, c.Told, len(c.Words))
	}
}

func TestWhoStoppedOrErasedThemselvesIsToldNothing(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			for i := range 6 {
				w.hears(i, "es", groups, start)
			}
			w.says(person(0), "stop", start)
			w.pass(start)
			w.says(person(1), "stop", start)
			w.says(person(2), "delete", start)
			c := w.only(rumour.Filter{}, start)
			if len(c.Words) > 5 {
				t.Error("the words of who erased themselves are still shown")
			}
			w.answer(c.ID, verdict(), start)
			w.says(person(3), "stop", start)
			w.pass(start)
			w.pass(start)
			for i, want := range []int{0, 0, 0, 0, 1, 1} {
				if n := w.tellings(i, "news", c.ID); n != want {
					t.Errorf("person %d is told %d times, want %d", i, n, want)
				}
			}
			if c := w.show(c.ID, start); c.Waiting != 0 || c.Told != 2 {
				t.Errorf("%d wait, %d told", c.Waiting, c.Told)
			}
			for _, n := range w.notes() {
				if n.Text != "" {
					t.Error("words are kept for nothing")
				}
			}
		})
	}
}

// The whole way is gone with a fuse that blows at each of its steps, before or
// after the step is done, and then with a new desk without one.
func TestWhateverCrashesEveryoneIsCountedAndToldOnce(t *testing.T) {
	const people = 6
	for name, open := range stores {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " late ", late), func(t *testing.T) {
				for steps := 0; ; steps++ {
					w := newWorld(t, open(t))
					for i := range people {
						w.hears(i, "es", groups, start)
					}
					w.hears(people, "fr", "soldats devant refuge demain matin", start)
					w.restart(steps, late)
					w.load(start)
					ended := w.way() == nil
					if ended && w.fuse.blown {
						t.Fatal("the fuse blew, and nobody heard")
					}
					w.restart(-1, false)
					w.load(start)
					if err := w.way(); err != nil {
						t.Fatal(err)
					}
					all := w.Cases(rumour.Filter{}, start)
					if len(all) != 2 || all[0].Count != people || all[1].Count != 1 {
						t.Fatalf("after %d steps: %+v", steps, all)
					}
					for i := range people {
						if n := w.tellings(i, "news", all[0].ID); n != 1 {
							t.Fatalf("after %d steps somebody is told %d times", steps, n)
						}
					}
					if len(w.board) != 1 || len(w.board[0].Claim) != 2 {
						t.Fatalf("after %d steps the board holds %+v", steps, w.board)
					}
					if c := w.show(all[0].ID, start); c.Told != people || c.Waiting != 0 || len(c.Words) != 0 {
						t.Fatalf("after %d steps: %d told, %d wait, %d words", steps, c.Told, c.Waiting, len(c.Words))
					}
					if ended {
						if steps < people*2 {
							t.Fatalf("the way has but %d steps", steps)
						}
						return
					}
				}
			})
		}
	}
}

// way sorts, answers what most report unless it is answered, and goes back.
func (w *world) way() error {
	if err := w.Pass(w.t.Context(), start); err != nil {
		return err
	}
	c, err := w.Case(w.t.Context(), w.Cases(rumour.Filter{}, start)[0].ID, start)
	if err != nil {
		return err
	}
	if c.Status == rumour.Open {
		if _, err := w.Answer(w.t.Context(), "ana", c.ID, c.Revision, verdict(), start); err != nil {
			return err
		}
	}
	return w.Pass(w.t.Context(), start)
}
