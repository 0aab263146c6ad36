// How long people wait where more are reminded at one minute than a sender takes.
package remind

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
)

// surgeAhead is how far is looked for one: every daily reminder runs out in it.
const surgeAhead = 24 * time.Hour

// Surge is when the sender of a channel is behind most: the last of those whose
// minute it is waits so long.
type Surge struct {
	Channel string
	At      time.Time
	Wait    time.Duration
}

// Surges tells of the channels on which reminders of the next day would leave
// late for nothing but their number, by how many messages a second their senders
// take. It reads every contact, and leaves simulated ones out. Surges of fewer
// people than Least are not told.
func Surges(ctx context.Context, people People, rates map[string]float64, now time.Time) ([]Surge, error) {
	due := map[string]map[time.Time]int{} // by channel and minute
	err := people.Contacts(ctx, func(c bot.Contact) error {
		if c.Simulated || rates[c.Channel] <= 0 {
			return nil
		}
		for _, t := range c.Timers {
			if t.Kind != flows.TimerDaily || t.At.Sub(now) > surgeAhead { // offers and ends come at times of their own
				continue
			}
			minute := t.At.UTC().Truncate(time.Minute)
			if minute.Before(now) {
				minute = now.UTC()
			}
			if due[c.Channel] == nil {
				due[c.Channel] = map[time.Time]int{}
			}
			due[c.Channel][minute]++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for surges: %w", err)
	}
	var out []Surge
	for channel, minutes := range due {
		s := worst(minutes, rates[channel])
		s.Channel = channel
		if s.Wait > flows.Spread && s.Wait.Seconds()*rates[channel] >= Least {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Surge) int { return cmp.Compare(a.Channel, b.Channel) })
	return out, nil
}

// worst lets so many come at each minute and rate of them leave a second.
func worst(minutes map[time.Time]int, rate float64) (most Surge) {
	order := make([]time.Time, 0, len(minutes))
	for at := range minutes {
		order = append(order, at)
	}
	slices.SortFunc(order, time.Time.Compare)
	var wait time.Duration
	for i, at := range order {
		if i > 0 {
			wait = max(0, wait-at.Sub(order[i-1]))
		}
		wait += time.Duration(float64(minutes[at]) / rate * float64(time.Second))
		if wait > most.Wait {
			most = Surge{At: at, Wait: wait}
		}
	}
	return most
}
