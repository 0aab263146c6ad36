// Mailings: one message for many.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"posada/bot"
	"posada/flows"
)

// mailing is one, and how far it has come.
type mailing struct {
	bot.Mailing
	state bot.MailingState
	after bot.Address // the last who was looked at
	said  bot.MailingProgress
	got   map[bot.Address]bool // whom it waits for, was sent to, or may have reached
}

// became is what became of a mailing's message, so far.
type became int

const (
	becameNothing became = iota // it is in the queue
	becameSent
	becameDelivered
	becameFailed
	becameUnreachable
	becameOptedOut
	becameDropped
)

var fates = map[bot.Fate]became{
	bot.FateDead: becameFailed, bot.FateUnreachable: becameUnreachable, bot.FateOptedOut: becameOptedOut,
}

// fate is what became of one message of a mailing.
type fate struct {
	of     bot.MailingID
	became became
	reason string
}

// settled notes what became of a message, if it is of a mailing.
func (s *Store) settled(id uint64, is became, reason string) {
	f, ok := s.fates[id]
	if !ok {
		return
	}
	if f.became, f.reason = is, ""; is == becameFailed {
		f.reason = reason
	}
	s.fates[id] = f
}

// unsent is about somebody whose message goes out of the queue, without having
// left.
func (s *Store) unsent(o *bot.Outbound) {
	if m := s.mailings[o.Mailing]; m != nil {
		delete(m.got, o.To)
	}
}

// mayHaveLeft tells whether a message that is still queued may be with its
// person all the same.
func (s *Store) mayHaveLeft(id uint64) bool {
	return s.sent[id] != nil || s.loans[id] != nil || s.settling[id] || s.doubted[id]
}

// reported notes what a report that moves a state makes of a message.
func (s *Store) reported(r bot.Report, again bool) {
	is := becameFailed
	switch {
	case again:
		is = becameNothing
	case r.State > bot.DeliveryFailed:
		is = becameDelivered
	case r.State < bot.DeliveryFailed:
		is = becameSent
	case r.Fate >= bot.FateDead:
		is = fates[r.Fate]
	}
	s.settled(r.Message, is, r.Reason)
}

// ended tells whether nothing of a mailing may be queued again.
func (s *Store) ended(id bot.MailingID) bool {
	m := s.mailings[id]
	return m == nil || m.state == bot.MailingStopped
}

// rests tells whether a queued message is of a mailing that is not sent.
func (s *Store) rests(o *bot.Outbound) bool {
	m := s.mailings[o.Mailing]
	return m != nil && m.state != bot.MailingRuns
}

// worded is a queued message with its words.
func (s *Store) worded(o bot.Outbound) bot.Outbound {
	m, p := s.mailings[o.Mailing], s.people[o.To]
	if m == nil || p == nil {
		return o
	}
	lang, _, _ := flows.PeekSession(p.session) // one that cannot be read has no language
	w := m.Outbound(p.contact, lang)
	o.Message = w.Message
	return o
}

// known lists everybody in an order.
func (s *Store) known() (all []bot.Address) {
	for who, p := range s.people {
		if p.contact.Known() {
			all = append(all, who)
		}
	}
	slices.SortFunc(all, byAddress)
	return all
}

func byAddress(a, b bot.Address) int {
	return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.ID, b.ID))
}

func (s *Store) asked(who bot.Address, got []bot.MailingID) (_ bot.Person, stopped bool) {
	p := s.people[who]
	lang, stopped, _ := flows.PeekSession(p.session)
	lists := map[bot.MailingID]bool{}
	for _, id := range got {
		lists[id] = s.mailings[id] != nil && s.mailings[id].got[who]
	}
	return bot.Person{Contact: p.contact, Lang: lang, Seen: p.at, Got: func(id bot.MailingID) bool { return lists[id] }},
		stopped || s.optedOut[who]
}

// Survey implements bot.Mailings.
func (s *Store) Survey(ctx context.Context, got []bot.MailingID, each func(bot.Person)) error {
	s.mu.Lock()
	var people []bot.Person
	for _, who := range s.known() {
		if p, stopped := s.asked(who, got); !stopped && !s.unreachable[who] {
			people = append(people, p)
		}
	}
	s.mu.Unlock()
	for _, p := range people {
		if err := ctx.Err(); err != nil {
			return err
		}
		each(p)
	}
	return ctx.Err()
}

