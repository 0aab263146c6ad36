// The flows of reminders, made of the programmes that have windows: one each,
// and the list of them.
package flows

import (
	"fmt"
	"slices"
)

// flowReminders is the list of the programmes that remind, or the way straight
// to the only one.
const flowReminders = "reminders"

// Messages of the generated flows.
const (
	msgRemindWhich       = "reminders.which.ask"
	msgRemindClosed      = "reminders.closed.1"
	msgRemindClosedOn    = "reminders.closed.on"
	msgRemindClosedAsk   = "reminders.closed.ask"
	msgRemindTell        = "reminders.choice.tell"
	msgRemindUntell      = "reminders.choice.untell"
	msgRemindWaitNoted   = "reminders.wait.noted"
	msgRemindWaitState   = "reminders.wait.state"
	msgRemindNews        = "reminders.news.ask"
	msgRemindRead        = "reminders.choice.read"
	msgRemindNotNow      = "reminders.choice.not_now"
	msgRemindOpen        = "reminders.open"
	msgRemindEnded       = "reminders.ended"
	msgRemindExplain     = "reminders.explain.1"
	msgRemindExplainMore = "reminders.explain.2"
	msgRemindPlace       = "reminders.place.ask"
	msgRemindPlaceWhy    = "reminders.place.why"
	msgRemindPlaceBad    = "reminders.place.bad"
	msgRemindHours       = "reminders.when.hours"
	msgRemindWhen        = "reminders.when.ask"
	msgRemindOpens       = "reminders.choice.opens"
	msgRemindBefore      = "reminders.choice.before_close"
	msgRemindTime        = "reminders.choice.time"
	msgRemindMinute      = "reminders.minute.ask"
	msgRemindMinuteBad   = "reminders.minute.bad"
	msgRemindWords       = "reminders.words.ask"
	msgRemindWordsWhy    = "reminders.words.why"
	msgRemindOwnChoice   = "reminders.choice.own"
	msgRemindOwn         = "reminders.own.ask"
	msgRemindOkOpens     = "reminders.confirm.opens"
	msgRemindOkBefore    = "reminders.confirm.before_close"
	msgRemindOkTime      = "reminders.confirm.time"
	msgRemindMoved       = "reminders.confirm.moved"
	msgRemindOkNext      = "reminders.confirm.next"
	msgRemindNone        = "reminders.confirm.none"
	msgRemindSays        = "reminders.confirm.words"
	msgRemindAnswers     = "reminders.confirm.answers"
	msgRemindNote        = "reminders.confirm.note"
	msgRemindStateOn     = "reminders.state.on"
	msgRemindPausedFor   = "reminders.state.paused"
	msgRemindMenu        = "reminders.menu.ask"
	msgRemindReport      = "reminders.choice.report"
	msgRemindChange      = "reminders.choice.change"
	msgRemindNewWords    = "reminders.choice.words"
	msgRemindPause       = "reminders.choice.pause"
	msgRemindResume      = "reminders.choice.resume"
	msgRemindFinish      = "reminders.choice.finish"
	msgRemindPaused      = "reminders.paused"
	msgRemindResumed     = "reminders.resumed"
	msgRemindFinished    = "reminders.finished"
	msgRemindHow         = "reminders.report.ask"
	msgRemindHowDone     = "reminders.report.choice.done"
	msgRemindHowProblem  = "reminders.report.choice.problem"
	msgRemindHowOffer    = "reminders.report.choice.offer"
	msgRemindHowLater    = "reminders.report.choice.later"
	msgRemindKind        = "reminders.kind.ask"
	msgRemindTroubles    = "reminders.report.problem"
	msgRemindLaterYes    = "reminders.later.set"
	msgRemindLaterNo     = "reminders.later.none"
	msgRemindLaterBefore = "reminders.later.before"
	msgRemindLaterShort  = "reminders.later.short"
	msgRemindNoted       = "reminders.noted"
	msgRemindNotedNext   = "reminders.noted_next"
	msgRemindElse        = "reminders.else.ask"
	msgRemindAfter       = "reminders.choice.after"
	msgRemindOn          = "reminders.choice.on"
	msgRemindGoOn        = "reminders.goon.ask"
	msgRemindOver        = "reminders.over.ask"
	msgRemindToMenu      = "reminders.choice.menu"
	msgYes, msgNo        = "ui.yes", "ui.no"
)

