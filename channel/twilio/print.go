// However they are printed or logged, settings, accounts and what belongs to
// them show a name and nothing they hold: tokens lie in them.
package twilio

import (
	"fmt"
	"io"
	"log/slog"
)

// Format prints a name alone, for every verb.
func (Config) Format(f fmt.State, _ rune) { name(f, "twilio settings") }

// LogValue is a name alone.
func (Config) LogValue() slog.Value { return slog.StringValue("twilio settings") }

// Format prints a name alone, for every verb.
func (*Account) Format(f fmt.State, _ rune) { name(f, "twilio account") }

// LogValue is a name alone.
func (*Account) LogValue() slog.Value { return slog.StringValue("twilio account") }

// Format prints the channel alone, for every verb.
func (s *sender) Format(f fmt.State, _ rune) { name(f, "twilio "+s.channel) }

// Format prints a name alone, for every verb.
func (*client) Format(f fmt.State, _ rune) { name(f, "twilio client") }

// Format prints a name alone, for every verb.
func (*call) Format(f fmt.State, _ rune) { name(f, "twilio request") }

// name prints s. There is nobody to tell when printing fails.
func name(f fmt.State, s string) { _, _ = io.WriteString(f, s) }
