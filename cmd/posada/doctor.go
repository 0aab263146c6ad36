// posada doctor: looks at the settings and at what the providers say of them,
// and tells in a sentence what to mend.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/twilio"
	"posada/flows"
	"posada/webhook"
)

type doctorCmd struct {
	bookFlags
	audioFlags
	channelFlags
}

// doctorTime bounds one look at a provider, and knockTime one at a webhook.
const (
	doctorTime = 30 * time.Second
	knockTime  = 10 * time.Second
)

// Run looks at everything, sends nothing to anybody and does not touch the
// database, so that it can run beside a server.
func (c *doctorCmd) Run(ctx context.Context, std streams) error {
	findings := c.look(ctx)
	failed := 0
	for _, f := range findings {
		mark := "ok  "
		switch f.Level {
		case bot.Warn:
			mark = "mend"
		case bot.Fail:
			mark = "FAIL"
			failed++
		}
		fmt.Fprintf(std.out, "%s  %s: %s\n", mark, f.Subject, f.Text)
		if f.Mend != "" {
			fmt.Fprintf(std.out, "      %s\n", f.Mend)
		}
	}
	if failed > 0 {
		fmt.Fprintf(std.err, "posada: %d of %d things must be mended\n", failed, len(findings))
		return errSilent
	}
	return nil
}

func (c *doctorCmd) look(ctx context.Context) []bot.Finding {
	now := time.Now()
	b, err := c.load(now)
	if err != nil {
		return []bot.Finding{{Subject: "book and clock", Level: bot.Fail, Text: err.Error() + "."}}
	}
	out := []bot.Finding{{Subject: "book and clock", Text: "the book " + b.Version() + " is whole, and the clock does not stand before its last review."}}
	faults := 0
	for _, f := range b.Check(b.On(now)) {
		if !f.Warning {
			faults++
		}
	}
	if faults > 0 {
		out = append(out, bot.Finding{Subject: "book", Level: bot.Fail, Text: fmt.Sprintf("it has %d faults.", faults), Mend: "Run posada check: it names each with file and line."})
	}
	gaps := b.On(now).Gaps()
	for i, g := range gaps {
		f := bot.Finding{Subject: "directory", Level: bot.Warn, Text: g.String()}
		if i == len(gaps)-1 {
			f.Mend = "Until this is mended real channels run as a trial and newcomers are told so: fill directory.yaml in a folder and give it as --book."
		}
		out = append(out, f)
	}
	voices, err := c.audioFlags.open(b)
	if err != nil {
		return append(out, bot.Finding{Subject: "recordings", Level: bot.Fail, Text: err.Error() + "."})
	}
	defer voices.Close()
	out = append(out, voices.look()...)
	if !c.any() {
		return append(out, bot.Finding{Subject: "channels", Level: bot.Warn, Text: "none has credentials, so only the phone in the browser works.", Mend: "Give --telegram-token, or --twilio-account-sid with the rest."})
	}
	ch, err := c.channelFlags.open(looking(b, voices))
	if err != nil {
		return append(out, bot.Finding{Subject: "settings", Level: bot.Fail, Text: err.Error() + "."})
	}
	diagnose := func(by func(context.Context) []bot.Finding) {
		ctx, cancel := context.WithTimeout(ctx, doctorTime)
		defer cancel()
		out = append(out, by(ctx)...)
	}
	if ch.telegram != nil {
		diagnose(ch.telegram.Diagnose)
	}
	if ch.twilio != nil {
		diagnose(ch.twilio.Diagnose)
	}
	if c.PublicURL != "" {
		for path := range ch.routes() {
			if path == twilio.AudioPath {
				out = append(out, hear(ctx, c.PublicURL, voices.Voices()[0]))
				continue
			}
			out = append(out, knock(ctx, c.PublicURL, path))
		}
	}
	return out
}

// knock asks a webhook over the public URL, as a stranger: Posada refuses
// strangers with a status of its own, so whatever else comes is not Posada.
func knock(ctx context.Context, public, path string) bot.Finding {
	f := bot.Finding{Subject: "public URL, " + path}
	ctx, cancel := context.WithTimeout(ctx, knockTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, webhook.Join(public, path), strings.NewReader(""))
	if err != nil {
		f.Level, f.Text = bot.Fail, "it cannot be asked."
		return f
	}
	refusal, kind := http.StatusForbidden, "application/x-www-form-urlencoded"
	if path == telegramPath {
		refusal, kind = http.StatusUnauthorized, "application/json"
	}
	req.Header.Set("Content-Type", kind)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		f.Level, f.Text, f.Mend = bot.Fail, "its name is not known.", "Check --public-url and the DNS record."
		return f
	case err != nil:
		f.Level, f.Text, f.Mend = bot.Fail, "nobody answers, or not with a valid certificate.", "Check the TLS proxy and its firewall; it must lead to --webhook-listen."
		return f
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == refusal:
		f.Text = "Posada answers there, and refuses a stranger."
	case res.StatusCode >= 300 && res.StatusCode < 400:
		f.Level, f.Text, f.Mend = bot.Fail, fmt.Sprintf("it redirects (%d); providers do not follow, and signatures would fail.", res.StatusCode), "Give the address that it redirects to as --public-url."
	case res.StatusCode == http.StatusBadGateway || res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusGatewayTimeout:
		f.Level, f.Text, f.Mend = bot.Fail, fmt.Sprintf("the proxy answers, but not Posada (%d).", res.StatusCode), "Start posada serve, and let the proxy lead to --webhook-listen."
	default:
		f.Level, f.Text, f.Mend = bot.Fail, fmt.Sprintf("something else than Posada answers (%d).", res.StatusCode), "Let the proxy lead this path to --webhook-listen, with its path unchanged."
	}
	return f
}

// errLooking answers whoever hands something to a command that only looks.
var errLooking = errors.New("only looking")

// looking are the surroundings of channels that neither receive nor send.
func looking(b *flows.Book, voices *recordings) surroundings {
	return surroundings{
		book: b, voices: voices, secret: "unused", metrics: webhook.NewMetrics(), report: func(error) {},
		receive:   func(context.Context, bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, errLooking },
		reach:     func(context.Context, bot.Address, bool) error { return errLooking },
		delivered: func(context.Context, deliver.Report) error { return errLooking },
	}
}
