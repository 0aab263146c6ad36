// News: answers of the staff to rumours, told to those who asked and found by
// the search.
package flows

import (
	"time"

	"posada/locales"
)

const (
	msgNewsGone = "news.gone"

	listBoard      = "board" // the answered rumour that the session names
	nodeNewsAnswer = "answer"
	answerWhich    = "which" // the id of an answered rumour

	// boardAnswer begins the ids of vetted answers that stand on the board.
	boardAnswer = "board."
	// maxClaim is the most runes of a claim that stand on a choice.
	maxClaim = 60
)

// newsEvent tells, discreetly, that there is an answer to what a person asked.
func (t *turn) newsEvent(e Event) {
	t.takeAway(e.Timer)
	news := t.book.flowByID[t.book.roles.News]
	if t.board().answered(e.Programme) == nil {
		if w, gone := t.board().answers[boardAnswer+e.Programme]; gone && t.day.Date < w.Day.AddDays(int(noticeLife.Hours()/24)) {
			t.timer(e.Timer, t.at.Now.Add(24*time.Hour)) // it may be given back
		}
		return
	}
	if t.nightly(e.Timer) {
		return
	}
	t.s.setAnswer(Answer{Flow: news.ID, Name: answerWhich, Text: e.Programme, Given: t.minute})
	t.notice()
	t.comes(news.Nodes[nodeLetter])
}

// letterEvent tells, discreetly, that somebody of the staff answered.
func (t *turn) letterEvent(e Event) {
	t.takeAway(e.Timer)
	if !t.nightly(e.Timer) {
		t.notice()
		t.comes(t.book.flowByID[t.book.roles.Person].Nodes[nodeLetter])
	}
}

// noticeLife is how long it is of use to hear that there is an answer.
const noticeLife = 7 * 24 * time.Hour

// notice marks what is said as coming by itself.
func (t *turn) notice() {
	t.effects = append(t.effects, Effect{Kind: EffectNotice, Moment: t.at.Now.Add(noticeLife)})
}

// nightly puts off until morning what would ring at night, where the person's
// first reminder is; else in Mexico City.
func (t *turn) nightly(name Timer) bool {
	zone := bookZone
	for _, p := range t.book.programmes {
		if spot := t.waitsIn(p.ID); spot != nil {
			zone = spot.loc
			break
		}
	}
	morning := byDay(t.at.Now, zone)
	if morning.Equal(t.at.Now) {
		return false
	}
	t.timer(name, morning)
	return true
}

// vettedOnBoard is an answered rumour as an answer that can be searched.
func (b *Book) vettedOnBoard(up *raised, id string) *Vetted {
	a := up.answered(id)
	if a == nil {
		return nil
	}
	return &Vetted{ID: boardAnswer + id, node: b.flowByID[b.roles.News].Nodes[nodeNewsAnswer], board: a}
}

// labelOf is what an answer is called in a language.
func (b *Book) labelOf(l *locales.Language, v *Vetted) string {
	if v.board == nil {
		return l.Raw(v.Label)
	}
	text, _ := b.inLanguage(l, v.board.Claim)
	if text == "" {
		text, _ = b.inLanguage(l, v.board.Reason)
	}
	short, _ := locales.Clean(text, maxClaim)
	return short
}

// renderBoard says the answer that the session names: what people say, the
// verdict, the reason, and how old it is.
func (t *turn) renderBoard(a *answerText, l *locales.Language, n *Node) {
	say := func(text string) { a.add(text, n.flow.ID, n.id) }
	answer := t.named()
	if answer == nil {
		say(t.plain(a, l, msgNewsGone))
		return
	}
	reason, in := t.book.inLanguage(l, answer.Reason)
	if in != l && in != nil { // the verdict stands in one's own language all the same
		say(t.valued(a, l, msgRefused, map[string]any{"language": in.Raw("language.name")}))
	}
	if claim, _ := t.book.inLanguage(l, answer.Claim); claim != "" {
		say(t.valued(a, l, msgBoardClaim, map[string]any{"claim": t.foreign(l, claim)}))
	}
	say(t.plain(a, l, msgVerdict+answer.Verdict))
	say(t.foreign(l, reason))
	checked := map[string]any{"checked": answer.Day.In(l)}
	if answer.Review != 0 && t.day.Date > answer.Review {
		say(t.valued(a, l, msgOverdue, checked))
	} else {
		say(t.valued(a, l, msgSourceWhen, checked))
	}
}

// named is the answered rumour that the session names, nil where it is gone.
func (t *turn) named() *Answered {
	a, _ := t.s.answer(t.book.roles.News, answerWhich)
	return t.board().answered(a.Text)
}

// renderBoardSources says where an officer's answer comes from.
func (t *turn) renderBoardSources(a *answerText, l *locales.Language, most int) (said bool) {
	answer := t.named()
	if answer == nil {
		return false
	}
	for _, s := range answer.Sources[:min(len(answer.Sources), most)] {
		when := l.Raw(msgDateUnknown)
		if s.Date != 0 {
			when = s.Date.In(l)
		}
		a.add(t.valued(a, l, msgSourceLine, map[string]any{"publisher": s.Publisher, "title": s.Title, "date": when}), t.s.Flow, t.s.Node)
		said = true
	}
	return said
}

// shows tells whether the last answer shows a list of the engine's.
func (t *turn) shows(list string) bool {
	for _, s := range t.s.Shown {
		if n := t.book.node(s.Place); n != nil && n.List == list {
			return true
		}
	}
	return false
}
