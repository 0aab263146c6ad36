// What officers do with cases, with a fuse that blows between any two steps of
// it.

package rumour_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"posada/bot/rumour"
)

// sorted are how many notes stand in how many cases. Where everybody wrote once
// each case counts what stands in it.
func (w *world) sorted() (cases, notes int) {
	w.t.Helper()
	for _, s := range w.Cases(rumour.Filter{}, start) {
		n := len(w.show(s.ID, start).Words)
		if cases, notes = cases+1, notes+n; n != s.Count {
			w.t.Fatalf("%d notes stand in a case that counts %d", n, s.Count)
		}
	}
	return cases, notes
}

func TestWhateverCrashesNoNoteIsLostOrCountedTwiceByAnOfficersAct(t *testing.T) {
	const people = 4
	acts := map[string]struct {
		act   func(w *world, big, small string) error
		cases map[int]bool // with which it may end
	}{
		"merge": {func(w *world, big, small string) error {
			return w.Merge(w.t.Context(), "ana", small, w.show(small, start).Revision, big, start)
		}, map[int]bool{1: true, 2: true}},
		"take out": {func(w *world, big, _ string) error {
			_, err := w.TakeOut(w.t.Context(), "ana", big, w.show(big, start).Words[0].Key, start)
			return err
		}, map[int]bool{2: true, 3: true}},
		"take out and merge back": {func(w *world, big, _ string) error {
			fresh, err := w.TakeOut(w.t.Context(), "ana", big, w.show(big, start).Words[0].Key, start)
			if err != nil {
				return err
			}
			return w.Merge(w.t.Context(), "ana", fresh, w.show(fresh, start).Revision, big, start)
		}, map[int]bool{2: true, 3: true}},
		"merge, take out and merge again": {func(w *world, big, small string) error {
			if err := w.Merge(w.t.Context(), "ana", small, w.show(small, start).Revision, big, start); err != nil {
				return err
			}
			fresh, err := w.TakeOut(w.t.Context(), "ana", big, w.show(big, start).Words[0].Key, start)
			if err != nil {
				return err
			}
			return w.Merge(w.t.Context(), "ana", big, w.show(big, start).Revision, fresh, start)
		}, map[int]bool{1: true, 2: true}},
	}
	for name, a := range acts {
		for _, late := range []bool{false, true} {
			// The notes were sorted a while ago, or the fuse of that was the first to
			// blow and they are counted, but not sorted yet.
			for _, before := range []int{-1, 2, 3, 4} {
				t.Run(fmt.Sprint(name, " late ", late, " before ", before), func(t *testing.T) {
					for steps := 0; ; steps++ {
						w := newWorld(t, stores["memory"](t))
						for i := range people {
							w.hears(i, "es", groups, start)
						}
						w.hears(people, "fr", "soldats devant refuge demain matin", start)
						w.restart(before, late)
						w.load(start)
						_ = w.Pass(t.Context(), start) // it may end with the fuse
						w.restart(-1, false)
						w.load(start)
						w.pass(start)
						all := w.Cases(rumour.Filter{}, start)
						w.restart(steps, late)
						w.load(start)
						ended := w.Pass(t.Context(), start) == nil && a.act(w, all[0].ID, all[1].ID) == nil && w.Pass(t.Context(), start) == nil
						w.restart(-1, false)
						w.load(start)
						for range 3 {
							w.pass(start)
							if cases, notes := w.sorted(); !a.cases[cases] || notes != people+1 {
								t.Fatalf("after %d steps: %d cases, %d notes", steps, cases, notes)
							}
						}
						if ended {
							return
						}
					}
				})
			}
		}
	}
}

