// What the console's first page counts: taken again and again in the background,
// so that no page waits for a walk through everybody.
package main

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/bot/remind"
	"posada/bot/rumour"
	"posada/console"
	"posada/store/bolt"
)

const (
	// countEvery is how often everybody is counted, and lookEvery the queue.
	countEvery = 10 * time.Minute
	lookEvery  = 15 * time.Second
	// daysAhead and daysBack are how many days the page shows.
	daysAhead, daysBack = 7, 14
	// deadLooked bounds how many dead letters are looked at.
	deadLooked = 10_000
)

// dayZone is the book's: its days are told.
var dayZone = time.FixedZone("UTC-6", -6*60*60)

// today counts. It is safe for use by many goroutines.
type today struct {
	store    *bolt.Store
	desk     *rumour.Desk
	channels []string
	report   func(error)
	states   func() []deliver.State // set before run

	mu        sync.Mutex
	people    map[string]console.People // by language
	via       map[string]console.People // by channel
	due       map[string]int            // reminders by day
	unasked   map[string]int            // questions without an answer, by day
	backlogs  map[string]bot.Backlog
	dead      map[string]int
	delivered map[string][]tick
}

// tick is how sending went in an hour.
type tick struct {
	hour         int64
	sent, failed int
}

func newToday(store *bolt.Store, desk *rumour.Desk, channels []string, report func(error)) *today {
	return &today{store: store, desk: desk, channels: channels, report: report, unasked: map[string]int{}, delivered: map[string][]tick{}}
}

// run counts until ctx ends.
func (t *today) run(ctx context.Context) {
	count, look := time.NewTicker(countEvery), time.NewTicker(lookEvery)
	defer count.Stop()
	defer look.Stop()
	t.count(ctx)
	t.look(ctx, time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-count.C:
			t.count(ctx)
		case <-look.C:
			t.look(ctx, time.Now())
		}
	}
}

