// What the texts of reminders show of a person and a programme.
package flows

import (
	"slices"
	"time"

	"posada/locales"
)

// Placeholders of texts about a programme's reminders.
const (
	fieldProgramme = "programme" // its name
	fieldClosed    = "closed_on" // the day it closed
	fieldNextAt    = "next_at"   // when the next reminder comes, where the person is
	fieldNextOn    = "next_on"   // the day it comes
	fieldWording   = "wording"   // the words that the person chose
	fieldReminder  = "reminder"  // the same, marked when it is late
)

var reminderFields = []string{fieldProgramme, fieldClosed, fieldNextAt, fieldNextOn, fieldWording, fieldReminder, fieldOpens, fieldCloses}

// reminderValue is one of them in words, "" when there is none.
func (t *turn) reminderValue(l *locales.Language, f *Flow, field string) string {
	switch field {
	case fieldProgramme:
		return l.Raw(f.reminds.Name)
	case fieldClosed:
		at := f.reminds.endedBy(t.moment())
		if at.IsZero() {
			at = f.reminds.end()
		}
		if at.IsZero() {
			return ""
		}
		return DateOf(at).In(l)
	case fieldWording:
		return t.wording(l, f)
	case fieldReminder:
		words := t.wording(l, f)
		if t.kept(f, answerLate) == answerYes {
			if late, err := l.Render(msgLate, map[string]any{fieldWording: words}); err == nil {
				return late
			}
		}
		return words
	}
	w, known := t.wish(f)
	if !known {
		return ""
	}
	o, ok := t.occasion(f, w)
	if !ok {
		return ""
	}
	if t.kept(f, answerLater) == laterShort && (field == fieldOpens || field == fieldCloses) { // of the window that is open
		if now, open := f.reminds.during(w, t.moment()); open {
			o = now
		}
	}
	at := map[string]time.Time{fieldNextAt: o.At, fieldNextOn: o.At, fieldOpens: o.Opens, fieldCloses: o.Closes}[field]
	if field == fieldNextOn {
		return DateOf(at.In(w.Zone)).In(l)
	}
	return l.Clock(localMinute(at, w.Zone))
}

// occasion is the one that this turn reminds of, else the next one.
func (t *turn) occasion(f *Flow, w Wish) (Occasion, bool) {
	if t.occ != nil {
		return *t.occ, true
	}
	if next := t.number(f, answerNext); next != 0 {
		return f.reminds.owed(w, next, t.moment())
	}
	return f.reminds.Next(w, t.moment())
}

// wording is what the person's reminder says.
func (t *turn) wording(l *locales.Language, f *Flow) string {
	key := t.kept(f, answerWording)
	if own := t.kept(f, answerOwn); key == ownWording && own != "" {
		if !t.form.Join {
			return own
		}
		if own = t.book.fitting(l, own); own != "" {
			return own
		}
		key = wordings[0]
	}
	if text := l.Raw(msgWording(key)); text != "" {
		return text
	}
	return l.Raw(msgWording(wordings[0]))
}

// hoursSources are those of the programme's hours and days, where an answer
// shows them and stands on no fact; and the day the oldest of them was reviewed.
func (t *turn) hoursSources() (out []*Source, reviewed Date) {
	from := func(ids []string, day Date) {
		for _, id := range ids {
			if s := t.book.sources[id]; s != nil && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		if day != 0 && (reviewed == 0 || day < reviewed) {
			reviewed = day
		}
	}
	for _, s := range t.s.Shown {
		n := t.book.node(s.Place)
		if n == nil || n.flow.reminds == nil || n.Plain != plainHours {
			continue
		}
		p := n.flow.reminds
		for _, o := range p.Open {
			from(o.Source, o.Reviewed)
		}
		if w, ok := p.WindowOn(t.day.Date); ok {
			from(w.Source, w.Reviewed)
		}
	}
	return out, reviewed
}
