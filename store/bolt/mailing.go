// Mailings: one message for many.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// The parts of a mailing: what is written once, what changes with every chunk,
// and what changes with every message.
const (
	partDocument byte = iota // bot.Mailing
	partProgress
	partTally
)

func mailingKey(id bot.MailingID, part byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 9), uint64(id)), part)
}

// gotKey is where the list of a chunk lies: under the last contact that was
// looked at for it. Lists follow each other as contacts do, so whether one
// contact got a mailing is told by one list.
func gotKey(id bot.MailingID, last []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 24), uint64(id)), last...)
}

// progress is how far a mailing has come.
type progress struct {
	State   bot.MailingState `json:"state"`
	At      int64            `json:"at"`              // when it was begun, seconds
	After   []byte           `json:"after,omitempty"` // the last contact that was looked at
	Done    bool             `json:"done,omitempty"`
	Queued  int              `json:"queued,omitempty"`
	LeftOut int              `json:"left_out,omitempty"`
	Spans   []span           `json:"spans,omitempty"`
	Dropped []byte           `json:"dropped,omitempty"` // as After, of DropMailing
}

func (p progress) said() bot.MailingProgress {
	return bot.MailingProgress{Queued: p.Queued, LeftOut: p.LeftOut, Done: p.Done || p.State == bot.MailingStopped}
}

func (s *Store) progressIn(tx *bbolt.Tx, id bot.MailingID) (p progress, ok bool) {
	key := mailingKey(id, partProgress)
	v := tx.Bucket([]byte(mailingBucket)).Get(key)
	if v == nil {
		return p, false
	}
	return open(s, mailingBucket, key, v, decodePart[progress])
}

// OpenMailing implements bot.Mailings.
func (s *Store) OpenMailing(ctx context.Context, m bot.Mailing) error {
	if m.ID == 0 || len(m.Variants) == 0 {
		return bot.ErrMailing
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	key := mailingKey(m.ID, partDocument)
	value, err := s.keys.Seal(mailingBucket, key, m.Encode())
	if err != nil {
		return err
	}
	fresh := false
	err = s.write.submit(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(mailingBucket))
		if fresh = b.Get(key) == nil; !fresh {
			return nil
		}
		if err := b.Put(key, value); err != nil {
			return fmt.Errorf("put a mailing: %w", err)
		}
		return s.putPart(tx, m.ID, partProgress, progress{State: bot.MailingRuns, At: m.At.Unix()})
	})
	if err != nil {
		return fmt.Errorf("open a mailing: %w", err)
	}
	if fresh {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mailings[m.ID] = &knownMailing{state: bot.MailingRuns}
	}
	return nil
}

// SetMailing implements bot.Mailings.
func (s *Store) SetMailing(ctx context.Context, id bot.MailingID, state bot.MailingState) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if state < bot.MailingRuns || state > bot.MailingStopped {
		return fmt.Errorf("set mailing %d: state %d is none", id, state)
	}
	var refused error
	err := s.write.submit(func(tx *bbolt.Tx) error {
		refused = nil
		p, ok := s.progressIn(tx, id)
		switch {
		case !ok:
			refused = bot.ErrNoMailing
		case p.State == bot.MailingStopped && state != bot.MailingStopped:
			refused = bot.ErrMailingEnded
		case p.State != state:
			p.State = state
			return s.putPart(tx, id, partProgress, p)
		}
		return nil
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return fmt.Errorf("set mailing %d: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Two at once: what ended stays so.
	if m := s.mailings[id]; m != nil && m.state != bot.MailingStopped {
		m.state = state
	}
	return nil
}

// MailingReport implements bot.Mailings.
func (s *Store) MailingReport(ctx context.Context, id bot.MailingID) (bot.MailingReport, bool, error) {
	var p progress
	var t tally
	ok := false
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		if p, ok = s.progressIn(tx, id); ok {
			t = s.tallyIn(tx, id)
		}
		return nil
	})
	if err != nil || !ok {
		return bot.MailingReport{}, false, err
	}
	r := bot.MailingReport{
		State: p.State, Queued: p.Queued, LeftOut: p.LeftOut, Done: p.said().Done, Parked: t.Parked, Reasons: t.Reasons,
		Sent: t.Became[becameSent], Delivered: t.Became[becameDelivered], Failed: t.Became[becameFailed],
		Unreachable: t.Became[becameUnreachable], OptedOut: t.Became[becameOptedOut], Dropped: t.Became[becameDropped],
	}
	r.Waiting = p.Queued
	for _, n := range t.Became {
		r.Waiting -= n
	}
	return r, true, nil
}