// A fuse that blows again and again, while more is reported and officers take
// out and merge whatever there is.
func TestCrashAfterCrashLosesAndDoublesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		w := newWorld(t, stores["memory"](t))
		for i := range 24 {
			w.hears(i, "es", groups, start)
			w.restart(random.IntN(8), random.IntN(2) == 0)
			w.load(start)
			if random.IntN(4) > 0 {
				_ = w.Pass(t.Context(), start) // it may end with the fuse, like all that follows
			}
			all := w.Cases(rumour.Filter{}, start)
			if random.IntN(2) == 0 || len(all) == 0 {
				continue
			}
			some, other := all[random.IntN(len(all))], all[random.IntN(len(all))]
			c, err := w.Case(t.Context(), some.ID, start)
			if err != nil {
				t.Fatal(err)
			}
			if random.IntN(2) == 0 && len(c.Words) > 0 {
				_, _ = w.TakeOut(t.Context(), "ana", c.ID, c.Words[0].Key, start)
			} else if c.ID != other.ID {
				_ = w.Merge(t.Context(), "ana", c.ID, c.Revision, other.ID, start)
			}
		}
		w.restart(-1, false)
		w.load(start)
		for range 2 {
			w.pass(start)
			if _, notes := w.sorted(); notes != 24 {
				t.Fatalf("%d notes stand in cases", notes)
			}
		}
	}
}

func TestACaseStaysAsLongAsANoteInIt(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.pass(start)
	id := w.only(rumour.Filter{}, start).ID
	for range 2 { // nobody swept
		w.pass(start.AddDate(0, 0, 40))
	}
	if c := w.only(rumour.Filter{}, start); c.ID != id {
		t.Error("it was put into another case")
	}
}

func TestWhatIsDismissedIsErasedWhateverCrashes(t *testing.T) {
	for _, late := range []bool{false, true} {
		for steps := range 4 {
			w := newWorld(t, stores["memory"](t))
			w.load(start)
			w.hears(1, "es", groups, start)
			w.pass(start)
			c := w.only(rumour.Filter{}, start)
			w.restart(steps, late)
			w.load(start)
			w.pass(start)
			_ = w.Dismiss(t.Context(), "ana", c.ID, c.Revision, start) // it may end with the fuse
			w.restart(-1, false)
			w.load(start)
			w.pass(start)
			c = w.show(c.ID, start)
			if left := len(w.notes()); c.Status == rumour.Closed && left != 0 || c.Status == rumour.Open && left != 1 {
				t.Errorf("after %d steps it is %s, and %d notes are left", steps, c.Status, left)
			}
		}
	}
}

func TestWhatCannotBeMergedIsNot(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.hears(2, "fr", "soldats devant refuge demain matin", start)
	w.hears(3, "es", "ok", start)
	w.pass(start)
	var a, b string
	for _, s := range w.Cases(rumour.Filter{}, start) {
		switch s.ByLang[0].Of {
		case "fr":
			b = s.ID
		default:
			if s.ID != rumour.Unclear {
				a = s.ID
			}
		}
	}
	w.answer(a, verdict(), start)
	for name, c := range map[string]struct {
		from, into string
		seen       uint64
		want       error
	}{
		"an answered one":  {a, b, 1, rumour.ErrClosed},
		"into none":        {b, "nowhere", 0, rumour.ErrUnknown},
		"none":             {"nowhere", b, 0, rumour.ErrUnknown},
		"unseen":           {b, a, 7, rumour.ErrStale},
		"what is unclear":  {rumour.Unclear, b, 0, rumour.ErrUnclear},
		"into the unclear": {b, rumour.Unclear, 0, rumour.ErrUnclear},
	} {
		if err := w.Merge(t.Context(), "ana", c.from, c.seen, c.into, start); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	w.pass(start)
	if err := w.Merge(t.Context(), "ana", b, 0, a, start); err != nil { // into an answered one: its people are told
		t.Fatal(err)
	}
	w.pass(start)
	w.pass(start)
	if w.tellings(2, "news", a) != 1 || w.tellings(1, "news", a) != 1 {
		t.Errorf("told %v", w.told)
	}
}