// otherProblem is the kind of problem that is none of the others.
const otherProblem = "other"

// msgProblem is the answer of a kind of problem; "other" is a word that go-i18n
// keeps for itself.
func msgProblem(kind string) string {
	if kind == otherProblem {
		kind = "another"
	}
	return "reminders.kind." + kind
}

const (
	plainReminder = "the person's own reminder"
	plainHours    = "the programme's own hours"
)

// addReminders makes the flow of each programme that has windows, and the list.
func (l *loader) addReminders() {
	list := newBuilder(flowReminders, "the programmes that remind", "programmes.yaml", 1)
	list.flow.Anytime = true
	ask := &Node{Ask: msgRemindWhich, Plain: plainNavigation}
	only := ""
	for _, p := range l.book.programmes {
		if len(p.Windows) == 0 || len(p.Open) == 0 {
			continue
		}
		l.add(l.remindersFlow(p))
		only = "p_" + underscored(p.ID)
		ask.Choices = append(ask.Choices, Option{Key: p.ID, Label: p.Name, Next: only})
		list.node(only, &Node{Call: remindersOf(p.ID), Next: "end"})
	}
	switch len(ask.Choices) {
	case 0:
		return
	case 1:
		list.flow.Start = only
	default:
		ask.Choices = append(ask.Choices, Option{Key: "back", Label: msgBackMenu, End: true})
		list.node("start", ask)
	}
	list.node("end", &Node{End: true})
	l.add(list.flow)
	for _, id := range []string{msgHoursChanged, msgHoursMoved, msgNoneUntil} { // the engine says them, with the person's own values
		l.book.personal[id] = true
	}
}

// remindersFlow is one programme's reminders: subscribing, changing, the day's
// answers, and where events lead.
func (l *loader) remindersFlow(p *Programme) *Flow {
	b := newBuilder(remindersOf(p.ID), "a daily reminder of "+p.ID+": subscribe, change, pause, answer it", p.file, p.line)
	b.flow.Programme, b.flow.reminds = p.ID, p
	values := func(list ...string) []any {
		var out []any
		for _, v := range list {
			out = append(out, v)
		}
		return out
	}
	b.flow.Answers = map[string]any{
		answerState: values(stateOn, statePaused, stateWaiting), fieldPlace: TypePlace, answerMinute: TypeTime,
		answerWhen:    values(WhenOpens, WhenBeforeClose, WhenTime),
		answerWording: values(append(slices.Clone(wordings), ownWording)...), answerOwn: TypeWords,
		answerMoved: values(answerYes), answerLate: values(answerYes), answerTrouble: values(answerYes), answerLater: values(answerYes, answerNo, laterBefore, laterShort, laterNext),
		answerNext: TypeCount, answerFar: TypeCount, answerHours: TypeText, answerAgain: TypeTime, answerAgainDay: TypeCount, answerUnanswered: TypeCount,
	}
	r := &reminders{loader: l, builder: b, p: p, open: openName(p)}
	r.closed()
	r.subscribing()
	r.subscribed()
	r.day()
	r.problems()
	r.answered()
	r.events()
	b.node("end", &Node{End: true})
	return b.flow
}

// far is the condition that the next reminder is far off, which was told.
const far = answerFar + " != 0"

// reminders makes the nodes of one programme's flow.
type reminders struct {
	loader *loader
	*builder
	p    *Programme
	open string // the condition that the programme is open
}

// does is a node with an effect on the programme.
func (r *reminders) does(id, do, next string, with ...string) {
	args := map[string]string{"programme": r.p.ID}
	for i := 0; i+1 < len(with); i += 2 {
		args[with[i]] = with[i+1]
	}
	r.node(id, &Node{Do: do, With: args, Next: next})
}

