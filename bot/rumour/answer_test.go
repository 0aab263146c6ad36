// Answering: whoever asked is told each edition of an answer once, whatever
// crashes when, and nobody else is.

package rumour_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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

func TestTwoOfficersOnOneRumourOverwriteNothing(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.pass(start)
	c := w.only(rumour.Filter{}, start)
	w.hears(2, "es", groups, start) // what people do is no change of an officer's
	w.pass(start)
	w.answer(c.ID, verdict(), start)
	other := verdict()
	other.Verdict = rumour.True
	if _, err := w.Answer(t.Context(), "bea", c.ID, c.Revision, other, start); !errors.Is(err, rumour.ErrStale) {
		t.Errorf("a second answer: %v", err)
	}
	for name, err := range map[string]error{
		"withdraw": w.Withdraw(t.Context(), "bea", c.ID, c.Revision, start), "dismiss": w.Dismiss(t.Context(), "bea", c.ID, c.Revision, start),
	} {
		if !errors.Is(err, rumour.ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := w.show(c.ID, start); c.Verdict != rumour.False || c.Hand != "ana" {
		t.Errorf("it says %s, by %s", c.Verdict, c.Hand)
	}
}

func TestAWithdrawnAnswerIsOffTheBoardAndNobodyIsTold(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.pass(start)
	id := w.only(rumour.Filter{}, start).ID
	w.answer(id, verdict(), start)
	w.pass(start)
	if err := w.Withdraw(t.Context(), "bea", id, w.show(id, start).Revision, start); err != nil {
		t.Fatal(err)
	}
	w.pass(start)
	c := w.show(id, start)
	if len(w.board) != 0 || c.Status != rumour.Open || c.Written != nil || len(w.Feed(start).Reviews) != 0 || w.tellings(1, "news", id) != 1 {
		t.Errorf("board %v, case %+v", w.board, c)
	}
	w.answer(id, verdict(), start.Add(time.Hour))
	w.pass(start.Add(time.Hour))
	if n := w.tellings(1, "news", id); n != 2 {
		t.Errorf("who was told what was withdrawn is told %d times", n)
	}
}

func TestMergedCasesAreOneAndANoteIsTakenOut(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			for i := range 3 {
				w.hears(i, "es", groups, start)
			}
			w.hears(7, "fr", "groupes passent plus vite", start)
			w.pass(start)
			all := w.Cases(rumour.Filter{}, start)
			big, small := all[0].ID, all[1].ID
			if err := w.Merge(t.Context(), "ana", small, 0, small, start); !errors.Is(err, rumour.ErrUnknown) {
				t.Errorf("into itself: %v", err)
			}
			if err := w.Merge(t.Context(), "ana", small, 0, big, start); err != nil {
				t.Fatal(err)
			}
			if c := w.show(small, start); c.ID != big || c.Count != 4 || len(c.Words) != 4 {
				t.Errorf("merged: %+v", c)
			}
			w.pass(start)
			w.hears(8, "fr", "groupes passent plus vite", start) // known by it now
			w.pass(start)
			c := w.only(rumour.Filter{}, start)
			if c.Count != 5 {
				t.Fatalf("%d are counted", c.Count)
			}
			i := slices.IndexFunc(c.Words, func(words rumour.Words) bool { return words.Lang == "es" })
			fresh, err := w.TakeOut(t.Context(), "ana", big, c.Words[i].Key, start)
			if err != nil {
				t.Fatal(err)
			}
			w.pass(start)
			w.restart(-1, false)
			w.load(start)
			w.pass(start)
			if a, b := w.show(big, start), w.show(fresh, start); a.Count != 4 || len(a.Words) != 4 || b.Count != 1 || len(b.Words) != 1 {
				t.Errorf("taken out: %d and %d", a.Count, b.Count)
			}
			if _, err := w.TakeOut(t.Context(), "ana", big, c.Words[i].Key, start); !errors.Is(err, rumour.ErrUnknown) {
				t.Errorf("taken out again: %v", err)
			}
			if err := w.Merge(t.Context(), "ana", fresh, w.show(fresh, start).Revision, big, start); err != nil { // and back
				t.Fatal(err)
			}
			w.pass(start)
			w.pass(start)
			if c := w.only(rumour.Filter{}, start); c.Count != 5 || len(c.Words) != 5 {
				t.Errorf("and back: %d, %d words", c.Count, len(c.Words))
			}
			w.answer(big, verdict(), start)
			w.pass(start)
			for _, i := range []int{0, 1, 2, 7, 8} {
				if w.tellings(i, "news", big) != 1 {
					t.Errorf("person %d is told %d times", i, w.tellings(i, "news", big))
				}
			}
		})
	}
}

func TestCasesGoAMonthAfterTheLastWord(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.hears(2, "fr", "soldats devant refuge demain matin", start)
	w.pass(start)
	answered := w.Cases(rumour.Filter{Lang: "es"}, start)[0].ID
	w.answer(answered, verdict(), start)
	w.pass(start)
	sweeper := bot.NewSweeper(manners{}, w.store)
	for d := range 35 {
		now := start.AddDate(0, 0, d)
		if _, err := sweeper.Sweep(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		w.pass(now)
		if n := len(w.Cases(rumour.Filter{}, now)); d < 29 && n != 2 || d > 31 && n != 1 {
			t.Errorf("after %d days there are %d cases", d, n)
		}
	}
	if len(w.notes()) != 0 || len(w.board) != 1 {
		t.Errorf("%d notes; %d on the board", len(w.notes()), len(w.board))
	}
}

func TestNoErrorHoldsAWordOrAnAddress(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	for i := range 3 {
		w.hears(i, "es", groups, start)
	}
	w.letter(4, "me llamo Secreta", start)
	for steps := range 20 {
		w.restart(steps, false)
		w.load(start)
		errs := []error{w.way()}
		for _, l := range w.Letters(start) {
			_, err := w.Reply(t.Context(), "ana", l.ID, 0, "respuesta", start)
			errs = append(errs, err)
		}
		for _, err := range errs {
			if err != nil && (strings.Contains(err.Error(), "1555") || strings.Contains(err.Error(), "dicen") || strings.Contains(err.Error(), "Secreta") || strings.Contains(err.Error(), "respuesta")) {
				t.Errorf("told: %v", err)
			}
		}
	}
}
