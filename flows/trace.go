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
	tracedWords   = "words"   // of the book; the id of their message follows
	tracedVerdict = "verdict" // an officer's answer to a rumour; its id follows
	tracedChanged = "changed"
	tracedNot     = "not"
	tracedShort   = "short"
	tracedGone    = "gone" // what earlier versions kept of words that were withdrawn; the id follows
)

// trace keeps what was found of the text that was typed.
func (t *turn) trace(*Node) {
	how, at := t.traced()
	t.keepTraced(how, at)
}

// keepTraced keeps which bulletin it is by its mailing and language: the board
// may be another one when the answer is read again.
func (t *turn) keepTraced(how string, at int) {
	text := how
	if at >= 0 && at < len(t.board().Sent) {
		text += " " + strconv.FormatUint(t.board().Sent[at].Mailing, 10) + " " + t.board().Sent[at].Lang
	}
	t.s.setAnswer(Answer{Flow: t.book.roles.Sent, Name: answerTraced, Text: text, Given: t.minute})
}

// renderTraced says what was found.
func (t *turn) renderTraced(a *answerText, l *locales.Language, n *Node) {
	say := func(id string, extra map[string]any) { a.add(t.valued(a, l, id, extra), n.flow.ID, n.id) }
	kept, _ := t.s.answer(t.book.roles.Sent, answerTraced)
	how, which, _ := strings.Cut(kept.Text, " ")
	number, lang, _ := strings.Cut(which, " ")
	mailing, _ := strconv.ParseUint(number, 10, 64)
	at := slices.IndexFunc(t.board().Sent, func(s SentText) bool { return s.Mailing == mailing && s.Lang == lang && mailing != 0 })
	var bulletin SentText
	if at >= 0 {
		bulletin = t.board().Sent[at]
	}
	day := map[string]any{"day": bulletin.Day.In(l)}
	switch {
	case how == tracedWhole && at >= 0:
		say(msgSentYes, day)
	case how == tracedPart && at >= 0:
		say(msgSentPart, day)
	case how == tracedWords || how == tracedGone:
		switch day, withheld := t.outOfUse(which); {
		case day != 0:
			t.sayGone(a, l, day)
		case withheld:
			say(msgWithheld, nil)
		default:
			say(msgSentWords, nil)
		}
	case how == tracedVerdict:
		t.renderTracedVerdict(a, l, n, which)
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
		at = slices.IndexFunc(t.board().Sent, func(s SentText) bool { return s.Mailing == bulletin.By && s.Lang == lang })
	} else if how == tracedWhole {
		return // it is as they have it
	}
	if at >= 0 {
		say(msgSentOriginal, nil)
		a.add(t.foreign(l, t.board().Sent[at].Text), n.flow.ID, n.id)
	}
}

// renderTracedVerdict says that a piece of an officer's answer is ours, never
// without the whole of it: what people say must not stand alone.
func (t *turn) renderTracedVerdict(a *answerText, l *locales.Language, n *Node, id string) {
	say := func(id string) { a.add(t.plain(a, l, id), n.flow.ID, n.id) }
	answer := t.board().answered(id)
	if w, gone := t.board().answers[boardAnswer+id]; answer == nil && gone {
		t.sayGone(a, l, w.Day)
		return
	}
	if answer != nil {
		say(msgSentWords)
		say(msgSentOriginal)
	}
	t.renderAnswered(a, l, n, answer)
}
