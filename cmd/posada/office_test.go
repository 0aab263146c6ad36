// The staff's side through the running server: a rumour that is told by two people
// in two languages is answered, a letter is, and a message is taken out of use.
package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio/twiliotest"
	"posada/locales"
)

const (
	heardInSpanish = "hay que estar vacunado para entrar a estados unidos"
	heardInHaitian = "fòk ou pran vaksen pou w antre Etazini"
	heardAgain     = "oí que sin la vacuna nadie entra a Estados Unidos"
	askedTheStaff  = "mi primo Aurelio espera en el albergue, a quien pregunto"

	ownChat      = 70230
	spanishChat  = 70231
	laterChat    = 70232 // and those above it
	haitianPhone = "+5215587654321"

	withdrawable = "rule.what.1" // a message
)

// answered is an officer's answer to the rumour.
var answered = []string{
	"verdict", "false",
	"claim.es", "Hay que estar vacunado para entrar.", "reason.es", "No se pide ninguna vacuna para pedir asilo.",
	"claim.ht", "Fòk ou pran vaksen pou w antre.", "reason.ht", "Yo pa mande okenn vaksen pou mande azil.",
	"publisher", "CBP", "title", "Preguntas frecuentes", "date", "2026-03-01",
	"review", time.Now().AddDate(0, 2, 0).Format(time.DateOnly),
}

