// What is kept behind a PIN is kept: properties of the vault.
package flows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// march is a moment in Tijuana's summer time, and the day that is kept.
var march = time.Date(2024, 3, 15, 17, 5, 0, 0, time.UTC)

const keptDay Date = 20240402

// keeper is a person who keeps a day: behind 482163, with 97531 as the second
// PIN, and with reminders or without.
func keeper(t testing.TB, b *Book, lang string, form Form, second, remind bool) *talker {
	t.Helper()
	k := newTalker(t, b, lang, form, march).atMenu()
	yes := map[bool]string{true: "yes", false: "no"}
	k.pick("data")
	k.pick("date")
	k.pick("yes")
	k.say("482163")
	k.say("482163")
	k.pick(yes[second])
	if second {
		k.say("97531")
		k.say("97531")
	}
	k.pick(yes[remind])
	k.say("2 " + k.words().Raw("date.month.m04"))
	k.says(textOf(k.last), "day.kept")
	k.standsAt("data", "choose")
	return k
}

// tries writes a PIN where it is asked for.
func (k *talker) tries(pin string) string {
	k.t.Helper()
	if k.s.Flow != "date" || k.s.Node != "open" {
		k.say("#")
		k.pick("data")
		k.pick("date")
	}
	k.standsAt("date", "open")
	return k.say(pin)
}

func (k *talker) keptText() string {
	text, _ := k.book.On(k.at.Now).text(k.words(), msgVaultDay, map[string]any{"day": keptDay.In(k.words())})
	if k.form.MaxSegments > 0 {
		return locales.Unisolated(text)
	}
	return text
}

func TestTheDayIsShownAfterItsPINOnly(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			k := keeper(t, b, l.Code, form, true, false)
			if text := k.tries("482163"); !strings.Contains(text, k.keptText()) {
				t.Errorf("on %s the PIN shows %q", form.Name, text)
			}
			if len(k.last) == 1 && k.s.Pages > 1 {
				t.Errorf("on %s the day fills %d pages: the second could not show it again", form.Name, k.s.Pages)
			}
			// Neither the next turn nor a way back shows it once more.
			for _, text := range []string{l.List("keyword.repeat")[0], "0", "blargh", "*", l.List("keyword.source")[0]} {
				if got := k.say(text); strings.Contains(got, k.keptText()) {
					t.Errorf("on %s %q shows it again: %q", form.Name, text, got)
				}
			}
		}
	})
}

func TestTheSecondPINOpensTheViewOfSomebodyWhoSavedNothing(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			saved := keeper(t, b, l.Code, form, true, false)
			second := saved.tries("97531")
			nothing := newTalker(t, b, l.Code, form, march).atMenu() // chose PINs, and left before the day
			nothing.pick("data")
			nothing.pick("date")
			nothing.pick("yes")
			nothing.say("482163")
			nothing.say("482163")
			nothing.pick("yes")
			nothing.say("97531")
			nothing.say("97531")
			nothing.pick("no")
			first := nothing.tries("482163")
			if first != second || !slices.EqualFunc(nothing.last, saved.last, func(x, y Message) bool { return fmt.Sprint(x) == fmt.Sprint(y) }) {
				t.Errorf("on %s the second PIN shows\n%q,\nwho saved nothing sees\n%q", form.Name, second, first)
			}
			if saved.s.Flow != nothing.s.Flow || saved.s.Node != nothing.s.Node || len(saved.done) != len(nothing.done) {
				t.Errorf("on %s the conversations go different ways", form.Name)
			}
			// And a day can be put there, which leaves the first one as it was.
			saved.pick("another")
			saved.pick("no")
			saved.say("20 " + l.Raw("date.month.m04"))
			if text := saved.tries("482163"); !strings.Contains(text, saved.keptText()) {
				t.Errorf("on %s the second view has spoilt the first: %q", form.Name, text)
			}
		}
	})
}

func TestEveryPINCostsTheSame(t *testing.T) {
	b := bookWithPINs(t)
	runs := 0
	derive := b.pins.derive
	b.pins.derive = func(pin string, salt [16]byte) [32]byte { runs++; return derive(pin, salt) }
	k := keeper(t, b, "en", SMS, true, false)
	for _, pin := range []string{"482163", "97531", "11111111"} {
		k.tries("1") // stands where the PIN is asked for, and costs nothing
		runs = 0
		k.tries(pin)
		if runs != 1 {
			t.Errorf("a PIN of %d digits is stretched %d times", len(pin), runs)
		}
		if k.s.Node == "view" {
			k.pick("back")
		}
	}
}

