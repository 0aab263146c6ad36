// The flow of a programme's offers, made of the programme's data.
package flows

import "fmt"

// Messages of the generated flow.
const (
	msgOfferPlace   = "reminders.place.ask"
	msgOfferBad     = "reminders.place.bad"
	msgOfferWhen    = "offer.when.ask"
	msgOfferNow     = "offer.choice.now"
	msgOfferToday   = "offer.choice.today"
	msgOfferYest    = "offer.choice.yesterday"
	msgOfferAnother = "offer.choice.another"
	msgOfferDay     = "offer.day.ask"
	msgOfferDayBad  = "offer.day.bad"
	msgOfferTime    = "offer.time.ask"
	msgOfferTimeBad = "reminders.minute.bad"
	msgOfferFuture  = "offer.future"
	msgOfferOver    = "offer.over"
	msgOfferOverLaw = "offer.over.legal"
	msgOfferTold    = "offer.told"
	msgOfferEarlier = "offer.earlier"
	msgOfferReminds = "offer.reminds"
	msgOfferCount   = "offer.count.ask"
	msgOfferDone    = "offer.choice.done"
	msgOfferProblem = "offer.choice.problem"
	msgOfferStop    = "offer.choice.stop"
	msgOfferKeep    = "offer.keep.ask"
	msgOfferKeepYes = "offer.keep.yes"
	msgOfferKeepNo  = "offer.keep.no"
	msgOfferStopped = "offer.stopped"
	msgOfferClosed  = "offer.closed"
	msgWordsYes     = "words.yes"
	msgWordsNo      = "words.no"
)

// offerPrefix and a programme's id name the flow of its offers.
const offerPrefix = "offer-"

// Nodes that the engine itself leads to.
const offerCount = "count"

// generateOffers makes the flow of each programme whose offers have a deadline.
func (l *loader) generateOffers() {
	for _, p := range l.book.programmes {
		if p.Offer == nil {
			continue
		}
		if err := p.compileOffer(l.book, l.parts.Begins); err != nil {
			l.fault(fmt.Errorf("%s:%d: programme %s: %w", p.file, p.line, p.ID, err))
			continue
		}
		l.add(l.offerFlow(p))
	}
}

func (l *loader) offerFlow(p *Programme) *Flow {
	b := newBuilder(offerPrefix+p.ID, "an offer of "+p.ID+": the last moment, and a countdown to it", p.file, p.line)
	b.flow.Programme = p.ID
	b.flow.Lifetime = "96h" // longer than any countdown
	came := []any{offerNow, offerToday, offerYesterday, offerAnother}
	b.flow.Answers = map[string]any{
		fieldPlace: TypePlace, offerCame: came, offerDay: TypeDay, offerMinute: TypeTime,
		offerState: []any{offerOn, offerOver, offerFuture}, offerBegan: TypeMoment, offerLast: TypeMoment,
	}
	question := "a question about the person's own offer"
	own := "about the person's own countdown"

	b.node("start", &Node{Do: doOfferLook, Next: "begin"})
	b.node("begin", &Node{Decide: []Branch{
		{If: "not " + openName(p), To: "closed"},
		{If: fmt.Sprintf("%s == %q", offerState, offerOn), To: offerCount},
		{If: fieldPlace + ` == ""`, To: "place"},
		{Else: "when"},
	}})
	closed := append([]Item{{Text: msgOfferClosed, Facts: []string{}}}, p.Reminders.Closed.Say...)
	b.node("closed", &Node{Say: closed, Facts: p.Reminders.Closed.Facts, Plain: own, Next: "forget"})
	b.node("place", &Node{Ask: msgOfferPlace, Plain: question, Type: TypePlace, Into: fieldPlace, Invalid: msgOfferBad, Next: "when"})
	b.node("when", &Node{Ask: msgOfferWhen, Plain: question, Into: offerCame, Choices: []Option{
		{Key: offerNow, Label: msgOfferNow, Next: "reckon"},
		{Key: offerToday, Label: msgOfferToday, Next: "minute"},
		{Key: offerYesterday, Label: msgOfferYest, Next: "minute"},
		{Key: offerAnother, Label: msgOfferAnother, Next: "day"},
	}})
	b.node("day", &Node{Ask: msgOfferDay, Plain: question, Type: TypeDay, Within: []int{-3, 0}, Into: offerDay, Invalid: msgOfferDayBad, Next: "minute"})
	b.node("minute", &Node{Ask: msgOfferTime, Plain: question, Type: TypeTime, Into: offerMinute, Invalid: msgOfferTimeBad, Next: "reckon"})
	b.node("reckon", &Node{Do: doOfferReckon, Next: "reckoned"})
	b.node("reckoned", &Node{Decide: []Branch{
		{If: fmt.Sprintf("%s == %q", offerState, offerOn), To: "told"},
		{If: fmt.Sprintf("%s == %q", offerState, offerFuture), To: "future"},
		{If: fmt.Sprintf("%s == %q", offerState, offerOver), To: "over"},
		{Else: "closed"},
	}})
	b.node("future", &Node{Say: []Item{{Text: msgOfferFuture}}, Plain: own, Next: "when"})
	facts := append([]string{p.Confirm}, p.Offer.Facts...)
	if p.Offer.Until != "" {
		facts = append(facts, p.Offer.Until)
	}
	over := append([]Item{{Text: msgOfferOver}}, p.Offer.Say...)
	b.node("over", &Node{Say: append(over, Item{Text: msgOfferOverLaw, Facts: []string{}}), Facts: facts, Next: "end"})
	told := []Item{{Text: msgOfferTold}}
	if p.Offer.Until != "" {
		told = append(told, Item{Text: msgOfferEarlier})
	}
	told = append(told, p.Offer.Say...)
	b.node("told", &Node{Say: append(told, Item{Text: msgOfferReminds, Facts: []string{}}), Facts: facts, Next: offerCount})

	ask := &Node{Ask: msgOfferCount, Plain: own, Line: true, Choices: []Option{{Key: "done", Label: msgOfferDone, Also: msgWordsReminded, Next: "done"}}}
	if len(p.Troubles) > 0 {
		ask.Choices = append(ask.Choices, Option{Key: "problem", Label: msgOfferProblem, Also: msgWordsProblem, Next: "problem"})
		b.node("problem", &Node{Call: "trouble-" + p.ID, Next: offerCount})
	}
	ask.Choices = append(ask.Choices, Option{Key: "stop", Label: msgOfferStop, Next: "stop"})
	b.node(offerCount, ask)
	b.node("done", &Node{Do: doOfferEnd, Next: "keep"})
	b.node("keep", &Node{Ask: msgOfferKeep, Plain: question, Choices: []Option{
		{Key: "yes", Label: msgOfferKeepYes, Also: msgWordsYes, Next: "date"},
		{Key: "no", Label: msgOfferKeepNo, Also: msgWordsNo, Next: "quiet"},
	}})
	b.node("date", &Node{Call: l.parts.Roles.Date, Next: "end"})
	b.node("stop", &Node{Do: doOfferEnd, Next: "stopped"})
	b.node("stopped", &Node{Say: []Item{{Text: msgOfferStopped}}, Plain: own, Next: "quiet"})
	// What waits may name a topic: it comes when the person goes on.
	b.node("quiet", &Node{Ask: msgRemindElse, Plain: plainNavigation, Choices: []Option{{Key: "on", Label: msgRemindOn, End: true}}})
	b.node("forget", &Node{Do: doOfferEnd, Next: "end"})
	b.node("end", &Node{End: true})
	return b.flow
}
