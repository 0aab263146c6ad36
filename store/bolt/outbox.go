// The queue of messages to be sent: what comes into it, and what is lent.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// lineOf is the line of messages to an address.
func (s *Store) lineOf(to bot.Address, kind bot.Kind) (line, error) {
	domain := contactBucket
	if kind == bot.Errand {
		domain = "errands"
	}
	contact, err := s.keys.Find(domain, to.Channel, to.ID)
	return line{contact: contact, channel: to.Channel, kind: kind}, err
}

// parcel is a message on its way into the queue.
type parcel struct {
	line   line
	id     uint64
	value  []byte // sealed
	optOut seal.Key
}

// pack numbers and seals a message.
func (s *Store) pack(o *bot.Outbound) (p parcel, err error) {
	if p.line, err = s.lineOf(o.To, o.Kind); err != nil {
		return p, err
	}
	if o.Kind == bot.Bulletin {
		p.id = s.single()
	} else {
		p.id = s.ids.Add(1)
	}
	p.value, err = s.keys.Seal(outboxBucket, p.line.message(p.id), o.Encode())
	return p, err
}

// Queue implements bot.Store and bot.Outbox: all of it or, after an error,
// nothing. A thousand messages keep the writer for some ten milliseconds, and
// the disk for as long again.
func (s *Store) Queue(ctx context.Context, out []bot.Outbound) (queued int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	parcels := make([]parcel, len(out))
	for i := range out {
		o := &out[i]
		o.ID = 0
		if o.Kind < bot.Reply || o.Kind > bot.Errand || strings.Contains(o.To.Channel, "\x00") {
			return 0, fmt.Errorf("message %d to be queued has kind %d, or no channel of a known shape", i, o.Kind)
		}
		if parcels[i], err = s.pack(o); err != nil {
			return 0, err
		}
		if parcels[i].optOut, err = s.keys.Find(optOutBucket, o.To.Channel, o.To.ID); err != nil {
			return 0, err
		}
	}
	if len(out) == 0 {
		return 0, nil
	}
	last := s.ids.Load()
	put := make([]bool, len(out))
	err = s.write.submit(func(tx *bbolt.Tx) error {
		sessions, optOut, unreachable := tx.Bucket([]byte(sessionBucket)), tx.Bucket([]byte(optOutBucket)), tx.Bucket([]byte(unreachableBucket))
		for i, p := range parcels {
			contact := p.line.contact[:]
			put[i] = p.line.kind == bot.Errand ||
				sessions.Get(contact) != nil && optOut.Get(p.optOut[:]) == nil && unreachable.Get(contact) == nil
			if !put[i] {
				continue
			}
			if err := s.enqueue(tx, p.line, p.id, p.value); err != nil {
				return err
			}
		}
		return keepIDs(tx, last)
	})
	if err != nil {
		return 0, fmt.Errorf("queue: %w", err)
	}
	for i, p := range parcels {
		if put[i] {
			out[i].ID = p.id
			queued++
		}
	}
	return queued, nil
}

