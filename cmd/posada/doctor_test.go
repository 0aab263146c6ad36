// posada doctor against the doubles: what is well, what is not, and that it
// says what to mend without a secret.
package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio/twiliotest"
)

func TestDoctorNamesWhatIsWrongAndHowToMendIt(t *testing.T) {
	homeless(t)
	for name, c := range map[string]struct {
		args func(t *testing.T) []string
		code int
		want []string
	}{
		"no channel": {func(t *testing.T) []string { return nil }, 0, []string{"only the phone in the browser works", "legal", "--book"}},
		"telegram is well": {func(t *testing.T) []string {
			d := telegramtest.New(t)
			return []string{"--telegram-api", d.URL, "--telegram-token", d.Token}
		}, 0, []string{"ok    telegram token"}},
		"a wrong token": {func(t *testing.T) []string {
			d := telegramtest.New(t)
			return []string{"--telegram-api", d.URL, "--telegram-token", aToken}
		}, 1, []string{"FAIL  telegram token", "@BotFather"}},
		"a clock that is wrong": {func(t *testing.T) []string {
			d := telegramtest.New(t, telegramtest.WithClockOff(10*time.Minute))
			return []string{"--telegram-api", d.URL, "--telegram-token", d.Token}
		}, 1, []string{"clock"}},
		"a wrong auth token, and no proxy": {func(t *testing.T) []string {
			d := twiliotest.New(t)
			return []string{"--twilio-api", d.URL, "--twilio-account-sid", twiliotest.AccountSID, "--twilio-auth-token", anAuth,
				"--sms-from", twiliotest.SMSNumber, "--public-url", "https://127.0.0.1:1"}
		}, 1, []string{"FAIL  twilio account", "public URL, /twilio/message", "--webhook-listen"}},
		"settings that contradict": {func(t *testing.T) []string { return []string{"--twilio-account-sid", anSID} }, 1, []string{"FAIL  settings", "--twilio-auth-token"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := posada(t, "", append([]string{"doctor"}, c.args(t)...)...)
			if code != c.code {
				t.Errorf("exit %d, want %d: %s%s", code, c.code, stdout, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("nothing of %q in\n%s", want, stdout)
				}
			}
			for _, secret := range []string{aToken, anAuth, telegramtest.Token, twiliotest.AuthToken} {
				if strings.Contains(stdout+stderr, secret) {
					t.Errorf("the doctor prints a secret:\n%s%s", stdout, stderr)
				}
			}
		})
	}
}

// directory is one that lacks nothing, over the book's.
const directory = `sources:
  own: {publisher: "A network of shelters", title: "List of helpers", date: 2026-11, standing: source}
entries:
  - {id: e, kind: emergency, name: "911", note: directory.note.emergency, checked: 2026-11-22, review_by: 2199-01-01, source: [emergency-911]}
  - {id: l, kind: legal, name: "Legal", checked: 2026-11-22, review_by: 2199-01-01, source: [own]}
  - {id: c, kind: child, name: "Children", checked: 2026-11-22, review_by: 2199-01-01, source: [own]}
  - {id: s, kind: crisis, name: "Crisis", checked: 2026-11-22, review_by: 2199-01-01, source: [own]}
`

func TestADirectoryOfOnesOwnEndsTheTrial(t *testing.T) {
	dir := homeless(t)
	own := filepath.Join(dir, "own")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	double := telegramtest.New(t)
	args := []string{"--telegram-api", double.URL, "--telegram-token", double.Token, "--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key")}

	p := start(t, args...)
	if !strings.Contains(p.greeting, "TRIAL") || !strings.Contains(page(t, p, "readyz"), "TRIAL") {
		t.Errorf("start-up and readyz do not speak of the trial: %s", p.greeting)
	}
	ana := double.Person(71, "en")
	ana.Say("hello")
	if first := ana.Next().Text; !strings.Contains(first, "on trial") {
		t.Errorf("the first message is %q", first)
	}
	p.stop()

	if err := os.WriteFile(filepath.Join(own, "directory.yaml"), []byte(directory), 0o600); err != nil {
		t.Fatal(err)
	}
	p = start(t, append(args, "--book", own)...)
	if ready := page(t, p, "readyz"); strings.Contains(p.greeting+ready, "TRIAL") {
		t.Errorf("it is a trial still: %s %s", p.greeting, ready)
	}
	eva := double.Person(72, "en")
	eva.Say("hello")
	if first := eva.Next().Text; strings.Contains(first, "on trial") {
		t.Errorf("the first message is %q", first)
	}
	if metrics := page(t, p, "metrics"); !strings.Contains(metrics, `posada_inbound_total{channel="telegram"`) || strings.Contains(metrics, "72") && strings.Contains(metrics, `"72"`) {
		t.Error("the metrics do not count messages, or hold an address")
	}
	// Who comes through a proxy, or by a foreign name, sees nothing of it.
	for _, header := range []string{"X-Forwarded-For", "Forwarded"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.pages+"metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header, "for=1.2.3.4")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("a forwarded request is answered %s", res.Status)
		}
	}
	p.stop()
}

// page is what the private listener says under a path.
func page(t *testing.T, p *process, path string) string {
	t.Helper()
	res, err := http.Get(p.pages + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, res.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDoctorKnowsPosadaByHowItRefusesAStranger(t *testing.T) {
	homeless(t)
	b, err := new(bookFlags).load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	flags := channelFlags{
		PublicURL: "https://posada.test/", WebhookListen: defaultWebhookListen, TelegramToken: aToken, TelegramMode: "auto", TelegramRate: 1, TelegramPace: 1,
		TwilioAccountSID: anSID, TwilioAuthToken: anAuth, SMSFrom: aNumber, SMSRate: 1, WhatsAppRate: 1, Workers: 1, Timeout: time.Second,
	}
	ch, err := flags.open(looking(b, &recordings{book: b}))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for path, h := range ch.routes() {
		mux.Handle(path, h)
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	for path := range ch.routes() {
		if f := knock(t.Context(), server.URL, path); f.Level != bot.Fine {
			t.Errorf("%s: %s", path, f.Text)
		}
	}
	if len(ch.routes()) != 3 {
		t.Errorf("%d webhooks", len(ch.routes()))
	}
	for _, status := range []int{200, 302, 404, 502} {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		if f := knock(t.Context(), other.URL, telegramPath); f.Level != bot.Fail || f.Mend == "" {
			t.Errorf("something that answers %d: %s", status, f.Text)
		}
		other.Close()
	}
}
