// Package deliver sends what is queued in the outbox: each channel is a lane
// with its own rate, and of all that could go on a lane the most urgent goes
// next: reply, reminder, bulletin, errand.
//
// # What is promised
//
// In the queue nothing is lost or doubled. At the provider that cannot be
// promised, for no provider takes a key by which it would know a message
// again: when an answer is lost, nobody can tell whether the message left. What
// then happens is decided by its kind:
//
//   - A reply or a reminder is sent again, once, maybe for the second time:
//     somebody waits for it, and to get it twice is bearable. The second attempt
//     waits UnknownPause, so that a delivery report may still tell that the
//     first one left. After a second unknown outcome it is given up.
//   - A bulletin is given up at once, and maybe never arrives: repeated to
//     thousands while a provider is in trouble it would cost money and trust.
//     The dead letters count those.
//   - An errand is repeated until it succeeds: to erase twice is harmless.
//
// When the process dies, what was being sent is sent again, whatever its kind:
// at most one extra send for each message that was lent. The same holds when the
// store fails until a lease ends. A result that says for certain that nothing
// was sent never counts as unknown.
//
// A message that waits too long is given up without being sent; see expiry.
package deliver

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"posada/bot"
	"posada/flows"
)

// Outbox is what a dispatcher needs of the durable queue; see bot.Outbox.
type Outbox interface {
	Claim(ctx context.Context, now time.Time, order bot.ClaimOrder) ([]bot.Claimed, error)
	Holds(t bot.Token) bool
	Settle(ctx context.Context, now time.Time, settled []bot.Settlement) (refused []bot.Token, err error)
	Promote(ctx context.Context, now time.Time) (next time.Time, err error)
	Sent(ctx context.Context, message uint64) (bot.Sent, bool, error)
	Report(ctx context.Context, r bot.Report) (bot.Reported, error)
}

// Lane is one sender of one provider, and how fast it may send.
type Lane struct {
	Channel string
	Sender  Sender
	// Rate is how many messages to people may leave a second, over all
	// contacts, and Burst how many of them at once; 0: no limit. Errands have
	// a limit of their own.
	Rate  float64
	Burst int
	// PerContact is the least pause between two messages to one contact once
	// ContactBurst of them were sent without; 0: none.
	PerContact   time.Duration
	ContactBurst int
	// Workers is how many sends may be under way at once. An eighth as many
	// more are kept for replies alone, and one at least.
	Workers int
	// Current is what may be said of a message at the moment it goes; nil: what was
	// queued.
	Current func(flows.Message) flows.Message
	// Timeout bounds one send.
	Timeout time.Duration
	// Erase: what was sent is erased at the provider once its fate is final.
	Erase bool
}

// Meter counts what happens. No address reaches it. It is safe for use by many
// goroutines.
type Meter interface {
	// Attempted: a message was handed to the sender.
	Attempted(channel string, kind bot.Kind, outcome Outcome, took time.Duration)
	// Withheld: a claimed message was not sent, for it is no longer lent: its
	// person has stopped or was erased, a report told that it had left, or its
	// lease ended.
	Withheld(channel string, kind bot.Kind)
	// Refused: what became of a message came too late to be kept. A message that
	// was sent and refused may be sent twice.
	Refused(channel string, kind bot.Kind, outcome Outcome)
	// Died: a message was given up.
	Died(channel string, kind bot.Kind, reason string)
	// Late: a reminder left later than on time.
	Late(channel string)
	// Reported: a provider's word on a message was taken.
	Reported(channel string, state bot.DeliveryState, did bot.Reported)
}

// State is how a lane is.
type State struct {
	Channel string
	Up      bool
	Why     string // when not Up, in plain words; holds neither an address nor a text
	Since   time.Time
}

// Dispatcher works the lanes.
type Dispatcher struct {
	outbox   Outbox
	lanes    []*lane
	meter    Meter
	report   func(error)
	promoter promoter
	talked   atomic.Int64 // when the last reply was sent, in nanoseconds since 1970
}

// New makes a dispatcher. Each channel has one lane. meter may be nil; report
// is told of faults by several goroutines, and they hold neither an address nor
// a text.
func New(outbox Outbox, lanes []Lane, meter Meter, report func(error)) *Dispatcher {
	if meter == nil {
		meter = unmetered{}
	}
	d := &Dispatcher{outbox: outbox, meter: meter, report: report}
	d.promoter = promoter{outbox: outbox, report: report, kick: make(chan struct{}, 1), wake: d.wakeAll}
	for _, l := range lanes {
		d.lanes = append(d.lanes, newLane(l, d))
	}
	return d
}

// Run sends until ctx ends. Then nothing more is claimed, what is being sent
// is finished, what is known is settled, what was claimed and not tried is given
// back, and Run returns; a sender that ignores its time-out holds it up no
// longer than that and Grace.
func (d *Dispatcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { d.promoter.run(ctx) })
	for _, l := range d.lanes {
		wg.Go(func() { l.run(ctx) })
	}
	wg.Wait()
}

// Wake tells that something was queued on a channel. It never blocks, and does
// nothing for a channel without a lane.
func (d *Dispatcher) Wake(channel string) {
	if l := d.lane(channel); l != nil {
		l.look()
	}
}

func (d *Dispatcher) wakeAll() {
	for _, l := range d.lanes {
		l.look()
	}
}

// States tells how each lane is, in the order they were given.
func (d *Dispatcher) States() []State {
	out := make([]State, len(d.lanes))
	for i, l := range d.lanes {
		out[i] = l.state.get()
	}
	return out
}

func (d *Dispatcher) lane(channel string) *lane {
	for _, l := range d.lanes {
		if l.Channel == channel {
			return l
		}
	}
	return nil
}

// fault reports what failed on a channel.
func (d *Dispatcher) fault(channel, doing string, err error) {
	d.report(fmt.Errorf("deliver on %s: %s: %w", channel, doing, err))
}

type unmetered struct{}

func (unmetered) Attempted(string, bot.Kind, Outcome, time.Duration) {}
func (unmetered) Withheld(string, bot.Kind)                          {}
func (unmetered) Refused(string, bot.Kind, Outcome)                  {}
func (unmetered) Died(string, bot.Kind, string)                      {}
func (unmetered) Late(string)                                        {}
func (unmetered) Reported(string, bot.DeliveryState, bot.Reported)   {}