// Claim implements bot.Outbox. It holds the lock for as long as it reads:
// whoever erases or settles a message tells so after the commit, and waits
// until what was read before is known to be lent.
func (s *Store) Claim(ctx context.Context, now time.Time, order bot.ClaimOrder) ([]bot.Claimed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent.forget(now)
	var claimed []bot.Claimed
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		l := line{channel: order.Channel, kind: order.Kind}
		lane := l.lane(nil)
		c := tx.Bucket([]byte(readyBucket)).Cursor()
		lines := 0
		k, _ := c.Seek(lane)
		for lines < order.Lines && bytes.HasPrefix(k, lane) {
			head := k[len(lane):]
			// A mailing that rests is stepped over whole.
			if order.Kind == bot.Bulletin {
				if past := s.past(binary.BigEndian.Uint64(head)); past != 0 {
					k, _ = c.Seek(binary.BigEndian.AppendUint64(bytes.Clone(lane), past+1))
					continue
				}
			}
			ours := copy(l.contact[:], head[8:]) == len(l.contact)
			k, _ = c.Next()
			if !ours || s.lent.isLent(l, now) {
				continue
			}
			from := len(claimed)
			e := &lease{until: now.Add(order.Lease)}
			if claimed = s.read(tx, claimed, l, e, order.Each); len(claimed) > from {
				lines++
				s.lent.lend(l, e, claimed[from:])
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return claimed, nil
}

// read appends up to most messages of a line. One that does not open cannot be
// sent. It stays where it is, and holds up nobody. Behind one of a mailing that
// rests nothing of its line is lent.
func (s *Store) read(tx *bbolt.Tx, claimed []bot.Claimed, l line, e *lease, most int) []bot.Claimed {
	var heard time.Time
	var who recipient
	if contact, ok := l.ofContact(); ok {
		if e.session = bytes.Clone(tx.Bucket([]byte(sessionBucket)).Get(contact[:])); e.session != nil {
			was := s.keptIn(contact, e.session)
			heard, who.session = was.At, was.Session
		}
	}
	by := l.byContact()
	c := tx.Bucket([]byte(outboxBucket)).Cursor()
	for k, v := c.Seek(by); most > 0 && bytes.HasPrefix(k, by); k, v = c.Next() {
		var o bot.Outbound
		var rests, ok bool
		if isMarker(v) {
			o, rests, ok = s.marked(tx, l, v, &who)
		} else {
			o, ok = open(s, outboxBucket, k, v, bot.DecodeOutbound)
		}
		if rests {
			break
		}
		if !ok {
			continue
		}
		most--
		o.ID = binary.BigEndian.Uint64(k[len(by):])
		claimed = append(claimed, bot.Claimed{Outbound: o, Heard: heard})
	}
	return claimed
}

// keptIn opens a sealed session; nothing when it does not open. The turn and
// the sweep count what is damaged.
func (s *Store) keptIn(contact seal.Key, session []byte) kept {
	plain, err := s.keys.Open(sessionBucket, contact[:], session)
	if err != nil {
		return kept{}
	}
	k, err := decodeKept(plain)
	if err != nil {
		return kept{}
	}
	return k
}

// heard is the minute of a contact's last turn, from the sealed session.
func (s *Store) heard(contact seal.Key, session []byte) time.Time {
	return s.keptIn(contact, session).At
}

// wrote tells whether a contact has written between two sealed sessions of
// theirs. Most are the very same.
func (s *Store) wrote(contact seal.Key, was, is []byte) bool {
	if bytes.Equal(was, is) {
		return false
	}
	before, after := s.keptIn(contact, was), s.keptIn(contact, is)
	return before.At.IsZero() || after.At.IsZero() || before.turn != after.turn
}

// Holds implements bot.Outbox.
func (s *Store) Holds(t bot.Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.lent.loans[t.Message]
	if m == nil || m.fence != t.Fence {
		return false
	}
	of := s.mailings[m.Mailing]
	return m.Mailing == 0 || of != nil && of.state != bot.MailingStopped
}

// promoteTogether bounds the lines that one transaction makes ready.
const promoteTogether = 256

// Promote implements bot.Outbox. When nothing is due it reads one row.
func (s *Store) Promote(ctx context.Context, now time.Time) (next time.Time, err error) {
	for {
		first := int64(0)
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			if k, _ := tx.Bucket([]byte(dueBucket)).Cursor().First(); len(k) >= 8 {
				first = int64(binary.BigEndian.Uint64(k))
			}
			return nil
		})
		switch {
		case err != nil:
			return time.Time{}, fmt.Errorf("promote: %w", err)
		case first == 0:
			return time.Time{}, nil
		case first > now.UnixMilli():
			return time.UnixMilli(first).UTC(), nil
		}
		err = s.write.submit(func(tx *bbolt.Tx) error { return s.promote(tx, now.UnixMilli()) })
		if err != nil {
			return time.Time{}, fmt.Errorf("promote: %w", err)
		}
	}
}

func (s *Store) promote(tx *bbolt.Tx, now int64) error {
	var keys [][]byte
	c := tx.Bucket([]byte(dueBucket)).Cursor()
	for k, _ := c.First(); len(k) >= 8 && int64(binary.BigEndian.Uint64(k)) <= now && len(keys) < promoteTogether; k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		l, due, ok := parseByDue(k)
		if was := placeOf(tx, l); ok && was.due == due {
			if err := s.move(tx, l, was, place{head: was.head}); err != nil {
				return err
			}
		} else if err := tx.Bucket([]byte(dueBucket)).Delete(k); err != nil { // a row of nothing
			return fmt.Errorf("move a line: %w", err)
		}
	}
	return nil
}

// Reach implements bot.Outbox.
func (s *Store) Reach(ctx context.Context, who bot.Address, reachable bool) error {
	l, err := s.lineOf(who, bot.Reply)
	if err != nil {
		return err
	}
	marked := false
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		marked = tx.Bucket([]byte(unreachableBucket)).Get(l.contact[:]) != nil
		return nil
	})
	if err == nil && reachable && !marked {
		return nil
	}
	var dropped []uint64
	if err == nil {
		err = s.write.submit(func(tx *bbolt.Tx) (err error) {
			if reachable {
				return tx.Bucket([]byte(unreachableBucket)).Delete(l.contact[:])
			}
			dropped, err = s.part(tx, l.contact, seal.Key{}, bot.FateUnreachable)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note whether a contact can be reached: %w", err)
	}
	s.drop(dropped)
	return nil
}

// part puts the fate of a message into effect for its contact, and returns the
// ids of the messages that left the queue. Who is unknown is not marked: the
// mark would outlive everything.
func (s *Store) part(tx *bbolt.Tx, contact, optOut seal.Key, fate bot.Fate) (dropped []uint64, err error) {
	switch fate {
	case bot.FateUnreachable:
		if tx.Bucket([]byte(sessionBucket)).Get(contact[:]) != nil {
			err = tx.Bucket([]byte(unreachableBucket)).Put(contact[:], here)
		}
	case bot.FateOptedOut:
		if err = tx.Bucket([]byte(optOutBucket)).Put(optOut[:], here); err == nil {
			err = s.endTimers(tx, contact)
		}
	default:
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mark contact: %w", err)
	}
	return s.eraseQueued(tx, contact)
}

// drop ends the leases of messages that were erased.
func (s *Store) drop(ids []uint64) {
	if len(ids) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent.drop(ids, false)
}
