// Reminders in a conversation: what comes when, what is kept, and what is said.
package flows

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/locales"
)

// operatorBook is the book under the operator's folder of testdata.
func operatorBook(t testing.TB) *Book {
	t.Helper()
	b, err := underOperator()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var underOperator = sync.OnceValues(func() (*Book, error) {
	b, err := embedded()
	if err != nil {
		return nil, err
	}
	return EmbeddedUnder(os.DirFS("testdata/operator"), b.Catalogue)
})

// subscriber is a person whose timers run.
type subscriber struct {
	*talker
	timers map[Timer]time.Time
}

// obey does what the last step asked for.
func (s *subscriber) obey(effects []Effect) {
	for _, e := range effects {
		if e.Kind != EffectTimer {
			continue
		}
		name := Timer{e.Timer, e.Programme}
		delete(s.timers, name)
		if !e.Moment.IsZero() {
			s.timers[name] = e.Moment
		}
	}
}

func (s *subscriber) says(text string) string {
	s.t.Helper()
	out := s.say(text)
	s.obey(s.done)
	return out
}

func (s *subscriber) picks(key string) string {
	s.t.Helper()
	out := s.pick(key)
	s.obey(s.done)
	return out
}

// runsOut lets a timer run out, some time after its moment.
func (s *subscriber) runsOut(kind TimerKind, programme string, after time.Duration) string {
	s.t.Helper()
	name := Timer{kind, programme}
	due, set := s.timers[name]
	if !set {
		s.t.Fatalf("no timer %v is set: %v", name, s.timers)
	}
	s.at.Now = due.Add(after)
	return s.happens(Event{name, due})
}

// happens hands an event in; its timer is gone with it.
func (s *subscriber) happens(e Event) string {
	s.t.Helper()
	delete(s.timers, e.Timer)
	seen := s.s.Seen
	text := textOf(s.input(Input{Event: e}))
	if s.s.Seen != seen && !s.s.Empty() {
		s.t.Error("an event counts as a word of the person")
	}
	s.obey(s.done)
	return text
}

func (s *subscriber) effect(kind EffectKind) (Effect, bool) {
	i := slices.IndexFunc(s.done, func(e Effect) bool { return e.Kind == kind })
	if i < 0 {
		return Effect{}, false
	}
	return s.done[i], true
}

func (s *subscriber) state() string {
	a, _ := s.s.answer(remindersOf("cbp-one"), answerState)
	return a.Text
}

// subscribe talks a person through it, up to the menu. minute is read where when
// is time.
func subscribe(t testing.TB, b *Book, lang string, form Form, at time.Time, programme, place, when string, minute int) *subscriber {
	t.Helper()
	k := &subscriber{newTalker(t, b, lang, form, at).atMenu(), map[Timer]time.Time{}}
	k.picks("reminders")
	if k.s.Flow == flowReminders {
		k.picks(programme)
	}
	k.standsAt(remindersOf(programme), fieldPlace)
	k.allPages()
	k.says(b.Catalogue.Language(k.s.Language).Raw(b.spotByID[place].Name))
	k.picks(when)
	if when == WhenTime {
		k.says(fmt.Sprintf("%02dh%02d", minute/60, minute%60))
	}
	k.picks("w1")
	k.standsAt(b.roles.Menu, "menu")
	return k
}

func inMarch(t testing.TB) time.Time { return utc(t, "2024-03-14T20:00") }

func TestASubscriptionSetsTheNextReminderAndTheEnd(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	want := map[Timer]time.Time{{TimerDaily, "cbp-one"}: utc(t, "2024-03-15T17:00"), {TimerOver, "cbp-one"}: utc(t, "2025-01-20T17:00")}
	if len(k.timers) != 2 || !k.timers[Timer{TimerDaily, "cbp-one"}].Equal(want[Timer{TimerDaily, "cbp-one"}]) || !k.timers[Timer{TimerOver, "cbp-one"}].Equal(want[Timer{TimerOver, "cbp-one"}]) {
		t.Errorf("timers %v, want %v", k.timers, want)
	}
}

func TestATimeOutsideTheWindowIsSaidAndComesAtTheOpening(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := subscribe(t, b, l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenTime, 6*60)
		text := textOf(k.last)
		moved, _ := b.On(inMarch(t)).text(l, msgRemindMoved, map[string]any{"a_minute": l.Clock(6 * 60)})
		if text = locales.Unisolated(text); !strings.Contains(text, locales.Unisolated(moved)) || !strings.Contains(text, l.Clock(10*60)) {
			t.Errorf("said %q", text)
		}
		if at := k.timers[Timer{TimerDaily, "cbp-one"}]; !at.Equal(utc(t, "2024-03-15T17:00")) {
			t.Errorf("it comes at %s", at)
		}
	})
}

