// A changed book: who is told, once, and when the next reminder comes.
package flows

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"posada/locales"
)

// Changes to the programmes of the book, by the file that holds them.
type bookChange func(files map[string]string)

func programmesOf(files map[string]string, old, new string) {
	if !strings.Contains(files["programmes.yaml"], old) {
		panic("no longer in programmes.yaml: " + old)
	}
	files["programmes.yaml"] = strings.Replace(files["programmes.yaml"], old, new, 1)
}

// openAgain lets CBP One be open, and its hours hold, without an end.
func openAgain(files map[string]string) {
	programmesOf(files, "until: 2025-01-20T12:00, ", "")
	programmesOf(files, "        until: 2025-01-21\n", "")
}

// under loads the book with the operator's folder and changes over it.
func under(t testing.TB, changes ...bookChange) *Book {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"programmes.yaml", "places.yaml"} {
		raw, err := os.ReadFile("book/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	raw, err := os.ReadFile("testdata/operator/programme/shelter-list.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files["programme/shelter-list.yaml"] = string(raw)
	for _, change := range changes {
		change(files)
	}
	over := fstest.MapFS{}
	for name, text := range files {
		over[name] = &fstest.MapFile{Data: []byte(text)}
	}
	b, err := EmbeddedUnder(over, realBook(t).Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withBook goes on under another book, which asks for what it must first.
func (s *subscriber) withBook(b *Book) bool {
	s.t.Helper()
	s.book = b
	effects, changed := b.Recheck(s.s, s.at.Now)
	again, _ := b.Recheck(s.s, s.at.Now)
	if len(again) != len(effects) {
		s.t.Error("asked again, it wants something else")
	}
	s.obey(effects)
	return changed
}

func sheltered(t testing.TB) *subscriber {
	t.Helper()
	return subscribe(t, under(t), "en", SMS, utc(t, "2026-11-20T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
}

func TestTheSameBookChangesNoTimer(t *testing.T) {
	k := sheltered(t)
	if effects, changed := k.book.Recheck(k.s, k.at.Now); changed || len(effects) != 0 {
		t.Errorf("it wants %+v", effects)
	}
	k.says("stop")
	if k.withBook(under(t, openAgain)) {
		t.Error("who stopped is changed")
	}
}

func TestAChangedWindowMovesTheNextReminderAndIsToldOnce(t *testing.T) {
	earlier := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], `opens: "07:00"`, `opens: "05:30"`, 1)
	}
	k := sheltered(t)
	k.withBook(under(t, earlier))
	if at := k.timers[Timer{TimerDaily, "shelter-list"}]; !at.Equal(utc(t, "2026-11-21T11:30")) {
		t.Fatalf("it comes at %s", at)
	}
	text := k.runsOut(TimerDaily, "shelter-list", 0)
	if len(k.last) != 2 || !strings.Contains(text, "The hours have changed: now about 5:30 am to 12:00 pm") {
		t.Errorf("said %q", text)
	}
	if k.runsOut(TimerDaily, "shelter-list", 0); len(k.last) != 1 {
		t.Errorf("told again: %q", textOf(k.last))
	}
}

// An event that was on its way when the book changed, without anybody asking.
func TestAnEventUnderAnotherBookGoesByItsHours(t *testing.T) {
	later := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], `opens: "07:00"`, `opens: "09:00"`, 1)
	}
	k := sheltered(t)
	k.book = under(t, later)
	if text := k.runsOut(TimerDaily, "shelter-list", 0); text != "" || !k.timers[Timer{TimerDaily, "shelter-list"}].Equal(utc(t, "2026-11-21T15:00")) {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
	k.runsOut(TimerDaily, "shelter-list", 0)
	if _, ok := k.effect(EffectRemind); !ok {
		t.Errorf("did %+v", k.done)
	}
}

func TestAWordUnderAnotherBookSetsTheTimersAnew(t *testing.T) {
	closedToday := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "[sunday]", "[sunday, saturday]", 1)
	}
	k := sheltered(t)
	k.book = under(t, closedToday)
	k.says("menu")
	if at := k.timers[Timer{TimerDaily, "shelter-list"}]; !at.Equal(utc(t, "2026-11-23T13:00")) {
		t.Errorf("it comes at %s", at)
	}
}

