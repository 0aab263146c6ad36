// The phone in every language: nothing is cut off or runs over, and each message
// runs in the direction of its language.
package simulator

import (
	"fmt"
	"testing"
)

func TestThePhoneShowsEveryLanguage(t *testing.T) {
	browser := chromium(t)
	_, catalogue := house(t)
	for _, l := range catalogue.Languages() {
		t.Run(l.Code, func(t *testing.T) {
			url, _ := house(t)
			b := open(t, browser, url, 390, 844, false)
			b.do(click("#toggle"), click(`input[value="telegram"]`), click("#toggle"))
			b.turn(typed(l.List("language.greetings")[0])...)
			b.turn(press("first/suggest#yes"))
			b.turn(press("first/consent#go_on"))
			b.shot("language-" + l.Code + "-menu")
			b.turn(press("menu/menu#rule"))
			b.shot("language-" + l.Code + "-rule")
			direction := "ltr"
			if l.RightToLeft() {
				direction = "rtl"
			}
			b.want(fmt.Sprintf(`[...document.querySelectorAll('.theirs .words')].filter((el) => el.lang === %q).every((el) => getComputedStyle(el).direction === %q)`, l.Code, direction))
			b.want(fmt.Sprintf(`[...document.querySelectorAll('.theirs .words')].some((el) => el.lang === %q)`, l.Code))
		})
	}
}
