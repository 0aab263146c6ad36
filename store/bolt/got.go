// Who got a mailing, once something of it is out of the queue. Whom it waits for
// is on the lists from the beginning, so that queueing writes each list once; who
// is known not to have been sent it comes off them when it stops waiting. Where
// that cannot be known they stay: who got a wrong text must hear that it was.
package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// lentMost is more lines of one kind than a lane of bot/deliver has in its hands
// at once.
const lentMost = 512

// loadDoubted finds the messages of mailings that may have been lent when the
// process before this one ended: that was kept in memory alone. Lines are lent
// by the age of their first message, so they are among the first.
func (s *Store) loadDoubted(tx *bbolt.Tx) {
	c := tx.Bucket([]byte(readyBucket)).Cursor()
	for k, _ := c.First(); k != nil; {
		channel, rest, ok := bytes.Cut(k, []byte{0})
		if !ok || len(rest) == 0 {
			k, _ = c.Next()
			continue
		}
		l := line{channel: string(channel), kind: bot.Kind(rest[0])}
		if l.kind == bot.Bulletin {
			for _, m := range s.mailings {
				s.doubt(tx, l, m.spans)
			}
		}
		past := l.lane(nil)
		past[len(past)-1]++
		k, _ = c.Seek(past)
	}
}

// doubt doubts what is first of one mailing in a lane.
func (s *Store) doubt(tx *bbolt.Tx, l line, spans []span) {
	lane := l.lane(nil)
	ready, queued := tx.Bucket([]byte(readyBucket)).Cursor(), tx.Bucket([]byte(outboxBucket)).Cursor()
	lines := 0
	for _, r := range spans {
		k, _ := ready.Seek(binary.BigEndian.AppendUint64(bytes.Clone(lane), r[0]))
		for ; lines < lentMost && bytes.HasPrefix(k, lane) && binary.BigEndian.Uint64(k[len(lane):]) <= r[1]; k, _ = ready.Next() {
			lines++
			copy(l.contact[:], k[len(lane)+8:])
			by := l.byContact()
			for q, v := queued.Seek(by); bytes.HasPrefix(q, by); q, v = queued.Next() {
				if mailingOf(v) != 0 {
					s.lent.doubted[binary.BigEndian.Uint64(q[len(by):])] = true
				}
			}
		}
	}
}

// mayHaveLeft tells whether a message of a mailing that is still queued may be
// with its person all the same. Whoever settles one tells what they did
// themselves; settled: it is not asked whether it is lent.
func (s *Store) mayHaveLeft(tx *bbolt.Tx, id uint64, settled bool) bool {
	s.mu.Lock()
	lent := s.lent.doubted[id] || s.lent.loans[id] != nil && !settled
	s.mu.Unlock()
	return lent || tx.Bucket([]byte(sentBucket)).Get(leftKey(id)) != nil
}

// takeOff takes people off the lists of who got a mailing. Each list is written
// once; one that does not open stays.
func (s *Store) takeOff(tx *bbolt.Tx, id bot.MailingID, off []seal.Key) error {
	slices.SortFunc(off, func(a, b seal.Key) int { return bytes.Compare(a[:], b[:]) })
	b := tx.Bucket([]byte(gotBucket))
	for len(off) > 0 {
		from := gotKey(id, off[0][:])
		k, v := b.Cursor().Seek(from)
		if !bytes.HasPrefix(k, from[:8]) {
			return nil
		}
		k = bytes.Clone(k)
		n := sort.Search(len(off), func(i int) bool { return bytes.Compare(off[i][:], k[8:]) > 0 })
		gone := off[:n]
		off = off[n:]
		list, ok := open(s, gotBucket, k, v, decodeGot)
		if !ok {
			continue
		}
		left := make([]byte, 0, len(list))
		for contact := range keysIn(list) {
			if _, ok := slices.BinarySearchFunc(gone, contact, func(a seal.Key, b []byte) int { return bytes.Compare(a[:], b) }); !ok {
				left = append(left, contact...)
			}
		}
		var err error
		if len(left) > 0 {
			err = s.putGot(tx, k, left)
		} else if err = b.Delete(k); err != nil {
			err = fmt.Errorf("erase the list of a mailing: %w", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
