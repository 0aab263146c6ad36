// Records survive being written and read back.

package bot_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
)

// records are decoders that also encode what they read.
var records = map[string]func([]byte) (value any, again []byte, err error){
	"contact": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeContact(b)
		return v, v.Encode(), err
	},
	"outbound": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeOutbound(b)
		return v, v.Encode(), err
	},
	"sent": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeSent(b)
		return v, v.Encode(), err
	},
	"dead": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeDead(b)
		return v, v.Encode(), err
	},
	"entry": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeEntry(b)
		return v, v.Encode(), err
	},
	"note": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeNote(b)
		return v, v.Encode(), err
	},
	"late": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeOutbound(b)
		return v, v.Encode(), err
	},
	"mailing": func(b []byte) (any, []byte, error) {
		v, err := bot.DecodeMailing(b)
		return v, v.Encode(), err
	},
}

func samples() map[string]struct {
	value any
	raw   []byte
} {
	c := bot.Contact{Address: ana, Since: now, Consent: now.Add(time.Hour), Simulated: true, Subscriptions: []bot.Subscription{
		{Programme: "cbp", Place: "tijuana", Zone: "America/Tijuana", When: "time", Minute: 1440, State: bot.Paused, Since: now}, {State: bot.On},
	}}
	o := bot.Outbound{To: ana, Kind: bot.Bulletin, At: now, Until: now.Add(time.Hour), Pressed: "55", Tries: 3, Unknown: 2, Message: flows.Message{
		Text: "¿Listo?", Lang: "es", Flow: "f", Node: "n", Segments: 2, Fault: "x", Home: true,
		Choices: []flows.Choice{{Key: "1", Label: "Sí", Payload: "p"}, {}},
		Voices:  []flows.Voice{{Lang: "mam", ID: "rule.what.3"}, {}},
		Of:      []flows.Part{{Flow: "rule", Node: "what", ID: "rule.what.3"}, {}},
	}}
	o.Mailing = 1 << 40
	late := o
	late.LateFrom, late.Message.Late = now.Add(time.Minute), "¿Listo? (tarde)"
	m := bot.Mailing{ID: 9, At: now, Until: now.Add(time.Hour), Order: []string{"es", "en"}, Variants: []bot.Variant{
		{Lang: "es", Form: "sms", Message: o.Message}, {Lang: "ht", Form: "telegram", Message: flows.Message{Text: "Bonjou"}},
	}}
	left := bot.Sent{Outbound: o, Ref: "SM1", State: bot.DeliverySent}
	d := bot.Dead{Channel: "sms", Kind: bot.Reply, Flow: "f", Node: "n", Reason: "21610", Queued: now, At: now.Add(time.Hour)}
	e := bot.Entry{At: now, Programme: "cbp", Place: "tijuana", Outcome: "no"}
	r := bot.Note{Kind: bot.NoteLetter, At: now, From: ana, Lang: "ht", Text: "yo di", Place: "reynosa", Case: "c1", By: "o1"}
	return map[string]struct {
		value any
		raw   []byte
	}{
		"contact": {c, c.Encode()}, "outbound": {o, o.Encode()}, "late": {late, late.Encode()}, "sent": {left, left.Encode()}, "dead": {d, d.Encode()},
		"entry": {e, e.Encode()}, "note": {r, r.Encode()}, "mailing": {m, m.Encode()},
	}
}

func TestRecordsReadBackWhole(t *testing.T) {
	for name, s := range samples() {
		got, _, err := records[name](s.raw)
		if err != nil || !reflect.DeepEqual(got, s.value) {
			t.Errorf("%s reads back differently (%v)", name, err)
		}
		empty, _, err := records[name](reflect.Zero(reflect.TypeOf(s.value)).Interface().(interface{ Encode() []byte }).Encode())
		if err != nil || !reflect.ValueOf(empty).IsZero() {
			t.Errorf("the zero %s reads back differently (%v)", name, err)
		}
	}
}

// Rows that an older Posada queued are still sent: this one is of before there
// were recordings.
func TestAnOldRowOfTheOutboxStillReads(t *testing.T) {
	raw := []byte("\x02\x08telegram\x017\x01\x80\xb4\xd4\xd3\x0d\x00\x0255\x00\x00\x04Hola\x02es\x04menu\x04menu\x00\x00\x01\x01\x011\x01A\x01p")
	o, err := bot.DecodeOutbound(raw)
	if err != nil {
		t.Fatal(err)
	}
	m := o.Message
	if o.To.ID != "7" || o.Pressed != "55" || m.Text != "Hola" || !m.Home || len(m.Voices) != 0 || len(m.Choices) != 1 || m.Choices[0].Payload != "p" {
		t.Errorf("it reads otherwise: %d choices, home %v", len(m.Choices), m.Home)
	}
	if again := o.Encode(); string(again) != string(raw) {
		t.Errorf("it is written otherwise: %q", again)
	}
}

func TestOfAMessageThatArrivedOnlyKindTimeAndMailingAreKept(t *testing.T) {
	s := samples()["sent"].value.(bot.Sent)
	for state := bot.DeliveryUnknown; state <= bot.DeliveryRead; state++ {
		s.State = state
		want := s
		if state.Final() {
			want.Outbound = bot.Outbound{Kind: s.Kind, At: s.At, Mailing: s.Mailing}
		}
		got, err := bot.DecodeSent(s.Encode())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("state %d reads back differently (%v)", state, err)
		}
		if s.Message.Text == "" {
			t.Error("encoding changed what it was called on")
		}
	}
}

func TestARecordOfAnotherFormatIsRefused(t *testing.T) {
	for name, s := range samples() {
		for _, format := range []byte{0, 1, 3, 255} {
			raw := append([]byte{format}, s.raw[1:]...)
			if _, _, err := records[name](raw); !errors.Is(err, bot.ErrRecord) {
				t.Errorf("%s of format %d: %v", name, format, err)
			}
		}
	}
}

func TestADamagedRecordIsRefused(t *testing.T) {
	for name, s := range samples() {
		for cut := range len(s.raw) {
			if name == "note" && cut == len(s.raw)-len("\x02\x07reynosa\x02c1\x02o1") {
				continue // so rumours were written before there were other notes
			}
			if _, _, err := records[name](s.raw[:cut]); !errors.Is(err, bot.ErrRecord) {
				t.Errorf("%s cut to %d bytes: %v", name, cut, err)
			}
		}
		if _, _, err := records[name](append(s.raw, 0)); !errors.Is(err, bot.ErrRecord) {
			t.Errorf("%s with a byte more: %v", name, err)
		}
	}
}

func FuzzRecords(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.raw)
	}
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, raw []byte) {
		for name, decode := range records {
			value, again, err := decode(raw)
			if err != nil {
				if !errors.Is(err, bot.ErrRecord) || !reflect.ValueOf(value).IsZero() {
					t.Errorf("%s: half a record, or another error: %v", name, err)
				}
				continue
			}
			back, _, err := decode(again)
			if err != nil || !reflect.DeepEqual(value, back) {
				t.Errorf("%s does not read back as it was read (%v)", name, err)
			}
		}
	})
}