func TestARumourALetterAndAWithdrawalThroughTheRunningServer(t *testing.T) {
	t.Parallel()
	const public = "https://posada.test/bot"
	tg, tw := telegramtest.New(t), twiliotest.New(t)
	dir := t.TempDir()
	data := []string{"--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key")}
	p := start(t, append(data, "--book", daytime(t), "--public-url", public, "--webhook-listen", "127.0.0.1:0", "--organisation", "Casa Example",
		"--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-chat-rate", "100",
		"--twilio-api", tw.URL, "--twilio-account-sid", twiliotest.AccountSID, "--twilio-auth-token", twiliotest.AuthToken,
		"--sms-from", twiliotest.SMSNumber, "--sms-rate", "100")...)
	tg.Route(public, p.webhook+"/bot")
	tw.Connect(public, p.webhook+"/bot")
	feed := visit(t, p.webhook, "a reader of the feed")
	feed.get("/bot/rumours.json")

	// Two people tell the same, in two languages.
	maria := onTelegram(t, p, tg, "es", spanishChat)
	maria.comes("hola", "Ciudad de Mexico")
	maria.tells(heardInSpanish)
	jean := onSMS(t, p, tw, "ht", haitianPhone)
	jean.comes("bonjou", "vil meksiko")
	jean.tells(heardInHaitian)

	// The first admin joins and brings the others.
	console, first := p.console()
	ana, eva, ada, wim := visit(t, console, "Ana"), visit(t, console, "Eva"), visit(t, console, "Ada"), visit(t, console, "Wim")
	ana.joins(first, true)
	if code := visit(t, console, "a thief").opens(first); code != http.StatusNotFound {
		t.Errorf("the first link works twice: %d", code)
	}
	eva.joins(ana.invites("approver"), true)
	ada.joins(ana.invites("approver"), true)
	wim.joins(ana.invites("writer"), false)

	// One case, two reports, and no word of theirs but on its own page. A report is counted a moment before its words are there.
	var id string
	p.await("one case with two reports and their words", func() bool {
		wim.get("/rumours")
		ids := regexp.MustCompile(`<a href="/rumours/([a-z0-9]{12})">`).FindAllStringSubmatch(wim.page, -1)
		if len(ids) != 1 {
			return false
		}
		id = ids[0][1]
		wim.get("/rumours/" + id)
		return strings.Contains(wim.page, "<dd>2</dd>") && strings.Contains(wim.page, heardInSpanish) && strings.Contains(wim.page, heardInHaitian)
	})
	nothingLeaks(t, p, ana)

	// The writer answers; both are told discreetly, and read it in their language.
	without := slices.Concat(answered[:10], answered[16:])
	if code := wim.try("/answer", without...); code != http.StatusUnprocessableEntity {
		t.Errorf("an answer without a source: %d", code)
	}
	wim.send("/answer", answered...)
	for _, w := range []struct {
		*person
		reason string
	}{{maria, answered[5]}, {jean, answered[9]}} {
		line := w.hears("news.ask")
		for _, topic := range []string{"vacun", "vaksen", "asil", "azil", "rumor", "CBP"} {
			if strings.Contains(locales.Fold(line), topic) {
				t.Errorf("%s: the line shows %q: %q", w.lang, topic, line)
			}
		}
		w.says("1", "board.false", w.reason)
		w.says(firstWord(t, w.lang, "keyword.source"), "CBP", "Preguntas frecuentes")
	}
	// Who tells it now is answered at once, and nothing is filed.
	rosa := onTelegram(t, p, tg, "es", laterChat)
	rosa.comes("hola", "Ciudad de Mexico")
	rosa.picks("menu.rumours", "rumours.ask")
	rosa.picks("rumours.choice.tell", "rumours.tell.ask")
	rosa.says(heardAgain, "board.false", answered[5], "rumours.known.ask")
	rosa.says("1", "menu.ask")
	claimReview(t, feed)
	feed.sees(regexp.QuoteMeta(answered[5]))

	// A letter, and its answer.
	wim.get("/letters")
	wim.send("/letters/duty")
	maria.says(firstWord(t, "es", "keyword.person"), "person.open", "person.write.ask")
	maria.says(askedTheStaff, "person.sent")
	p.await("the letter", func() bool {
		wim.get("/letters")
		return strings.Contains(wim.page, "/letters/case/")
	})
	wim.get(wim.sees(`/letters/case/[a-z0-9]+`))
	wim.sees(regexp.QuoteMeta(askedTheStaff))
	nothingLeaks(t, p, ana)
	const reply = "Pregunte en la oficina del albergue."
	wim.send("/reply", "text", reply)
	if line := maria.hears("person.line.ask"); strings.Contains(line, "oficina") {
		t.Errorf("the line shows the answer: %q", line)
	}
	maria.says("1", "person.wrote", reply)

	// An officer's own phone hears that it is linked, and is forgotten with all else.
	own := onTelegram(t, p, tg, "es", ownChat)
	own.agrees("hola")
	wim.get("/bulletins")
	wim.send("/bulletins", "title", "No lines by group", "source", "es")
	page := wim.path
	wim.send("/link")
	own.says(wim.sees(`<code class="secret">([0-9]{8})</code>`), "reminders.noted", "menu.ask")
	wim.get(page)
	wim.sees(`action="[^"]*(/test)"`)
	own.says(firstWord(t, "es", "keyword.delete"), "data.confirm.ask")
	own.says("1", "ui.forgotten")
	p.await("a phone that is linked no more", func() bool {
		wim.get(page)
		return !strings.Contains(wim.page, `/test"`)
	})

	// A message is withdrawn by two, and back by two. Whom the provider makes wait
	// meanwhile is not told it either.
	chat := int64(laterChat)
	withdrawn(t, eva, ada, ana, func() func() string {
		chat++
		w := onTelegram(t, p, tg, "es", chat)
		w.agrees("hola")
		tg.FailChat(chat, 1000, telegramtest.Flood(1))
		w.read = len(w.screen())
		w.write(word(t, "es", "menu.rule"))
		metrics := visit(t, strings.TrimSuffix(p.pages, "/"), "the operator")
		p.await("an attempt to send it", func() bool {
			metrics.opens("/metrics")
			return strings.Contains(metrics.page, `posada_sends_total{channel="telegram",kind="reply",outcome="retry"}`)
		})
		return func() string {
			tg.Mend()
			return w.hears("withdrawn.message")
		}
	}, func(want string) string {
		chat++
		w := onTelegram(t, p, tg, "es", chat)
		w.agrees("hola")
		return w.picks("menu.rule", want)
	})
	// The answer is withdrawn; who tells the rumour then waits, and is told the next one with those who read the first.
	eva.get("/withdrawals")
	eva.send("/withdrawals", "kind", "answer", "target", "board."+id, "reason", "Its source was taken back")
	ada.get("/withdrawals")
	ada.send("/confirm")
	for _, path := range []string{"/bot/rumours", "/bot/rumours.json"} {
		if feed.get(path); strings.Contains(feed.page, answered[5]) || strings.Contains(feed.page, "taken out of use") != (path == "/bot/rumours") {
			t.Errorf("%s, of an answer that is withdrawn:\n%s", path, feed.page)
		}
	}
	rosa.tells(heardAgain)
	p.await("the case is to be answered again", func() bool {
		wim.get("/rumours")
		if !strings.Contains(wim.page, id) {
			return false
		}
		wim.get("/rumours/" + id)
		return strings.Contains(wim.page, heardAgain)
	})
	anew := slices.Clone(answered)
	anew[5] = "Ninguna vacuna se pide."
	wim.send("/answer", anew...)
	for _, w := range []*person{maria, rosa} {
		w.hears("news.ask")
		w.says("1", "board.false", anew[5])
	}
	claimReview(t, feed)
	feed.sees(regexp.QuoteMeta(anew[5]))
	nothingLeaks(t, p, ana)
	p.stop()
	if code, out, err := posada(t, "", append([]string{"audit", "verify"}, data...)...); code != 0 || !strings.Contains(out, "whole") {
		t.Errorf("audit verify: %d, %s%s", code, out, err)
	}
	code, out, _ := posada(t, "", append([]string{"audit", "list", "--last", "1000"}, data...)...)
	for _, did := range []string{"rumour.answer", "letter.reply", "duty.begin", "content.withdraw.propose", "content.withdraw.confirm", "content.restore.confirm"} {
		if code != 0 || !strings.Contains(out, did) {
			t.Errorf("the audit log has no %s: %d", did, code)
		}
	}
	holdsNone(t, "the audit log", out, addresses, sentences)
}

