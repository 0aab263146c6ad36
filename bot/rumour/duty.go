// Duty: who reads letters now, and when somebody does.
package rumour

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"posada/bot"
	"posada/locales"
)

// Duty tells who reads letters.
func (d *Desk) Duty(now time.Time) Duty {
	p := d.desk.get(theDesk)
	if p == nil {
		return Duty{Hours: map[string]string{}}
	}
	out := Duty{Revision: p.Revision, Hand: p.Hand, Hours: maps.Clone(p.Hours)}
	for _, id := range slices.Sorted(maps.Keys(p.Duty)) {
		if now.Before(p.Duty[id]) {
			out.Now = append(out.Now, id)
		}
	}
	return out
}

// SetDuty puts an officer on duty for 12 hours from now, or off it: by their
// word, or because they signed out.
func (d *Desk) SetDuty(ctx context.Context, by string, on bool, now time.Time) error {
	did := "duty.end"
	if on {
		did = "duty.begin"
	}
	err := d.onDesk(ctx, deed(now, by, did, by, ""), func(p *deskPaper) error {
		if _, was := p.Duty[by]; !on && !was {
			return errUnchanged
		}
		maps.DeleteFunc(p.Duty, func(_ string, until time.Time) bool { return !now.Before(until) })
		if on {
			p.Duty[by] = now.UTC().Add(dutyLife)
		} else {
			delete(p.Duty, by)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set duty: %w", err)
	}
	d.open(now)
	return nil
}

// SetHours says in words, by language, when letters are read, as they were seen
// at Revision seen; none: nobody ever does. With problems nothing is done.
func (d *Desk) SetHours(ctx context.Context, by string, seen uint64, hours map[string]string, now time.Time) ([]Problem, error) {
	kept := map[string]string{}
	var problems []Problem
	for _, lang := range sorted(hours) {
		text, _ := locales.Clean(hours[lang], maxWritten)
		if text = line(text); text == "" {
			continue
		}
		kept[lang] = text
		problems = append(problems, d.checkText("hours", lang, text, MaxHours)...)
	}
	if len(kept) > 0 && kept["en"] == "" && kept["es"] == "" {
		problems = append(problems, Problem{Code: NoBridge, Field: "hours"})
	}
	if len(problems) > 0 {
		return problems, nil
	}
	err := d.onDesk(ctx, deed(now, by, "duty.hours", theDesk, ""), func(p *deskPaper) error {
		if p.Revision != seen {
			return ErrStale
		}
		p.Hours, p.Hand = kept, by
		p.Revision++
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("set hours: %w", err)
	}
	d.open(now)
	return nil, nil
}

func (d *Desk) onDesk(ctx context.Context, done []bot.Deed, change func(*deskPaper) error) error {
	return d.desk.act(ctx, done, func(ps []*deskPaper) error {
		if ps[0] == nil {
			ps[0] = &deskPaper{}
		}
		if ps[0].Duty == nil {
			ps[0].Duty = map[string]time.Time{}
		}
		return change(ps[0])
	}, theDesk)
}

// open tells whether letters are read, when that is not what was told last.
func (d *Desk) open(now time.Time) {
	if d.with.Opened == nil {
		return
	}
	d.opening.Lock()
	defer d.opening.Unlock()
	duty := d.Duty(now)
	is := Opening{Open: len(duty.Now) > 0, Staffed: len(duty.Now) > 0 || len(duty.Hours) > 0, Hours: duty.Hours}
	if d.opened != nil && reflect.DeepEqual(*d.opened, is) {
		return
	}
	told := is
	told.Hours = maps.Clone(is.Hours)
	d.opened = &is
	d.with.Opened(told)
}