func (r *reminders) sets(id, state, next string) {
	r.node(id, &Node{Do: doSet, With: map[string]string{answerState: state}, Next: next})
}

// speaking is a node that says words of all programmes, then some of this one.
func (r *reminders) speaking(items []Item, own Words, plain string) *Node {
	n := &Node{Say: items, Facts: own.Facts, Plain: own.Plain}
	n.Say = append(n.Say, own.Say...)
	if n.Plain == "" {
		n.Plain = plain
	}
	return n
}

// asks adds the question that follows an answer: its words are neutral, and the
// way on is the only one that leads to any topic.
func (r *reminders) asks(n *Node, first ...Option) *Node {
	n.Ask, n.Choices = msgRemindElse, append(first, Option{Key: "on", Label: msgRemindOn, End: true})
	return n
}

// closed is what is said while the programme takes no requests.
func (r *reminders) closed() {
	r.node("start", &Node{Decide: []Branch{
		{If: fmt.Sprintf("%s and (state == %q or state == %q)", reopensName(r.p), stateOn, statePaused), To: "subscribed"},
		{If: fmt.Sprintf("not %s and (state == %q or state == %q)", r.open, stateOn, statePaused), To: "ended"},
		{If: fmt.Sprintf("not %s and state == %q", r.open, stateWaiting), To: "waits"},
		{If: "not " + r.open, To: "closed"},
		{If: fmt.Sprintf("state == %q", stateWaiting), To: "opened"},
		{If: `state != ""`, To: "subscribed"},
		{Else: "explain"},
	}})
	closed := r.speaking([]Item{{Text: msgRemindClosed}, {Text: msgRemindClosedOn, If: endedName(r.p)}}, r.p.Reminders.Closed, plainHours)
	closed.Ask, closed.Choices = msgRemindClosedAsk, []Option{
		{Key: "tell", Label: msgRemindTell, Next: "wait"},
		{Key: "back", Label: msgBackMenu, End: true},
	}
	r.node("closed", closed)
	r.does("wait", doWait, "wait_set")
	r.sets("wait_set", stateWaiting, "waiting")
	r.node("waiting", r.asks(&Node{Say: []Item{{Text: msgRemindWaitNoted}}, Plain: plainReminder}))
	waits := r.speaking([]Item{{Text: msgRemindClosed}, {Text: msgRemindClosedOn, If: endedName(r.p)}, {Text: msgRemindWaitState, Facts: []string{}}}, r.p.Reminders.Closed, plainHours)
	waits.Ask, waits.Choices = msgRemindClosedAsk, []Option{
		{Key: "untell", Label: msgRemindUntell, Next: "finish"},
		{Key: "back", Label: msgBackMenu, End: true},
	}
	r.node("waits", waits)
	ended := r.speaking([]Item{{Text: msgRemindEnded}}, r.p.Reminders.Closed, plainHours)
	ended.Next = "ended_do"
	r.node("ended", ended)
	r.does("ended_do", doUnsubscribe, "ended_forget")
	r.node("ended_forget", &Node{Do: doErase, Next: "end"})
	r.does("opened", doUnsubscribe, "opened_forget")
	r.node("opened_forget", &Node{Do: doErase, Next: "is_open"})
	r.node("is_open", &Node{Say: []Item{{Text: msgRemindOpen}}, Plain: plainHours, Next: "explain"})
}

