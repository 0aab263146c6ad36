// What the phones show: their last messages, in memory, and who watches them.
package simulator

import (
	"cmp"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/bidi"
)

// What is kept at most. Beyond it the oldest message of a phone, and the phone
// that was used least lately, are dropped.
const (
	maxPhones   = 500
	maxMessages = 200
	maxStreams  = 8 // event streams of one phone
)

// message is one bubble, as the page reads it.
type message struct {
	ID       string   `json:"id"`
	Mine     bool     `json:"mine,omitempty"` // the person wrote it
	Text     string   `json:"text"`
	Lang     string   `json:"lang,omitempty"`
	Dir      string   `json:"dir,omitempty"` // ltr or rtl, by the language
	Flow     string   `json:"flow,omitempty"`
	Node     string   `json:"node,omitempty"`
	Kind     string   `json:"kind,omitempty"`     // reply, reminder, bulletin
	Segments int      `json:"segments,omitempty"` // of an SMS
	At       int64    `json:"at"`                 // milliseconds since 1970
	Choices  []choice `json:"choices,omitempty"`
	Voices   []string `json:"voices,omitempty"` // recordings: "mam/rule.what.3"
}

// choice is flows.Choice with its payload, which the phone must know.
type choice struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Payload string `json:"payload,omitempty"`
}

// event is a message with its number among all of this process.
type event struct {
	seq uint64
	message
}

// phones are all conversations, by the phone's id.
type phones struct {
	boot string // tells the numbers of this process from those of another

	mu   sync.Mutex
	byID map[string]*phone
	seq  uint64
	uses uint64
}

// phone is one conversation. The word "delete" empties the store, and not the
// phone: no assistant can erase what stands on a person's own screen.
type phone struct {
	events  []event       // oldest first
	changed chan struct{} // closed when there is more, or the phone is dropped
	streams int
	used    uint64
}

func newPhones() *phones { return &phones{boot: rand.Text(), byID: map[string]*phone{}} }

// get finds or makes a phone. It is called with the lock held.
func (s *phones) get(id string) *phone {
	p := s.byID[id]
	if p == nil {
		if len(s.byID) >= maxPhones {
			s.dropOne()
		}
		p = &phone{changed: make(chan struct{})}
		s.byID[id] = p
	}
	s.uses++
	p.used = s.uses
	return p
}

// dropOne drops the phone used least lately, one that nobody watches if there
// is any. A page that still watches it begins to watch anew.
func (s *phones) dropOne() {
	oldest := ""
	for id, p := range s.byID {
		if o := s.byID[oldest]; o == nil || o.streams > 0 && p.streams == 0 || (o.streams > 0) == (p.streams > 0) && p.used < o.used {
			oldest = id
		}
	}
	close(s.byID[oldest].changed)
	delete(s.byID, oldest)
}

// add shows a message on a phone, once however often it comes.
func (s *phones) add(id string, m message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(id)
	if slices.ContainsFunc(p.events, func(e event) bool { return e.ID == m.ID }) {
		return
	}
	s.seq++
	p.events = append(p.events, event{s.seq, m})
	if len(p.events) > maxMessages {
		p.events = slices.Delete(p.events, 0, len(p.events)-maxMessages)
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// remove takes back a message of the person that was not received after all.
func (s *phones) remove(id, messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.byID[id]; p != nil {
		p.events = slices.DeleteFunc(p.events, func(e event) bool { return e.Mine && e.ID == messageID })
	}
}

// watch begins a stream of a phone's events. It fails when the phone has too
// many; otherwise leave ends it.
func (s *phones) watch(id string) (p *phone, leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p = s.get(id); p.streams >= maxStreams {
		return nil, nil, false
	}
	p.streams++
	return p, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		p.streams--
	}, true
}

// since returns the events after a number, and what is closed when there are
// more. It is not ok when the phone was dropped.
func (s *phones) since(id string, p *phone, seq uint64) (events []event, changed <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[id] != p {
		return nil, nil, false
	}
	i, found := slices.BinarySearchFunc(p.events, seq, func(e event, seq uint64) int { return cmp.Compare(e.seq, seq) })
	if found {
		i++
	}
	return slices.Clone(p.events[i:]), p.changed, true
}

// eventID is the id of an event in a stream.
func (s *phones) eventID(seq uint64) string { return s.boot + "-" + strconv.FormatUint(seq, 10) }

// after reads an id of eventID: 0, so all events, for that of another process
// or for anything else.
func (s *phones) after(id string) uint64 {
	number, ok := strings.CutPrefix(id, s.boot+"-")
	if !ok {
		return 0
	}
	seq, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		return 0
	}
	return seq
}

// direction is how a text is written, by its first letter: rtl or ltr. Of a
// language's own name it tells how the language is written.
func direction(text string) string {
	for text != "" {
		p, size := bidi.LookupString(text)
		switch p.Class() {
		case bidi.R, bidi.AL:
			return "rtl"
		case bidi.L:
			return "ltr"
		}
		text = text[max(size, 1):]
	}
	return "ltr"
}
