// Languages that are not written: choosing one, honesty about what there is in
// it, and recordings beside the words.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// recordedBook is a book of its own, with recordings.
func recordedBook(t *testing.T, voices ...Voice) *Book {
	t.Helper()
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Embedded(c)
	if err != nil {
		t.Fatal(err)
	}
	b.SetRecordings(voices)
	return b
}

// voicesOf lists what was sent: recordings by name, words as "text".
func voicesOf(msgs []Message) []string {
	var out []string
	for _, m := range msgs {
		if m.Text != "" {
			out = append(out, "text")
		}
		for _, v := range m.Voices {
			out = append(out, v.String())
		}
	}
	return out
}

// speaking is a person at the menu who chose a language that is not written.
func speaking(t *testing.T, b *Book, form Form, code string) *talker {
	k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
	k.say("language")
	k.say(b.oral(code).Name)
	k.pick(b.oral(code).Bridges[0])
	return k
}

func TestTheLanguageMenuNamesWhatIsNotWrittenBelowWhatIs(t *testing.T) {
	b := realBook(t)
	for _, form := range Forms {
		k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
		text := k.say("language")
		for k.s.Page+1 < k.s.Pages {
			text += k.say("0")
		}
		var labels []string
		for _, w := range (&turn{book: b, s: k.s}).languages(b.flowByID["language"].start) {
			labels = append(labels, w.label)
		}
		names := labels[len(b.Catalogue.Languages()):]
		if len(names) != len(b.Orals()) || len(names) != 6 {
			t.Fatalf("%d languages that are not written: %v", len(names), names)
		}
		for _, name := range names {
			shown := strings.Contains(text, name) || slices.ContainsFunc(k.last, func(m Message) bool {
				return slices.ContainsFunc(m.Choices, func(c Choice) bool { return c.Label == name })
			})
			if !shown {
				t.Errorf("%s: the menu does not name %s", form.Name, name)
			}
		}
		if heading := b.Catalogue.Language("en").Raw(msgMoreLanguages); !form.Buttons && !strings.Contains(text, heading+"\n") {
			t.Errorf("%s: nothing says that they are not written:\n%s", form.Name, text)
		}
	}
}

func TestWhoeverChoosesALanguageThatIsNotWrittenIsToldWhatThereIs(t *testing.T) {
	none := realBook(t)
	some := recordedBook(t, Voice{"wo", "rule.what.3"})
	for _, o := range none.Orals() {
		for _, form := range Forms {
			for _, b := range []*Book{none, some} {
				k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
				k.say("language")
				text := k.say(o.Name)
				l := b.Catalogue.Language(o.Bridges[0])
				id := msgOralNone
				if b == some && o.Code == "wo" {
					id = msgOralSome
				}
				want, err := l.Render(id, map[string]any{"language": o.Name})
				if err != nil {
					t.Fatal(err)
				}
				if form.Join {
					want = (&turn{book: b, form: form}).fit(l, want)
				}
				// A page of an SMS ends where it must.
				flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
				if !strings.HasPrefix(flat(text), flat(want)) && !strings.HasPrefix(flat(want), flat(text)[:40]) {
					t.Errorf("%s on %s: %q is not what is said first: %q", o.Code, form.Name, want, text)
				}
				if k.s.Oral != o.Code || k.s.Language != o.Bridges[0] || k.s.Node != nodeOral {
					t.Errorf("%s on %s: the session has %q, %q at %s", o.Code, form.Name, k.s.Oral, k.s.Language, k.s.Node)
				}
				for k.s.Page+1 < k.s.Pages {
					k.say("0")
				}
				last := k.last[len(k.last)-1].Choices
				for i, code := range o.Bridges {
					if want := b.Catalogue.Language(code).Raw("language.name"); last[i].Label != want {
						t.Errorf("%s: bridge %d is called %q, not %q", o.Code, i+1, last[i].Label, want)
					}
				}
				k.say(fmt.Sprint(len(o.Bridges))) // the last of them
				if want := o.Bridges[len(o.Bridges)-1]; k.s.Language != want || k.s.Oral != o.Code || k.s.Flow != none.roles.Menu {
					t.Errorf("%s: after the bridge the session has %q, %q in %s", o.Code, k.s.Language, k.s.Oral, k.s.Flow)
				}
			}
		}
	}
}

