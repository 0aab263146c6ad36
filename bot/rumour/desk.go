// Package rumour is the desk where staff read what people wrote. Rumours become
// cases, cases are answered, and the answer goes back to everyone who asked;
// letters become threads between a person and an officer who never learns who
// it is. A person's words stay in their notes, and go with them: papers hold
// counts, prints and what officers wrote.
package rumour

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"posada/bot"
	"posada/flows"
)

// Notes is what the desk asks of a store for what people wrote; bot.Notes has it.
type Notes interface {
	Notes(ctx context.Context, each func(bot.Note) error) error
	NotesOf(ctx context.Context, who bot.Address) ([]bot.Note, error)
	SortNote(ctx context.Context, id bot.NoteID, to string) (kept bool, err error)
	EraseNotes(ctx context.Context, ids ...bot.NoteID) error
}

// Call lets something happen in a person's conversation; it is Assistant.Call.
type Call func(ctx context.Context, who bot.Address, call bot.Call) (did bool, err error)

// Matcher recognises what is said again, across languages. The desk uses it from
// one goroutine at a time.
type Matcher interface {
	// Print is what a text claims, with no word of it left; nil when it claims
	// nothing that could be recognised.
	Print(lang, text string) []byte
	// Put makes a print one of those a case is known by. Prints of an older kind
	// are none.
	Put(id string, print []byte)
	// Drop forgets a case.
	Drop(id string)
	// Find lists the cases a print is like, the likest first; clear: it is the
	// first and no other.
	Find(print []byte) (ids []string, clear bool)
}

// Errors on which a caller decides.
var (
	ErrUnknown = errors.New("there is no such case")
	ErrStale   = errors.New("somebody else changed it meanwhile")
	ErrClosed  = errors.New("the case is closed")
	ErrGone    = errors.New("the person is no longer there to be told")
	// ErrTaken is also an ErrStale: whoever has seen it may take it over.
	ErrTaken = fmt.Errorf("another officer answers it: %w", ErrStale)
	// ErrUnclear is also an ErrClosed: a note that is something is taken out first.
	ErrUnclear = fmt.Errorf("the case gathers what could not be recognised: %w", ErrClosed)
)

// Config is what a desk works with. Notes, Shelf, Call and Match are needed.
type Config struct {
	Notes Notes
	Shelf bot.Shelf
	Call  Call
	Match Matcher
	// Log is told of what officers do: "rumour.answer", "letter.take", "duty.begin"; nil: there is none.
	Log bot.Log

	// Langs are the languages answers may be written in; empty: any.
	Langs []string
	// Link and Number tell whether a link, and a telephone number by its digits,
	// may stand in what officers write; nil: none may.
	Link, Number func(string) bool
	// Meeting is the place that a text gives together with a time, "" for none;
	// nil: it is not looked for.
	Meeting func(text string) string

	// Publish is given all answered rumours whenever one of them changes, and
	// once at the start of Run. Opened is given whether somebody reads letters.
	Publish func([]Answered)
	Opened  func(Opening)
	// Withdrawn is the last edition of a case's answer that two officers took out of
	// use, and the day since which it is; nil: none is.
	Withdrawn func(id string) (edition uint64, since flows.Date)
	// Alarm is told of what cannot wait, and Report of faults; neither of a word
	// or a person.
	Alarm  func(Alarm)
	Report func(error)

	// Author is who reviews claims, in the feed.
	Author Author
}

// Author signs the feed of answered rumours.
type Author struct {
	Name string
	URL  string // the organisation's own page
	Page string // where the public page of answered rumours is; each has its anchor there
}

// Desk is safe for use by many goroutines. It knows nothing before Load or Run.
type Desk struct {
	with Config
	poke chan struct{}

	// passing is held by a pass, and acting by whatever reads notes and sorts
	// them, or does what an officer wants with a case: for a moment each time.
	passing, acting sync.Mutex
	match           *guarded

	rumours *cabinet[rumourPaper]
	letters *cabinet[letterPaper]
	desk    *cabinet[deskPaper]

	mu     sync.RWMutex
	heard  *index
	recent map[string][]time.Time // by case: reports of the last hour
	looked bool                   // notes were read once

	opening sync.Mutex
	opened  *Opening // what was told last
}

// New makes a desk.
func New(c Config) *Desk {
	return &Desk{
		with: c, poke: make(chan struct{}, 1), heard: newIndex(), match: &guarded{m: c.Match}, recent: map[string][]time.Time{},
		rumours: newCabinet[rumourPaper](c, kindRumour),
		letters: newCabinet[letterPaper](c, kindLetter),
		desk:    newCabinet[deskPaper](c, kindDesk),
	}
}

// Filed says that there may be new notes. It never waits.
func (d *Desk) Filed() {
	select {
	case d.poke <- struct{}{}:
	default:
	}
}

// deed is what the log is told of an officer's act.
func deed(now time.Time, by, did, on, note string) []bot.Deed {
	return []bot.Deed{{At: now, By: by, Did: did, On: on, Note: note}}
}

// newID names a case. It tells nothing of it, not even when it was made.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

// day is the calendar day of t, everywhere the same.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// minutes is how exact times are kept in papers.
func minutes(t time.Time) time.Time { return t.UTC().Truncate(time.Minute) }
