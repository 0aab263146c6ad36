// Package telegram is the channel of Telegram's Bot API: what people write
// comes in by long polling or by a webhook, and what is for them goes out.
//
// It keeps nothing on disk. Photos, voices, places and contacts are named by
// their kind and dropped in the parser. No error, log or printed value of this
// package holds the bot's token, a chat's id or a person's words.
package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

// Name is the channel's name in addresses, settings and metrics.
const Name = "telegram"

// DefaultAPI is where Telegram answers bots.
const DefaultAPI = "https://api.telegram.org"

// Config is what a channel needs. Token and Catalogue must be given; a channel
// without Receive or Reach can send and be diagnosed, and acknowledges nothing.
type Config struct {
	Token     string // from @BotFather
	API       string // base of the Bot API; "": DefaultAPI. Plain http is for this computer only.
	Secret    string // what the webhook is known by, 1 to 256 of A-Z a-z 0-9 _ -
	Webhook   string // the full public https URL of the webhook; "" for long polling
	Transport http.RoundTripper
	Catalogue *locales.Catalogue

	// Receive takes a message to its end; it is Assistant.Receive.
	Receive func(context.Context, bot.Inbound) (bot.Receipt, error)
	// Reach notes whether a person can be reached; it is Outbox.Reach.
	Reach func(ctx context.Context, who bot.Address, reachable bool) error

	// Recording reads the recording of a message, or returns bot.ErrNoRecording;
	// nil: there are none.
	Recording func(flows.Voice) (bot.Recording, error)

	Report func(error) // faults, for the operator; nil: they are dropped
	Meter  Meter       // nil: nothing is counted
}

// Meter counts what comes in. It must be safe for use by many goroutines.
type Meter interface {
	// Update counts one update: message, callback, membership, group, ignored
	// or broken.
	Update(kind string)
}

// Format prints the channel's name alone: a Config holds secrets.
func (Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "telegram settings") }

// LogValue is what Format prints.
func (Config) LogValue() slog.Value { return slog.StringValue("telegram settings") }

// MarshalJSON gives what Format prints.
func (Config) MarshalJSON() ([]byte, error) { return json.Marshal("telegram settings") }

// Errors of New. None repeats what was given.
var (
	ErrToken     = errors.New("the Telegram token has not the form 123456789:letters, as @BotFather gives it")
	ErrSecret    = errors.New("the webhook's secret must be 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
	ErrAPI       = errors.New("the address of the Bot API must be an https URL without user, query or fragment; http is for this computer alone")
	ErrWebhook   = errors.New("the webhook must be an https URL without user or fragment, on port 443, 80, 88 or 8443")
	ErrCatalogue = errors.New("the Telegram channel needs the catalogue of languages")
)

// errNoReceiver keeps updates unacknowledged where nobody takes them.
var errNoReceiver = errors.New("telegram: nobody was set up to take messages in")

var (
	tokenForm  = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{20,128}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// Channel is one bot. It is safe for use by many goroutines.
type Channel struct {
	// api makes the library's client for one call. The token lives in the
	// closure, where nothing prints it.
	api    func(tgbotapi.HTTPClient) *tgbotapi.BotAPI
	client *http.Client

	webhook   string
	secret    func() string
	secretSum [sha256.Size]byte
	catalogue *locales.Catalogue

	receive func(context.Context, bot.Inbound) (bot.Receipt, error)
	reach   func(context.Context, bot.Address, bool) error
	report  func(error)
	meter   Meter

	recording func(flows.Voice) (bot.Recording, error)
	uploaded  uploads

	intake outage // why nothing comes in
	store  outage // why nothing that comes in can be kept
	last   lastMessages
	groups groups
	chores *chores
}

// Format prints the channel's name alone.
func (c *Channel) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Name) }

// LogValue is what Format prints.
func (c *Channel) LogValue() slog.Value { return slog.StringValue(Name) }

// MarshalJSON gives what Format prints.
func (c *Channel) MarshalJSON() ([]byte, error) { return json.Marshal(Name) }

// silent takes what the library would log: it may hold the URL with the token.
type silent struct{}

func (silent) Println(...any)        {}
func (silent) Printf(string, ...any) {}

func init() { _ = tgbotapi.SetLogger(silent{}) } // it fails for nil alone

// New checks the settings and makes a channel. It does not use the network.
func New(cfg Config) (*Channel, error) {
	if !tokenForm.MatchString(cfg.Token) {
		return nil, ErrToken
	}
	if cfg.Secret != "" && !secretForm.MatchString(cfg.Secret) {
		return nil, ErrSecret
	}
	if cfg.Webhook != "" {
		if cfg.Secret == "" {
			return nil, fmt.Errorf("a webhook needs a secret: %w", ErrSecret)
		}
		if !webhookURL(cfg.Webhook) {
			return nil, ErrWebhook
		}
	}
	if cfg.API == "" {
		cfg.API = DefaultAPI
	}
	base, ok := apiBase(cfg.API)
	if !ok {
		return nil, ErrAPI
	}
	if cfg.Catalogue == nil {
		return nil, ErrCatalogue
	}
	token, secret := cfg.Token, cfg.Secret
	c := &Channel{
		api: func(client tgbotapi.HTTPClient) *tgbotapi.BotAPI {
			b := &tgbotapi.BotAPI{Token: token, Client: client}
			b.SetAPIEndpoint(base)
			return b
		},
		client:    newClient(cfg.Transport),
		webhook:   cfg.Webhook,
		secret:    func() string { return secret },
		catalogue: cfg.Catalogue,
		receive:   cfg.Receive, reach: cfg.Reach, report: cfg.Report, meter: cfg.Meter, recording: cfg.Recording,
		chores: newChores(),
	}
	if secret != "" {
		c.secretSum = sha256.Sum256([]byte(secret))
	}
	if c.receive == nil {
		c.receive = func(context.Context, bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, errNoReceiver }
	}
	if c.reach == nil {
		c.reach = func(context.Context, bot.Address, bool) error { return errNoReceiver }
	}
	if c.recording == nil {
		c.recording = func(flows.Voice) (bot.Recording, error) { return bot.Recording{}, bot.ErrNoRecording }
	}
	if c.report == nil {
		c.report = func(error) {}
	}
	c.intake.why = "The connection to Telegram has not been made yet."
	return c, nil
}

// apiBase turns the base into the library's endpoint, a format of token and
// method.
func apiBase(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", false
	}
	return strings.ReplaceAll(strings.TrimRight(u.String(), "/"), "%", "%%") + "/bot%s/%s", true
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// webhookURL tells whether Telegram would call it.
func webhookURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	switch u.Port() {
	case "", "443", "80", "88", "8443":
		return true
	}
	return false
}

// Run lets updates in until ctx ends; it runs once. While the network is down
// or the token is refused it goes on trying, and tells the operator once.
func (c *Channel) Run(ctx context.Context) {
	defer c.chores.close()
	if c.webhook != "" {
		c.runWebhook(ctx)
	} else {
		c.runPolling(ctx)
	}
}

// Down is "" while updates can come in, and otherwise says in a sentence or two
// why they cannot and what to mend.
func (c *Channel) Down() string {
	if why := c.intake.reason(); why != "" {
		return why
	}
	return c.store.reason()
}

func (c *Channel) count(kind string) {
	if c.meter != nil {
		c.meter.Update(kind)
	}
}

func address(chat int64) bot.Address {
	return bot.Address{Channel: Name, ID: fmt.Sprint(chat)}
}

// wait pauses, and tells whether there is time left.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