// tells reports a rumour that nobody has answered.
func (w *person) tells(heard string) {
	w.t.Helper()
	w.picks("menu.rumours", "rumours.ask")
	w.picks("rumours.choice.tell", "rumours.tell.ask")
	w.read = len(w.screen())
	w.write(heard)
	asked := false
	w.p.await("an answer to a rumour", func() bool {
		text := strings.Join(w.screen()[w.read:], "\n")
		asked = w.missing(text, []string{"rumours.which.ask"}) == ""
		return asked || w.missing(text, []string{"rumours.filed"}) == ""
	})
	if asked {
		w.picks("search.choice.another", "rumours.filed", "menu.ask")
	} else {
		w.hears("menu.ask")
	}
}

// firstWord is the first of several words for the same.
func firstWord(t *testing.T, lang, id string) string {
	first, _, _ := strings.Cut(word(t, lang, id), ",")
	return first
}

// claimReview checks what other organisations read.
func claimReview(t *testing.T, feed *visitor) {
	t.Helper()
	feed.get("/bot/rumours.json")
	var got struct {
		Elements []struct {
			Item struct {
				Type    string `json:"@type"`
				Claimed string `json:"claimReviewed"`
				Lang    string `json:"inLanguage"`
				Rating  struct {
					Value int `json:"ratingValue"`
				} `json:"reviewRating"`
				Author struct{ Name string } `json:"author"`
			} `json:"item"`
		} `json:"dataFeedElement"`
	}
	if err := json.Unmarshal([]byte(feed.page), &got); err != nil {
		t.Fatal(err)
	}
	var langs []string
	for _, e := range got.Elements {
		langs = append(langs, e.Item.Lang)
		if e.Item.Type != "ClaimReview" || e.Item.Rating.Value != 1 || e.Item.Author.Name != "Casa Example" || e.Item.Claimed == "" {
			t.Errorf("the feed has %+v", e.Item)
		}
	}
	if !slices.Equal(langs, []string{"es", "ht"}) {
		t.Errorf("the feed has languages %v", langs)
	}
	feed.get("/bot/rumours")
	feed.get("/bot/" + feed.sees(`href="(rumours\.css)"`))
	feed.get("/bot/rumours")
}

