// The whole way in a browser: a rumour is read and answered; a bulletin is
// written in three languages, refused to its own author, approved by a second
// officer, sent, watched, and corrected.
package console

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"posada/bot"
	"posada/bot/staff"
)

// deliver is a double of all providers: what is queued leaves, until ctx ends.
func (h *house) deliver(ctx context.Context) {
	for ctx.Err() == nil {
		n := 0
		for _, channel := range []string{"telegram", "whatsapp", "sms"} {
			lent, err := h.furniture.store.Claim(ctx, time.Now(), bot.ClaimOrder{Channel: channel, Kind: bot.Bulletin, Lines: 50, Each: 1, Lease: time.Minute})
			if err != nil {
				return
			}
			var settled []bot.Settlement
			for _, m := range lent {
				settled = append(settled, bot.Settlement{Token: m.Token, Fate: bot.FateSent, Ref: fmt.Sprint(channel, m.Token.Message)})
			}
			if _, err := h.furniture.store.Settle(ctx, time.Now(), settled); err != nil {
				return
			}
			n += len(lent)
		}
		if n == 0 {
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
}

// set puts a text into a field, whatever stood there.
func (b *tab) set(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).value = %q`, selector, text)))
}

// looks shows the page at three widths, by day and by night.
func (b *tab) looks(name string) {
	b.t.Helper()
	for _, width := range []int64{360, 768, 1920} {
		b.screen(width, "light")
		b.examine(fmt.Sprint(name, " ", width))
		b.shot(fmt.Sprintf("%s-%d", name, width))
	}
	b.screen(360, "dark")
	b.examine(name + " dark")
	b.shot(name + "-dark")
	b.screen(1280, "light")
}

func TestTheWholeWayOfARumourAndABulletinInTheBrowser(t *testing.T) {
	browser := chromium(t)
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	h.people(0, 588, "es")
	h.people(1000, 250, "ht")
	h.people(2000, 150, "fa")
	h.heard(5000, 12, "es", "Dicen que los grupos entran antes <b>ya</b>")
	writer := h.hire("Wim", staff.RoleApprover, true)
	ada := h.hire("Ada", staff.RoleApprover, true)
	id := h.rumour().ID
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, 2)
	go func() { h.furniture.bulletins.Run(ctx); ended <- struct{}{} }()
	go func() { h.deliver(ctx); ended <- struct{}{} }()
	t.Cleanup(func() { cancel(); <-ended; <-ended })

	wim := open(t, browser, server.URL)
	if os.Getenv("POSADA_AXE") != "" {
		wim.axe = axeScript(t)
	}
	wim.signIn("Wim")
	wim.visit("/rumours")
	wim.looks("rumours")
	wim.send(fmt.Sprintf(`tbody a[href="/rumours/%s"]`, id))
	wim.says("Dicen que los grupos entran antes <b>ya</b>")
	wim.looks("rumour")
	wim.do(chromedp.Click(chromedp.CSS(`input[name="verdict"][value="false"]`)))
	wim.fill("#claim-es", "Los grupos entran antes.")
	wim.fill("#reason-es", "No hay filas por grupo.")
	wim.fill("#publisher-1", "CBP")
	wim.fill("#title-1", "Preguntas")
	wim.fill("#url-1", approvedLink)
	wim.set("#date-1", "2026-03-01")
	wim.set("#review", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	wim.send(`form[action$="/answer"] button`)
	wim.says(h.say("en", "rumours.done.answered"))
	h.pass()
	if n := len(h.furniture.called); n != 12 {
		t.Errorf("%d people were told, want 12", n)
	}
	wim.looks("rumour-answered")
	wim.visit("/rumours/answered")
	wim.looks("rumours-answered")

	wim.visit("/bulletins")
	wim.fill("#title", "No lines by group")
	wim.set("#source", "es")
	wim.send(`form[action="/bulletins"] button`)
	wim.fill("#text-es", "No hay filas por grupo. Nadie entra antes por ir en grupo.")
	wim.set(`[name="text.ht"]`, "Pa gen liy pou gwoup.")
	wim.set(`[name="text.fa"]`, "صف گروهی وجود ندارد.")
	wim.set(`[name="what"]`, approvedLink)
	wim.send(`button[value="insert"]`)
	wim.says(h.say("en", "bulletins.done.saved"))
	wim.want(fmt.Sprintf(`document.querySelector("#text-fa").value.endsWith(%q) && document.querySelector("#text-fa").dir === "rtl"`, approvedLink))
	wim.looks("bulletin-draft")
	path := eval[string](wim, "location.pathname")
	wim.visit(path + "/preview")
	wim.until(`document.querySelector("#people") !== null`)
	wim.want(`document.querySelector("#people").textContent === "1000"`)
	wim.looks("bulletin-preview")
	wim.visit(path)
	wim.send(`form[action$="/hand-over"] button`)
	wim.says(h.say("en", "bulletins.approve.self"))
	wim.send(`a[href$="/approve"]`)
	wim.says(h.say("en", "bulletins.approve.self"))
	wim.do(chromedp.Click(chromedp.CSS(`input[name="read"]`)))
	wim.fill(`input[name="confirm-code"]`, writer.code(time.Now().Add(30*time.Second)))
	wim.send(`form[action$="/approve"] button`)
	wim.says(h.say("en", "bulletins.declined.own"))

	other := open(t, browser, server.URL)
	other.axe = wim.axe
	other.signIn("Ada")
	other.visit(path + "/approve")
	other.until(`document.querySelector("#people") !== null`)
	other.looks("bulletin-approve")
	other.do(chromedp.Click(chromedp.CSS(`input[name="read"]`)))
	other.fill(`input[name="confirm-code"]`, ada.code(time.Now().Add(30*time.Second)))
	other.send(`form[action$="/approve"] button`)
	other.says(h.say("en", "bulletins.done.approved"))
	other.send(`form[action$="/send"] button`)
	other.says(h.say("en", "bulletins.done.sending"))
	h.begun()
	other.visit(path)
	other.until(fmt.Sprintf(`document.querySelector("[data-live=state]").textContent === %q`, h.say("en", "bulletins.state.sent")))
	other.want(`document.querySelector('[data-live="queued"]').textContent === "1000" && document.querySelector('[data-live="sent"]').textContent === "1000"`)
	other.looks("bulletin-sent")

	other.visit(path)
	other.send(`form[action$="/correct"] button`)
	other.says(h.say("en", "bulletins.done.recalled"))
	other.says(h.say("en", "bulletins.audience.fixed"))
	other.looks("bulletin-correction")
	other.visit(eval[string](other, "location.pathname") + "/preview")
	other.visit("/bulletins")
	other.looks("bulletins")

	h.someone(9000, "fa", bot.Note{Kind: bot.NoteLetter, Text: "سلام، کمک لازم دارم"})
	h.pass()
	other.visit("/letters")
	other.looks("letters")
	other.send("tbody a")
	other.looks("letter")
	if strings.Contains(eval[string](other, "document.documentElement.outerHTML"), secretID) {
		t.Error("a page holds an address")
	}
}
