// The life of a case: two officers on it, withdrawn, merged, and erased at last.

package rumour_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
)

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
