// Erasing what is past its lifetime.
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

// sweepChunk bounds the rows of one read transaction and the changes of one
// write, so that a sweep of millions delays no answer.
const sweepChunk = 256

// Sweep implements bot.Store. It looks at every session: an index by time
// would be quicker, and would tell a thief when each contact last wrote.
func (s *Store) Sweep(ctx context.Context, order bot.Sweep) (bot.Swept, error) {
	var swept bot.Swept
	if err := s.sweepSessions(ctx, order.Judge, &swept); err != nil {
		return swept, fmt.Errorf("sweep sessions: %w", err)
	}
	var err error
	swept.Notes, err = sweepOld(ctx, s, noteBucket, bot.DecodeNote, func(r bot.Note) bool { return r.At.Before(order.NotesBefore) })
	if err != nil {
		return swept, fmt.Errorf("sweep notes: %w", err)
	}
	swept.Diary, err = sweepOld(ctx, s, diaryBucket, bot.DecodeEntry, func(e bot.Entry) bool { return e.At.Before(order.DiaryBefore) })
	if err != nil {
		return swept, fmt.Errorf("sweep diaries: %w", err)
	}
	if swept.Sent, err = s.sweepSent(ctx, order); err != nil {
		return swept, fmt.Errorf("sweep messages that left: %w", err)
	}
	swept.Dead, err = sweepOld(ctx, s, deadBucket, bot.DecodeDead, func(d bot.Dead) bool { return d.At.Before(order.DeadBefore) })
	if err != nil {
		return swept, fmt.Errorf("sweep dead letters: %w", err)
	}
	if swept.Mailings, err = s.sweepMailings(ctx, order.MailingsBefore); err != nil {
		return swept, fmt.Errorf("sweep mailings: %w", err)
	}
	if swept.SeenDays, err = s.sweepSeen(ctx, order.SeenBefore); err != nil {
		return swept, fmt.Errorf("sweep seen ids: %w", err)
	}
	return swept, nil
}

// chunks hands out copies of all rows of a bucket, a chunk at a time, between
// the transactions.
func (s *Store) chunks(ctx context.Context, bucket string, each func([]row) error) error {
	var after []byte
	for {
		rows := make([]row, 0, sweepChunk)
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			c := tx.Bucket([]byte(bucket)).Cursor()
			k, v := c.Seek(after)
			if after != nil && bytes.Equal(k, after) {
				k, v = c.Next()
			}
			for ; k != nil && len(rows) < sweepChunk; k, v = c.Next() {
				rows = append(rows, row{[]byte(bucket), bytes.Clone(k), bytes.Clone(v)})
			}
			return nil
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := each(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].key
	}
}

// change is what becomes of one session, provided it is still what was judged.
type change struct {
	contact  seal.Key
	was, new []byte // new nil: forget the contact
}

func (s *Store) sweepSessions(ctx context.Context, judge func(bot.Kept) bot.Verdict, swept *bot.Swept) error {
	return s.chunks(ctx, sessionBucket, func(rows []row) error {
		var changes []change
		for _, r := range rows {
			swept.Sessions++
			kept, ok := open(s, sessionBucket, r.key, r.value, decodeKept)
			if !ok {
				// Perhaps the key file lacks a key: nothing is erased on a guess.
				swept.Damaged++
				continue
			}
			c := change{contact: seal.Key(r.key), was: r.value}
			switch v := judge(kept.Kept); v.Act {
			case bot.Replace:
				var err error
				kept.Session = v.Session
				if c.new, err = s.keys.Seal(sessionBucket, r.key, kept.encode()); err != nil {
					return err
				}
			case bot.Keep:
				continue
			}
			changes = append(changes, c)
		}
		return s.change(changes, swept)
	})
}

