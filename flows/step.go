// Step: one turn of the conversation.
package flows

import (
	"slices"
	"strconv"

	"posada/locales"
)

// Messages of Posada itself.
const (
	msgMissFirst    = "ui.miss.first"
	msgMissSecond   = "ui.miss.second"
	msgOldButton    = "ui.old_button"
	msgLost         = "ui.lost"
	msgExpired      = "ui.expired"
	msgFailed       = "ui.failed"
	msgOverdue      = "ui.overdue"
	msgWithheld     = "ui.withheld"
	msgTraining     = "ui.training"
	msgNavSMS       = "ui.nav.sms"
	msgNavChat      = "ui.nav.chat"
	msgMore         = "ui.more"
	msgButtonBack   = "ui.button.back"
	msgButtonMenu   = "ui.button.menu"
	msgProgress     = "ui.progress"
	msgStopped      = "ui.stopped"
	msgStoppedAgain = "ui.stopped_again"
	msgStarted      = "ui.started"
	msgWoken        = "ui.woken"
	msgUnsure       = "ui.unsure"
	msgSlow         = "ui.slow"
	msgTrial        = "ui.trial"
	msgForgotten    = "ui.forgotten"
	msgTooLong      = "ui.too_long"
	msgUnreadable   = "ui.unreadable"
	msgSourceLine   = "ui.source.line"
	msgSourceWhen   = "ui.source.checked"
	msgSourcePost   = "ui.source.post"
	msgSourceNot    = "ui.source.unchecked"
	msgSourcePlain  = "ui.source.plain"
	msgSourceNone   = "ui.source.nothing"
	msgDraft        = "ui.draft"
	msgDirNone      = "directory.none"
	msgDateUnknown  = "date.unknown"
)

// engineMessages must exist in the source language whatever the flows use.
var engineMessages = slices.Concat([]string{
	msgMissFirst, msgMissSecond, msgOldButton, msgLost, msgExpired, msgFailed, msgOverdue, msgWithheld, msgTraining, msgNavSMS, msgNavChat,
	msgMore, msgButtonBack, msgButtonMenu, msgProgress, msgStopped, msgStoppedAgain, msgStarted, msgWoken, msgUnsure, msgForgotten, msgTooLong, msgUnreadable, msgSlow, msgTrial,
	msgSourceLine, msgSourceWhen, msgSourcePost, msgSourceNot, msgSourcePlain, msgSourceNone, msgDraft, msgDirNone, msgDateUnknown,
	msgOriginalAsk, msgOriginalTitle, msgStale, msgRefused, msgSearchFound, msgSearchAnother, msgListen, msgListenAgain, msgVoiceNone,
}, oralMessages, mediaNotes(), telegramTexts(), reminderNotes, diaryMessages(), boardMessages(), []string{msgWordsRumour, msgPINWrong, msgVaultDay, msgVaultEmpty, msgVaultShut})

// telegramTexts are what only Telegram shows: the answer to a group, and the
// descriptions of its commands. The channel reads them from the catalogue.
func telegramTexts() []string {
	out := []string{"telegram.group"}
	for _, k := range locales.Keywords {
		if k != locales.KeyMore && k != locales.KeyDiary && k != locales.KeyListen { // pages of an SMS alone know the one, and the other is for whoever keeps a diary
			out = append(out, "telegram.command."+k)
		}
	}
	return out
}

// Payloads of the buttons that work everywhere.
const (
	payloadBack = ":back"
	payloadMenu = ":menu"
)

// answerGreeted remembers, until a language is chosen, in which one the person
// greeted: it only orders the list.
const answerGreeted = "greeted"

