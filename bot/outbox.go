// The outbox: what is on its way to people, and what became of it.
package bot

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Outbox is the durable queue. The messages of one kind to one contact are a
// line: they leave in the order they came, and while the first of a line waits
// (it is lent, parked, or to be tried again later) so does the rest of that
// line, and nothing else. Every store passes storetest. Errors are faults;
// what may well happen is a result.
type Outbox interface {
	// Queue puts messages into the outbox that no inbound message caused:
	// reminders and bulletins. It leaves out whoever is unknown, has stopped or
	// cannot be reached, and returns how many it put. It sets their IDs; those
	// left out keep ID 0. An Errand is always put.
	Queue(ctx context.Context, out []Outbound) (queued int, err error)

	// Claim lends lines that are ready, the one whose first message is oldest
	// first, until now+Lease. The messages of a line come together and in
	// order. A line is lent to one borrower at a time; what is not settled when
	// its lease ends is lent again, under new tokens.
	Claim(ctx context.Context, now time.Time, order ClaimOrder) ([]Claimed, error)

	// Holds tells whether a message is still lent under this token and still
	// queued: who stopped since gets nothing more. It reads memory alone.
	Holds(t Token) bool

	// Settle makes durable what became of lent messages, all of it or nothing.
	// It returns the tokens it refused: those messages were erased, or lent
	// anew since and are somebody else's. When the fate of one leaves it in the queue, the
	// leases of the rest of its line end with it.
	Settle(ctx context.Context, now time.Time, settled []Settlement) (refused []Token, err error)

	// Promote makes the lines ready whose time to wait has ended, and tells
	// when the next one's ends; zero when none waits.
	Promote(ctx context.Context, now time.Time) (next time.Time, err error)

	// Sent is what is known of a message that left, false when nothing is.
	Sent(ctx context.Context, message uint64) (Sent, bool, error)

	// Report takes a provider's word on a message that left, in any order and
	// any number of times: a state never moves backwards. A message of unknown
	// outcome that is still queued is thereby known to have left, and goes.
	Report(ctx context.Context, r Report) (Reported, error)

	// Reach notes whether a contact can be reached. What is queued for one who
	// cannot is dropped. A message from the person lifts the mark by itself.
	Reach(ctx context.Context, who Address, reachable bool) error
}

// ClaimOrder is what a borrower wants.
type ClaimOrder struct {
	Channel string
	Kind    Kind
	Lines   int           // at most so many lines
	Each    int           // at most so many messages of each
	Lease   time.Duration // how long they are lent
}

// Token proves that a message is lent to its holder. A later one for the same
// message makes it stale.
type Token struct{ Message, Fence uint64 }

// Claimed is a message to be sent, and the proof of the right to send it.
type Claimed struct {
	Outbound
	Token Token
	Heard time.Time // the person's last message, to the minute; zero: not known
}

// Fate is what becomes of a message after an attempt. Fates are not stored.
type Fate uint8

const (
	// FateSent: it left, and is out of the queue.
	FateSent Fate = iota + 1
	// FateLater: it stays, and is ready again at Due.
	FateLater
	// FateParked: it stays until the person writes; at Due it is ready again
	// even so, for whoever decides that it is too old.
	FateParked
	// FateReleased: it was not tried, and is ready at once.
	FateReleased
	// FateDead: it is out of the queue for the Reason, which is kept.
	FateDead
	// FateUnreachable: as FateDead; the contact cannot be reached, and all that
	// is queued for them goes. Their timers run on.
	FateUnreachable
	// FateOptedOut: as FateDead; the person has stopped at the provider, is
	// marked so, and all that is queued for them goes, and so do their
	// subscriptions and timers.
	FateOptedOut
)

// Settlement is the fate of one lent message.
type Settlement struct {
	Token   Token
	Fate    Fate
	Due     time.Time // FateLater, FateParked
	Tries   int       // what Outbound.Tries becomes, where it stays queued
	Unknown int       // what Outbound.Unknown becomes, where it stays queued; FateDead: above zero, it may have arrived
	Ref     string    // FateSent: the provider's id of it, where reports are to come
	Reason  string    // FateDead and worse: a short code, never an address or a text
}

// DeliveryState is how far a message has come. A higher one never gives way to
// a lower one. They are stored: their numbers stay.
type DeliveryState uint8

const (
	DeliveryUnknown   DeliveryState = 0 // it may have left
	DeliveryAccepted  DeliveryState = 1 // the provider has it
	DeliverySent      DeliveryState = 2 // the carrier has it
	DeliveryFailed    DeliveryState = 3 // it did not arrive: final
	DeliveryDelivered DeliveryState = 4 // it arrived: final, and truer than failed
	DeliveryRead      DeliveryState = 5 // it was opened: final
)

// Final tells whether the provider has nothing more to do.
func (s DeliveryState) Final() bool { return s >= DeliveryFailed }

// Sent is a message that left and of which reports are to come. Once its state
// is final only Kind, At, Ref and State are kept.
type Sent struct {
	Outbound
	Ref   string // the provider's id; "" while the outcome is unknown
	State DeliveryState
}

// Format prints what Outbound prints.
func (s Sent) Format(f fmt.State, verb rune) { s.Outbound.Format(f, verb) }

// LogValue is what Outbound logs.
func (s Sent) LogValue() slog.Value { return s.Outbound.LogValue() }

// MarshalJSON gives what Format prints.
func (s Sent) MarshalJSON() ([]byte, error) { return s.Outbound.MarshalJSON() }

// Report is a provider's word on a message that left.
type Report struct {
	Message uint64 // Outbound.ID
	Ref     string // the provider's id of it
	State   DeliveryState
	Reason  string // why it failed: a short code
	// Fate is what follows where the state moves to failed: 0 nothing,
	// FateLater and FateParked queue it again at the head of its line, FateUnreachable and FateOptedOut
	// mark the contact, FateDead keeps the reason.
	Fate  Fate
	Due   time.Time // FateLater, FateParked
	At    time.Time
	Erase bool // when the state is final, queue an Errand that erases the text at the provider
}

// Reported is what a report did.
type Reported uint8

const (
	ReportUnknown Reported = iota + 1 // no such message is known (any more)
	ReportStale                       // its state was as high already
	ReportMoved                       // its state moved
)

// Dead is a message that was given up: what kind, when and why. Neither whom
// it was for nor what it said is kept.
type Dead struct {
	ID         uint64
	Channel    string
	Kind       Kind
	Flow, Node string // where the text stands in the book
	Reason     string
	Queued, At time.Time
}
