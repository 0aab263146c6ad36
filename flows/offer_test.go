// An offer: the last moment, and the countdown to it.
package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTheLastMomentIsTheEarlierReading(t *testing.T) {
	b := realBook(t)
	p := b.programme("cbp-one")
	for came, want := range map[string]string{
		"2024-03-15T17:00:00Z": "2024-03-16T16:00:00Z", // at 11:00 UTC-6: both readings agree
		"2024-03-15T21:00:00Z": "2024-03-16T16:00:00Z", // seen later: the hour of the next day
		"2024-03-15T16:30:00Z": "2024-03-16T15:30:00Z", // between the two: 23 hours
		"2024-03-15T16:00:00Z": "2024-03-16T15:00:00Z",
		"2024-03-15T15:59:00Z": "2024-03-15T16:00:00Z", // it is that of the day before
		"2024-03-10T17:00:00Z": "2024-03-11T16:00:00Z", // clocks go forward in the US: the zone of the deadline has no summer time
		"2024-11-02T17:00:00Z": "2024-11-03T16:00:00Z",
	} {
		at := moment(t, came)
		got, ok := b.lastMoment(p, b.On(at), at)
		if !ok || !got.Equal(moment(t, want)) {
			t.Errorf("an offer of %s holds until %s, %v; want %s", came, got.UTC(), ok, want)
		}
		// By another way: minute by minute from the offer on.
		tick := at.Add(time.Minute)
		for ; tick.Sub(at) < 23*time.Hour && (tick.UTC().Hour() != 16 || tick.UTC().Minute() != 0); tick = tick.Add(time.Minute) {
		}
		if !got.Equal(tick) {
			t.Errorf("an offer of %s holds until %s, counted minute by minute %s", came, got.UTC(), tick.UTC())
		}
	}
}

func TestACountdownHasItsPointsInOrder(t *testing.T) {
	last := moment(t, "2024-03-16T16:00:00Z")
	for began, want := range map[string][]string{
		"2024-03-15T15:00:00Z": {"2024-03-16T08:00:00Z", "2024-03-16T13:00:00Z", "2024-03-16T15:00:00Z", "2024-03-16T16:00:00Z"}, // half way is at night: in the morning
		"2024-03-15T17:00:00Z": {"2024-03-16T08:00:00Z", "2024-03-16T13:00:00Z", "2024-03-16T15:00:00Z", "2024-03-16T16:00:00Z"},
		"2024-03-16T09:00:00Z": {"2024-03-16T12:30:00Z", "2024-03-16T13:00:00Z", "2024-03-16T15:00:00Z", "2024-03-16T16:00:00Z"},
		"2024-03-16T11:00:00Z": {"2024-03-16T13:00:00Z", "2024-03-16T15:00:00Z", "2024-03-16T16:00:00Z"},
		"2024-03-16T14:00:00Z": {"2024-03-16T15:00:00Z", "2024-03-16T16:00:00Z"},
		"2024-03-16T15:30:00Z": {"2024-03-16T16:00:00Z"},
	} {
		var got []string
		for at := moment(t, began); at.Before(last); {
			at = offerNext(moment(t, began), last, at, time.UTC)
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		if !slices.Equal(got, want) {
			t.Errorf("from %s: %v, not %v", began, got, want)
		}
	}
}

// offered has said that an offer came just now.
func offered(t testing.TB, b *Book, lang string, form Form, now time.Time) *talker {
	t.Helper()
	k := newTalker(t, b, lang, form, now).atMenu()
	k.pick("reminders")
	k.say("Tijuana")
	k.pick("opens")
	k.pick("w1")
	k.pick("reminders")
	k.pick("report")
	k.pick("offer")
	k.pick("now")
	k.standsAt(offerPrefix+"cbp-one", offerCount)
	return k
}

var offerTimer = Timer{TimerOffer, "cbp-one"}

func TestTheLastMomentIsToldInLocalTimeWithTheAdvice(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := offered(t, b, l.Code, WhatsApp, march)
		text := textOf(k.last)
		if want := l.Moment(3, 16, 9*60); !strings.Contains(locales.Unisolated(text), want) { // 10:00 UTC-6 in Tijuana's summer
			t.Errorf("%q does not tell %q", text, want)
		}
		for _, id := range []string{"steps.accept.2", "trouble.selfie.1", "reminders.report.offer"} {
			want, err := b.On(march).text(l, id, nil)
			if err != nil || !strings.Contains(text, want) {
				t.Errorf("%q does not say %s", text, id)
			}
		}
	})
}