// turn is one Step in the making.
type turn struct {
	book    *Book
	form    Form
	at      At
	day     *Day
	minute  int64
	random  randomness
	diary   []Line // nil: not loaded
	letters []Letter
	up      *raised // the board
	s       Session
	effects []Effect

	notes   []string // messages of Posada itself that come first
	text    string   // what was typed, cleaned; only an effect may keep it
	folded  string
	picked  string  // a language chosen in this turn
	passed  bool    // the text was forwarded
	doubted bool    // the last answer said that Posada may have misunderstood
	silent  bool    // nothing is said
	alone   bool    // only the notes are said
	before  []Shown // the last answer, when pages of it were not read
	done    bool    // the session has ended
	lang    string  // the language of a turn whose session has ended

	more bool // there is more of what was sent than text: it was cut, or a picture or a hidden link came with it

	event     bool // nobody wrote: a timer ran out
	listening bool // the recordings of the last answer are sent

	coming   *Node     // the question that is sent as soon as this step is kept: it is not asked here
	further  []string  // messages that are sent after the question, one by one
	about    *Flow     // whose they are
	occ      *Occasion // the one that this turn reminds of
	punctual *Flow     // of the reminder that is said in this turn, on time
	opened   *Date     // what the vault that was opened in this turn holds
}

// Step takes what a person sent and returns the session after it, what to say
// and what to do. It is pure: the same arguments give the same results, and s
// is not changed. Every input gets an answer, except a second text after stop
// and a first word for which something lay Parked. Of one
// marked as flood nothing is read: the session stays exactly as it is.
func (b *Book) Step(s Session, in Input, form Form, at At) (Session, []Message, []Effect) {
	asOf := at.AsOf
	if asOf.IsZero() {
		asOf = at.Now
	}
	t := &turn{book: b, form: form, at: at, day: b.On(asOf), minute: at.Now.Unix() / 60, random: in.Random, diary: joined(in.Diary), letters: in.Letters, up: b.up(), s: s}
	if in.Flood {
		return s, t.slow(), nil
	}
	if in.Event.Kind != "" {
		t.event = true
		msgs := t.happen(in.Event)
		if !t.s.Empty() {
			t.s.Version = b.version
		}
		return t.s, msgs, t.effects
	}
	t.take(in)
	msgs := t.render()
	if t.done {
		return Session{}, msgs, t.effects
	}
	t.s.Seen = t.minute
	t.s.Version = b.version
	return t.s, msgs, t.effects
}

// take finds out what the input means and moves the session.
func (t *turn) take(in Input) {
	var long bool
	t.text, long = locales.Clean(in.Text, MaxText)
	t.folded = locales.Fold(t.text)
	t.passed = in.Forwarded
	t.more = long || in.Cut || in.Hidden || in.Media != ""
	keyword := t.keyword(in.Payload)
	if keyword == "" && t.s.Flow != "" && t.wantsOriginal(in.Payload) {
		keyword = keyOriginal
	}
	crisis, crisisLang := "", ""
	if in.Payload == "" {
		crisis, crisisLang = t.book.danger(t.folded)
	}
	lost := t.refresh()
	if in.Payload == "" && keyword == "" && !lost && t.answersUnseen() {
		keyword = locales.KeyMore
	}
	t.doubted = slices.ContainsFunc(t.s.Shown, func(s Shown) bool { return s.Node == msgUnsure })
	if t.unread() {
		t.before = said(t.s.Shown)
	}
	t.keepAnswer(keyword)
	t.heard()
	if t.s.Lost {
		t.s.Lost = false
		t.notes = append(t.notes, msgFailed)
	}
	if long || in.Cut {
		t.notes = append(t.notes, msgTooLong)
	}
	woken, media := t.s.Stopped, in.Media.note()
	switch {
	case woken && !t.wake(keyword, crisis):
		return
	case keyword == locales.KeyStop:
		t.stop()
		return
	case crisis != "":
		t.urgent(t.book.crisis[crisis], crisisLang)
		if woken {
			t.after(msgWoken)
		}
		if media != "" {
			t.after(media)
		}
		return
	}
	if media != "" {
		t.notes = append([]string{media}, t.notes...)
	}
	if in.Taken {
		t.notes = append([]string{msgRemindNoted}, t.notes...)
	}
	said := in.Payload == "" && keyword == ""
	switch {
	case t.s.Flow == "" && keyword == locales.KeyHelp:
		t.urgent(t.book.flowByID[t.book.roles.Help].start, t.book.Catalogue.KeywordLanguage(t.folded))
		return
	case t.s.Flow == "":
		if !said || !t.alarmed() {
			t.begin()
		}
		return
	case slices.Contains(always, keyword):
		t.command(keyword)
		return
	case in.Parked && !lost && t.idle() && t.here().Line:
		t.opens(t.here(), in.Payload == "" && keyword == "")
		return
	case t.idle() && !t.answersReminder(in.Payload, keyword):
		t.s.Shown, t.s.View, t.s.Page = nil, ViewAnswer, 0
		if n := t.here(); n != nil && n.Line {
			t.stays(n, in, keyword)
			return
		}
		if said && t.alarmed() {
			return
		}
		t.interrupt(t.book.flowByID[t.book.roles.Away].start)
		return
	case lost && said && t.alarmed():
		return
	case lost:
		t.notes = append(t.notes, msgLost)
		t.home()
		return
	case t.s.Expired && t.s.Flow != t.book.roles.Away && said && t.alarmed():
		return
	case t.s.Expired && t.s.Flow != t.book.roles.Away:
		t.expired()
		t.home()
		return
	}
	switch {
	case in.Taken:
		t.reask(t.here())
	case keyword != "":
		t.command(keyword)
	case media != "" && in.Payload == "" && t.folded == "": // nobody's mistake
		t.reask(t.here())
	default:
		t.answer(in.Payload)
	}
	if t.s.Expired && t.s.Flow != t.book.roles.Away {
		t.expired()
	}
}

