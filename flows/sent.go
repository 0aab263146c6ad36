// Posada's own messages, looked for when a person sends one back: texts of
// bulletins in every form, and the standing words of the book.
package flows

import (
	"slices"
	"strconv"

	"posada/flows/sent"
	"posada/locales"
)

// leastToTell is how many words a text needs so that it can be told at all.
const leastToTell = 4

// indexSent makes bulletins findable, the newest first; nil for none. A text's
// id is its place among them.
func indexSent(texts []SentText) *sent.Index {
	if len(texts) == 0 {
		return nil
	}
	var known []sent.Known
	for i, t := range slices.Backward(texts) {
		known = append(known, sent.Known{ID: strconv.Itoa(i), Lang: t.Lang, Text: t.Text})
	}
	return sent.New(known)
}

// ofBulletins looks for a text among bulletins: how it was found, and its place on
// the board, -1 for none.
func (r *raised) ofBulletins(text string) (how string, at int) {
	if r.sent == nil {
		return tracedNot, -1
	}
	found := r.sent.Find(text)
	at, err := strconv.Atoi(found.ID)
	switch {
	case err != nil || at >= len(r.Sent):
		return tracedNot, -1
	case found.Verdict == sent.Changed:
		return tracedChanged, at
	case found.Verdict == sent.Sent && found.Part:
		return tracedPart, at
	case found.Verdict == sent.Sent:
		return tracedWhole, at
	}
	return tracedNot, -1
}

// traced is what the search among Posada's own messages found: how, with the id of
// the words behind it, and the place of the bulletin among those of the board, -1
// for none. Who is passed a message need not read its language, so all of them are
// looked through, their own first.
func (t *turn) traced() (how string, at int) {
	if how, at = t.ofBulletins(); at >= 0 {
		return how, at
	}
	if len(locales.Tokens(t.folded)) < leastToTell {
		return tracedShort, -1
	}
	how = tracedNot
	own := t.language()
	others := slices.DeleteFunc(slices.Clone(t.book.Catalogue.Languages()), func(l *locales.Language) bool { return l == own })
	for _, l := range append([]*locales.Language{own}, others...) {
		switch found := t.tracedIn(l); {
		case found == tracedNot:
		case found == tracedChanged || t.more:
			how = tracedChanged
		default:
			return found, -1
		}
	}
	return how, -1
}

// ofBulletins looks for what was typed among bulletins. Words of ours with more
// behind them that was not read, or with a picture, are not what was sent:
// a forger pads a true text until the end of it is cut.
func (t *turn) ofBulletins() (how string, at int) {
	how, at = t.board().ofBulletins(t.text)
	if at >= 0 && t.more {
		how = tracedChanged
	}
	return how, at
}

// recognised answers a text that is no answer to the question that waits, where
// it is surely a message of a bulletin, or one that somebody changed: forwarded
// messages come without a word.
func (t *turn) recognised() bool {
	if t.board().sent == nil || t.s.Language == "" || !t.s.Consented || len(locales.Tokens(t.folded)) < 6 {
		return false
	}
	how, at := t.ofBulletins()
	if at < 0 {
		return false
	}
	t.s.Misses = 0
	t.keepTraced(how, at)
	t.interrupt(t.book.flowByID[t.book.roles.Sent].Nodes[nodeTraced])
	return true
}