// bookWithPINs is a book of its own, to change how PINs are stretched.
func bookWithPINs(t testing.TB) *Book {
	t.Helper()
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Embedded(c)
	if err != nil {
		t.Fatal(err)
	}
	b.pins = newStretcher(stretching{passes: 1, kib: 64, lanes: 1})
	return b
}

func TestABookStretchesPINsAsOWASPAsks(t *testing.T) {
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Embedded(c)
	if err != nil {
		t.Fatal(err)
	}
	salt := [16]byte{1}
	if got, want := b.pins.key("482163", salt), newStretcher(stretching{passes: 2, kib: 19456, lanes: 1}).key("482163", salt); got != want {
		t.Error("the costs are not 19 MiB, two passes, one lane")
	}
	if got := b.pins.key("482163", salt); got == b.pins.key("482164", salt) || got == b.pins.key("482163", [16]byte{2}) {
		t.Error("the key does not depend on PIN and salt")
	}
}

func TestFiveWrongPINsLockForADayAndTenErase(t *testing.T) {
	b := realBook(t)
	k := keeper(t, b, "en", SMS, true, true)
	for i := range LockAfter {
		k.tries(fmt.Sprint(1111 + i))
	}
	k.standsAt("date", "locked")
	locked := func(pin string) {
		t.Helper()
		k.say("#")
		k.pick("data")
		text := k.pick("date")
		k.says(text, "day.locked")
		k.standsAt("date", "locked")
		// Nor does a way around the question open it.
		s := k.s
		s.Node = "open"
		next, msgs, _ := b.Step(s, Input{Text: pin}, SMS, k.at)
		if strings.Contains(textOf(msgs), k.keptText()) || next.Node != "locked" {
			t.Errorf("locked, and the PIN opens it: %s/%s", next.Flow, next.Node)
		}
	}
	locked("482163")
	k.wait(LockTime - 2*time.Minute)
	k.say("hola")
	k.pick("again")
	locked("97531")
	k.wait(2 * time.Minute)
	for i := range EraseAfter - LockAfter - 1 {
		k.tries(fmt.Sprint(2111 + i))
		k.standsAt("date", "open")
	}
	text := k.tries("2222")
	k.says(text, "day.burnt")
	if k.s.Vault != "" {
		t.Error("ten wrong PINs, and it is still there")
	}
	if at, set := k.timers[dateTimer]; set {
		t.Errorf("it is gone, and its timer stands at %s", at)
	}
}

func TestADayTooNearForAReminderPromisesNone(t *testing.T) {
	b := realBook(t)
	for day, want := range map[int]string{0: "day.kept.late", 1: "day.kept.late", 2: "day.kept.reminded", 5: "day.kept.reminded"} {
		k := newTalker(t, b, "en", WhatsApp, march).atMenu()
		for _, key := range []string{"data", "date", "yes"} {
			k.pick(key)
		}
		k.say("482163")
		k.say("482163")
		k.pick("no")
		k.pick("yes")
		date := DateOf(march.In(bookZone)).AddDays(day)
		text := k.say(fmt.Sprintf("%d March", date.Day()))
		for _, id := range []string{"day.kept.late", "day.kept.reminded"} {
			if said := strings.Contains(text, k.words().Raw(id)); said != (id == want) {
				t.Errorf("%d days before: said %q", day, text)
			}
		}
	}
}

// Who is given the second PIN, or the first, cannot guess the other one between
// right ones.
func TestARightPINDoesNotEndTheCountOfWrongOnes(t *testing.T) {
	for _, pin := range []string{"482163", "97531"} {
		for rights := range 3 { // after each wrong one
			k := keeper(t, realBook(t), "en", SMS, true, false)
			guesses, locks := 0, 0
			for k.s.Vault != "" && guesses < 100 {
				guesses++
				k.tries(fmt.Sprint(1111 + guesses))
				if k.s.Node == "locked" {
					locks++
					k.wait(LockTime)
					k.say("hola")
					k.pick("again")
				}
				for range rights {
					if k.s.Vault == "" {
						break
					}
					k.tries(pin)
					k.standsAt("date", "view")
					k.pick("back")
				}
			}
			if guesses > EraseAfter+1+locks || locks == 0 || k.s.Vault != "" {
				t.Errorf("%d right ones after each: %d guesses, locked %d times, kept %v", rights, guesses, locks, k.s.Vault != "")
			}
		}
	}
}