// always are the words that nothing comes before, but words of a crisis and
// stop.
var always = []string{locales.KeyHelp, locales.KeyDelete, locales.KeyLanguage}

// expired says once that answers were erased in the middle of a flow.
func (t *turn) expired() {
	t.s.Expired = false
	t.notes = append(t.notes, msgExpired)
}

// keyword of the input: a typed word or a button that works everywhere.
func (t *turn) keyword(payload string) string {
	switch payload {
	case "":
		if t.folded == "0" {
			return locales.KeyMore
		}
		return t.book.Catalogue.Keyword(t.folded)
	case payloadBack:
		return locales.KeyBack
	case payloadMenu:
		return locales.KeyMenu
	case payloadListen:
		return locales.KeyListen
	}
	return ""
}

// keepAnswer keeps what the last answer said for the words that speak about
// it, and its view and page for the one that goes on in it.
func (t *turn) keepAnswer(keyword string) {
	switch keyword {
	case locales.KeyMore:
	case locales.KeySource, locales.KeyRepeat, locales.KeyListen, keyOriginal:
		t.s.View, t.s.Page = ViewAnswer, 0
		t.s.Shown = said(t.s.Shown)
	default:
		t.s.Shown, t.s.View, t.s.Page = nil, ViewAnswer, 0
	}
}

// said is what was shown without Posada's complaints about the input before.
func said(shown []Shown) []Shown {
	return slices.DeleteFunc(slices.Clone(shown), func(s Shown) bool {
		return s.Flow == "" && s.Node != msgDraft && s.Node != msgTrial && s.Node != sayOneSource && !isOralNote(s.Node)
	})
}

// refresh lets go of what has lived its time or is no longer in the book. It
// tells whether the person's place in the conversation is gone with it.
func (t *turn) refresh() (lost bool) {
	t.s, _ = t.book.Expire(t.s, t.at.Now)
	if t.s.Flow == "" {
		return false
	}
	if t.s.Version != t.book.version {
		t.recheck(true)
		gone := func(p Place) bool { return t.book.node(p) == nil }
		t.s.Stack = slices.DeleteFunc(slices.Clone(t.s.Stack), gone)
		t.s.Trail = slices.DeleteFunc(slices.Clone(t.s.Trail), func(u Turn) bool { return gone(u.Place) || slices.ContainsFunc(u.Stack, gone) })
		t.s.Shown, t.s.View = nil, ViewAnswer
	}
	n := t.book.node(Place{t.s.Flow, t.s.Node})
	return n == nil || !n.isAsk()
}

