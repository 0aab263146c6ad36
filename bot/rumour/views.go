// What officers see of rumours.
package rumour

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"posada/bot"
)

// wordsShown is how many people's words a case shows.
const wordsShown = 100

// Cases lists rumours. Those that were merged into others are not listed.
func (d *Desk) Cases(f Filter, now time.Time) []Summary {
	var out []Summary
	for id, p := range d.rumours.all() {
		if p.Into != "" || f.Status != Anything && d.status(id, p) != f.Status || f.Lang != "" && p.Langs[f.Lang] == 0 ||
			f.Place != "" && p.Places[f.Place] < placesShown {
			continue
		}
		out = append(out, d.summary(id, p, now))
	}
	slices.SortStableFunc(out, func(a, b Summary) int {
		var by int
		switch f.Sort {
		case BySpeed:
			by = cmp.Compare(b.Speed, a.Speed)
		case ByAge:
			by = a.First.Compare(b.First)
		case ByLanguage:
			by = cmp.Compare(first(a.ByLang), first(b.ByLang))
		case ByPlace:
			by = cmp.Compare(first(a.Places), first(b.Places))
		}
		return cmp.Or(by, cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// first is what is most; where there is nothing it comes after all else.
func first(s []Share) string {
	if len(s) == 0 {
		return "~"
	}
	return s[0].Of
}

func (d *Desk) summary(id string, p *rumourPaper, now time.Time) Summary {
	s := Summary{
		ID: id, Status: d.status(id, p), Withdrawn: d.outSince(id, p), Count: p.Count, Speed: p.speed(now), Today: p.today(now),
		ByLang: shares(p.Langs, 1), Places: shares(p.Places, placesShown),
		First: day(p.First), Last: day(p.Last), Alarm: d.spreads(id, p, now),
	}
	if p.Verdict != nil {
		s.Verdict, s.Claim = p.Verdict.Verdict, maps.Clone(p.Verdict.Claim)
	}
	return s
}

// Case shows one, or the one it was merged into. What people wrote is read when
// it is asked for: who erased themselves a moment ago is not in it.
func (d *Desk) Case(ctx context.Context, id string, now time.Time) (Case, error) {
	if id = d.stands(id); id == "" {
		return Case{}, fmt.Errorf("show a rumour: %w", ErrUnknown)
	}
	p, notes := d.rumours.get(id), d.refs(id)
	if p == nil {
		return Case{}, fmt.Errorf("show a rumour: %w", ErrUnknown)
	}
	c := Case{
		Summary: d.summary(id, p, now), Revision: p.Revision, Hand: p.Hand, Days: byDay(p.Days), Waiting: len(p.owed(notes)), By: p.By,
		Like: d.like(id, p),
	}
	if p.Verdict != nil {
		v := p.answered(id)
		c.Written = &Verdict{Verdict: v.Verdict, Claim: v.Claim, Reason: v.Reason, Heard: v.Heard, Sources: slices.Clone(p.Verdict.Sources), Review: v.Review}
	}
	var with []ref
	for _, r := range notes {
		switch {
		case !r.told:
			with = append(with, r)
		case p.Status == Answer && r.by == edition(p.Edition):
			c.Told++
		}
	}
	slices.SortFunc(with, func(a, b ref) int { return byTime(b, a) })
	c.More = max(len(with)-wordsShown, 0)
	of := map[bot.Address][]bot.Note{}
	for _, r := range with[:min(len(with), wordsShown)] {
		notes, ok := of[r.who]
		if !ok {
			var err error
			if notes, err = d.with.Notes.NotesOf(ctx, r.who); err != nil {
				return Case{}, fmt.Errorf("show a rumour: read notes: %w", err)
			}
			of[r.who] = notes
		}
		for _, n := range notes {
			if n.ID != r.id || told(n) {
				continue
			}
			w := Words{Key: r.key, Day: day(n.At), Lang: n.Lang, Text: n.Text}
			if p.Places[n.Place] >= placesShown {
				w.Place = n.Place
			}
			c.Words = append(c.Words, w)
		}
	}
	slices.SortFunc(c.Words, func(a, b Words) int { return cmp.Or(b.Day.Compare(a.Day), cmp.Compare(a.Key, b.Key)) })
	return c, nil
}

// like lists other cases that may be the same.
func (d *Desk) like(id string, p *rumourPaper) []string {
	const shown = 5
	var out []string
	for _, print := range p.Prints {
		found, _ := d.match.Find(print)
		for _, other := range found {
			if other = d.stands(other); other != "" && other != id && !slices.Contains(out, other) && len(out) < shown {
				out = append(out, other)
			}
		}
	}
	return out
}