func TestASlipOfTheFingerADayLocksNothing(t *testing.T) {
	k := keeper(t, realBook(t), "en", SMS, true, false)
	for range 15 {
		k.tries("1111")
		k.tries("482163")
		k.standsAt("date", "view")
		k.pick("back")
		k.wait(LockTime)
		k.say("hola")
		k.pick("again")
	}
}

// Neither the day nor a PIN can be read from a session, an effect or a message
// of any turn.
func TestNoSessionRevealsTheDayOrAPIN(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, remind := range []bool{false, true} {
			k := keeper(t, b, l.Code, SMS, true, remind)
			turns := []func(){
				func() {}, func() { k.tries("97531") }, func() { k.pick("back") }, func() { k.tries("482163") }, func() { k.say("blargh") },
				func() { k.pick("another") }, func() { k.pick(map[bool]string{true: "yes", false: "no"}[remind]) },
				func() { k.say("3 " + l.Raw("date.month.m04")) }, func() { k.tries("48216") }, func() { k.say("#") },
			}
			for i, turn := range turns {
				turn()
				raw := k.s.Encode()
				for what, secret := range secrets(keptDay) {
					if bytes.Contains(raw, secret) {
						t.Errorf("turn %d: the session holds the day as %s", i, what)
					}
				}
				for _, pin := range []string{"482163", "97531", "48216"} {
					if bytes.Contains(raw, []byte(pin)) {
						t.Errorf("turn %d: the session holds a PIN", i)
					}
					for _, e := range k.done {
						if strings.Contains(effectLine(e), pin) {
							t.Errorf("turn %d: effect %s holds a PIN", i, e.Kind)
						}
					}
					if strings.Contains(textOf(k.last), pin) {
						t.Errorf("turn %d: a message holds a PIN", i)
					}
				}
				for _, a := range k.s.Answers {
					if a.Flow == "date" && !slices.Contains([]string{vaultState, vaultDoor, vaultRemind}, a.Name) {
						t.Errorf("turn %d: the answer %s is kept", i, a.Name)
					}
				}
				if at := k.timers[dateTimer]; !remind && !at.IsZero() {
					t.Errorf("turn %d: a timer tells the day: %s", i, at)
				}
			}
		}
	})
}

// secrets are the ways in which a session could write a day.
func secrets(day Date) map[string][]byte {
	minute := day.Time(time.UTC).Unix() / 60
	return map[string][]byte{
		"yyyymmdd": []byte(strings.ReplaceAll(day.String(), "-", "")), "yyyy-mm-dd": []byte(day.String()), "words": []byte("2 April"),
		"a varint": binary.AppendUvarint(nil, uint64(day)), "a number": binary.BigEndian.AppendUint32(nil, uint32(day)),
		"a little number": binary.LittleEndian.AppendUint32(nil, uint32(day)), "a minute": binary.AppendUvarint(nil, uint64(minute)),
	}
}

// Both doors of every vault look alike: whether there is a day, a second PIN,
// and behind which door, changes neither its length nor its shape.
func TestAVaultLooksTheSameWhateverIsInIt(t *testing.T) {
	b := realBook(t)
	sides := map[int]int{}
	for i := range 64 {
		r := randomness{byte(i + 1), 1}
		v, mine := newVault(b.pins, "4821", r, 1)
		sides[mine]++
		if len(v.encode()) != vaultSize {
			t.Fatalf("a vault of %d bytes, not %d", len(v.encode()), vaultSize)
		}
		if v.doors[0].public == v.doors[1].public || bytes.Equal(v.doors[0].box[:], v.doors[1].box[:]) {
			t.Error("two doors of one key, or one box twice")
		}
		again, _ := newVault(b.pins, "4821", r, 1)
		if again.encode() != v.encode() {
			t.Error("the same randomness gives another vault: a turn has to be repeatable")
		}
		for _, known := range [][]byte{r[:], {byte(i + 1), 1, 0, 0, 0, 0}} {
			if strings.Contains(v.encode(), string(known)) {
				t.Error("a vault holds the randomness it was made of")
			}
		}
	}
	if sides[0] == 0 || sides[1] == 0 {
		t.Errorf("the PIN's door is always the same: %v", sides)
	}
}

