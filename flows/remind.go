// Reminders in a conversation: what the session keeps of them, when they are
// due, and what happens when one comes.
package flows

import (
	"slices"
	"strings"
	"time"
)

// Answers that the flow of a programme's reminders keeps.
const (
	answerState      = "state"      // on, paused or waiting; none: no subscription
	answerWhen       = "when"       // opens, before_close or time
	answerMinute     = "minute"     // the time of day
	answerWording    = "wording"    // w1 to w5 or own
	answerOwn        = "own"        // the person's own words
	answerNext       = "next"       // day (yyyymmdd) of the occasion to be reminded of next
	answerFar        = "far"        // the same, once it was told that this day is far off
	answerHours      = "hours"      // the hours that were last told, as Window.hours
	answerMoved      = "moved"      // yes: the wanted time lies outside the window
	answerLate       = "late"       // yes: the last reminder was late
	answerLater      = "later"      // yes: it is to come once more today; else why not
	answerAgain      = "again"      // when it comes once more, as a time of day
	answerAgainDay   = "again_day"  // the day it was asked for
	answerUnanswered = "unanswered" // reminders since the person's last word
	answerTrouble    = "trouble"    // yes: a problem was answered, and only its kind can change yet
)

// States of a subscription in a conversation.
const (
	stateOn      = "on"
	statePaused  = "paused"
	stateWaiting = "waiting" // for the programme to open; to be told once
)

const answerYes, answerNo = "yes", "no"

// Values of answerLater beside yes, and no: the hours of this day are over.
const (
	laterBefore = "before" // it opens later on this day, and the reminder comes then
	laterShort  = "short"  // it closes soon, or it has come once more already
	laterNext   = "next"   // the reminder of this day is still to come
)

// Nodes of a flow of reminders that an event leads to.
const (
	nodeDay   = "day"   // the reminder
	nodeAgain = "again" // the same once more
	nodeGoOn  = "goon"  // whether to go on, after days without an answer
	nodeOver  = "over"  // the programme has closed
	nodeNews  = "news"  // a programme that was closed is open
)

// happenings are the nodes that events lead to.
func (f *Flow) happenings() []*Node {
	if f.reminds == nil {
		return nil
	}
	var out []*Node
	for _, id := range []string{nodeDay, nodeAgain, nodeGoOn, nodeOver, nodeNews} {
		out = append(out, f.Nodes[id])
	}
	return out
}

const remindersPrefix = "reminders-"

// remindersOf is the flow of a programme's reminders.
func remindersOf(programme string) string { return remindersPrefix + programme }

// kept is an answer's text, number its number; zero where there is none.
func (t *turn) kept(f *Flow, name string) string {
	a, _ := t.s.answer(f.ID, name)
	return a.Text
}

func (t *turn) number(f *Flow, name string) int {
	a, _ := t.s.answer(f.ID, name)
	return a.Number
}

// keep sets an answer; one without text and number is erased.
func (t *turn) keep(f *Flow, name, text string, number int) {
	if text == "" && number == 0 {
		t.assign(f, assignment{name: name})
		return
	}
	t.s.setAnswer(Answer{Flow: f.ID, Name: name, Text: text, Number: number, Given: t.minute})
}

// wish is when the person wants to be reminded, false when the book does not
// know their place.
func (t *turn) wish(f *Flow) (Wish, bool) {
	spot := t.book.spotByID[t.kept(f, fieldPlace)]
	if spot == nil {
		return Wish{}, false
	}
	return Wish{When: t.kept(f, answerWhen), Minute: t.number(f, answerMinute), Zone: spot.loc}, true
}

// moment is the time that a text speaks of: of a practice conversation the day
// it is held on.
func (t *turn) moment() time.Time {
	if t.at.AsOf.IsZero() {
		return t.at.Now
	}
	return t.at.AsOf
}

