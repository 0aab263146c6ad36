// The hard limits of a conversation, all in one place.
package flows

import "time"

const (
	// MaxSteps is the most nodes one turn may pass; beyond it the book is at
	// fault and the person is led to the menu.
	MaxSteps = 64
	// MaxDepth is the most calls that wait for their return. Deeper ones
	// forget the oldest.
	MaxDepth = 6
	// MaxTrail is how many questions "back" remembers.
	MaxTrail = 6
	// MaxShown is the most nodes a turn may show.
	MaxShown = 16
	// MaxText is the most runes of a typed text that are read; the rest is
	// dropped and the person is told.
	MaxText = 1000
	// MaxPages is the most pages of one answer.
	MaxPages = 40
	// MaxPayload is the most bytes of a button's payload.
	MaxPayload = 64
	// MaxSources is the most sources one answer names.
	MaxSources = 4
	// MaxMessageRunes is the most runes of one message of the catalogue.
	MaxMessageRunes = 420
	// MaxSentenceWords is the most words of one sentence of the catalogue.
	MaxSentenceWords = 19
	// MaxLabelRunes is the most runes of a choice's label.
	MaxLabelRunes = 40

	// Idle is after how long a conversation is resumed by a neutral question.
	Idle = 30 * time.Minute
	// Silence is after how long a contact is forgotten.
	Silence = 60 * 24 * time.Hour
	// Spread is how long after its minute a reminder may come and still be on
	// time.
	Spread = 10 * time.Minute
	// Soon is how far off the next reminder may be without a word about that: a
	// programme may open once a week, and the clocks change.
	Soon = 8 * 24 * time.Hour
	// Patience is how many reminders in a row may stay without a word from the
	// person before they are asked whether to go on.
	Patience = 5
	// MaxWords is the most runes of a person's own words for a reminder.
	MaxWords = 60
	// DefaultLifetime is how long a flow's answers live when it says nothing.
	DefaultLifetime = 24 * time.Hour
	// Grace is how long past its review a statement of law, a deadline or a
	// phone number is still said.
	Grace = 30 * 24 * time.Hour
)
