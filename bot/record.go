// The stored form of what a store keeps, the same for every store: counts and
// numbers as varints, times in seconds, strings with their length, behind one
// byte for the format. It is a third smaller than CBOR and costs one
// allocation; sessions have theirs in flows.
package bot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"posada/flows"
)

// ErrRecord is wrapped when stored bytes are not what they should be.
var ErrRecord = errors.New("not a record")

const recordFormat = 2

// Encode is the contact's stored form.
func (c Contact) Encode() []byte {
	w := newRecord(96)
	w.address(c.Address)
	w.text(c.Form)
	w.time(c.Since)
	w.time(c.Consent)
	w.flag(c.Simulated)
	w.number(uint64(len(c.Subscriptions)))
	for _, s := range c.Subscriptions {
		w.text(s.Programme)
		w.text(s.Place)
		w.text(s.Zone)
		w.text(s.When)
		w.number(uint64(s.Minute))
		w.number(uint64(s.State))
		w.time(s.Since)
	}
	w.number(uint64(len(c.Timers)))
	for _, t := range c.Timers {
		w.text(string(t.Kind))
		w.text(t.Programme)
		w.time(t.At)
	}
	return w
}

// DecodeContact reads what Encode wrote, else ErrRecord.
func DecodeContact(raw []byte) (Contact, error) {
	r := readRecord(raw)
	c := Contact{Address: r.address(), Form: r.text(), Since: r.time(), Consent: r.time(), Simulated: r.flag()}
	for range r.count() {
		c.Subscriptions = append(c.Subscriptions, Subscription{
			Programme: r.text(), Place: r.text(), Zone: r.text(), When: r.text(),
			Minute: int(r.number()), State: State(r.number()), Since: r.time(),
		})
	}
	for range r.count() {
		c.Timers = append(c.Timers, Timer{flows.Timer{Kind: flows.TimerKind(r.text()), Programme: r.text()}, r.time()})
	}
	if err := r.end("contact"); err != nil {
		return Contact{}, err
	}
	return c, nil
}

// Encode is the message's stored form; its ID is the store's to keep.
func (o Outbound) Encode() []byte {
	m := o.Message
	w := newRecord(96 + 2*len(m.Text))
	w.address(o.To)
	w.number(uint64(o.Kind))
	w.time(o.At)
	w.time(o.Until)
	w.text(o.Pressed)
	w.number(uint64(o.Tries))
	w.number(uint64(o.Unknown))
	w.text(m.Text)
	w.text(m.Lang)
	w.text(m.Flow)
	w.text(m.Node)
	w.text(m.Fault)
	w.number(uint64(m.Segments))
	w.number(o.marks())
	w.number(uint64(len(m.Choices)))
	for _, c := range m.Choices {
		w.text(c.Key)
		w.text(c.Label)
		w.text(c.Payload)
	}
	if len(m.Voices) > 0 {
		w.number(uint64(len(m.Voices)))
		for _, v := range m.Voices {
			w.text(v.Lang)
			w.text(v.ID)
		}
	}
	if o.Mailing != 0 {
		w.number(uint64(o.Mailing))
	}
	if o.tellsDelay() {
		w.time(o.LateFrom)
		w.text(m.Late)
	}
	if len(m.Of) > 0 {
		w.number(uint64(len(m.Of)))
		for _, p := range m.Of {
			w.text(p.Flow)
			w.text(p.Node)
			w.text(p.ID)
		}
	}
	return w
}

// tellsDelay tells whether anything is kept of what is said late.
func (o Outbound) tellsDelay() bool { return !o.LateFrom.IsZero() || o.Message.Late != "" }

// Marks of a message. Rows from before there were recordings have none or the
// first.
const (
	markHome    = 1
	markVoices  = 2
	markMailing = 4
	markLate    = 8
	markOf      = 16
)

func (o Outbound) marks() (n uint64) {
	m := o.Message
	if m.Home {
		n |= markHome
	}
	if len(m.Voices) > 0 {
		n |= markVoices
	}
	if o.Mailing != 0 {
		n |= markMailing
	}
	if o.tellsDelay() {
		n |= markLate
	}
	if len(m.Of) > 0 {
		n |= markOf
	}
	return n
}

// DecodeOutbound reads what Encode wrote, else ErrRecord.
func DecodeOutbound(raw []byte) (Outbound, error) {
	r := readRecord(raw)
	o := r.outbound()
	if err := r.end("outbound message"); err != nil {
		return Outbound{}, err
	}
	return o, nil
}

func (r *reader) outbound() Outbound {
	o := Outbound{To: r.address(), Kind: Kind(r.number()), At: r.time(), Until: r.time(), Pressed: r.text(), Tries: int(r.number()), Unknown: int(r.number()),
		Message: flows.Message{
			Text: r.text(), Lang: r.text(), Flow: r.text(), Node: r.text(), Fault: r.text(), Segments: int(r.number()),
		}}
	marks := r.number()
	o.Message.Home = marks&markHome != 0
	for range r.count() {
		o.Message.Choices = append(o.Message.Choices, flows.Choice{Key: r.text(), Label: r.text(), Payload: r.text()})
	}
	if marks&markVoices != 0 {
		for range r.count() {
			o.Message.Voices = append(o.Message.Voices, flows.Voice{Lang: r.text(), ID: r.text()})
		}
	}
	if marks&markMailing != 0 {
		o.Mailing = MailingID(r.number())
	}
	if marks&markLate != 0 {
		o.LateFrom, o.Message.Late = r.time(), r.text()
	}
	if marks&markOf != 0 {
		for range r.count() {
			o.Message.Of = append(o.Message.Of, flows.Part{Flow: r.text(), Node: r.text(), ID: r.text()})
		}
	}
	return o
}