func TestAnOfferIsRemindedOfUntilItsEndAndThenNeverAgain(t *testing.T) {
	for name, c := range map[string]struct {
		late   []time.Duration
		said   int
		skips  int
		lately int
	}{
		"in time":           {[]time.Duration{0, 0, 0, 0}, 3, 0, 0},
		"late":              {[]time.Duration{Spread, Spread + time.Minute, 0, 0}, 3, 0, 1},
		"one missed":        {[]time.Duration{9 * time.Hour, 0, time.Hour}, 2, 0, 1},
		"until after it":    {[]time.Duration{0, 3 * time.Hour}, 1, 1, 0},
		"all at once after": {[]time.Duration{30 * time.Hour}, 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			k := offered(t, realBook(t), "en", SMS, march)
			delete(k.timers, Timer{TimerDaily, "cbp-one"})
			said, skips, lately := 0, 0, 0
			for _, late := range c.late {
				if k.timers[offerTimer].IsZero() {
					t.Fatal("no point is left")
				}
				seen := k.s.Seen
				msgs := k.due(late)
				for _, e := range k.done {
					switch e.Kind {
					case EffectRemind:
						said++
						if e.Late {
							lately++
						}
						if len(msgs) != 1 || msgs[0].Segments != 1 || !e.Moment.Equal(moment(t, "2024-03-16T16:00:00Z")) {
							t.Errorf("%v until %s", msgs, e.Moment)
						}
					case EffectSkip:
						skips++
					}
				}
				if k.s.Seen != seen {
					t.Error("an event counts as a word of the person")
				}
			}
			if _, set := k.timers[offerTimer]; set || said != c.said || skips != c.skips || lately != c.lately {
				t.Errorf("said %d, skipped %d, late %d, left %v; want %+v", said, skips, lately, k.timers, c)
			}
			if _, ok := k.s.answer(offerPrefix+"cbp-one", offerLast); ok {
				t.Error("the offer is not forgotten")
			}
		})
	}
}

func TestDoneAndStopEndACountdown(t *testing.T) {
	for _, key := range []string{"done", "stop"} {
		k := offered(t, realBook(t), "en", WhatsApp, march)
		delete(k.timers, Timer{TimerDaily, "cbp-one"})
		k.due(0)
		k.wait(5 * time.Hour) // no greeting stands between a reminder and its answer
		k.pick(key)
		if _, set := k.timers[offerTimer]; set {
			t.Errorf("after %s the timer is set", key)
		}
		if strings.Contains(string(k.s.Encode()), offerPrefix) && slices.ContainsFunc(k.s.Answers, func(a Answer) bool { return strings.HasPrefix(a.Flow, offerPrefix) }) {
			t.Errorf("after %s the offer is still known", key)
		}
		// An event that was on its way is silent.
		if msgs := k.input(Input{Event: Event{Timer: offerTimer, Due: k.at.Now}}); len(msgs) > 0 {
			t.Errorf("after %s it says %q", key, textOf(msgs))
		}
	}
}

func TestAfterDoneADayIsKeptOnlyIfThePersonWantsIt(t *testing.T) {
	k := offered(t, realBook(t), "en", WhatsApp, march)
	k.pick("done")
	k.pick("no")
	if k.s.Flow == "date" || k.s.Vault != "" {
		t.Error("it was not wanted")
	}
	k = offered(t, realBook(t), "en", WhatsApp, march)
	k.pick("done")
	k.says(k.pick("yes"), "day.warn.hunted", "day.warn.phones", "day.warn.pin", "day.warn.limits")
	k.standsAt("date", "warn")
}