// A reminder that is due while the book changes is late, and not lost.
func TestAChangedBookLosesNoReminderThatIsDue(t *testing.T) {
	k := sheltered(t)
	k.at.Now = utc(t, "2026-11-21T14:00")
	k.withBook(under(t, openAgain))
	k.runsOut(TimerDaily, "shelter-list", 90*time.Minute)
	if e, ok := k.effect(EffectRemind); !ok || !e.Late {
		t.Errorf("did %+v", k.done)
	}
}

func TestAClosedProgrammeIsToldOnceByDay(t *testing.T) {
	closed := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "{from: 2026-11-01, zone", "{from: 2026-11-01, until: 2026-11-20, zone", 1)
	}
	k := sheltered(t)
	k.at.Now = utc(t, "2026-11-21T08:00") // two in the morning
	if !k.withBook(under(t, closed)) || len(k.timers) != 1 {
		t.Fatalf("timers %v", k.timers)
	}
	if at := k.timers[Timer{TimerOver, "shelter-list"}]; !at.Equal(utc(t, "2026-11-21T14:00")) {
		t.Fatalf("it is told at %s", at)
	}
	text := k.runsOut(TimerOver, "shelter-list", 0)
	if !strings.Contains(text, "have ended on 20 November 2026.") || len(k.timers) != 0 {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
	if k.withBook(under(t, closed)) {
		t.Error("told, it is still to be told")
	}
}

func TestARemovedProgrammeIsToldOnceInNeutralWords(t *testing.T) {
	removed := func(files map[string]string) { delete(files, "programme/shelter-list.yaml") }
	gone := func(k *subscriber, text string) {
		t.Helper()
		if !strings.Contains(text, "Your daily message has ended.") || k.book.betrays(k.last[0].Text) != "" || len(k.timers) != 0 || len(k.s.Answers) != 0 {
			t.Errorf("said %q, timers %v, answers %+v", text, k.timers, k.s.Answers)
		}
		if e, ok := k.effect(EffectUnsubscribe); !ok || e.Programme != "shelter-list" {
			t.Errorf("did %+v", k.done)
		}
	}
	k := sheltered(t)
	if !k.withBook(under(t, removed)) {
		t.Fatal("nothing is to be told")
	}
	where := Place{k.s.Flow, k.s.Node}
	gone(k, k.runsOut(TimerOver, "shelter-list", 0))
	if len(k.last) != 1 || where != (Place{k.s.Flow, k.s.Node}) {
		t.Errorf("said %q, and the person stands at %s/%s", textOf(k.last), k.s.Flow, k.s.Node)
	}
	if text := k.happens(Event{Timer{TimerDaily, "shelter-list"}, k.at.Now}); text != "" {
		t.Errorf("said once more: %q", text)
	}

	k = sheltered(t) // its own timer comes first
	k.book = under(t, removed)
	gone(k, k.runsOut(TimerDaily, "shelter-list", 0))

	k = sheltered(t) // or a word of the person
	k.book = under(t, removed)
	k.form = WhatsApp
	k.wait(time.Minute)
	k.says("menu")
	gone(k, textOf(k.last[:1]))

	k = sheltered(t) // the question that waits is gone with it
	k.runsOut(TimerDaily, "shelter-list", 0)
	k.book = under(t, removed)
	k.wait(24 * time.Hour)
	gone(k, k.runsOut(TimerDaily, "shelter-list", 0))
}

func TestThatAProgrammeIsGoneIsToldByDayWhereThePersonIs(t *testing.T) {
	wider := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "places: [mexico_city]", "places: [mexico_city, tijuana]", 1)
	}
	removed := func(files map[string]string) { delete(files, "programme/shelter-list.yaml") }
	for place, want := range map[string]string{"mexico_city": "2026-11-21T14:30", "tijuana": "2026-11-21T16:00", "": "2026-11-21T16:00"} {
		start := place
		if place == "" {
			start = "mexico_city"
		}
		k := subscribe(t, under(t, wider), "en", SMS, utc(t, "2026-11-20T18:00"), "shelter-list", start, WhenOpens, 0)
		if place == "" { // one that the book does not have any more
			k.s.setAnswer(Answer{Flow: remindersOf("shelter-list"), Name: fieldPlace, Text: "puebla", Given: k.s.Seen})
		}
		k.at.Now = utc(t, "2026-11-21T14:30") // 8:30 in Mexico City, 6:30 in Tijuana
		if !k.withBook(under(t, removed)) {
			t.Fatal("nothing is to be told")
		}
		if at := k.timers[Timer{TimerOver, "shelter-list"}]; !at.Equal(utc(t, want)) {
			t.Errorf("in %q it is told at %s", place, at.UTC())
		}
	}
}

