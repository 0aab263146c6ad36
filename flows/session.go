// The session: where a person stands in the conversation.
package flows

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Session is where one person stands. It is a value: Step returns a new one.
// The zero Session is a person Posada does not know.
type Session struct {
	Language  string
	Oral      string // the language the person speaks, where Posada does not write it; "" else
	Consented bool
	Stopped   bool // the person said stop
	Told      bool // and was told so once more
	Expired   bool // answers were erased in the middle of a flow; to be said once
	Lost      bool // the session before it could not be read; to be said once
	Flow      string
	Node      string
	Stack     []Place // calls that wait for their return, outermost first
	Trail     []Turn  // questions to go back to, oldest first
	Answers   []Answer
	Shown     []Shown // what the last answer said
	View      View    // how it was said
	Page      int     // its page, from 0
	Pages     int     // how many it had
	Misses    int     // texts in a row that were not understood
	Seen      int64   // minute (Unix time / 60) of the last input
	Version   string  // the book it was written with
	Vault     string  // a day behind a PIN, "" for none
}

// Place is one node of one flow.
type Place struct{ Flow, Node string }

// Turn is a question a person may go back to.
type Turn struct {
	Place
	Stack []Place
}

// Answer is one answer of a flow. Enumerated answers and places are in Text,
// months (yyyymm) and times (minutes, 1 to 1440) in Number.
type Answer struct {
	Flow, Name string
	Text       string
	Number     int
	Given      int64 // minute (Unix time / 60)
}

// Shown is one node that was said, with the items whose conditions held then:
// bit i of Items is item i. Flow "" is a message of Posada itself, called Node.
type Shown struct {
	Place
	Items uint32
}

// View is how the last answer is shown.
type View uint8

// The views of an answer.
const (
	ViewAnswer   View = iota
	ViewSource        // its sources instead of its words
	ViewOriginal      // its words in the language they were written in
)

// ErrSession is wrapped when stored bytes are not a session.
var ErrSession = errors.New("not a session")

// Format prints that it is a session, and nothing of it: a place in a
// conversation is a confession.
func (s Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "session") }

// Lang is the language the person chose, "" before that.
func (s Session) Lang() string { return s.Language }

// Empty tells whether nothing is known about the person.
func (s Session) Empty() bool {
	return s.Language == "" && s.Flow == "" && len(s.Answers) == 0 && !s.Stopped
}

func (s Session) answer(flow, name string) (Answer, bool) {
	for _, a := range s.Answers {
		if a.Name == name && a.Flow == flow {
			return a, true
		}
	}
	return Answer{}, false
}

// setAnswer works on a copy: the caller's session stays as it was.
func (s *Session) setAnswer(a Answer) {
	for i, old := range s.Answers {
		if old.Flow == a.Flow && old.Name == a.Name {
			s.Answers = slices.Clone(s.Answers)
			s.Answers[i] = a
			return
		}
	}
	s.Answers = append(slices.Clip(s.Answers), a)
}

func (s *Session) eraseAnswers(flow string) {
	s.Answers = slices.DeleteFunc(slices.Clone(s.Answers), func(a Answer) bool { return a.Flow == flow })
}

// sessionFormat is the first byte of an encoded session.
const sessionFormat = 1

// Flags of an encoded session.
const (
	flagConsented = 1 << iota
	flagStopped
	flagTold
	flagExpired
	flagLost
	flagVault
	flagOral
)

// Encode writes the session in a compact form of its own: counts and numbers
// as varints, strings with their length. It is smaller than CBOR and, because
// decoding cuts every string out of one, costs a handful of allocations where
// a CBOR library needs about forty (measured in BenchmarkSession).
func (s Session) Encode() []byte {
	b := make([]byte, 0, 384)
	b = append(b, sessionFormat)
	var flags byte
	if s.Consented {
		flags |= flagConsented
	}
	if s.Stopped {
		flags |= flagStopped
	}
	if s.Told {
		flags |= flagTold
	}
	if s.Expired {
		flags |= flagExpired
	}
	if s.Lost {
		flags |= flagLost
	}
	if s.Vault != "" {
		flags |= flagVault
	}
	if s.Oral != "" {
		flags |= flagOral
	}
	b = append(b, flags, byte(s.View))
	b = putString(b, s.Version)
	b = putString(b, s.Language)
	b = putPlace(b, Place{s.Flow, s.Node})
	b = putPlaces(b, s.Stack)
	b = binary.AppendUvarint(b, uint64(len(s.Trail)))
	for _, t := range s.Trail {
		b = putPlace(b, t.Place)
		b = putPlaces(b, t.Stack)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Answers)))
	for _, a := range s.Answers {
		b = putString(b, a.Flow)
		b = putString(b, a.Name)
		b = putString(b, a.Text)
		b = binary.AppendUvarint(b, uint64(a.Number))
		b = binary.AppendUvarint(b, uint64(a.Given))
	}
	b = binary.AppendUvarint(b, uint64(len(s.Shown)))
	for _, p := range s.Shown {
		b = putPlace(b, p.Place)
		b = binary.AppendUvarint(b, uint64(p.Items))
	}
	for _, n := range []int{s.Page, s.Pages, s.Misses} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = binary.AppendUvarint(b, uint64(s.Seen))
	if s.Vault != "" {
		b = putString(b, s.Vault)
	}
	if s.Oral != "" {
		b = putString(b, s.Oral)
	}
	return b
}

