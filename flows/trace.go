// "Did you send this?": a message that a person forwards or types is looked for
// among Posada's own.
package flows

import (
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// Messages of it.
const (
	msgSentYes       = "sent.yes"
	msgSentPart      = "sent.part"
	msgSentWords     = "sent.words"
	msgSentCorrected = "sent.corrected"
	msgSentChanged   = "sent.changed"
	msgSentOriginal  = "sent.original"
	msgSentNo        = "sent.no"
	msgSentNever     = "sent.never"
	msgSentShort     = "sent.short"
)

const (
	doTrace      = "trace"  // looks for what was typed among Posada's own messages
	listTraced   = "traced" // what was found
	answerTraced = "traced" // how it was found, and which it is
	nodeTraced   = "told"
)

// How a message was found, as the session keeps it.
const (
	tracedWhole   = "whole"
	tracedPart    = "part"
	tracedWords   = "words"
	tracedChanged = "changed"
	tracedNot     = "not"
	tracedShort   = "short"
)

// traced is what the search among Posada's own messages found: how, and the place
// of the bulletin among those of the board, -1 for none.
func (t *turn) traced() (how string, at int) {
	how, number, _ := strings.Cut(t.book.sentIn(t.up, t.text), " ")
	at, err := strconv.Atoi(number)
	if err != nil {
		at = -1
	}
	return how, at
}

// trace keeps what was found of the text that was typed.
func (t *turn) trace(*Node) {
	how, at := t.traced()
	t.keepTraced(how, at)
}

// keepTraced keeps which bulletin it is by its mailing and language: the board
// may be another one when the answer is read again.
func (t *turn) keepTraced(how string, at int) {
	text := how
	if at >= 0 && at < len(t.up.Sent) {
		text += " " + strconv.FormatUint(t.up.Sent[at].Mailing, 10) + " " + t.up.Sent[at].Lang
	}
	t.s.setAnswer(Answer{Flow: t.book.roles.Sent, Name: answerTraced, Text: text, Given: t.minute})
}

// recognised answers a text that is no answer to the question that waits, where
// it is surely a message of a bulletin, or one that somebody changed: forwarded
// messages come without a word.
func (t *turn) recognised() bool {
	if len(t.up.Sent) == 0 || t.s.Language == "" || !t.s.Consented || len(locales.Tokens(t.folded)) < 6 {
		return false
	}
	how, at := t.traced()
	if at < 0 || how == tracedWords {
		return false
	}
	t.s.Misses = 0
	t.keepTraced(how, at)
	t.interrupt(t.book.flowByID[t.book.roles.Sent].Nodes[nodeTraced])
	return true
}

// renderTraced says what was found.
func (t *turn) renderTraced(a *answerText, l *locales.Language, n *Node) {
	say := func(id string, extra map[string]any) { a.add(t.valued(a, l, id, extra), n.flow.ID, n.id) }
	kept, _ := t.s.answer(t.book.roles.Sent, answerTraced)
	how, which, _ := strings.Cut(kept.Text, " ")
	number, lang, _ := strings.Cut(which, " ")
	mailing, _ := strconv.ParseUint(number, 10, 64)
	at := slices.IndexFunc(t.up.Sent, func(s SentText) bool { return s.Mailing == mailing && s.Lang == lang && mailing != 0 })
	var bulletin SentText
	if at >= 0 {
		bulletin = t.up.Sent[at]
	}
	day := map[string]any{"day": bulletin.Day.In(l)}
	switch {
	case how == tracedWhole && at >= 0:
		say(msgSentYes, day)
	case how == tracedPart && at >= 0:
		say(msgSentPart, day)
	case how == tracedWords:
		say(msgSentWords, nil)
	case how == tracedChanged:
		say(msgSentChanged, nil)
	case how == tracedShort:
		say(msgSentShort, nil)
		return
	default:
		say(msgSentNo, nil)
		say(msgSentNever, nil)
		return
	}
	if at < 0 {
		return
	}
	if bulletin.Corrected != 0 {
		say(msgSentCorrected, map[string]any{"day": bulletin.Corrected.In(l)})
		at = slices.IndexFunc(t.up.Sent, func(s SentText) bool { return s.Mailing == bulletin.By && s.Lang == lang })
	} else if how == tracedWhole {
		return // it is as they have it
	}
	if at >= 0 {
		say(msgSentOriginal, nil)
		a.add(t.foreign(l, t.up.Sent[at].Text), n.flow.ID, n.id)
	}
}