// "Ok" is said to a message, and not of what was done: the diary holds only what
// a person says they did.
func TestOkIsNoAnswerToAReminderAndIDidItIs(t *testing.T) {
	did := map[string][]string{"en": {"done", "I did it", "finished"}, "es": {"hecho", "ya lo hice", "terminé"}, "ht": {"fèt", "m fè l", "mwen fè l"}}
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		again := func(text string, done bool) {
			t.Helper()
			k := subscribe(t, b, l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
			question := k.runsOut(TimerDaily, "cbp-one", 0)
			said := k.says(text)
			if e, ok := k.effect(EffectReport); ok != done || ok && e.Outcome != OutcomeDone {
				t.Errorf("%q: did %+v", text, k.done)
			}
			if !done && !strings.HasSuffix(said, question) {
				t.Errorf("%q: said %q", text, said)
			}
			o := offered(t, b, l.Code, WhatsApp, march)
			o.say(text)
			if at := offerPrefix + "cbp-one/" + offerCount; (o.s.Flow+"/"+o.s.Node == at) == done {
				t.Errorf("%q to a countdown leads to %s/%s", text, o.s.Flow, o.s.Node)
			}
		}
		for _, text := range []string{"ok", "OK", "okay", "next", "ready", "siguiente", "pwochen", "dakò"} {
			again(text, false)
		}
		for _, text := range did[l.Code] {
			again(text, true)
		}
	})
}

func TestAReminderIsAnsweredHoursLaterWithNothingBetween(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			k := subscribe(t, b, l.Code, form, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
			k.picks("screening")
			k.runsOut(TimerDaily, "cbp-one", 0)
			k.standsAt("reminders-cbp-one", nodeDay)
			k.wait(7 * time.Hour)
			k.says("1")
			k.standsAt("reminders-cbp-one", "done_noted")
			if e, ok := k.effect(EffectReport); !ok || e.Outcome != OutcomeDone || e.Programme != "cbp-one" {
				t.Errorf("%s: effects %+v", form.Name, k.done)
			}
			k.picks("on")
			k.standsAt("screening", "entered") // where the person was before
		}
	})
}

// On WhatsApp a reminder may be delivered only after that word: no other
// question may take the number that is meant for it.
func TestAnyOtherWordHoursAfterAReminderShowsItAgain(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for name, in := range map[string]Input{
			"a greeting": {Text: "hola"}, "a number too high": {Text: "7"}, "the menu": {Text: "menu"}, "repeat": {Text: "repeat"}, "more": {Text: "0"}, "no word": {Text: "blargh"}, "nothing": {},
			"a photo": {Media: MediaPhoto}, "an old button": {Payload: "rumour-answers/start#back"}, "back": {Payload: payloadBack}, "far too long": {Text: strings.Repeat("blargh ", 300)},
		} {
			for _, form := range Forms {
				k := subscribe(t, b, l.Code, form, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
				k.picks("screening")
				question := k.runsOut(TimerDaily, "cbp-one", 0)
				k.wait(2 * time.Hour)
				text := textOf(k.input(in))
				k.standsAt("reminders-cbp-one", nodeDay)
				if !strings.HasSuffix(text, question) || b.betrays(text) != "" {
					t.Errorf("%s on %s: said %q", name, form.Name, text)
				}
				k.says("3")
				if e, ok := k.effect(EffectReport); !ok || e.Outcome != OutcomeOffer {
					t.Errorf("%s on %s: the number led to %s/%s with %+v", name, form.Name, k.s.Flow, k.s.Node, k.done)
				}
			}
		}
	})
}

// Outside WhatsApp's window a reminder lies parked, and the template that asks
// for a word shows nothing of it: that word answers nothing.
func TestTheFirstWordAfterANudgeOnlyLetsTheReminderCome(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for name, in := range map[string]Input{
			"a greeting": {Text: "hola"}, "ok": {Text: "ok"}, "a thumb": {Text: "👍"}, "yes": {Text: l.Raw(msgYes)}, "a number": {Text: "1"}, "a number too high": {Text: "7"},
			"an answer": {Text: l.Raw("reminders.answer.problem")}, "the menu": {Text: "menu"}, "repeat": {Text: "repeat"}, "no word": {Text: "blargh"}, "nothing": {},
			"a button": {Payload: "reminders-cbp-one/day#done"},
		} {
			k := subscribe(t, b, l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
			k.wait(48 * time.Hour)
			k.runsOut(TimerDaily, "cbp-one", 0)
			k.wait(20 * time.Minute)
			in.Parked = true
			if out := k.input(in); len(out) > 0 || len(k.done) > 0 {
				t.Errorf("%s: said %q, did %+v", name, textOf(out), k.done)
			}
			k.standsAt("reminders-cbp-one", nodeDay)
			k.wait(time.Minute) // it came, and was read
			k.says("2")
			k.standsAt("reminders-cbp-one", "kind")
		}
	})
}

