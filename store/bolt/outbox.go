// The queue of messages to be sent.
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

// queueKey is the place of a message in the queue.
type queueKey struct {
	channel string
	kind    bot.Kind
	id      uint64
	contact seal.Key
}

// lane is channel, 0, kind, id: its order is that of urgency, then age.
func (q queueKey) lane(b []byte) []byte {
	b = append(b, q.channel...)
	b = append(b, 0, byte(q.kind))
	return binary.BigEndian.AppendUint64(b, q.id)
}

func (q queueKey) byUrgency() []byte {
	return append(q.lane(make([]byte, 0, 64)), q.contact[:]...)
}

func (q queueKey) byContact() []byte {
	return q.lane(append(make([]byte, 0, 64), q.contact[:]...))
}

func parseByUrgency(key []byte) (queueKey, bool) {
	cut := len(key) - len(seal.Key{})
	if cut < 0 {
		return queueKey{}, false
	}
	q, ok := parseLane(key[:cut])
	copy(q.contact[:], key[cut:])
	return q, ok
}

func parseByContact(key []byte) (queueKey, bool) {
	cut := len(seal.Key{})
	if len(key) < cut {
		return queueKey{}, false
	}
	q, ok := parseLane(key[cut:])
	copy(q.contact[:], key)
	return q, ok
}

func parseLane(b []byte) (queueKey, bool) {
	channel, rest, ok := bytes.Cut(b, []byte{0})
	if !ok || len(rest) != 9 {
		return queueKey{}, false
	}
	return queueKey{channel: string(channel), kind: bot.Kind(rest[0]), id: binary.BigEndian.Uint64(rest[1:])}, true
}

// unqueue removes a message from the queue and from its index.
func unqueue(tx *bbolt.Tx, q queueKey) error {
	if err := tx.Bucket([]byte(outboxBucket)).Delete(q.byUrgency()); err != nil {
		return fmt.Errorf("take from outbox: %w", err)
	}
	if err := tx.Bucket([]byte(byContactIndex)).Delete(q.byContact()); err != nil {
		return fmt.Errorf("take from outbox index: %w", err)
	}
	return nil
}

// lease is one message lent.
type lease struct {
	fence uint64
	until time.Time
	at    queueKey
}

// line is what keeps its order: the messages of one kind to one contact.
type line struct {
	contact seal.Key
	kind    bot.Kind
}

// Claim implements bot.Store.
func (s *Store) Claim(ctx context.Context, now time.Time, channel string, limit int, d time.Duration) ([]bot.Claimed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lent := make(map[line]bool, len(s.leases))
	for _, l := range s.leases {
		if l.until.After(now) {
			lent[line{l.at.contact, l.at.kind}] = true
		}
	}
	var out []bot.Claimed
	prefix := append([]byte(channel), 0)
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(outboxBucket)).Cursor()
		for k, v := c.Seek(prefix); len(out) < limit && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			q, ok := parseByUrgency(k)
			if !ok || lent[line{q.contact, q.kind}] {
				continue
			}
			// One that does not open cannot be sent. It stays where it is, and
			// holds up nobody.
			o, ok := open(s, outboxBucket, k, v, bot.DecodeOutbound)
			if !ok {
				continue
			}
			o.ID = q.id
			s.fence++
			s.leases[q.id] = lease{fence: s.fence, until: now.Add(d), at: q}
			out = append(out, bot.Claimed{Outbound: o, Token: bot.Token{Message: q.id, Fence: s.fence}})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return out, nil
}

// Done implements bot.Store. A lease that ran out, but that nobody took over,
// still counts: the message was sent, and is not to be sent again.
func (s *Store) Done(ctx context.Context, tokens []bot.Token) (refused []bot.Token, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var held []lease
	s.mu.Lock()
	for _, t := range tokens {
		l, ok := s.leases[t.Message]
		if !ok || l.fence != t.Fence {
			refused = append(refused, t)
			continue
		}
		held = append(held, l)
		// Nobody may take it over while it is being removed.
		s.leases[t.Message] = lease{fence: l.fence, until: forever, at: l.at}
	}
	s.mu.Unlock()
	if len(held) == 0 {
		return refused, nil
	}
	err = s.write.submit(func(tx *bbolt.Tx) error {
		for _, l := range held {
			if err := unqueue(tx, l.at); err != nil {
				return err
			}
		}
		return nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range held {
		if err == nil {
			delete(s.leases, l.at.id)
		} else if _, ok := s.leases[l.at.id]; ok {
			s.leases[l.at.id] = l
		}
	}
	if err != nil {
		return nil, fmt.Errorf("take sent messages from the outbox: %w", err)
	}
	return refused, nil
}

// forever is later than any claim.
var forever = time.Unix(1<<40, 0)

// drop forgets the leases of messages that were erased.
func (s *Store) drop(ids []uint64) {
	if len(ids) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.leases, id)
	}
}