func putString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func putPlace(b []byte, p Place) []byte { return putString(putString(b, p.Flow), p.Node) }

func putPlaces(b []byte, ps []Place) []byte {
	b = binary.AppendUvarint(b, uint64(len(ps)))
	for _, p := range ps {
		b = putPlace(b, p)
	}
	return b
}

// DecodeSession reads what Encode wrote. Anything else is ErrSession: it never
// panics, and never returns half a session.
func DecodeSession(raw []byte) (Session, error) {
	if len(raw) < 3 || raw[0] != sessionFormat {
		return Session{}, fmt.Errorf("%w: unknown format", ErrSession)
	}
	var s Session
	flags := raw[1]
	s.Consented = flags&flagConsented != 0
	s.Stopped = flags&flagStopped != 0
	s.Told = flags&flagTold != 0
	s.Expired = flags&flagExpired != 0
	s.Lost = flags&flagLost != 0
	s.View = View(raw[2])
	d := decoder{rest: string(raw[3:])}
	s.Version = d.text()
	s.Language = d.text()
	at := d.place()
	s.Flow, s.Node = at.Flow, at.Node
	s.Stack = d.places(MaxDepth)
	if n := d.count(MaxTrail); n > 0 {
		s.Trail = make([]Turn, n)
		for i := range s.Trail {
			s.Trail[i] = Turn{Place: d.place(), Stack: d.places(MaxDepth)}
		}
	}
	if n := d.count(maxAnswers); n > 0 {
		s.Answers = make([]Answer, n)
		for i := range s.Answers {
			s.Answers[i] = Answer{Flow: d.text(), Name: d.text(), Text: d.text(), Number: d.number(), Given: int64(d.number())}
		}
	}
	if n := d.count(maxStored); n > 0 {
		s.Shown = make([]Shown, n)
		for i := range s.Shown {
			s.Shown[i] = Shown{Place: d.place(), Items: uint32(d.number())}
		}
	}
	s.Page, s.Pages, s.Misses = d.number(), d.number(), d.number()
	s.Seen = int64(d.number())
	if flags&flagVault != 0 {
		s.Vault = d.text()
		d.bad = d.bad || len(s.Vault) == 0 || len(s.Vault) > vaultSize
	}
	if flags&flagOral != 0 {
		s.Oral = d.text()
		d.bad = d.bad || !plainCode(s.Oral)
	}
	if d.bad || d.rest != "" || s.View > ViewOriginal {
		return Session{}, fmt.Errorf("%w: cut or changed", ErrSession)
	}
	return s, nil
}

// maxStored is the most that a session keeps of what was shown: the nodes of a
// turn and Posada's own words before them.
const maxStored = MaxShown + 4

// maxAnswers is the most answers a session may hold, over all flows.
const maxAnswers = 256

// decoder cuts values off the front of one string; after a fault it yields
// zeros and bad is set.
type decoder struct {
	rest string
	bad  bool
}

func (d *decoder) number() int {
	var n uint64
	for i := 0; i < len(d.rest) && i < 9; i++ {
		c := d.rest[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.rest = d.rest[i+1:]
			if n > 1<<48 {
				break
			}
			return int(n)
		}
	}
	d.fail()
	return 0
}

func (d *decoder) fail() { d.bad, d.rest = true, "" }

func (d *decoder) count(limit int) int {
	n := d.number()
	if n > limit {
		d.fail()
		return 0
	}
	return n
}

func (d *decoder) text() string {
	n := d.number()
	if n > len(d.rest) {
		d.fail()
		return ""
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) place() Place { return Place{d.text(), d.text()} }

func (d *decoder) places(limit int) []Place {
	n := d.count(limit)
	if n == 0 {
		return nil
	}
	out := make([]Place, n)
	for i := range out {
		out[i] = d.place()
	}
	return out
}
