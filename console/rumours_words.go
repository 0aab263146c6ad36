// What is said on the pages where officers write to people: problems in words,
// and days.
package console

import (
	"sync"
	"time"

	"posada/bot/rumour"
)

// spokenWords are the words again, for what is not written by a template. They
// are embedded: whether they can be read does not change.
var spokenWords = sync.OnceValues(func() (map[string]words, error) { return readWords(wordFiles) })

// speaker says things in the officer's language.
func (v *visit) speaker() Speaker { return Speaker{v.Lang, &v.c.Supply} }

// say is a text in the officer's language.
func (v *visit) say(key string, args ...any) string { return v.speaker().Say(key, args...) }

// problem words why something officers wrote for people cannot be filed.
func (v *visit) problem(p rumour.Problem) string { return v.speaker().RumourProblem(p) }

// lasted is a time in words, by its largest units.
func (v *visit) lasted(d time.Duration) string {
	switch d = d.Round(time.Minute); {
	case d < time.Minute:
		return v.say("time.moment")
	case d < time.Hour:
		return v.say("time.minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return v.say("time.hours", int(d.Hours()), int(d.Minutes())%60)
	}
	return v.say("time.days", int(d.Hours())/24)
}

// daily are shares of days as points of a chart, the days with none too: at
// most the newest 31.
func daily(days []rumour.Share) (out []Point) {
	if len(days) == 0 {
		return nil
	}
	counts := map[string]int{}
	for _, s := range days {
		counts[s.Of] = s.N
	}
	last, err := time.Parse(time.DateOnly, days[len(days)-1].Of)
	first, err2 := time.Parse(time.DateOnly, days[0].Of)
	if err != nil || err2 != nil {
		for _, s := range days {
			out = append(out, Point{Label: s.Of, Value: s.N})
		}
		return out
	}
	// A week at least, so that one day is not the whole picture.
	if week := last.AddDate(0, 0, -6); first.After(week) {
		first = week
	}
	if early := last.AddDate(0, 0, -30); first.Before(early) {
		first = early
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		key := d.Format(time.DateOnly)
		out = append(out, Point{Label: key, Value: counts[key]})
	}
	return out
}
