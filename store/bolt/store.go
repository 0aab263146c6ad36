// Package bolt keeps contacts, sessions and the outbox in one file of bbolt:
// nothing to set up, and nothing in it can be read without the key file.
//
// bbolt, because the file survives a kill at any moment, one process needs no
// server beside it, and reads never wait for the writer. It has one writer, so
// everything slow (stepping, sealing) happens before a transaction, and
// transactions of many persons share one commit (writer.go).
//
// What a thief sees: how many rows there are, how long, and which belong to
// the same pseudonym; the UTC days of the last messages; the channel and kind
// of queued ones, which mailing they are of, and until when a line waits; when messages were given up; and
// at which minute a pseudonym is to be reminded next. Every value is sealed and
// every key that stands for a person or a message of theirs is a keyed hash.
package bolt

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"posada/bot"
	"posada/store/seal"
)

// Errors that a caller decides on.
var (
	// ErrLocked: another process has the file.
	ErrLocked = errors.New("another process has the database open")
	// ErrForeign: the file is not a database of Posada, or of a newer one.
	ErrForeign = errors.New("not a database that this Posada reads")
	// ErrClosed: the store was closed, or a write failed so that it had to close.
	ErrClosed = errors.New("the database is closed")
)

// The buckets. Keys are given beside them; "contact" is the keyed hash of an
// address, 16 bytes. The ids in keys are of one counter (meta's sequence).
const (
	metaBucket    = "meta"     // "format", "check"
	contactBucket = "contacts" // contact → due (8 bytes, seconds, in the clear), bot.Contact with its subscriptions and timers
	timerBucket   = "timers"   // due, contact → nothing: those of which a timer runs
	sessionBucket = "sessions" // contact → kept (kept.go)
	diaryBucket   = "diary"    // contact, id → bot.Entry
	noteBucket    = "rumours"  // contact, id → bot.Note
	optOutBucket  = "optout"   // keyed hash of an address (another one) → nothing
	seenBucket    = "seen"     // UTC day → bucket of keyed hashes of provider ids, and of timers that ran out → nothing

	// The queue. A line is contact, channel, 0, kind.
	outboxBucket  = "outbox"  // line, id → bot.Outbound, or the marker of a mailing (marker.go)
	readyBucket   = "ready"   // channel, 0, kind, id of its first message, contact → nothing: the lines that can be claimed
	waitingBucket = "waiting" // line → due (8 bytes, milliseconds), 1 where it is parked: the lines that cannot
	dueBucket     = "due"     // due, channel, 0, kind, contact → nothing: the same, by time

	unreachableBucket = "unreachable" // contact → nothing
	sentBucket        = "sent"        // id → left (sent.go)
	sentIndex         = "sentby"      // contact, id → nothing: those of them that hold a text
	deadBucket        = "dead"        // seconds, id → bot.Dead

	paperBucket   = "papers"   // kind, 0, id → version (8 bytes, in the clear), body
	mailingBucket = "mailings" // mailing, part → bot.Mailing, progress or tally (mailing.go)
	gotBucket     = "got"      // mailing, last contact of a chunk → the contacts it was queued for
)

// sealed tells which buckets have values that say anything, and so which are
// sealed. Subscriptions live in the contact's record: that costs 40 bytes
// each, a row of their own 120.
var sealed = map[string]bool{
	contactBucket: true, timerBucket: false, sessionBucket: true, diaryBucket: true, noteBucket: true, optOutBucket: false, seenBucket: false,
	outboxBucket: true, readyBucket: false, waitingBucket: false, dueBucket: false,
	unreachableBucket: false, sentBucket: true, sentIndex: false, deadBucket: true,
	paperBucket: true, mailingBucket: true, gotBucket: true,
}

// fileFormat is what is written. A file of format 3 lacks the buckets of later;
// it is brought up when it is opened.
const (
	fileFormat   = 4
	fileFormat3  = 3
	oldestFormat = fileFormat3
)

// later are the buckets that a file of format 3 lacks.
var later = map[string]bool{paperBucket: true, mailingBucket: true, gotBucket: true}