func TestByDayInSeveralZonesIsByDayInEach(t *testing.T) {
	k := newTalker(t, realBook(t), "en", SMS, march)
	zones := (&turn{book: k.book}).zones()
	for at := utc(t, "2024-07-01T00:00"); at.Before(utc(t, "2024-07-02T00:00")); at = at.Add(30 * time.Minute) {
		got := byDayIn(at, zones)
		for _, zone := range zones {
			if hour := got.In(zone).Hour(); got.Before(at) || got.Sub(at) > 14*time.Hour || hour < dayBegins || hour >= dayEnds {
				t.Errorf("from %s it is %s", at, got.In(zone))
			}
		}
	}
}

// What a lifetime erases on its own must not take the word with it.
func TestASweepKeepsWhatIsToBeToldOfARemovedProgramme(t *testing.T) {
	k := sheltered(t)
	k.book = under(t, func(files map[string]string) { delete(files, "programme/shelter-list.yaml") })
	k.wait(10 * 24 * time.Hour)
	k.s, _ = k.book.Expire(k.s, k.at.Now)
	if effects, changed := k.book.Recheck(k.s, k.at.Now); !changed {
		t.Errorf("forgotten: %+v", effects)
	}
}

func TestARemovedPlaceEndsItsReminders(t *testing.T) {
	k := sheltered(t)
	k.book = under(t, func(files map[string]string) {
		files["places.yaml"] = strings.Replace(files["places.yaml"], "  mexico_city:", "  puebla:", 1)
		files["programmes.yaml"] = strings.ReplaceAll(files["programmes.yaml"], "mexico_city", "puebla")
		files["programme/shelter-list.yaml"] = strings.ReplaceAll(files["programme/shelter-list.yaml"], "mexico_city", "puebla")
	})
	if text := k.runsOut(TimerDaily, "shelter-list", 0); !strings.Contains(text, "has ended") || len(k.timers) != 0 {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
}

func TestWhoWaitsHearsOnceThatAProgrammeIsOpen(t *testing.T) {
	for _, told := range []string{"by an asking", "by a word"} {
		t.Run(told, func(t *testing.T) {
			k := &subscriber{newTalker(t, under(t), "en", SMS, utc(t, "2026-11-22T05:00")).atMenu(), map[Timer]time.Time{}}
			k.picks("reminders")
			k.picks("cbp-one")
			k.picks("tell")
			if k.state() != stateWaiting || len(k.timers) != 0 {
				t.Fatalf("state %q, timers %v", k.state(), k.timers)
			}
			if e, _ := k.effect(EffectSubscribe); e.Programme != "cbp-one" {
				t.Fatalf("did %+v", k.done)
			}
			opened := under(t, openAgain)
			if told == "by an asking" {
				if !k.withBook(opened) {
					t.Fatal("nothing is to be told")
				}
			} else {
				k.book = opened
				k.says("repeat")
			}
			if at := k.timers[Timer{TimerDaily, "cbp-one"}]; !at.Equal(utc(t, "2026-11-22T14:00")) { // not at night
				t.Fatalf("it is told at %s", at)
			}
			text := k.runsOut(TimerDaily, "cbp-one", 0)
			k.standsAt("reminders-cbp-one", nodeNews)
			if k.book.betrays(text) != "" || len(k.timers) != 0 || k.state() != "" {
				t.Errorf("said %q, timers %v, state %q", text, k.timers, k.state())
			}
			if _, ok := k.effect(EffectUnsubscribe); !ok {
				t.Errorf("did %+v", k.done)
			}
			if k.withBook(opened) {
				t.Error("told, it is still to be told")
			}
			k.wait(3 * time.Hour)
			if text := k.picks("read"); !strings.Contains(text, "open now") {
				t.Errorf("said %q", text)
			}
		})
	}
}

// A programme whose opening is known before is told of on that day.
func TestWhoWaitsForAKnownOpeningHearsOfItThen(t *testing.T) {
	b := under(t, func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "{from: 2026-11-01, zone", "{from: 2026-12-01, zone", 1)
	})
	k := &subscriber{newTalker(t, b, "en", SMS, utc(t, "2026-11-22T15:00")).atMenu(), map[Timer]time.Time{}}
	k.picks("reminders")
	k.picks("shelter-list")
	k.picks("tell")
	if at := k.timers[Timer{TimerDaily, "shelter-list"}]; !at.Equal(utc(t, "2026-12-01T14:00")) {
		t.Fatalf("timers %v", k.timers)
	}
	k.runsOut(TimerDaily, "shelter-list", 0)
	k.standsAt(remindersOf("shelter-list"), nodeNews)
}

