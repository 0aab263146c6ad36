// Answering: a verdict is filed, put up, and goes back to everyone who asked.
package rumour

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
)

// Answer files the verdict of officer by on a case as it was seen at Revision
// seen, and puts it up; a Pass then takes it back to everyone who asked, and to
// those who were told an earlier one. With problems nothing is done. It is
// ErrUnknown, ErrStale, ErrUnclear, ErrClosed of a case that was merged, or a
// fault.
func (d *Desk) Answer(ctx context.Context, by, id string, seen uint64, v Verdict, now time.Time) ([]Problem, error) {
	v = v.tidy()
	if problems := d.Check(v, now); len(problems) > 0 {
		return problems, nil
	}
	if id == Unclear {
		return nil, fmt.Errorf("answer a rumour: %w", ErrUnclear)
	}
	d.acting.Lock()
	defer d.acting.Unlock()
	gone, _ := d.withdrawn(id)
	err := d.rumours.act(ctx, deed(now, by, "rumour.answer", id, v.Verdict), func(ps []*rumourPaper) error {
		if err := ps[0].begin(by, seen, now); err != nil {
			return err
		}
		ps[0].Status, ps[0].Verdict, ps[0].By, ps[0].Answered = Answer, &v, by, minutes(now)
		ps[0].Edition = max(ps[0].Edition+1, gone+1, uint64(max(now.Unix(), 0)))
		return nil
	}, id)
	if err != nil {
		return nil, fmt.Errorf("answer a rumour: %w", err)
	}
	d.teach(id)
	d.publish()
	d.Filed()
	return nil, nil
}

// Withdraw takes an answer off the board and tells nobody. The case is open
// again: a later answer goes also to who was told this one.
func (d *Desk) Withdraw(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	d.acting.Lock()
	defer d.acting.Unlock()
	err := d.rumours.act(ctx, deed(now, by, "rumour.withdraw", id, ""), func(ps []*rumourPaper) error {
		if err := ps[0].begin(by, seen, now); err != nil {
			return err
		}
		if ps[0].Status != Answer {
			return ErrClosed
		}
		ps[0].Status, ps[0].Verdict, ps[0].By, ps[0].Answered = Open, nil, "", time.Time{}
		return nil
	}, id)
	if err != nil {
		return fmt.Errorf("withdraw an answer: %w", err)
	}
	d.teach(id)
	d.publish()
	return nil
}

// begin checks whether an officer may change a case as they saw it, and says
// who did.
func (p *rumourPaper) begin(by string, seen uint64, now time.Time) error {
	switch {
	case p == nil:
		return ErrUnknown
	case p.Revision != seen:
		return ErrStale
	case p.Into != "":
		return ErrClosed
	}
	p.Revision++
	p.Hand, p.Changed = by, minutes(now)
	return nil
}

// withdrawn is the last edition of a case's answer that is out of use, and since
// when.
func (d *Desk) withdrawn(id string) (edition uint64, since flows.Date) {
	if d.with.Withdrawn == nil {
		return 0, 0
	}
	return d.with.Withdrawn(id)
}

// outSince is the day on which the answer that a case has was withdrawn, 0 for one
// that is in use, or none. Meanwhile the case is one to answer: nobody is told, and
// what is reported waits for the next answer.
func (d *Desk) outSince(id string, p *rumourPaper) flows.Date {
	if gone, since := d.withdrawn(id); p.Status == Answer && p.Edition <= gone {
		return since
	}
	return 0
}

// status is where a case stands.
func (d *Desk) status(id string, p *rumourPaper) Status {
	if d.outSince(id, p) != 0 {
		return Open
	}
	return p.Status
}

// publish puts all answers up.
func (d *Desk) publish() {
	if d.with.Publish == nil {
		return
	}
	out := []Answered{}
	for id, p := range d.rumours.all() {
		if p.Status == Answer {
			out = append(out, p.answered(id))
		}
	}
	d.with.Publish(out)
}

