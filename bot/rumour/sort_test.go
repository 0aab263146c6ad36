// Sorting: rumours become cases, each person is counted once, and nobody's words
// stand anywhere but in their note.

package rumour_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/rumour"
)

const groups = "grupos reciben cita rápido según dicen"

func TestTheSameRumourIsOneCaseAndAnotherIsAnother(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, open(t))
			w.load(start)
			for i := range 7 {
				w.hears(i, "es", groups+strings.Repeat(" 🙏", i), start.Add(time.Duration(i)*time.Minute))
			}
			w.hears(8, "fr", "soldats devant refuge demain matin", start)
			w.pass(start.Add(time.Hour))
			all := w.Cases(rumour.Filter{}, start.Add(time.Hour))
			if len(all) != 2 || all[0].Count != 7 || all[1].Count != 1 {
				t.Fatalf("cases: %+v", all)
			}
			if all[0].ByLang[0] != (rumour.Share{Of: "es", N: 7}) || all[1].ByLang[0].Of != "fr" {
				t.Errorf("by language: %v, %v", all[0].ByLang, all[1].ByLang)
			}
			c := w.show(all[0].ID, start)
			if len(c.Words) != 7 || !strings.HasPrefix(c.Words[0].Text, groups) || c.Words[0].Lang != "es" {
				t.Errorf("words: %+v", c.Words)
			}
			if got := w.Cases(rumour.Filter{Lang: "fr"}, start); len(got) != 1 || got[0].Count != 1 {
				t.Errorf("filtered by language: %+v", got)
			}
			w.pass(start.Add(2 * time.Hour)) // nothing is counted again
			w.restart(-1, false)
			w.load(start)
			w.pass(start.Add(2 * time.Hour))
			w.hears(9, "es", groups, start.Add(3*time.Hour)) // and what is known outlives the desk
			w.pass(start.Add(3 * time.Hour))
			if all := w.Cases(rumour.Filter{}, start); len(all) != 2 || all[0].Count != 8 {
				t.Errorf("later: %+v", all)
			}
		})
	}
}

func TestWhoReportsItAgainIsCountedOnce(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i := range 5 {
		w.hears(1, "es", groups, start.Add(time.Duration(i)*time.Minute))
	}
	w.pass(start.Add(time.Hour))
	w.hears(1, "es", groups, start.Add(2*time.Hour))
	w.pass(start.Add(3 * time.Hour))
	if c := w.only(rumour.Filter{}, start); c.Count != 1 || len(c.Words) != 6 {
		t.Errorf("%d people, %d texts", c.Count, len(c.Words))
	}
}

func TestWhatClaimsNothingIsGatheredAndCannotBeAnswered(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i, text := range []string{"😀", "ok", "a b c"} {
		w.hears(i, "es", text, start)
	}
	w.pass(start)
	c := w.only(rumour.Filter{}, start)
	if c.ID != rumour.Unclear || c.Count != 3 {
		t.Fatalf("%+v", c)
	}
	if _, err := w.Answer(t.Context(), "ana", c.ID, c.Revision, verdict(), start); !errors.Is(err, rumour.ErrUnclear) {
		t.Errorf("answered: %v", err)
	}
	if err := w.Dismiss(t.Context(), "ana", c.ID, c.Revision, start); err != nil {
		t.Fatal(err)
	}
	if n := w.notes(); len(n) != 0 {
		t.Errorf("%d notes are left", len(n))
	}
	w.hears(5, "es", "gracias ok", start.Add(time.Hour))
	w.hears(6, "es", "👍", start.Add(time.Hour))
	w.pass(start.Add(time.Hour))
	if c := w.show(rumour.Unclear, start); c.Status != rumour.Open {
		t.Errorf("what comes again is %s", c.Status)
	}
}

func TestHTMLAndTenThousandCharactersAndOneEmojiAreTexts(t *testing.T) {
	w := newWorld(t, stores["bolt"](t))
	w.load(start)
	long := strings.Repeat("<script>alert('rumour')</script> ", 304)
	w.hears(1, "es", long, start)
	w.hears(2, "es", "😀", start)
	w.hears(3, "es", `"><img src=x onerror=alert(1)>`, start)
	w.pass(start)
	texts := map[string]bool{}
	for _, s := range w.Cases(rumour.Filter{}, start) {
		for _, words := range w.show(s.ID, start).Words {
			texts[words.Text] = true
		}
	}
	for _, want := range []string{long, "😀", `"><img src=x onerror=alert(1)>`} {
		if !texts[want] {
			t.Errorf("a text of %d bytes is not as it was written", len(want))
		}
	}
}

