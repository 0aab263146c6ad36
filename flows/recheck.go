// After the book has changed: timers that were set under another book.
package flows

import (
	"slices"
	"strings"
	"time"
)

// Recheck tells what becomes of a person's timers under this book, where the
// session was written under another one; changed is false when there is nothing
// to do. It is asked once for every subscriber when a book is loaded, and may be
// asked again: the same session and moment give the same effects. Whatever is to
// be said comes with the timers that it sets: that a programme has closed, is
// gone or has opened.
func (b *Book) Recheck(s Session, now time.Time) (effects []Effect, changed bool) {
	if s.Stopped || s.Version == b.version {
		return nil, false
	}
	t := &turn{book: b, at: At{Now: now}, minute: now.Unix() / 60, s: b.renamed(s)}
	t.recheck(false)
	return t.effects, len(t.effects) > 0
}

// recheck sets every timer of the session's subscriptions anew. Of what is no
// longer in the book the person is told: now, where something is said anyway,
// else by a timer.
func (t *turn) recheck(told bool) {
	for _, flow := range t.subscribed() {
		f := t.book.flowByID[flow]
		known := f != nil && f.reminds != nil
		state, _ := t.s.answer(flow, answerState)
		w, placed := Wish{}, false
		if known {
			w, placed = t.wish(f)
		}
		switch {
		case known && state.Text == stateWaiting:
			t.await(f)
		case known && state.Text == statePaused:
			t.setOver(f)
		case known && state.Text != stateOn:
		case known && placed:
			t.recount(f, w)
		case told:
			t.gone(flow)
		default:
			programme := strings.TrimPrefix(flow, remindersPrefix)
			t.noTimers(programme)
			t.timer(Timer{TimerOver, programme}, byDayIn(t.at.Now, t.zonesOf(flow)))
		}
	}
}

// recount sets the timers of a subscription that is on. An occasion that is due
// already stays due: whether it is late or past is judged when it comes.
func (t *turn) recount(f *Flow, w Wish) {
	p, now := f.reminds, t.at.Now
	t.setOver(f)
	if end := p.end(); !end.IsZero() && !now.Before(end) {
		t.takeAway(Timer{TimerAgain, p.ID})
	}
	o, ok := p.owed(w, t.number(f, answerNext), now)
	if ok && isFar(o, now) { // what was moved away may have been moved back
		o, ok = p.Next(w, now)
	}
	t.setDaily(f, o, ok)
}

// subscribed lists the flows in which the session has a subscription, also of
// programmes that the book does not have.
func (t *turn) subscribed() []string {
	var out []string
	for _, a := range t.s.Answers {
		if a.Name == answerState && a.Text != "" && strings.HasPrefix(a.Flow, remindersPrefix) {
			out = append(out, a.Flow)
		}
	}
	return out
}

// renamed is a session whose reminders stand under the name that their flow has
// now. Books before had one flow of reminders.
func (b *Book) renamed(s Session) Session {
	for _, p := range b.programmes {
		was, now := p.Reminders.Formerly, b.flowByID[remindersOf(p.ID)]
		if was == "" || now == nil || !slices.ContainsFunc(s.Answers, func(a Answer) bool { return a.Flow == was }) {
			continue
		}
		s.Answers = slices.Clone(s.Answers)
		for i, a := range s.Answers {
			if _, declared := now.answers[a.Name]; a.Flow == was && declared {
				s.Answers[i].Flow = now.ID
			}
		}
	}
	return s
}