// idle tells whether the person was away so long that another may hold the
// phone.
func (t *turn) idle() bool {
	greeting := t.book.flowByID[t.book.roles.Away].start.place() // it is not greeted itself
	return t.s.Flow != t.book.roles.First && Place{t.s.Flow, t.s.Node} != greeting && t.minute-t.s.Seen >= int64(Idle.Minutes())
}

// wake answers a person who had stopped, and tells whether there is more to
// say: only to words of a crisis. The word start is confirmed and nothing else:
// the next message finds a newcomer. Anything else is answered once, then not
// at all.
func (t *turn) wake(keyword, crisis string) bool {
	switch {
	case keyword == locales.KeyStart, crisis != "":
		t.effects = append(t.effects, Effect{Kind: EffectOptIn})
		t.s.Stopped, t.s.Told = false, false
		if crisis != "" {
			return true
		}
		t.suggest(t.book.Catalogue.KeywordLanguage(t.folded))
		t.confirm(msgStarted)
	case !t.s.Told:
		t.s.Told = true
		t.confirm(msgStoppedAgain)
	default:
		t.silent = true
	}
	return false
}

// confirm says one thing, with no question after it.
func (t *turn) confirm(id string) {
	t.notes, t.alone = append(t.notes, id), true
}

// after says one of Posada's own messages after what has been shown.
func (t *turn) after(id string) {
	t.s.Shown = append(slices.Clip(t.s.Shown), Shown{Place: Place{Node: id}})
}

// stop ends everything but the language, which the confirmation needs.
func (t *turn) stop() {
	t.effects = append(t.effects, Effect{Kind: EffectOptOut})
	t.s = Session{Language: t.s.Language, Oral: t.s.Oral, Answers: t.s.Answers, Stopped: true}
	t.suggest(t.book.Catalogue.KeywordLanguage(t.folded))
	t.s.Answers = slices.DeleteFunc(slices.Clone(t.s.Answers), func(a Answer) bool { return a.Name != answerGreeted })
	t.confirm(msgStopped)
}

// urgent answers with safety first, in the language of the words when none was
// chosen: the choice of a language is then asked after it.
func (t *turn) urgent(n *Node, lang string) {
	newcomer := t.s.Flow == ""
	if newcomer {
		t.s.Flow = t.book.roles.First
		t.s.Node = t.book.flowByID[t.s.Flow].start.id
	}
	guessed := t.s.Language == ""
	if guessed {
		t.suggest(lang)
		t.s.Language = lang
	}
	t.s.Misses = 0
	t.interrupt(n)
	if newcomer && t.at.Trial {
		t.after(msgTrial)
	}
	if guessed && t.language().Raw("language.status") == "draft" {
		t.after(msgDraft)
	}
}

// suggest remembers a language that the person seems to write, as long as they
// have not chosen one. It orders the list of languages, and until then Posada's
// own words come in it.
func (t *turn) suggest(code string) {
	if t.s.Language == "" && code != "" {
		t.s.setAnswer(Answer{Flow: t.book.roles.First, Name: answerGreeted, Text: code, Given: t.minute})
	}
}

// begin is the first contact. A language that the channel already knows (a
// practice conversation) is not asked again.
func (t *turn) begin() {
	t.s.Consented = false
	t.suggest(t.book.Catalogue.Suggest(t.text))
	if t.at.Trial {
		t.notes = append(t.notes, msgTrial)
	}
	n := t.book.flowByID[t.book.roles.First].start
	if t.s.Language == "" && t.namesOral() {
		return
	}
	if t.s.Language != "" && n.ChoicesFrom == fromLanguages {
		t.picked = t.s.Language
		n = n.next
	} else if ask := t.suggests(); ask != nil {
		n = ask
	}
	t.run(n)
}

