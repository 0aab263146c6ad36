// What people, phones and operators may send: anything. Nothing of it may stop
// the engine.
package flows

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"posada/locales"
)

// oddTexts are what arrives on a bad day.
var oddTexts = []string{
	"", " ", "1", "2.", "0", "*", "#", "?", "hola", "bonjou", "hello", "stop", "start", "help", "source", "why", "repeat", "menu", "back", "delete", "language", "blargh",
	strings.Repeat("a", 10000), strings.Repeat("la vida ", 1250), strings.Repeat("👋🏽", 500), strings.Repeat("\u0301", 2000), "\xff\xfe", "a\xc3(", "\x00\x01\x1b[31m", "\u202edrow\u2066", "\u200b\u200d\ufeff", "👋", "🧭", "🇲🇽",
	"٣", "३", "三", "３", "十", "3️⃣", "-1", "99999999999999999999", "1e3", "2023-06", "junio de 2023", "7:30 pm", "7è diswa", "Tijuana", "yo no se", "me secuestraron", "yo kidnape m", "they kidnapped us",
	"{{.clp_start}}", "<no value>", "%s%d", "'; drop table", "a|b", "...", "yes\nno",
}

func FuzzDecodeSession(f *testing.F) {
	b := realBook(f)
	for _, s := range seedSessions(f) {
		f.Add(s.Encode())
	}
	f.Add([]byte{})
	f.Add([]byte{sessionFormat, 0, 0})
	f.Add(append([]byte{sessionFormat, 15, 1}, bytes.Repeat([]byte{0}, 13)...))
	f.Add(append([]byte{sessionFormat, 0, 0}, bytes.Repeat([]byte{0xff}, 64)...))
	// An older book meant something else by an answer.
	odd := seedSessions(f)[1]
	odd.Answers = []Answer{{Flow: "screening", Name: "entry", Number: 1 << 40}, {Flow: "reminders", Name: "place", Text: "atlantis"}, {Flow: "gone", Name: "x"}}
	odd.Version, odd.Page, odd.Pages, odd.Seen = "", 1<<30, 1<<31, 1<<40
	f.Add(odd.Encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := DecodeSession(raw)
		if err != nil {
			if !errors.Is(err, ErrSession) {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		again, err := DecodeSession(s.Encode())
		if err != nil || !bytes.Equal(again.Encode(), s.Encode()) {
			t.Fatalf("%+v is read back as %+v, %v", s, again, err)
		}
		// Whatever could be read can be talked to.
		for _, text := range []string{"1", "*", "0", "source"} {
			next, msgs, _ := b.Step(s, Input{Text: text}, SMS, At{Now: reviewed(b)})
			if len(msgs) == 0 && !s.Stopped {
				t.Fatalf("no answer to %q in %+v", text, s)
			}
			if _, err := DecodeSession(next.Encode()); err != nil {
				t.Fatalf("after %q the session cannot be read: %+v", text, next)
			}
		}
	})
}

// fixtureWithout is the small book, loaded once; a fuzz target replaces one
// file of it.
var fixtureLanguages = sync.OnceValues(func() (*locales.Catalogue, error) { return locales.Load(asFS(newFixture().words)) })

func fuzzBook(t testing.TB, name string, raw []byte) (*Book, error) {
	c, err := fixtureLanguages()
	if err != nil {
		t.Fatal(err)
	}
	fsys := asFS(fixtureFiles()).(fstest.MapFS)
	fsys[name] = &fstest.MapFile{Data: raw}
	return Load(fsys, c)
}

func FuzzLoadFlow(f *testing.F) {
	topic := fixtureFiles()[topicYAML]
	f.Add([]byte(topic))
	for _, fault := range everyFaults {
		if fault.file == topicYAML {
			f.Add([]byte(strings.Replace(topic, fault.old, fault.new, 1)))
		}
	}
	for _, s := range []string{"", "a", "- a", "{}", "flow: topic", "flow: topic\nnodes: {}", "flow: topic\nnodes: []", "nodes:\n  a:\n", "flow: &a topic\nstart: *a", "a: &a [*a]", "<<: {flow: x}", "\t", "\x00", "%YAML 1.2\n---\nflow: x",
		"---\nflow: a\n---\nflow: b\n", "flow: topic\nflow: topic", "flow: !!binary aGk=", "nodes: {a: {say: [1, 2.5, null, true, {text: [x]}]}}", "flow: topic\nanswers: {a: {b: c}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := fuzzBook(t, topicYAML, raw)
		if err != nil {
			// Without the flow that the menu calls the fault is the menu's.
			if text := err.Error(); !strings.Contains(text, "topic.yaml") && !strings.Contains(text, "flow/menu.yaml:") {
				t.Errorf("no file is named: %v", err)
			}
			return
		}
		walkABit(t, b)
	})
}

