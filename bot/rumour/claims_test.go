// The desk with the matcher that Posada works with.

package rumour_test

import (
	"testing"

	"posada/bot/rumour"
	"posada/flows/claim"
)

func TestARumourIsOneCaseInTwoLanguagesAlsoAfterARestart(t *testing.T) {
	w := newWorld(t, stores["bolt"](t))
	begin := func() {
		w.with = rumour.NewClaims(claim.NewReader(nil))
		w.restart(-1, false)
		w.load(start)
	}
	begin()
	w.hears(1, "es", "dicen que están vendiendo citas de CBP One por 500 dólares", start)
	w.hears(2, "es", "es verdad que venden las citas por 700 dolares??", start)
	w.pass(start)
	begin()
	w.hears(3, "en", "someone is selling appointments for 500 dollars, is it true?", start)
	w.hears(4, "fr", "on dit que des bus partent demain pour la frontière", start)
	w.hears(5, "es", "😀", start)
	w.hears(6, "es", "", start)
	w.pass(start)
	all := w.Cases(rumour.Filter{}, start)
	if len(all) != 3 || all[0].Count != 3 || len(all[0].ByLang) != 2 {
		t.Errorf("cases: %+v", all)
	}
	if c := w.show(rumour.Unclear, start); c.Count != 2 {
		t.Error("what says nothing is a claim")
	}
	w.answer(all[0].ID, verdict(), start)
	w.pass(start)
	for i := 1; i <= 3; i++ {
		if n := w.tellings(i, "news", all[0].ID); n != 1 {
			t.Errorf("person %d is told %d times", i, n)
		}
	}
}
