// Timers: who is due.
package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"posada/bot"
)

// whole is a contact with its timers to the second, as every store keeps them.
func whole(c bot.Contact) bot.Contact {
	c.Timers = slices.Clone(c.Timers)
	for i := range c.Timers {
		c.Timers[i].At = second(c.Timers[i].At)
	}
	return c
}

// endTimers ends all that a person is to be reminded of.
func (s *Store) endTimers(who bot.Address) {
	was := s.people[who]
	if was == nil || len(was.contact.Subscriptions)+len(was.contact.Timers) == 0 {
		return
	}
	p := *was
	p.contact.Subscriptions, p.contact.Timers = nil, nil
	s.people[who] = &p
}

// Due implements bot.Store.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (due []bot.Contact, next time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return nil, time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		switch at := p.contact.Due(); {
		case at.IsZero():
		case !at.After(now):
			due = append(due, p.contact)
		case next.IsZero(), at.Before(next):
			next = at
		}
	}
	slices.SortFunc(due, func(a, b bot.Contact) int { return cmp.Or(a.Due().Compare(b.Due()), cmp.Compare(a.ID, b.ID)) })
	if len(due) > limit {
		next = due[limit].Due()
		due = due[:limit]
	}
	return due, next, nil
}

// Contacts hands out every contact once.
func (s *Store) Contacts(ctx context.Context, each func(bot.Contact) error) error {
	s.mu.Lock()
	var all []bot.Contact
	for _, p := range s.people {
		if p.contact.Known() {
			all = append(all, p.contact)
		}
	}
	s.mu.Unlock()
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(c); err != nil {
			return err
		}
	}
	return ctx.Err()
}
