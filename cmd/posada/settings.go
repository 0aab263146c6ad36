// The settings of the real channels, shared by every command that needs them,
// and the channels made from them.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/telegram"
	"posada/channel/twilio"
	"posada/flows"
	"posada/store/seal"
	"posada/webhook"
)

// channelFlags are the settings of the real channels. Secrets belong in the
// environment or in --config: a command line can be read by other users of the
// machine.
type channelFlags struct {
	PublicURL     string `name:"public-url" help:"The https address under which a TLS proxy publishes the webhooks, as the providers see it. SMS and WhatsApp need it; Telegram does without." placeholder:"URL"`
	WebhookListen string `default:"127.0.0.1:8081" help:"Where the webhooks listen for that proxy; nothing else is to be published. Used with --public-url only." placeholder:"HOST:PORT"`

	TelegramToken string  `help:"The bot's token from @BotFather. Better in the environment." placeholder:"TOKEN"`
	TelegramMode  string  `enum:"auto,poll,webhook" default:"auto" help:"How messages come from Telegram: poll (asking, works on a laptop) or webhook; auto takes webhook when there is a --public-url."`
	TelegramRate  float64 `default:"30" help:"Messages a second to Telegram, all chats together." placeholder:"N"`
	TelegramPace  float64 `name:"telegram-chat-rate" default:"1" help:"Messages a second in one chat, after a few at once." placeholder:"N"`
	TelegramAPI   string  `name:"telegram-api" default:"https://api.telegram.org" help:"Where the Bot API answers: for a Bot API server of one's own." placeholder:"URL"`

	TwilioAccountSID   string  `name:"twilio-account-sid" help:"The Twilio account (AC...)." placeholder:"SID"`
	TwilioAuthToken    string  `help:"The account's auth token: it sends, and checks who calls the webhooks. Better in the environment." placeholder:"TOKEN"`
	TwilioOldAuthToken string  `help:"While the token is being rotated: the other one, accepted in signatures too." placeholder:"TOKEN"`
	TwilioAPI          string  `name:"twilio-api" help:"Where the Twilio API answers, when not at Twilio itself." placeholder:"URL"`
	SMSFrom            string  `name:"sms-from" help:"Send SMS from this number (+1...) or Messaging Service (MG...); without it there is no SMS." placeholder:"SENDER"`
	SMSRate            float64 `name:"sms-rate" default:"1" help:"SMS a second of this sender: a long code has about 1, toll-free 3, a short code 10 to 100." placeholder:"N"`
	SMSExact           string  `name:"sms-exact" help:"Languages (es,ht) whose letters are kept as they are on SMS. The others are written in the letters that cost least: é stays, á becomes a." placeholder:"CODES"`

	WhatsAppFrom     string            `name:"whatsapp-from" help:"Send WhatsApp from this number (+1...) or Messaging Service (MG...); without it there is no WhatsApp." placeholder:"SENDER"`
	WhatsAppRate     float64           `name:"whatsapp-rate" default:"80" help:"WhatsApp messages a second of this sender." placeholder:"N"`
	WhatsAppTemplate map[string]string `name:"whatsapp-template" help:"The approved template that nudges a person who has not written for 24 hours, by kind and language: reminder/es=HX...; reminder=HX... for any language, any=HX... for any kind." placeholder:"KIND/LANG=SID"`

	Redact  bool          `default:"true" negatable:"" help:"Erase the texts at Twilio once they are delivered or received."`
	Workers int           `default:"32" help:"Messages under way to one provider at once." placeholder:"N"`
	Timeout time.Duration `default:"15s" help:"How long a provider may take to accept a message." placeholder:"TIME"`
}

// defaultWebhookListen is the default of --webhook-listen.
const defaultWebhookListen = "127.0.0.1:8081"

// chatBurst is how many messages go to one chat on Telegram at once: it bears a
// few.
const chatBurst = 4

// channels are the real channels that the settings ask for; nil for those they
// do not.
type channels struct {
	telegram *telegram.Channel
	twilio   *twilio.Account
	public   string // the public URL, "" for none
	hooked   bool   // Telegram comes by webhook

	audio http.Handler // the recordings for WhatsApp, nil for none
}

// surroundings are what channels need of the rest of the house. A command that
// only looks brings none of it.
type surroundings struct {
	book      *flows.Book
	secret    string // of Telegram's webhook
	receive   func(context.Context, bot.Inbound) (bot.Receipt, error)
	reach     func(context.Context, bot.Address, bool) error
	delivered func(context.Context, deliver.Report) error
	report    func(error)
	metrics   *webhook.Metrics
	voices    *recordings
}

// any tells whether a real channel is asked for.
func (c *channelFlags) any() bool { return c.TelegramToken != "" || c.TwilioAccountSID != "" }

// check refuses settings that contradict each other, in a sentence.
func (c *channelFlags) check(b *flows.Book) error {
	senders := c.SMSFrom != "" || c.WhatsAppFrom != ""
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	switch {
	case c.PublicURL == "" && c.WebhookListen != defaultWebhookListen:
		return errors.New("--webhook-listen needs --public-url: a listener that nobody can be told the address of would only be a door")
	case c.TwilioAccountSID == "" && (c.TwilioAuthToken != "" || senders):
		return errors.New("SMS and WhatsApp need --twilio-account-sid")
	case c.TwilioAccountSID != "" && c.TwilioAuthToken == "":
		return errors.New("--twilio-account-sid needs --twilio-auth-token")
	case c.TwilioAccountSID != "" && !senders:
		return errors.New("with --twilio-account-sid give --sms-from, --whatsapp-from or both")
	case c.TwilioAccountSID != "" && c.PublicURL == "":
		return errors.New("SMS and WhatsApp need --public-url: Twilio hands messages over to a public https address, and signs it; without it no message could be told from a forged one")
	case c.TelegramMode == "webhook" && c.PublicURL == "":
		return errors.New("--telegram-mode webhook needs --public-url; without one use poll")
	case c.Workers < 1 || c.Timeout < time.Second:
		return errors.New("--workers must be 1 or more, and --timeout a second or more")
	case c.TelegramRate <= 0 || c.TelegramPace <= 0 || c.SMSRate <= 0 || c.WhatsAppRate <= 0:
		return errors.New("a rate must be more than 0")
	}
	if c.PublicURL != "" {
		if err := webhook.CheckPublicURL(c.PublicURL); err != nil {
			return fmt.Errorf("--public-url: %w", err)
		}
	}
	if err := flows.CheckExact(c.SMSExact, b.Catalogue); err != nil {
		return fmt.Errorf("--sms-exact: %w", err)
	}
	return nil
}

