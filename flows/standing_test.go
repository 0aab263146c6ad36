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