// suggests is the question whether to go on in the language that the person
// seems to write, nil when there is none.
func (t *turn) suggests() *Node {
	if _, ok := t.s.answer(t.book.roles.First, answerGreeted); !ok || t.s.Language != "" {
		return nil
	}
	return t.book.flowByID[t.book.roles.First].Nodes[nodeSuggest]
}

// suggestAnew asks about another language than before, when the person seems to
// write it or names it.
func (t *turn) suggestAnew() bool {
	choose := t.book.flowByID[t.book.roles.First].start
	if choose.ChoicesFrom == fromLanguages && t.here() != choose {
		ways := t.languages(choose)
		if _, err := strconv.Atoi(t.folded); err != nil {
			if i := t.book.match(t.folded, ways, t.language()); i >= 0 { // its name says it all
				t.choose(choose, ways[i])
				return true
			}
		}
	}
	was, _ := t.s.answer(t.book.roles.First, answerGreeted)
	code := t.book.Catalogue.Suggest(t.text)
	if code == "" || code == was.Text {
		return false
	}
	t.suggest(code)
	ask := t.suggests()
	if ask == nil {
		return false
	}
	t.run(ask)
	return true
}

// nodeSuggest is where the first contact asks about a suggested language.
const nodeSuggest = "suggest"

// home leads to the menu, or to the first contact before there was consent.
func (t *turn) home() {
	t.s.Stack = nil
	role := t.book.roles.Menu
	if !t.s.Consented {
		role = t.book.roles.First
	}
	t.run(t.book.flowByID[role].start)
}

// here is the question that waits; refresh has made sure that it is there.
func (t *turn) here() *Node { return t.book.node(Place{t.s.Flow, t.s.Node}) }

// command obeys a word that works everywhere.
func (t *turn) command(keyword string) {
	t.s.Misses = 0
	switch keyword {
	case locales.KeyStart: // who has begun is told where they are
		t.reask(t.here())
	case locales.KeyMenu:
		if !t.s.Consented && t.s.Flow == t.book.roles.First {
			t.run(t.here())
			return
		}
		t.remember()
		t.home()
	case locales.KeyBack:
		t.back()
	case locales.KeyRepeat:
		t.again()
	case locales.KeyMore:
		if t.s.Page+1 < t.s.Pages {
			t.s.Page++
		}
		t.again()
	case locales.KeySource:
		t.s.View = ViewSource
	case keyOriginal:
		t.s.View = ViewOriginal
	case locales.KeyListen:
		t.listen()
	case locales.KeyHelp:
		t.interrupt(t.book.flowByID[t.book.roles.Help].start)
	case locales.KeyLanguage:
		t.interrupt(t.book.flowByID[t.book.roles.Language].start)
	case locales.KeyDelete:
		t.interrupt(t.book.erase)
	case locales.KeyDiary:
		t.interrupt(t.book.flowByID[t.book.roles.Diary].start)
	case locales.KeyPerson:
		t.interrupt(t.book.flowByID[t.book.roles.Person].start)
	}
}

// again shows the last answer once more, or at least its question.
func (t *turn) again() {
	if len(t.s.Shown) == 0 {
		t.show(t.here())
	}
}

// remember lets "back" return to the question that waits.
func (t *turn) remember() {
	n := t.here()
	if n == nil || !n.isAsk() {
		return
	}
	trail := slices.Clone(t.s.Trail)
	u := Turn{Place: n.place(), Stack: t.s.Stack}
	trail = slices.DeleteFunc(trail, func(old Turn) bool { return old.Place == u.Place })
	if trail = append(trail, u); len(trail) > MaxTrail {
		trail = trail[1:]
	}
	t.s.Trail = trail
}

func (t *turn) back() {
	for len(t.s.Trail) > 0 {
		last := t.s.Trail[len(t.s.Trail)-1]
		t.s.Trail = slices.Clone(t.s.Trail[:len(t.s.Trail)-1])
		if last.Place == (Place{t.s.Flow, t.s.Node}) {
			continue
		}
		t.s.Stack = last.Stack
		t.run(t.book.node(last.Place))
		return
	}
	if t.s.Consented {
		t.home()
		return
	}
	t.run(t.here())
}

