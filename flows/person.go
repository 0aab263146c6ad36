// A human: what a person writes to the staff, and reads from them.
package flows

import (
	"slices"
	"strings"
	"time"

	"posada/locales"
)

// Letter is one message between a person and the staff.
type Letter struct {
	At   time.Time
	Mine bool // the person wrote it
	Text string
}

// Messages of it.
const (
	msgPersonHint  = "ui.person.hint"
	msgPersonWrote = "person.wrote"
	msgPersonGone  = "person.gone"
	msgPersonHours = "person.hours"
)

// What nodes of its flow show and do.
const (
	listLetters = "letters" // what the staff wrote last
	listHours   = "hours"   // when they read
	doDesk      = "desk"    // looks whether somebody reads
	doLetter    = "letter"  // hands over what was typed

	answerDesk   = "desk"
	answerLetter = "unread" // whether there is an answer that the person has not read
	nodeLetter   = "come"   // where an answer of the staff leads, in this flow and in that of news
)

// How the desk is, as conditions ask.
const (
	deskOpen   = "open"
	deskClosed = "closed"
	deskNone   = "none"
)

// WantsLetters tells whether a step of this input may show letters, so that
// Input.Letters has to be filled. It says yes rather once too often.
func (b *Book) WantsLetters(s Session, in Input) bool {
	if in.Flood || s.Stopped {
		return false
	}
	of := func(p Place) bool { return p.Flow == b.roles.Person }
	return strings.HasPrefix(in.Payload, b.roles.Person+"/") || of(Place{s.Flow, s.Node}) || slices.ContainsFunc(s.Stack, of) ||
		slices.ContainsFunc(s.Trail, func(u Turn) bool { return of(u.Place) || slices.ContainsFunc(u.Stack, of) }) ||
		slices.ContainsFunc(s.Shown, func(sh Shown) bool { return of(sh.Place) })
}

// lookAtDesk keeps how the desk is.
func (t *turn) lookAtDesk(n *Node) {
	state := deskNone
	switch d := t.board().Desk; {
	case d.Open:
		state = deskOpen
	case d.Staffed:
		state = deskClosed
	}
	t.s.setAnswer(Answer{Flow: n.flow.ID, Name: answerDesk, Text: state, Given: t.minute})
}

// sendLetter hands what was typed over to the staff. A practice conversation
// has none.
func (t *turn) sendLetter(*Node) {
	if t.at.AsOf.IsZero() {
		t.effects = append(t.effects, Effect{Kind: EffectLetter, Text: strings.TrimSpace(t.text)})
	}
}

// renderLetters says what the staff wrote since the person last did, and at
// least the last of it.
func (t *turn) renderLetters(a *answerText, l *locales.Language, n *Node) {
	letters := slices.Clone(t.letters)
	slices.SortStableFunc(letters, func(x, y Letter) int { return x.At.Compare(y.At) })
	var texts []string
	for _, letter := range slices.Backward(letters) {
		if letter.Mine {
			if len(texts) > 0 {
				break
			}
			continue
		}
		texts = append(texts, letter.Text)
	}
	if len(texts) == 0 {
		a.add(t.plain(a, l, msgPersonGone), n.flow.ID, n.id)
		return
	}
	a.add(t.plain(a, l, msgPersonWrote), n.flow.ID, n.id)
	for _, text := range slices.Backward(texts) {
		a.add(t.foreign(l, text), n.flow.ID, n.id)
	}
}

// renderHours says when the staff read, where they said so.
func (t *turn) renderHours(a *answerText, l *locales.Language, n *Node) {
	if text, in := t.book.inLanguage(l, t.board().Desk.Hours); text != "" {
		a.add(t.valued(a, in, msgPersonHours, map[string]any{"hours": text}), n.flow.ID, n.id)
	}
}

// foreign is a text of the staff, kept apart from the words around it where its
// letters may run the other way.
func (t *turn) foreign(l *locales.Language, text string) string {
	if l.RightToLeft() {
		return locales.Isolated(text)
	}
	return text
}