func (p *rumourPaper) answered(id string) Answered {
	v := p.Verdict
	a := Answered{
		ID: id, Edition: p.Edition, Day: flows.DayOf(p.Answered), Verdict: v.Verdict, Review: v.Review,
		Claim: maps.Clone(v.Claim), Reason: maps.Clone(v.Reason), Heard: map[string][]string{},
	}
	for lang, texts := range v.Heard {
		a.Heard[lang] = slices.Clone(texts)
	}
	for _, s := range v.Sources {
		a.Sources = append(a.Sources, BoardSource(s))
	}
	return a
}

// owed are the notes of an answered case whose people have yet to be told: all
// but the marks of its edition.
func (p *rumourPaper) owed(notes []ref) map[bot.Address][]ref {
	out := map[bot.Address][]ref{}
	if p.Status != Answer {
		return out
	}
	told := edition(p.Edition)
	for _, r := range notes {
		if !r.told || r.by != told {
			out[r.who] = append(out[r.who], r)
		}
	}
	return out
}

// goBack tells everyone who is owed an answer that there is one. A person's
// notes are erased in the very turn in which they are told, and a mark is left
// in their stead: so whatever crashes when, everybody is told an edition once.
// Whoever stopped is not told, nor who is gone, and of them nothing is kept.
func (d *Desk) goBack(ctx context.Context, now time.Time) error {
	type owing struct {
		id    string
		paper *rumourPaper
		who   bot.Address
		notes []ref
	}
	var all []owing
	for id, p := range d.rumours.all() {
		if d.status(id, p) != Answer {
			continue
		}
		notes := d.refs(id)
		owed := p.owed(notes)
		for _, r := range notes { // one mark stays, and no more
			if len(owed[r.who]) > 0 && r.told && r.by == edition(p.Edition) {
				owed[r.who] = append(owed[r.who], r)
			}
		}
		for who, notes := range owed {
			all = append(all, owing{id, p, who, notes})
		}
	}
	return each(ctx, len(all), func(ctx context.Context, i int) error {
		o := all[i]
		if d.rumours.get(o.id) != o.paper || d.outSince(o.id, o.paper) != 0 { // changed meanwhile: the next pass decides
			d.Filed()
			return nil
		}
		err := d.tell(ctx, o.id, o.paper, o.who, o.notes, now)
		if errors.Is(err, bot.ErrBusy) { // they write right now: the next pass
			return nil
		}
		return err
	})
}

func (d *Desk) tell(ctx context.Context, id string, p *rumourPaper, who bot.Address, notes []ref, now time.Time) error {
	ids := make([]bot.NoteID, len(notes))
	for i, r := range notes {
		ids[i] = r.id
	}
	mark := bot.Note{Kind: bot.NoteRumour, At: now.UTC().Truncate(time.Second), From: who, Lang: notes[0].lang, Case: id, By: edition(p.Edition)}
	did, err := d.with.Call(ctx, who, bot.Call{
		ID: "news " + id + " " + mark.By, Timer: flows.Timer{Kind: flows.TimerNews, Programme: id}, At: now, Now: now,
		Notes: []bot.Note{mark}, EraseNotes: ids,
	})
	if err != nil {
		return fmt.Errorf("take an answer back: %w", err)
	}
	if !did { // a mark of this edition stays: they may have been told before
		ids = ids[:0]
		for _, r := range notes {
			if !r.told || r.by != mark.By {
				ids = append(ids, r.id)
			}
		}
		if err := d.with.Notes.EraseNotes(ctx, ids...); err != nil {
			return fmt.Errorf("erase notes of who is not to be told: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rest := slices.DeleteFunc(d.heard.rumours[id], func(r ref) bool { return slices.Contains(ids, r.id) })
	if did { // its id is known after the next reading
		rest = append(rest, ref{kind: mark.Kind, who: who, at: mark.At, lang: mark.Lang, by: mark.By, told: true})
	}
	d.heard.rumours[id] = rest
	return nil
}
