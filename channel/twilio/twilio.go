// Package twilio is the channel of SMS and WhatsApp by Twilio: it authenticates
// and parses what Twilio posts, sends by its API, keeps to WhatsApp's 24-hour
// window, and says of every failure what it means in the one taxonomy.
//
// No error, finding or result of it holds a number, a text, a token or an
// address with one of them in it. Twilio's own error messages name the
// person's number: only their codes are passed on.
package twilio

import (
	"context"
	"net/http"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

// The channels' names.
const (
	SMS      = "sms"
	WhatsApp = "whatsapp"
)

// The paths of the webhooks, below the public URL.
const (
	MessagePath = "/twilio/message"
	StatusPath  = "/twilio/status"
)

// RecordingPath is where Twilio fetches a recording, below the public URL.
func RecordingPath(v flows.Voice) string { return AudioPath + "/" + v.Lang + "/" + v.ID + ".ogg" }

// AudioPath is the folder of all recordings.
const AudioPath = "/audio"

// Config is what an account needs. New checks it.
type Config struct {
	AccountSID string // "AC" and 32 hexadecimal digits

	// AuthToken signs requests to Twilio, and webhooks are accepted that carry
	// its signature or OldAuthToken's, which is "" but while tokens are changed.
	AuthToken, OldAuthToken string

	// API is the base URL of a proxy or a double that stands for Twilio's
	// hosts; "" for Twilio itself.
	API string
	// PublicURL is the https address that Twilio reaches this process by, as
	// Twilio writes it. It may have a path, below which the webhooks then are.
	PublicURL string

	SMS, WhatsApp Sender // what each channel sends by

	// Templates are WhatsApp's approved nudges: "reminder/es" is that for a
	// reminder in Spanish, "reminder" that for reminders in all languages that
	// have none of their own, "any/es" and "any" likewise for all kinds. The
	// values are ContentSids. Nobody is ever nudged in another language but by
	// a key without one.
	Templates map[string]string

	SMSForm, WhatsAppForm flows.Form // what the conversation pages by

	// Redact has the texts that people send erased at Twilio once received.
	Redact bool

	// Recording reads the recording of a message, or returns bot.ErrNoRecording;
	// nil: there are none. WhatsApp alone carries them, by an address below the
	// public URL that RecordingPath names.
	Recording func(flows.Voice) (bot.Recording, error)

	Transport http.RoundTripper // nil: a pool of its own

	// Receive takes a message to its end, as bot.Assistant.Receive does.
	Receive func(context.Context, bot.Inbound) (bot.Receipt, error)
	// Delivered takes a delivery report; an error has Twilio repeat it.
	Delivered func(context.Context, deliver.Report) error
	// Report is told what went wrong while a webhook was handled; nil for nobody.
	Report func(error)
	// Meter counts what came by each webhook ("message", "status"), by one of
	// the results below; nil counts nothing.
	Meter func(webhook, result string)
}

// Sender is what a channel sends by.
type Sender struct {
	// From is a number as "+15551234567" or a Messaging Service, "MG" and 32
	// hexadecimal digits; "" for a channel that is off.
	From string
}

// The results that Meter counts.
const (
	ResultReceived     = "received"
	ResultDuplicate    = "duplicate"    // Twilio repeated it
	ResultSlowed       = "slowed"       // one of too many
	ResultForged       = "forged"       // no signature, or not ours
	ResultMalformed    = "malformed"    // not a webhook at all, or too large
	ResultForeign      = "foreign"      // for a number that is not Posada's
	ResultUnanswerable = "unanswerable" // from nobody who can be answered
	ResultIgnored      = "ignored"      // a status that says nothing
	ResultUseless      = "useless"      // it can never be received
	ResultFault        = "fault"        // it could not be received now
)

// Account is one account at Twilio. It is safe for use by many goroutines.
type Account struct {
	config  Config
	api     *client
	signers [][]byte // the tokens, as keys
	public  []string // the public URL in each way that Twilio may have signed it
	numbers map[string]Sender
	windows windows
	health  health
}

// New makes an account from settings that are well formed. It does not ask
// Twilio: Diagnose does.
func New(c Config) (*Account, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	a := &Account{
		config:  c,
		api:     newClient(c),
		signers: [][]byte{[]byte(c.AuthToken)},
		public:  spellings(c.PublicURL),
		numbers: map[string]Sender{SMS: c.SMS, WhatsApp: c.WhatsApp},
	}
	if c.OldAuthToken != "" {
		a.signers = append(a.signers, []byte(c.OldAuthToken))
	}
	return a, nil
}

// Routes are the webhooks, by their paths below the public URL. They are to be
// mounted on a listener that Twilio reaches.
func (a *Account) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		MessagePath: a.webhook("message", MessagePath, a.message),
		StatusPath:  a.webhook("status", StatusPath, a.status),
	}
}

// Sender sends on SMS or WhatsApp; nil for a channel that is off.
func (a *Account) Sender(channel string) deliver.Sender {
	n := a.numbers[channel]
	if n.From == "" {
		return nil
	}
	return &sender{account: a, channel: channel, from: n.From, now: time.Now}
}

// Down says in a few words why nothing leaves, "" while it does as far as is
// known.
func (a *Account) Down() string { return a.health.down() }

func (a *Account) report(err error) {
	if a.config.Report != nil {
		a.config.Report(err)
	}
}

func (a *Account) count(webhook, result string) {
	if a.config.Meter != nil {
		a.config.Meter(webhook, result)
	}
}