func TestWithoutRandomnessNothingIsKept(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "en", SMS, march).atMenu()
	k.pick("data")
	k.pick("date")
	k.pick("yes")
	next, msgs, effects := b.Step(k.s, Input{Text: "4821"}, SMS, k.at)
	k.says(textOf(msgs), "day.failed")
	if next.Vault != "" || len(effects) != 0 {
		t.Errorf("without randomness: %d bytes, %v", len(next.Vault), effects)
	}
	k.say("4821")
	k.say("4821")
	k.pick("no")
	k.pick("yes")
	next, msgs, effects = b.Step(k.s, Input{Text: "2 april"}, SMS, k.at)
	k.says(textOf(msgs), "day.failed")
	if next.Vault != k.s.Vault || len(effects) != 0 {
		t.Errorf("a day without randomness: %v", effects)
	}
}

func TestTheRemindersOfADayComeThreeDaysAndOneDayBefore(t *testing.T) {
	zone := realBook(t).spotByID["tijuana"].loc
	nine := func(d Date) time.Time { return wallClock(d, 9*60, zone) }
	for name, c := range map[string]struct {
		late  []time.Duration // of each timer, in order
		nodes []string        // where each leads; "": silence
		at    []time.Time
		skips int
	}{
		"in time": {[]time.Duration{0, 0, 0}, []string{dateThree, dateEve, ""}, []time.Time{nine(20240330), nine(20240401), wallClock(20240404, 0, zone)}, 0},
		"late on the same day": {[]time.Duration{11 * time.Hour, 11 * time.Hour, time.Hour}, []string{dateThree, dateEve, ""},
			[]time.Time{nine(20240330), nine(20240401), wallClock(20240404, 0, zone)}, 0},
		"late, at night: the last one alone": {[]time.Duration{12 * time.Hour, 14 * time.Hour, time.Hour}, []string{"", dateEve, ""},
			[]time.Time{nine(20240330), nine(20240401), wallClock(20240404, 0, zone)}, 1},
		"the first missed":        {[]time.Duration{30 * time.Hour, 0, 0}, []string{"", dateEve, ""}, []time.Time{nine(20240330), nine(20240401), wallClock(20240404, 0, zone)}, 1},
		"both in one, on the eve": {[]time.Duration{50 * time.Hour, 0}, []string{dateEve, ""}, []time.Time{nine(20240330), wallClock(20240404, 0, zone)}, 1},
		"both missed":             {[]time.Duration{70 * time.Hour, 0}, []string{"", ""}, []time.Time{nine(20240330), wallClock(20240404, 0, zone)}, 1},
		"all missed":              {[]time.Duration{10 * 24 * time.Hour}, []string{""}, []time.Time{nine(20240330)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalker(t, realBook(t), "en", SMS, march).atMenu()
			k.s.setAnswer(Answer{Flow: remindersOf("cbp-one"), Name: fieldPlace, Text: "tijuana", Given: march.Unix() / 60})
			k.pick("data")
			k.pick("date")
			k.pick("yes")
			k.say("4821")
			k.say("4821")
			k.pick("no")
			k.pick("yes")
			k.say("2 april")
			skips := 0
			for i, late := range c.late {
				if at := k.timers[dateTimer]; !at.Equal(c.at[i]) {
					t.Fatalf("timer %d stands at %s, not %s", i, at, c.at[i])
				}
				seen := k.s.Seen
				msgs := k.due(late)
				switch node := c.nodes[i]; {
				case node == "" && len(msgs) > 0:
					t.Errorf("timer %d says %q", i, textOf(msgs))
				case node != "":
					k.standsAt("date", node)
					if len(msgs) != 1 || msgs[0].Segments != 1 {
						t.Errorf("timer %d says %v", i, msgs)
					}
				}
				if k.s.Seen != seen {
					t.Error("an event counts as a word of the person")
				}
				for _, e := range k.done {
					if e.Kind == EffectSkip {
						skips++
					}
					if e.Programme != "" || e.Place != "" {
						t.Errorf("timer %d: effect %s names %s%s", i, e.Kind, e.Programme, e.Place)
					}
				}
			}
			if skips != c.skips || k.s.Vault != "" || len(k.timers) != 0 {
				t.Errorf("%d skipped, not %d; %d bytes and %v are left", skips, c.skips, len(k.s.Vault), k.timers)
			}
		})
	}
}

