// What waits in a queue while something is withdrawn.

package flows

import (
	"strings"
	"testing"

	"posada/locales"
)

// plainly takes away what forms do to letters.
func plainly(s string) string { return locales.Fold(locales.Transliterate(s)) }

// rendered is a message of the book in a language.
func rendered(t *testing.T, b *Book, l *locales.Language, id string, extra map[string]any) string {
	t.Helper()
	text, err := b.On(reviewed(b)).text(l, id, extra)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func currently(b *Book, waiting []Message) (out []Message) {
	for _, m := range waiting {
		out = append(out, b.Current(m))
	}
	return out
}

func TestWhatWaitsIsNotSaidOnceItIsWithdrawn(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	en := b.Catalogue.Language("en")
	for _, code := range []string{"en", "es", "ar"} {
		l := b.Catalogue.Language(code)
		// The beginning: the rest may be on another page.
		said, original := plainly(rendered(t, b, l, "rule.what.1", nil))[:20], plainly(rendered(t, b, en, "rule.what.1", nil))[:20]
		word := plainly(rendered(t, b, l, msgWithdrawn, map[string]any{"day": day.In(l)}))
		for _, form := range []Form{SMS, WhatsApp, Telegram} {
			for _, w := range []Withdrawal{
				{Kind: WithdrawFlow, ID: "rule", Day: day}, {Kind: WithdrawMessage, ID: "rule.what.1", Day: day}, {Kind: WithdrawFact, ID: "clp_presumption", Day: day}, {Kind: WithdrawAnswer, ID: "rule.what", Day: day},
			} {
				b.SetBoard(Board{})
				k := newTalker(t, b, code, form, reviewed(b)).atMenu()
				if before := plainly(k.pick("rule")); !strings.Contains(before, said) || textOf(currently(b, k.last)) != textOf(k.last) {
					t.Fatalf("%s %s: it says\n%s", code, form.Name, before)
				}
				b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
				now := currently(b, k.last)
				text := plainly(textOf(now))
				if strings.Contains(text, said) || strings.Contains(text, original) || !strings.Contains(text, word) {
					t.Errorf("%s %s, %s: it says\n%s", code, form.Name, w.Kind, text)
				}
				for _, m := range now {
					if form.MaxSegments > 0 && (m.Segments == 0 || m.Segments > form.MaxSegments) || m.Lang != code {
						t.Errorf("%s %s, %s: %d segments in %s", code, form.Name, w.Kind, m.Segments, m.Lang)
					}
				}
				if last := len(now) - 1; form.Buttons && len(now[last].Choices) != len(k.last[last].Choices) {
					t.Errorf("%s %s, %s: the buttons are gone", code, form.Name, w.Kind)
				}
			}
		}
	}
}

func TestWhatIsNotWithdrawnGoesAsItWaited(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	for _, form := range []Form{SMS, WhatsApp, Telegram} {
		k := newTalker(t, b, "es", form, reviewed(b)).atMenu()
		k.pick("rule")
		question := k.last[len(k.last)-1]
		for _, w := range []Withdrawal{{Kind: WithdrawFlow, ID: "ways", Day: day}, {Kind: WithdrawMessage, ID: "rule.what.1", Day: day}} {
			b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
			if w.Kind == WithdrawMessage && form.Join { // it is one text
				continue
			}
			if got := b.Current(question); got.Text != question.Text || len(got.Choices) != len(question.Choices) {
				t.Errorf("%s: without %s %s it says\n%s", form.Name, w.Kind, w.ID, got.Text)
			}
		}
		// What stands in the place of the withdrawn, said anew, is not withdrawn itself.
		k.say("repeat")
		if got := currently(b, k.last); textOf(got) != textOf(k.last) {
			t.Errorf("%s: said anew, it is\n%s", form.Name, textOf(got))
		}
	}
}

func TestWordsOfSafetyAreNeverHeldBack(t *testing.T) {
	b := boarded(t, Board{})
	var all []Withdrawal
	for _, f := range b.flows {
		all = append(all, Withdrawal{Kind: WithdrawFlow, ID: f.ID, Day: b.NewestReview()})
	}
	for _, form := range []Form{SMS, WhatsApp, Telegram} {
		b.SetBoard(Board{})
		k := newTalker(t, b, "es", form, reviewed(b)).atMenu()
		k.say("me quieren matar")
		said := k.last[0]
		b.SetBoard(Board{Withdrawn: all})
		if got := b.Current(said); got.Text != said.Text {
			t.Errorf("%s: in danger one reads\n%s", form.Name, got.Text)
		}
	}
}

func TestATrainingSaysSoOfWhatIsWithdrawnToo(t *testing.T) {
	b := boarded(t, Board{})
	for _, form := range []Form{SMS, Telegram} {
		b.SetBoard(Board{})
		k := newTalker(t, b, "es", form, reviewed(b)).atMenu()
		k.at.AsOf = k.at.Now
		k.pick("rule")
		b.SetBoard(Board{Withdrawn: []Withdrawal{{Kind: WithdrawFlow, ID: "rule", Day: b.NewestReview()}}})
		for _, m := range currently(b, k.last) {
			if mark := b.Catalogue.Language("es").Raw(msgTraining); !strings.HasPrefix(plainly(m.Text), plainly(mark)) {
				t.Errorf("%s: it says\n%s", form.Name, m.Text)
			}
		}
	}
}

func TestAnOfficersAnswerIsHeldBackToo(t *testing.T) {
	b := boarded(t, Board{})
	board := Board{Answers: []Answered{bus(b)}}
	for _, form := range []Form{SMS, WhatsApp, Telegram} {
		b.SetBoard(board)
		k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
		k.pick("rumours")
		k.pick("tell")
		if text := k.say("they say free buses leave from the church to the border tomorrow"); !strings.Contains(text, "runs no bus") {
			t.Fatalf("%s: it says\n%s", form.Name, text)
		}
		gone := board
		gone.Withdrawn = []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: b.NewestReview()}}
		b.SetBoard(gone)
		text := textOf(currently(b, k.last))
		for _, said := range []string{"This is false", "runs no bus", "church", "Casa Example"} {
			if strings.Contains(text, said) {
				t.Errorf("%s: %q is said in\n%s", form.Name, said, text)
			}
		}
		if !strings.Contains(text, "taken out of use") {
			t.Errorf("%s: it says\n%s", form.Name, text)
		}
	}
}

func TestRecordingsAreHeldBackWithTheirWords(t *testing.T) {
	b := boarded(t, Board{Withdrawn: []Withdrawal{{Kind: WithdrawMessage, ID: "rule.what.1", Day: realBook(t).NewestReview()}}})
	m := Message{Lang: "es", Flow: "rule", Node: "what", Of: []Part{{"rule", "what", "rule.what.1"}}, Voices: []Voice{{"es", "rule.what.1"}}}
	if got := b.Current(m); len(got.Voices) != 0 || got.Text == "" {
		t.Errorf("it sounds: %v, %q", got.Voices, got.Text)
	}
}
