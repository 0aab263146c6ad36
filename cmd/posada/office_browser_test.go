// The whole of the staff's side in a browser, phone and console of one running
// server: a rumour that the phone reports is answered to it; a bulletin in three
// languages is approved by a second officer, reaches a thousand people, and is
// corrected.
package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/channel/telegram/telegramtest"
	"posada/flows"
)

// phoneTab is a person with the phone's page.
type phoneTab struct {
	*tab
	lang string
}

// says writes, and waits until all of want stand in what came.
func (b phoneTab) says(text string, want ...string) {
	b.t.Helper()
	before := eval[int](b.tab, `document.querySelectorAll('.theirs').length`)
	b.types("#text", text)
	b.hears(before, want...)
}

func (b phoneTab) picks(id string, want ...string) {
	b.t.Helper()
	b.says(word(b.t, b.lang, id), want...)
}

// hears waits until all of want stand in what came after so many messages.
func (b phoneTab) hears(before int, want ...string) {
	b.t.Helper()
	var all []string
	for _, text := range want {
		if textName.MatchString(text) {
			text = word(b.t, b.lang, text)
		}
		all = append(all, fmt.Sprintf(`[...document.querySelectorAll('.theirs')].slice(%d).some((m) => m.innerText.includes(%q))`, before, text))
	}
	b.until(strings.Join(append(all, `document.getElementById('log').dataset.waiting === 'false'`), " && "))
}

// didYou asks whether Posada sent a text.
func (b phoneTab) didYou(text string, want ...string) {
	b.t.Helper()
	b.says(firstWord(b.t, b.lang, "keyword.menu"), "menu.ask")
	b.picks("menu.rumours", "rumours.ask")
	b.picks("rumours.choice.sent", "sent.ask")
	b.says(text, want...)
}

// signsIn signs an officer in by the form.
func signsIn(b *tab, v *visitor) *tab {
	b.t.Helper()
	b.visit("/sign-in")
	b.set("#name", v.name, "#password", passphrase)
	b.send("main button")
	if eval[string](b, "location.pathname") == "/sign-in" {
		b.t.Fatalf("%s cannot sign in", v.name)
	}
	return b
}

// approves presses what approves, with a code where one is asked for.
func (b *tab) approves(v *visitor) {
	b.t.Helper()
	b.click(`input[name="read"]`)
	if eval[bool](b, `document.querySelector('input[name="confirm-code"]') !== null`) {
		b.set(`input[name="confirm-code"]`, v.code(time.Now().Add(30*time.Second)))
	}
	b.send(`form[action$="/approve"] button`)
}

// counts are how many messages with a text came to chats, and to the chats that
// got more than one.
func counts(tg *telegramtest.Server, chats []int64, text string) (n, twice int) {
	for _, chat := range chats {
		got := 0
		for _, m := range tg.Received(chat) {
			if strings.Contains(m.Text, text) {
				got++
			}
		}
		if n += got; got > 1 {
			twice++
		}
	}
	return n, twice
}

