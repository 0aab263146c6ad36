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
	return Embedded(c)
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
}

func newTalker(t testing.TB, b *Book, lang string, form Form, at time.Time) *talker {
	return &talker{t: t, book: b, form: form, s: Session{Language: lang}, at: At{Now: at}}
}

func (k *talker) input(in Input) []Message {
	k.t.Helper()
	before := string(k.s.Encode())
	next, msgs, effects := k.book.Step(k.s, in, k.form, k.at)
	if string(k.s.Encode()) != before {
		k.t.Fatal("Step changed the session it was given")
	}
	back, err := DecodeSession(next.Encode())
	if err != nil {
		k.t.Fatalf("session does not survive being written: %v", err)
	}
	k.s, k.last, k.done = back, msgs, effects
	return msgs
}

func (k *talker) say(text string) string {
	k.t.Helper()
	return textOf(k.input(Input{Text: text}))
}

// pick answers with the choice of that key, whatever its number is.
func (k *talker) pick(key string) string {
	k.t.Helper()
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