// lockWait is how long Open waits for another process: long enough for a
// restart to overlap, short enough for whoever waits at a terminal.
const lockWait = 2 * time.Second

// Store is a bot.Store, and all that goes with one, in a file.
type Store struct {
	db    *bbolt.DB
	keys  *seal.Seal
	write *writer

	ids     atomic.Uint64 // the last id given
	damaged atomic.Int64

	numbers numbers
	sums    sums // the writer's

	mu       sync.Mutex
	lent     leases
	mailings map[bot.MailingID]*knownMailing
}

var (
	_ bot.Store    = (*Store)(nil)
	_ bot.Outbox   = (*Store)(nil)
	_ bot.Shelf    = (*Store)(nil)
	_ bot.Notes    = (*Store)(nil)
	_ bot.Mailings = (*Store)(nil)
)

// options suit a file of up to some millions of contacts.
func options() *bbolt.Options {
	return &bbolt.Options{
		Timeout: lockWait,
		// The default, an array, is slow to search once many rows have gone.
		FreelistType: bbolt.FreelistMapType,
		// Address space, not memory: up to this size the map never grows, and
		// to grow it the writer waits for all readers.
		InitialMmapSize: 256 << 20,
		NoStatistics:    true,
	}
}

// Open opens the database at path, or makes it (mode 0600) and its folder
// (mode 0700). ErrLocked when another process has it, seal.ErrUnfit when keys
// are not those it was made with, ErrForeign when it is something else.
func Open(path string, keys *seal.Seal) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	db, err := openFile(path, options())
	if err != nil {
		return nil, err
	}
	if err := prepare(db, keys); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	s := &Store{db: db, keys: keys, mailings: map[bot.MailingID]*knownMailing{}}
	s.write = newWriter(s.update)
	// A random start: a token from before a restart fits no lease.
	var start [8]byte
	_, _ = rand.Read(start[:]) // never fails
	s.lent = newLeases(binary.BigEndian.Uint64(start[:]) >> 1)
	err = db.View(func(tx *bbolt.Tx) error {
		s.ids.Store(tx.Bucket([]byte(metaBucket)).Sequence())
		s.loadMailings(tx)
		s.loadDoubted(tx)
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.Close())
	}
	return s, nil
}

func openFile(path string, o *bbolt.Options) (*bbolt.DB, error) {
	// Tightened before it is opened: a copy laid back with a wider mode.
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, fmt.Errorf("keep others from the database: %w", err)
		}
	}
	db, err := bbolt.Open(path, 0o600, o)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s is held by %s; stop it first, then try again", ErrLocked, path, holder(path))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %s: %w", ErrForeign, path, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("open database: %w (who runs Posada must own it)", err)
	case err != nil:
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

// prepare makes the buckets of a new file, or checks those of an old one.
func prepare(db *bbolt.DB, keys *seal.Seal) error {
	empty, older := false, false
	err := db.View(func(tx *bbolt.Tx) error {
		if first, _ := tx.Cursor().First(); first == nil {
			empty = true
			return nil
		}
		older = formatOf(tx) < fileFormat
		return fits(tx, keys)
	})
	if err == nil && older {
		return db.Update(bringUp)
	}
	if err != nil || !empty {
		return err
	}
	check, err := keys.Check()
	if err != nil {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error { return lay(tx, check) })
}