// settled is what is kept of a message that left: once its state is final,
// nothing but its kind, time and mailing.
func (s Sent) settled() Sent {
	if s.State.Final() {
		s.Outbound = Outbound{Kind: s.Kind, At: s.At, Mailing: s.Mailing}
	}
	return s
}

// Encode is the stored form of a message that left, of what is kept of it.
func (s Sent) Encode() []byte {
	s = s.settled()
	body := s.Outbound.Encode()
	w := newRecord(len(body) + len(s.Ref) + 4)
	w.number(uint64(s.State))
	w.text(s.Ref)
	return append(w, body[1:]...) // its own format byte stands first already
}

// DecodeSent reads what Sent.Encode wrote, else ErrRecord. IDs are the store's
// to keep.
func DecodeSent(raw []byte) (Sent, error) {
	r := readRecord(raw)
	s := Sent{State: DeliveryState(r.number()), Ref: r.text()}
	s.Outbound = r.outbound()
	if err := r.end("message that left"); err != nil {
		return Sent{}, err
	}
	return s.settled(), nil
}

// Encode is the dead letter's stored form; its ID is the store's to keep.
func (d Dead) Encode() []byte {
	w := newRecord(64)
	w.text(d.Channel)
	w.number(uint64(d.Kind))
	w.text(d.Flow)
	w.text(d.Node)
	w.text(d.Reason)
	w.time(d.Queued)
	w.time(d.At)
	return w
}

// DecodeDead reads what Dead.Encode wrote, else ErrRecord.
func DecodeDead(raw []byte) (Dead, error) {
	r := readRecord(raw)
	d := Dead{Channel: r.text(), Kind: Kind(r.number()), Flow: r.text(), Node: r.text(), Reason: r.text(), Queued: r.time(), At: r.time()}
	if err := r.end("dead letter"); err != nil {
		return Dead{}, err
	}
	return d, nil
}

// Encode is the entry's stored form.
func (e Entry) Encode() []byte {
	w := newRecord(64)
	w.time(e.At)
	w.text(e.Programme)
	w.text(e.Place)
	w.text(e.Outcome)
	return w
}

// DecodeEntry reads what Encode wrote, else ErrRecord.
func DecodeEntry(raw []byte) (Entry, error) {
	r := readRecord(raw)
	e := Entry{At: r.time(), Programme: r.text(), Place: r.text(), Outcome: r.text()}
	if err := r.end("diary entry"); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Encode is the note's stored form; its ID is the store's to keep.
func (n Note) Encode() []byte {
	w := newRecord(96 + len(n.Text))
	w.time(n.At)
	w.address(n.From)
	w.text(n.Lang)
	w.text(n.Text)
	w.number(uint64(n.Kind))
	w.text(n.Place)
	w.text(n.Case)
	w.text(n.By)
	return w
}

// DecodeNote reads what Encode wrote, else ErrRecord. Rows from before there was
// more than rumours end with their text.
func DecodeNote(raw []byte) (Note, error) {
	r := readRecord(raw)
	n := Note{Kind: NoteRumour, At: r.time(), From: r.address(), Lang: r.text(), Text: r.text()}
	if r.rest != "" {
		n.Kind, n.Place, n.Case, n.By = NoteKind(r.number()), r.text(), r.text(), r.text()
	}
	if err := r.end("note"); err != nil {
		return Note{}, err
	}
	return n, nil
}

// record grows at its end.
type record []byte

func newRecord(size int) record { return append(make(record, 0, size), recordFormat) }

func (w *record) number(n uint64)     { *w = binary.AppendUvarint(*w, n) }
func (w *record) text(s string)       { w.number(uint64(len(s))); *w = append(*w, s...) }
func (w *record) address(a Address)   { w.text(a.Channel); w.text(a.ID) }
func (w *record) time(when time.Time) { *w = binary.AppendVarint(*w, seconds(when)) }

func (w *record) flag(on bool) {
	var n uint64
	if on {
		n = 1
	}
	w.number(n)
}

// seconds is 0 for the zero time: nothing here happened in 1970.
func seconds(when time.Time) int64 {
	if when.IsZero() {
		return 0
	}
	return when.Unix()
}

// reader cuts values off one string; after a fault it yields zeros and bad is
// set. Strings share the memory of the one copy.
type reader struct {
	rest string
	bad  bool
}

func readRecord(raw []byte) *reader {
	if len(raw) == 0 || raw[0] != recordFormat {
		return &reader{bad: true}
	}
	return &reader{rest: string(raw[1:])}
}

func (r *reader) fail() { r.rest, r.bad = "", true }

func (r *reader) number() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		c := r.rest[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.fail()
	return 0
}

// count is a number of things to follow, each of a byte at least: a wrong one
// cannot make the caller loop beyond what is there.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) flag() bool { return r.number() == 1 }

func (r *reader) address() Address { return Address{Channel: r.text(), ID: r.text()} }

func (r *reader) time() time.Time {
	u := r.number()
	n := int64(u>>1) ^ -int64(u&1) // the zigzag of AppendVarint
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// end is nil when all was read and nothing was amiss.
func (r *reader) end(what string) error {
	if r.bad || r.rest != "" {
		return fmt.Errorf("%w of a %s", ErrRecord, what)
	}
	return nil
}