// remind answers a timer of a programme's reminders.
func (t *turn) remind(e Event) {
	f := t.book.flowByID[remindersOf(e.Programme)]
	if f == nil || f.reminds == nil {
		t.takeAway(e.Timer)
		return
	}
	state := t.kept(f, answerState)
	w, known := t.wish(f)
	switch {
	case state == stateWaiting && e.Kind == TimerDaily:
		t.news(f)
	case state == statePaused && e.Kind == TimerOver:
		t.over(f)
	case state != stateOn:
		t.takeAway(e.Timer)
	case !known:
		t.gone(f.ID)
		t.silent, t.alone = false, true
	case e.Kind == TimerDaily:
		t.daily(f, w, e.Due)
	case e.Kind == TimerAgain:
		t.onceMore(f, w, e.Due)
	case e.Kind == TimerOver:
		t.over(f)
	default:
		t.takeAway(e.Timer)
	}
}

// daily is the reminder of a day. What is not sent for its time has passed is
// told to the assistant; the next one is set in every case.
func (t *turn) daily(f *Flow, w Wish, due time.Time) {
	p, now := f.reminds, t.at.Now
	o, ok := p.owed(w, t.number(f, answerNext), due)
	switch {
	case !ok || o.At.After(now): // the book has changed
		t.setDaily(f, o, ok)
		return
	case t.number(f, answerUnanswered) > Patience: // nor was the question answered
		t.effects = append(t.effects, Effect{Kind: EffectPause, Programme: p.ID})
		t.keep(f, answerState, statePaused, 0)
		t.still(f)
		return
	case !now.Before(o.Closes):
		t.effects = append(t.effects, Effect{Kind: EffectSkip, Programme: p.ID, Timer: TimerDaily})
	case now.After(o.At.Add(Spread)) && t.sleeps(Timer{TimerDaily, p.ID}, o.At, o.Closes, w.Zone):
		return
	case t.talking() && !now.Add(quiet).After(o.At.Add(Spread)) && now.Add(quiet).Before(o.Closes):
		t.timer(Timer{TimerDaily, p.ID}, now.Add(quiet))
		return
	default:
		node := nodeDay
		if t.number(f, answerUnanswered) >= Patience {
			node = nodeGoOn
		}
		t.keep(f, answerUnanswered, "", t.number(f, answerUnanswered)+1)
		t.say(f, node, o, TimerDaily, o.At)
		t.tellHours(f, o)
	}
	next, ok := p.Next(w, o.At)
	t.setDaily(f, next, ok)
}

// tellHours says with a reminder, once, that the hours are others than those
// that were last told, or that a wanted time does not lie in them any more.
func (t *turn) tellHours(f *Flow, o Occasion) {
	hours, was, moved := f.reminds.hoursOn(o.Day), t.kept(f, answerHours), ""
	if o.Moved {
		moved = answerYes
	}
	t.about = f
	switch {
	case was == "":
	case o.Moved && t.kept(f, answerMoved) == "":
		t.further = []string{msgHoursMoved}
	case hours != was:
		t.further = []string{msgHoursChanged}
	}
	t.keep(f, answerHours, hours, 0)
	t.keep(f, answerMoved, moved, 0)
}

// quiet is how long a reminder leaves a person who is just writing: a number
// that they are about to send is meant for the question before it.
const quiet = 2 * time.Minute

// talking tells whether the person wrote within that time, as far as it is
// known: to the minute.
func (t *turn) talking() bool { return t.minute-t.s.Seen < int64(quiet.Minutes()) }

// onceMore is the second reminder of a day, which the person asked for.
func (t *turn) onceMore(f *Flow, w Wish, due time.Time) {
	o, ok := f.reminds.during(w, due)
	if ok && t.at.Now.After(due.Add(Spread)) && t.sleeps(Timer{TimerAgain, f.reminds.ID}, due, o.Closes, w.Zone) {
		return
	}
	if !ok || !t.at.Now.Before(o.Closes) {
		t.effects = append(t.effects, Effect{Kind: EffectSkip, Programme: f.reminds.ID, Timer: TimerAgain})
	} else {
		t.say(f, nodeAgain, o, TimerAgain, due)
	}
	t.keep(f, answerLater, "", 0)
	t.takeAway(Timer{TimerAgain, f.reminds.ID})
}

