// Loading what a turn begins from, and making it durable.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// basis is what Commit compares: the very bytes that were loaded. A sealed
// value never comes out the same twice, so equal bytes mean that nobody wrote
// in between, and no counter is needed.
type basis struct {
	store                 *Store
	contact, seen, optOut seal.Key
	wasContact            []byte
	wasSession            []byte
	was                   kept // wasSession, opened

	// fired is seen in the place where a quiet turn leaves it: beside those of
	// contacts that stand near this one. Timers run out by the thousand, in the
	// order of their contacts, and each would else touch a page of its own. Two
	// bytes of the contact tell a thief as good as nothing.
	fired seal.Key
}

const firedBeside = 2

// Load implements bot.Store.
func (s *Store) Load(ctx context.Context, from bot.Address, messageID string) (bot.Snapshot, error) {
	b := &basis{store: s}
	var err error
	for _, k := range []struct {
		to    *seal.Key
		why   string
		parts []string
	}{
		{&b.contact, contactBucket, []string{from.Channel, from.ID}},
		{&b.optOut, optOutBucket, []string{from.Channel, from.ID}},
		{&b.seen, seenBucket, []string{from.Channel, messageID}},
	} {
		if *k.to, err = s.keys.Find(k.why, k.parts...); err != nil {
			return bot.Snapshot{}, err
		}
	}
	b.fired = b.seen
	copy(b.fired[:firedBeside], b.contact[:])
	snap := bot.Snapshot{From: from, MessageID: messageID, Basis: b}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if snap.Seen = b.wasSeen(tx); snap.Seen {
			return nil
		}
		b.wasContact = bytes.Clone(tx.Bucket([]byte(contactBucket)).Get(b.contact[:]))
		b.wasSession = bytes.Clone(tx.Bucket([]byte(sessionBucket)).Get(b.contact[:]))
		snap.Parked = parkedFor(tx, b.contact)
		snap.OptedOut = tx.Bucket([]byte(optOutBucket)).Get(b.optOut[:]) != nil
		return nil
	})
	if err != nil {
		return bot.Snapshot{}, fmt.Errorf("read contact: %w", err)
	}
	if b.wasContact != nil {
		c, ok := open(s, contactBucket, b.contact[:], b.wasContact, bot.DecodeContact)
		snap.Contact, snap.Damaged = c, !ok
	}
	if b.wasSession != nil {
		var ok bool
		b.was, ok = open(s, sessionBucket, b.contact[:], b.wasSession, decodeKept)
		snap.Session, snap.Damaged = b.was.Session, snap.Damaged || !ok
	}
	return snap, nil
}

// wasSeen looks into every day that is kept: they are few, and a clock that
// was set back must not make a message new.
func (b *basis) wasSeen(tx *bbolt.Tx) bool {
	seen := tx.Bucket([]byte(seenBucket))
	days := seen.Cursor()
	for day, _ := days.First(); day != nil; day, _ = days.Next() {
		if today := seen.Bucket(day); today.Get(b.seen[:]) != nil || today.Get(b.fired[:]) != nil {
			return true
		}
	}
	return false
}

// here is the value of a key that says all by itself. It is not nil: a nil
// value reads back as nil, and so as no row, until its transaction ends.
var here = []byte{}

// row is one sealed value and its place.
type row struct{ bucket, key, value []byte }

