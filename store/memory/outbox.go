// The queue: lines of messages, lent and settled.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"posada/bot"
)

// lineKey names a line: the messages of one kind to one contact. An Errand's
// contact is what it is about, so it never shares a line with a person's.
type lineKey struct {
	to   bot.Address
	kind bot.Kind
}

// line is never empty.
type line struct {
	out    []*bot.Outbound // by ID
	due    time.Time       // zero: ready
	parked bool
	until  time.Time // what is lent of it is lent until then
	was    uint64    // the person's last turn when it was claimed: who wrote since has another
}

// loan is a message lent.
type loan struct {
	bot.Outbound
	at    lineKey
	fence uint64
	until time.Time
	left  bool // a report took it out of the queue
}

// millisecond rounds up: nothing is due too early.
func millisecond(t time.Time) time.Time {
	return time.UnixMilli(t.Add(time.Millisecond - time.Nanosecond).UnixMilli()).UTC()
}

// second is zero for the zero time.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Unix(t.Unix(), 0).UTC()
}

// put numbers a message and appends it to its line.
func (s *Store) put(o *bot.Outbound) {
	s.lastID++
	o.ID = s.lastID
	s.insert(*o)
}

func (s *Store) insert(o bot.Outbound) *line {
	o.At, o.Until, o.LateFrom = second(o.At), second(o.Until), second(o.LateFrom)
	key := lineKey{o.To, o.Kind}
	l := s.lines[key]
	if l == nil {
		l = &line{}
		s.lines[key] = l
	}
	l.out = append(l.out, &o)
	slices.SortFunc(l.out, func(a, b *bot.Outbound) int { return cmp.Compare(a.ID, b.ID) })
	return l
}

func (s *Store) find(key lineKey, id uint64) *bot.Outbound {
	if l := s.lines[key]; l != nil {
		for _, o := range l.out {
			if o.ID == id {
				return o
			}
		}
	}
	return nil
}

// remove takes a message out of the queue.
func (s *Store) remove(key lineKey, id uint64) {
	delete(s.loans, id)
	l := s.lines[key]
	l.out = slices.DeleteFunc(l.out, func(o *bot.Outbound) bool { return o.ID == id })
	if len(l.out) == 0 {
		delete(s.lines, key)
	}
}

// erase removes all that is queued for a person, and what was said in
// messages that left.
func (s *Store) erase(who bot.Address) {
	for key, l := range s.lines {
		if key.to != who || key.kind == bot.Errand {
			continue
		}
		for _, o := range l.out {
			s.settled(o.ID, becameDropped, "")
			if !s.mayHaveLeft(o.ID) {
				s.unsent(o)
			}
			if loan := s.loans[o.ID]; loan != nil {
				delete(s.loans, o.ID)
				s.gone[o.ID] = loan
			}
		}
		delete(s.lines, key)
	}
	for _, row := range s.sent {
		if row.To == who {
			row.strip()
		}
	}
}

// unpark makes ready what waits for a person.
func (s *Store) unpark(who bot.Address) {
	for key, l := range s.lines {
		if key.to == who && key.kind != bot.Errand && l.parked {
			l.due, l.parked = time.Time{}, false
		}
	}
}

// wait makes a line wait, for as long as the one that waits longest.
func (l *line) wait(due time.Time, parked bool) {
	if due = millisecond(due); due.After(l.due) {
		l.due = due
	}
	l.parked = l.parked || parked
}