func TestAHumanHelperIsOfferedBeforeAnyBridge(t *testing.T) {
	b := realBook(t)
	for _, o := range b.Orals() {
		for _, newcomer := range []bool{true, false} {
			k := newTalker(t, b, "", Telegram, reviewed(b))
			if newcomer {
				k.say("hola")
				if k.s.Node == nodeSuggest {
					k.pick("another")
				}
			} else {
				k = newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
				k.say("language")
			}
			k.say(o.Name)
			k.pick(keyHelper)
			if (Place{k.s.Flow, k.s.Node}) != b.helper.place() {
				t.Fatalf("%s: a human helper leads to %s/%s", o.Code, k.s.Flow, k.s.Node)
			}
			k.pick("back")
			if k.s.Node != nodeOral {
				t.Errorf("%s: after the helper the question is not asked again, but %s/%s", o.Code, k.s.Flow, k.s.Node)
			}
			k.pick(o.Bridges[0])
			if want := map[bool]string{true: b.roles.First, false: b.roles.Menu}[newcomer]; k.s.Flow != want {
				t.Errorf("%s: it goes on in %s, not %s", o.Code, k.s.Flow, want)
			}
		}
	}
}

func TestTheNameOfALanguageThatIsNotWrittenIsEnough(t *testing.T) {
	b := realBook(t)
	for _, o := range b.Orals() {
		for _, name := range append(split(o.Also), o.Name) {
			k := newTalker(t, b, "", WhatsApp, reviewed(b))
			k.say(name)
			if k.s.Oral != o.Code || k.s.Node != nodeOral || k.s.Misses != 0 {
				t.Errorf("%q, the first word of all, leads to %s/%s", name, k.s.Flow, k.s.Node)
			}
			k = newTalker(t, b, "", WhatsApp, reviewed(b))
			k.say("hola")
			k.say(name)
			if k.s.Oral != o.Code || k.s.Node != nodeOral || k.s.Misses != 0 {
				t.Errorf("%q, after a greeting, leads to %s/%s", name, k.s.Flow, k.s.Node)
			}
		}
	}
}

func TestAWrittenLanguageEndsTheOneThatIsNot(t *testing.T) {
	b := realBook(t)
	k := speaking(t, b, Telegram, "mam")
	k.say("stop")
	if k.s.Oral != "mam" {
		t.Error("stop forgets the language, though it keeps the bridge")
	}
	k = speaking(t, b, Telegram, "mam")
	k.say("language")
	k.pick("fr")
	if k.s.Oral != "" || k.s.Language != "fr" {
		t.Errorf("the session has %q, %q", k.s.Oral, k.s.Language)
	}
}

func TestALanguageThatLeftTheBookLeavesAChoiceOfTheOthers(t *testing.T) {
	b := realBook(t)
	s := Session{Language: "es", Oral: "zz", Consented: true, Flow: b.roles.Language, Node: nodeOral, Seen: reviewed(b).Unix() / 60, Version: b.version}
	next, msgs, _ := b.Step(s, Input{Text: "repeat"}, Telegram, At{Now: reviewed(b)})
	if len(msgs) == 0 || len(msgs[len(msgs)-1].Choices) < len(b.Catalogue.Languages()) {
		t.Fatalf("nothing to choose: %v", msgs)
	}
	next, _, _ = b.Step(next, Input{Payload: "language/oral#ht"}, Telegram, At{Now: reviewed(b)})
	if next.Language != "ht" {
		t.Errorf("the language is %q", next.Language)
	}
}

func TestRecordingsStandBesideTheWordsOfTheirMessages(t *testing.T) {
	b := recordedBook(t, Voice{"mam", "rule.what.3"}, Voice{"mam", "rule.what.1"}, Voice{"mam", "rule.more.ask"}, Voice{"es", "rule.what.2"})
	for _, form := range []Form{Telegram, WhatsApp} {
		k := speaking(t, b, form, "mam")
		k.pick("rule")
		got := voicesOf(k.last)
		at := func(name string) int { return slices.Index(got, name) }
		if one, three, ask := at("mam/rule.what.1"), at("mam/rule.what.3"), at("mam/rule.more.ask"); one < 1 || three < one+2 || ask != len(got)-1 || ask < three+2 {
			t.Errorf("%s: %v", form.Name, got)
		}
		if at("es/rule.what.2") >= 0 {
			t.Errorf("%s: a recording in the bridge language came unasked", form.Name)
		}
		// Asked for, what there is in the bridge language comes too.
		if got := voicesOf(k.input(Input{Text: "🔊"})); !slices.Equal(got, []string{"mam/rule.what.1", "es/rule.what.2", "mam/rule.what.3", "mam/rule.more.ask", "text"}) {
			t.Errorf("%s: listen sends %v", form.Name, got)
		}
	}
	k := speaking(t, b, SMS, "mam")
	k.pick("rule")
	if got := voicesOf(k.last); !slices.Equal(got, []string{"text"}) {
		t.Errorf("SMS carries %v", got)
	}
}

