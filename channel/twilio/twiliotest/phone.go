// The phones at the other end: what they show, and whether Twilio may write to
// them.
package twiliotest

import (
	"time"

	"posada/locales"
)

// phone is one person on one channel.
type phone struct{ channel, number string }

// handset is what is known of it.
type handset struct {
	shown   []Shown
	wrote   time.Time // last
	stopped bool
	refuse  int // the code with which messages to it are refused at once, 0 for none
	fail    int // the code with which they fail later, 0 for none
}

// Shown is a message on a phone.
type Shown struct {
	SID      string
	Text     string
	Template string // its ContentSid, "" for free text
	Segments int    // SMS alone: what the carrier bills
	GSM      bool   // SMS alone: whether GSM-7 carried it
	At       time.Time
	Voice    []byte // WhatsApp alone: the OGG file of a voice message, nil for a text
}

func (d *Twilio) handset(channel, number string) *handset {
	k := phone{channel, number}
	if d.phones[k] == nil {
		d.phones[k] = &handset{}
	}
	return d.phones[k]
}

// Phone is what a phone shows, in the order in which it came.
func (d *Twilio) Phone(channel, number string) []Shown {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Shown(nil), d.handset(channel, number).shown...)
}

// WaitPhone waits until a phone shows at least so many messages.
func (d *Twilio) WaitPhone(channel, number string, atLeast int) []Shown {
	d.t.Helper()
	d.wait("a message on a phone", func() bool { return len(d.handset(channel, number).shown) >= atLeast })
	return d.Phone(channel, number)
}

// Wrote sets when a person on WhatsApp is taken to have written last; a day
// ago shuts their window.
func (d *Twilio) Wrote(number string, at time.Time) {
	d.set(func() { d.handset(WhatsApp, number).wrote = at })
}

// RefuseTo has messages to a number be refused with a code at once; 0 ends it.
func (d *Twilio) RefuseTo(channel, number string, code int) {
	d.set(func() { d.handset(channel, number).refuse = code })
}

// FailTo has messages to a number be taken and fail later with a code; 0 ends
// it.
func (d *Twilio) FailTo(channel, number string, code int) {
	d.set(func() { d.handset(channel, number).fail = code })
}

// Stored are the texts that Twilio still keeps, by MessageSid.
func (d *Twilio) Stored() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]string{}
	for sid, m := range d.messages {
		if m.body != "" {
			out[sid] = m.body
		}
	}
	return out
}

// WaitErased waits until Twilio keeps no text any more.
func (d *Twilio) WaitErased() {
	d.t.Helper()
	d.wait("the erasing of all texts", func() bool {
		for _, m := range d.messages {
			if m.body != "" || m.mediaSID != "" {
				return false
			}
		}
		return true
	})
}

// show puts a message on a phone. The lock is held.
func (d *Twilio) show(m *message, text string) {
	s := Shown{SID: m.sid, Text: text, Template: m.template, At: time.Now(), Voice: m.sound}
	if m.channel == SMS {
		s.Segments, _, s.GSM = locales.Cost(text)
	}
	h := d.handset(m.channel, m.number)
	h.shown = append(h.shown, s)
}