// withdrawn has one officer propose that a message is taken out of use, and
// another confirm it; then the same for giving it back. Whom the first one let in
// is no other. asks is what somebody new is told who comes to where it stands.
func withdrawn(t *testing.T, one, other, admin *visitor, waits func() (goes func() string), asks func(want string) string) {
	t.Helper()
	one.get("/withdrawals")
	one.send("/withdrawals", "kind", "message", "target", withdrawable, "reason", "The number in it is wrong")
	if regexp.MustCompile(`/confirm"`).MatchString(one.page) {
		t.Error("one officer can withdraw alone")
	}
	asks(withdrawable)
	goes := waits()
	other.get("/withdrawals")
	other.send("/confirm")
	if text := goes(); strings.Contains(text, word(t, "es", withdrawable)) {
		t.Errorf("a withdrawn message that waited is said: %q", text)
	}
	if text := asks("withdrawn.message"); strings.Contains(text, word(t, "es", withdrawable)) {
		t.Errorf("a withdrawn message is said: %q", text)
	}
	admin.get("/withdrawals")
	admin.send("/restore", "reason", "It was set right")
	one.get("/withdrawals")
	if code := one.try("/confirm"); code != http.StatusForbidden {
		t.Errorf("whom an officer let in confirms what they propose: %d", code)
	}
	one.get("/withdrawals")
	one.send("/drop")
	other.get("/withdrawals")
	other.send("/restore", "reason", "It was set right")
	one.get("/withdrawals")
	one.send("/confirm")
	asks(withdrawable)
}

var (
	addresses = []string{"70230", "70231", "70232", haitianPhone[1:], "Nombre-Privado", "perfil_privado"}
	sentences = []string{heardInSpanish, heardInHaitian, heardAgain, askedTheStaff, "Aurelio", "vacunado para entrar a estados"}
)

func holdsNone(t *testing.T, where, text string, secrets ...[]string) {
	t.Helper()
	for _, s := range slices.Concat(secrets...) {
		if strings.Contains(text, s) {
			t.Errorf("%s holds %q", where, s)
		}
	}
}

// nothingLeaks checks that no address and no sentence of a person stands in the
// log, the metrics, the feed, or any page of the console but the case's own.
func nothingLeaks(t *testing.T, p *process, officer *visitor) {
	t.Helper()
	holdsNone(t, "the log", p.errs.String(), addresses, sentences)
	private := visit(t, strings.TrimSuffix(p.pages, "/"), "the operator")
	for _, path := range []string{"/metrics", "/readyz", "/rumours", "/rumours.json"} {
		private.opens(path)
		holdsNone(t, path, private.page, addresses, sentences)
	}
	seen := map[string]bool{}
	links := regexp.MustCompile(`href="(/[^"#]*)"`)
	for todo := []string{"/"}; len(todo) > 0; todo = todo[1:] {
		path := todo[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		if code := officer.opens(path); code != http.StatusOK {
			t.Errorf("the console leads to %s: %d", path, code)
		}
		holdsNone(t, path, officer.page, addresses)
		if !strings.HasPrefix(path, "/rumours/") && !strings.HasPrefix(path, "/letters/case/") {
			holdsNone(t, path, officer.page, sentences)
		}
		for _, m := range links.FindAllStringSubmatch(officer.page, -1) {
			todo = append(todo, m[1])
		}
	}
	t.Logf("%d pages of the console hold no address and no sentence", len(seen))
	if len(seen) < 12 {
		t.Errorf("only %d pages were looked at", len(seen))
	}
}