// say moves the conversation to a reminder.
func (t *turn) say(f *Flow, node string, o Occasion, kind TimerKind, due time.Time) {
	late, mark := t.at.Now.After(due.Add(Spread)), ""
	if late {
		mark = answerYes
	}
	t.keep(f, answerLate, mark, 0)
	t.keep(f, answerTrouble, "", 0)
	t.occ = &o
	t.comes(f.Nodes[node])
	if !late {
		t.punctual = f
	}
	w, _ := t.wish(f)
	t.effects = append(t.effects, Effect{
		Kind: EffectRemind, Programme: f.reminds.ID, Timer: kind, Moment: ofUse(t.at.Now, due, o.Closes, w.Zone), Late: late, LateFrom: due.Add(Spread),
	})
}

// nightUse is how long what comes on time is of use where a night begins.
const nightUse = 2 * time.Hour

// ofUse is until when a reminder may leave that was queued now: as long as its
// window is open, whatever it waits for. Where the window is open in the morning
// too, it does not ring at night, just as what comes late does not.
func ofUse(now, due, closes time.Time, zone *time.Location) time.Time {
	night := wallClock(DateOf(now.In(zone)), dayEnds*60, zone)
	if _, rings := wakes(night, due, closes, zone); !rings || !byDay(now, zone).Equal(now) {
		return closes
	}
	if least := now.Add(nightUse); night.Before(least) {
		return least
	}
	return night
}

// tardy gives each message the words that are said in its stead where it leaves
// late.
func (t turn) tardy(messages []Message) {
	t.keep(t.punctual, answerLate, answerYes, 0)
	for i, m := range t.render() {
		if i < len(messages) && m.Text != messages[i].Text {
			messages[i].Late = m.Text
		}
	}
}

// over tells once that a programme has closed, and lets go of it; or that the
// next reminder is far off.
func (t *turn) over(f *Flow) {
	end := f.reminds.end()
	if end.IsZero() || t.at.Now.Before(end) {
		t.setOver(f)
		t.tellFar(f)
		return
	}
	t.leaveProgramme(f.ID)
	t.notice()
	t.comes(f.Nodes[nodeOver])
}

// news tells once that a programme has opened that was closed.
func (t *turn) news(f *Flow) {
	if !f.reminds.OpenAt(t.at.Now) {
		t.await(f)
		return
	}
	t.leaveProgramme(f.ID)
	t.comes(f.Nodes[nodeNews])
}

// gone tells once that a programme, or the place of a person, is no longer in
// the book.
func (t *turn) gone(flow string) {
	t.leaveProgramme(flow)
	t.notes = append(t.notes, msgReminderGone)
}

// leaveProgramme ends a subscription and all that was kept for it.
func (t *turn) leaveProgramme(flow string) {
	programme := strings.TrimPrefix(flow, remindersPrefix)
	t.effects = append(t.effects, Effect{Kind: EffectUnsubscribe, Programme: programme})
	t.noTimers(programme)
	t.eraseFlow(flow)
}

func (t *turn) noTimers(programme string) {
	for _, kind := range []TimerKind{TimerDaily, TimerAgain, TimerOver} {
		t.takeAway(Timer{kind, programme})
	}
}

// waits keeps a person who is to be told once when a programme opens: a
// subscription that sends nothing.
func (t *turn) waits(f *Flow) {
	p := f.reminds.ID
	t.effects = append(t.effects, Effect{Kind: EffectSubscribe, Programme: p}, Effect{Kind: EffectPause, Programme: p})
	t.await(f)
}

// subscription does what a node asks of a programme's reminders beside its own
// effect.
func (t *turn) subscription(n *Node) {
	f := n.flow
	p := f.reminds
	switch n.Do {
	case doSubscribe, doResume:
		t.begins(f)
	case doPause:
		t.still(f)
	case doUnsubscribe:
		t.noTimers(p.ID)
	case doReport:
		if n.With["outcome"] != OutcomeLater && t.kept(f, answerLater) == answerYes { // it need not come once more
			t.keep(f, answerLater, "", 0)
			t.takeAway(Timer{TimerAgain, p.ID})
		}
	}
}

// begins sets the timers of a subscription that is on from now.
func (t *turn) begins(f *Flow) {
	w, known := t.wish(f)
	if !known {
		return
	}
	if t.kept(f, answerLater) == answerYes {
		t.takeAway(Timer{TimerAgain, f.reminds.ID})
	}
	for _, name := range []string{answerUnanswered, answerLate, answerLater, answerMoved} {
		t.keep(f, name, "", 0)
	}
	o, ok := f.reminds.Next(w, t.moment())
	if ok {
		t.keep(f, answerHours, f.reminds.hoursOn(o.Day), 0)
	}
	if o.Moved {
		t.keep(f, answerMoved, answerYes, 0)
	}
	if ok && isFar(o, t.moment()) { // the confirmation names its day
		t.keep(f, answerFar, "", int(o.Day))
	}
	t.setDaily(f, o, ok)
	t.setOver(f)
}