// Commit implements bot.Store. All is sealed before the transaction begins:
// while it runs, everybody waits.
func (s *Store) Commit(ctx context.Context, t bot.Turn) (bot.Outcome, error) {
	b, ok := t.Snapshot.Basis.(*basis)
	if !ok || b.store != s {
		return 0, bot.ErrNotLoaded
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	rows, err := s.rows(b, t)
	if err != nil {
		return 0, err
	}
	parcels, err := s.parcels(t)
	if err != nil {
		return 0, err
	}
	last := s.ids.Load()
	day := []byte(t.Now.UTC().Format(time.DateOnly))
	var outcome bot.Outcome
	var dropped []uint64
	var mute bool
	err = s.write.submit(func(tx *bbolt.Tx) error {
		outcome, dropped, mute = bot.Committed, nil, false
		switch {
		case b.wasSeen(tx):
			outcome = bot.Duplicate
			return nil
		case !bytes.Equal(tx.Bucket([]byte(contactBucket)).Get(b.contact[:]), b.wasContact),
			!bytes.Equal(tx.Bucket([]byte(sessionBucket)).Get(b.contact[:]), b.wasSession):
			outcome = bot.Conflict
			return nil
		}
		mute = t.Quiet && (tx.Bucket([]byte(optOutBucket)).Get(b.optOut[:]) != nil || tx.Bucket([]byte(unreachableBucket)).Get(b.contact[:]) != nil)
		if dropped, err = s.erase(tx, b, t); err != nil {
			return err
		}
		for _, r := range rows {
			if err := put(tx, r); err != nil {
				return err
			}
		}
		for _, p := range parcels {
			if mute && p.line.kind != bot.Errand {
				continue
			}
			if err := s.enqueue(tx, p.line, p.id, p.value); err != nil {
				return err
			}
		}
		if t.OptOut == bot.MarkOut {
			if err := tx.Bucket([]byte(optOutBucket)).Put(b.optOut[:], here); err != nil {
				return fmt.Errorf("mark opt-out: %w", err)
			}
		}
		today, err := tx.Bucket([]byte(seenBucket)).CreateBucketIfNotExists(day)
		if err != nil {
			return fmt.Errorf("begin day: %w", err)
		}
		mark := b.seen
		if t.Quiet {
			mark = b.fired
		}
		if err := today.Put(mark[:], here); err != nil {
			return fmt.Errorf("mark message as seen: %w", err)
		}
		return keepIDs(tx, last)
	})
	if err != nil {
		return 0, fmt.Errorf("write turn: %w", err)
	}
	if mute {
		for i, p := range parcels {
			if p.line.kind != bot.Errand {
				t.Out[i].ID = 0
			}
		}
	}
	s.drop(dropped)
	return outcome, nil
}

func put(tx *bbolt.Tx, r row) error {
	if string(r.bucket) == contactBucket {
		return putContact(tx, r.key, r.value)
	}
	if err := tx.Bucket(r.bucket).Put(r.key, r.value); err != nil {
		return fmt.Errorf("put into %s: %w", r.bucket, err)
	}
	return nil
}

// keepIDs makes sure that no id up to last is given again after a restart.
func keepIDs(tx *bbolt.Tx, last uint64) error {
	meta := tx.Bucket([]byte(metaBucket))
	if meta.Sequence() >= last {
		return nil
	}
	if err := meta.SetSequence(last); err != nil {
		return fmt.Errorf("keep ids: %w", err)
	}
	return nil
}

// rows seals what the turn keeps of the person.
func (s *Store) rows(b *basis, t bot.Turn) ([]row, error) {
	rows := make([]row, 0, 8)
	var failed error
	put := func(bucket string, key, plain []byte) {
		value, err := s.keys.Seal(bucket, key, plain)
		if err != nil && failed == nil {
			failed = err
		}
		rows = append(rows, row{[]byte(bucket), key, value})
	}
	if !t.Forget {
		if t.Contact != nil {
			value, err := s.sealContact(b.contact, *t.Contact)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row{[]byte(contactBucket), b.contact[:], value})
		}
		put(sessionBucket, b.contact[:], s.keep(b, t).encode())
		for _, e := range t.Diary {
			put(diaryBucket, s.nextKey(b.contact), e.Encode())
		}
		for i := range t.Notes {
			n := &t.Notes[i]
			key := s.nextKey(b.contact)
			n.ID, n.From = noteID(key), t.Snapshot.From
			put(noteBucket, key, n.Encode())
		}
	}
	return rows, failed
}

// keep is the session that a turn leaves. Of a quiet one its time stays that of
// the person's last.
func (s *Store) keep(b *basis, t bot.Turn) kept {
	if t.Quiet && !b.was.At.IsZero() {
		return kept{Kept: bot.Kept{At: b.was.At, Session: t.Session}, turn: b.was.turn}
	}
	return kept{Kept: bot.Kept{At: t.Now, Session: t.Session}, turn: uint32(s.ids.Add(1))}
}

// parcels numbers and seals the messages of a turn.
func (s *Store) parcels(t bot.Turn) ([]parcel, error) {
	from := t.Snapshot.From
	for i, o := range t.Out {
		errand := o.Kind == bot.Errand && o.To.Channel == from.Channel
		if !errand && (o.To != from || o.Kind < bot.Reply || o.Kind > bot.Bulletin) {
			return nil, fmt.Errorf("message %d of the turn has kind %d, or goes to somebody else", i, o.Kind)
		}
	}
	parcels := make([]parcel, len(t.Out))
	for i := range t.Out {
		var err error
		if parcels[i], err = s.pack(&t.Out[i]); err != nil {
			return nil, err
		}
		t.Out[i].ID = parcels[i].id
	}
	return parcels, nil
}

// nextKey is the key of a new row that belongs to a contact.
func (s *Store) nextKey(contact seal.Key) []byte {
	return binary.BigEndian.AppendUint64(contact[:], s.ids.Add(1))
}

// erase does what the turn takes away, before it puts anything. It returns the
// ids of the messages that left the queue.
func (s *Store) erase(tx *bbolt.Tx, b *basis, t bot.Turn) (dropped []uint64, err error) {
	if t.OptOut == bot.MarkIn {
		if err := tx.Bucket([]byte(optOutBucket)).Delete(b.optOut[:]); err != nil {
			return nil, fmt.Errorf("lift opt-out: %w", err)
		}
	}
	// Who writes can be reached, and what waited for that waits no more.
	if !t.Quiet {
		if err := tx.Bucket([]byte(unreachableBucket)).Delete(b.contact[:]); err != nil {
			return nil, fmt.Errorf("lift mark: %w", err)
		}
	}
	if t.EraseDiary {
		if err := eraseRows(tx, diaryBucket, b.contact); err != nil {
			return nil, err
		}
	}
	if err := eraseNotes(tx, b.contact[:], t.EraseNotes); err != nil {
		return nil, err
	}
	switch {
	case t.Forget:
		return s.eraseContact(tx, b.contact)
	case t.OptOut == bot.MarkOut:
		return s.eraseQueued(tx, b.contact)
	case t.Quiet:
		return nil, nil
	}
	return nil, s.unpark(tx, b.contact)
}
