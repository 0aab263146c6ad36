// Letters: what people write to a human, and what officers answer.
package rumour

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

// sortLetters puts letters into the open thread of their person, or into a new
// one, and tells of those threads.
func (d *Desk) sortLetters(ctx context.Context, notes []loose, now time.Time) error {
	var told []string
	for _, n := range notes {
		id := d.threadOf(n.who)
		if id == "" { // a crash before the letter is in it leaves a thread of nobody, which is erased
			id = newID()
		}
		err := d.letters.write(ctx, func(ps []*letterPaper) error {
			if ps[0] == nil {
				ps[0] = &letterPaper{Opened: minutes(n.at)}
			}
			ps[0].Lang = n.lang
			return nil
		}, id)
		if err != nil {
			return err
		}
		kept, err := d.with.Notes.SortNote(ctx, n.id, id)
		if err != nil {
			return fmt.Errorf("sort a letter: %w", err)
		}
		if kept {
			d.mu.Lock()
			d.heard.letters[id] = append(d.heard.letters[id], n.ref)
			d.mu.Unlock()
			if !slices.Contains(told, id) {
				told = append(told, id)
			}
		}
	}
	if d.with.Alarm != nil && len(told) > 0 {
		waiting := 0
		for _, l := range d.Letters(now) {
			if l.Status == Open {
				waiting++
			}
		}
		for _, id := range told {
			d.with.Alarm(Alarm{AlarmLetter, id, waiting, now})
		}
	}
	return nil
}

// threadOf is the thread of a person that is not closed; "" for none.
func (d *Desk) threadOf(who bot.Address) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for id, notes := range d.heard.letters {
		if len(notes) > 0 && notes[0].who == who {
			if p := d.letters.get(id); p != nil && p.Closed.IsZero() {
				return id
			}
		}
	}
	return ""
}

// letter tells where a thread stands, by its notes, the oldest first.
func (p *letterPaper) letter(id string, notes []ref, now time.Time) Letter {
	l := Letter{ID: id, Status: Open, Lang: p.Lang, Officer: p.Officer, Opened: day(p.Opened), Count: len(notes)}
	var since time.Time // the first letter after the last answer
	for _, r := range notes {
		l.Last = day(r.at)
		switch {
		case r.kind == bot.NoteAnswer:
			l.Status, since = Answer, time.Time{}
		case since.IsZero():
			l.Status, since = Open, r.at
		}
	}
	if !p.Closed.IsZero() {
		l.Status = Closed
	} else if !since.IsZero() {
		l.Waits = max(now.Sub(since), 0).Truncate(5 * time.Minute)
	}
	return l
}

