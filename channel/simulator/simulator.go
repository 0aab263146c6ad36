// Package simulator is the channel of contacts that are not people: a phone in
// the browser that talks to the real assistant, through the same transaction
// and the same outbox as every other channel. It stands in for the provider
// and for the phone: what was sent to a phone is held in memory, bounded, and
// gone when the process ends.
//
// It is an operator's tool. Its handler asks for no password: it is to be
// served behind a guard that lets nobody in but this computer.
package simulator

import (
	"context"
	"strconv"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
	"posada/locales"
)

// Receive takes one message to its end, as Assistant.Receive does, and lets the
// answers go.
type Receive func(context.Context, bot.Inbound) (bot.Receipt, error)

// languageName is the message that is a language's own name.
const languageName = "language.name"

// Simulator shows on their phones what is sent to the simulated contacts. It is
// safe for use by many goroutines.
type Simulator struct {
	// Recording reads the recording of a message, or returns
	// bot.ErrNoRecording; nil: there are none. Set it before the first message.
	Recording func(flows.Voice) (bot.Recording, error)

	receive   Receive
	catalogue *locales.Catalogue
	report    func(error)

	phones  *phones
	stopped chan struct{} // closed when Run has ended
}

var _ deliver.Sender = (*Simulator)(nil)

// New makes a simulator. Faults of the assistant are told to report; they hold
// no address and nothing that was written.
func New(receive Receive, catalogue *locales.Catalogue, report func(error)) *Simulator {
	return &Simulator{receive: receive, catalogue: catalogue, report: report, phones: newPhones(), stopped: make(chan struct{})}
}

// Run ends the open event streams when ctx ends, so that an HTTP server can
// shut down. It runs once.
func (s *Simulator) Run(ctx context.Context) {
	<-ctx.Done()
	close(s.stopped)
}

// Send shows a message on its phone. It always arrives, and however often it
// is sent it is shown once: the phone knows it by its number. An errand has
// nobody to be shown to.
func (s *Simulator) Send(_ context.Context, m bot.Claimed) deliver.Result {
	if m.Kind != bot.Errand {
		s.phones.add(m.To.ID, s.shown(m.Outbound))
	}
	return deliver.Result{Outcome: deliver.Sent}
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
	for _, v := range o.Message.Voices {
		m.Voices = append(m.Voices, v.String())
	}
	for _, c := range o.Message.Choices {
		m.Choices = append(m.Choices, choice{Key: c.Key, Label: c.Label, Payload: c.Payload})
	}
	return m
}
