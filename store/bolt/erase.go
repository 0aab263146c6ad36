// Erasing a person, and what is queued for them.
package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/store/seal"
)

// eraseContact removes all rows of a contact but the opt-out mark.
func (s *Store) eraseContact(tx *bbolt.Tx, contact seal.Key) ([]uint64, error) {
	if err := putContact(tx, contact[:], nil); err != nil {
		return nil, err
	}
	for _, name := range []string{sessionBucket, unreachableBucket} {
		if err := tx.Bucket([]byte(name)).Delete(contact[:]); err != nil {
			return nil, fmt.Errorf("erase from %s: %w", name, err)
		}
	}
	for _, name := range []string{diaryBucket, noteBucket} {
		if err := eraseRows(tx, name, contact); err != nil {
			return nil, err
		}
	}
	return s.eraseQueued(tx, contact)
}

// eraseQueued removes all that is queued for a contact, and what was said in
// messages that left. It returns the ids of those that left the queue.
func (s *Store) eraseQueued(tx *bbolt.Tx, contact seal.Key) (dropped []uint64, err error) {
	lines := map[line]place{}
	mailed := map[uint64]bool{} // those of mailings
	for _, k := range withPrefix(tx.Bucket([]byte(outboxBucket)), contact[:]) {
		l, id, ok := parseMessage(k)
		if _, begun := lines[l]; ok && !begun {
			lines[l] = placeOf(tx, l)
		}
		of, err := s.takeQueued(tx, k, lines[l].parked)
		if err != nil {
			return nil, err
		}
		mailed[id] = of != 0
		dropped = append(dropped, id)
	}
	for l, was := range lines {
		if err := s.move(tx, l, was, place{}); err != nil {
			return nil, err
		}
	}
	for _, k := range withPrefix(tx.Bucket([]byte(sentIndex)), contact[:]) {
		if len(k) != len(contact)+8 {
			continue
		}
		id := binary.BigEndian.Uint64(k[len(contact):])
		var is fate
		if mailed[id] {
			is.became = becameDropped
		}
		if err := s.strip(tx, id, contact, is); err != nil {
			return nil, err
		}
	}
	return dropped, nil
}

// withPrefix lists keys, so that their rows can be deleted: a cursor skips
// rows when what it stands on is.
func withPrefix(b *bbolt.Bucket, prefix []byte) (keys [][]byte) {
	c := b.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	return keys
}