// change writes verdicts. Whoever wrote since they were judged is left alone:
// the next sweep judges anew.
func (s *Store) change(changes []change, swept *bot.Swept) error {
	if len(changes) == 0 {
		return nil
	}
	var replaced, forgotten int
	var dropped []uint64
	err := s.write.submit(func(tx *bbolt.Tx) error {
		replaced, forgotten, dropped = 0, 0, nil
		sessions := tx.Bucket([]byte(sessionBucket))
		for _, c := range changes {
			if !bytes.Equal(sessions.Get(c.contact[:]), c.was) {
				continue
			}
			if c.new != nil {
				replaced++
				if err := sessions.Put(c.contact[:], c.new); err != nil {
					return fmt.Errorf("put session: %w", err)
				}
				continue
			}
			forgotten++
			ids, err := s.eraseContact(tx, c.contact)
			if err != nil {
				return err
			}
			dropped = append(dropped, ids...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.drop(dropped)
	swept.Replaced += replaced
	swept.Forgotten += forgotten
	return nil
}

// sweepOld erases the rows of a bucket that are old.
func sweepOld[T any](ctx context.Context, s *Store, bucket string, decode func([]byte) (T, error), old func(T) bool) (n int, err error) {
	err = s.chunks(ctx, bucket, func(rows []row) error {
		var keys [][]byte
		for _, r := range rows {
			if v, ok := open(s, bucket, r.key, r.value, decode); ok && old(v) {
				keys = append(keys, r.key)
			}
		}
		if len(keys) == 0 {
			return nil
		}
		err := s.write.submit(func(tx *bbolt.Tx) error {
			for _, k := range keys {
				if err := tx.Bucket([]byte(bucket)).Delete(k); err != nil {
					return fmt.Errorf("erase: %w", err)
				}
			}
			return nil
		})
		if err == nil {
			n += len(keys)
		}
		return err
	})
	return n, err
}

// sweepMailings forgets those that are old.
func (s *Store) sweepMailings(ctx context.Context, before time.Time) (n int, err error) {
	var old []bot.MailingID
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for id := range s.mailings {
			if p, ok := s.progressIn(tx, id); ok && time.Unix(p.At, 0).Before(before) {
				old = append(old, id)
			}
		}
		return nil
	})
	for _, id := range old {
		if err == nil {
			err = s.ForgetMailing(ctx, id)
			n++
		}
	}
	return n, err
}

// sweepSeen drops whole days: that costs no look at their rows.
func (s *Store) sweepSeen(ctx context.Context, before time.Time) (int, error) {
	first := []byte(before.UTC().Format(time.DateOnly))
	var days [][]byte
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(seenBucket)).ForEachBucket(func(day []byte) error {
			if bytes.Compare(day, first) < 0 {
				days = append(days, bytes.Clone(day))
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	for i, day := range days {
		err := s.write.submit(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(seenBucket)).DeleteBucket(day) })
		if err != nil {
			return i, fmt.Errorf("drop a day: %w", err)
		}
	}
	return len(days), nil
}

// sweepSent drops what is old of messages that left. Those on which no final
// report came in time are taken to have arrived.
func (s *Store) sweepSent(ctx context.Context, order bot.Sweep) (dropped int, err error) {
	err = s.chunks(ctx, sentBucket, func(rows []row) error {
		var changes []*reporting
		for _, r := range rows {
			w, ok := open(s, sentBucket, r.key, r.value, decodeLeft)
			if !ok || len(r.key) != 8 {
				continue
			}
			c := &reporting{id: binary.BigEndian.Uint64(r.key), was: known{rowRaw: r.value}}
			if w.To.ID != "" {
				if c.was.line, err = s.lineOf(w.To, w.Kind); err != nil {
					return err
				}
			}
			switch {
			case w.at.Before(order.SentBefore):
			case w.at.Before(order.Unreported) && !w.State.Final() && !w.queued():
				w.State = bot.DeliveryDelivered
				word := bot.Report{State: w.State, Erase: order.Erase, At: order.Unreported.Add(bot.ReportLife)}
				if err := s.errand(c, word, w.channel, w.Ref); err != nil {
					return err
				}
				if c.row, err = s.sealLeft(c.id, w); err != nil {
					return err
				}
			default:
				continue
			}
			changes = append(changes, c)
		}
		if len(changes) == 0 {
			return nil
		}
		last, n := s.ids.Load(), 0
		err := s.write.submit(func(tx *bbolt.Tx) error {
			n = 0
			for _, c := range changes {
				if !bytes.Equal(tx.Bucket([]byte(sentBucket)).Get(leftKey(c.id)), c.was.rowRaw) {
					continue // the next sweep looks anew
				}
				var err error
				if c.row == nil {
					n++
					err = eraseLeft(tx, c.id, c.was.line.contact)
				} else {
					err = putLeft(tx, c.id, c.was.line.contact, c.row, false)
				}
				if err == nil && c.errand != nil {
					err = s.enqueue(tx, c.errand.line, c.errand.id, c.errand.value)
				}
				if err != nil {
					return err
				}
			}
			return keepIDs(tx, last)
		})
		dropped += n
		return err
	})
	return dropped, err
}
