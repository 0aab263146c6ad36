// A next reminder that is far off, because the programme pauses or its hours
// begin later: who hears nothing for weeks thinks that it has ended, and is
// forgotten when they are silent for too long. So both are said, once.
package flows

import "time"

// isFar tells whether an occasion is further off than needs no word.
func isFar(o Occasion, now time.Time) bool { return o.At.After(now.Add(Soon)) }

// setFar has it told by day that the next reminder is far off, once the window
// that is open has closed: by the timer of the programme's end, which is later.
func (t *turn) setFar(f *Flow, next Occasion) {
	now := t.moment()
	if !isFar(next, now) {
		t.keep(f, answerFar, "", 0)
		return
	}
	if t.number(f, answerFar) == int(next.Day) {
		return
	}
	if w, known := t.wish(f); known {
		if o, open := f.reminds.during(w, now); open {
			now = o.Closes
		}
	}
	t.timer(Timer{TimerOver, f.reminds.ID}, byDay(now, t.zone(f)))
}

// tellFar tells it. Nothing is asked, and the conversation stays where it is: a
// number that is written now may answer the reminder of the last day.
func (t *turn) tellFar(f *Flow) {
	w, known := t.wish(f)
	next := t.number(f, answerNext)
	if !known || next == 0 {
		return
	}
	o, ok := f.reminds.owed(w, next, t.at.Now)
	if !ok || !isFar(o, t.at.Now) || t.number(f, answerFar) == int(o.Day) {
		return
	}
	t.keep(f, answerFar, "", int(o.Day))
	t.notice()
	t.further, t.about = []string{msgNoneUntil, msgSilence}, f
}
