// Package simulator is the channel of contacts that are not people: a phone in
// the browser that talks to the real assistant, through the same transaction
// and the same outbox as every other channel. It stands in for the provider
// and for the phone: what was sent to a phone is held in memory, bounded, and
// gone when the process ends.
//
// It is an operator's tool. Its handler answers only on a loopback name, never
// to another site, and never through a proxy.
package simulator

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"posada/bot"
	"posada/locales"
)

// Receive takes one message to its end; it is Assistant.Receive.
type Receive func(context.Context, bot.Inbound) (bot.Receipt, error)

// Outbox is what the simulator asks of a store; bot.Store says what its
// methods promise.
type Outbox interface {
	Claim(ctx context.Context, now time.Time, channel string, limit int, lease time.Duration) ([]bot.Claimed, error)
	Done(ctx context.Context, tokens []bot.Token) (refused []bot.Token, err error)
}

const (
	// batch and lease of one claim. To show a message takes no time: the lease
	// is only for a process that stops in between.
	batch = 100
	lease = 30 * time.Second
	// pollEvery is how soon a message is seen that no phone's own message
	// caused: a reminder, or one whose lease ended.
	pollEvery = 5 * time.Second
	// retryAfter is the pause after a fault of the store.
	retryAfter = time.Second
)

// languageName is the message that is a language's own name.
const languageName = "language.name"

// Simulator shows the outbox of the simulated contacts on their phones. It is
// safe for use by many goroutines.
type Simulator struct {
	receive   Receive
	outbox    Outbox
	catalogue *locales.Catalogue
	report    func(error)

	phones  *phones
	wake    chan struct{}
	stopped chan struct{} // closed when Run has ended
	stop    sync.Once
}

// New makes a simulator. Faults of the store and of the assistant are told to
// report; they hold no address and nothing that was written.
func New(receive Receive, outbox Outbox, catalogue *locales.Catalogue, report func(error)) *Simulator {
	return &Simulator{
		receive: receive, outbox: outbox, catalogue: catalogue, report: report,
		phones: newPhones(), wake: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
}

// Run delivers what waits in the outbox, what a crash left there first, until
// ctx ends. Then it ends the open event streams too, so that an HTTP server can
// shut down. It runs once.
func (s *Simulator) Run(ctx context.Context) {
	defer s.stop.Do(func() { close(s.stopped) })
	for {
		pause := pollEvery
		if err := s.deliver(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			s.report(err)
			pause = retryAfter
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-time.After(pause):
		}
	}
}

// Wake lets Run look into the outbox at once.
func (s *Simulator) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// deliver empties the outbox. A message that is lent a second time, because
// Done failed or the process was stopped before it, is shown only once: the
// phone knows it by its number. So a refused token asks for nothing.
func (s *Simulator) deliver(ctx context.Context) error {
	for {
		claimed, err := s.outbox.Claim(ctx, time.Now(), bot.Simulator, batch, lease)
		if err != nil {
			return fmt.Errorf("claim messages for simulated phones: %w", err)
		}
		if len(claimed) == 0 {
			return nil
		}
		tokens := make([]bot.Token, len(claimed))
		for i, c := range claimed {
			s.phones.add(c.To.ID, s.shown(c.Outbound))
			tokens[i] = c.Token
		}
		if _, err := s.outbox.Done(ctx, tokens); err != nil {
			return fmt.Errorf("take delivered messages of simulated phones from the outbox: %w", err)
		}
	}
}

// shown is an outbound message as a phone shows it.
func (s *Simulator) shown(o bot.Outbound) message {
	m := message{
		ID: strconv.FormatUint(o.ID, 10), Text: o.Message.Text, Lang: o.Message.Lang,
		Flow: o.Message.Flow, Node: o.Message.Node, Kind: o.Kind.String(), Segments: o.Message.Segments, At: o.At.UnixMilli(),
	}
	if l := s.catalogue.Language(o.Message.Lang); l != nil {
		m.Dir = direction(l.Raw(languageName))
	}
	for _, c := range o.Message.Choices {
		m.Choices = append(m.Choices, choice{Key: c.Key, Label: c.Label, Payload: c.Payload})
	}
	return m
}
