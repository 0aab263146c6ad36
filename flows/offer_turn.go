// An offer in a conversation: reckoning its last moment, and the countdown.
package flows

import (
	"strings"
	"time"

	"posada/locales"
)

// Types of answers that only reckoning needs.
const (
	TypeDay    = "day"    // a day, typed: yyyymmdd
	TypeMoment = "moment" // a minute (Unix time / 60) that was reckoned
)

// Answers of the flow of an offer.
const (
	offerCame   = "came"
	offerDay    = "day"
	offerMinute = "minute"
	offerState  = "state"
	offerBegan  = "began"
	offerLast   = "last"
)

// Values of offerCame: when the offer came.
const (
	offerNow       = "now"
	offerToday     = "today"
	offerYesterday = "yesterday"
	offerAnother   = "another"
)

// Values of offerState.
const (
	offerOn     = "on"     // a countdown runs
	offerOver   = "over"   // its time had passed
	offerFuture = "future" // it was said to come later than now
)

// What nodes may do with an offer.
const (
	doOfferLook   = "offer-look"   // finds the person's place, and lets go of what is over
	doOfferReckon = "offer-reckon" // reckons the last moment and begins the countdown
	doOfferEnd    = "offer-end"    // ends the countdown and forgets the offer
)

func (t *turn) lookAtOffer(n *Node) {
	if last, on := t.countdown(n.flow); on && t.moment().Before(last) {
		return
	}
	spot := t.waitsIn(n.flow.Programme)
	t.eraseFlow(n.flow.ID)
	if spot != nil {
		t.keep(n.flow, fieldPlace, spot.ID, 0)
	}
}

// countdown is the end of the one that runs.
func (t *turn) countdown(f *Flow) (last time.Time, on bool) {
	state, _ := t.s.answer(f.ID, offerState)
	a, ok := t.s.answer(f.ID, offerLast)
	return time.Unix(int64(a.Number)*60, 0), ok && state.Text == offerOn
}

// reckonOffer finds out when the offer came and until when it can be accepted.
func (t *turn) reckonOffer(n *Node) {
	f, p := n.flow, t.book.programme(n.flow.Programme)
	set := func(state string) { t.s.setAnswer(Answer{Flow: f.ID, Name: offerState, Text: state, Given: t.minute}) }
	came := t.cameAt(f).Truncate(time.Minute)
	last, known := t.book.lastMoment(p, t.day, came)
	last = last.Truncate(time.Minute)
	began := t.moment().Truncate(time.Minute)
	switch {
	case !t.open(p), !known:
		t.keep(f, offerState, "", 0)
		return
	case came.After(t.moment()):
		set(offerFuture)
		return
	}
	set(offerOver)
	moment := func(name string, at time.Time) {
		t.s.setAnswer(Answer{Flow: f.ID, Name: name, Number: int(at.Unix() / 60), Given: t.minute})
	}
	moment(offerLast, last)
	if t.moment().Before(last) {
		set(offerOn)
		moment(offerBegan, began)
		t.timer(Timer{TimerOffer, p.ID}, offerNext(began, last, t.moment(), t.zoneOf(p.ID)))
	}
}

// open tells whether a programme takes requests, by the facts of this turn.
func (t *turn) open(p *Programme) bool { on, _ := t.day.env[openName(p)].(bool); return on }

// cameAt is when the offer came, as the person said.
func (t *turn) cameAt(f *Flow) time.Time {
	zone := t.zoneOf(f.Programme)
	came, _ := t.s.answer(f.ID, offerCame)
	day := DateOf(t.moment().In(zone))
	switch came.Text {
	case offerYesterday:
		day = day.AddDays(-1)
	case offerAnother:
		typed, _ := t.s.answer(f.ID, offerDay)
		day = Date(typed.Number)
	case offerNow:
		return t.moment()
	}
	minute, _ := t.s.answer(f.ID, offerMinute)
	return wallClock(day, minute.Number%(24*60), zone)
}

func (t *turn) endOffer(n *Node) {
	t.takeAway(Timer{TimerOffer, n.flow.Programme})
	t.eraseFlow(n.flow.ID)
}

// offerEvent says a point of the countdown, and sets the next. After the end
// it is silent.
func (t *turn) offerEvent(e Event) {
	f, p := t.book.flowByID[offerPrefix+e.Programme], t.book.programme(e.Programme)
	if f == nil || p == nil {
		t.takeAway(e.Timer)
		return
	}
	last, on := t.countdown(f)
	if !on || !t.open(p) {
		t.takeAway(e.Timer)
		return
	}
	if !t.moment().Before(last) {
		if e.Due.Before(last) { // a point of it was missed
			t.effects = append(t.effects, Effect{Kind: EffectSkip, Timer: TimerOffer, Programme: p.ID})
		}
		t.takeAway(e.Timer)
		t.eraseFlow(f.ID)
		return
	}
	if t.moment().Before(e.Due) { // not yet
		t.timer(Timer{TimerOffer, p.ID}, e.Due)
		return
	}
	if t.moment().After(e.Due.Add(Spread)) && t.sleeps(e.Timer, e.Due, last.Add(-offerEarly), t.zoneOf(p.ID)) {
		return
	}
	t.comes(f.Nodes[offerCount])
	late := t.moment().After(e.Due.Add(Spread))
	t.effects = append(t.effects, Effect{Kind: EffectRemind, Programme: p.ID, Timer: TimerOffer, Moment: last, Late: late})
	began := time.Unix(int64(t.number(f, offerBegan))*60, 0)
	t.timer(e.Timer, offerNext(began, last, t.moment(), t.zoneOf(p.ID)))
}

// onCountdown tells whether a node is the question of a countdown that runs:
// its button is understood wherever the conversation has gone since.
func (t *turn) onCountdown(n *Node) bool {
	if n.id != offerCount || !strings.HasPrefix(n.flow.ID, offerPrefix) {
		return false
	}
	last, on := t.countdown(n.flow)
	return on && t.moment().Before(last)
}

// momentText is a moment where the person is: "9:05 am, 23 November".
func (t *turn) momentText(l *locales.Language, f *Flow, minute int) string {
	at := time.Unix(int64(minute)*60, 0).In(t.zoneOf(f.Programme))
	return l.Moment(int(at.Month()), at.Day(), localMinute(at, at.Location()))
}