// interrupt leads to another flow and remembers to come back to the question
// that waits.
func (t *turn) interrupt(n *Node) {
	t.remember()
	t.enter(n, Place{t.s.Flow, t.s.Node})
	if n.flow.ID != t.book.roles.Away {
		t.s.Expired = false // other things matter more now
	}
	t.run(n)
}

// enter notes where to come back to when the flow of n ends. A flow that is
// already under way is not entered a second time: what was called from it is
// let go, and its end leads to where it was first called from. So the stack
// holds each flow once at most, and never more than MaxDepth.
func (t *turn) enter(n *Node, from Place) {
	stack := slices.Clone(t.s.Stack)
	for i, p := range append(stack, from) {
		if p.Flow == n.flow.ID {
			t.s.Stack = stack[:i]
			return
		}
	}
	if stack = append(stack, from); len(stack) > MaxDepth {
		stack = stack[len(stack)-MaxDepth:]
	}
	t.s.Stack = stack
}

// run passes from node to node until a question waits or the session ends.
func (t *turn) run(n *Node) {
	for range MaxSteps {
		if n == nil {
			break
		}
		if !n.End && t.closed(n) { // back to whoever called it
			n = t.pop()
			continue
		}
		switch {
		case n.isAsk():
			t.s.Flow, t.s.Node = n.flow.ID, n.id
			t.show(n)
			return
		case n.speaks():
			t.show(n)
			n = n.next
		case len(n.Decide) > 0:
			n = t.decide(n)
		case n.Do != "":
			if n = t.do(n); t.done {
				return
			}
		case n.Call != "":
			t.enter(n.target, n.place())
			n = n.target
		case n.End:
			n = t.pop()
		}
	}
	// The book is at fault: it is tested never to come here, and if it does
	// the person still gets an answer.
	t.notes = append(t.notes, msgLost)
	t.s.Stack, t.s.Shown, t.effects = nil, nil, nil
	role := t.book.roles.Menu
	if !t.s.Consented {
		role = t.book.roles.First
	}
	home := t.book.flowByID[role].start
	t.s.Flow, t.s.Node = home.flow.ID, home.id
	t.show(home)
}

// pop comes back from a call: to the node after it, to the question that was
// interrupted, or to the menu.
func (t *turn) pop() *Node {
	for len(t.s.Stack) > 0 {
		last := t.s.Stack[len(t.s.Stack)-1]
		t.s.Stack = slices.Clone(t.s.Stack[:len(t.s.Stack)-1])
		n := t.book.node(last)
		switch {
		case n == nil:
		case n.isAsk():
			return n
		case n.Call != "":
			return n.next
		}
	}
	if !t.s.Consented {
		return t.book.flowByID[t.book.roles.First].start
	}
	return t.book.flowByID[t.book.roles.Menu].start
}

func (t *turn) decide(n *Node) *Node {
	for _, b := range n.Decide {
		ok, err := b.cond.holds(t.day, n.flow, &t.s)
		if err != nil {
			return nil
		}
		if ok {
			return b.to
		}
	}
	return nil
}

// show adds a node to what is said in this turn.
func (t *turn) show(n *Node) {
	var items uint32
	for i, it := range n.Say {
		if ok, err := it.cond.holds(t.day, n.flow, &t.s); err == nil && ok {
			items |= 1 << i
		}
	}
	if len(t.s.Shown) < MaxShown {
		t.s.Shown = append(slices.Clip(t.s.Shown), Shown{Place: n.place(), Items: items})
	}
}

