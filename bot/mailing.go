// Mailings: one message for many people, queued without a copy for each.
package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"posada/flows"
)

// MailingID names a mailing. Later ones are greater.
type MailingID uint64

// Mailing is what people are sent, each in their language and form. A person's
// place in the queue holds no text: it is found when it is sent.
type Mailing struct {
	ID       MailingID
	Variants []Variant
	At       time.Time // when it was begun
	Until    time.Time // after it there is no use in sending
	// Order is in which language it is told to whoever changed theirs since they
	// were chosen: the first that has a variant.
	Order []string
}

// Variant is the message in one language, for one form of channel.
type Variant struct {
	Lang, Form string
	Message    flows.Message
}

// For is what somebody of a language and form is told. Who changed theirs since
// they were chosen is told it in their form all the same, else in their
// language, and never nothing.
func (m Mailing) For(lang, form string) flows.Message {
	for _, byForm := range []bool{true, false} {
		for _, l := range append([]string{lang}, m.Order...) {
			for _, v := range m.Variants {
				if v.Lang == l && (v.Form == form || !byForm) {
					return v.Message
				}
			}
		}
	}
	if len(m.Variants) == 0 {
		return flows.Message{}
	}
	return m.Variants[0].Message
}

// MailingFlow is the flow that messages of mailings are said to be of; the node
// is the mailing's number.
const MailingFlow = "bulletin"

// Outbound is the mailing's message to somebody.
func (m Mailing) Outbound(who Contact, lang string) Outbound {
	o := Outbound{To: who.Address, Kind: Bulletin, At: m.At, Until: m.Until, Mailing: m.ID, Message: m.For(lang, who.Form)}
	o.Message.Flow, o.Message.Node = MailingFlow, strconv.FormatUint(uint64(m.ID), 10)
	return o
}

// Lean is a mailing's message without its words: they are found by its number.
// Others stay as they are.
func (o Outbound) Lean() Outbound {
	if o.Mailing != 0 {
		o.Message = flows.Message{Flow: o.Message.Flow, Node: o.Message.Node}
	}
	return o
}

// Errors of mailings that a caller decides on.
var (
	ErrMailing      = errors.New("a mailing needs a number and a text") // OpenMailing
	ErrNoMailing    = errors.New("no such mailing")
	ErrMailingEnded = errors.New("the mailing has ended, and cannot go on")
	ErrMailingRuns  = errors.New("the mailing has not ended") // DropMailing
)

// MailingLife is how long a mailing, and the list of who got it, is kept: for so
// long it can be corrected.
const MailingLife = 30 * 24 * time.Hour

// MailingState tells whether a mailing is sent. They are stored: their numbers
// stay.
type MailingState uint8

// The states of a mailing.
const (
	MailingRuns    MailingState = 1
	MailingPaused  MailingState = 2 // it waits, and may go on
	MailingStopped MailingState = 3 // none of it is ever sent again
)

// Person is what an audience is chosen by.
type Person struct {
	Contact
	Lang string
	Seen time.Time // their last turn, to the minute
	// Got tells, of the mailings that were asked for, whether one waits for them,
	// was sent to them, or may have reached them: what is lent may. Who was
	// dropped or given up and certainly was not sent it did not get it.
	Got func(MailingID) bool
}

// MailingProgress is how far queueing has come.
type MailingProgress struct {
	Queued  int  // since the beginning
	LeftOut int  // chosen, but stopped, unreachable or gone when their turn came
	Done    bool // everybody was looked at
}

// MailingReport is what became of a mailing, in messages.
type MailingReport struct {
	State       MailingState
	Queued      int // since the beginning
	LeftOut     int
	Waiting     int // still in the queue, Parked among them
	Parked      int // wait until their person writes
	Sent        int // left, and no report came
	Delivered   int // arrived, by the provider's word
	Failed      int // left or not, and did not arrive
	Unreachable int
	OptedOut    int
	Dropped     int            // taken out of the queue: their person was erased or stopped, or the mailing did
	Reasons     map[string]int // of Failed, by short code
	Done        bool           // everybody was queued
}

// Mailings queues them. Every store passes storetest.
type Mailings interface {
	// Survey hands out every person who can be reached and has not stopped,
	// several at once: each is called by more than one goroutine. got lists the
	// mailings that Person.Got can tell of.
	Survey(ctx context.Context, got []MailingID, each func(Person)) error

	// OpenMailing keeps a mailing so that it can be queued. To open it again
	// changes nothing. ErrMailing when it has no number or no variant.
	OpenMailing(ctx context.Context, m Mailing) error

	// QueueMailing queues the next chunk of the people whom choose takes,
	// together with how far it came, in one transaction: called until Done, also
	// after a crash in the middle, it queues everybody once. choose is asked about
	// everybody who is known, outside of transactions and by one goroutine; who of
	// those it takes has stopped or cannot be reached is left out, and counted.
	// Of a mailing that ended it queues nobody, and is Done. ErrNoMailing.
	QueueMailing(ctx context.Context, id MailingID, got []MailingID, choose func(Person) bool) (MailingProgress, error)

	// SetMailing lets a mailing rest, go on, or end: from its return on nothing
	// of it is lent that should not be; what is lent of one that ended is not held
	// any more. What ended cannot go on: ErrMailingEnded. What waits of it is taken
	// away by DropMailing, a chunk at a time, until there is no more;
	// ErrMailingRuns before it ended. ErrNoMailing.
	SetMailing(ctx context.Context, id MailingID, state MailingState) error
	DropMailing(ctx context.Context, id MailingID) (more bool, err error)

	// MailingReport tells what became of it; false when it is not known.
	MailingReport(ctx context.Context, id MailingID) (MailingReport, bool, error)

	// ForgetMailing erases it with the list of who got it, and takes away what
	// still waits of it. One that is not known is forgotten already.
	ForgetMailing(ctx context.Context, id MailingID) error
}
