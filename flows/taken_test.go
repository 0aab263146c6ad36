// What was for the staff: a code that links an officer's phone.

package flows

import (
	"strings"
	"testing"
	"time"
)

func TestWhatWasForTheStaffIsConfirmedAndNoMiss(t *testing.T) {
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		code := l.Code
		for _, form := range []Form{SMS, WhatsApp, Telegram} {
			k := newTalker(t, b, code, form, reviewed(b)).atMenu()
			before := k.s
			text := textOf(k.input(Input{Text: "12345678", Taken: true}))
			if !strings.Contains(plainly(text), plainly(l.Raw(msgRemindNoted))) || strings.Contains(plainly(text), plainly(l.Raw(msgMissFirst))) {
				t.Errorf("%s %s: it says\n%s", code, form.Name, text)
			}
			if k.standsAt(before.Flow, before.Node); k.s.Misses != 0 || len(k.done) != 0 || len(k.choices()) == 0 {
				t.Errorf("%s %s: %d misses, %v, %d choices", code, form.Name, k.s.Misses, k.done, len(k.choices()))
			}
		}
	}
	// Nothing of it answers the question that waits, and who was away, or is new,
	// is greeted as ever.
	k := newTalker(t, b, "es", Telegram, reviewed(b)).atMenu()
	k.input(Input{Text: "1", Taken: true})
	k.standsAt(b.roles.Menu, b.flowByID[b.roles.Menu].start.id)
	k.wait(time.Hour)
	k.input(Input{Text: "12345678", Taken: true})
	k.standsAt(b.roles.Away, b.flowByID[b.roles.Away].start.id)
	k = newTalker(t, b, "", Telegram, reviewed(b))
	if k.input(Input{Text: "12345678", Taken: true}); k.s.Flow != b.roles.First || len(k.choices()) == 0 {
		t.Errorf("a newcomer stands at %s/%s", k.s.Flow, k.s.Node)
	}
}