func TestWhatMustNotWaitIsAnsweredBeforeAReminderThatLayParked(t *testing.T) {
	b := realBook(t)
	for _, c := range []struct{ text, flow, node string }{
		{"stop", "", ""},
		{"help", b.roles.Help, "start"},
		{"language", b.roles.Language, "choose"},
		{"delete everything", "data", "confirm"},
		{"they kidnapped me", b.roles.Help, "kidnapped"},
	} {
		k := subscribe(t, b, "en", WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		k.wait(48 * time.Hour)
		k.runsOut(TimerDaily, "cbp-one", 0)
		k.wait(20 * time.Minute)
		if out := k.input(Input{Text: c.text, Parked: true}); len(out) == 0 {
			t.Errorf("%q: nothing was said", c.text)
		}
		k.standsAt(c.flow, c.node)
	}
	k := subscribe(t, b, "en", WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	k.wait(48 * time.Hour)
	question := k.runsOut(TimerDaily, "cbp-one", 0)
	k.wait(20 * time.Minute)
	if text := textOf(k.input(Input{Text: "the app freezes all the time", Parked: true})); text == "" || strings.Contains(text, question) {
		t.Errorf("a question of their own: said %q", text)
	}
	k.standsAt("reminders-cbp-one", nodeDay)
	if text := textOf(k.input(Input{Text: "hola", Parked: true})); !strings.HasSuffix(text, question) {
		t.Errorf("where it lies parked again: said %q", text)
	}
	k.says("1")
	k.standsAt("reminders-cbp-one", "done_noted")
}

func TestPagesThatWereNotReadDoNotComeAgainAfterTheShortQuestion(t *testing.T) {
	b := realBook(t)
	k := offered(t, b, "en", SMS, march)
	if k.s.Page+1 >= k.s.Pages {
		t.Fatalf("page %d of %d", k.s.Page, k.s.Pages)
	}
	k.wait(time.Hour)
	if text := k.say("blargh"); b.betrays(text) != "" || len(k.last) != 1 || !strings.Contains(text, "until") {
		t.Errorf("said %q", text)
	}
	k.standsAt(offerPrefix+"cbp-one", offerCount)
}

func TestTheButtonOfAnotherReminderIsUnderstoodHoursLater(t *testing.T) {
	k := subscribe(t, realBook(t), "en", Telegram, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.says("4")
	k.runsOut(TimerAgain, "cbp-one", 0)
	k.wait(time.Hour)
	k.input(Input{Payload: "reminders-cbp-one/day#done"})
	k.standsAt("reminders-cbp-one", "done_noted")
}

func TestNoNumberAfterALongTimeErasesAnything(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, WhatsApp)
		k.wait(Idle)
		k.say("hola")
		k.says(k.say("3"), "away.confirm")
		k.standsAt("away", "confirm")
		if k.say(l.Raw("away.go_on")); k.s.Empty() {
			t.Fatal("go on is taken for yes")
		}
		k.wait(Idle) // and who comes later finds the greeting
		k.say("2")
		k.standsAt("away", "away")
		k.pick("erase")
		k.pick("no")
		k.standsAt("away", "away")
		k.pick("erase")
		k.pick("yes")
		if !k.s.Empty() {
			t.Error("who asks for it twice is not forgotten")
		}
	})
}

func TestTheButtonOfAReminderIsUnderstoodAfterTheConversationWentOn(t *testing.T) {
	k := subscribe(t, realBook(t), "en", Telegram, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.says("menu") // shows it again, after so long
	k.says("menu")
	k.picks("rule")
	k.input(Input{Payload: "reminders-cbp-one/day#done"})
	k.standsAt("reminders-cbp-one", "done_noted")
	k.says("stop")
	k.input(Input{Payload: "reminders-cbp-one/day#done"})
	if _, ok := k.effect(EffectReport); ok {
		t.Error("a stopped person's button still counts")
	}
}

func TestAReminderIsLateOnlyBeyondTheSpreadAndSkippedPastTheWindow(t *testing.T) {
	b := realBook(t)
	for after, want := range map[time.Duration]string{0: "", Spread: "", Spread + time.Second: "late", 10*time.Hour + 58*time.Minute: "late", 10*time.Hour + 59*time.Minute: "skip", 20 * time.Hour: "skip"} {
		k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		text := k.runsOut(TimerDaily, "cbp-one", after)
		said, isSaid := k.effect(EffectRemind)
		_, skipped := k.effect(EffectSkip)
		if isSaid == skipped || skipped != (want == "skip") || said.Late != (want == "late") || strings.Contains(text, "(late)") != (want == "late") || skipped != (text == "") {
			t.Errorf("%s after: said %q with %+v", after, text, k.done)
		}
		if isSaid && !said.Moment.Equal(utc(t, "2024-03-16T03:59")) {
			t.Errorf("of use until %s", said.Moment)
		}
		if at := k.timers[Timer{TimerDaily, "cbp-one"}]; !at.Equal(utc(t, "2024-03-16T17:00")) {
			t.Errorf("%s after: the next comes at %s", after, at)
		}
	}
}

// Until it leaves it may wait for its provider: what it would say then goes with
// it.
func TestAReminderThatIsOnTimeBringsWhatItSaysWhereItLeavesLate(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			for _, kind := range []TimerKind{TimerDaily, TimerAgain} {
				once := func(after time.Duration) Message {
					k := subscribe(t, b, l.Code, form, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
					if kind == TimerAgain {
						k.runsOut(TimerDaily, "cbp-one", 0)
						k.says("4")
					}
					due := k.timers[Timer{kind, "cbp-one"}]
					k.runsOut(kind, "cbp-one", after)
					if e, ok := k.effect(EffectRemind); !ok || !e.LateFrom.Equal(due.Add(Spread)) {
						t.Errorf("%s on %s: %+v", kind, form.Name, k.done)
					}
					if a, _ := k.s.answer("reminders-cbp-one", answerLate); a.Text != "" && after == 0 {
						t.Errorf("%s on %s: it is taken for late", kind, form.Name)
					}
					return k.last[0]
				}
				soon, late := once(0), once(time.Hour)
				if soon.Late != late.Text || soon.Text == late.Text || late.Late != "" || form.MaxSegments > 0 && locales.Segments(soon.Late) != 1 {
					t.Errorf("%s on %s: late it says %q, and %q where it was queued late", kind, form.Name, soon.Late, late.Text)
				}
			}
		}
	})
}

