// Queueing a mailing, a chunk at a time.
package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// A chunk is queued in one transaction. It ends when so many are chosen, so
// that it holds up nobody's answer for long, or so many were looked at, so that
// a crash loses little of a long search.
const (
	chunkChosen = 256
	chunkLooked = 32 * walkPart
)

// chosen is one who is to have a mailing.
type chosen struct {
	line   line
	id     string // of their address
	optOut seal.Key
}

// chunk is what is queued in one transaction.
type chunk struct {
	id      bot.MailingID
	was     []byte // the progress as it was read, sealed
	next    progress
	chosen  []chosen
	stopped int // of those taken, who have stopped
}

// QueueMailing implements bot.Mailings. People are looked at outside of
// transactions; in the one that queues them it is looked up again who may be
// written to, and that nobody else has queued this chunk.
func (s *Store) QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error) {
	for {
		c := chunk{id: id}
		ok := false
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			c.was = bytes.Clone(tx.Bucket([]byte(mailingBucket)).Get(mailingKey(id, partProgress)))
			c.next, ok = s.progressIn(tx, id)
			return nil
		})
		if err == nil && !ok {
			err = bot.ErrNoMailing
		}
		if err == nil && c.next.said().Done {
			return c.next.said(), nil
		}
		if err == nil {
			err = s.choose(ctx, &c, got, choose)
		}
		if err != nil {
			return bot.MailingProgress{}, fmt.Errorf("queue mailing %d: %w", id, err)
		}
		done, err := s.queueChunk(&c)
		if err != nil {
			return bot.MailingProgress{}, fmt.Errorf("queue mailing %d: %w", id, err)
		}
		if done {
			return c.next.said(), nil
		}
	}
}

// choose looks at the next people.
func (s *Store) choose(ctx context.Context, c *chunk, got []bot.MailingID, choose func(bot.Person) bool) error {
	w := &walker{s: s, got: got, after: c.next.After}
	people := make([]bot.Person, walkPart)
	ok, stopped := make([]bool, walkPart), make([]bool, walkPart)
	for looked := 0; looked < chunkLooked && len(c.chosen) < chunkChosen; looked += len(w.found) {
		if err := w.next(ctx); err != nil {
			return err
		}
		if len(w.found) == 0 {
			c.next.Done = true
			break
		}
		halves(len(w.found), func(i int) { people[i], stopped[i], ok[i] = w.person(&w.found[i]) })
		for i, f := range w.found {
			switch {
			case !ok[i] || !choose(people[i]):
			case stopped[i]:
				c.stopped++
			default:
				c.chosen = append(c.chosen, chosen{line: line{f.key, people[i].Channel, bot.Bulletin}, id: people[i].ID})
			}
		}
	}
	errs := make([]error, len(c.chosen))
	halves(len(c.chosen), func(i int) {
		x := &c.chosen[i]
		x.optOut, errs[i] = s.keys.Find(optOutBucket, x.line.channel, x.id)
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	c.next.After = w.after
	return nil
}

// halves calls do for 0 to n-1, by two goroutines.
func halves(n int, do func(int)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n / 2 {
			do(i)
		}
	})
	for i := n / 2; i < n; i++ {
		do(i)
	}
	wg.Wait()
}

// queueChunk is not done when somebody else has queued since the progress was
// read, or the mailing was set.
func (s *Store) queueChunk(c *chunk) (done bool, err error) {
	var first, last uint64
	same := false
	if n := len(c.chosen); n > 0 {
		first, same = s.block(c.id, n)
		last = first + uint64(n) - 1
		c.next.extend(span{first, last}, same)
	}
	was := c.next
	key := mailingKey(c.id, partProgress)
	err = s.write.submit(func(tx *bbolt.Tx) error {
		c.next = was
		if done = bytes.Equal(tx.Bucket([]byte(mailingBucket)).Get(key), c.was); !done {
			return nil
		}
		queued, err := s.queueChosen(tx, c, first)
		if err != nil {
			return err
		}
		c.next.Queued += len(queued) / len(seal.Key{})
		c.next.LeftOut += c.stopped + len(c.chosen) - len(queued)/len(seal.Key{})
		if len(queued) > 0 {
			if err := s.putGot(tx, gotKey(c.id, c.next.After), queued); err != nil {
				return err
			}
		}
		if err := s.putPart(tx, c.id, partProgress, c.next); err != nil || last == 0 {
			return err
		}
		return keepIDs(tx, last)
	})
	if err != nil || !done {
		s.unblock()
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailings[c.id]; m != nil {
		m.spans = c.next.Spans
	}
	return true, nil
}

// extend adds ids: to the last span where no other Bulletin has one between.
func (p *progress) extend(r span, same bool) {
	if n := len(p.Spans); n > 0 && same {
		p.Spans = append(p.Spans[:n-1:n-1], span{p.Spans[n-1][0], r[1]})
		return
	}
	p.Spans = append(p.Spans[:len(p.Spans):len(p.Spans)], r)
}

// queueChosen puts those who may be written to into the queue, and returns the
// list of them.
func (s *Store) queueChosen(tx *bbolt.Tx, c *chunk, id uint64) (queued []byte, err error) {
	sessions, optOut, unreachable := tx.Bucket([]byte(sessionBucket)), tx.Bucket([]byte(optOutBucket)), tx.Bucket([]byte(unreachableBucket))
	value := marker{mailing: c.id}.encode()
	for _, x := range c.chosen {
		contact := x.line.contact[:]
		if sessions.Get(contact) != nil && optOut.Get(x.optOut[:]) == nil && unreachable.Get(contact) == nil {
			if err := s.enqueue(tx, x.line, id, value); err != nil {
				return nil, err
			}
			queued = append(queued, contact...)
		}
		id++
	}
	return queued, nil
}

// putGot keeps the list of who got it. It is known within the transaction alone,
// and so sealed there: some ten microseconds.
func (s *Store) putGot(tx *bbolt.Tx, key, list []byte) error {
	value, err := s.keys.Seal(gotBucket, key, list)
	if err == nil {
		err = tx.Bucket([]byte(gotBucket)).Put(key, value)
	}
	if err != nil {
		return fmt.Errorf("put the list of a mailing: %w", err)
	}
	return nil
}
