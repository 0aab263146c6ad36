// Deeds: what an audit log is told of what staff, or Posada, did with papers.
package bot

import (
	"context"
	"time"
)

// Deed is one thing that was done. It is kept for ever: it never holds a
// person's words or address.
type Deed struct {
	At   time.Time
	By   string // an officer's id, or "system"
	Did  string // "bulletin.approve"
	On   string // id of what
	Note string // short, and written by Posada
}

// Log files papers together with the entries that tell what was done with them,
// all or nothing, as Shelf.File files papers. nil: nobody keeps a log.
type Log func(ctx context.Context, done []Deed, papers ...*Paper) (Outcome, error)

// Filer is the part of a Shelf that files.
type Filer interface {
	File(ctx context.Context, papers ...*Paper) (Outcome, error)
}

// File files papers on a shelf: with the log where there is one and something to
// tell it, else alone.
func (l Log) File(ctx context.Context, shelf Filer, done []Deed, papers ...*Paper) (Outcome, error) {
	if l == nil || len(done) == 0 {
		return shelf.File(ctx, papers...)
	}
	return l(ctx, done, papers...)
}
