// Rewriting a database into a new file.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"posada/store/seal"
)

// Rewritten counts what Rewrite did.
type Rewritten struct {
	Rows    int
	Damaged int   // rows that did not open: copied as they were
	Before  int64 // size of the old file, bytes
	After   int64 // size of the new file, bytes
}

// rewriteTogether is how many rows one transaction of a rewrite holds.
const rewriteTogether = 20_000

// fill leaves a tenth of every page free, so that the first changes after a
// rewrite need not split each page they touch.
const fill = 0.9

// Rewrite copies the database at src into a new file dst, sealing every value
// with the newest key. The new file is compact and holds no remains of what
// was erased; after a rotation it needs the older keys no more. src is not
// changed; dst appears whole or not at all, and is never replaced. While it
// runs nobody else can have src open: ErrLocked.
func Rewrite(ctx context.Context, src, dst string, keys *seal.Seal) (Rewritten, error) {
	done, err := rewrite(ctx, src, dst, keys)
	if err != nil {
		return Rewritten{}, fmt.Errorf("rewrite database: %w", err)
	}
	return done, nil
}

func rewrite(ctx context.Context, src, dst string, keys *seal.Seal) (done Rewritten, err error) {
	if _, err := os.Stat(src); err != nil {
		return done, err
	}
	if _, err := os.Lstat(dst); !errors.Is(err, fs.ErrNotExist) {
		return done, fmt.Errorf("%s is in the way", dst)
	}
	o := options()
	o.ReadOnly = true
	from, err := openFile(src, o)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := from.View(func(tx *bbolt.Tx) error { return fits(tx, keys) }); err != nil {
		return done, err
	}
	folder := filepath.Dir(dst)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return done, err
	}
	tmp, err := os.CreateTemp(folder, ".posada-rewrite-*") // mode 0600
	if err != nil {
		return done, err
	}
	defer os.Remove(tmp.Name())
	if err := tmp.Close(); err != nil {
		return done, err
	}
	if err := fillNew(ctx, from, tmp.Name(), keys, &done); err != nil {
		return done, err
	}
	for path, size := range map[string]*int64{src: &done.Before, tmp.Name(): &done.After} {
		info, err := os.Stat(path)
		if err != nil {
			return done, err
		}
		*size = info.Size()
	}
	// A link, unlike a rename, never replaces.
	if err := os.Link(tmp.Name(), dst); err != nil {
		return done, err
	}
	return done, syncFolder(folder)
}

func fillNew(ctx context.Context, from *bbolt.DB, path string, keys *seal.Seal, done *Rewritten) (err error) {
	to, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	to.AllocSize = 1 << 20 // the file ends where its rows do, or nearly
	check, err := keys.Check()
	if err != nil {
		return err
	}
	return from.View(func(old *bbolt.Tx) error {
		err := to.Update(func(tx *bbolt.Tx) error {
			if err := lay(tx, check); err != nil {
				return err
			}
			return keepIDs(tx, old.Bucket([]byte(metaBucket)).Sequence())
		})
		if err != nil {
			return err
		}
		w := &rewriter{ctx: ctx, to: to, keys: keys, done: done}
		for name := range sealed {
			b := old.Bucket([]byte(name))
			if b == nil {
				continue // a file of an earlier format has none
			}
			if err := w.bucket([]string{name}, b); err != nil {
				return fmt.Errorf("bucket %s: %w", name, err)
			}
		}
		return nil
	})
}

type rewriter struct {
	ctx  context.Context
	to   *bbolt.DB
	keys *seal.Seal
	done *Rewritten
}

// bucket copies one bucket in the order of its keys, and those within it.
func (w *rewriter) bucket(path []string, old *bbolt.Bucket) error {
	c := old.Cursor()
	k, v := c.First()
	for k != nil {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		var inner []string
		err := w.to.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(path[0]))
			for _, name := range path[1:] {
				b = b.Bucket([]byte(name))
			}
			b.FillPercent = fill
			for n := 0; k != nil && n < rewriteTogether; n++ {
				if sub := old.Bucket(k); v == nil && sub != nil {
					if _, err := b.CreateBucket(k); err != nil {
						return err
					}
					inner = append(inner, string(k))
				} else if err := b.Put(k, w.reseal(path[0], k, v)); err != nil {
					return err
				}
				k, v = c.Next()
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, name := range inner {
			if err := w.bucket(append(path[:len(path):len(path)], name), old.Bucket([]byte(name))); err != nil {
				return err
			}
		}
	}
	return nil
}

// reseal seals a value anew. One that does not open stays as it is: a rewrite
// loses nothing.
func (w *rewriter) reseal(bucket string, key, value []byte) []byte {
	w.done.Rows++
	if !sealed[bucket] || bucket == outboxBucket && isMarker(value) {
		return value
	}
	head, plain, err := openRow(w.keys, bucket, key, value)
	if err == nil {
		var anew []byte
		if anew, err = sealRow(w.keys, bucket, key, head, plain); err == nil {
			return anew
		}
	}
	w.done.Damaged++
	return value
}
