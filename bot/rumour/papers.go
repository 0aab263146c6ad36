// The papers of the desk, as they are kept. They hold no word and no trace of a
// person: counts, prints, what officers did, and what officers wrote for all.
package rumour

import (
	"time"

	"posada/bot"
)

// The kinds of papers.
const (
	kindRumour = "rumour"
	kindLetter = "letter"
	kindDesk   = "desk"
	theDesk    = "desk" // the one paper of its kind
)

// rumourPaper is a case. Its counts are of people: who reports it again while
// their first report stands is not counted twice.
type rumourPaper struct {
	First, Last   time.Time // reports
	Status        Status
	Into          string         // the case it was merged into, where all else now stands
	Count         int            // reports
	Days          map[string]int // by day
	Hours         map[int64]int  // by hour since 1970, of the last 8 days: how fast it grows
	Langs, Places map[string]int
	Prints        [][]byte // of at most 12 varied texts
	// Taken are the keys of notes that are counted here and may not be sorted
	// here yet: a crash between the two neither loses nor doubles one.
	Taken []string

	Revision uint64 // of what officers did
	Hand     string // the officer who did the last of it
	Changed  time.Time

	Verdict  *Verdict
	By       string // the officer who wrote it
	Answered time.Time
	Edition  uint64 // of the verdict: grows, and is never that of another case
	Alarmed  time.Time
}

// letterPaper is a thread. Who wrote, and where it stands, is told by its notes.
type letterPaper struct {
	Lang     string
	Opened   time.Time
	Officer  string // who took it
	Closed   time.Time
	Revision uint64
	Hand     string
}

// deskPaper is who reads letters.
type deskPaper struct {
	Hours    map[string]string
	Duty     map[string]time.Time // by officer: until when
	Revision uint64
	Hand     string
}

// Lifetimes and limits.
const (
	maxPrints = 12
	// hoursKept is the last day and the seven before it.
	hoursKept = 8 * 24
	// dutyLife ends a duty that nobody ended.
	dutyLife = 12 * time.Hour
	// quietLife closes a thread in which nobody writes, and closedLife erases
	// one that is closed.
	quietLife  = 72 * time.Hour
	closedLife = 7 * 24 * time.Hour
	// caseLife erases a case that nobody reports or touches any more, once what
	// people wrote is gone.
	caseLife = bot.NoteLife
	// placesShown is how many reports name a place before it is shown.
	placesShown = 5
)