func TestListenWorksInEveryWrittenLanguage(t *testing.T) {
	var voices []Voice
	for _, l := range realBook(t).Catalogue.Languages() {
		voices = append(voices, Voice{l.Code, "rule.what.3"})
	}
	b := recordedBook(t, voices...)
	for _, l := range b.Catalogue.Languages() {
		k := newTalker(t, b, l.Code, Telegram, reviewed(b)).atMenu()
		k.pick("rule")
		if got := voicesOf(k.last); slices.ContainsFunc(got, func(s string) bool { return s != "text" }) {
			t.Errorf("%s: recordings came unasked: %v", l.Code, got)
		}
		button := func() string {
			for _, c := range k.last[len(k.last)-1].Choices {
				if c.Payload == payloadListen {
					return c.Label
				}
			}
			return ""
		}
		if want := keyListen + " " + l.Raw(msgListen); button() != want {
			t.Errorf("%s: the button says %q, not %q", l.Code, button(), want)
		}
		want := []string{l.Code + "/rule.what.3", "text"}
		for _, in := range []Input{{Text: l.List("keyword.listen")[0]}, {Payload: payloadListen}, {Text: keyListen}} {
			if got := voicesOf(k.input(in)); !slices.Equal(got, want) {
				t.Errorf("%s: %q sends %v", l.Code, in.Text+in.Payload, got)
			}
			if want := keyListen + " " + l.Raw(msgListenAgain); button() != want {
				t.Errorf("%s: afterwards the button says %q, not %q", l.Code, button(), want)
			}
		}
		// The answer is still there to be asked about.
		if text := k.say("source"); strings.Contains(text, l.Raw(msgSourceNone)) {
			t.Errorf("%s: after listening the answer has no source: %q", l.Code, text)
		}
	}
}

func TestWhereNothingIsRecordedListenSaysSoAndAsksAgain(t *testing.T) {
	none := realBook(t)
	some := recordedBook(t, Voice{"es", "rule.what.3"}, Voice{"mam", "menu.ask"})
	for _, c := range []struct {
		b    *Book
		form Form
		lang string
	}{{none, Telegram, "es"}, {none, WhatsApp, "es"}, {none, SMS, "es"}, {some, SMS, "es"}, {some, Telegram, "en"}} {
		k := newTalker(t, c.b, c.lang, c.form, reviewed(c.b)).atMenu()
		k.pick("rule")
		for k.s.Page+1 < k.s.Pages {
			k.say("0")
		}
		before := Place{k.s.Flow, k.s.Node}
		text := k.say("listen")
		l := c.b.Catalogue.Language(c.lang)
		if want := (&turn{book: c.b, form: c.form}).fit(l, l.Raw(msgVoiceNone)); !strings.HasPrefix(text, want) {
			t.Errorf("%s on %s: %q", c.lang, c.form.Name, text)
		}
		if (Place{k.s.Flow, k.s.Node}) != before || len(k.last[len(k.last)-1].Choices) == 0 || k.s.Misses != 0 {
			t.Errorf("%s on %s: the question is not asked again", c.lang, c.form.Name)
		}
	}
}

// What comes by itself shows on a lock screen, and may sound in a room.
func TestWhatComesByItselfNeverSpeaksByItself(t *testing.T) {
	b := realBook(t)
	var voices []Voice
	for _, id := range b.Spoken() {
		voices = append(voices, Voice{"mam", id}, Voice{"es", id})
	}
	b = recordedBook(t, voices...)
	k := speaking(t, b, Telegram, "mam")
	k.at.Now = Noon(20240315) // the programme is open
	f := b.flowByID[remindersOf("cbp-one")]
	for _, a := range []Answer{{Name: answerState, Text: stateOn}, {Name: fieldPlace, Text: "tijuana"}, {Name: answerWhen, Text: "opens"},
		{Name: answerNext, Number: 20240315}, {Name: answerUnanswered, Number: Patience}} {
		a.Flow, a.Given = f.ID, k.at.Now.Unix()/60
		k.s.setAnswer(a)
	}
	k.s.Seen = k.at.Now.Unix() / 60
	msgs := k.input(Input{Event: Event{Timer: Timer{TimerDaily, "cbp-one"}, Due: k.at.Now}})
	if len(msgs) == 0 {
		t.Fatal("nothing was said")
	}
	if got := voicesOf(msgs); slices.ContainsFunc(got, func(s string) bool { return s != "text" }) {
		t.Errorf("it spoke: %v", got)
	}
	k.at.Now = k.at.Now.Add(time.Minute)
	if got := voicesOf(k.input(Input{Text: keyListen})); !strings.HasPrefix(got[0], "mam/") {
		t.Errorf("asked for, it is not heard: %v", got)
	}
}

