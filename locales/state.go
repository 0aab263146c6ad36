// state.go tells how each text was made: by a machine, reviewed by a person, or overtaken by its original.

package locales

import "fmt"

// State is how a text of a language was made.
type State uint8

// The states of a text.
const (
	Draft    State = iota // a machine wrote it, and no person has reviewed it
	Reviewed              // a person has; or it is the original
	Stale                 // the original has changed since
)

// String is the word that the files use.
func (s State) String() string { return [...]string{"draft", "reviewed", "stale"}[s] }

// State of a message. A language without a file of how its texts were made has the one state that language.status gives it.
func (l *Language) State(id string) State {
	if m := l.messages[id]; m != nil {
		return m.state
	}
	return l.status()
}

// status is the state that the language gives all its texts at once.
func (l *Language) status() State {
	if l.Raw("language.status") == "draft" {
		return Draft
	}
	return Reviewed
}

// settle works out the state of every text of a language, once: it is asked for whenever a text is shown.
func (c *Catalogue) settle(l *Language) {
	src := c.byCode[Source]
	for id, m := range l.messages {
		record, recorded := l.made[id]
		switch {
		case l.Code == Source:
			m.state = Reviewed
		case l.made == nil, !recorded && IsList(id):
			m.state = l.status()
		case !recorded || record.Is != l.Fingerprint(id):
			m.state = Draft // what was recorded is another text
		case record.Of != src.Fingerprint(id):
			m.state = Stale
		case record.Reviewed:
			m.state = Reviewed
		default:
			m.state = Draft
		}
	}
	for _, id := range sortedKeys(l.made) {
		if !l.Has(id) {
			c.clash = append(c.clash, Clash{madeFolder + "/" + l.File, l.made[id].Line, fmt.Sprintf("message %s is not in %s", id, l.File)})
		}
	}
}

// Tally counts the messages of a language that are said to people.
type Tally struct {
	Messages               int // of the source language
	Draft, Reviewed, Stale int
	Missing                int // in this language
	Back                   int // translated back by an independent reader, and unchanged since
	Unstamped              int // drafts of which nothing is recorded, or another text
}

// Tally counts how the texts of a language were made.
func (c *Catalogue) Tally(code string) Tally {
	var n Tally
	l, src := c.byCode[code], c.byCode[Source]
	if l == nil {
		return n
	}
	for id := range src.messages {
		if IsList(id) {
			continue
		}
		n.Messages++
		if !l.Has(id) {
			n.Missing++
			continue
		}
		switch l.State(id) {
		case Draft:
			n.Draft++
		case Reviewed:
			n.Reviewed++
		case Stale:
			n.Stale++
		}
		record, recorded := l.made[id]
		switch {
		case l == src:
		case !recorded || record.Is != l.Fingerprint(id):
			n.Unstamped++
		case record.Back != "" && record.Of == src.Fingerprint(id):
			n.Back++
		}
	}
	return n
}