func TestAReminderThatWaitsForItsProviderDoesNotRingAtNight(t *testing.T) {
	for at, want := range map[string]string{
		"2023-11-21T17:00": "2023-11-22T03:00", // to nine in the evening, in Mexico City
		"2023-11-22T02:00": "2023-11-22T04:00", // two hours in any case
		"2023-11-22T04:30": "2023-11-22T16:00", // who chose the night
	} {
		hour := utc(t, at).Add(-6 * time.Hour)
		k := subscribe(t, realBook(t), "en", SMS, utc(t, "2023-11-20T20:00"), "cbp-one", "mexico_city", WhenTime, hour.Hour()*60+hour.Minute())
		for range 3 {
			k.runsOut(TimerDaily, "cbp-one", 0)
			if !k.at.Now.Before(utc(t, at)) {
				break
			}
		}
		if e, ok := k.effect(EffectRemind); !ok || !k.at.Now.Equal(utc(t, at)) || !e.Moment.Equal(utc(t, want)) {
			t.Errorf("at %s: %+v", k.at.Now, k.done)
		}
	}
}

func TestAClockThatJumpsBackNeitherRepeatsNorLosesAReminder(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	if text := k.runsOut(TimerDaily, "cbp-one", -time.Hour); text != "" || !k.timers[Timer{TimerDaily, "cbp-one"}].Equal(utc(t, "2024-03-15T17:00")) {
		t.Errorf("an hour too early: said %q, timers %v", text, k.timers)
	}
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.wait(-time.Hour)
	if at := k.timers[Timer{TimerDaily, "cbp-one"}]; !at.Equal(utc(t, "2024-03-16T17:00")) {
		t.Errorf("the next comes at %s", at)
	}
}

func TestSilenceIsAskedAboutOnceAndThenPausesWithoutAWord(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := subscribe(t, b, l.Code, SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		for range 2 {
			for range Patience {
				k.runsOut(TimerDaily, "cbp-one", 0)
				k.standsAt("reminders-cbp-one", nodeDay)
			}
			k.runsOut(TimerDaily, "cbp-one", 0)
			k.standsAt("reminders-cbp-one", nodeGoOn)
			k.says("hola") // any word will do
		}
		for range Patience + 1 {
			k.runsOut(TimerDaily, "cbp-one", 0)
		}
		if text := k.runsOut(TimerDaily, "cbp-one", 0); text != "" || k.state() != statePaused || k.timers[Timer{TimerOver, "cbp-one"}].IsZero() || len(k.timers) != 1 {
			t.Errorf("said %q; state %q, timers %v", text, k.state(), k.timers)
		}
		if _, ok := k.effect(EffectPause); !ok {
			t.Errorf("effects %+v", k.done)
		}
	})
}

func TestYesAfterThePauseSwitchesItOnAgain(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	for range Patience + 2 {
		k.runsOut(TimerDaily, "cbp-one", 0)
	}
	k.says("yes")
	if k.state() != stateOn || len(k.timers) != 2 {
		t.Errorf("state %q, timers %v", k.state(), k.timers)
	}
}

func TestADayThatWasSkippedIsNoDayWithoutAnAnswer(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	for range 3 * Patience {
		k.runsOut(TimerDaily, "cbp-one", 12*time.Hour)
	}
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.standsAt("reminders-cbp-one", nodeDay)
}

