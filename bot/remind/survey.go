// How many are reminded of what, for the operator: numbers in which nobody can
// be made out.
package remind

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
)

// Least is how many people a number must be about to be told. A programme with
// three subscribers in a small border town is three people.
const Least = 20

// Count is about the people who have a subscription to a programme in a zone. A
// number below Least is given as 0.
type Count struct {
	Programme   string
	Zone        string // IANA time zone of their places; "" where none was asked
	On          int    // are reminded
	Paused      int
	Waiting     int  // are to be told once when it opens
	DueNextHour int  // of those On, by the reminder of a day
	Few         bool // there are some, and fewer than Least: no number is told
}

// People is where contacts are read from.
type People interface {
	// Contacts hands out every contact once, between short transactions.
	Contacts(ctx context.Context, each func(bot.Contact) error) error
}

// Survey counts subscriptions, by programme and zone. It reads every contact.
// Simulated ones are left out.
func Survey(ctx context.Context, people People, now time.Time) ([]Count, error) {
	type group struct{ programme, zone string }
	groups := map[group]Count{}
	err := people.Contacts(ctx, func(c bot.Contact) error {
		if c.Simulated {
			return nil
		}
		for _, s := range c.Subscriptions {
			n := groups[group{s.Programme, s.Zone}]
			switch {
			case s.When == "":
				n.Waiting++
			case s.State == bot.Paused:
				n.Paused++
			default:
				n.On++
				if dueBy(c, s.Programme, now.Add(time.Hour)) {
					n.DueNextHour++
				}
			}
			groups[group{s.Programme, s.Zone}] = n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count subscriptions: %w", err)
	}
	for g, n := range groups {
		n.Programme, n.Zone, n.Few = g.programme, g.zone, n.On+n.Paused+n.Waiting < Least
		for _, number := range []*int{&n.On, &n.Paused, &n.Waiting, &n.DueNextHour} {
			if *number < Least {
				*number = 0
			}
		}
		groups[g] = n
	}
	return slices.SortedFunc(maps.Values(groups), func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Programme, b.Programme), cmp.Compare(a.Zone, b.Zone))
	}), nil
}

// dueBy tells whether the reminder of a day of a programme comes by a time.
func dueBy(c bot.Contact, programme string, by time.Time) bool {
	daily := flows.Timer{Kind: flows.TimerDaily, Programme: programme}
	return slices.ContainsFunc(c.Timers, func(t bot.Timer) bool { return t.Timer == daily && !t.At.After(by) })
}
