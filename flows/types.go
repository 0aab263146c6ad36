// Package flows is Posada's ground: the book (flows, facts, programmes,
// rumours, sources, as YAML), its loader and its checker, and one pure
// function, Book.Step, that takes a session and an input to a new session,
// messages and effects.
//
// Nothing here reads a clock, a file outside the book, or the network.
package flows

import (
	"fmt"
	"io"
	"time"
)

// Input is what a person sent: text that was typed, or the payload of a
// button. When both are given the payload counts.
type Input struct {
	Text    string
	Payload string
}

// Format prints that it is an input, and nothing of it.
func (Input) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "input") }

// At is the time of a step. Now decides every lifetime and reminder; AsOf
// chooses the facts. AsOf is set only for simulated contacts, and then every
// message is marked TRAINING; zero means "as of now".
type At struct {
	Now  time.Time
	AsOf time.Time
}

// Form is what a kind of channel can show.
type Form struct {
	Name          string
	Buttons       bool // choices are buttons; elsewhere they are numbered lines
	Icons         bool // a menu entry shows its icon
	Join          bool // all that is said in a turn is one text, cut into pages
	Transliterate bool // letters outside GSM-7 are written in their nearest
	MaxSegments   int  // the most SMS segments of a page; 0: not an SMS
	MaxChars      int  // the most UTF-16 units of a message
}

// The forms of the three kinds of channel.
var (
	// SMS pages hold at most two segments: a feature phone shows little more.
	SMS = Form{Name: "sms", Join: true, Transliterate: true, MaxSegments: 2, MaxChars: 1600}
	// WhatsApp's limit is Twilio's for a message body.
	WhatsApp = Form{Name: "whatsapp", Icons: true, MaxChars: 1600}
	// Telegram's limit is the Bot API's for a text.
	Telegram = Form{Name: "telegram", Icons: true, Buttons: true, MaxChars: 4096}
)

// Forms lists them all.
var Forms = []Form{SMS, WhatsApp, Telegram}

// FormNamed returns the form of that name.
func FormNamed(name string) (Form, bool) {
	for _, f := range Forms {
		if f.Name == name {
			return f, true
		}
	}
	return Form{}, false
}

// Choice is one way to answer a message. Key is what a person types, Payload
// what a button carries (at most 64 bytes); it stays understood after a
// restart and on an old keyboard.
type Choice struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Payload string `json:"-"`
}

// Message is one text to a person. Where the form has no buttons the text
// already holds the numbered choices.
type Message struct {
	Text     string
	Choices  []Choice
	Lang     string
	Flow     string
	Node     string
	Segments int // SMS segments, 0 elsewhere
	// Fault says which text could not be shown as the book means it, "" for
	// none. It holds ids only, never a person's words.
	Fault string
}

// EffectKind names what a step asks the assistant to do.
type EffectKind string

// The effects of a step.
const (
	EffectConsent     EffectKind = "consent"     // the person agreed to go on
	EffectSubscribe   EffectKind = "subscribe"   // Programme, Place, Zone, When, Minute
	EffectPause       EffectKind = "pause"       // Programme
	EffectResume      EffectKind = "resume"      // Programme
	EffectUnsubscribe EffectKind = "unsubscribe" // Programme
	EffectReport      EffectKind = "report"      // Programme, Outcome: how today went
	EffectRumour      EffectKind = "rumour"      // Text: what the person heard
	EffectForget      EffectKind = "forget"      // erase everything but the opt-out mark
	EffectOptOut      EffectKind = "opt-out"     // send nothing more
	EffectOptIn       EffectKind = "opt-in"      // the person came back by the word start
)

// Effect is one thing a step asks the assistant to do, in order.
type Effect struct {
	Kind      EffectKind
	Programme string
	Place     string // place id
	Zone      string // IANA time zone of the place
	When      string // opens, before_close or time
	Minute    int    // minutes after local midnight, 1 to 1440; 0 when When is not time
	Outcome   string
	Text      string // cleaned, at most MaxText runes
}

// Format prints its kind alone.
func (e Effect) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "effect "+string(e.Kind)) }