func TestLaterComesOnceWellBeforeTheEndAndOnlyOnceADay(t *testing.T) {
	b := realBook(t)
	for _, c := range []struct {
		after time.Duration // the opening
		want  string        // when it comes once more
	}{
		{0, "2024-03-15T19:00"}, {5 * time.Hour, "2024-03-16T00:00"}, {9 * time.Hour, "2024-03-16T03:29"}, {10 * time.Hour, "2024-03-16T03:29"},
		{10*time.Hour + 20*time.Minute, "2024-03-16T03:49"}, {10*time.Hour + 39*time.Minute, "2024-03-16T03:49"}, {10*time.Hour + 40*time.Minute, ""}, {11 * time.Hour, ""}, {20 * time.Hour, ""},
	} {
		k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		k.runsOut(TimerDaily, "cbp-one", 0)
		k.wait(c.after)
		k.says("4")
		at, set := k.timers[Timer{TimerAgain, "cbp-one"}]
		if set != (c.want != "") || set && !at.Equal(utc(t, c.want)) {
			t.Errorf("%s after the opening: %v at %s, want %q", c.after, set, at, c.want)
		}
		if !set {
			continue
		}
		k.runsOut(TimerAgain, "cbp-one", 0)
		k.standsAt("reminders-cbp-one", nodeAgain)
		if _, ok := k.effect(EffectRemind); !ok || len(k.timers) != 2 {
			t.Errorf("effects %+v, timers %v", k.done, k.timers)
		}
		k.says("2")
		k.says("menu")
		k.picks("reminders")
		k.picks("report")
		k.picks("later")
		if _, again := k.timers[Timer{TimerAgain, "cbp-one"}]; again {
			t.Error("it comes a third time")
		}
	}
}

// What nobody asked for at that hour does not ring at night where the morning is
// early enough. The window of that year was twenty-three hours long.
// The hours are told as they are: not yet open, closing soon, over.
func TestWhereLaterCannotComeTheHoursAreTold(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, c := range []struct {
			name, when string
			minute     int
			after      time.Duration // the opening of 15 March
			says       []string
			not        []string
		}{
			{"before it opens", WhenOpens, 0, -time.Hour, []string{msgRemindLaterBefore}, []string{msgRemindLaterNo, msgRemindLaterShort, msgRemindNotedNext}},
			{"before it opens, at a time", WhenTime, 12 * 60, -time.Hour, []string{msgRemindNotedNext}, []string{msgRemindLaterNo, msgRemindLaterShort, msgRemindLaterBefore}},
			{"shortly before it closes", WhenOpens, 0, 10*time.Hour + 50*time.Minute, []string{msgRemindLaterShort, msgRemindNotedNext}, []string{msgRemindLaterNo, msgRemindLaterBefore}},
			{"after it closed", WhenOpens, 0, 11 * time.Hour, []string{msgRemindLaterNo, msgRemindNotedNext}, []string{msgRemindLaterShort, msgRemindLaterBefore}},
		} {
			k := subscribe(t, b, l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", c.when, c.minute)
			k.at.Now = utc(t, "2024-03-15T17:00").Add(c.after)
			if c.after > 0 {
				k.timers[Timer{TimerDaily, "cbp-one"}] = utc(t, "2024-03-15T17:00")
				k.at.Now = utc(t, "2024-03-15T17:00")
				k.runsOut(TimerDaily, "cbp-one", 0)
				k.wait(c.after)
				k.says("4")
			} else {
				for range 2 {
					k.says("menu")
				}
				if k.s.Flow == b.roles.Away {
					k.picks("again")
				}
				k.picks("reminders")
				k.picks("report")
				k.picks("later")
			}
			text := textOf(k.last)
			day := "2024-03-15"
			if c.after > 0 {
				day = "2024-03-16"
			}
			next := on(t, day)
			at := 10 * 60
			if c.when == WhenTime {
				at = c.minute
			}
			values := map[string]any{"opens_at": l.Clock(10 * 60), "closes_at": l.Clock(20*60 + 59), "next_on": DateOf(next).In(l), "next_at": l.Clock(at)}
			for i, id := range append(slices.Clone(c.says), c.not...) {
				want, err := l.Render(id, values)
				if err != nil || strings.Contains(locales.Unisolated(text), want) != (i < len(c.says)) {
					t.Errorf("%s: %s (%v), said %q", c.name, id, err, text)
				}
			}
		}
	})
}

