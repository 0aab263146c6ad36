// The built binary, end to end: a person goes through a whole screening on each
// channel while the process is stopped in the middle and started again.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
	"posada/store/memory"
)

// environment is as it was before tests changed it: to build needs a home.
var environment = os.Environ()

// built is the binary under test, made once.
var built = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "posada-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "posada")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = environment
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// process is posada serve, running.
type process struct {
	t        *testing.T
	args     []string
	cmd      *exec.Cmd
	webhook  string // where the webhooks listen, "" for nowhere
	pages    string // where phone, health and metrics are
	greeting string
	errs     *synced
}

// start runs posada serve until it is ready.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, args: args, errs: &synced{got: make(chan struct{}, 1)}}
	p.cmd = exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Stderr = p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) > 1 && f[0] == "Webhooks" {
			p.webhook = "http://" + strings.TrimSuffix(f[1], ",")
		}
		p.greeting += lines.Text() + "\n"
		if f := strings.Fields(lines.Text()); len(f) > 1 && f[0] == "Open" {
			p.pages = f[1]
		}
		if strings.HasPrefix(lines.Text(), "Stop with") {
			return p
		}
	}
	t.Fatalf("serve did not start: %s", p.errs)
	return nil
}

// stop asks the process to end, as a container does.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("serve ended with %v: %s", err, p.errs)
	}
}

// act is what a person does: writes, or presses a button.
type act struct {
	text    string
	payload string
}

// play is a whole screening as it must go: what the person does, and what each
// of their acts leaves on the screen, by the conversation itself.
type play struct {
	acts   []act
	screen [][]string // all that stands there after each act
}

// rehearse holds the conversation with the assistant alone, in memory.
func rehearse(t *testing.T, channel string, form flows.Form) play {
	t.Helper()
	book, err := new(bookFlags).load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	assistant := bot.New(book, memory.New())
	assistant.Trial = func(now time.Time) bool { return len(book.On(now).Gaps()) > 0 }
	var p play
	var screen []string
	next := act{text: "hola"}
	for n := 0; ; n++ {
		if n == 60 {
			t.Fatal("the screening does not end")
		}
		receipt, err := assistant.Receive(t.Context(), bot.Inbound{
			ID: fmt.Sprint(n), From: bot.Address{Channel: channel, ID: "7"}, Form: form, Text: next.text, Payload: next.payload, Pressed: next.payload, At: time.Now(),
		})
		if err != nil || len(receipt.Out) == 0 {
			t.Fatalf("%d answers to %q, %v", len(receipt.Out), next.text, err)
		}
		for _, o := range receipt.Out {
			if o.Pressed != "" {
				screen = screen[:len(screen)-1]
			}
			screen = append(screen, o.Message.Text)
		}
		p.acts = append(p.acts, next)
		p.screen = append(p.screen, slices.Clone(screen))
		last := receipt.Out[len(receipt.Out)-1].Message
		if last.Flow == "screening" && last.Node == "after" {
			return p
		}
		next = answer(last, form)
	}
}

// answer is what this person answers: the next page where there is one, "no"
// to every question but whether they entered, and when.
func answer(m flows.Message, form flows.Form) act {
	pick := "2"
	switch m.Flow + "/" + m.Node {
	case "first/language", "first/consent", "screening/entered":
		pick = "1"
	case "screening/entry":
		return act{text: "octubre 2023"}
	}
	for _, c := range m.Choices {
		if c.Key == "0" {
			return act{text: "0"}
		}
	}
	if i := slices.IndexFunc(m.Choices, func(c flows.Choice) bool { return c.Label == "No" }); i >= 0 && pick == "2" {
		pick = m.Choices[i].Key
	}
	for _, c := range m.Choices {
		if c.Key == pick && form.Buttons {
			return act{payload: c.Payload}
		}
	}
	return act{text: pick}
}

// channelCase is one way to reach the process.
type channelCase struct {
	form flows.Form
	// open starts the double and returns the arguments of serve, what to do
	// when the process listens, and the phone.
	open func(t *testing.T) (args []string, listens func(*process), phone phone)
}

// phone is a person's, at the double.
type phone struct {
	do     func(act)
	screen func() []string
	stop   func()
}

