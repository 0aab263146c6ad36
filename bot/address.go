// Package bot is the assistant: what a contact is, what comes in and goes out,
// and how one message from a person is received. It knows no provider and no
// database: a channel hands it an Inbound, a Store keeps what follows from it.
package bot

import (
	"fmt"
	"io"
	"log/slog"
)

// Simulator is the channel of contacts that are not people: the phone in the
// browser and the terminal. Only they may ask as of another day.
const Simulator = "simulator"

// Address is where a person is reached: a chat id or a phone number on one
// channel. It cannot leak by accident: however it is printed, logged or
// encoded as JSON, the channel alone is shown. Whoever must have the ID names
// the field.
type Address struct {
	Channel string // "telegram", "whatsapp", "sms", "simulator": lower-case letters, digits and -
	ID      string // what the provider calls the person
}

// String is the channel alone.
func (a Address) String() string { return a.Channel }

// Format prints the channel alone, for every verb: %#v and %q too.
func (a Address) Format(f fmt.State, _ rune) { redacted(f, a.Channel) }

// LogValue is the channel alone.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.Channel) }

// MarshalText is the channel alone, and so is the address in JSON.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.Channel), nil }

// The longest names and ids that are accepted, in bytes. Telegram's ids have
// at most 20, a phone number with its prefix 25; Twilio's user ids are longer.
const (
	maxChannel = 32
	maxID      = 256
)

func (a Address) valid() bool {
	if a.Channel == "" || len(a.Channel) > maxChannel || a.ID == "" || len(a.ID) > maxID {
		return false
	}
	for _, c := range []byte(a.Channel) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// redacted prints s whatever the verb. There is nobody to tell when printing
// fails.
func redacted(f fmt.State, s string) { _, _ = io.WriteString(f, s) }
