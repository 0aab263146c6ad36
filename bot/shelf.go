// Papers: what staff write, and what runs by their word.
package bot

import "context"

// Paper is one document: an officer, a bulletin, a case. Whoever keeps it gives
// its body a form of their own; stores seal it.
type Paper struct {
	Kind, ID string // lower-case letters, digits and '-'; neither says anything of a person
	Version  uint64 // of what was read; 0: there is none yet
	Body     []byte // nil: there is none, or it is to be erased
}

// Shelf keeps papers. Every store passes storetest.
type Shelf interface {
	// Paper reads one; Version is 0 and Body nil when there is none.
	Paper(ctx context.Context, kind, id string) (Paper, error)
	// Papers lists at most limit papers of a kind with an ID above after, in
	// the order of their IDs.
	Papers(ctx context.Context, kind, after string, limit int) ([]Paper, error)
	// File makes papers durable, all of them or none, and sets their Versions.
	// It changes nothing and is a Conflict when one of them is no longer what
	// was read: nobody overwrites what they have not seen.
	File(ctx context.Context, papers ...*Paper) (Outcome, error)
}