// lay makes an empty file a database.
func lay(tx *bbolt.Tx, check []byte) error {
	for name := range sealed {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	meta, err := tx.CreateBucket([]byte(metaBucket))
	if err != nil {
		return fmt.Errorf("make bucket %s: %w", metaBucket, err)
	}
	return errors.Join(meta.Put([]byte("format"), []byte{fileFormat}), meta.Put([]byte("check"), check))
}

// bringUp makes a file of an earlier format, that fits, one of this format.
// What it holds stays as it is.
func bringUp(tx *bbolt.Tx) error {
	for name := range later {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	if err := tx.Bucket([]byte(metaBucket)).Put([]byte("format"), []byte{fileFormat}); err != nil {
		return fmt.Errorf("bring the file up to format %d: %w", fileFormat, err)
	}
	return nil
}

// formatOf is the format of a file; fileFormat where it has none, or a strange
// one: fits tells of that.
func formatOf(tx *bbolt.Tx) byte {
	if meta := tx.Bucket([]byte(metaBucket)); meta != nil {
		if f := meta.Get([]byte("format")); len(f) == 1 {
			return f[0]
		}
	}
	return fileFormat
}

// fits checks a file that is not empty.
func fits(tx *bbolt.Tx, keys *seal.Seal) error {
	meta := tx.Bucket([]byte(metaBucket))
	if meta == nil || meta.Get([]byte("format")) == nil {
		return fmt.Errorf("%w: it holds something else", ErrForeign)
	}
	switch f := meta.Get([]byte("format")); {
	case len(f) == 1 && f[0] < oldestFormat:
		return fmt.Errorf("%w: an earlier Posada wrote it, in format %d, and this one reads %d alone; move it away and start again with a new file (everybody then starts anew), or go on with the earlier Posada",
			ErrForeign, f[0], fileFormat)
	case len(f) != 1 || f[0] > fileFormat:
		return fmt.Errorf("%w: a later Posada wrote it, in format %x, and this one reads %x; use that one", ErrForeign, f, fileFormat)
	}
	for name := range sealed {
		if tx.Bucket([]byte(name)) == nil && !(later[name] && formatOf(tx) < fileFormat) {
			return fmt.Errorf("%w: it lacks the bucket %s", ErrForeign, name)
		}
	}
	return keys.Fits(meta.Get([]byte("check")))
}

// Close ends all writes that have begun and lets go of the file. What comes
// after is ErrClosed.
func (s *Store) Close() error {
	s.write.close()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Damaged counts how often since the start a value did not open or could not
// be read: above zero, the file or the key file was tampered with.
func (s *Store) Damaged() int64 { return s.damaged.Load() }

// Size is the size of the file in bytes.
func (s *Store) Size() (int64, error) {
	info, err := os.Stat(s.db.Path())
	if err != nil {
		return 0, fmt.Errorf("size of the database: %w", err)
	}
	return info.Size(), nil
}

// Counts reads the whole file.
func (s *Store) Counts(ctx context.Context) (bot.Counts, error) {
	var c bot.Counts
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		for name, n := range map[string]*int{
			contactBucket: &c.Contacts, sessionBucket: &c.Sessions, diaryBucket: &c.Diary, noteBucket: &c.Notes,
			outboxBucket: &c.Queued, optOutBucket: &c.OptedOut, unreachableBucket: &c.Unreachable, sentBucket: &c.Sent, deadBucket: &c.Dead,
		} {
			*n = tx.Bucket([]byte(name)).Stats().KeyN
		}
		err := tx.Bucket([]byte(waitingBucket)).ForEach(func(_, v []byte) error {
			if len(v) == 9 && v[8] == 1 {
				c.Parked++
			} else {
				c.Waiting++
			}
			return nil
		})
		if err != nil {
			return err
		}
		seen := tx.Bucket([]byte(seenBucket))
		return seen.ForEachBucket(func(day []byte) error {
			c.Seen += seen.Bucket(day).Stats().KeyN
			return nil
		})
	})
	if err != nil {
		return bot.Counts{}, fmt.Errorf("count: %w", err)
	}
	return c, nil
}

// view reads in one transaction. No transaction stays open for long: it would
// keep the pages that writers leave behind from being used again.
func (s *Store) view(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.db.View(fn)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// open opens a sealed value. One that does not open, or that decode cannot
// read, is counted: it must silence nobody.
func open[T any](s *Store, bucket string, key, value []byte, decode func([]byte) (T, error)) (T, bool) {
	var none T
	_, plain, err := openRow(s.keys, bucket, key, value)
	if err == nil {
		var v T
		if v, err = decode(plain); err == nil {
			return v, true
		}
	}
	s.damaged.Add(1)
	return none, false
}