// telegramPath is where Telegram's webhook is mounted, below the public URL.
const telegramPath = "/telegram"

// open makes the channels, without a word over the network.
func (c *channelFlags) open(s surroundings) (*channels, error) {
	if err := c.check(s.book); err != nil {
		return nil, err
	}
	out := &channels{public: c.PublicURL}
	if c.TelegramToken != "" {
		hook := ""
		if c.PublicURL != "" && c.TelegramMode != "poll" {
			out.hooked = true
			hook = webhook.Join(c.PublicURL, telegramPath)
		}
		var err error
		out.telegram, err = telegram.New(telegram.Config{
			Token: c.TelegramToken, API: c.TelegramAPI, Secret: s.secret, Webhook: hook, Catalogue: s.book.Catalogue,
			Receive: s.receive, Reach: s.reach, Report: s.report, Meter: s.metrics, Recording: s.voices.Get,
		})
		if err != nil {
			return nil, err
		}
	}
	if c.TwilioAccountSID != "" {
		sms, _ := c.formNamed(flows.SMS.Name)
		var err error
		if c.WhatsAppFrom != "" {
			out.audio = s.voices.route()
		}
		out.twilio, err = twilio.New(twilio.Config{
			AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, OldAuthToken: c.TwilioOldAuthToken, API: c.TwilioAPI, PublicURL: c.PublicURL,
			SMS: twilio.Sender{From: c.SMSFrom}, WhatsApp: twilio.Sender{From: c.WhatsAppFrom}, Templates: c.WhatsAppTemplate,
			SMSForm: sms, WhatsAppForm: flows.WhatsApp, Redact: c.Redact,
			Receive: s.receive, Delivered: s.delivered, Report: s.report, Meter: s.metrics.Webhook, Recording: s.voices.Get,
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lanes are the senders of the channels, each with its own rate.
func (c *channelFlags) lanes(ch *channels) []deliver.Lane {
	var out []deliver.Lane
	lane := func(channel string, sender deliver.Sender, rate float64) deliver.Lane {
		return deliver.Lane{Channel: channel, Sender: sender, Rate: rate, Workers: c.Workers, Timeout: c.Timeout, Erase: channel != telegram.Name && c.Redact}
	}
	if ch.telegram != nil {
		l := lane(telegram.Name, ch.telegram, c.TelegramRate)
		l.PerContact, l.ContactBurst = time.Duration(float64(time.Second)/c.TelegramPace), chatBurst
		out = append(out, l)
	}
	if ch.twilio != nil {
		if c.SMSFrom != "" {
			out = append(out, lane(twilio.SMS, ch.twilio.Sender(twilio.SMS), c.SMSRate))
		}
		if c.WhatsAppFrom != "" {
			out = append(out, lane(twilio.WhatsApp, ch.twilio.Sender(twilio.WhatsApp), c.WhatsAppRate))
		}
	}
	return out
}

// routes are what the public listener serves; nil for nothing.
func (ch *channels) routes() map[string]http.Handler {
	routes := map[string]http.Handler{}
	if ch.hooked {
		routes[telegramPath] = ch.telegram.Handler()
	}
	if ch.twilio != nil {
		for path, h := range ch.twilio.Routes() {
			routes[path] = h
		}
	}
	if ch.audio != nil {
		routes[twilio.AudioPath] = ch.audio
	}
	return routes
}

// hookSecret is Telegram's webhook secret: made of the key file, so that it is
// the same after a restart and nobody has to keep another secret.
func hookSecret(keys *seal.Seal) (string, error) {
	k, err := keys.Find("telegram webhook secret")
	if err != nil {
		return "", fmt.Errorf("make the secret of Telegram's webhook: %w", err)
	}
	return hex.EncodeToString(k[:]), nil
}

// formNamed is the form of that name with these settings.
func (c *channelFlags) formNamed(name string) (flows.Form, bool) {
	f, ok := flows.FormNamed(name)
	if f.Name == flows.SMS.Name {
		f.Exact = c.SMSExact
	}
	return f, ok
}

// describe says for the operator how each channel works.
func (c *channelFlags) describe(ch *channels) []string {
	var out []string
	if ch.telegram != nil {
		how := "by asking (long polling)"
		if ch.hooked {
			how = "by webhook"
		}
		out = append(out, "Telegram  "+how)
	}
	if ch.twilio != nil && c.SMSFrom != "" {
		out = append(out, fmt.Sprintf("SMS       by Twilio, %g a second", c.SMSRate))
	}
	if ch.twilio != nil && c.WhatsAppFrom != "" {
		line := fmt.Sprintf("WhatsApp  by Twilio, %g a second", c.WhatsAppRate)
		if len(c.WhatsAppTemplate) == 0 {
			line += "; without templates nobody is nudged who has not written for 24 hours"
		}
		out = append(out, line)
	}
	return out
}
