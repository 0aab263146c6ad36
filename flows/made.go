// How a text was made, said beside it: the original under a machine's
// translation of a text that can do harm, the source language in place of a
// text that is out of date, and a bridge where the operator sends no drafts.
package flows

import (
	"slices"
	"strconv"

	"posada/locales"
)

// Messages about how a text was made.
const (
	msgOriginalAsk   = "made.original.ask"
	msgOriginalTitle = "made.original.title"
	msgStale         = "made.stale"
	msgRefused       = "made.refused"

	// keyOriginal asks for the original of the last answer.
	keyOriginal     = "original"
	payloadOriginal = ":original"
)

// Drafts is what becomes of texts that can do harm, in a language in which
// nobody has reviewed them.
type Drafts string

// What the operator may choose.
const (
	DraftsLabel  Drafts = "label"  // they are sent, with the original beside them
	DraftsRefuse Drafts = "refuse" // they are not: a bridge language and a human helper instead
)

// SetDrafts chooses, before the first step. The zero value labels.
func (b *Book) SetDrafts(d Drafts) { b.drafts = d }

// state is how a text was made. What an operator wrote into the book's own files
// is the operator's word.
func (b *Book) state(l *locales.Language, id string) locales.State {
	if _, own := b.textAt[id]; own || l.Code == locales.Source {
		return locales.Reviewed
	}
	return l.State(id)
}

// careful tells whether a text stands with its original beside it.
func (b *Book) careful(l *locales.Language, id string) bool {
	return locales.HighCare(id) && b.state(l, id) == locales.Draft
}

// bridge is the language in which a text may be read when it is not there in
// one's own: the first in which somebody has reviewed it, or the original.
func (b *Book) bridge(l *locales.Language, id string) *locales.Language {
	for _, code := range l.List("language.bridge") {
		if other := b.Catalogue.Language(code); other != nil && other != l && b.state(other, id) == locales.Reviewed {
			return other
		}
	}
	return b.Catalogue.Language(locales.Source)
}

// item says one message of a node in the way its making asks for. originals
// gathers the originals that stand below it.
func (t *turn) item(a *answerText, l *locales.Language, n *Node, id string, originals *[]string) {
	switch state := t.book.state(l, id); {
	case t.book.borrowed[textKey{l.Code, id}] != "":
		t.refused(a, l, t.book.Catalogue.Language(t.book.borrowed[textKey{l.Code, id}]), l, n, id)
	case state == locales.Stale:
		other := t.book.bridge(l, id)
		a.add(t.valued(a, l, msgStale, map[string]any{"language": other.Raw("language.name")}), n.flow.ID, n.id)
		a.add(t.words(a, other, n.flow, id), n.flow.ID, n.id)
	case state == locales.Draft && locales.HighCare(id) && t.book.drafts == DraftsRefuse:
		other := t.book.bridge(l, id)
		t.refused(a, l, other, other, n, id)
	case state == locales.Draft && locales.HighCare(id):
		a.add(t.words(a, l, n.flow, id), n.flow.ID, n.id)
		a.hasOriginal = true
		*originals = append(*originals, t.words(a, t.book.Catalogue.Language(locales.Source), n.flow, id))
	default:
		a.add(t.words(a, l, n.flow, id), n.flow.ID, n.id)
	}
}

// refused says a message that is not sent in one's own language, in the words of from, and why it is told in the language called so:
// once in an answer. In danger the first words are those that can save, and the reason comes after them.
func (t *turn) refused(a *answerText, l, called, from *locales.Language, n *Node, id string) {
	why := func() {
		if !slices.Contains(a.bridged, called) {
			a.bridged = append(a.bridged, called)
			a.add(t.valued(a, l, msgRefused, map[string]any{"language": called.Raw("language.name")}), n.flow.ID, n.id)
		}
	}
	urgent := n.flow.ID == t.book.roles.Help
	if !urgent {
		why()
	}
	a.add(t.words(a, from, n.flow, id), n.flow.ID, n.id)
	if urgent {
		why()
	}
}

// original stands below a draft where there is room; on SMS it is one digit
// away.
func (t *turn) original(a *answerText, l *locales.Language, n *Node, originals []string) {
	if len(originals) == 0 || t.form.Join {
		return
	}
	text := t.plain(a, l, msgOriginalTitle)
	for _, o := range originals {
		text += "\n" + o
	}
	a.add(text, n.flow.ID, n.id)
}

// renderOriginals says what of the last answer is a draft that can do harm, in
// the source language.
func (t *turn) renderOriginals(a *answerText, l *locales.Language) {
	src := t.book.Catalogue.Language(locales.Source)
	a.add(t.plain(a, l, msgOriginalTitle), t.s.Flow, t.s.Node)
	t.eachCareful(l, func(n *Node, id string) {
		from := len(a.blocks)
		a.add(t.words(a, src, n.flow, id), n.flow.ID, n.id)
		a.stands(from, n.place(), id)
	})
}

// eachCareful walks through what the last answer said and stands with its
// original beside it.
func (t *turn) eachCareful(l *locales.Language, do func(*Node, string)) {
	for _, s := range t.s.Shown {
		n := t.book.node(s.Place)
		if n == nil || t.nodeGone(n) != 0 {
			continue
		}
		for i, it := range n.Say {
			if s.Items&(1<<i) == 0 || !t.book.careful(l, it.Text) || t.itemGone(it) != 0 {
				continue
			}
			if fresh, _ := t.day.worst(it.facts); fresh != Withheld {
				do(n, it.Text)
			}
		}
	}
}

// wantsOriginal tells whether an input asks for the original of the last answer:
// its number is the one after the choices.
func (t *turn) wantsOriginal(payload string) bool {
	if payload == payloadOriginal {
		return true
	}
	n := t.here()
	if payload != "" || !t.form.Join || n == nil || t.s.View != ViewAnswer || t.book.drafts == DraftsRefuse {
		return false
	}
	l := t.language()
	number, err := strconv.Atoi(t.folded)
	if err != nil || number < 2 || number != len(t.ways(n, l))+1 {
		return false
	}
	has := false
	t.eachCareful(l, func(*Node, string) { has = true })
	return has
}