// count walks through everybody. Practice phones are nobody.
func (t *today) count(ctx context.Context) {
	var mu sync.Mutex
	people, via, due := map[string]console.People{}, map[string]console.People{}, map[string]int{}
	err := t.store.Survey(ctx, nil, func(p bot.Person) {
		if p.Simulated {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for _, timer := range p.Timers {
			if timer.Programme != "" {
				due[dayName(timer.At)]++
			}
		}
		people[p.Lang]++
		via[p.Channel]++
	})
	if err != nil {
		if ctx.Err() == nil {
			t.report(err)
		}
		return
	}
	delete(people, "") // they have not chosen one yet
	t.mu.Lock()
	defer t.mu.Unlock()
	t.people, t.via, t.due = people, via, due
}

// look reads the queue.
func (t *today) look(ctx context.Context, now time.Time) {
	backlogs, err := t.store.Backlogs(ctx)
	dead := map[string]int{}
	if err == nil {
		var letters []bot.Dead
		letters, err = t.store.Dead(ctx, deadLooked)
		for _, d := range letters {
			if now.Sub(d.At) < 24*time.Hour {
				dead[d.Channel]++
			}
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			t.report(err)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.backlogs, t.dead = backlogs, dead
}

// answered counts what a message led to: whether it was a question without an
// answer.
func (t *today) answered(out []bot.Outbound, now time.Time) {
	if !slices.ContainsFunc(out, func(o bot.Outbound) bool { return o.Message.Flow == "search" && o.Message.Node == "nothing" }) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unasked[dayName(now)]++
	for day := range t.unasked {
		if day < dayName(now.AddDate(0, 0, -daysBack)) {
			delete(t.unasked, day)
		}
	}
}

// attempted counts one attempt to send.
func (t *today) attempted(channel string, outcome deliver.Outcome, now time.Time) {
	if outcome != deliver.Sent && outcome != deliver.Drop && outcome != deliver.Unreachable && outcome != deliver.OptedOut {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	hour, ticks := now.Unix()/3600, t.delivered[channel]
	if n := len(ticks); n == 0 || ticks[n-1].hour != hour {
		ticks = append(slices.DeleteFunc(ticks, func(old tick) bool { return old.hour <= hour-24 }), tick{hour: hour})
	}
	if outcome == deliver.Sent {
		ticks[len(ticks)-1].sent++
	} else {
		ticks[len(ticks)-1].failed++
	}
	t.delivered[channel] = ticks
}

// numbers are what the page shows now.
func (t *today) numbers(_ context.Context, now time.Time) (console.Numbers, error) {
	n := console.Numbers{}
	t.mu.Lock()
	n.Languages, n.Channels = t.people, t.via
	for i := daysBack - 1; i >= 0; i-- {
		day := now.In(dayZone).AddDate(0, 0, -i)
		n.Unanswered = append(n.Unanswered, console.DayCount{Day: day, N: t.unasked[dayName(day)]})
	}
	for i := range daysAhead {
		day := now.In(dayZone).AddDate(0, 0, i)
		due := t.due[dayName(day)]
		if due < remind.Least { // a few could be made out
			due = 0
		}
		n.Due = append(n.Due, console.DayCount{Day: day, N: due})
	}
	for _, channel := range t.channels {
		d := console.Delivery{Channel: channel, Waiting: t.backlogs[channel].Queued, Parked: t.backlogs[channel].Parked, Dead: t.dead[channel]}
		if oldest := t.backlogs[channel].Oldest; !oldest.IsZero() {
			d.Oldest = max(0, now.Sub(oldest))
		}
		for _, tick := range t.delivered[channel] {
			if tick.hour > now.Unix()/3600-24 {
				d.Sent, d.Failed = d.Sent+tick.sent, d.Failed+tick.failed
			}
		}
		n.Delivery = append(n.Delivery, d)
		if d.Dead > 0 {
			n.Alarms = append(n.Alarms, console.Alarm{Word: "alarm.dead", Args: []string{channel, strconv.Itoa(d.Dead)}})
		}
	}
	t.mu.Unlock()
	if t.states != nil {
		for _, state := range t.states() {
			if !state.Up && state.Channel != bot.Simulator {
				n.Alarms = append(n.Alarms, console.Alarm{Word: "alarm.channel", Args: []string{state.Channel}})
			}
		}
	}
	t.desks(&n, now)
	return n, nil
}

// desks adds what waits for an officer.
func (t *today) desks(n *console.Numbers, now time.Time) {
	for _, s := range t.desk.Cases(rumour.Filter{Status: rumour.Open}, now) {
		n.Rumours.N++
		if now.Sub(s.First) < 24*time.Hour {
			n.Rumours.New++
		}
	}
	var longest time.Duration
	for _, l := range t.desk.Letters(now) {
		if l.Status != rumour.Open {
			continue
		}
		n.Letters.N++
		if l.Officer == "" {
			n.Letters.New++
		}
		longest = max(longest, l.Waits)
	}
	if longest > time.Hour {
		n.Alarms = append(n.Alarms, console.Alarm{Word: "alarm.letters", Args: []string{longest.Round(time.Minute).String()}, Path: "/letters"})
	}
	for _, a := range t.desk.Alarms(now) {
		n.Alarms = append(n.Alarms, console.Alarm{Word: "alarm.rumour", Args: []string{strconv.Itoa(a.Count)}, Path: "/rumours/" + a.Case})
	}
}

func dayName(at time.Time) string { return at.In(dayZone).Format(time.DateOnly) }

// counting is a meter that also counts for the page of today.
type counting struct {
	deliver.Meter
	today *today
}

// Attempted implements deliver.Meter.
func (c counting) Attempted(channel string, kind bot.Kind, outcome deliver.Outcome, took time.Duration) {
	c.Meter.Attempted(channel, kind, outcome, took)
	if kind != bot.Errand {
		c.today.attempted(channel, outcome, time.Now())
	}
}