// subscribing asks where, when and in which words.
func (r *reminders) subscribing() {
	r.node("explain", &Node{Say: []Item{{Text: msgRemindExplain}, {Text: msgRemindExplainMore}}, Plain: "about Posada's own reminders", Next: "place"})
	r.node("place", &Node{Ask: msgRemindPlace, Plain: "a question", Why: msgRemindPlaceWhy, Type: TypePlace, Into: fieldPlace, Invalid: msgRemindPlaceBad, Next: "when"})
	hours := r.p.Reminders.Hours
	if len(hours.Say) == 0 {
		hours.Say = []Item{{Text: msgRemindHours}}
	}
	when := r.speaking(nil, hours, plainHours)
	when.Ask, when.Into, when.Choices = msgRemindWhen, answerWhen, []Option{
		{Key: WhenOpens, Label: msgRemindOpens, Icon: "🌅", Next: "words"},
		{Key: WhenBeforeClose, Label: msgRemindBefore, Icon: "⏳", Next: "words"},
		{Key: WhenTime, Label: msgRemindTime, Icon: "🕗", Next: "minute"},
	}
	r.node("when", when)
	r.node("minute", &Node{Ask: msgRemindMinute, Plain: "a question", Type: TypeTime, Into: answerMinute, Invalid: msgRemindMinuteBad, Next: "words"})
	words := &Node{Ask: msgRemindWords, Plain: "a question", Why: msgRemindWordsWhy, Into: answerWording}
	for _, key := range wordings {
		words.Choices = append(words.Choices, Option{Key: key, Label: msgWording(key), Next: "subscribe"})
	}
	words.Choices = append(words.Choices, Option{Key: ownWording, Label: msgRemindOwnChoice, Next: "own"})
	r.node("words", words)
	r.node("own", &Node{Ask: msgRemindOwn, Plain: "a question", Why: msgRemindWordsWhy, Type: TypeWords, Into: answerOwn, Invalid: msgOwnBad, Next: "subscribe"})
	r.node("subscribe", &Node{Do: doSubscribe, With: map[string]string{"programme": r.p.ID},
		From: map[string]string{"place": fieldPlace, "when": answerWhen, "minute": answerMinute}, Next: "set_on"})
	r.sets("set_on", stateOn, "confirm")
	some := "next != 0"
	r.node("confirm", &Node{Say: []Item{
		{Text: msgRemindOkOpens, If: some + ` and when == "opens"`},
		{Text: msgRemindOkBefore, If: some + ` and when == "before_close"`},
		{Text: msgRemindOkTime, If: some + ` and when == "time" and moved == ""`},
		{Text: msgRemindMoved, If: some + ` and when == "time" and moved == "yes"`},
		{Text: msgRemindOkNext, If: some},
		{Text: msgSilence, If: far, Facts: []string{}},
		{Text: msgRemindNone, If: "next == 0"},
		{Text: msgRemindSays, Facts: []string{}},
		{Text: msgRemindAnswers, If: some, Facts: []string{}},
		{Text: msgRemindNote, Facts: []string{}},
	}, Facts: r.p.Reminders.Hours.Facts, Plain: plainHours, Next: "end"})
}

// subscribed is the menu of a subscription.
func (r *reminders) subscribed() {
	r.node("subscribed", &Node{
		Say: []Item{
			{Text: msgRemindStateOn, If: `state == "on"`},
			{Text: msgRemindClosedOn, If: endedName(r.p)}, // and it opens again: else nobody comes here
			{Text: msgRemindOkNext, If: `state == "on" and next != 0`},
			{Text: msgSilence, If: far, Facts: []string{}},
			{Text: msgRemindPausedFor, If: `state == "paused"`},
		}, Plain: plainReminder, Ask: msgRemindMenu, Choices: []Option{
			{Key: "report", Label: msgRemindReport, Icon: "📣", Next: "report", Set: map[string]string{answerTrouble: ""}},
			{Key: "change", Label: msgRemindChange, Icon: "✏️", Next: "place"},
			{Key: "words", Label: msgRemindNewWords, Icon: "💬", Next: "words"},
			{Key: "pause", Label: msgRemindPause, Icon: "⏸️", If: `state == "on"`, Next: "pause"},
			{Key: "resume", Label: msgRemindResume, Icon: "▶️", If: `state == "paused"`, Next: "resume"},
			{Key: "finish", Label: msgRemindFinish, Icon: "⏹️", Next: "finish"},
			{Key: "diary", Label: msgDiaryChoice, Icon: "📓", Next: "diary"},
			{Key: "back", Label: msgBackMenu, End: true},
		},
	})
	r.node("diary", &Node{Call: r.loader.parts.Roles.Diary, Next: "end"})
	r.does("pause", doPause, "pause_set")
	r.sets("pause_set", statePaused, "paused")
	r.node("paused", r.asks(&Node{Say: []Item{{Text: msgRemindPaused}}, Plain: plainReminder}, Option{Key: "resume", Label: msgRemindResume, Next: "resume"}))
	r.node("resume", &Node{Decide: []Branch{{If: r.open + " or " + reopensName(r.p), To: "resume_set"}, {Else: "start"}}})
	r.sets("resume_set", stateOn, "resume_do")
	r.does("resume_do", doResume, "resumed")
	r.node("resumed", r.asks(&Node{Say: []Item{{Text: msgRemindResumed}, {Text: msgRemindOkNext, If: "next != 0"}, {Text: msgSilence, If: far, Facts: []string{}}, {Text: msgRemindNote}}, Plain: plainReminder}))
	r.does("finish", doUnsubscribe, "finish_forget")
	r.node("finish_forget", &Node{Do: doErase, Next: "finished"})
	r.node("finished", &Node{Say: []Item{{Text: msgRemindFinished}}, Plain: plainReminder, Next: "end"})
}

