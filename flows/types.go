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
	Media   Media // what came with the text, or instead of it
	// Forwarded: the text is somebody else's, passed on as it was.
	Forwarded bool
	Flood     bool // one of too many in a short time: it is not read, only said so
	// Diary is the person's own, in any order, where Book.WantsDiary asks for it:
	// nil when it was not loaded, empty when there is none.
	Diary []Line
	// Letters are the person's own, in any order, where Book.WantsLetters asks
	// for them.
	Letters []Letter
	// Random is fresh from a cryptographic source for each input; only what
	// keeps a secret needs it, and without it refuses.
	Random [32]byte
	// Parked: what came by itself last was never sent, and goes as soon as this
	// step is kept. Then a question that waits was not read yet.
	Parked bool
	// Cut: more was written than Text holds.
	Cut bool
	// Hidden: what was sent leads somewhere that Text does not say, by a link
	// behind words or by a button.
	Hidden bool
	// Taken: it was for the staff, and is done. The book says so, and does not read
	// it.
	Taken bool
	// Event happened without a word from the person; where it is given nothing
	// else is.
	Event Event
}

// Event is a timer that ran out. The zero Event is none.
type Event struct {
	Timer
	Due time.Time // when it was to happen
}

// Timer names one timer of a person; each runs once at most at a time.
type Timer struct {
	Kind      TimerKind
	Programme string
}

// TimerKind is what a timer is for. They are stored: their words stay.
type TimerKind string

// The kinds of timer.
const (
	TimerDaily TimerKind = "daily" // the reminder of a day
	TimerAgain TimerKind = "again" // the same day's second one, which the person asked for
	TimerOffer TimerKind = "offer" // the next point in the countdown of an offer
	TimerDate  TimerKind = "date"  // days before the date of an appointment
	TimerOver  TimerKind = "over"  // the programme closes

	TimerNews   TimerKind = "news"   // what a person asked about is answered; Programme: the id on the board
	TimerLetter TimerKind = "letter" // somebody of the staff answered them; Programme: the case
)

// Media is a kind of thing that is not text. Posada is told the kind alone:
// the thing itself is neither looked at nor kept.
type Media string

// The kinds of media that a person may send.
const (
	MediaPhoto    Media = "photo"
	MediaVoice    Media = "voice"
	MediaVideo    Media = "video"
	MediaSticker  Media = "sticker"
	MediaContact  Media = "contact"
	MediaLocation Media = "location"
	MediaFile     Media = "file" // anything else
)

// Format prints that it is an input, and nothing of it.
func (Input) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "input") }

// At is the time of a step. Now decides every lifetime and reminder; AsOf
// chooses the facts. AsOf is set only for simulated contacts, and then every
// message is marked TRAINING; zero means "as of now".
type At struct {
	Now  time.Time
	AsOf time.Time
	// Trial: the directory has nobody to turn to, and a newcomer is told so.
	Trial bool
}

// Form is what a kind of channel can show.
type Form struct {
	Name          string
	Buttons       bool // choices are buttons; elsewhere they are numbered lines
	Icons         bool // a menu entry shows its icon
	Join          bool // all that is said in a turn is one text, cut into pages
	Transliterate bool // letters outside GSM-7 are written in their nearest
	// Exact lists the languages, "es,ht", whose letters are kept all the same.
	Exact       string
	MaxSegments int // the most SMS segments of a page; 0: not an SMS
	MaxChars    int // the most UTF-16 units of a message
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
	Late     string // what is said in its stead where it leaves late; "": the same
	Choices  []Choice
	Lang     string
	Flow     string
	Node     string
	Segments int     // SMS segments, 0 elsewhere
	Voices   []Voice // recordings to be sent after the text, in order; a message of voices alone has no text
	Home     bool    // it is the menu: it may take the place of the message whose button led to it
	Of       []Part  // what it says of the book and the board: see Book.Current
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
	EffectLetter      EffectKind = "letter"      // Text: what the person writes to a human
	EffectForget      EffectKind = "forget"      // erase everything but the opt-out mark
	EffectOptOut      EffectKind = "opt-out"     // send nothing more
	EffectOptIn       EffectKind = "opt-in"      // the person came back by the word start
	EffectTimer       EffectKind = "timer"       // Timer runs out at Moment; zero: it is taken away
	EffectRemind      EffectKind = "remind"      // what is said in this turn is a reminder, of no use after Moment; Late when it comes after its minute, LateFrom where its words say so
	EffectNotice      EffectKind = "notice"      // what is said in this turn comes by itself, and is of use until Moment
	EffectDiaryErase  EffectKind = "diary-erase" // every entry of the diary is erased
	EffectSkip        EffectKind = "skip"        // the reminder of Timer was not sent, for its time had passed
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
	Timer     TimerKind
	Moment    time.Time
	Late      bool
	LateFrom  time.Time // of a reminder whose words tell that it is late: since when it would be
}

// Format prints its kind alone.
func (e Effect) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "effect "+string(e.Kind)) }
