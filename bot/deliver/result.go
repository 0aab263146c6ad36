// What a channel says of one attempt to send: the one taxonomy, so that nobody
// further on guesses whether to try again.
package deliver

import (
	"context"
	"time"

	"posada/bot"
)

// Sender sends for one channel. It is safe for use by many goroutines.
type Sender interface {
	// Send tries once, within ctx. It never returns without a result, and its
	// result holds neither an address nor a text.
	Send(ctx context.Context, m bot.Claimed) Result
}

// Prober is a Sender that can ask its provider whether it answers, at no cost
// to anybody's message.
type Prober interface {
	// Probe is Sent where the provider answers, and otherwise classed as a send
	// would be.
	Probe(ctx context.Context) Result
}

// Result is how one attempt went.
type Result struct {
	Outcome Outcome
	After   time.Duration // Retry, Misconfigured: the provider asks for this pause; 0: it does not say
	Ref     string        // Sent, Parked: the provider's id of what was sent; "" where no reports are to come
	Reason  string        // all but Sent: a short code for counting, such as "429" or "21610"
}

// Outcome is the class of a result.
type Outcome uint8

const (
	// Sent: the provider has it.
	Sent Outcome = iota + 1
	// Retry: it certainly was not sent, and may be later.
	Retry
	// Unknown: it may have been sent: the answer was lost, late or no answer.
	Unknown
	// Drop: this message can never be sent; others can.
	Drop
	// Unreachable: this person cannot be reached (any more).
	Unreachable
	// OptedOut: the person has stopped at the provider.
	OptedOut
	// Misconfigured: nothing can be sent until somebody mends the settings or
	// the account. It certainly was not sent.
	Misconfigured
	// Parked: the person has to write first. They were nudged where that is
	// possible; the message waits for them.
	Parked
)

// String is the outcome's name in metrics.
func (o Outcome) String() string {
	switch o {
	case Sent:
		return "sent"
	case Retry:
		return "retry"
	case Unknown:
		return "unknown"
	case Drop:
		return "dropped"
	case Unreachable:
		return "unreachable"
	case OptedOut:
		return "opted-out"
	case Misconfigured:
		return "misconfigured"
	case Parked:
		return "parked"
	}
	return "none"
}

// Report is a provider's later word on a message that left.
type Report struct {
	Channel string
	Message uint64 // bot.Outbound.ID, which the callback's address carried
	Ref     string // the provider's id of the message
	State   bot.DeliveryState
	Outcome Outcome       // where State is failed: why, in the one taxonomy; 0 otherwise
	Reason  string        // a short code
	After   time.Duration // Retry: no sooner than this; 0: not told
	At      time.Time
}
