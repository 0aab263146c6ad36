// What officers do with cases besides answering: dismiss, merge, take a note
// out.
package rumour

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"posada/bot"
)

// Dismiss closes an open case that needs no answer, and erases what people
// wrote. Reported again, it is open again.
func (d *Desk) Dismiss(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	d.acting.Lock()
	defer d.acting.Unlock()
	err := d.rumours.act(ctx, deed(now, by, "rumour.dismiss", id, ""), func(ps []*rumourPaper) error {
		if err := ps[0].begin(by, seen, now); err != nil {
			return err
		}
		if ps[0].Status != Open {
			return ErrClosed
		}
		ps[0].Status = Closed
		return nil
	}, id)
	if err == nil {
		err = d.eraseWords(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("dismiss a rumour: %w", err)
	}
	return nil
}

// eraseWords erases what stands in a closed case. The marks of an earlier answer
// stay: a later one corrects it.
func (d *Desk) eraseWords(ctx context.Context, id string) error {
	var ids []bot.NoteID
	for _, r := range d.refs(id) {
		if !r.told {
			ids = append(ids, r.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := d.with.Notes.EraseNotes(ctx, ids...); err != nil {
		return fmt.Errorf("erase notes: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard.rumours[id] = slices.DeleteFunc(d.heard.rumours[id], func(r ref) bool { return slices.Contains(ids, r.id) })
	return nil
}

// Merge puts all of an open or closed case into another: its notes, its counts
// and what it is known by. The notes go on naming the case they were sorted into,
// whose paper outlives them. Whoever asks for it is shown the other. Who reported
// both is counted twice.
func (d *Desk) Merge(ctx context.Context, by, id string, seen uint64, into string, now time.Time) error {
	d.acting.Lock()
	defer d.acting.Unlock()
	err := d.rumours.act(ctx, deed(now, by, "rumour.merge", id, "into "+into), func(ps []*rumourPaper) error {
		from, to := ps[0], ps[1]
		if err := from.begin(by, seen, now); err != nil {
			return err
		}
		switch {
		case to == nil || id == into:
			return ErrUnknown
		case from.Status == Answer || to.Into != "":
			return ErrClosed
		case id == Unclear || into == Unclear:
			return ErrUnclear
		}
		to.absorb(from)
		to.Revision++
		to.Hand, to.Changed = by, minutes(now)
		*from = rumourPaper{
			First: from.First, Last: from.Last, Status: Closed, Into: into,
			Revision: from.Revision, Hand: from.Hand, Changed: from.Changed, Edition: from.Edition,
		}
		return nil
	}, id, into)
	if err != nil {
		return fmt.Errorf("merge rumours: %w", err)
	}
	d.match.Drop(id)
	d.teach(into)
	d.mu.Lock()
	d.heard.rumours[into] = append(d.heard.rumours[into], d.heard.rumours[id]...)
	delete(d.heard.rumours, id)
	d.recent[into] = append(d.recent[into], d.recent[id]...)
	delete(d.recent, id)
	d.mu.Unlock()
	d.Filed() // an answered case owes them its answer
	return nil
}

// absorb adds what another case counts and is known by.
func (p *rumourPaper) absorb(other *rumourPaper) {
	p.Count += other.Count
	p.Days, p.Langs, p.Places = summed(p.Days, other.Days), summed(p.Langs, other.Langs), summed(p.Places, other.Places)
	p.Hours = summed(p.Hours, other.Hours)
	if p.First.IsZero() || other.First.Before(p.First) {
		p.First = other.First
	}
	if other.Last.After(p.Last) {
		p.Last = other.Last
	}
	for _, print := range other.Prints {
		p.addPrint(print)
	}
	p.Taken = append(p.Taken, other.Taken...)
	if p.Status == Closed && other.Status == Open {
		p.Status = Open
	}
}

func summed[K comparable](a, b map[K]int) map[K]int {
	out := map[K]int{}
	for _, m := range []map[K]int{a, b} {
		for k, n := range m {
			out[k] += n
		}
	}
	return out
}

// TakeOut puts what one person wrote, by the key it is shown with, into a case
// of its own, and names that. ErrUnknown: it is no longer there.
func (d *Desk) TakeOut(ctx context.Context, by, id, key string, now time.Time) (string, error) {
	d.acting.Lock()
	defer d.acting.Unlock()
	refs := d.refs(id)
	i := slices.IndexFunc(refs, func(r ref) bool { return r.key == key && !r.told })
	if i < 0 {
		return "", fmt.Errorf("take a note out: %w", ErrUnknown)
	}
	r := refs[i]
	alone := !slices.ContainsFunc(refs, func(o ref) bool { return o.who == r.who && o.id != r.id })
	note, ok, err := d.note(ctx, r)
	if err != nil || !ok {
		return "", fmt.Errorf("take a note out: %w", errOr(err, ErrUnknown))
	}
	print := d.match.Print(note.Lang, note.Text)
	fresh := newID()
	err = d.rumours.act(ctx, deed(now, by, "rumour.out", id, "into "+fresh), func(ps []*rumourPaper) error {
		if ps[0] == nil || ps[0].Into != "" {
			return ErrUnknown
		}
		ps[0].Taken = slices.DeleteFunc(ps[0].Taken, func(k string) bool { return k == key })
		ps[0].Prints = slices.DeleteFunc(ps[0].Prints, func(p []byte) bool { return print != nil && bytes.Equal(p, print) })
		if alone {
			ps[0].count(note.At, note.Lang, note.Place, -1)
		}
		ps[1] = &rumourPaper{Status: Open, Taken: []string{key}, Hand: by, Changed: minutes(now)}
		ps[1].count(note.At, note.Lang, note.Place, 1)
		if print != nil {
			ps[1].addPrint(print)
		}
		return nil
	}, id, fresh)
	if err != nil {
		return "", fmt.Errorf("take a note out: %w", err)
	}
	d.teach(id)
	d.teach(fresh)
	d.mu.Lock()
	d.heard.rumours[id] = slices.DeleteFunc(d.heard.rumours[id], func(o ref) bool { return o.id == r.id })
	d.heard.rumours[fresh] = append(d.heard.rumours[fresh], r)
	d.mu.Unlock()
	if _, err := d.with.Notes.SortNote(ctx, r.id, fresh); err != nil {
		return "", fmt.Errorf("take a note out: %w", err)
	}
	return fresh, nil
}

// note reads one note anew; ok is false when it is gone.
func (d *Desk) note(ctx context.Context, r ref) (n bot.Note, ok bool, err error) {
	notes, err := d.with.Notes.NotesOf(ctx, r.who)
	if err != nil {
		return bot.Note{}, false, fmt.Errorf("read a person's notes: %w", err)
	}
	i := slices.IndexFunc(notes, func(n bot.Note) bool { return n.ID == r.id })
	if i < 0 {
		return bot.Note{}, false, nil
	}
	return notes[i], true, nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