// Who keeps a day need not have said where they are.
func TestTheRemindersOfADayComeByDayWhereverThePersonIs(t *testing.T) {
	b := realBook(t)
	for _, now := range []time.Time{march, time.Date(2024, 12, 1, 18, 0, 0, 0, time.UTC)} {
		k := newTalker(t, b, "en", SMS, now).atMenu()
		k.pick("data")
		k.pick("date")
		k.pick("yes")
		k.say("4821")
		k.say("4821")
		k.pick("no")
		k.pick("yes")
		day := DateOf(now).AddDays(18)
		k.say(fmt.Sprint(day.Day(), " ", k.words().Raw(fmt.Sprintf("date.month.m%02d", day.Month()))))
		for _, node := range []string{dateThree, dateEve} {
			k.due(0)
			k.standsAt("date", node)
			for _, spot := range b.spots {
				if local := k.at.Now.In(spot.loc); local.Hour() < 9 || local.Hour() > 11 || DateOf(local) != day.AddDays(map[string]int{dateThree: -3, dateEve: -1}[node]) {
					t.Errorf("in %s %q comes at %s", spot.ID, node, local)
				}
				i := slices.IndexFunc(k.done, func(e Effect) bool { return e.Kind == EffectRemind })
				if last := k.done[i].Moment.Add(-time.Minute).In(spot.loc); node == dateThree && last.Hour() >= dayEnds {
					t.Errorf("in %s it may come until %s", spot.ID, last)
				}
			}
		}
	}
}

func TestAQuietedDayHasNoTimer(t *testing.T) {
	k := keeper(t, realBook(t), "en", SMS, false, true)
	k.due(0)
	k.pick("quiet")
	if _, set := k.timers[dateTimer]; set {
		t.Error("its timer is still set")
	}
	k.say("#")
	if text := k.tries("482163"); !strings.Contains(text, k.keptText()) {
		t.Errorf("the day is gone with its reminders: %q", text)
	}
}

func TestTheVaultGoesWithDeleteStopSilenceAndTime(t *testing.T) {
	b := realBook(t)
	for name, end := range map[string]func(k *talker){
		"delete":  func(k *talker) { k.say("delete"); k.pick("yes") },
		"stop":    func(k *talker) { k.say("stop") },
		"erased":  func(k *talker) { k.tries("482163"); k.pick("erase"); k.pick("yes") },
		"silence": func(k *talker) { k.wait(Silence); k.s, _ = b.Expire(k.s, k.at.Now) },
		"past":    func(k *talker) { k.wait(20 * 24 * time.Hour); k.say("#"); k.pick("again"); k.tries("482163") },
		"past all": func(k *talker) {
			k.wait(Silence - time.Hour)
			k.say("#")
			k.wait(2 * time.Hour)
			k.s, _ = b.Expire(k.s, k.at.Now)
		},
	} {
		// Of a day without reminders nothing tells whether it is the only one.
		k := keeper(t, b, "en", SMS, true, name == "past")
		if end(k); k.s.Vault != "" {
			t.Errorf("after %s it is still there", name)
		}
	}
	k := keeper(t, b, "en", SMS, true, false)
	k.wait(Silence - time.Hour)
	if s, _ := b.Expire(k.s, k.at.Now); s.Vault == "" {
		t.Error("it is gone before its time")
	}
}