func TestAWholeScreeningOnEachChannelThroughAStopAndAStart(t *testing.T) {
	const public = "https://posada.test/bot"
	telegramPhone := func(tg *telegramtest.Server) phone {
		const chat = 7001
		screen := func() []string {
			var out []string
			for _, m := range tg.Received(chat) {
				out = append(out, m.Text)
			}
			return out
		}
		return phone{
			do: func(a act) {
				if a.payload != "" {
					tg.Press(chat, a.payload)
				} else {
					tg.Say(chat, a.text)
				}
			},
			screen: screen,
			stop:   func() { tg.Say(chat, "alto") },
		}
	}
	twilioPhone := func(tw *twiliotest.Twilio, channel string) phone {
		const number = "+5215512345678"
		return phone{
			do: func(a act) { tw.Say(channel, number, a.text) },
			screen: func() []string {
				var out []string
				for _, m := range tw.Phone(channel, number) {
					out = append(out, m.Text)
				}
				return out
			},
			stop: func() { tw.Say(channel, number, "alto") },
		}
	}
	twilioArgs := func(tw *twiliotest.Twilio) []string {
		return []string{"--twilio-api", tw.URL, "--twilio-account-sid", twiliotest.AccountSID, "--twilio-auth-token", twiliotest.AuthToken, "--public-url", public, "--webhook-listen", "127.0.0.1:0"}
	}
	for name, c := range map[string]channelCase{
		"telegram by long polling": {flows.Telegram, func(t *testing.T) ([]string, func(*process), phone) {
			tg := telegramtest.New(t)
			return []string{"--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-chat-rate", "100"}, func(*process) {}, telegramPhone(tg)
		}},
		"telegram by webhook": {flows.Telegram, func(t *testing.T) ([]string, func(*process), phone) {
			tg := telegramtest.New(t)
			args := []string{"--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-chat-rate", "100", "--public-url", public, "--webhook-listen", "127.0.0.1:0"}
			return args, func(p *process) { tg.Route(public, p.webhook+"/bot") }, telegramPhone(tg)
		}},
		"sms": {flows.SMS, func(t *testing.T) ([]string, func(*process), phone) {
			tw := twiliotest.New(t)
			return append(twilioArgs(tw), "--sms-from", twiliotest.SMSNumber, "--sms-rate", "100"), func(p *process) { tw.Connect(public, p.webhook+"/bot") }, twilioPhone(tw, twiliotest.SMS)
		}},
		"whatsapp": {flows.WhatsApp, func(t *testing.T) ([]string, func(*process), phone) {
			tw := twiliotest.New(t)
			return append(twilioArgs(tw), "--whatsapp-from", twiliotest.WhatsAppNumber), func(p *process) { tw.Connect(public, p.webhook+"/bot") }, twilioPhone(tw, twiliotest.WhatsApp)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args, listens, phone := c.open(t)
			args = append(args, "--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key"))
			want := rehearse(t, c.form.Name, c.form)
			p := start(t, args...)
			listens(p)
			for i, a := range want.acts {
				if i == len(want.acts)/2 {
					p.stop()
					p = start(t, args...)
					listens(p)
				}
				phone.do(a)
				awaitScreen(t, p, phone.screen, want.screen[i])
			}
			shown := len(phone.screen())
			phone.stop()
			last := awaitMore(t, p, phone.screen, shown)
			if !strings.Contains(last, "empezar") && !strings.Contains(last, "start") {
				t.Errorf("stop is confirmed by %q", last)
			}
			p.stop()
			for _, secret := range []string{twiliotest.AuthToken, telegramtest.Token, "5215512345678", "7001", "octubre"} {
				if strings.Contains(p.errs.String(), secret) {
					t.Errorf("the log holds %q", secret)
				}
			}
		})
	}
}

// patience is how long a double is waited for.
const patience = 30 * time.Second

// awaitScreen waits until exactly this stands on the screen.
func awaitScreen(t *testing.T, p *process, screen func() []string, want []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		got := screen()
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("on the screen stand %d messages, wanted %d\ngot  %q\nwant %q\nlog %s", len(got), len(want), tail(got), tail(want), p.errs)
		}
	}
}

// awaitMore waits until more stands on the screen, and returns the last of it.
func awaitMore(t *testing.T, p *process, screen func() []string, than int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if got := screen(); len(got) > than {
			return got[len(got)-1]
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nothing more came: %s", p.errs)
		}
	}
}

func tail(s []string) []string { return s[max(0, len(s)-4):] }