func (t *turn) do(n *Node) *Node {
	if act := acts[n.Do]; act != nil {
		act(t, n)
		return n.next
	}
	switch n.Do {
	case doConsent:
		t.s.Consented = true
		t.effects = append(t.effects, Effect{Kind: EffectConsent})
	case doLanguage:
		if t.picked == "" { // the one that was suggested
			greeted, _ := t.s.answer(t.book.roles.First, answerGreeted)
			t.picked = greeted.Text
		}
		t.speak(t.picked)
	case doErase:
		t.eraseFlow(n.flow.ID)
	case doSet:
		for _, a := range n.set {
			t.assign(n.flow, a)
		}
	case doForget:
		t.forget()
	case doLater:
		t.later(n.flow)
	case doWait:
		t.waits(n.flow)
	default:
		t.effects = append(t.effects, t.effect(n))
		if n.flow.reminds != nil {
			t.subscription(n)
		}
	}
	return n.next
}

// speak changes the language, and says once that its texts are drafts.
func (t *turn) speak(code string) {
	l := t.book.Catalogue.Language(code)
	if l == nil {
		return
	}
	t.writeIn(l)
	t.sayDraft(l)
}

// writeIn changes the language that is written. A newcomer who was told of the
// trial in another one is told again.
func (t *turn) writeIn(l *locales.Language) {
	if t.at.Trial && !t.s.Consented && t.language() != l {
		t.notes = append(t.notes, msgTrial)
	}
	t.s.Language = l.Code
	t.s.Answers = slices.DeleteFunc(slices.Clone(t.s.Answers), func(a Answer) bool { return a.Name == answerGreeted })
}

// sayDraft says, once a conversation, that a machine wrote what stands here.
func (t *turn) sayDraft(l *locales.Language) {
	if l.Raw("language.status") == "draft" {
		t.notes = append(t.notes, msgDraft)
	}
}

// eraseFlow erases a flow's answers, and the way back into its questions: they
// could not be judged rightly without the answers.
func (t *turn) eraseFlow(flow string) {
	t.s.eraseAnswers(flow)
	t.s.leave(flow)
}

// leave forgets the way back into a flow.
func (s *Session) leave(flow string) {
	within := func(p Place) bool { return p.Flow == flow }
	s.Trail = slices.DeleteFunc(slices.Clone(s.Trail), func(u Turn) bool { return within(u.Place) || slices.ContainsFunc(u.Stack, within) })
}

func (t *turn) assign(f *Flow, a assignment) {
	if a.value == "" {
		t.s.Answers = slices.DeleteFunc(slices.Clone(t.s.Answers), func(old Answer) bool { return old.Flow == f.ID && old.Name == a.name })
		return
	}
	t.s.setAnswer(Answer{Flow: f.ID, Name: a.name, Text: a.value, Given: t.minute})
}

// forget ends the session: the words that confirm it are said, and nothing of
// it stays.
func (t *turn) forget() {
	t.effects = append(t.effects, Effect{Kind: EffectForget})
	t.lang = t.s.Language
	t.s = Session{}
	t.notes = nil
	t.confirm(msgForgotten)
	t.done = true
}

// effect fills an effect from the node's constants and the flow's answers.
func (t *turn) effect(n *Node) Effect {
	e := Effect{Kind: EffectKind(n.Do)}
	value := func(arg string) Answer {
		if v, ok := n.With[arg]; ok {
			return Answer{Text: v}
		}
		if name, ok := n.From[arg]; ok {
			a, _ := t.s.answer(n.flow.ID, name)
			return a
		}
		return Answer{}
	}
	e.Programme = value("programme").Text
	e.Place = value("place").Text
	e.When = value("when").Text
	e.Outcome = value("outcome").Text
	if n.Do == doReport && e.Place == "" { // its time is told in the zone of this place, wherever the person goes later
		if spot := t.waitsIn(e.Programme); spot != nil {
			e.Place = spot.ID
		}
	}
	if spot := t.book.spotByID[e.Place]; spot != nil {
		e.Zone = spot.Zone
	}
	if e.When == "time" {
		e.Minute = value("minute").Number
	}
	if n.Do == doRumour {
		e.Text = value("text").Text
	}
	return e
}