// OpenMailing implements bot.Mailings.
func (s *Store) OpenMailing(ctx context.Context, m bot.Mailing) error {
	if m.ID == 0 || len(m.Variants) == 0 {
		return bot.ErrMailing
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mailings[m.ID] == nil {
		m.At, m.Until = second(m.At), second(m.Until)
		m.Variants, m.Order = slices.Clone(m.Variants), slices.Clone(m.Order)
		s.mailings[m.ID] = &mailing{Mailing: m, state: bot.MailingRuns, got: map[bot.Address]bool{}}
	}
	return nil
}

// mailing finds one that is known.
func (s *Store) mailing(ctx context.Context, what string, id bot.MailingID) (*mailing, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if m := s.mailings[id]; m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("%s mailing %d: %w", what, id, bot.ErrNoMailing)
}

// chunk is how many people a call looks at: few, so that tests see several.
const chunk = 50

// QueueMailing implements bot.Mailings.
func (s *Store) QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.mailing(ctx, "queue", id)
	if err != nil {
		return bot.MailingProgress{}, err
	}
	if s.ended(id) {
		m.said.Done = true
	}
	if m.said.Done {
		return m.said, nil
	}
	all := s.known()
	all = all[slices.IndexFunc(append(all, bot.Address{Channel: "\xff"}), func(a bot.Address) bool { return byAddress(a, m.after) > 0 }):]
	m.said.Done = len(all) <= chunk
	for _, who := range all[:min(chunk, len(all))] {
		m.after = who
		p, stopped := s.asked(who, got)
		switch {
		case !choose(p):
		case stopped || s.unreachable[who]:
			m.said.LeftOut++
		default:
			o := m.Outbound(p.Contact, "").Lean()
			s.put(&o)
			s.fates[o.ID] = fate{of: id}
			m.got[who] = true
			m.said.Queued++
		}
	}
	return m.said, nil
}

// SetMailing implements bot.Mailings.
func (s *Store) SetMailing(ctx context.Context, id bot.MailingID, state bot.MailingState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.mailing(ctx, "set", id)
	switch {
	case err != nil:
		return err
	case state < bot.MailingRuns || state > bot.MailingStopped:
		return fmt.Errorf("set mailing %d: state %d is none", id, state)
	case m.state == bot.MailingStopped && state != bot.MailingStopped:
		return fmt.Errorf("set mailing %d: %w", id, bot.ErrMailingEnded)
	}
	m.state = state
	return nil
}

// DropMailing implements bot.Mailings.
func (s *Store) DropMailing(ctx context.Context, id bot.MailingID) (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.mailing(ctx, "drop", id); err != nil {
		return false, err
	}
	if !s.ended(id) {
		return false, fmt.Errorf("drop mailing %d: %w", id, bot.ErrMailingRuns)
	}
	s.dropMailing(id)
	return false, nil
}

func (s *Store) dropMailing(id bot.MailingID) {
	for key, l := range s.lines {
		for _, o := range slices.Clone(l.out) {
			if o.Mailing != id {
				continue
			}
			s.settled(o.ID, becameDropped, "")
			if !s.mayHaveLeft(o.ID) {
				s.unsent(o)
			}
			if loan := s.loans[o.ID]; loan != nil {
				s.gone[o.ID] = loan
			}
			if row := s.sent[o.ID]; row != nil {
				row.strip()
			}
			s.remove(key, o.ID)
		}
	}
}

// MailingReport implements bot.Mailings. All is counted, every time.
func (s *Store) MailingReport(ctx context.Context, id bot.MailingID) (bot.MailingReport, bool, error) {
	if err := ctx.Err(); err != nil {
		return bot.MailingReport{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailings[id]
	if m == nil {
		return bot.MailingReport{}, false, nil
	}
	r := bot.MailingReport{State: m.state, Queued: m.said.Queued, LeftOut: m.said.LeftOut, Done: m.said.Done || s.ended(id)}
	for _, f := range s.fates {
		if f.of != id || f.became == becameNothing {
			continue
		}
		*map[became]*int{
			becameSent: &r.Sent, becameDelivered: &r.Delivered, becameFailed: &r.Failed,
			becameUnreachable: &r.Unreachable, becameOptedOut: &r.OptedOut, becameDropped: &r.Dropped,
		}[f.became]++
		if f.became == becameFailed {
			if r.Reasons == nil {
				r.Reasons = map[string]int{}
			}
			r.Reasons[f.reason]++
		}
	}
	for _, l := range s.lines {
		for _, o := range l.out {
			if o.Mailing != id {
				continue
			}
			r.Waiting++
			if l.parked {
				r.Parked++
			}
		}
	}
	return r, true, nil
}

// ForgetMailing implements bot.Mailings.
func (s *Store) ForgetMailing(ctx context.Context, id bot.MailingID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetMailing(id)
	return nil
}

func (s *Store) forgetMailing(id bot.MailingID) {
	s.dropMailing(id)
	delete(s.mailings, id)
	for message, f := range s.fates {
		if f.of == id {
			delete(s.fates, message)
		}
	}
}