func TestAnOfferOfAClosedProgrammeIsNoOffer(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := offered(t, b, l.Code, WhatsApp, moment(t, "2025-01-20T16:30:00Z")) // it would hold until the next day
		delete(k.timers, Timer{TimerDaily, "cbp-one"})
		delete(k.timers, Timer{TimerOver, "cbp-one"})
		k.at.Now = moment(t, "2025-01-20T17:30:00Z")
		if msgs := k.input(Input{Event: Event{Timer: offerTimer, Due: k.timers[offerTimer]}}); len(msgs) > 0 || len(k.timers) > 0 {
			t.Errorf("it has closed, and it says %q; timers %v", textOf(msgs), k.timers)
		}
		k = newTalker(t, b, l.Code, WhatsApp, moment(t, "2025-02-01T17:30:00Z")).atMenu()
		k.s.Flow, k.s.Node = offerPrefix+"cbp-one", "when"
		text := k.say("1")
		for _, id := range []string{"offer.closed", "reminders.closed.2"} {
			if !strings.Contains(text, l.Raw(id)) {
				t.Errorf("%q does not say %s", text, id)
			}
		}
	})
}

func TestAnOfferThatIsCountedIsNotAskedForAgain(t *testing.T) {
	k := offered(t, realBook(t), "en", WhatsApp, march)
	last, _ := k.s.answer(offerPrefix+"cbp-one", offerLast)
	k.wait(20 * time.Minute)
	k.say("#")
	k.pick("reminders")
	k.pick("report")
	k.pick("offer")
	k.standsAt(offerPrefix+"cbp-one", offerCount)
	if again, _ := k.s.answer(offerPrefix+"cbp-one", offerLast); again != last {
		t.Errorf("it is counted anew: %v, not %v", again, last)
	}
}

func TestAProgrammeWithoutADeadlineHasNoOffers(t *testing.T) {
	f := newFixture()
	c, err := locales.Load(asFS(f.words))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(asFS(f.book), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, flow := range b.FlowIDs() {
		if strings.HasPrefix(flow, offerPrefix) {
			t.Errorf("flow %s", flow)
		}
	}
}

func TestABrokenOfferIsRefusedWithFileAndLine(t *testing.T) {
	for name, c := range map[string]struct{ offer, want string }{
		"no hours":           {`offer: {say: [step.words], facts: [helps]}`, "confirm is no fact of kind hours"},
		"a zone alone":       {"confirm: hold\n    offer: {zone: Etc/GMT+6, say: [step.words], facts: [helps]}", "until and zone belong together"},
		"an unknown zone":    {"confirm: hold\n    offer: {until: hour, zone: Etc/Nowhere, say: [step.words], facts: [helps]}", "unknown time zone"},
		"an unknown fact":    {"confirm: hold\n    offer: {until: nothing, zone: Etc/GMT+6, say: [step.words], facts: [helps]}", `unknown fact "nothing"`},
		"no time of day":     {"confirm: hold\n    offer: {until: helps, zone: Etc/GMT+6, say: [step.words], facts: [helps]}", "is not a time of day"},
		"a deadline of late": {"confirm: later\n    offer: {say: [step.words], facts: [helps]}", "is not known for all of the time"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture()
			f.book["programmes.yaml"] = strings.Replace(f.book["programmes.yaml"], "    places: [tijuana]", "    "+c.offer+"\n    places: [tijuana]", 1)
			for id, fact := range map[string]string{"hold": "kind: hours, value: \"23\", from: 2020-01-01", "hour": "kind: text, value: \"10:00\", from: 2020-01-01", "later": "kind: hours, value: \"23\", from: 2024-01-01"} {
				kind, rest, _ := strings.Cut(fact, ", ")
				f.book["facts.yaml"] += "  " + id + ":\n    about: \"a test\"\n    " + kind + "\n    care: none\n    review_by: 2027-02-20\n    history:\n      - {" + rest + ", source: [paper], standing: source, reviewed: 2026-11-22}\n"
			}
			lang, err := locales.Load(asFS(f.words))
			if err != nil {
				t.Fatal(err)
			}
			_, err = Load(asFS(f.book), lang)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "programmes.yaml:") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
