// Package bulletin brings one text to many people, and takes it back: from a
// draft that one officer writes, over a second officer's approval of exactly
// what is sent and to whom, to everybody's queue, and to the correction that
// reaches whoever was sent it or may have got it.
//
// It knows numbers of people and never who they are. No number below Least
// leaves it, and nothing is sent to fewer.
package bulletin

import (
	"slices"
	"time"

	"posada/bot"
	"posada/flows"
)

// The limits of a bulletin.
const (
	// Least is how many people an audience has at least, and how many a number
	// is about that is told.
	Least = 20
	// MaxSegments is the most SMS segments of a bulletin.
	MaxSegments = 3
	// MaxChars is the most characters of a bulletin elsewhere.
	MaxChars = 1000
	// MaxTitle is the most characters of a title.
	MaxTitle = 120
	// Ahead is how far ahead a bulletin may be scheduled.
	Ahead = 30 * 24 * time.Hour
	// Late is how long after its time a bulletin is still begun: a server that
	// was down for longer must not surprise anybody.
	Late = 6 * time.Hour
	// Life is how long after its beginning there is use in sending it.
	Life = 7 * 24 * time.Hour
	// ListLife is how long the store knows who got it.
	ListLife = 30 * 24 * time.Hour
	// PaperLife is how long a bulletin itself is kept.
	PaperLife = 365 * 24 * time.Hour
)

// State is where a bulletin stands. They are stored: their words stay.
type State string

// The states of a bulletin.
const (
	Draft     State = "draft"
	Ready     State = "ready"     // handed over for approval
	Approved  State = "approved"  // may be sent
	Scheduled State = "scheduled" // is begun at Due
	Sending   State = "sending"
	Paused    State = "paused"
	Sent      State = "sent"    // nothing of it waits but for people who have to write first
	Stopped   State = "stopped" // nothing of it is sent any more
)

// Content is what officers write.
type Content struct {
	Title    string            // for staff
	Source   string            // the language the other texts are translated from
	Texts    map[string]string // by language
	Audience Audience          // of a correction: left empty, for it has its own
	At       time.Time         // when it is to be sent; zero: once an officer sends it
}

// Text is the text of one language.
type Text struct {
	Body    string
	Changed time.Time
	By      string // officer id
	Of      uint64 // which edition of the source's text it was written to
}

// Filter says which people. An empty list leaves all of them.
type Filter struct {
	Languages  []string `json:",omitempty"`
	Channels   []string `json:",omitempty"`
	Places     []string `json:",omitempty"` // one of their reminders' places
	Programmes []string `json:",omitempty"` // one of their reminders' programmes
	Got        []string `json:",omitempty"` // ids of bulletins: whoever was sent one of them
}

// Audience is who gets a bulletin: whoever is of every list that is not empty,
// and in no list of Except.
type Audience struct {
	Filter
	SeenWithin time.Duration `json:",omitempty"` // their last message is not older; 0: however old
	Except     Filter
}

// Approval is the word of the second officer.
type Approval struct {
	By   string // officer id
	At   time.Time
	Hash string // of everything that is sent, and to whom
}

// Event is one line of a bulletin's history.
type Event struct {
	At   time.Time
	By   string // officer id, or System
	Did  string // one of the Did constants
	Note string `json:",omitempty"` // codes of problems, or a language; never a text
}

// System is who did what no officer did.
const System = "system"

// What is told in a history.
const (
	DidDraft    = "draft"
	DidEdit     = "edit"
	DidVoid     = "void" // an approval no longer holds
	DidHandOver = "hand-over"
	DidTakeBack = "take-back"
	DidApprove  = "approve"
	DidSend     = "send"
	DidHold     = "hold"
	DidBegin    = "begin"
	DidRefuse   = "refuse" // it was not begun; Note says why
	DidQueued   = "queued" // everybody is in the queue
	DidPause    = "pause"
	DidGoOn     = "go-on"
	DidStop     = "stop"
	DidSent     = "sent"
	DidCorrect  = "correct" // a correction was written (Note: its id)
	DidCorrects = "corrected"
)

// Bulletin is one of them, as it is kept.
type Bulletin struct {
	ID      string
	Version uint64 `json:"-"` // of the paper; names what an officer has seen

	Title    string
	State    State
	Source   string
	Edition  uint64 // of the source's text, from 1
	Texts    map[string]Text
	Audience Audience
	At       time.Time // as in Content
	Created  time.Time
	Authors  []string // officers who wrote any of it, or handed it over
	Approval *Approval
	History  []Event
	fresh    []Event // of them, what is not filed yet

	Due     time.Time // of Scheduled: when it is begun
	SentBy  string    // the officer who sent it
	Mailing bot.MailingID
	Began   time.Time
	Ended   time.Time
	Queued  bool // everybody is in the queue

	Corrects    string     // id of the bulletin that it corrects
	Correction  string     // id of the bulletin that corrects it, once that is sent
	CorrectedBy uint64     // its mailing
	Corrected   flows.Date // and its day; 0: it was not corrected

	Final *bot.MailingReport `json:",omitempty"` // kept when the store forgets the mailing

	Variants []variant `json:",omitempty"` // exactly what is sent, fixed when it was begun
	Dropped  bool      // of Stopped: nothing of it is left in the queue
	Closed   bool      // nothing is left to be done for it
}

// Languages lists the languages that have a text, the source first.
func (b Bulletin) Languages() []string {
	var out []string
	for lang, t := range b.Texts {
		if t.Body != "" && lang != b.Source {
			out = append(out, lang)
		}
	}
	slices.Sort(out)
	if b.Texts[b.Source].Body != "" {
		out = slices.Insert(out, 0, b.Source)
	}
	return out
}

// Stale tells whether the source's text changed after that of a language was
// written.
func (b Bulletin) Stale(lang string) bool {
	t := b.Texts[lang]
	return t.Body != "" && lang != b.Source && t.Of < b.Edition
}

// Begun tells whether any of it may have been sent.
func (b Bulletin) Begun() bool { return b.Mailing != 0 }

// Content is what of it officers write.
func (b Bulletin) Content() Content {
	c := Content{Title: b.Title, Source: b.Source, Texts: map[string]string{}, Audience: b.Audience, At: b.At}
	for lang, t := range b.Texts {
		c.Texts[lang] = t.Body
	}
	return c
}

func (b *Bulletin) note(now time.Time, by, did, note string) {
	if len(b.History) >= maxHistory {
		b.History = b.History[1:]
	}
	e := Event{At: now.UTC().Truncate(time.Second), By: by, Did: did, Note: note}
	b.History, b.fresh = append(b.History, e), append(b.fresh, e)
}

// maxHistory bounds a paper that is edited for ever; the audit log has it all.
const maxHistory = 200

func (b *Bulletin) author(id string) {
	if !slices.Contains(b.Authors, id) {
		b.Authors = append(b.Authors, id)
	}
}

// variant is the stored form of a bot.Variant: a message in JSON leaves out
// what its buttons carry.
type variant struct {
	Lang, Form string
	Message    flows.Message
	Payloads   []string `json:",omitempty"`
}

func (v variant) whole() bot.Variant {
	m := v.Message
	m.Choices = slices.Clone(m.Choices)
	for i := range m.Choices {
		if i < len(v.Payloads) {
			m.Choices[i].Payload = v.Payloads[i]
		}
	}
	return bot.Variant{Lang: v.Lang, Form: v.Form, Message: m}
}
