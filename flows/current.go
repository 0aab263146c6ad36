// What waits to be sent is judged once more when it goes: what was withdrawn
// meanwhile is not said.
package flows

import (
	"slices"
	"strings"

	"posada/locales"
)

// Part is something that a message says: at a place of the book, the message of
// that ID. Without an ID it is what the place says of itself; of an officer's
// answer ID is boardAnswer and its name.
type Part struct{ Flow, Node, ID string }

// stands notes of what the paragraphs are that were added from one on.
func (a *answerText) stands(from int, at Place, ids ...string) {
	for i := range a.blocks[from:] {
		b := &a.blocks[from+i]
		if b.of != nil {
			continue
		}
		for _, id := range ids {
			b.of = append(b.of, Part{at.Flow, at.Node, id})
		}
	}
}

// of lists what one text of some paragraphs says. The question at its end counts
// where it stands alone: what is said before it must not fall with it.
func (a *answerText) of() (out []Part) {
	for i, b := range a.blocks {
		if a.ask == nil || i < len(a.blocks)-1 || i == 0 {
			out = append(out, b.of...)
		}
	}
	return out
}

// Current is a message as it may be said now: the same, or the words that stand
// in its place when something of it was withdrawn since it was made. Of several
// paragraphs in one text none is said then, unless words of safety are among
// them, which nothing keeps back. Buttons stay; numbers, which stood in the text,
// do not, and the person may have the rest repeated.
func (b *Book) Current(m Message) Message {
	up := b.up()
	if len(up.Withdrawn) == 0 {
		return m
	}
	if slices.ContainsFunc(m.Of, b.safety) {
		return m
	}
	for _, p := range m.Of {
		if day := b.partGone(up, p); day != 0 {
			return b.inPlace(m, day)
		}
	}
	return m
}

// safety tells whether a part is of what is said to whoever is in danger.
func (b *Book) safety(p Part) bool {
	for _, n := range b.crisis {
		if n.place() == (Place{p.Flow, p.Node}) {
			return true
		}
	}
	return false
}

// partGone is the day on which a part was withdrawn, 0 for not.
func (b *Book) partGone(up *raised, p Part) Date {
	if day, gone := up.flows[p.Flow]; gone {
		return day
	}
	if day, gone := up.places[Place{p.Flow, p.Node}]; gone {
		return day
	}
	// Once the case is answered anew, what waits may be the new answer; of the old one its correction follows.
	if id, is := strings.CutPrefix(p.ID, boardAnswer); is && up.answered(id) == nil {
		return up.answers[p.ID].Day
	}
	if day, gone := up.messages[p.ID]; gone {
		return day
	}
	n := b.node(Place{p.Flow, p.Node})
	if n == nil {
		return 0
	}
	for _, it := range n.Say {
		if day := up.factsGone(it.facts); it.Text == p.ID && day != 0 {
			return day
		}
	}
	if p.ID != "" && p.ID == n.Why {
		return up.factsGone(n.whys)
	}
	return 0
}

// inPlace is what stands in the place of a message, in its language and form as
// far as they show in it.
func (b *Book) inPlace(m Message, day Date) Message {
	l := b.Catalogue.Language(m.Lang)
	if l == nil {
		l = b.Catalogue.Language(locales.Source)
	}
	form := WhatsApp
	if m.Segments > 0 {
		form = SMS
	}
	t := &turn{book: b, form: form, day: b.On(Noon(day))}
	a := &answerText{}
	text := t.valued(a, l, msgWithdrawn, map[string]any{"day": day.In(l)})
	if mark := l.Raw(msgTraining) + "\n"; strings.HasPrefix(m.Text, t.fit(l, mark)) {
		text = mark + text
	}
	out := Message{Lang: l.Code, Flow: m.Flow, Node: m.Node, Fault: a.fault}
	numbered := func(c Choice) bool { return strings.Contains(m.Text, "\n"+l.Digits(c.Key)+" ") }
	switch {
	case m.Segments > 0:
		out.Text = t.fit(l, text+"\n"+l.Raw(msgNavSMS))
		out.Segments = locales.Segments(out.Text)
	case slices.ContainsFunc(m.Choices, numbered):
		out.Text = text + "\n" + l.Raw(msgNavChat)
	default:
		out.Text, out.Choices = text, m.Choices
	}
	return out
}
