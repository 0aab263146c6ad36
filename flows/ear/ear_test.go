// What the ear learns from a few sentences, and that it can be given anything.
package ear_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"posada/flows/ear"
)

func text(lang, words string, things ...string) ear.Text {
	return ear.Text{Lang: lang, Words: strings.Fields(words), Things: things}
}

// lesson is a small world: 1 is held, 2 is lost, 0 is neither.
func lesson() []ear.Sentence {
	return []ear.Sentence{
		{Kind: 1, Text: text("a", "they lock us in a house", "captor", "held")},
		{Kind: 1, Text: text("a", "men keep my brother and want 5000", "captor", "sum")},
		{Kind: 1, Text: text("a", "locked in a room they want money", "held", "sum")},
		{Kind: 2, Text: text("a", "my sister went into the desert and is lost", "relative", "lost")},
		{Kind: 2, Text: text("a", "we lost my boy at the station", "relative", "lost")},
		{Kind: 2, Text: text("a", "no word from my uncle since the river", "relative", "silence")},
		{Text: text("a", "how do i change my address in the app", "app")},
		{Text: text("a", "my brother and i want a slot", "relative", "app")},
		{Text: text("a", "they took a photo of us at the port", "app")},
		{Text: text("a", "my boy is 12 does he need the app", "relative", "app")},
		{Text: text("b", "zu wo ki app", "app")},
		{Text: text("b", "mi ta app", "relative", "app")},
	}
}

func TestWhatWasTaughtIsHeardInOtherWords(t *testing.T) {
	e := ear.Learn(2, lesson())
	for _, c := range []struct {
		text ear.Text
		kind int // 0: no danger
	}{
		{text("a", "some men lock my uncle in a room", "captor", "held"), 1},
		{text("a", "my uncle is lost in the desert", "relative", "lost"), 2},
		{text("a", "does my uncle need an address in the app", "relative", "app"), 0},
		// Of another language nothing was said but what is spoken of.
		{text("b", "xo xo xo", "captor", "held"), 1},
		{text("b", "xo xo xo", "relative", "lost"), 2},
		{text("b", "xo xo xo", "app"), 0},
	} {
		kind, sure, _ := e.Hear(c.text)
		if sure >= 0.5 != (c.kind > 0) || c.kind > 0 && kind != c.kind {
			t.Errorf("%v is heard as %d (%.2f), want %d", c.text.Words, kind, sure, c.kind)
		}
	}
}

func TestTheSameLessonsTeachTheSame(t *testing.T) {
	a, b := ear.Learn(2, lesson()), ear.Learn(2, lesson())
	for _, s := range lesson() {
		ak, as, at := a.Hear(s.Text)
		if bk, bs, bt := b.Hear(s.Text); ak != bk || as != bs || at != bt {
			t.Fatalf("%v: %d %v, then %d %v", s.Words, ak, as, bk, bs)
		}
	}
}

func TestAnythingCanBeListenedTo(t *testing.T) {
	e := ear.Learn(2, lesson())
	for _, words := range [][]string{nil, {"x"}, {"9"}, {"12:30"}, {"99999999999999999999999"}, {strings.Repeat("ы", 500)}, slices.Repeat([]string{"\xff我"}, 300)} {
		if kind, sure, this := e.Hear(ear.Text{Lang: "a", Words: words}); kind < 1 || kind > 2 || this < 0 || sure < this || sure > 1 || math.IsNaN(this) {
			t.Errorf("%.20q: %d, %v", words, kind, sure)
		}
	}
}

func BenchmarkHear(b *testing.B) {
	e := ear.Learn(2, lesson())
	said := text("a", "some men lock my uncle in a room and say that we have to pay 5000 until tomorrow", "captor", "held", "relative", "sum", "days")
	b.ReportAllocs()
	for b.Loop() {
		e.Hear(said)
	}
}