// DropMailing implements bot.Mailings: one list of who got it at a time.
func (s *Store) DropMailing(ctx context.Context, id bot.MailingID) (more bool, err error) {
	var p progress
	var key, value []byte
	ok := false
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if p, ok = s.progressIn(tx, id); ok {
			key, value = s.nextGot(tx, id, p.Dropped)
		}
		return nil
	})
	switch {
	case err != nil:
		return false, fmt.Errorf("drop mailing %d: %w", id, err)
	case !ok:
		return false, fmt.Errorf("drop mailing %d: %w", id, bot.ErrNoMailing)
	case p.State != bot.MailingStopped:
		return false, fmt.Errorf("drop mailing %d: %w", id, bot.ErrMailingRuns)
	case key == nil:
		return false, nil
	}
	list, _ := open(s, gotBucket, key, value, decodeGot) // one that does not open is passed over
	var dropped []uint64
	err = s.write.submit(func(tx *bbolt.Tx) error {
		dropped = nil
		p, ok := s.progressIn(tx, id)
		if !ok {
			return nil
		}
		for contact := range keysIn(list) {
			ids, err := s.dropOf(tx, seal.Key(contact), id)
			if err != nil {
				return err
			}
			dropped = append(dropped, ids...)
		}
		p.Dropped = key[8:]
		next, _ := s.nextGot(tx, id, p.Dropped)
		more = next != nil
		return s.putPart(tx, id, partProgress, p)
	})
	if err != nil {
		return false, fmt.Errorf("drop mailing %d: %w", id, err)
	}
	s.drop(dropped)
	return more, nil
}

// nextGot is the list that comes after another one.
func (s *Store) nextGot(tx *bbolt.Tx, id bot.MailingID, after []byte) (key, value []byte) {
	from := gotKey(id, after)
	c := tx.Bucket([]byte(gotBucket)).Cursor()
	k, v := c.Seek(from)
	if len(after) > 0 && bytes.Equal(k, from) {
		k, v = c.Next()
	}
	if !bytes.HasPrefix(k, from[:8]) {
		return nil, nil
	}
	return bytes.Clone(k), bytes.Clone(v)
}

// dropOf takes what waits of a mailing out of the queue of one contact.
func (s *Store) dropOf(tx *bbolt.Tx, contact seal.Key, id bot.MailingID) (dropped []uint64, err error) {
	outbox := tx.Bucket([]byte(outboxBucket))
	var keys [][]byte
	c := outbox.Cursor()
	for k, v := c.Seek(contact[:]); bytes.HasPrefix(k, contact[:]); k, v = c.Next() {
		if mailingOf(v) == id {
			keys = append(keys, bytes.Clone(k))
		}
	}
	for _, k := range keys {
		l, message, ok := parseMessage(k)
		if !ok {
			continue
		}
		s.sums.count(id, becameDropped, "", 1)
		if !s.mayHaveLeft(tx, message, false) {
			s.sums.unsent(id, contact)
		}
		if err := s.dequeue(tx, l, message); err != nil {
			return nil, err
		}
		if err := s.strip(tx, message, contact, fate{became: becameDropped}); err != nil {
			return nil, err
		}
		dropped = append(dropped, message)
	}
	return dropped, nil
}

// ForgetMailing implements bot.Mailings.
func (s *Store) ForgetMailing(ctx context.Context, id bot.MailingID) error {
	if s.ended(id) {
		s.mu.Lock()
		gone := s.mailings[id] == nil
		s.mu.Unlock()
		if gone {
			return ctx.Err()
		}
	} else if err := s.SetMailing(ctx, id, bot.MailingStopped); err != nil && !errors.Is(err, bot.ErrNoMailing) {
		return err
	}
	for more := true; more; {
		var err error
		more, err = s.DropMailing(ctx, id)
		if errors.Is(err, bot.ErrNoMailing) {
			break // its progress cannot be read: what there is of it goes all the same
		}
		if err != nil {
			return err
		}
	}
	prefix := binary.BigEndian.AppendUint64(nil, uint64(id))
	err := s.write.submit(func(tx *bbolt.Tx) error {
		for _, name := range []string{mailingBucket, gotBucket} {
			b := tx.Bucket([]byte(name))
			for _, k := range withPrefix(b, prefix) {
				if err := b.Delete(k); err != nil {
					return fmt.Errorf("erase from %s: %w", name, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget mailing %d: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mailings, id)
	return nil
}
