// Whether the audit log is whole: every entry, none missing, none changed.

package staff

import (
	"context"
	"errors"
	"fmt"
)

// ErrTampered: the audit log is not what was written. The error is a Tampered,
// which tells where.
var ErrTampered = errors.New("the audit log was changed")

// Tampered is the first entry that is not as it was written.
type Tampered struct {
	N   uint64
	Why string
}

// Error names the entry and what is wrong, and nothing that stands in it.
func (t Tampered) Error() string { return fmt.Sprintf("%v: entry %d: %s", ErrTampered, t.N, t.Why) }

// Is makes it an ErrTampered.
func (t Tampered) Is(target error) bool { return target == ErrTampered }

// Verify reads the whole log and returns its last entry's number and hash. It
// fails with ErrTampered for the first entry that is changed or missing.
//
// Whoever can write the database with its keys can also cut off the newest
// entries and set the head back, or write the chain anew. Against that helps
// only a hash kept elsewhere: see VerifyHolding.
func (a *Audit) Verify(ctx context.Context) (n uint64, hash [32]byte, err error) {
	return a.verify(ctx, func(Entry) {})
}

// VerifyHolding is Verify, and finds the entry that was the newest when its
// hash was noted elsewhere; held is 0 when the log holds none: it was cut, or
// written anew, since.
func (a *Audit) VerifyHolding(ctx context.Context, noted [32]byte) (held, n uint64, hash [32]byte, err error) {
	n, hash, err = a.verify(ctx, func(e Entry) {
		if e.Hash == noted {
			held = e.N
		}
	})
	return held, n, hash, err
}

// verify hands each entry on once it has proven right. Others may append
// meanwhile: the head is read before and after.
func (a *Audit) verify(ctx context.Context, each func(Entry)) (n uint64, hash [32]byte, err error) {
	before, _, err := a.head(ctx)
	if err != nil {
		return 0, hash, err
	}
	after := "" // before the first id, so that an entry 0 is seen too
	for {
		papers, err := a.shelf.Papers(ctx, auditKind, after, auditPage)
		if err != nil {
			return n, hash, a.unreadable(ctx, n+1, err)
		}
		for _, p := range papers {
			e, readable := readEntry(p)
			switch at := auditN(p.ID); {
			case at == 0:
				return n, hash, Tampered{n + 1, "something stands before it that is no entry"}
			case at != n+1:
				return n, hash, Tampered{n + 1, "it is missing"}
			case !readable:
				return n, hash, Tampered{at, "it cannot be read"}
			case e.N != at, e.sum(hash) != e.Hash:
				return n, hash, Tampered{at, "it does not follow from the one before"}
			case at == before.N && e.Hash != before.Hash:
				return n, hash, Tampered{at, "it is not the one that was written last"}
			}
			n, hash = e.N, e.Hash
			each(e)
		}
		if len(papers) < auditPage {
			break
		}
		after = papers[len(papers)-1].ID
	}
	if n < before.N {
		return n, hash, Tampered{n + 1, "it is missing"}
	}
	now, _, err := a.head(ctx)
	if err != nil {
		return n, hash, err
	}
	if n > now.N {
		return n, hash, Tampered{now.N + 1, "it stands beyond the end"}
	}
	return n, hash, nil
}

// unreadable finds the entry for which a page could not be read, at or after
// from.
func (a *Audit) unreadable(ctx context.Context, from uint64, cause error) error {
	for n := from; n < from+auditPage && ctx.Err() == nil; n++ {
		if _, err := a.shelf.Paper(ctx, auditKind, auditID(n)); err != nil {
			return fmt.Errorf("%w: %w", Tampered{n, "it cannot be read"}, err)
		}
	}
	return fmt.Errorf("read the audit log: %w", cause)
}