// still takes the timers of a paused subscription away, but for the programme's
// end: then there is nothing left to switch on again.
func (t *turn) still(f *Flow) {
	for _, name := range []string{answerNext, answerFar, answerUnanswered, answerLater} {
		t.keep(f, name, "", 0)
	}
	t.takeAway(Timer{TimerDaily, f.reminds.ID})
	t.takeAway(Timer{TimerAgain, f.reminds.ID})
	t.setOver(f)
}

// setDaily sets the timer of the next reminder, or takes it away when there is
// none.
func (t *turn) setDaily(f *Flow, o Occasion, ok bool) {
	name := Timer{TimerDaily, f.reminds.ID}
	if !ok {
		t.keep(f, answerNext, "", 0)
		t.takeAway(name)
		return
	}
	t.keep(f, answerNext, "", int(o.Day))
	t.timer(name, o.At)
	t.setFar(f, o)
}

// setOver sets the timer of the programme's end, by day where the person is.
func (t *turn) setOver(f *Flow) {
	end := f.reminds.end()
	if !end.IsZero() {
		if now := t.at.Now; end.Before(now) {
			end = now
		}
		end = byDay(end, t.zone(f))
	}
	t.timer(Timer{TimerOver, f.reminds.ID}, end)
}

// await sets the timer of a person who waits for a programme to open: to now
// when it is open, to its opening when the book knows that.
func (t *turn) await(f *Flow) {
	at := f.reminds.opensFrom(t.at.Now)
	if !at.IsZero() {
		at = byDay(at, t.zone(f))
	}
	t.timer(Timer{TimerDaily, f.reminds.ID}, at)
}

// The last moments of a window at which a second reminder comes: rather well
// before it closes, else in time for the quick.
const (
	laterWell = 30 * time.Minute
	laterLast = 10 * time.Minute
)

// later sets a second reminder of this day, before the window closes. There is
// one a day at most.
func (t *turn) later(f *Flow) {
	w, known := t.wish(f)
	now := t.moment()
	o, open := f.reminds.during(w, now)
	switch {
	case !known || !open:
		t.keep(f, answerLater, t.notOpen(f, w, known), 0)
		return
	case t.number(f, answerAgainDay) != int(o.Day):
	case t.kept(f, answerLater) == answerYes: // it is still to come
		return
	default:
		t.keep(f, answerLater, laterShort, 0)
		return
	}
	at := now.Add(2 * time.Hour)
	if last := o.Closes.Add(-laterWell); at.After(last) {
		at = last
	}
	if at.Sub(now) < 2*Spread { // it would come at once
		at = o.Closes.Add(-laterLast)
	}
	if morning, ok := wakes(at, o.At, o.Closes.Add(-laterWell), w.Zone); ok {
		at = morning
	}
	at = at.Truncate(time.Minute)
	if at.Sub(now) < Spread {
		t.keep(f, answerLater, laterShort, 0)
		return
	}
	t.keep(f, answerLater, answerYes, 0)
	t.keep(f, answerAgain, "", localMinute(at, w.Zone))
	t.keep(f, answerAgainDay, "", int(o.Day))
	t.timer(Timer{TimerAgain, f.reminds.ID}, at)
}

// notOpen is why there is no second reminder outside of a window: on its day
// before it opens, when the first one comes, or after the last one of the day.
func (t *turn) notOpen(f *Flow, w Wish, known bool) string {
	now := t.moment()
	o, ok := f.reminds.Next(w, now)
	switch {
	case !known || !ok || DateOf(now.In(w.Zone)) != DateOf(o.Opens.In(w.Zone)):
		return answerNo
	case t.kept(f, answerState) == stateOn && o.At.Equal(o.Opens):
		return laterBefore
	}
	return laterNext
}

