// Papers: what staff write, and what runs by their word.
package bot

import (
	"context"
	"errors"
	"fmt"
)

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
	// the order of their IDs. One that cannot be read is an error: who decides
	// by papers must not take some of them for all.
	Papers(ctx context.Context, kind, after string, limit int) ([]Paper, error)
	// File makes papers durable, all of them or none, and sets their Versions.
	// It changes nothing and is a Conflict when one of them is no longer what
	// was read: nobody overwrites what they have not seen. Of one that was
	// erased the Version is 0. ErrPaper where one has no name, or comes twice.
	File(ctx context.Context, papers ...*Paper) (Outcome, error)
}

// ErrPaper is wrapped when papers cannot be filed as they are.
var ErrPaper = errors.New("not to be filed")

// CheckPapers is nil when papers may be filed together, else ErrPaper. Stores
// ask it.
func CheckPapers(papers ...*Paper) error {
	seen := make(map[[2]string]bool, len(papers))
	for _, p := range papers {
		if !paperName(p.Kind) || !paperName(p.ID) {
			return fmt.Errorf("%w: a paper of kind %q lacks a name of lower-case letters, digits and hyphens", ErrPaper, p.Kind)
		}
		if seen[[2]string{p.Kind, p.ID}] {
			return fmt.Errorf("%w: paper %s %s comes twice", ErrPaper, p.Kind, p.ID)
		}
		seen[[2]string{p.Kind, p.ID}] = true
	}
	return nil
}

func paperName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}
