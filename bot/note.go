// Notes: what a person wrote to the staff, and the staff to them.
package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// NoteKind is what a note is. They are stored: their numbers stay.
type NoteKind uint8

// The kinds of notes.
const (
	NoteRumour NoteKind = 1 // what a person heard, and asks about
	NoteLetter NoteKind = 2 // what a person wrote to a human
	NoteAnswer NoteKind = 3 // what an officer answered them
)

// NoteID names a note; it is the store's, and opaque.
type NoteID string

// Note is one of them. It belongs to its person, and is erased with them.
type Note struct {
	ID    NoteID
	Kind  NoteKind
	At    time.Time
	From  Address // the person: no officer ever sees it
	Lang  string
	Place string // id of a place of the book, coarse; "" when it is not known
	Text  string // cleaned and limited by flows, or by whoever takes an officer's words
	Case  string // id of the case it belongs to; "" until it is sorted
	// By is the id of the officer, of a NoteAnswer. Of a NoteRumour without a
	// Text it is which edition of its case's answer the person was told.
	By string
}

// Format prints kind and channel alone.
func (n Note) Format(f fmt.State, _ rune) { redacted(f, n.label()) }

// LogValue is kind and channel alone.
func (n Note) LogValue() slog.Value { return slog.StringValue(n.label()) }

// MarshalJSON gives what Format prints.
func (n Note) MarshalJSON() ([]byte, error) { return json.Marshal(n.label()) }

func (n Note) label() string { return fmt.Sprintf("note %d %s", n.Kind, n.From.Channel) }

// Notes is where they are found by those who answer them. New ones come with a
// Turn. Every store passes storetest.
type Notes interface {
	// Notes hands out every note once, between short transactions. One that
	// comes or goes meanwhile may be missed.
	Notes(ctx context.Context, each func(Note) error) error
	// NotesOf lists the notes of one person, the oldest first.
	NotesOf(ctx context.Context, who Address) ([]Note, error)
	// SortNote puts a note into a case. false: it is gone.
	SortNote(ctx context.Context, id NoteID, to string) (kept bool, err error)
	// EraseNotes erases notes; those that are gone already are none.
	EraseNotes(ctx context.Context, ids ...NoteID) error
}

// NoteLife is how long a note is kept after which nobody answered it.
const NoteLife = 30 * 24 * time.Hour
