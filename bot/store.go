// What the assistant asks of a store.
package bot

import (
	"context"
	"errors"
	"time"
)

// Store keeps contacts and their sessions, and queues their answers; what
// becomes of those is for Outbox. Every store passes storetest. Errors are faults (a full disk, a lost connection); what may
// well happen is a result.
type Store interface {
	// Load reads what a turn begins from. When the provider's message was
	// handled before, Snapshot.Seen is set and the rest may be empty.
	Load(ctx context.Context, from Address, messageID string) (Snapshot, error)

	// Commit makes a turn durable, all of it or nothing, and sets the ID of
	// each message in Out and of each of Notes. It changes nothing when the provider's message was
	// handled meanwhile (Duplicate) or when contact or session are no longer
	// what was loaded (Conflict). After an error the turn may or may not have
	// been kept; to do it again is safe, for then it is a Duplicate.
	Commit(ctx context.Context, t Turn) (Outcome, error)

	// Diary reads a person's diary, the oldest entry first.
	Diary(ctx context.Context, who Address) ([]Entry, error)

	// NotesOf is Notes.NotesOf.
	NotesOf(ctx context.Context, who Address) ([]Note, error)

	// Queue is Outbox.Queue.
	Queue(ctx context.Context, out []Outbound) (queued int, err error)

	// Sweep erases what is past its lifetime.
	Sweep(ctx context.Context, s Sweep) (Swept, error)

	// Due lists contacts of which a timer has run out, the longest due first,
	// and tells when the next one of all others does; zero when none runs. When
	// nothing is due it costs a look. A contact stays due until a turn changes
	// its timers. Times are kept to the second.
	Due(ctx context.Context, now time.Time, limit int) (due []Contact, next time.Time, err error)
}

// ErrNotLoaded is returned by Commit for a turn whose Snapshot is not from
// Load of the same store.
var ErrNotLoaded = errors.New("the turn was not loaded from this store")

// Snapshot is what a turn begins from.
type Snapshot struct {
	From      Address
	MessageID string
	Seen      bool    // the provider's message was handled before
	OptedOut  bool    // the person asked to be sent nothing more; outlives everything else
	Contact   Contact // not Known for a new one
	Session   []byte  // encoded; nil for none
	// Parked: something waits for a word of the person that is no bulletin: the
	// conversation may stand at a question in it.
	Parked  bool
	Damaged bool // there was more, but it cannot be read
	// Basis is the store's own: from it Commit tells whether anything changed.
	Basis any
}

// Turn is all that follows from one inbound message.
type Turn struct {
	Snapshot Snapshot // from Load
	Now      time.Time
	// Quiet: a timer ran out, and nobody wrote. The minute of the last turn
	// stays as it was, nothing parked is let go, and whoever cannot be reached
	// still cannot. For whom Outbox.Queue leaves out, who has stopped or cannot
	// be reached, session and timers are kept, and of Out only errands: the
	// others have ID 0 then. Its MessageID is of this contact alone, and a
	// message's is of the channel.
	Quiet   bool
	Contact *Contact // nil: as it was
	Session []byte   // encoded
	Diary   []Entry  // added; after EraseDiary, where both are given
	// EraseDiary erases the entries from before this turn.
	EraseDiary bool
	Notes      []Note   // added; they are from the turn's contact
	EraseNotes []NoteID // erased; those of others, and those that are gone, are none
	// Forget erases contact, session, diary, notes and queued messages of
	// the person, except Out and the opt-out mark. Contact, Session, Diary and
	// Notes are then not kept.
	Forget bool
	OptOut Mark
	// Out is queued in this order. An Errand goes to the provider and not to
	// the person: its To.ID is the provider's message id, and neither Forget nor
	// MarkOut touches it.
	Out []Outbound
}

// Mark is what a turn does to the opt-out mark.
type Mark uint8

const (
	MarkAsWas Mark = iota
	MarkOut        // set it, and drop all that was queued before this turn
	MarkIn         // lift it
)

// Outcome is how a commit went.
type Outcome uint8

const (
	Committed Outcome = iota + 1
	Duplicate         // the provider's message was handled meanwhile
	Conflict          // contact or session changed meanwhile: load again
)

// Sweep says what is past its lifetime.
type Sweep struct {
	Judge       func(Kept) Verdict // called outside every transaction, by one goroutine
	SeenBefore  time.Time          // ids of messages handled before the UTC day of this are dropped
	SentBefore  time.Time          // what is known of messages that left before is dropped
	Unreported  time.Time          // messages that left before and had no final report are taken as final; with Erase their texts are erased at the provider
	Erase       bool
	DeadBefore  time.Time // dead letters from before are dropped
	NotesBefore time.Time // notes from before are erased
	DiaryBefore time.Time // diary entries from before are erased
	// MailingsBefore: mailings that were begun before are forgotten.
	MailingsBefore time.Time
}

// Kept is one stored session.
type Kept struct {
	Session []byte    // encoded; nil when it was erased or cannot be opened
	At      time.Time // the last turn, to the minute; zero when it cannot be opened
}

// Verdict is what becomes of a stored session.
type Verdict struct {
	Act     Act
	Session []byte // for Replace
}

// Act is what Sweep does with a session.
type Act uint8

const (
	Keep    Act = iota
	Replace     // write Verdict.Session in its stead
	Forget      // erase everything of the contact but the opt-out mark
)

// Swept counts what Sweep did.
type Swept struct {
	Sessions  int // looked at
	Replaced  int // of which answers were erased
	Forgotten int // contacts
	Damaged   int // sessions that did not open: left as they are
	SeenDays  int
	Notes     int
	Diary     int
	Sent      int // messages that left and are no longer known
	Dead      int // dead letters
	Mailings  int
}

// Counts is what a store holds. It reads everything: for tests and reports.
type Counts struct {
	Contacts, Sessions, Diary, Notes, OptedOut, Unreachable, Seen int
	// Queued counts all messages in the outbox; Waiting and Parked the lines of
	// it that wait for a time or for their person; Sent what is known of
	// messages that left; Dead the dead letters.
	Queued, Waiting, Parked, Sent, Dead int
}

// Backlog is what waits to be sent: messages, lines that wait for a time or for
// their person, and dead letters. Oldest is when the first answer or reminder
// that could leave was queued; zero for none.
type Backlog struct {
	Queued, Waiting, Parked, Dead int
	Oldest                        time.Time
}