func FuzzParseYAML(f *testing.F) {
	files := fixtureFiles()
	for _, name := range []string{"facts.yaml", "sources.yaml", "places.yaml", "programmes.yaml", "rumours.yaml", "directory.yaml", "digits.yaml", "book.yaml"} {
		f.Add(name, []byte(files[name]))
		f.Add(name, []byte(""))
		f.Add(name, []byte("facts: {a: {review_by: [x], history: [{}]}}"))
		f.Add(name, []byte(name+": [1, {a: &a *a}]"))
		f.Add(name, []byte(strings.ReplaceAll(files[name], "2026", "0000")))
		f.Add(name, []byte(strings.ReplaceAll(files[name], "{", "[")))
		f.Add(name, []byte(strings.ReplaceAll(files[name], "- {", "- ~\n  - {")))
	}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		if _, ok := fixtureFiles()[name]; !ok || !fs.ValidPath(name) {
			return
		}
		b, err := fuzzBook(t, name, raw)
		if err != nil {
			if !strings.Contains(err.Error(), ".yaml") {
				t.Errorf("no file is named: %v", err)
			}
			return
		}
		walkABit(t, b)
	})
}

// walkABit talks to a book that loads: it may be strange, and must not panic or
// hang.
func walkABit(t *testing.T, b *Book) {
	at := At{Now: time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)}
	var s Session
	for _, text := range []string{"hello", "1", "1", "1", "1", "monthb 2023", "tj", "source", "*", "*", "#", "2", "1", "blargh", "delete"} {
		next, msgs, effects := b.Step(s, Input{Text: text}, SMS, at)
		if len(msgs) == 0 && !s.Stopped {
			t.Fatalf("no answer to %q at %s/%s", text, s.Flow, s.Node)
		}
		if len(effects) > MaxSteps {
			t.Fatalf("%d effects of one turn", len(effects))
		}
		s = next
	}
	for _, id := range b.FlowIDs() {
		for _, format := range []string{FormatMermaid, FormatDOT} {
			if _, err := b.Draw(id, format); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	b.Check(b.On(at.Now))
}

// seedSessions are people in the middle of something, in every language.
func seedSessions(t testing.TB) []Session {
	b := realBook(t)
	out := []Session{{}}
	for _, l := range b.Catalogue.Languages() {
		for _, day := range []string{"2024-03-15", "2026-11-23"} {
			begin := func() *talker { return newTalker(t, b, l.Code, SMS, on(t, day)).atMenu() }
			out = append(out, begin().s)
			screening := begin()
			screening.pick("screening")
			out = append(out, screening.s)
			screening.pick("yes")
			out = append(out, screening.s)
			screening.say("2023-06")
			out = append(out, screening.s)
			rule := begin()
			rule.pick("rule")
			out = append(out, rule.s)
			rule.say("source")
			out = append(out, rule.s)
			reminders := begin()
			reminders.pick("reminders")
			out = append(out, reminders.s)
			rumours := begin()
			rumours.pick("rumours")
			rumours.pick("tell")
			out = append(out, rumours.s)
			help := begin()
			help.say("help")
			out = append(out, help.s)
			stop := begin()
			stop.say("stop")
			out = append(out, stop.s)
			stop.say("x")
			out = append(out, stop.s)
		}
	}
	return out
}

func FuzzStep(f *testing.F) {
	b := realBook(f)
	sessions := seedSessions(f)
	for i, text := range oddTexts {
		f.Add(text, "", uint8(i), uint8(i), uint16(i))
		f.Add(text, "", uint8(3*i+1), uint8(i/3), uint16(0))
		f.Add(text, "", uint8(5*i), uint8(128+i), uint16(i)) // one of too many
	}
	for i, payload := range []string{"screening/way#port", "rule/more#courts", "first/language#es", "data/confirm#yes", "away/away#erase", ":back", ":menu", "#", "/", "a/b#c", "rule/more#", strings.Repeat("x", 100), "\xff/\xff#\xff"} {
		f.Add("", payload, uint8(7*i), uint8(i), uint16(i))
	}
	f.Fuzz(func(t *testing.T, text, payload string, which, how uint8, minutes uint16) {
		s := sessions[int(which)%len(sessions)]
		form := Forms[int(how)%len(Forms)]
		at := At{Now: on(t, "2026-11-23").Add(time.Duration(minutes) * time.Minute)}
		if how&64 != 0 {
			at.AsOf = on(t, "2024-03-15")
		}
		at.Trial = how&32 != 0
		in := Input{Text: text, Payload: payload, Flood: how&128 != 0}
		if how&16 != 0 {
			in.Media = slices.Concat(media, []Media{"hologram"})[int(how&15)%(len(media)+1)]
		}
		for range 2 {
			next, msgs, effects := b.Step(s, in, form, at)
			if len(msgs) == 0 && !(s.Stopped && (s.Told || in.Flood)) {
				t.Fatalf("no answer in %+v", s)
			}
			if form.Join && len(msgs) > 1 {
				t.Fatalf("%d messages at once", len(msgs))
			}
			for _, m := range msgs {
				judgeFuzzed(t, m, form, at)
			}
			for _, e := range effects {
				if e.Minute < 0 || e.Minute > 24*60 || len([]rune(e.Text)) > MaxText {
					t.Errorf("effect %+v", e)
				}
				if e.Kind == EffectForget && !next.Empty() {
					t.Errorf("forgotten, and left: %+v", next)
				}
			}
			raw := next.Encode()
			back, err := DecodeSession(raw)
			if err != nil || !bytes.Equal(back.Encode(), raw) {
				t.Fatalf("the session cannot be read back: %+v, %v", next, err)
			}
			if next.Flow != "" {
				if n := b.node(Place{next.Flow, next.Node}); n == nil || !n.isAsk() {
					t.Fatalf("the conversation waits at no question: %s/%s", next.Flow, next.Node)
				}
			}
			s = back
		}
	})
}

func judgeFuzzed(t *testing.T, m Message, form Form, at At) {
	t.Helper()
	switch {
	case strings.TrimSpace(m.Text) == "":
		t.Error("an empty message")
	case strings.Contains(m.Text, "<no value>") || strings.Contains(m.Text, "{{"):
		t.Errorf("half filled: %q", m.Text)
	case form.MaxSegments > 0 && (m.Segments > form.MaxSegments || locales.Segments(m.Text) != m.Segments):
		t.Errorf("%d segments: %q", m.Segments, m.Text)
	case utf16Len(m.Text) > form.MaxChars:
		t.Errorf("%d characters: %q", utf16Len(m.Text), m.Text)
	case strings.HasPrefix(m.Text, "TRAINING\n") == at.AsOf.IsZero():
		t.Errorf("as of %v: %q", at.AsOf, m.Text)
	}
	for _, c := range m.Choices {
		if len(c.Payload) > MaxPayload || c.Key == "" || c.Label == "" {
			t.Errorf("choice %+v", c)
		}
	}
}
