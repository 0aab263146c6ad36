// Delivery reports: what a provider says later.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"posada/bot"
)

// ErrChannel: a report is of a channel that has no lane.
var ErrChannel = errors.New("no such channel is connected")

// Report takes a provider's word on a message, in any order and any number of
// times. When it returns without error the word is durable, or of no use.
func (d *Dispatcher) Report(ctx context.Context, r Report) error {
	l := d.lane(r.Channel)
	if l == nil {
		return fmt.Errorf("take a delivery report: %w", ErrChannel)
	}
	did, err := d.take(ctx, l, r)
	if err != nil {
		return fmt.Errorf("take a delivery report on %s: %w", r.Channel, err)
	}
	d.meter.Reported(r.Channel, r.State, did)
	return nil
}

func (d *Dispatcher) take(ctx context.Context, l *lane, r Report) (bot.Reported, error) {
	now := time.Now()
	word := bot.Report{Message: r.Message, Ref: r.Ref, State: r.State, At: r.At, Erase: l.Erase}
	if word.At.IsZero() {
		word.At = now
	}
	var kind bot.Kind
	if r.State == bot.DeliveryFailed {
		sent, known, err := d.outbox.Sent(ctx, r.Message)
		if err != nil {
			return 0, fmt.Errorf("look up the message: %w", err)
		}
		word.Reason = r.Reason
		if word.Reason == "" {
			word.Reason = r.Outcome.String()
		}
		if known {
			kind = sent.Kind
			word.Fate, word.Due = failed(now, sent.Outbound, r.Outcome, r.After)
		}
	}
	did, err := d.outbox.Report(ctx, word)
	if err != nil || did != bot.ReportMoved {
		return did, err
	}
	switch word.Fate {
	case bot.FateLater, bot.FateParked:
		d.promoter.at(word.Due)
	case bot.FateDead, bot.FateUnreachable, bot.FateOptedOut:
		d.meter.Died(r.Channel, kind, word.Reason)
	}
	l.look() // it may be queued again, and so may an errand
	return did, nil
}