func TestNoPaperHoldsAWordOrAnAddress(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i := range 30 {
		w.hears(i, "es", groups+fmt.Sprint(" secreto", i), start)
		w.letter(i, "me llamo Secreta "+fmt.Sprint(i), start)
	}
	w.pass(start)
	c := w.only(rumour.Filter{}, start)
	w.answer(c.ID, verdict(), start)
	w.pass(start)
	for _, kind := range []string{"rumour", "letter", "desk"} {
		papers, err := w.store.Papers(t.Context(), kind, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range papers {
			for _, bad := range []string{"secreto", "Secreta", "1555", "dicen", "sms"} {
				if strings.Contains(string(p.Body), bad) {
					t.Errorf("paper %s holds %q", kind, bad)
				}
			}
		}
	}
}

func TestAPlaceIsShownWhenFiveNameIt(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i := range 4 {
		w.writes(person(i), bot.Note{Kind: bot.NoteRumour, At: start, Lang: "es", Text: groups, Place: "tijuana"})
	}
	w.writes(person(9), bot.Note{Kind: bot.NoteRumour, At: start, Lang: "es", Text: groups, Place: "reynosa"})
	w.pass(start)
	c := w.only(rumour.Filter{}, start)
	for _, words := range c.Words {
		if words.Place != "" {
			t.Errorf("a place that four name is shown")
		}
	}
	if len(c.Places) != 0 || len(w.Cases(rumour.Filter{Place: "tijuana"}, start)) != 0 {
		t.Errorf("places: %v", c.Places)
	}
	w.writes(person(5), bot.Note{Kind: bot.NoteRumour, At: start, Lang: "es", Text: groups, Place: "tijuana"})
	w.pass(start)
	c = w.only(rumour.Filter{Place: "tijuana"}, start)
	shown := 0
	for _, words := range c.Words {
		if words.Place == "reynosa" {
			t.Error("a place that one names is shown")
		}
		if words.Place == "tijuana" {
			shown++
		}
	}
	if shown != 5 || len(c.Places) != 1 {
		t.Errorf("%d words with their place, places %v", shown, c.Places)
	}
}

func TestCasesAreListedByCountSpeedAgeLanguageAndPlace(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	n := 0
	put := func(lang, place, text string, at time.Time, times int) {
		for range times {
			n++
			w.writes(person(n), bot.Note{Kind: bot.NoteRumour, At: at, Lang: lang, Text: text, Place: place})
		}
	}
	put("es", "", "viejos autobuses salen temprano", start.AddDate(0, 0, -6), 12)
	put("ar", "tijuana", "nuevos soldados vigilan albergue", start.Add(-time.Hour), 6)
	put("fr", "matamoros", "avocat demande trois cents dollars", start.AddDate(0, 0, -2), 8)
	w.pass(start)
	for order, want := range map[rumour.Order]string{rumour.ByCount: "es fr ar", rumour.BySpeed: "ar es fr", rumour.ByAge: "es fr ar", rumour.ByLanguage: "ar es fr", rumour.ByPlace: "fr ar es"} {
		var got []string
		for _, s := range w.Cases(rumour.Filter{Sort: order}, start) {
			got = append(got, s.ByLang[0].Of)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %s: %v, want %s", order, got, want)
		}
	}
}

func TestASpikeAlarmsAndIsToldOnceAnHour(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	for i := range 9 {
		w.hears(i, "es", groups, start.Add(time.Duration(i)*time.Minute))
	}
	w.pass(start.Add(10 * time.Minute))
	if len(w.alarms) != 0 || len(w.Alarms(start.Add(10*time.Minute))) != 0 {
		t.Fatalf("nine alarm: %v", w.alarms)
	}
	w.hears(9, "es", groups, start.Add(11*time.Minute))
	for i := range 40 {
		w.pass(start.Add(time.Duration(12+i) * time.Minute))
	}
	if len(w.alarms) != 1 || w.alarms[0].Kind != rumour.AlarmSpike || w.alarms[0].Count != 10 {
		t.Fatalf("told %v", w.alarms)
	}
	w.restart(-1, false)
	w.load(start.Add(55 * time.Minute))
	w.pass(start.Add(55 * time.Minute))
	if len(w.alarms) != 1 || len(w.Alarms(start.Add(55*time.Minute))) != 1 {
		t.Errorf("after a restart it is told again, or listed no more: %v", w.alarms)
	}
	if got := w.Alarms(start.Add(3 * time.Hour)); len(got) != 0 {
		t.Errorf("hours later: %v", got)
	}
	for i := range 12 { // over a day, but much more than before
		w.hears(20+i, "es", groups, start.Add(time.Duration(2+i)*time.Hour))
	}
	at := start.Add(15 * time.Hour)
	w.pass(at)
	if got := w.Alarms(at); len(got) != 1 || got[0].Count != 22 {
		t.Errorf("22 within a day: %v", got)
	}
	if c := w.only(rumour.Filter{}, at); !c.Alarm || c.Speed != 22 || c.Today != 22 {
		t.Errorf("listed as %+v", c.Summary)
	}
}
