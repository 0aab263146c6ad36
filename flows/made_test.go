// Where the operator sends no drafts: in another language, with the reason once, and in danger not before the words that can save.
package flows

import (
	"strings"
	"testing"

	"posada/locales"
)

func TestWhereNoDraftsAreSentDangerIsAnsweredBeforeTheReason(t *testing.T) {
	b := recordedBook(t)
	b.SetDrafts(DraftsRefuse)
	src := b.Catalogue.Language(locales.Source)
	for _, l := range b.Catalogue.Languages() {
		if l.Code == locales.Source {
			continue
		}
		for _, form := range Forms {
			k := newTalker(t, b, l.Code, form, reviewed(b)).atMenu()
			text := locales.Unisolated(k.say(strings.Split(l.Raw("crisis.danger"), " | ")[0]))
			for k.s.Page+1 < k.s.Pages {
				text += "\n" + locales.Unisolated(k.say("0"))
			}
			k.standsAt("help", "danger")
			reason, number := locales.Unisolated(l.Raw(msgRefused)), src.Raw("help.emergency")
			reason = string([]rune(reason)[:10]) // a page may end in it
			if form.Join {                       // as SMS writes it
				reason = locales.Transliterate(reason)
			}
			number = number[:20]
			if at, first := strings.Index(text, reason), strings.Index(text, number); at < 0 || first < 0 || at < first || strings.Count(text, reason) != 1 {
				t.Errorf("%s on %s: the reason stands at %d (%d times), the number at %d:\n%s", l.Code, form.Name, at, strings.Count(text, reason), first, text)
			}
			if own := l.Raw("help.police"); strings.Contains(text, own) {
				t.Errorf("%s on %s: a draft was sent: %s", l.Code, form.Name, own)
			}
		}
	}
}

func TestWhereNoDraftsAreSentTheReasonStandsBeforeTheRuleAndOnce(t *testing.T) {
	b := recordedBook(t)
	b.SetDrafts(DraftsRefuse)
	k := newTalker(t, b, "fr", WhatsApp, reviewed(b)).atMenu()
	text := k.pick("rule")
	reason, _, _ := strings.Cut(b.Catalogue.Language("fr").Raw(msgRefused), "{{")
	if strings.Count(text, reason) != 1 || strings.Index(text, reason) > strings.Index(text, "A US rule since") {
		t.Errorf("%s", text)
	}
}