func TestLaterTwiceLeavesTheOneThatIsToCome(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.says("4")
	again := k.timers[Timer{TimerAgain, "cbp-one"}]
	k.wait(time.Minute)
	k.says("menu")
	k.picks("reminders")
	k.picks("report")
	if text := k.picks("later"); again.IsZero() || !k.timers[Timer{TimerAgain, "cbp-one"}].Equal(again) || !strings.Contains(text, "Once more about 12:00 pm") {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
}

func TestWhatIsLateOrAskedForLaterDoesNotRingAtNight(t *testing.T) {
	b := realBook(t)
	daily, again := Timer{TimerDaily, "cbp-one"}, Timer{TimerAgain, "cbp-one"}
	in2023 := func(when string, minute int) *subscriber { // from 11:00 to 10:00
		return subscribe(t, b, "en", SMS, utc(t, "2023-11-20T20:00"), "cbp-one", "mexico_city", when, minute)
	}
	k := in2023(WhenOpens, 0)
	if text := k.runsOut(TimerDaily, "cbp-one", 16*time.Hour); text != "" || !k.timers[daily].Equal(utc(t, "2023-11-22T14:00")) || len(k.done) != 1 {
		t.Errorf("at three in the morning: said %q, did %+v", text, k.done)
	}
	if k.runsOut(TimerDaily, "cbp-one", 0); !strings.Contains(textOf(k.last), "(late)") || !k.timers[daily].Equal(utc(t, "2023-11-22T17:00")) {
		t.Errorf("in the morning: said %q, timers %v", textOf(k.last), k.timers)
	}
	k = in2023(WhenTime, 2*60) // who chose two in the morning hears it at three
	if text := k.runsOut(TimerDaily, "cbp-one", time.Hour); text == "" {
		t.Error("a late one that was wanted at night does not come")
	}
	k = in2023(WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.at.Now = utc(t, "2023-11-22T04:30") // half past ten in the evening
	if k.says("4"); !k.timers[again].Equal(utc(t, "2023-11-22T14:00")) {
		t.Errorf("later comes at %s", k.timers[again])
	}
	k = in2023(WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.at.Now = utc(t, "2023-11-22T00:30")
	k.says("4")
	if text := k.runsOut(TimerAgain, "cbp-one", 3*time.Hour); text != "" || !k.timers[again].Equal(utc(t, "2023-11-22T14:00")) {
		t.Errorf("once more, late at night: said %q, timers %v", text, k.timers)
	}
	k.runsOut(TimerAgain, "cbp-one", 0)
	k.standsAt(remindersOf("cbp-one"), nodeAgain)
	// Where the window closes before the morning it rings.
	k = subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "mexico_city", WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.at.Now = utc(t, "2024-03-16T02:30")
	if k.says("4"); !k.timers[again].Equal(utc(t, "2024-03-16T03:29")) && !k.timers[again].Equal(utc(t, "2024-03-16T04:29")) {
		t.Errorf("later comes at %s", k.timers[again])
	}
}

func TestAnAnswerTakesTheSecondReminderAway(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.says("4")
	k.says("menu")
	k.picks("reminders")
	k.picks("report")
	k.picks("done")
	if _, again := k.timers[Timer{TimerAgain, "cbp-one"}]; again {
		t.Errorf("timers %v", k.timers)
	}
}

func TestEachKindOfProblemIsReportedAndAnswered(t *testing.T) {
	b := realBook(t)
	for _, kind := range ProblemKinds {
		k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		k.runsOut(TimerDaily, "cbp-one", 0)
		k.says("2")
		k.picks(kind)
		if e, ok := k.effect(EffectReport); !ok || e.Outcome != problemMark+kind {
			t.Errorf("%s: %+v", kind, k.done)
		}
		if len(k.s.Shown) == 0 || kind != otherProblem && !strings.HasPrefix(k.s.Shown[0].Node, "h_") {
			t.Errorf("%s: nothing tells what helps: %v", kind, k.s.Shown)
		}
	}
}

// Who presses "problem" and puts the phone away has an entry for that day all
// the same; a kind that is told later joins it.
func TestAProblemStandsInTheDiaryFromThePressAndItsKindJoinsIt(t *testing.T) {
	b := realBook(t)
	k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	counts := func(problems int, kinds ...string) {
		t.Helper()
		text := textOf(atDiary(t, b, "en", SMS, slices.Clone(k.diary)).last)
		if !strings.Contains(text, fmt.Sprintf("Problems: %d.", problems)) || strings.Count(text, "\n- ") != len(kinds) {
			t.Errorf("want %d problems of %v, said %q", problems, kinds, text)
		}
		for _, kind := range kinds {
			if !strings.Contains(text, "\n- "+kind) {
				t.Errorf("%q is missing in %q", kind, text)
			}
		}
	}
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.wait(5 * time.Minute)
	k.says("2")
	k.standsAt("reminders-cbp-one", "kind")
	if e, ok := k.effect(EffectReport); !ok || e.Outcome != OutcomeProblem || e.Place != "tijuana" {
		t.Fatalf("did %+v", k.done)
	}
	k.runsOut(TimerDaily, "cbp-one", 0) // the day after
	counts(1)

	k.wait(5 * time.Minute)
	k.says("2")
	k.wait(3 * time.Minute)
	k.picks("crash")
	counts(2, "app crashed: 1")
	k.says("*")
	k.picks("captcha") // it was another
	counts(2, "captcha: 1")
	k.says("*")
	k.says("*")
	k.standsAt("reminders-cbp-one", nodeDay)
	k.says("2")
	k.picks("photo")
	counts(2, "photo or selfie: 1")

	k.says("menu") // one more of the same day
	k.picks("reminders")
	k.picks("report")
	k.picks("problem")
	k.picks("photo")
	counts(3, "photo or selfie: 2")
}

func TestPauseTakesTheRemindersAwayAndResumeSetsThem(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenBeforeClose, 0)
	k.runsOut(TimerDaily, "cbp-one", 0)
	k.says("4")
	k.says("menu")
	k.picks("reminders")
	k.picks("pause")
	if k.timers[Timer{TimerOver, "cbp-one"}].IsZero() || len(k.timers) != 1 || k.state() != statePaused { // that it has closed is told all the same
		t.Errorf("timers %v, state %q", k.timers, k.state())
	}
	k.wait(48 * time.Hour)
	k.says("hola")
	k.picks("go_on")
	k.picks("resume")
	if len(k.timers) != 2 || k.state() != stateOn {
		t.Errorf("timers %v, state %q", k.timers, k.state())
	}
}

// An event that has nothing to say any more is silent, and its timer is gone.
func TestAnEventForNobodyIsSilent(t *testing.T) {
	b := realBook(t)
	all := []TimerKind{TimerDaily, TimerAgain, TimerOver}
	on := func() *subscriber { return subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0) }
	paused, stopped, ended, stranger := on(), on(), on(), &subscriber{newTalker(t, b, "", SMS, inMarch(t)), map[Timer]time.Time{}}
	paused.picks("reminders")
	paused.picks("pause")
	stopped.says("stop")
	ended.picks("reminders")
	ended.picks("finish")
	if len(ended.s.Answers) != 0 {
		t.Errorf("an ended subscription leaves %+v", ended.s.Answers)
	}
	for name, k := range map[string]*subscriber{"paused": paused, "stopped": stopped, "ended": ended, "stranger": stranger} {
		for _, kind := range all {
			for _, programme := range []string{"cbp-one", "unknown", ""} {
				before := Place{k.s.Flow, k.s.Node}
				text := k.happens(Event{Timer{kind, programme}, k.at.Now})
				end := time.Time{}
				if name == "paused" && kind == TimerOver && programme == "cbp-one" { // it is not yet closed
					end = b.programme(programme).end()
				}
				if text != "" || len(k.done) != 1 || k.done[0].Kind != EffectTimer || !k.done[0].Moment.Equal(end) || before != (Place{k.s.Flow, k.s.Node}) {
					t.Errorf("%s, %s %s: said %q, did %+v", name, kind, programme, text, k.done)
				}
			}
		}
	}
}

func TestAPersonForgottenForSilenceIsRemindedOfNothing(t *testing.T) {
	k := subscribe(t, realBook(t), "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
	if text := k.runsOut(TimerDaily, "cbp-one", Silence); text != "" || len(k.timers) != 1 || !k.s.Empty() {
		t.Errorf("said %q, timers %v, session %+v", text, k.timers, k.s)
	}
}

func TestNothingComesOnOrAfterTheEnd(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := subscribe(t, b, l.Code, SMS, utc(t, "2025-01-18T20:00"), "cbp-one", "tijuana", WhenTime, 11*60)
		k.runsOut(TimerDaily, "cbp-one", 0)
		if len(k.timers) != 1 {
			t.Fatalf("timers %v", k.timers)
		}
		text := k.runsOut(TimerOver, "cbp-one", time.Minute)
		k.standsAt("reminders-cbp-one", nodeOver)
		if want, _ := b.On(k.at.Now).text(l, msgRemindOver, map[string]any{fieldClosed: Date(20250120).In(l)}); !strings.Contains(locales.Fold(text), locales.Fold(want)) || b.betrays(text) != "" {
			t.Errorf("said %q", text)
		}
		if _, ok := k.effect(EffectUnsubscribe); !ok || len(k.timers) != 0 || k.state() != "" {
			t.Errorf("did %+v, timers %v", k.done, k.timers)
		}
		k.wait(5 * time.Hour)
		k.says("1")
		k.standsAt(b.roles.Menu, "menu")
		if text := k.happens(Event{Timer{TimerDaily, "cbp-one"}, k.at.Now}); text != "" {
			t.Errorf("after the end it says %q", text)
		}
	})
}

