// When a whole lane has to wait: the provider is down, the settings are wrong,
// or the provider asks for a pause. All of it decides from results and the
// time it is given.
package deliver

import (
	"fmt"
	"slices"
	"time"

	"posada/bot"
)

const (
	// BreakAfter is how many attempts in a row must fail without a word from
	// the provider before a lane takes it to be down.
	BreakAfter = 5
	// A lane whose provider is down is tried after a second, and then ever more
	// rarely, by one message at a time.
	downFirst, downMost = time.Second, time.Minute
	// So is one whose settings are wrong: to mend them takes a person.
	settingsFirst, settingsMost = 30 * time.Second, 5 * time.Minute
)

// trouble is why a lane is open.
type trouble uint8

const (
	noTrouble trouble = iota
	down
	settings
)

// breaker keeps a lane from sending in vain. The zero value is closed.
type breaker struct {
	trouble trouble
	fails   int       // in a row
	since   time.Time // of the first of them
	reason  string    // of the last
	opened  int       // how often it was tried in vain since it opened
	until   time.Time // when it is tried next
	probing bool      // a message is under way to try it
}

// open tells whether nothing may be sent at now, and until when; zero for as
// long as a probe is under way.
func (b *breaker) open(now time.Time) (until time.Time, open bool) {
	switch {
	case b.trouble == noTrouble:
		return time.Time{}, false
	case b.probing:
		return time.Time{}, true
	}
	return b.until, now.Before(b.until)
}

// sending notes that a message is sent, and tells whether it is a probe.
func (b *breaker) sending() (probe bool) {
	probe = b.trouble != noTrouble
	b.probing = b.probing || probe
	return probe
}

// result takes the result of an attempt.
func (b *breaker) result(now time.Time, r Result, probe bool) {
	if probe {
		b.probing = false
	}
	failed := noTrouble
	switch {
	case r.Outcome == Misconfigured:
		failed = settings
	case r.Outcome == Retry && r.After > 0:
		// It answers, and asks for a pause.
	case r.Outcome == Retry, r.Outcome == Unknown:
		failed = down
	}
	if failed == noTrouble {
		*b = breaker{probing: b.probing}
		return
	}
	if b.fails++; b.fails == 1 {
		b.since = now
	}
	switch {
	case b.trouble != noTrouble && !probe:
		// It was on its way when the lane opened.
		return
	case failed == down && b.trouble == noTrouble && b.fails < BreakAfter:
		return
	case b.trouble != noTrouble && b.trouble != failed:
		b.opened = 0
	}
	b.trouble, b.reason = failed, r.Reason
	if failed == settings {
		b.until = now.Add(max(doubled(settingsFirst, b.opened, settingsMost), min(r.After, pauseMost)))
	} else {
		pause := doubled(downFirst, b.opened, downMost)
		b.until = now.Add(pause*3/4 + upTo(pause/4))
	}
	b.opened++
}

// why says in plain words what is amiss; "" for nothing.
func (b *breaker) why() string {
	switch b.trouble {
	case down:
		return "the provider has not answered since " + b.since.UTC().Format(time.DateTime) + " UTC" + code(b.reason)
	case settings:
		return "settings: the provider refuses everything until the account or the settings are mended" + code(b.reason)
	}
	return ""
}

func code(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

const (
	// A provider that asks for a pause does not say whether for one contact or
	// for all. When two contacts meet it within limitWindow it is for all.
	limitWindow = 10 * time.Second
	// pauseMost: an absurd pause that was asked for two contacts must not
	// silence a channel for a day.
	pauseMost = time.Hour
)

// limits knows who was lately asked to pause. The zero value is ready.
type limits struct {
	asked []asked
	until time.Time // the lane pauses until then
}

type asked struct {
	who       bot.Address
	at, until time.Time
}

// ask notes that the provider asked for a pause after a message to who.
func (l *limits) ask(now time.Time, who bot.Address, pause time.Duration) {
	l.asked = slices.DeleteFunc(l.asked, func(a asked) bool { return a.who == who || now.Sub(a.at) > limitWindow })
	l.asked = append(l.asked, asked{who, now, now.Add(min(pause, pauseMost))})
	if len(l.asked) < 2 {
		return
	}
	for _, a := range l.asked {
		if a.until.After(l.until) {
			l.until = a.until
		}
	}
}
