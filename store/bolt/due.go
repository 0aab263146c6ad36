// Timers: the contacts by the first of theirs to run out.
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

// A contact is kept behind the second at which its first timer runs out (8
// bytes, 0 for none), in the clear, for the index shows it anyway: so a contact
// is forgotten without being opened. What is sealed is bound to it.
const dueSize = 8

// clearHead is how many bytes of a bucket's values are not sealed.
func clearHead(bucket string) int {
	switch bucket {
	case contactBucket:
		return dueSize
	case paperBucket:
		return versionSize
	}
	return 0
}

// placed is the key that a value is sealed to, with what stands before it in
// the clear.
func placed(key, head []byte) []byte { return append(key[:len(key):len(key)], head...) }

// sealRow seals a value behind its clear head.
func sealRow(keys *seal.Seal, bucket string, key, head, plain []byte) ([]byte, error) {
	value, err := keys.Seal(bucket, placed(key, head), plain)
	if err != nil || len(head) == 0 {
		return value, err
	}
	return append(head[:len(head):len(head)], value...), nil
}

// openRow opens what sealRow made, and returns the head too.
func openRow(keys *seal.Seal, bucket string, key, value []byte) (head, plain []byte, err error) {
	n := clearHead(bucket)
	if len(value) < n {
		return nil, nil, fmt.Errorf("%w of %s", bot.ErrRecord, bucket)
	}
	plain, err = keys.Open(bucket, placed(key, value[:n]), value[n:])
	return value[:n], plain, err
}

func (s *Store) sealContact(key seal.Key, c bot.Contact) ([]byte, error) {
	head := make([]byte, dueSize)
	if due := c.Due(); !due.IsZero() {
		binary.BigEndian.PutUint64(head, uint64(max(1, due.Unix())))
	}
	return sealRow(s.keys, contactBucket, key[:], head, c.Encode())
}

// dueOf is when the first timer of a stored contact runs out; 0 for none.
func dueOf(value []byte) uint64 {
	if len(value) < dueSize {
		return 0
	}
	return binary.BigEndian.Uint64(value)
}

func timerKey(due uint64, contact []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, dueSize+len(contact)), due), contact...)
}

// putContact writes a contact, or erases it where value is nil, and moves it in
// the index.
func putContact(tx *bbolt.Tx, key, value []byte) error {
	contacts, timers := tx.Bucket([]byte(contactBucket)), tx.Bucket([]byte(timerBucket))
	was, is := dueOf(contacts.Get(key)), dueOf(value)
	var err error
	if value == nil {
		err = contacts.Delete(key)
	} else {
		err = contacts.Put(key, value)
	}
	if err == nil && was != is && was != 0 {
		err = timers.Delete(timerKey(was, key))
	}
	if err == nil && was != is && is != 0 {
		err = timers.Put(timerKey(is, key), here)
	}
	if err != nil {
		return fmt.Errorf("put contact: %w", err)
	}
	return nil
}

// endTimers ends all that a person is to be reminded of. It seals within the
// transaction: it is rare.
func (s *Store) endTimers(tx *bbolt.Tx, key seal.Key) error {
	value := tx.Bucket([]byte(contactBucket)).Get(key[:])
	if value == nil {
		return nil
	}
	c, ok := open(s, contactBucket, key[:], value, bot.DecodeContact)
	if !ok || len(c.Subscriptions)+len(c.Timers) == 0 {
		return nil
	}
	c.Subscriptions, c.Timers = nil, nil
	value, err := s.sealContact(key, c)
	if err != nil {
		return err
	}
	return putContact(tx, key[:], value)
}

// Due implements bot.Store. When nothing is due it reads one row. A contact
// that does not open cannot be reminded: it is passed over, and counted when it
// is loaded.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (due []bot.Contact, next time.Time, err error) {
	var after []byte
	for {
		rows, last, following, err := s.dueRows(ctx, now, limit-len(due), after)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("list what is due: %w", err)
		}
		for _, r := range rows {
			_, plain, err := openRow(s.keys, contactBucket, r.key, r.value)
			if err != nil {
				continue
			}
			if c, err := bot.DecodeContact(plain); err == nil {
				due = append(due, c)
			}
		}
		if len(due) >= limit || last == nil {
			return due, following, nil
		}
		after = last
	}
}

// dueRows reads the contacts that are due, at most limit, from behind a row of
// the index on. last is the row it came to, nil when no other is due; following
// is the time of the next one.
func (s *Store) dueRows(ctx context.Context, now time.Time, limit int, after []byte) (rows []row, last []byte, following time.Time, err error) {
	var stray [][]byte
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		contacts := tx.Bucket([]byte(contactBucket))
		c := tx.Bucket([]byte(timerBucket)).Cursor()
		k, _ := c.Seek(after)
		if after != nil && bytes.Equal(k, after) {
			k, _ = c.Next()
		}
		for ; len(k) > dueSize; k, _ = c.Next() {
			at := time.Unix(int64(binary.BigEndian.Uint64(k)), 0).UTC()
			if at.After(now) {
				following, last = at, nil
				return nil
			}
			if len(rows) >= limit {
				following = at
				return nil
			}
			last = bytes.Clone(k)
			value := contacts.Get(k[dueSize:])
			if dueOf(value) != binary.BigEndian.Uint64(k) {
				stray = append(stray, last)
				continue
			}
			rows = append(rows, row{key: last[dueSize:], value: bytes.Clone(value)})
		}
		last = nil
		return nil
	})
	if err == nil && len(stray) > 0 {
		err = s.dropStray(stray)
	}
	return rows, last, following, err
}

// dropStray drops rows of the index that lead to no contact, or to one that is
// due at another time. Only a file that somebody else changed has any.
func (s *Store) dropStray(keys [][]byte) error {
	return s.write.submit(func(tx *bbolt.Tx) error {
		contacts, timers := tx.Bucket([]byte(contactBucket)), tx.Bucket([]byte(timerBucket))
		for _, k := range keys {
			if dueOf(contacts.Get(k[dueSize:])) == binary.BigEndian.Uint64(k) {
				continue
			}
			if err := timers.Delete(k); err != nil {
				return fmt.Errorf("drop a stray row: %w", err)
			}
		}
		return nil
	})
}

// Contacts hands out every contact once, in no order, between short
// transactions. Who comes or goes meanwhile may be missed.
func (s *Store) Contacts(ctx context.Context, each func(bot.Contact) error) error {
	err := s.chunks(ctx, contactBucket, func(rows []row) error {
		for _, r := range rows {
			if c, ok := open(s, contactBucket, r.key, r.value, bot.DecodeContact); ok {
				if err := each(c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look at contacts: %w", err)
	}
	return nil
}