// day is the reminder, the same once more, and the question of the menu that
// has the same answers.
func (r *reminders) day() {
	answers := func(labels []string) []Option {
		next := map[string]string{"done": "done", "problem": "problem", "offer": "offer", "later": "later", "not_today": "noted", "pause": "pause"}
		also := map[string]string{"done": msgWordsReminded, "problem": msgWordsProblem}
		var out []Option
		for _, label := range labels {
			key := label[len("reminders.answer."):]
			out = append(out, Option{Key: key, Label: label, Also: also[key], Next: next[key]})
		}
		return out
	}
	r.node(nodeDay, &Node{Ask: msgDay, Plain: plainReminder, Line: true, Choices: answers(dayAnswers)})
	r.node(nodeAgain, &Node{Ask: msgDay, Plain: plainReminder, Line: true, Choices: answers(againAnswers)})
	r.node("report", &Node{Ask: msgRemindHow, Plain: "a question about the person's own day", Choices: []Option{
		{Key: "done", Label: msgRemindHowDone, Icon: "✅", Next: "done"},
		{Key: "problem", Label: msgRemindHowProblem, Icon: "🔧", Next: "problem"},
		{Key: "offer", Label: msgRemindHowOffer, Icon: "📩", Next: "offer"},
		{Key: "later", Label: msgRemindHowLater, Icon: "💤", Next: "later"},
	}})
}

// noted are the items that say that an answer was taken, and what is next.
func noted() []Item {
	return []Item{
		{Text: msgRemindNotedNext, If: `next != 0 and state == "on"`, Facts: []string{}},
		{Text: msgRemindNoted, If: `next == 0 or state != "on"`, Facts: []string{}},
	}
}

// answered is what follows the answers of a day.
func (r *reminders) answered() {
	r.does("done", doReport, "done_noted", "outcome", OutcomeDone)
	after := []Option{}
	if own := r.p.Reminders.Done; len(own.Say) > 0 {
		after = append(after, Option{Key: "after", Label: msgRemindAfter, Next: "after"})
		n := r.speaking(nil, own, plainHours)
		n.Next = "end"
		r.node("after", n)
	}
	r.node("done_noted", r.asks(&Node{Say: noted(), Plain: plainReminder}, after...))
	r.node("noted", r.asks(&Node{Say: noted(), Plain: plainReminder}))

	r.does("offer", doReport, "offered", "outcome", OutcomeOffer)
	if r.p.Offer != nil {
		r.node("offered", &Node{Call: offerPrefix + r.p.ID, Next: "end"})
	} else {
		n := r.speaking(noted(), r.p.Reminders.Offer, plainReminder)
		r.node("offered", r.asks(n))
	}

	r.does("later", doReport, "later_set", "outcome", OutcomeLater)
	r.does("later_set", doLater, "later_noted")
	r.node("later_noted", r.asks(&Node{Say: []Item{
		{Text: msgRemindLaterYes, If: `later == "yes"`},
		{Text: msgRemindLaterBefore, If: `later == "before"`},
		{Text: msgRemindLaterShort, If: `later == "short"`},
		{Text: msgRemindLaterNo, If: `later == "no"`},
		{Text: msgRemindNotedNext, If: `later in ["no", "short", "next"] and next != 0 and state == "on"`},
		{Text: msgRemindNoted, If: `later == "next" and state != "on"`},
	}, Plain: plainReminder}))
}