func TestAnOfficersWholeWayBesideAPhoneInTheBrowser(t *testing.T) {
	browser := chromium(t)
	tg := telegramtest.New(t)
	dir := t.TempDir()
	data := []string{"--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key")}
	chats := crowd(t, data, tg, group{"es", 600}, group{"ht", 250}, group{"en", 150}, group{"fr", 40})
	p := start(t, append(data, "--book", daytime(t), "--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-rate", "1000", "--telegram-chat-rate", "100")...)
	console, first := p.console()
	ana, wim, eva := visit(t, console, "Ana"), visit(t, console, "Wim"), visit(t, console, "Eva")
	ana.joins(first, true)
	wim.joins(ana.invites("approver"), true)
	eva.joins(ana.invites("approver"), true)

	// A rumour from the phone's page, and its answer.
	phone := phoneTab{openTab(t, browser, p.pages), "es"}
	phone.visit("/")
	phone.want(`(document.querySelector('input[value="telegram"]').click(), document.body.dataset.channel === "telegram")`)
	phone.says("hola", "language.suggest")
	phone.says("1", "first.consent.ask")
	phone.says("1", "menu.ask")
	phone.picks("menu.reminders", "reminders.which.ask")
	phone.says("2", "reminders.place.ask")
	phone.says("Ciudad de Mexico", "reminders.choice.time")
	phone.picks("reminders.choice.time", "reminders.minute.ask")
	phone.says("11:00 am", "reminders.words.ask")
	phone.says("1", "menu.ask")
	phone.picks("menu.rumours", "rumours.ask")
	phone.picks("rumours.choice.tell", "rumours.tell.ask")
	phone.says(heardInSpanish, "menu.ask")
	shown := eval[int](phone.tab, `document.querySelectorAll('.theirs').length`)

	writer := signsIn(openTab(t, browser, console), wim)
	p.await("the rumour in the console", func() bool {
		writer.visit("/rumours")
		return eval[bool](writer, `document.querySelector('tbody a') !== null`)
	})
	writer.looks("rumours")
	writer.send("tbody a")
	writer.shows(heardInSpanish)
	writer.looks("rumour")
	writer.click(`input[name="verdict"][value="false"]`)
	writer.set("#claim-es", answered[3], "#reason-es", answered[5], "#publisher-1", "CBP", "#title-1", "Preguntas frecuentes",
		"#date-1", "2026-03-01", "#review", time.Now().AddDate(0, 2, 0).Format(time.DateOnly))
	writer.send(`form[action$="/answer"] button`)
	writer.looks("rumour-answered")
	phone.hears(shown, "news.ask")
	phone.looks("phone-line")
	phone.says("1", "board.false", answered[5])
	phone.looks("phone-answer")

	// A bulletin in three languages, that its author may not approve.
	texts := map[string]string{
		"es": "No hay filas por grupo. Nadie entra antes por ir en grupo.",
		"ht": "Pa gen liy pou gwoup. Pèsonn pa antre pi vit paske li nan gwoup.",
		"en": "There are no lines for groups. Nobody gets in sooner by going in a group.",
	}
	writer.visit("/bulletins")
	writer.set("#title", "No lines by group", "#source", "es")
	writer.send(`form[action="/bulletins"] button`)
	path := eval[string](writer, "location.pathname")
	writes(writer, path, texts)
	writer.looks("bulletin-draft")
	writer.visit(path + "/preview")
	counted(t, p, writer, path+"/preview", 1000)
	writer.looks("bulletin-preview")
	writer.visit(path)
	writer.send(`form[action$="/hand-over"] button`)
	writer.send(`a[href$="/approve"]`)
	writer.approves(wim)
	writer.shows("Somebody else must approve it.")
	writer.looks("bulletin-own")

	second := signsIn(openTab(t, browser, console), eva)
	counted(t, p, second, path+"/approve", 1000)
	second.looks("bulletin-approve")
	second.approves(eva)
	second.send(`form[action$="/send"] button`)
	ends(second, path, 1000)
	second.looks("bulletin-sent")
	for lang, text := range texts {
		if n, twice := counts(tg, chats[lang], text); n != len(chats[lang]) || twice > 0 {
			t.Errorf("%s: %d messages to %d people, %d of them twice", lang, n, len(chats[lang]), twice)
		}
	}
	everybody := slices.Concat(chats["es"], chats["ht"], chats["en"])
	if n, _ := counts(tg, chats["fr"], "Posada,"); n > 0 {
		t.Errorf("%d messages to people without a text", n)
	}
	day := flows.DayOf(time.Now())
	phone.didYou(texts["es"], "sent.part", dayIn(t, day))
	phone.looks("phone-sent")

	// One stops, another comes: neither is corrected.
	stopped, later := chats["es"][17], int64(crowdChat+50_000)
	gone := onTelegram(t, p, tg, "es", stopped)
	gone.says(firstWord(t, "es", "keyword.stop"), "ui.stopped")
	fresh := onTelegram(t, p, tg, "es", later)
	fresh.agrees("hola")

	second.visit(path)
	second.send(`form[action$="/correct"] button`)
	path = eval[string](second, "location.pathname")
	right := map[string]string{
		"es": "Nos equivocamos. Sí hay una fila para familias con niños.",
		"ht": "Nou te fè erè. Gen yon liy pou fanmi ki gen timoun.",
		"en": "We were wrong. There is a line for families with children.",
	}
	writes(second, path, right)
	second.looks("bulletin-correction")
	second.send(`form[action$="/hand-over"] button`)
	counted(t, p, writer, path+"/approve", 990) // 999, told to the ten below
	writer.approves(wim)
	writer.send(`form[action$="/send"] button`)
	ends(writer, path, 999)
	writer.looks("bulletin-corrected")
	for lang, text := range right {
		want := len(chats[lang])
		if lang == "es" {
			want--
		}
		if n, twice := counts(tg, chats[lang], text); n != want || twice > 0 {
			t.Errorf("%s: %d corrections to %d people, %d of them twice", lang, n, want, twice)
		}
		if n, _ := counts(tg, chats[lang], word(t, lang, "bulletin.corrects")); n != want {
			t.Errorf("%s: %d say that they correct", lang, n)
		}
	}
	if n, _ := counts(tg, append(chats["fr"], stopped, later), right["es"]); n > 0 {
		t.Errorf("%d corrections to people who did not get the first, or stopped", n)
	}
	if n, twice := counts(tg, everybody, "Posada,"); n != 1999 || twice != 999 {
		t.Errorf("%d bulletins to %d people, of whom %d got two", n, len(everybody), twice)
	}
	phone.didYou(texts["es"], "sent.part", "sent.corrected", right["es"])
	phone.looks("phone-corrected")
	writer.visit("/")
	writer.looks("today")
	writer.visit("/audit")
	writer.looks("audit")
	p.stop()
}

// writes fills in the texts of a bulletin and saves it.
func writes(b *tab, path string, texts map[string]string) {
	b.t.Helper()
	b.visit(path)
	for lang, text := range texts {
		b.set(fmt.Sprintf(`[name="text.%s"]`, lang), text)
	}
	b.send(`button[value="save"]`)
	for lang, text := range texts {
		b.want(fmt.Sprintf(`document.querySelector('[name="text.%s"]').value === %q`, lang, text))
	}
}

// counted opens a page again and again until the audience is counted on it.
func counted(t *testing.T, p *process, b *tab, path string, people int) {
	t.Helper()
	p.await("the count of an audience", func() bool {
		b.visit(path)
		return eval[bool](b, `document.querySelector('#people') !== null`)
	})
	b.want(fmt.Sprintf(`document.querySelector('#people').textContent === "%d"`, people))
}

// ends watches a bulletin to its end, without opening the page again.
func ends(b *tab, path string, people int) {
	b.t.Helper()
	b.want(fmt.Sprintf("location.pathname === %q", path))
	b.until(fmt.Sprintf(`["queued", "sent"].every((id) => document.querySelector('[data-live="' + id + '"]')?.textContent === "%d")`, people))
	b.until(`document.querySelector('[data-live="state"]').textContent === "Sent"`)
}

// dayIn is a day as people read it.
func dayIn(t *testing.T, day flows.Date) string {
	t.Helper()
	c, err := words()
	if err != nil {
		t.Fatal(err)
	}
	return day.In(c.Language("es"))
}