func TestNoReminderOfADayOrAnOfferBetraysWhatItIsAbout(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, place := range []Place{{"date", dateThree}, {"date", dateEve}, {offerPrefix + "cbp-one", offerCount}} {
			n := b.node(place)
			for _, form := range append(slices.Clone(Forms), Form{Name: "sms", Join: true, Transliterate: true, Exact: "es,ht", MaxSegments: 2, MaxChars: 1600}) {
				for month := 1; month <= 12; month++ {
					k := newTalker(t, b, l.Code, form, march).atMenu()
					end := time.Date(2024, time.Month(month), 28, 19, 59, 0, 0, time.UTC)
					for _, a := range []Answer{{Name: fieldPlace, Text: "tijuana"}, {Name: offerLast, Number: int(end.Unix() / 60)}} {
						a.Flow, a.Given = n.flow.ID, march.Unix()/60
						k.s.setAnswer(a)
					}
					tr := &turn{book: b, form: form, at: k.at, day: b.On(march), minute: march.Unix() / 60, s: k.s}
					tr.comes(n)
					msgs := tr.render()
					if len(msgs) != 1 || msgs[0].Fault != "" || form.MaxSegments > 0 && msgs[0].Segments > 1 {
						t.Fatalf("%s on %s: %d messages, %v", n.name(), form.Name, len(msgs), msgs)
					}
					text := msgs[0].Text
					for _, c := range msgs[0].Choices {
						text += " " + c.Label
					}
					if w := b.betrays(text); w != "" {
						t.Errorf("%s on %s says %q, which holds %q", n.name(), form.Name, text, w)
					}
					low := strings.ToLower(text)
					for _, w := range topics {
						if strings.Contains(low, w) {
							t.Errorf("%s on %s says %q, which names %q", n.name(), form.Name, text, w)
						}
					}
				}
			}
		}
	})
}

func TestDaysAreReadOnlyWhenTheyCanMeanOneThing(t *testing.T) {
	b := realBook(t)
	for text, want := range map[string]Date{
		"2 april": 20240402, "April 2": 20240402, "2nd of April": 20240402, "el 2 de abril": 20240402, "2 avril": 0, "2 avril april": 20240402, "2 avr": 20240402,
		"2/4": 0, "4/2": 0, "13/4": 20240413, "4/13": 20240413, "4/4": 20240404, "2024-04-02": 20240402, "2 april 2024": 20240402, "2 april 2025": 0,
		"31 april": 0, "0 april": 0, "april": 0, "2": 0, "2 3 april": 0, "2 april may": 0, "14 march": 0, "15 march": 20240315, "12 may": 20240512, "13 may": 0,
		"٢ april": 20240402, "99999 april": 0, "": 0, "2,april": 20240402, "1er mayo": 20240501, "29/02": 0,
	} {
		if got := b.parseDay(locales.Fold(text), b.Catalogue.Language("en"), 20240315, 20240512); got != want {
			if text == "2 avril" || text == "2 avr" || text == "2 avril april" { // words of a language that may or may not be known
				continue
			}
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
	if got := b.parseDay("5 january", b.Catalogue.Language("en"), 20241220, 20250215); got != 20250105 {
		t.Errorf("over the end of a year it is %s", got)
	}
}

func FuzzDecodeVault(f *testing.F) {
	b := realBook(f)
	v := testVault(b, march, keptDay)
	f.Add(v.encode())
	f.Add("")
	f.Add(string(bytes.Repeat([]byte{vaultFormat}, vaultSize)))
	f.Add(v.encode()[:40])
	f.Add(string(bytes.Repeat([]byte{firstVaultFormat}, firstVaultSize)))
	start := newTalker(f, b, "en", SMS, march).atMenu().s
	start.Flow, start.Node = "date", "open"
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := decodeVault(raw)
		if err != nil && !errors.Is(err, ErrVault) {
			t.Errorf("an error of another kind: %v", err)
		}
		if err == nil && raw[0] == vaultFormat && v.encode() != raw {
			t.Error("it is read back as something else")
		}
		s := start
		s.Vault = raw
		for _, in := range []Input{{Text: "4821"}, {Text: "#"}, {Event: Event{Timer: dateTimer, Due: march}}} {
			next, msgs, _ := b.Step(s, in, SMS, At{Now: march})
			if len(msgs) == 0 && in.Event == (Event{}) {
				t.Error("no answer")
			}
			if _, err := DecodeSession(next.Encode()); err != nil {
				t.Errorf("the session after it cannot be read: %v", err)
			}
		}
	})
}

func BenchmarkPIN(b *testing.B) {
	s := newStretcher(owasp)
	for b.Loop() {
		s.key("482163", [16]byte{1})
	}
}
