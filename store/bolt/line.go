// The lines of the queue, and where each of them stands in the file.
package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// line is the messages of one kind to one contact: what keeps its order. An
// errand is a line of its own, under the hash of what it is about.
type line struct {
	contact seal.Key
	channel string
	kind    bot.Kind
}

// lane is channel, 0, kind: what is claimed together.
func (l line) lane(b []byte) []byte {
	b = append(b, l.channel...)
	return append(b, 0, byte(l.kind))
}

func (l line) byContact() []byte { return l.lane(append(make([]byte, 0, 64), l.contact[:]...)) }

// message is the key of a message in the queue.
func (l line) message(id uint64) []byte { return binary.BigEndian.AppendUint64(l.byContact(), id) }

// byHead orders the lines of a lane by the age of their first message.
func (l line) byHead(head uint64) []byte {
	b := binary.BigEndian.AppendUint64(l.lane(make([]byte, 0, 64)), head)
	return append(b, l.contact[:]...)
}

func (l line) byDue(due int64) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 64), uint64(due))
	return append(l.lane(b), l.contact[:]...)
}

// parseMessage reads the key of a message, or of a line where there is no id.
func parseMessage(key []byte) (l line, id uint64, ok bool) {
	if len(key) < len(l.contact) {
		return l, 0, false
	}
	channel, rest, ok := bytes.Cut(key[len(l.contact):], []byte{0})
	if !ok || len(rest) != 1 && len(rest) != 9 {
		return l, 0, false
	}
	copy(l.contact[:], key)
	l.channel, l.kind = string(channel), bot.Kind(rest[0])
	if len(rest) == 9 {
		id = binary.BigEndian.Uint64(rest[1:])
	}
	return l, id, true
}

func parseByDue(key []byte) (l line, due int64, ok bool) {
	cut := len(key) - len(l.contact)
	if cut < 8 {
		return l, 0, false
	}
	channel, rest, ok := bytes.Cut(key[8:cut], []byte{0})
	if !ok || len(rest) != 1 {
		return l, 0, false
	}
	copy(l.contact[:], key[cut:])
	l.channel, l.kind = string(channel), bot.Kind(rest[0])
	return l, int64(binary.BigEndian.Uint64(key)), true
}

// millis rounds up: nothing is due too early.
func millis(t time.Time) int64 {
	return max(1, t.Add(time.Millisecond-time.Nanosecond).UnixMilli())
}

// place is where a line stands. A line that is ready has a row in readyBucket,
// one that waits has a row in waitingBucket and one in dueBucket.
type place struct {
	head   uint64 // the id of its first message; 0: there is no such line
	due    int64  // milliseconds; 0: it is ready
	parked bool
}

// wait lets a line wait for as long as the message that waits longest.
func (p *place) wait(due time.Time, parked bool) {
	p.due = max(p.due, millis(due))
	p.parked = p.parked || parked
}

// placeOf reads where a line stands.
func placeOf(tx *bbolt.Tx, l line) place {
	by := l.byContact()
	p := place{head: headOf(tx, by)}
	if v := tx.Bucket([]byte(waitingBucket)).Get(by); len(v) == 9 {
		p.due, p.parked = int64(binary.BigEndian.Uint64(v)), v[8] == 1
	}
	return p
}

// headOf is the first id of a line, given by its key; 0 for none.
func headOf(tx *bbolt.Tx, by []byte) uint64 {
	k, _ := tx.Bucket([]byte(outboxBucket)).Cursor().Seek(by)
	if !bytes.HasPrefix(k, by) || len(k) != len(by)+8 {
		return 0
	}
	return binary.BigEndian.Uint64(k[len(by):])
}

// move changes the rows of a line from one place to another.
func (s *Store) move(tx *bbolt.Tx, l line, was, is place) error {
	if was == is {
		return nil
	}
	ready, waiting, due := tx.Bucket([]byte(readyBucket)), tx.Bucket([]byte(waitingBucket)), tx.Bucket([]byte(dueBucket))
	var err error
	do := func(e error) {
		if err == nil {
			err = e
		}
	}
	wasReady, isReady := was.head != 0 && was.due == 0, is.head != 0 && is.due == 0
	wasWaiting, isWaiting := was.due != 0, is.head != 0 && is.due != 0
	if wasReady && (!isReady || was.head != is.head) {
		do(ready.Delete(l.byHead(was.head)))
	}
	if isReady && (!wasReady || was.head != is.head) {
		do(ready.Put(l.byHead(is.head), here))
	}
	if wasWaiting && (!isWaiting || was.due != is.due) {
		do(due.Delete(l.byDue(was.due)))
		if !isWaiting {
			do(waiting.Delete(l.byContact()))
		}
	}
	if isWaiting {
		v := binary.BigEndian.AppendUint64(make([]byte, 0, 9), uint64(is.due))
		if is.parked {
			v = append(v, 1)
		} else {
			v = append(v, 0)
		}
		do(waiting.Put(l.byContact(), v))
		do(due.Put(l.byDue(is.due), here))
	}
	if err != nil {
		return fmt.Errorf("move a line: %w", err)
	}
	if wasParked, isParked := was.head != 0 && was.parked, is.head != 0 && is.parked; wasParked != isParked {
		s.sumParked(tx, l, isParked)
	}
	return nil
}

// enqueue puts a sealed message or a marker into its line.
func (s *Store) enqueue(tx *bbolt.Tx, l line, id uint64, value []byte) error {
	was := placeOf(tx, l)
	outbox, key := tx.Bucket([]byte(outboxBucket)), l.message(id)
	if was.parked && outbox.Get(key) == nil {
		s.sums.park(mailingOf(value), 1)
	}
	if err := outbox.Put(key, value); err != nil {
		return fmt.Errorf("put into outbox: %w", err)
	}
	is := was
	if is.head == 0 || id < is.head {
		is.head = id
	}
	return s.move(tx, l, was, is)
}

// dequeue takes a message out of its line.
func (s *Store) dequeue(tx *bbolt.Tx, l line, id uint64) error {
	was := placeOf(tx, l)
	outbox, key := tx.Bucket([]byte(outboxBucket)), l.message(id)
	if was.parked {
		s.sums.park(mailingOf(outbox.Get(key)), -1)
	}
	if err := outbox.Delete(key); err != nil {
		return fmt.Errorf("take from outbox: %w", err)
	}
	is := was
	if is.head == id {
		is.head = headOf(tx, l.byContact())
	}
	return s.move(tx, l, was, is)
}

// parkedFor tells whether anything but a bulletin waits for a contact's word.
func parkedFor(tx *bbolt.Tx, contact seal.Key) bool {
	c := tx.Bucket([]byte(waitingBucket)).Cursor()
	for k, v := c.Seek(contact[:]); bytes.HasPrefix(k, contact[:]); k, v = c.Next() {
		if l, _, ok := parseMessage(k); ok && (l.kind == bot.Reply || l.kind == bot.Reminder) && len(v) == 9 && v[8] == 1 {
			return true
		}
	}
	return false
}

// unpark makes ready what waits for a contact.
func (s *Store) unpark(tx *bbolt.Tx, contact seal.Key) error {
	for _, k := range withPrefix(tx.Bucket([]byte(waitingBucket)), contact[:]) {
		l, _, ok := parseMessage(k)
		if !ok {
			continue
		}
		if was := placeOf(tx, l); was.parked {
			if err := s.move(tx, l, was, place{head: was.head}); err != nil {
				return err
			}
		}
	}
	return nil
}