// Queue implements bot.Store and bot.Outbox.
func (s *Store) Queue(ctx context.Context, out []bot.Outbound) (queued int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for i, o := range out {
		if o.Kind < bot.Reply || o.Kind > bot.Errand || strings.Contains(o.To.Channel, "\x00") {
			return 0, fmt.Errorf("message %d to be queued has kind %d, or no channel of a known shape", i, o.Kind)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range out {
		o := &out[i]
		o.ID = 0
		if o.Kind != bot.Errand && (s.people[o.To] == nil || s.optedOut[o.To] || s.unreachable[o.To]) {
			continue
		}
		s.put(o)
		queued++
	}
	return queued, nil
}

// isLent tells whether any message of the line is.
func (s *Store) isLent(l *line, now time.Time) bool {
	return l.until.After(now) && slices.ContainsFunc(l.out, func(o *bot.Outbound) bool { return s.loans[o.ID] != nil })
}

// Claim implements bot.Outbox.
func (s *Store) Claim(ctx context.Context, now time.Time, order bot.ClaimOrder) ([]bot.Claimed, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, g := range s.gone {
		if !g.until.After(now) {
			delete(s.gone, id)
		}
	}
	if order.Lines <= 0 || order.Each <= 0 {
		return nil, nil
	}
	var ready []*line
	for key, l := range s.lines {
		if key.to.Channel == order.Channel && key.kind == order.Kind && l.due.IsZero() && !s.isLent(l, now) && !s.rests(l.out[0]) {
			ready = append(ready, l)
		}
	}
	slices.SortFunc(ready, func(a, b *line) int { return cmp.Compare(a.out[0].ID, b.out[0].ID) })
	var claimed []bot.Claimed
	for _, l := range ready[:min(order.Lines, len(ready))] {
		for _, o := range l.out {
			if o.Mailing != 0 && s.loans[o.ID] != nil {
				s.doubted[o.ID] = true
			}
		}
		s.endLease(l)
		key := lineKey{l.out[0].To, order.Kind}
		l.until = now.Add(order.Lease)
		var heard time.Time
		if order.Kind != bot.Errand {
			l.was = s.session(key.to)
			if p := s.people[key.to]; p != nil {
				heard = p.at
			}
		}
		for _, queued := range l.out[:min(order.Each, len(l.out))] {
			if s.rests(queued) {
				break
			}
			o := s.worded(*queued)
			s.fence++
			s.loans[o.ID] = &loan{Outbound: o, at: key, fence: s.fence, until: l.until}
			delete(s.gone, o.ID)
			claimed = append(claimed, bot.Claimed{Outbound: o, Token: bot.Token{Message: o.ID, Fence: s.fence}, Heard: heard})
		}
	}
	return claimed, nil
}

func (s *Store) endLease(l *line) {
	for _, o := range l.out {
		delete(s.loans, o.ID)
	}
}

// Holds implements bot.Outbox.
func (s *Store) Holds(t bot.Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	loan := s.loans[t.Message]
	return loan != nil && loan.fence == t.Fence && !(loan.Mailing != 0 && s.ended(loan.Mailing))
}

// Settle implements bot.Outbox.
func (s *Store) Settle(ctx context.Context, now time.Time, settled []bot.Settlement) (refused []bot.Token, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, x := range settled {
		waits := x.Fate == bot.FateLater || x.Fate == bot.FateParked
		if x.Fate < bot.FateSent || x.Fate > bot.FateOptedOut || waits && x.Due.IsZero() {
			return nil, fmt.Errorf("settle message %d: fate %d is none, or lacks its time", x.Token.Message, x.Fate)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// All are judged by what was lent before any of them was settled.
	var held []*loan
	var fates []bot.Settlement
	for _, x := range settled {
		loan := s.loans[x.Token.Message]
		if loan == nil || loan.fence != x.Token.Fence {
			if !s.settleGone(now, x) {
				refused = append(refused, x.Token)
			}
			continue
		}
		delete(s.loans, x.Token.Message)
		s.settling[x.Token.Message] = true
		held, fates = append(held, loan), append(fates, x)
	}
	defer clear(s.settling)
	stays := map[lineKey]bool{}
	for i, loan := range held {
		if s.find(loan.at, loan.ID) == nil { // erased by the fate of another
			if fates[i].Fate == bot.FateSent && fates[i].Ref != "" {
				s.leftErased(now, loan, fates[i].Ref)
			}
			refused = append(refused, fates[i].Token)
			continue
		}
		if s.settle(now, loan, fates[i]) {
			stays[loan.at] = true
		}
	}
	for key := range stays {
		if l := s.lines[key]; l != nil {
			s.endLease(l)
		}
	}
	return refused, nil
}

// settleGone is about a message that was lent and is not in the queue any
// more. It was erased, or a report told that it had left.
func (s *Store) settleGone(now time.Time, x bot.Settlement) (ok bool) {
	g := s.gone[x.Token.Message]
	if g == nil || g.fence != x.Token.Fence {
		return false
	}
	delete(s.gone, x.Token.Message)
	if g.left {
		return true
	}
	// Its text is at the provider all the same, to be erased there.
	if x.Fate == bot.FateSent && x.Ref != "" {
		s.leftErased(now, g, x.Ref)
	}
	return false
}

// settle puts one fate into effect, and tells whether the message stays.
func (s *Store) settle(now time.Time, loan *loan, x bot.Settlement) (stays bool) {
	l := s.lines[loan.at]
	o := s.find(loan.at, loan.ID)
	person := loan.Kind != bot.Errand
	row := s.sent[o.ID]
	wrote := person && s.session(o.To) != l.was
	switch x.Fate {
	case bot.FateSent:
		s.remove(loan.at, o.ID)
		s.settled(o.ID, becameSent, "")
		switch {
		case person && x.Ref != "":
			s.sent[o.ID] = &left{Sent: bot.Sent{Outbound: *o, Ref: x.Ref, State: bot.DeliveryAccepted}, channel: o.To.Channel, at: second(now)}
		default:
			delete(s.sent, o.ID)
		}
	case bot.FateLater, bot.FateParked:
		o.Tries, o.Unknown = x.Tries, x.Unknown
		if x.Due.After(now) && !(x.Fate == bot.FateParked && wrote) {
			l.wait(x.Due, x.Fate == bot.FateParked)
		}
		if person && x.Unknown > 0 {
			if row == nil || !row.again {
				s.sent[o.ID] = &left{Sent: bot.Sent{Outbound: *o}, channel: o.To.Channel}
			}
			s.sent[o.ID].at = second(now)
		}
		return true
	case bot.FateReleased:
		return true
	default:
		s.bury(*o, x.Reason, now)
		s.remove(loan.at, o.ID)
		s.settled(o.ID, fates[x.Fate], x.Reason)
		if x.Unknown == 0 && row == nil && !s.doubted[o.ID] {
			s.unsent(o)
		}
		if row != nil {
			row.strip()
		}
		if person && !wrote {
			s.part(o.To, x.Fate)
		}
	}
	return false
}

// part puts the fate of a message into effect for its contact.
func (s *Store) part(who bot.Address, fate bot.Fate) {
	switch fate {
	case bot.FateUnreachable:
		if s.people[who] != nil {
			s.unreachable[who] = true
		}
		s.erase(who)
	case bot.FateOptedOut:
		s.optedOut[who] = true
		s.endTimers(who)
		s.erase(who)
	}
}

func (s *Store) bury(o bot.Outbound, reason string, now time.Time) {
	s.dead = append(s.dead, bot.Dead{
		ID: o.ID, Channel: o.To.Channel, Kind: o.Kind, Flow: o.Message.Flow, Node: o.Message.Node,
		Reason: reason, Queued: second(o.At), At: second(now),
	})
}

// Dead lists at most limit dead letters, the newest first.
func (s *Store) Dead(ctx context.Context, limit int) ([]bot.Dead, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.dead)
	slices.SortFunc(all, func(a, b bot.Dead) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all[:max(0, min(limit, len(all)))], nil
}

// Promote implements bot.Outbox.
func (s *Store) Promote(ctx context.Context, now time.Time) (next time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		switch {
		case l.due.IsZero():
		case !l.due.After(now):
			l.due, l.parked = time.Time{}, false
		case next.IsZero() || l.due.Before(next):
			next = l.due
		}
	}
	return next, nil
}

// Reach implements bot.Outbox.
func (s *Store) Reach(ctx context.Context, who bot.Address, reachable bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if reachable {
		delete(s.unreachable, who)
		return nil
	}
	s.part(who, bot.FateUnreachable)
	return nil
}