// heard ends the count of days without an answer.
func (t *turn) heard() {
	for _, a := range t.s.Answers {
		if f := t.book.flowByID[a.Flow]; a.Name == answerUnanswered && f != nil && f.reminds != nil {
			t.keep(f, answerUnanswered, "", 0)
		}
	}
}

// answersReminder tells whether the input answers the short question that a
// reminder asks. It names no topic, so nothing need come between them, however
// late the answer is. A button may also be that of another reminder.
func (t *turn) answersReminder(payload, keyword string) bool {
	n := t.here()
	if n == nil || !n.Line || keyword != "" {
		return false
	}
	if payload != "" {
		where, _, _ := strings.Cut(payload, "#")
		flow, node, _ := strings.Cut(where, "/")
		other := t.book.node(Place{flow, node})
		return other != nil && (other == n || t.onReminder(other) || t.onCountdown(other))
	}
	l := t.language()
	return t.folded != "" && t.book.match(t.folded, t.ways(n, l), l) >= 0
}

// stays asks a short question again when what came after a long time is no
// answer to it. Another question between them would take the number that was
// meant for this one: a reminder may have been delivered only now. Neither it
// nor the notes that come with it name a topic.
func (t *turn) stays(n *Node, in Input, keyword string) {
	t.before = nil // pages that were not read may name one
	switch {
	case in.Payload != "" && keyword == "":
		t.notes = append(t.notes, msgOldButton)
		t.show(n)
	case keyword != "", in.Media != "" && t.folded == "":
		t.show(n)
	default:
		t.answer("")
	}
}

// opens takes the first word after somebody was asked to write so that a short
// question can be sent to them. They have not read it: nothing answers it yet,
// and it comes now, so it is not asked here. What stands by itself, in words of
// their own, is answered before it. Where it does not come after all, their next
// word finds it waiting as usual.
func (t *turn) opens(n *Node, own bool) {
	t.coming, t.before = n, nil
	t.s.Shown, t.s.View, t.s.Page = nil, ViewAnswer, 0
	l := t.language()
	if own && t.book.match(t.folded, t.ways(n, l), l) < 0 && (t.recognised() || t.alarmed() || t.searched(true)) {
		t.s.Shown = slices.DeleteFunc(t.s.Shown, func(s Shown) bool { return s.Place == n.place() })
		return
	}
	t.silent, t.alone = len(t.notes) == 0, true
}

// onReminder tells whether a node is the question of a reminder that is on: its
// button is understood wherever the conversation has gone since.
func (t *turn) onReminder(n *Node) bool {
	return n.Line && n.flow.reminds != nil && t.kept(n.flow, answerState) == stateOn
}

// zone is where the person is, or, while that was not asked, the programme.
func (t *turn) zone(f *Flow) *time.Location {
	if w, known := t.wish(f); known {
		return w.Zone
	}
	return f.reminds.Windows[0].Readings[0].loc
}

// Nothing that the person did not ask for at that hour comes before or after.
const dayBegins, dayEnds = 8, 21

// byDay is the first moment of the day, not of the night, from one on.
func byDay(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	day := DateOf(local)
	switch hour := local.Hour(); {
	case hour < dayBegins:
	case hour < dayEnds:
		return at
	default:
		day = day.AddDays(1)
	}
	return wallClock(day, dayBegins*60, zone)
}

// byDayIn is the same for a person who may be in any of some zones.
func byDayIn(at time.Time, zones []*time.Location) time.Time {
	for range 2 { // the morning of one may still be night in those before it
		for _, zone := range zones {
			at = byDay(at, zone)
		}
	}
	return at
}

// wakes is the morning to which something moves that would ring at night, false
// where it stays: it is day, or it was meant for a time that is itself at night,
// or the morning is too late.
func wakes(at, meant, before time.Time, zone *time.Location) (morning time.Time, ok bool) {
	morning = byDay(at, zone)
	return morning, !morning.Equal(at) && byDay(meant, zone).Equal(meant) && morning.Before(before)
}

// sleeps puts off until morning what comes late and would ring at night, and
// tells whether it did.
func (t *turn) sleeps(name Timer, meant, before time.Time, zone *time.Location) bool {
	morning, ok := wakes(t.at.Now, meant, before, zone)
	if ok {
		t.timer(name, morning)
	}
	return ok
}
