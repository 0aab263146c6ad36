// Mailings: one message for many people, queued without a copy for each.
package bot

import (
	"context"
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
	Seen time.Time            // their last turn, to the minute
	Got  func(MailingID) bool // whether a mailing was queued for them; of those that were asked for
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
	// changes nothing.
	OpenMailing(ctx context.Context, m Mailing) error

	// QueueMailing queues the next chunk of the people whom choose takes,
	// together with how far it came, in one transaction: called until Done, also
	// after a crash in the middle, it queues everybody once. Who stopped or
	// cannot be reached is left out. choose is called outside of transactions.
	QueueMailing(ctx context.Context, id MailingID, got []MailingID, choose func(Person) bool) (MailingProgress, error)

	// SetMailing lets a mailing rest, go on, or end: from its return on nothing
	// of it is lent that should not be. What ended cannot go on. What waits of
	// one that ended is taken away by DropMailing, a chunk at a time, until
	// there is no more.
	SetMailing(ctx context.Context, id MailingID, state MailingState) error
	DropMailing(ctx context.Context, id MailingID) (more bool, err error)

	// MailingReport tells what became of it; false when it is not known.
	MailingReport(ctx context.Context, id MailingID) (MailingReport, bool, error)

	// ForgetMailing erases it with the list of who got it.
	ForgetMailing(ctx context.Context, id MailingID) error
}
