// A running server with the people on both sides of it: those who write, by the
// doubles of their providers, and officers, by the console's own forms.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio/twiliotest"
	"posada/locales"
)

// words are the texts that people are sent, by language and name.
var words = sync.OnceValues(locales.Embedded)

// word is a text as it stands in a language.
func word(t *testing.T, lang, id string) string {
	t.Helper()
	c, err := words()
	if err != nil {
		t.Fatal(err)
	}
	text := c.Language(lang).Raw(id)
	if text == "" {
		t.Fatalf("no text %s in %s", id, lang)
	}
	return strings.TrimSpace(strings.Split(text, "{{")[0])
}

// daytime is the list of an operator's own, in a city where it is noon now: whoever
// waits there is written to at once, and not in the morning.
func daytime(t *testing.T) (folder string) {
	t.Helper()
	folder, zone := list(t)
	raw, err := os.ReadFile(filepath.Join("..", "..", "flows", "book", "places.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "zone: America/Mexico_City", "zone: "+zone.String())
	if err := os.WriteFile(filepath.Join(folder, "places.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// person is somebody with a phone.
type person struct {
	t      *testing.T
	p      *process
	lang   string
	screen func() []string
	write  func(string)
	read   int // messages that were looked at
}

func onTelegram(t *testing.T, p *process, tg *telegramtest.Server, lang string, chat int64) *person {
	return &person{t: t, p: p, lang: lang, write: func(text string) { tg.Say(chat, text) }, screen: func() (out []string) {
		for _, m := range tg.Received(chat) {
			text := m.Text
			for _, row := range m.Buttons {
				for _, b := range row {
					text += "\n" + b.Label
				}
			}
			out = append(out, text)
		}
		return out
	}}
}

func onSMS(t *testing.T, p *process, tw *twiliotest.Twilio, lang, number string) *person {
	return &person{t: t, p: p, lang: lang, write: func(text string) { tw.Say(twiliotest.SMS, number, text) }, screen: func() (out []string) {
		for _, m := range tw.Phone(twiliotest.SMS, number) {
			out = append(out, m.Text)
		}
		return out
	}}
}

// further is the line by which a page says that there is another.
var further = regexp.MustCompile(`(?m)^0 `)

// hears waits until all of want stand in what came since the person last looked,
// turning pages where there are more, and returns what came. A want is the name
// of a text, or the text itself.
func (w *person) hears(want ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	turned := w.read
	for {
		shown := w.screen()
		text := strings.Join(shown[w.read:], "\n")
		if missing := w.missing(text, want); missing == "" {
			w.read = len(shown)
			return text
		} else if n := len(shown); n > turned && further.MatchString(shown[n-1]) {
			turned = n
			w.write("0")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.t.Fatalf("%q never came\nto %s came %q\nlog %s", w.missing(text, want), w.lang, tail(shown), w.p.errs)
		}
	}
}

var textName = regexp.MustCompile(`^[a-z_]+(\.[a-z_0-9]+)+$`)

func (w *person) missing(text string, want []string) string {
	for _, s := range want {
		if textName.MatchString(s) {
			s = word(w.t, w.lang, s)
		}
		if !strings.Contains(locales.Fold(text), locales.Fold(s)) {
			return s
		}
	}
	return ""
}

// says writes, and waits for the answer.
func (w *person) says(text string, want ...string) string {
	w.t.Helper()
	w.read = len(w.screen())
	w.write(text)
	return w.hears(want...)
}

// picks says the words of a choice.
func (w *person) picks(id string, want ...string) string {
	w.t.Helper()
	return w.says(word(w.t, w.lang, id), want...)
}

// agrees has a person begin.
func (w *person) agrees(hello string) {
	w.t.Helper()
	w.says(hello, "language.suggest")
	w.says("1", "first.consent.ask")
	w.says("1", "menu.ask")
}

// comes has a person begin, in the city where it is day.
func (w *person) comes(hello, city string) {
	w.t.Helper()
	w.agrees(hello)
	w.picks("menu.reminders", "reminders.which.ask")
	w.says("2", "reminders.place.ask")
	w.says(city, "reminders.choice.time")
	w.picks("reminders.choice.time", "reminders.minute.ask")
	w.says("11:00 am", "reminders.words.ask")
	w.says("1", "menu.ask")
}

// visitor is an officer, or somebody else, with a browser that runs no script.
type visitor struct {
	t      *testing.T
	name   string
	base   string
	client *http.Client
	page   string // what it shows
	path   string
	secret string // of the second factor, "" for none
}

func visit(t *testing.T, base, name string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, name: name, base: base, client: &http.Client{Jar: jar, Timeout: patience}}
}

func (v *visitor) shows(res *http.Response, err error) int {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.page, v.path = string(raw), res.Request.URL.Path
	return res.StatusCode
}

// opens opens a page that may be refused, and returns the status.
func (v *visitor) opens(path string) int {
	v.t.Helper()
	return v.shows(v.client.Get(v.base + path))
}

// get opens a page.
func (v *visitor) get(path string) {
	v.t.Helper()
	if code := v.opens(path); code != http.StatusOK {
		v.t.Fatalf("%s opens %s: %d", v.name, path, code)
	}
}

var (
	formTag   = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// try sends the form of the page whose address ends so, with these values beside
// those that are hidden in it, and returns the status.
func (v *visitor) try(action string, values ...string) int {
	v.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(v.page, -1) {
		to := html.UnescapeString(form[1])
		if path, _, _ := strings.Cut(to, "?"); !strings.HasSuffix(path, action) {
			continue
		}
		data := url.Values{}
		for _, h := range hiddenTag.FindAllStringSubmatch(form[2], -1) {
			data.Set(h[1], html.UnescapeString(h[2]))
		}
		for i := 0; i+1 < len(values); i += 2 {
			data.Set(values[i], values[i+1])
		}
		r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.base+to, strings.NewReader(data.Encode()))
		if err != nil {
			v.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.base) // as browsers do
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return v.shows(v.client.Do(r))
	}
	v.t.Fatalf("%s finds no form %s on %s", v.name, action, v.path)
	return 0
}

// send is try of what must succeed.
func (v *visitor) send(action string, values ...string) {
	v.t.Helper()
	if code := v.try(action, values...); code != http.StatusOK {
		v.t.Fatalf("%s sends %s: %d\n%s", v.name, action, code, problems(v.page))
	}
}

var alertTag = regexp.MustCompile(`(?s)role="alert">.*?</(?:p|ul)>`)

// problems are what a page complains of.
func problems(page string) string { return strings.Join(alertTag.FindAllString(page, -1), "\n") }

// sees is the first thing on the page that looks so.
func (v *visitor) sees(look string) string {
	v.t.Helper()
	m := regexp.MustCompile(look).FindStringSubmatch(v.page)
	if m == nil {
		v.t.Fatalf("%s sees no %s on %s\n%s", v.name, look, v.path, v.page)
	}
	return html.UnescapeString(m[len(m)-1])
}

const passphrase = "a lantern beside seven rivers"

// joins has an officer come in by a link, and set the second factor.
func (v *visitor) joins(link string, code bool) {
	v.t.Helper()
	v.get(link)
	v.send(link, "name", v.name, "password", passphrase, "password-again", passphrase)
	if !code {
		return
	}
	v.send("/code/new")
	v.secret = v.sees(`<code class="secret">([A-Z2-7]+)</code>`)
	v.send("/code", "code", v.code(time.Now()))
}

// invites makes a link for another officer.
func (v *visitor) invites(role string) (link string) {
	v.t.Helper()
	v.get("/staff")
	v.send("/staff/invite", "role", role)
	return v.sees(`/join/[A-Za-z0-9_-]{43}`)
}

// code is what the officer's telephone shows.
func (v *visitor) code(now time.Time) string {
	v.t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(v.secret)
	if err != nil {
		v.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, raw)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(now.Unix()/30))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// console is where the process prints that it is, and the first admin's link.
func (p *process) console() (base, first string) {
	p.t.Helper()
	m := regexp.MustCompile(`(?m)^Console +(http://\S+)$`).FindStringSubmatch(p.greeting)
	if m == nil {
		p.t.Fatalf("no console in %s", p.greeting)
	}
	return m[1], regexp.MustCompile(`/join/[A-Za-z0-9_-]{43}`).FindString(p.greeting)
}

// await waits until something holds.
func (p *process) await(what string, holds func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("%s never came to be\n%s", what, p.errs)
		}
	}
}
