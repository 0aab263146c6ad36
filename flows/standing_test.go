// "Did you send this?" of the standing words: all that Posada says by itself, as
// it is on the day, and nothing that is out of use.
package flows

import (
	"strings"
	"testing"
)

// askedWhether asks, from the menu, whether Posada sent a text.
func (k *talker) askedWhether(text string) string {
	k.t.Helper()
	k.say("menu")
	k.pick("rumours")
	k.pick("sent")
	return k.say(text)
}

// saidOn is a message of the book as it is on a day.
func saidOn(t *testing.T, b *Book, date, lang, id string) string {
	t.Helper()
	text, err := b.On(on(t, date)).text(b.Catalogue.Language(lang), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const usesWords = "Posada uses these words"

func TestStandingWordsAreThoseOfTheDayOnWhichSomebodyAsks(t *testing.T) {
	b := boarded(t, Board{})
	today := DateOf(reviewed(b)).String()
	limits := saidOn(t, b, today, "en", "ways.restrictions.1") // it names a day of 2025
	for name, first := range map[string]At{
		"somebody trained before": {Now: reviewed(b), AsOf: on(t, "2024-03-15")},
		"the day was another one": {Now: on(t, "2024-03-15")},
	} {
		k := newTalker(t, b, "en", Telegram, first.Now)
		k.at = first
		k.atMenu()
		if text := k.askedWhether(limits); strings.Contains(text, usesWords) {
			t.Errorf("%s: before its day it is said to be ours:\n%s", name, text)
		}
		if text := inEnglish(t, b).askedWhether(limits); !strings.Contains(text, usesWords) {
			t.Errorf("%s: answered\n%s", name, text)
		}
	}
}

func TestWordsThatAreOutOfUseAreNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	rule := saidOn(t, b, day.String(), "en", "rule.what.1") // it stands on clp_presumption
	for _, w := range []Withdrawal{
		{WithdrawMessage, "rule.what.1", day}, {WithdrawFact, "clp_presumption", day}, {WithdrawFlow, "rule", day}, {WithdrawAnswer, "rule.what", day},
	} {
		b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
		k := inEnglish(t, b)
		if text := k.askedWhether(rule); !strings.Contains(text, "taken out of use") || strings.Contains(text, usesWords) {
			t.Errorf("%s: answered\n%s", w.Kind, text)
		}
		b.SetBoard(Board{})
		if text := k.say("repeat"); !strings.Contains(text, usesWords) || strings.Contains(text, "out of use") {
			t.Errorf("%s: given back, it is answered\n%s", w.Kind, text)
		}
	}
}

func TestWordsThatAnotherFlowSaysStayInUse(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	history := saidOn(t, b, day.String(), "en", "programme.history_trouble") // many flows say it
	b.SetBoard(Board{Withdrawn: []Withdrawal{{WithdrawFlow, "date", day}}})
	if text := inEnglish(t, b).askedWhether(history); !strings.Contains(text, usesWords) {
		t.Errorf("answered\n%s", text)
	}
}

func TestWordsThatAreWithheldAreNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	k := inEnglish(t, b)
	k.at.Now = Noon(b.factByID["clp_presumption"].ReviewBy).AddDate(0, 0, 31)
	rule := saidOn(t, b, DateOf(k.at.Now).String(), "en", "rule.what.1")
	k = newTalker(t, b, "en", Telegram, k.at.Now).atMenu()
	if text := k.askedWhether(rule); !strings.Contains(text, k.words().Raw(msgWithheld)) || strings.Contains(text, usesWords) {
		t.Errorf("answered\n%s", text)
	}
}

// As a session of an earlier version kept it.
func TestWordsThatAnEarlierVersionFoundAreAnsweredStill(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Withdrawn: []Withdrawal{{WithdrawMessage, "rule.what.1", b.NewestReview()}}})
	for kept, want := range map[string]string{"words": usesWords, "gone rule.what.1": "taken out of use"} {
		k := inEnglish(t, b)
		k.askedWhether("Hurry, tomorrow the bridge opens for everybody")
		a, _ := k.s.answer("sent", answerTraced)
		a.Text = kept
		k.s.setAnswer(a)
		if text := k.say("repeat"); !strings.Contains(text, want) {
			t.Errorf("%q: answered\n%s", kept, text)
		}
	}
}
