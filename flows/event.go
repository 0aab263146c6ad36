// Events: what happens to a conversation by itself, when a timer runs out.
package flows

import (
	"time"

	"posada/locales"
)

// happen answers a timer that ran out, and renders what is said. That the
// person was seen is not written down. A timer that is of no use any more is
// taken away.
func (t *turn) happen(e Event) []Message {
	lost := t.refresh()
	told := len(t.notes) > 0 // of a programme that is gone
	t.silent = true
	switch {
	case t.s.Flow == "" || t.s.Stopped || !t.s.Consented:
		t.takeAway(e.Timer)
	default:
		if lost { // the question that waited is no longer in the book
			menu := t.book.flowByID[t.book.roles.Menu].start
			t.s.Flow, t.s.Node, t.s.Stack = menu.flow.ID, menu.id, nil
		}
		t.dispatch(e)
	}
	if t.silent && told {
		t.silent, t.alone = false, true
	}
	before := *t
	msgs := t.render()
	if t.punctual != nil {
		before.tardy(msgs)
	}
	for _, id := range t.further {
		msgs = append(msgs, t.aside(t.about, id))
	}
	return msgs
}

// dispatch leads an event to what it concerns.
func (t *turn) dispatch(e Event) {
	switch e.Kind {
	case TimerDaily, TimerAgain, TimerOver:
		t.remind(e)
	case TimerOffer:
		t.offerEvent(e)
	case TimerDate:
		t.dateEvent(e)
	case TimerNews:
		t.newsEvent(e)
	case TimerLetter:
		t.letterEvent(e)
	default:
		t.takeAway(e.Timer)
	}
}

// takeAway takes a timer away.
func (t *turn) takeAway(name Timer) { t.timer(name, time.Time{}) }

// timer sets a timer. A practice conversation as of another day has none:
// its clock does not run.
func (t *turn) timer(name Timer, at time.Time) {
	if t.at.AsOf.IsZero() {
		t.effects = append(t.effects, Effect{Kind: EffectTimer, Programme: name.Programme, Timer: name.Kind, Moment: at})
	}
}

// comes moves the conversation to a question by itself. The one that waited is
// come back to.
func (t *turn) comes(n *Node) {
	t.silent = false
	t.s.Shown, t.s.View, t.s.Page, t.s.Misses = nil, ViewAnswer, 0, 0
	t.interrupt(n)
}

// aside is one message of a flow, sent alone after the question that waits.
func (t *turn) aside(f *Flow, id string) Message {
	n, l := t.here(), t.language()
	a := &answerText{}
	text := t.fit(l, t.mark(l)+t.words(a, l, f, id))
	m := Message{Text: text, Lang: l.Code, Flow: n.flow.ID, Node: n.id, Fault: a.fault, Of: []Part{{f.ID, n.id, id}}}
	if t.form.MaxSegments > 0 {
		m.Segments = locales.Segments(text)
	}
	return m
}