func TestWhoComesBackAfterTheEndIsToldAndLetGo(t *testing.T) {
	b := realBook(t)
	k := subscribe(t, b, "en", SMS, utc(t, "2025-01-18T20:00"), "cbp-one", "tijuana", WhenOpens, 0)
	k.at.Now = utc(t, "2025-01-22T20:00")
	k.says("hola")
	k.picks("again")
	k.picks("reminders")
	if _, ok := k.effect(EffectUnsubscribe); !ok || len(k.timers) != 0 || k.state() != "" {
		t.Errorf("did %+v, timers %v, state %q", k.done, k.timers, k.state())
	}
}

func TestAReminderLeavesTheNumberToTheQuestionThatWasJustAsked(t *testing.T) {
	b := realBook(t)
	daily := Timer{TimerDaily, "cbp-one"}
	at := func(wrote time.Duration) *subscriber { // so long before the reminder
		k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		k.at.Now = k.timers[daily].Add(-wrote)
		k.says("menu")
		k.says("menu")
		return k
	}
	for wrote, want := range map[time.Duration]bool{0: false, time.Minute: false, 2 * time.Minute: true, time.Hour: true} {
		k := at(wrote)
		due := k.timers[daily]
		text := k.runsOut(TimerDaily, "cbp-one", 10*time.Second)
		if said := text != ""; said != want || !said && !k.timers[daily].Equal(due.Add(10*time.Second+2*time.Minute)) {
			t.Errorf("written %s before: said %q, timers %v", wrote, text, k.timers)
		}
		if want {
			continue
		}
		k.says("5") // daily reminders
		k.standsAt(remindersOf("cbp-one"), "subscribed")
		k.wait(2 * time.Minute)
		if k.runsOut(TimerDaily, "cbp-one", 0); !k.timers[daily].Equal(due.Add(24 * time.Hour)) {
			t.Errorf("put off, it is lost: %v", k.timers)
		}
		if e, ok := k.effect(EffectRemind); !ok || e.Late {
			t.Errorf("put off, it is late: %+v", k.done)
		}
	}
}

