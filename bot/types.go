// What is known of a person, what they send, and what is sent to them. Types
// that hold an address or a person's words print neither.
package bot

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"posada/flows"
)

// Inbound is one message from a person, already authenticated and parsed.
type Inbound struct {
	ID      string     // the provider's id of the message: handled once, however often it comes
	From    Address    // who sent it
	Form    flows.Form // what their channel can show
	Text    string     // what was typed
	Payload string     // or the payload of the button that was pressed
	At      time.Time  // when it was received, by our own clock
	AsOf    time.Time  // simulated contacts only: the day whose facts are told
	Lang    string     // the language a new contact begins with, where it was chosen before; mostly ""

	Media flows.Media // what came instead of a text, or with it; never its content
	// Forwarded: the text is somebody else's, passed on as it was.
	Forwarded bool
	// Hidden: it leads somewhere that its text does not say, by a link behind
	// words or by a button.
	Hidden  bool
	Pressed string // the provider's id of the message whose button was pressed, where it can be replaced
	Taken   bool   // it was for the staff, and is done: it is confirmed, and not read
	// Silent: the provider has answered in our stead (an opt-out word that it
	// honours itself). What the message means is done, and nothing is said.
	Silent bool
	// Resumes: the provider takes it for the wish to begin again, and has
	// confirmed that. Of who has stopped it is that wish, and nothing is said; of
	// others it is read like any text.
	Resumes bool
	// Erase is the provider's id under which it keeps the text, to be erased
	// there once the message is safely received; "" for nothing to erase.
	Erase string
}

// Format prints the channel alone.
func (in Inbound) Format(f fmt.State, _ rune) { redacted(f, "inbound "+in.From.Channel) }

// LogValue is the channel alone.
func (in Inbound) LogValue() slog.Value { return slog.StringValue("inbound " + in.From.Channel) }

// MarshalJSON gives what Format prints.
func (in Inbound) MarshalJSON() ([]byte, error) { return json.Marshal("inbound " + in.From.Channel) }

// Kind is why a message is sent, and so how urgent it is: a lower one is
// always sent first.
type Kind uint8

// The kinds, most urgent first. They are stored: their numbers stay.
const (
	Reply    Kind = 1 // an answer to what the person just wrote
	Reminder Kind = 2 // what they asked to be reminded of
	Bulletin Kind = 3 // a broadcast
	Errand   Kind = 4 // nothing to a person: a text to be erased at the provider
)

// String is the kind's name in metrics.
func (k Kind) String() string {
	switch k {
	case Reply:
		return "reply"
	case Reminder:
		return "reminder"
	case Bulletin:
		return "bulletin"
	case Errand:
		return "errand"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Outbound is one message to a person, on its way through the outbox: words, or
// one recording and nothing else. Of a recording only its name is queued.
type Outbound struct {
	ID      uint64 // given by the store; grows with time, also over restarts
	To      Address
	Kind    Kind
	Message flows.Message
	At      time.Time // when it was queued
	Until   time.Time // after it there is no use in sending; zero: its kind decides; of a reminder both may. A reply that has it comes by itself
	// LateFrom: a reminder that leaves later says Message.Late. It is of use
	// until Until, for its words tell of the delay; zero: they do not.
	LateFrom time.Time
	Pressed  string    // the message, by the provider's id, that this one may replace; mostly ""
	Tries    int       // attempts that failed so far
	Unknown  int       // those among them that may have arrived
	Mailing  MailingID // it is one of this mailing, and its words are found there; 0: of none
}

// Format prints number, kind and channel alone.
func (o Outbound) Format(f fmt.State, _ rune) { redacted(f, o.label()) }

// LogValue is number, kind and channel alone.
func (o Outbound) LogValue() slog.Value { return slog.StringValue(o.label()) }

// MarshalJSON gives what Format prints.
func (o Outbound) MarshalJSON() ([]byte, error) { return json.Marshal(o.label()) }

func (o Outbound) label() string {
	return fmt.Sprintf("outbound %d %s %s", o.ID, o.Kind, o.To.Channel)
}

// State tells whether a subscription sends.
type State uint8

// The states of a subscription. They are stored: their numbers stay.
const (
	On     State = 1
	Paused State = 2
)

// Subscription is one reminder a person asked for.
type Subscription struct {
	Programme string
	Place     string // place id
	Zone      string // IANA time zone of the place
	When      string // opens, before_close or time; "": nothing is sent but, once, that the programme opens
	Minute    int    // minutes after local midnight, 1 to 1440; 0 when When is not time
	State     State
	Since     time.Time
}

// Timer is something that is to happen to a person's conversation by itself.
type Timer struct {
	flows.Timer
	At time.Time
}

// Contact is one person on one channel.
type Contact struct {
	Address
	Form          string    // the form they last wrote in, by its name; a reminder is written in it
	Since         time.Time // the first message
	Consent       time.Time // when they agreed to go on; zero: not yet
	Simulated     bool      // not a person: nothing counts them, nothing real is sent
	Subscriptions []Subscription
	Timers        []Timer // at most one of a kind and programme
}

// Due is when the first of the timers runs out; zero for none.
func (c Contact) Due() time.Time {
	var due time.Time
	for _, t := range c.Timers {
		if due.IsZero() || t.At.Before(due) {
			due = t.At
		}
	}
	return due
}

// Known tells whether there is a record of this contact.
func (c Contact) Known() bool { return !c.Since.IsZero() }

// Format prints the channel alone.
func (c Contact) Format(f fmt.State, _ rune) { redacted(f, "contact "+c.Channel) }

// LogValue is the channel alone.
func (c Contact) LogValue() slog.Value { return slog.StringValue("contact " + c.Channel) }

// MarshalJSON gives what Format prints.
func (c Contact) MarshalJSON() ([]byte, error) { return json.Marshal("contact " + c.Channel) }

// Entry is one line of a person's diary: how a day with a programme went.
type Entry struct {
	At                        time.Time
	Programme, Place, Outcome string
}

// How long things are kept. Answers and sessions have their lifetimes in
// flows, for the book sets them.
const (
	// SeenLife: no provider repeats a webhook for longer than a day.
	SeenLife = 3 * 24 * time.Hour
	// SentLife is how long a provider may still report on a message.
	SentLife = 3 * 24 * time.Hour
	// ReportLife is after how long without a final report a message is taken
	// to have arrived.
	ReportLife = 24 * time.Hour
	// DeadLife is how long the operator can see why a message was given up.
	DeadLife = 30 * 24 * time.Hour
	// DiaryLife is as long as anybody is known to have waited, several times
	// over: a diary goes on request, or with its person.
	DiaryLife = 2 * 365 * 24 * time.Hour
)