// Sessions of books that had one flow of reminders go on as they are.
func TestASubscriptionOfAnOlderBookGoesOn(t *testing.T) {
	b := realBook(t)
	now := inMarch(t)
	old := Session{Language: "es", Consented: true, Flow: "reminders", Node: "subscribed", Seen: now.Unix()/60 - 10*24*60, Version: "00000000"}
	for _, a := range []Answer{{Name: "state", Text: "on"}, {Name: "place", Text: "reynosa"}, {Name: "when", Text: "time"}, {Name: "minute", Number: 19 * 60}} {
		a.Flow, a.Given = "reminders", old.Seen
		old.setAnswer(a)
	}
	k := &subscriber{newTalker(t, b, "es", SMS, now), map[Timer]time.Time{}}
	k.s = old
	if !k.withBook(b) || !k.timers[Timer{TimerDaily, "cbp-one"}].Equal(utc(t, "2024-03-15T00:00")) {
		t.Fatalf("timers %v", k.timers)
	}
	if text := k.runsOut(TimerDaily, "cbp-one", 0); !strings.Contains(text, "Tomar agua") {
		t.Errorf("said %q", text)
	}
	k.wait(time.Hour)
	k.says("1")
	k.standsAt("reminders-cbp-one", "done_noted")
	if k.state() != stateOn {
		t.Errorf("answers %+v", k.s.Answers)
	}
}

// pausing lets the list be closed for a time that the book knows.
func pausing(files map[string]string) {
	text := files["programme/shelter-list.yaml"]
	was := text[strings.Index(text, "      - {from: 2026-11-01"):]
	was = was[:strings.Index(was, "\n")+1]
	second := strings.Replace(was, "from: 2026-11-01", "from: 2027-01-04", 1)
	files["programme/shelter-list.yaml"] = strings.Replace(text, was, strings.Replace(was, "from: 2026-11-01", "from: 2026-11-01, until: 2026-12-01", 1)+second, 1)
}