// problems writes down that there was one, for who puts the phone away now had
// it all the same; then it asks which kind, and tells what helped others. Who
// comes back and answers so once more corrects the kind.
func (r *reminders) problems() {
	r.node("problem", &Node{Decide: []Branch{{If: fmt.Sprintf("%s == %q", answerTrouble, answerYes), To: "kind"}, {Else: "problem_do"}}})
	r.does("problem_do", doReport, "problem_set", "outcome", OutcomeProblem)
	r.node("problem_set", &Node{Do: doSet, With: map[string]string{answerTrouble: answerYes}, Next: "kind"})
	ask := &Node{Ask: msgRemindKind, Plain: "a question about the person's own day"}
	for _, kind := range ProblemKinds {
		ask.Choices = append(ask.Choices, Option{Key: kind, Label: msgProblem(kind), Next: "k_" + kind})
		next := "noted"
		trouble := r.p.trouble(r.p.Reminders.Helps[kind])
		switch {
		case r.p.Reminders.Helps[kind] != "" && trouble == nil:
			r.loader.fault(fmt.Errorf("%s:%d: programme %s, helps: unknown trouble %q", r.p.file, r.p.line, r.p.ID, r.p.Reminders.Helps[kind]))
		case trouble != nil:
			next = "h_" + kind
			r.node(next, &Node{Say: r.p.historic(trouble.Say), Facts: trouble.Facts, Plain: trouble.Plain, Next: "noted"})
		case kind == otherProblem && len(r.p.Troubles) > 0:
			next = "said_other"
			r.node(next, &Node{Say: []Item{{Text: msgRemindTroubles}}, Plain: "leads to the list of troubles", Next: "troubles"})
			r.node("troubles", &Node{Call: "trouble-" + r.p.ID, Next: "end"})
		}
		r.does("k_"+kind, doReport, next, "outcome", problemMark+kind)
	}
	r.node("kind", ask)
	for kind := range r.p.Reminders.Helps {
		if !slices.Contains(ProblemKinds, kind) {
			r.loader.fault(fmt.Errorf("%s:%d: programme %s, helps: %q is no kind of problem: %v", r.p.file, r.p.line, r.p.ID, kind, ProblemKinds))
		}
	}
}

// events are where the conversation is led by itself, beside the reminder.
func (r *reminders) events() {
	r.node(nodeGoOn, &Node{Ask: msgRemindGoOn, Plain: plainReminder, Line: true, Choices: []Option{
		{Key: "yes", Label: msgYes, Also: msgWordsYes, Next: "go_on"},
		{Key: "no", Label: msgNo, Also: msgWordsNo, Next: "pause"},
	}})
	r.node("go_on", &Node{Decide: []Branch{{If: fmt.Sprintf("state == %q", statePaused), To: "resume"}, {Else: "noted"}}})
	r.node(nodeOver, &Node{Ask: msgRemindOver, Plain: plainReminder, Line: true, Choices: []Option{{Key: "menu", Label: msgRemindToMenu, Restart: true}}})
	r.node(nodeNews, &Node{Ask: msgRemindNews, Plain: plainReminder, Line: true, Choices: []Option{
		{Key: "read", Label: msgRemindRead, Also: msgWordsYes, Next: "read"},
		{Key: "not_now", Label: msgRemindNotNow, Also: msgWordsNo, End: true},
	}})
	r.node("read", &Node{Decide: []Branch{{If: r.open, To: "is_open"}, {Else: "start"}}})
}