func TestARecordingThatCanBeOfNoUseIsRefused(t *testing.T) {
	b := realBook(t)
	for v, want := range map[Voice]string{
		{"mam", "rule.what.3"}:       "",
		{"ht", "rule.what.1"}:        "",
		{"xx", "rule.what.3"}:        "no language xx",
		{"mam", "rule.what.99"}:      "no message rule.what.99",
		{"mam", "rule.more.covers"}:  "label",
		{"mam", "keyword.stop"}:      "label or a list",
		{"mam", "reminders.day.ask"}: "another for every person",
	} {
		if got := b.MayRecord(v); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", v, got, want)
		}
	}
	if got := b.Dated("rule.what.1"); !slices.Equal(got, []string{"clp_start"}) {
		t.Errorf("rule.what.1 says the values of %v", got)
	}
	missing, of := b.Unrecorded("mam")
	if len(missing) != of || of < 50 {
		t.Errorf("%d of %d are missing", len(missing), of)
	}
}

// A value of another day is in no recording.
func TestAPracticeDayHearsNoValuesOfToday(t *testing.T) {
	b := recordedBook(t, Voice{"es", "rule.what.1"}, Voice{"es", "rule.what.3"})
	k := newTalker(t, b, "es", Telegram, reviewed(b)).atMenu()
	k.at.AsOf = Noon(20240315)
	k.pick("rule")
	if got := voicesOf(k.input(Input{Text: keyListen})); !slices.Equal(got, []string{"es/rule.what.3", "text"}) {
		t.Errorf("%v", got)
	}
}

func TestOldSessionsStillOpenAndTheNewFieldSurvives(t *testing.T) {
	s := Session{Language: "es", Consented: true, Flow: "menu", Node: "menu", Seen: 29_000_000, Version: "abcd1234"}
	old := s.Encode()
	if back, err := DecodeSession(old); err != nil || back.Oral != "" {
		t.Fatalf("%v, %q", err, back.Oral)
	}
	s.Oral = "quc"
	raw := s.Encode()
	if len(raw) != len(old)+4 {
		t.Errorf("it takes %d bytes more", len(raw)-len(old))
	}
	if back, err := DecodeSession(raw); err != nil || back.Oral != "quc" {
		t.Errorf("%v, %q", err, back.Oral)
	}
	raw[len(raw)-1] = '/'
	if _, err := DecodeSession(raw); err == nil {
		t.Error("a code that is none is taken")
	}
}

func TestFaultsOfOralYAMLAreNamedWithFileAndLine(t *testing.T) {
	head := "helper: help/danger\nlanguages:\n"
	for name, c := range map[string]struct{ yaml, want string }{
		"an unknown key":     {head + "  - {code: mam, name: Mam, bridges: [en], voice: yes}\n", "oral.yaml:3"},
		"no code":            {head + "  - {name: Mam, bridges: [en]}\n", "oral.yaml:3: language \"\" needs a code"},
		"a bad code":         {head + "  - {code: ../x, name: Mam, bridges: [en]}\n", "oral.yaml:3: language \"../x\" needs a code"},
		"no name":            {head + "  - {code: mam, bridges: [en]}\n", "oral.yaml:3: language \"mam\" needs a code"},
		"a language twice":   {head + "  - {code: mam, name: Mam, bridges: [en]}\n  - {code: mam, name: Mam, bridges: [en]}\n", "oral.yaml:4: language mam is there already"},
		"a written language": {head + "  - {code: en, name: Angle, bridges: [en]}\n", "oral.yaml:3: language en is there already"},
		"a name of another":  {head + "  - {code: mam, name: English, bridges: [en]}\n", "oral.yaml:3: language mam: \"English\" is also en"},
		"a keyword":          {head + "  - {code: mam, name: Mam, also: \"stop\", bridges: [en]}\n", "oral.yaml:3: language mam: \"stop\" is also the keyword stop"},
		"no bridge":          {head + "  - {code: mam, name: Mam}\n", "oral.yaml:3: language mam has no bridge"},
		"an unknown bridge":  {head + "  - {code: mam, name: Mam, bridges: [qq]}\n", "oral.yaml:3: language mam: bridge \"qq\""},
		"an unknown helper":  {"helper: help/nobody\nlanguages:\n  - {code: mam, name: Mam, bridges: [en]}\n", "oral.yaml:1: helper: unknown flow or node"},
		"an empty entry":     {head + "  -\n", "oral.yaml:3: a language is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture()
			f.book["oral.yaml"] = c.yaml
			_, err := f.load(t)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
	f := newFixture()
	f.change(t, "flow/language.yaml", "choices_from: bridges", "choices_from: languages")
	if _, err := f.load(t); err == nil || !strings.Contains(err.Error(), `oral.yaml:2: flow language has no question "oral"`) {
		t.Errorf("a flow without its question: %v", err)
	}
}
