// What the tests of this package share: the book of the binary, and days.
package flows

import (
	"strings"
	"sync"
	"testing"
	"time"

	"posada/locales"
)

var embedded = sync.OnceValues(func() (*Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, err
	}
	b, err := Embedded(c)
	if err == nil {
		b.pins = newStretcher(stretching{passes: 1, kib: 64, lanes: 1}) // a PIN costs next to nothing in tests
		b.BuildSearch()
	}
	return b, err
})

func realBook(t testing.TB) *Book {
	t.Helper()
	b, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reviewed is "today" for tests: the day the book was last reviewed, so that
// they do not change their mind as the calendar moves on.
func reviewed(b *Book) time.Time { return Noon(b.NewestReview()) }

func on(t testing.TB, date string) time.Time {
	t.Helper()
	d, err := ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return Noon(d)
}

// talker holds one person's conversation; the session is written out and read
// back between every two messages.
type talker struct {
	t     testing.TB
	book  *Book
	s     Session
	form  Form
	at    At
	last  []Message
	done  []Effect
	depth int // answers so far, for walks that must end

	diary   []Line // as a store would keep it
	letters []Letter
	timers  map[Timer]time.Time
}

func newTalker(t testing.TB, b *Book, lang string, form Form, at time.Time) *talker {
	return &talker{t: t, book: b, form: form, s: Session{Language: lang}, at: At{Now: at}}
}

func (k *talker) input(in Input) []Message {
	k.t.Helper()
	before := string(k.s.Encode())
	in.Random = [32]byte{1}
	if k.book.WantsDiary(k.s, in) {
		in.Diary = append([]Line{}, k.diary...)
	}
	if k.book.WantsLetters(k.s, in) {
		in.Letters = k.letters
	}
	next, msgs, effects := k.book.Step(k.s, in, k.form, k.at)
	if string(k.s.Encode()) != before {
		k.t.Fatal("Step changed the session it was given")
	}
	back, err := DecodeSession(next.Encode())
	if err != nil {
		k.t.Fatalf("session does not survive being written: %v", err)
	}
	k.s, k.last, k.done = back, msgs, effects
	k.keep(effects)
	return msgs
}

// keep does what an assistant does with effects.
func (k *talker) keep(effects []Effect) {
	for _, e := range effects {
		switch e.Kind {
		case EffectReport:
			k.diary = append(k.diary, Line{At: k.at.Now, Programme: e.Programme, Place: e.Place, Outcome: e.Outcome})
		case EffectDiaryErase:
			k.diary = nil
		case EffectForget:
			k.diary, k.timers = nil, nil
		case EffectTimer:
			if k.timers == nil {
				k.timers = map[Timer]time.Time{}
			}
			if k.timers[Timer{e.Timer, e.Programme}] = e.Moment; e.Moment.IsZero() {
				delete(k.timers, Timer{e.Timer, e.Programme})
			}
		}
	}
}

// due lets time pass until the next timer has run out, and some time more.
func (k *talker) due(late time.Duration) []Message {
	k.t.Helper()
	var next Timer
	for name, at := range k.timers {
		if was := k.timers[next]; was.IsZero() || at.Before(was) || at.Equal(was) && name.Kind < next.Kind {
			next = name
		}
	}
	at := k.timers[next]
	if at.IsZero() {
		k.t.Fatal("no timer is set")
	}
	delete(k.timers, next)
	k.at.Now = at.Add(late)
	return k.input(Input{Event: Event{Timer: next, Due: at}})
}

func (k *talker) say(text string) string {
	k.t.Helper()
	return textOf(k.input(Input{Text: text}))
}

// pick answers with the choice of that key, whatever its number is.
func (k *talker) pick(key string) string {
	k.t.Helper()
	if k.s.Node == nodeSuggest && k.book.Catalogue.Language(key) != nil { // a language was suggested first
		if greeted, _ := k.s.answer(k.s.Flow, answerGreeted); greeted.Text == key {
			key = "yes"
		} else {
			k.pick("another")
		}
	}
	for range MaxPages {
		more := false
		for _, m := range k.last {
			for _, c := range m.Choices {
				if strings.HasSuffix(c.Payload, "#"+key) {
					return k.say(c.Key)
				}
				more = more || c.Key == "0"
			}
		}
		if !more {
			break
		}
		k.say("0")
	}
	k.t.Fatalf("at %s/%s there is no choice %q in %v", k.s.Flow, k.s.Node, key, k.last)
	return ""
}

// atMenu begins and agrees.
func (k *talker) atMenu() *talker {
	k.t.Helper()
	k.say("hola")
	k.pick("go_on")
	if k.s.Flow != k.book.roles.Menu {
		k.t.Fatalf("after consent the person stands at %s/%s", k.s.Flow, k.s.Node)
	}
	return k
}

func textOf(msgs []Message) string {
	var out []string
	for _, m := range msgs {
		out = append(out, m.Text)
	}
	return strings.Join(out, "\n")
}
