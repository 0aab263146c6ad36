// News: answers of the staff to rumours, told to those who asked and found by
// the search.
package flows

import (
	"slices"
	"strings"
	"time"

	"posada/locales"
)

const (
	msgNewsGone = "news.gone"

	listBoard      = "board" // the answered rumour that the session names
	nodeNewsAnswer = "answer"
	answerWhich    = "which"  // the id of an answered rumour
	answerUnread   = "unread" // the ids of those that were told of and not read, the oldest first
	answerRest     = "rest"   // whether one of them can be read
	doNewsTake     = "news_take"
	doNewsLook     = "news_look"
	// maxUnread bounds them. What comes above it is told of when there is room.
	maxUnread = 12

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
	unread := slices.DeleteFunc(t.unreadNews(), func(id string) bool { return id == e.Programme || !t.board().has(id) })
	if len(unread) >= maxUnread {
		t.timer(e.Timer, t.at.Now.Add(24*time.Hour))
		return
	}
	t.s.eraseAnswers(news.ID) // they live from now on
	t.setUnread(append(unread, e.Programme))
	t.notice()
	t.comes(news.Nodes[nodeLetter])
}

// unreadNews are the answers that wait to be read.
func (t *turn) unreadNews() []string {
	a, _ := t.s.answer(t.book.roles.News, answerUnread)
	return strings.Fields(a.Text)
}

func (t *turn) setUnread(ids []string) {
	t.s.setAnswer(Answer{Flow: t.book.roles.News, Name: answerUnread, Text: strings.Join(ids, " "), Given: t.minute})
}

// readsNews makes an answer the one that is shown, and that waits no more.
func (t *turn) readsNews(id string) {
	t.s.setAnswer(Answer{Flow: t.book.roles.News, Name: answerWhich, Text: id, Given: t.minute})
	if unread := t.unreadNews(); slices.Contains(unread, id) {
		t.setUnread(slices.DeleteFunc(unread, func(other string) bool { return other == id }))
	}
}

// takeNews takes the oldest answer that waits. Where all of them are withdrawn it
// names one, and they go on waiting: they may be given back. Where none waits, the
// last is shown again.
func (t *turn) takeNews(n *Node) {
	unread := t.unreadNews()
	i := slices.IndexFunc(unread, func(id string) bool { return t.board().answered(id) != nil })
	switch {
	case i >= 0:
		t.readsNews(unread[i])
	case len(unread) > 0:
		t.s.setAnswer(Answer{Flow: n.flow.ID, Name: answerWhich, Text: unread[0], Given: t.minute})
	}
}

// lookAtNews keeps whether there is an answer to read.
func (t *turn) lookAtNews(n *Node) {
	rest := "none"
	if slices.ContainsFunc(t.unreadNews(), func(id string) bool { return t.board().answered(id) != nil }) {
		rest = "some"
	}
	t.s.setAnswer(Answer{Flow: n.flow.ID, Name: answerRest, Text: rest, Given: t.minute})
}

// letterEvent tells, discreetly, that somebody of the staff answered.
func (t *turn) letterEvent(e Event) {
	t.takeAway(e.Timer)
	if t.nightly(e.Timer) {
		return
	}
	person := t.book.flowByID[t.book.roles.Person]
	t.s.eraseAnswers(person.ID) // it waits from now on
	t.s.setAnswer(Answer{Flow: person.ID, Name: answerLetter, Text: "some", Given: t.minute})
	t.notice()
	t.comes(person.Nodes[nodeLetter])
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

// renderBoard says the answer that the session names.
func (t *turn) renderBoard(a *answerText, l *locales.Language, n *Node) {
	t.renderAnswered(a, l, n, t.named())
}

// renderAnswered says what people say, the verdict, the reason, and how old it is;
// of an answer that is gone (nil), that it was taken back.
func (t *turn) renderAnswered(a *answerText, l *locales.Language, n *Node, answer *Answered) {
	say := func(text string) { a.add(text, n.flow.ID, n.id) }
	if answer == nil {
		say(t.plain(a, l, msgNewsGone))
		return
	}
	from := len(a.blocks)
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
	a.stands(from, n.place(), boardAnswer+answer.ID)
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
	from := len(a.blocks)
	for _, s := range answer.Sources[:min(len(answer.Sources), most)] {
		a.add(t.boardSource(a, l, s), t.s.Flow, t.s.Node)
		said = true
	}
	a.stands(from, Place{t.s.Flow, t.s.Node}, boardAnswer+answer.ID)
	return said
}

func (t *turn) boardSource(a *answerText, l *locales.Language, s BoardSource) string {
	when := l.Raw(msgDateUnknown)
	if s.Date != 0 {
		when = s.Date.In(l)
	}
	return t.valued(a, l, msgSourceLine, map[string]any{"publisher": s.Publisher, "title": s.Title, "date": when})
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
