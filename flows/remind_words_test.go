// Words that are said in two places stay the same in both.
package flows

import (
	"strconv"
	"strings"
	"testing"

	"posada/locales"
)

// The diary counts what was pressed, by the word that stood on it; and the
// confirmation explains the numbers of the answers that come.
func TestTheDiaryAndTheConfirmationNameTheAnswersAsTheyStand(t *testing.T) {
	allLanguages(t, func(t *testing.T, _ *Book, l *locales.Language) {
		done := l.Raw("reminders.answer.done")
		if !strings.Contains(locales.Fold(l.Raw("diary.summary.done")), locales.Fold(done)) {
			t.Errorf("%q does not name %q", l.Raw("diary.summary.done"), done)
		}
		for i, id := range dayAnswers {
			word := l.Raw(id)
			if id == "reminders.answer.offer" { // on the lock screen it is news; here it is told what that means
				word = ""
			}
			if text := l.Raw(msgRemindAnswers); !strings.Contains(locales.Fold(text), strings.TrimSpace(strconv.Itoa(i+1)+" "+locales.Fold(word))) {
				t.Errorf("%q does not explain %d %s", text, i+1, word)
			}
		}
		k := subscribe(t, realBook(t), l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		if text := locales.Fold(textOf(k.last)); !strings.Contains(text, locales.Fold(l.Raw(msgRemindAnswers))) {
			t.Errorf("said %q", text)
		}
	})
}