// Letters lists threads: open ones, then answered, then closed ones; of each who
// waits longest first.
func (d *Desk) Letters(now time.Time) []Letter {
	var out []Letter
	for id, p := range d.letters.all() {
		if notes := d.lettersOf(id); len(notes) > 0 {
			out = append(out, p.letter(id, notes, now))
		}
	}
	rank := []Status{Open, Answer, Closed}
	slices.SortStableFunc(out, func(a, b Letter) int {
		return cmp.Or(slices.Index(rank, a.Status)-slices.Index(rank, b.Status), cmp.Compare(b.Waits, a.Waits), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Thread shows one, as it stands now.
func (d *Desk) Thread(ctx context.Context, id string, now time.Time) (Thread, error) {
	p, notes := d.letters.get(id), d.lettersOf(id)
	if p == nil || len(notes) == 0 {
		return Thread{}, fmt.Errorf("show a letter: %w", ErrUnknown)
	}
	all, err := d.with.Notes.NotesOf(ctx, notes[0].who)
	if err != nil {
		return Thread{}, fmt.Errorf("show a letter: read notes: %w", err)
	}
	all = slices.DeleteFunc(all, func(n bot.Note) bool {
		return n.Case != id || n.Kind != bot.NoteLetter && n.Kind != bot.NoteAnswer
	})
	if len(all) == 0 {
		return Thread{}, fmt.Errorf("show a letter: %w", ErrUnknown)
	}
	slices.SortStableFunc(all, func(a, b bot.Note) int { return byTime(refOf(a), refOf(b)) })
	notes = notes[:0]
	t := Thread{Revision: p.Revision, Hand: p.Hand}
	for _, n := range all {
		notes = append(notes, refOf(n))
		t.Lines = append(t.Lines, Line{Day: day(n.At), By: n.By, Lang: n.Lang, Text: n.Text})
	}
	t.Letter = p.letter(id, notes, now)
	return t, nil
}

// Take makes an officer the one who answers. Whoever has seen that another does
// may take it over.
func (d *Desk) Take(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return d.onLetter(ctx, "take a letter", id, deed(now, by, "letter.take", id, ""), func(p *letterPaper) error {
		if err := p.begin(by, seen); err != nil {
			return err
		}
		p.Officer = by
		return nil
	})
}

// CloseLetter ends a thread. It is shown for 7 days more, and then erased; what
// its person writes next is another thread.
func (d *Desk) CloseLetter(ctx context.Context, by, id string, seen uint64, now time.Time) error {
	return d.onLetter(ctx, "close a letter", id, deed(now, by, "letter.close", id, ""), func(p *letterPaper) error {
		if err := p.begin(by, seen); err != nil {
			return err
		}
		p.Closed = minutes(now)
		return nil
	})
}

// begin checks whether an officer may change a thread as they saw it, and says
// who did.
func (p *letterPaper) begin(by string, seen uint64) error {
	switch {
	case p == nil:
		return ErrUnknown
	case p.Revision != seen:
		return ErrStale
	case !p.Closed.IsZero():
		return ErrClosed
	}
	p.Revision++
	p.Hand = by
	return nil
}

// onLetter changes a paper; change nil erases it.
func (d *Desk) onLetter(ctx context.Context, doing, id string, done []bot.Deed, change func(*letterPaper) error) error {
	err := d.letters.act(ctx, done, func(ps []*letterPaper) error {
		if change == nil {
			ps[0] = nil
			return nil
		}
		return change(ps[0])
	}, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Reply answers a thread as it was seen at Revision seen, and takes it for the
// officer if nobody has. The person is told that there is an answer, and reads
// it when they ask for it. With problems nothing is done. ErrTaken: another
// officer answers it. ErrGone: the person has stopped, and is told nothing;
// after it, and after a fault, the thread has another Revision.
func (d *Desk) Reply(ctx context.Context, by, id string, seen uint64, text string, now time.Time) ([]Problem, error) {
	text, _ = locales.Clean(text, maxWritten)
	problems := append(d.checkText("text", "", text, MaxReply), d.checkMeeting("text", "", text)...)
	if text == "" {
		problems = append(problems, Problem{Code: NoText, Field: "text"})
	}
	if len(problems) > 0 {
		return problems, nil
	}
	notes := d.lettersOf(id)
	if len(notes) == 0 {
		return nil, fmt.Errorf("answer a letter: %w", ErrUnknown)
	}
	who, call := notes[0].who, bot.Call{Timer: flows.Timer{Kind: flows.TimerLetter, Programme: id}, At: now, Now: now}
	err := d.onLetter(ctx, "answer a letter", id, deed(now, by, "letter.reply", id, ""), func(p *letterPaper) error {
		if p != nil && p.Officer != "" && p.Officer != by && p.Revision == seen {
			return ErrTaken
		}
		if err := p.begin(by, seen); err != nil {
			return err
		}
		p.Officer = by
		call.ID = fmt.Sprintf("letter %s %d", id, p.Revision)
		call.Notes = []bot.Note{{Kind: bot.NoteAnswer, At: now.UTC().Truncate(time.Second), From: who, Lang: p.Lang, Text: text, Case: id, By: by}}
		return nil
	})
	if err != nil {
		return nil, err
	}
	did, err := d.with.Call(ctx, who, call)
	if err != nil {
		return nil, fmt.Errorf("answer a letter: %w", err)
	}
	if !did { // the log has the answer from before it left: it never lacks one
		_, err := d.with.Log.File(ctx, d.with.Shelf, deed(now, by, "letter.gone", id, ""))
		return nil, fmt.Errorf("answer a letter: %w", errOr(err, ErrGone))
	}
	d.mu.Lock()
	answer := refOf(call.Notes[0]) // its id is known after the next reading
	d.heard.letters[id] = append(d.heard.letters[id], answer)
	d.mu.Unlock()
	d.Filed()
	return nil, nil
}

// endLetters closes threads in which nobody writes, erases those that were
// closed long enough ago, and those of which the person is gone.
func (d *Desk) endLetters(ctx context.Context, now time.Time) error {
	for id, p := range d.letters.all() {
		notes := d.lettersOf(id)
		var err error
		switch {
		case len(notes) == 0:
			err = d.onLetter(ctx, "erase a letter of nobody", id, nil, nil)
		case !p.Closed.IsZero() && now.Sub(p.Closed) >= closedLife:
			var ids []bot.NoteID
			for _, r := range notes {
				ids = append(ids, r.id)
			}
			if err = d.with.Notes.EraseNotes(ctx, ids...); err == nil {
				err = d.onLetter(ctx, "erase a closed letter", id, nil, nil)
			}
		case p.Closed.IsZero() && now.Sub(notes[len(notes)-1].at) >= quietLife:
			err = d.onLetter(ctx, "close a quiet letter", id, nil, func(p *letterPaper) error {
				if p == nil || !p.Closed.IsZero() {
					return errUnchanged
				}
				p.Closed = minutes(now)
				p.Revision++
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