func TestAPauseThatTheBookKnowsEndsNoSubscription(t *testing.T) {
	for _, paused := range []bool{false, true} {
		k := subscribe(t, under(t, pausing), "en", WhatsApp, utc(t, "2026-11-29T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
		k.runsOut(TimerDaily, "shelter-list", 0)
		daily := Timer{TimerDaily, "shelter-list"}
		again := utc(t, "2027-01-04T13:00")
		if !k.timers[daily].Equal(again) {
			t.Fatalf("the next comes at %s", k.timers[daily])
		}
		if paused {
			k.says("5")
		}
		k.at.Now = utc(t, "2026-12-10T18:00")
		k.says("menu")
		k.says("menu")
		if k.s.Flow == k.book.roles.Away {
			k.picks("again")
		}
		k.picks("reminders")
		text := k.picks("shelter-list")
		if k.standsAt(remindersOf("shelter-list"), "subscribed"); !strings.Contains(text, "It closed on") || strings.Contains(text, "4 January 2027") == paused {
			t.Errorf("paused %v: said %q", paused, text)
		}
		if paused {
			k.picks("resume")
		}
		if !k.timers[daily].Equal(again) {
			t.Errorf("paused %v: the next comes at %s", paused, k.timers[daily])
		}
		k.runsOut(TimerDaily, "shelter-list", 0)
		k.standsAt(remindersOf("shelter-list"), nodeDay)
	}
}

// farOff lets the list begin only in March, as an operator may move it.
func farOff(files map[string]string) {
	files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "      - from: 2026-11-01\n", "      - from: 2027-03-01\n", 1)
}

// Who hears nothing for weeks thinks that it has ended, and is forgotten after
// 60 days of silence: both are said when the pause begins, and neither twice.
func TestAPauseThatTheBookKnowsIsToldOnceWhenItBegins(t *testing.T) {
	b, another := under(t, pausing), under(t, pausing, openAgain)
	allLanguages(t, func(t *testing.T, _ *Book, l *locales.Language) {
		for _, form := range Forms {
			k := subscribe(t, b, l.Code, form, utc(t, "2026-11-29T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
			k.runsOut(TimerDaily, "shelter-list", 0)
			over := Timer{TimerOver, "shelter-list"}
			if at := k.timers[over]; !at.Equal(utc(t, "2026-11-30T18:00")) { // the last window closes
				t.Fatalf("it is told at %s", at)
			}
			text := k.runsOut(TimerOver, "shelter-list", 0)
			until, _ := b.On(k.at.Now).text(b.Catalogue.Language(l.Code), msgNoneUntil, map[string]any{fieldNextOn: Date(20270104).In(l)})
			silence, _ := b.On(k.at.Now).text(b.Catalogue.Language(l.Code), msgSilence, nil)
			if got, want := locales.Fold(text), locales.Fold(until+"\n"+silence); got != want || !strings.Contains(got, "60") || b.betrays(text) != "" {
				t.Errorf("%s: said %q, want %q", form.Name, got, want)
			}
			for _, m := range k.last {
				if form.MaxSegments > 0 && m.Segments != 1 {
					t.Errorf("%d segments: %q", m.Segments, m.Text)
				}
			}
			if k.standsAt(remindersOf("shelter-list"), nodeDay); len(k.timers) != 1 {
				t.Errorf("timers %v", k.timers)
			}
			if text := k.happens(Event{over, k.at.Now}); text != "" {
				t.Errorf("told again: %q", text)
			}
			k.withBook(another)
			if len(k.timers) != 1 {
				t.Errorf("under another book it is told again: %v", k.timers)
			}
			k.says("1") // of the last day
			if e, ok := k.effect(EffectReport); !ok || e.Outcome != OutcomeDone {
				t.Errorf("did %+v", k.done)
			}
			if k.runsOut(TimerDaily, "shelter-list", 0); len(k.last) != 1 {
				t.Errorf("after the pause it said %q", textOf(k.last))
			}
		}
	})
}

func TestAWindowMovedFarOffIsToldOnceByDay(t *testing.T) {
	k := sheltered(t)
	k.at.Now = utc(t, "2026-11-21T05:00") // eleven in the evening
	if !k.withBook(under(t, farOff)) || !k.timers[Timer{TimerOver, "shelter-list"}].Equal(utc(t, "2026-11-21T14:00")) {
		t.Fatalf("timers %v", k.timers)
	}
	if text := k.runsOut(TimerOver, "shelter-list", 0); !strings.Contains(text, "until 1 March 2027") || k.state() != "" {
		t.Errorf("said %q", text)
	}
	if k.withBook(under(t, farOff)) || len(k.timers) != 1 {
		t.Errorf("told, it is still to be told: %v", k.timers)
	}
	later := func(files map[string]string) {
		farOff(files)
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "- from: 2027-03-01", "- from: 2027-04-05", 1)
	}
	k.withBook(under(t, later)) // moved once more
	if text := k.runsOut(TimerOver, "shelter-list", 0); !strings.Contains(text, "until 5 April 2027") {
		t.Errorf("said %q", text)
	}
	k.wait(time.Hour)
	k.withBook(under(t)) // and back
	if at := k.timers[Timer{TimerDaily, "shelter-list"}]; !at.Equal(utc(t, "2026-11-23T13:00")) || len(k.timers) != 1 {
		t.Errorf("timers %v", k.timers)
	}
	k.withBook(under(t, farOff))
	if _, told := k.timers[Timer{TimerOver, "shelter-list"}]; !told {
		t.Error("moved away again, it is not told")
	}
}

// A week between two reminders is how a weekly programme is.
func TestAWeekWithoutAReminderIsNoPause(t *testing.T) {
	b := under(t, func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "[sunday]", "[monday, tuesday, wednesday, thursday, friday, saturday]", 1)
	})
	k := subscribe(t, b, "en", SMS, utc(t, "2026-11-20T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
	for range 2 {
		if k.runsOut(TimerDaily, "shelter-list", 0); len(k.timers) != 1 {
			t.Errorf("timers %v", k.timers)
		}
		k.says("1")
	}
}

// Who asks for it, or switches it on again, while the next one is far off reads
// its day at once.
func TestWhoSubscribesFarAheadReadsWhatSilenceDoesAndIsToldNoMore(t *testing.T) {
	k := subscribe(t, under(t, farOff), "en", WhatsApp, utc(t, "2026-11-20T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
	const rule = "After 60 days without a word from you, no more will come."
	if text := textOf(k.last); !strings.Contains(text, "1 March 2027") || !strings.Contains(text, rule) || len(k.timers) != 1 {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
	k.picks("reminders")
	if text := k.picks("shelter-list"); !strings.Contains(text, rule) {
		t.Errorf("said %q", text)
	}
	if text := k.picks("pause"); strings.Contains(text, rule) || len(k.timers) != 0 {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
	if text := k.picks("resume"); !strings.Contains(text, rule) || len(k.timers) != 1 {
		t.Errorf("said %q, timers %v", text, k.timers)
	}
}

// Of hours and pauses who paused their reminder hears nothing; but that there is
// nothing left to switch on again, once.
func TestWhoPausedHearsOnceThatAProgrammeHasClosed(t *testing.T) {
	closed := func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "{from: 2026-11-01, zone", "{from: 2026-11-01, until: 2026-12-01, zone", 1)
	}
	for name, c := range map[string]struct{ first, then *Book }{"it was known": {under(t, closed), nil}, "it is new": {under(t), under(t, closed)}} {
		k := subscribe(t, c.first, "en", SMS, utc(t, "2026-11-20T18:00"), "shelter-list", "mexico_city", WhenOpens, 0)
		k.runsOut(TimerDaily, "shelter-list", 0)
		k.says("5")
		k.at.Now = utc(t, "2026-11-25T18:00")
		if c.then != nil {
			k.withBook(c.then)
		}
		over := Timer{TimerOver, "shelter-list"}
		if at := k.timers[over]; !at.Equal(utc(t, "2026-12-01T14:00")) || len(k.timers) != 1 {
			t.Fatalf("%s: timers %v", name, k.timers)
		}
		text := k.runsOut(TimerOver, "shelter-list", 0)
		if _, ok := k.effect(EffectUnsubscribe); !ok || !strings.Contains(text, "have ended on 1 December 2026.") || len(k.timers) != 0 {
			t.Errorf("%s: said %q, did %+v", name, text, k.done)
		}
		if text := k.happens(Event{over, k.at.Now}); text != "" {
			t.Errorf("%s: told again: %q", name, text)
		}
	}
	k := sheltered(t)
	k.runsOut(TimerDaily, "shelter-list", 0)
	k.says("5")
	if k.withBook(under(t, farOff)); len(k.timers) != 0 {
		t.Errorf("of a pause: timers %v", k.timers)
	}
}

func TestChangedDaysOfTheWeekAreTold(t *testing.T) {
	k := sheltered(t)
	k.withBook(under(t, func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], "[sunday]", "[sunday, monday]", 1)
	}))
	if text := k.runsOut(TimerDaily, "shelter-list", 0); len(k.last) != 2 || !strings.Contains(text, "The hours have changed") {
		t.Errorf("said %q", text)
	}
}

func TestATimeThatNoLongerLiesInTheHoursIsToldOnce(t *testing.T) {
	k := subscribe(t, under(t), "en", WhatsApp, utc(t, "2026-11-20T18:00"), "shelter-list", "mexico_city", WhenTime, 7*60+30)
	k.withBook(under(t, func(files map[string]string) {
		files["programme/shelter-list.yaml"] = strings.Replace(files["programme/shelter-list.yaml"], `opens: "07:00"`, `opens: "09:00"`, 1)
	}))
	text := k.runsOut(TimerDaily, "shelter-list", 0)
	if len(k.last) != 2 || k.last[1].Text != "It is not open at 7:30 am now. So this comes when it opens, about 9:00 am." || !k.at.Now.Equal(utc(t, "2026-11-21T15:00")) {
		t.Errorf("at %s it said %q", k.at.Now, text)
	}
	if k.runsOut(TimerDaily, "shelter-list", 0); len(k.last) != 1 {
		t.Errorf("told again: %q", textOf(k.last))
	}
}