// Who writes on and on is reminded within the spread all the same, and before
// the window closes.
func TestAReminderIsNotPutOffBeyondTheSpreadOrTheWindow(t *testing.T) {
	b := realBook(t)
	daily := Timer{TimerDaily, "cbp-one"}
	for name, c := range map[string]struct {
		when string
		most time.Duration
	}{"opens": {WhenOpens, Spread}, "a minute before it closes": {WhenTime, 0}} {
		k := subscribe(t, b, "en", SMS, inMarch(t), "cbp-one", "tijuana", c.when, 20*60+58)
		first := k.timers[daily]
		for tries := 0; ; tries++ {
			k.at.Now = k.timers[daily]
			k.says("menu")
			if text := k.runsOut(TimerDaily, "cbp-one", 0); text != "" {
				if after := k.at.Now.Sub(first); after != c.most || k.done[0].Late {
					t.Errorf("%s: it comes %s after: %+v", name, after, k.done)
				}
				break
			}
			if tries > 10 {
				t.Fatalf("%s: it never comes", name)
			}
		}
	}
}

func TestTwoRemindersDoNotShareTheirWords(t *testing.T) {
	allLanguages(t, func(t *testing.T, _ *Book, l *locales.Language) {
		b := under(t, openAgain)
		l = b.Catalogue.Language(l.Code)
		k := subscribe(t, b, l.Code, WhatsApp, utc(t, "2026-11-20T12:00"), "shelter-list", "mexico_city", WhenOpens, 0)
		k.picks("reminders")
		k.picks("cbp-one")
		k.says("Mexico City")
		k.picks(WhenOpens)
		k.talker.says(k.picks("w1"), msgWordsTaken)
		k.standsAt(remindersOf("cbp-one"), "words")
		k.picks("own")
		k.talker.says(k.says(strings.ToUpper(l.Raw(msgWording("w1")))), msgWordsTaken)
		k.standsAt(remindersOf("cbp-one"), "own")
		k.says("Sopa")
		k.standsAt(b.roles.Menu, "menu")
		k.picks("reminders") // its own words it may keep
		k.picks("cbp-one")
		k.picks("words")
		k.picks("own")
		k.says("Sopa")
		k.standsAt(b.roles.Menu, "menu")
	})
}

func TestTwoProgrammesRemindAPersonBesideEachOther(t *testing.T) {
	b := under(t, openAgain)
	k := subscribe(t, b, "en", SMS, utc(t, "2026-11-20T12:00"), "shelter-list", "mexico_city", WhenOpens, 0)
	k.picks("reminders")
	k.picks("cbp-one")
	k.allPages()
	k.says("Mexico City")
	k.picks(WhenOpens)
	k.picks("w2")
	first, second := k.runsOut(TimerDaily, "shelter-list", 0), k.runsOut(TimerDaily, "cbp-one", 0)
	if !strings.Contains(first, "Drink some water") || !strings.Contains(second, "Water the plants") {
		t.Errorf("said %q, then %q", first, second)
	}
	k.says("1")
	if e, _ := k.effect(EffectReport); e.Programme != "cbp-one" {
		t.Errorf("did %+v", k.done)
	}
	k.picks("on")
	k.standsAt(remindersOf("shelter-list"), nodeDay)
	k.says("1")
	if e, _ := k.effect(EffectReport); e.Programme != "shelter-list" {
		t.Errorf("did %+v", k.done)
	}
}

func TestPracticeAsOfAnotherDaySetsNoTimer(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "en", SMS, reviewed(b))
	k.at.AsOf = on(t, "2024-03-15")
	k.atMenu().pick("reminders")
	for _, text := range []string{"Tijuana", "1", "1"} {
		k.say(text)
	}
	if len(k.done) != 1 || k.done[0].Kind != EffectSubscribe {
		t.Errorf("did %+v", k.done)
	}
}
