// Counting: how often something is reported, how fast that grows, and when it
// cannot wait.
package rumour

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A rumour spreads when it is reported so often within an hour, or within a day
// and so much more than on the days before.
const (
	spikeHour  = 10
	spikeDay   = 20
	spikeSpeed = 5
)

// count adds n to all counts; n is 1, or -1 for who is taken out.
func (p *rumourPaper) count(at time.Time, lang, place string, n int) {
	if p.Days == nil {
		p.Days, p.Hours, p.Langs, p.Places = map[string]int{}, map[int64]int{}, map[string]int{}, map[string]int{}
	}
	add := func(m map[string]int, of string) {
		if m[of] += n; m[of] <= 0 {
			delete(m, of)
		}
	}
	p.Count = max(p.Count+n, 0)
	add(p.Days, at.UTC().Format(time.DateOnly))
	if lang != "" {
		add(p.Langs, lang)
	}
	if place != "" {
		add(p.Places, place)
	}
	hour := hourOf(at)
	if p.Hours[hour] += n; p.Hours[hour] <= 0 {
		delete(p.Hours, hour)
	}
	if n > 0 {
		if p.First.IsZero() || at.Before(p.First) {
			p.First = minutes(at)
		}
		if at.After(p.Last) {
			p.Last = minutes(at)
		}
	}
	maps.DeleteFunc(p.Hours, func(h int64, _ int) bool { return h <= hourOf(p.Last)-hoursKept })
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// today counts the reports of the last 24 hours.
func (p *rumourPaper) today(now time.Time) int { return p.hours(hourOf(now)-24, hourOf(now)) }

// hours counts the reports of the hours after from and up to to.
func (p *rumourPaper) hours(from, to int64) (n int) {
	for h, has := range p.Hours {
		if h > from && h <= to {
			n += has
		}
	}
	return n
}

// speed is the last 24 hours against the mean day of the seven before, which is
// taken as one at least: two reports after none are no storm.
func (p *rumourPaper) speed(now time.Time) float64 {
	before := float64(p.hours(hourOf(now)-hoursKept, hourOf(now)-24)) / 7
	return float64(p.today(now)) / max(before, 1)
}

// spreads tells whether a rumour cannot wait.
func (d *Desk) spreads(id string, p *rumourPaper, now time.Time) bool {
	if p.Into != "" || id == Unclear {
		return false
	}
	if p.today(now) >= spikeDay && p.speed(now) > spikeSpeed {
		return true
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	n := 0
	for _, at := range d.recent[id] {
		if now.Sub(at) < time.Hour {
			n++
		}
	}
	return n >= spikeHour
}

// Alarms lists the rumours that spread now, the fastest first.
func (d *Desk) Alarms(now time.Time) []Alarm {
	var out []Alarm
	for id, p := range d.rumours.all() {
		if d.spreads(id, p, now) {
			out = append(out, Alarm{AlarmSpike, id, p.today(now), now})
		}
	}
	slices.SortFunc(out, func(a, b Alarm) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Case, b.Case)) })
	return out
}

// alarm tells of rumours that spread, of each once an hour at most: also when
// the desk was begun anew in between.
func (d *Desk) alarm(ctx context.Context, now time.Time) error {
	d.mu.Lock()
	for id, times := range d.recent {
		if times = slices.DeleteFunc(times, func(at time.Time) bool { return now.Sub(at) >= time.Hour }); len(times) == 0 {
			delete(d.recent, id)
		} else {
			d.recent[id] = times
		}
	}
	d.mu.Unlock()
	for _, a := range d.Alarms(now) {
		due := false
		err := d.rumours.write(ctx, func(ps []*rumourPaper) error {
			due = ps[0] != nil && now.Sub(ps[0].Alarmed) >= time.Hour
			if !due {
				return errUnchanged
			}
			ps[0].Alarmed = now.UTC()
			return nil
		}, a.Case)
		if err != nil {
			return fmt.Errorf("alarm: %w", err)
		}
		if due && d.with.Alarm != nil {
			d.with.Alarm(a)
		}
	}
	return nil
}

// shares lists counts, the greatest first; those below least are left out.
func shares(m map[string]int, least int) []Share {
	var out []Share
	for of, n := range m {
		if n >= least {
			out = append(out, Share{of, n})
		}
	}
	slices.SortFunc(out, func(a, b Share) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Of, b.Of)) })
	return out
}

// byDay lists counts by their days, the oldest first.
func byDay(m map[string]int) []Share {
	out := shares(m, 1)
	slices.SortFunc(out, func(a, b Share) int { return cmp.Compare(a.Of, b.Of) })
	return out
}
