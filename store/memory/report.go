// Messages that left, and what their providers report of them.
package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"posada/bot"
)

// left is what is known of a message that left.
type left struct {
	bot.Sent
	channel string
	at      time.Time // when it left
	again   bool      // it failed, and is queued anew: Ref and State are of the attempt that failed
}

// strip leaves nothing of the person, and enough to erase the text at the
// provider.
func (row *left) strip() {
	row.again = false
	row.Outbound = bot.Outbound{ID: row.ID, To: bot.Address{Channel: row.channel}, Kind: row.Kind, At: row.At, Mailing: row.Mailing}
	row.shrink()
}

// shrink drops what is not kept of a message whose state is final.
func (row *left) shrink() {
	if row.State.Final() && !row.again {
		row.Outbound = bot.Outbound{ID: row.ID, Kind: row.Kind, At: row.At, Mailing: row.Mailing}
	}
}

// leftErased notes a message that left although it was erased meanwhile.
func (s *Store) leftErased(now time.Time, g *loan, ref string) {
	row := s.sent[g.ID]
	if row == nil {
		row = &left{Sent: bot.Sent{Outbound: g.Outbound}, channel: g.To.Channel}
		s.sent[g.ID] = row
	}
	if s.fates[g.ID].became == becameDropped {
		s.settled(g.ID, becameSent, "")
	}
	if row.Ref == "" {
		row.Ref, row.State, row.at = ref, max(row.State, bot.DeliveryAccepted), second(now)
	}
	row.strip()
}

// Sent implements bot.Outbox.
func (s *Store) Sent(ctx context.Context, message uint64) (bot.Sent, bool, error) {
	if err := ctx.Err(); err != nil {
		return bot.Sent{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, loan := s.sent[message], s.loans[message]
	switch {
	case loan != nil && loan.Kind != bot.Errand:
		return bot.Sent{Outbound: loan.Lean()}, true, nil
	case row == nil:
		return bot.Sent{}, false, nil
	}
	sent := row.Sent
	if o := s.find(lineKey{row.To, row.Kind}, message); o != nil {
		sent.Outbound = *o
	}
	return sent, true, nil
}

// Report implements bot.Outbox.
func (s *Store) Report(ctx context.Context, r bot.Report) (bot.Reported, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	waits := r.Fate == bot.FateLater || r.Fate == bot.FateParked
	if r.State > bot.DeliveryRead || r.Fate == bot.FateSent || r.Fate == bot.FateReleased || r.Fate > bot.FateOptedOut || waits && r.Due.IsZero() {
		return 0, fmt.Errorf("report on message %d: state %d or fate %d is none, or lacks its time", r.Message, r.State, r.Fate)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, loan := s.sent[r.Message], s.loans[r.Message]
	var key lineKey
	switch {
	case loan != nil && loan.Kind != bot.Errand:
		key = loan.at
	case row != nil:
		key = lineKey{row.To, row.Kind}
	default:
		return bot.ReportUnknown, nil
	}
	queued := s.find(key, r.Message)
	same := row != nil && (r.Ref == "" || row.Ref == "" || r.Ref == row.Ref)
	switch {
	case r.State == bot.DeliveryUnknown, same && r.State <= row.State:
		return bot.ReportStale, nil
	case queued == nil && !same,
		queued != nil && loan != nil && queued.Unknown > 0 && r.State == bot.DeliveryFailed:
		// It is of another attempt, and tells nothing of the one that counts.
		channel := key.to.Channel
		if row != nil {
			channel = row.channel
		}
		s.eraseAtProvider(channel, r)
		return bot.ReportStale, nil
	}
	next := &left{Sent: bot.Sent{Ref: r.Ref, State: r.State}, at: second(r.At)}
	erased := false
	if row != nil {
		next.Outbound, next.channel, next.at = row.Outbound, row.channel, row.at
		if r.Ref == "" {
			next.Ref = row.Ref
		}
		erased = same && row.State.Final()
	}
	if queued != nil {
		next.Outbound, next.channel = *queued, queued.To.Channel
	}
	var wrote bool
	if loan != nil {
		wrote = s.session(key.to) != s.lines[key].was
		loan.left = true
		delete(s.loans, r.Message)
		s.gone[r.Message] = loan
	} else if p := s.people[key.to]; p != nil {
		wrote = p.at.After(next.at)
	}
	waits = waits && r.State == bot.DeliveryFailed && next.To.ID != "" && !(next.Mailing != 0 && s.ended(next.Mailing))
	s.reported(r, waits)
	if queued != nil && !waits {
		s.remove(key, r.Message)
	}
	s.sent[r.Message] = next
	if r.Erase && !erased && r.State.Final() {
		s.eraseAtProvider(next.channel, bot.Report{Ref: next.Ref, State: r.State, Erase: true, At: r.At})
	}
	switch {
	case waits:
		o := &next.Outbound
		if queued != nil && loan == nil {
			o.Unknown = max(0, o.Unknown-1) // it was counted when its outcome was unknown
		} else {
			o.Tries++
		}
		next.again = true
		if queued != nil {
			*queued = *o
		} else {
			s.insert(*o)
		}
		if r.Due.After(r.At) && !(r.Fate == bot.FateParked && wrote) {
			s.lines[key].wait(r.Due, r.Fate == bot.FateParked)
		}
	case r.State == bot.DeliveryFailed && r.Fate >= bot.FateDead:
		o := next.Outbound
		o.To.Channel = next.channel
		s.bury(o, r.Reason, r.At)
		if o.To.ID != "" && !wrote {
			s.part(o.To, r.Fate)
		}
	}
	next.shrink()
	return bot.ReportMoved, nil
}

func (s *Store) eraseAtProvider(channel string, r bot.Report) {
	if r.Erase && r.State.Final() && r.Ref != "" {
		s.put(&bot.Outbound{To: bot.Address{Channel: channel, ID: r.Ref}, Kind: bot.Errand, At: r.At})
	}
}

// sweepSent drops what is old of messages that left and of dead letters.
func (s *Store) sweepSent(order bot.Sweep, swept *bot.Swept) {
	for _, id := range slices.Sorted(maps.Keys(s.sent)) {
		row := s.sent[id]
		switch {
		case row.at.Before(order.SentBefore):
			delete(s.sent, id)
			swept.Sent++
		case row.at.Before(order.Unreported) && !row.State.Final() && s.find(lineKey{row.To, row.Kind}, id) == nil:
			s.eraseAtProvider(row.channel, bot.Report{Ref: row.Ref, State: bot.DeliveryDelivered, Erase: order.Erase, At: order.Unreported.Add(bot.ReportLife)})
			row.State = bot.DeliveryDelivered
			row.shrink()
		}
	}
	before := len(s.dead)
	s.dead = slices.DeleteFunc(s.dead, func(d bot.Dead) bool { return d.At.Before(order.DeadBefore) })
	swept.Dead = before - len(s.dead)
}
