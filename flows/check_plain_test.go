// What the texts cost and how they read: the goals, and what a check says of texts that miss them.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"posada/locales"
)

// readsHarder are the languages whose texts miss the bound of their formula, with what they must not fall below. Russian words are
// long: the shortest sentences do not bring Oborneva's score to 70.
var readsHarder = map[string]float64{"ru": 60}

func TestEveryLanguageReadsAsPlainlyAsItsFormulaAsks(t *testing.T) {
	b := realBook(t)
	day := b.On(reviewed(b))
	for _, l := range b.Catalogue.Languages() {
		r, hard := b.Plain(day, l, 10)
		t.Logf("%s: %s", l.Code, Verdict(r))
		if r.Words < 2000 || len(hard) != 10 {
			t.Errorf("%s: only %d words were read", l.Code, r.Words)
		}
		if r.Formula == nil {
			if mean := r.Mean(); mean > 12 {
				t.Errorf("%s: %.1f words a sentence", l.Code, mean)
			}
			continue
		}
		if floor, known := readsHarder[l.Code]; known {
			if r.Score < floor {
				t.Errorf("%s falls below %.0f: %s", l.Code, floor, Verdict(r))
			}
		} else if r.Formula.Misses(r.Score) {
			t.Errorf("%s: %s", l.Code, Verdict(r))
		}
	}
}

// dear are the scripts that SMS counts in sixteen bits and that need more letters than Chinese: 67 of them are a segment.
var dear = map[string]int{"ru": 4, "uk": 4, "ar": 3, "fa-AF": 4, "hi": 3}

func TestTheMedianAnswerIsTwoSegments(t *testing.T) {
	b := realBook(t)
	day := b.On(reviewed(b))
	by := map[string][]SMSCost{}
	for _, a := range b.SMSAnswers(day) {
		by[a.Lang] = append(by[a.Lang], a)
		if a.Plain > a.Exact || a.Plain < 1 || a.Message != "" || a.Place.Node == "" {
			t.Fatalf("%+v", a)
		}
	}
	for _, l := range b.Catalogue.Languages() {
		most, known := dear[l.Code]
		if !known {
			most = 2
		}
		exact, plain := MedianSegments(by[l.Code])
		t.Logf("%s: %d exact, %d plain", l.Code, exact, plain)
		if plain > most || len(by[l.Code]) < 200 {
			t.Errorf("%s: the median of %d answers is %d segments, more than %d", l.Code, len(by[l.Code]), plain, most)
		}
	}
}

func TestEveryMessageHasACost(t *testing.T) {
	b := realBook(t)
	costs := b.SMSMessages(b.On(reviewed(b)))
	seen := map[string]SMSCost{}
	for _, c := range costs {
		seen[c.Lang+" "+c.Message] = c
	}
	if len(seen) != len(costs) {
		t.Error("a message stands there twice")
	}
	for _, l := range b.Catalogue.Languages() {
		for _, id := range l.IDs() {
			if c, ok := seen[l.Code+" "+id]; ok == locales.IsList(id) || ok && (c.Exact < 1 || c.Plain > c.Exact) {
				t.Errorf("%s: %s costs %+v", l.Code, id, c)
			}
		}
	}
}

func TestTheMedianIsTheMiddle(t *testing.T) {
	if e, p := MedianSegments(nil); e != 0 || p != 0 {
		t.Error("of nothing", e, p)
	}
	if e, p := MedianSegments([]SMSCost{{Exact: 9, Plain: 1}, {Exact: 3, Plain: 3}, {Exact: 5, Plain: 2}, {Exact: 7, Plain: 8}}); e != 5 || p != 2 {
		t.Error(e, p)
	}
}

func TestCheckWarnsOfALanguageThatReadsTooHard(t *testing.T) {
	fx := newFixture()
	var long strings.Builder
	for i := range 120 {
		fmt.Fprintf(&long, "Los administradores proporcionan documentación extraordinariamente complicada %c. ", 'a'+i%20)
	}
	fx.change(t, "es.yaml", `"People help."`, `"`+long.String()+`"`)
	if !slices.ContainsFunc(fx.check(t, "2026-11-23"), func(f Finding) bool {
		return f.Warning && f.File == "locales/es.yaml" && f.Line == 1 && strings.Contains(f.Text, "Fernández-Huerta")
	}) {
		t.Errorf("nothing is said of it: %v", fx.check(t, "2026-11-23"))
	}
	fx = newFixture()
	fx.change(t, "es.yaml", `"People help."`, `"`+strings.Repeat("人", MaxSentenceSigns+1)+`。"`)
	if !slices.ContainsFunc(fx.check(t, "2026-11-23"), func(f Finding) bool {
		return f.Warning && f.File == "locales/es.yaml" && f.Line > 1 && strings.Contains(f.Text, "topic.words has a sentence of 46 signs")
	}) {
		t.Error("a sentence without spaces may be as long as it likes")
	}
}

func TestCheckRefusesATextWithoutItsTerm(t *testing.T) {
	fx := newFixture()
	fx.words["glossary/en.yaml"] = "people: \"people\"\n"
	fx.words["glossary/es.yaml"] = "people: \"persona*\"\n"
	found := fx.check(t, "2026-11-23")
	if !slices.ContainsFunc(found, func(f Finding) bool {
		return !f.Warning && f.File == "locales/es.yaml" && f.Line > 1 && strings.Contains(f.Text, `topic.words speaks of "people"`)
	}) {
		t.Errorf("found %v", found)
	}
	fx.words["glossary/es.yaml"] = "people: \"people | persona*\"\n"
	if found := fx.check(t, "2026-11-23"); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
