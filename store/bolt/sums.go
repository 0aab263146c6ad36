// What became of mailings, in numbers.
package bolt

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// became is what became of a mailing's message, so far. They are stored: their
// numbers stay.
type became uint8

const (
	becameNothing became = iota // it is in the queue, or of no mailing
	becameSent
	becameDelivered
	becameFailed
	becameUnreachable
	becameOptedOut
	becameDropped
	becameKinds
)

// fates tell what becomes of a message that is given up.
var fates = map[bot.Fate]became{
	bot.FateDead: becameFailed, bot.FateUnreachable: becameUnreachable, bot.FateOptedOut: becameOptedOut,
}

// tally is the sums of one mailing, or what a transaction adds to them. What
// waits is not among them: it is what was queued, less all of them.
type tally struct {
	Became  [becameKinds]int `json:"became"`
	Parked  int              `json:"parked,omitempty"`
	Reasons map[string]int   `json:"reasons,omitempty"` // of becameFailed
}

func (t *tally) add(d *tally) {
	for i, n := range d.Became {
		t.Became[i] += n
	}
	t.Parked += d.Parked
	for reason, n := range d.Reasons {
		t.reason(reason, n)
	}
}

func (t *tally) reason(reason string, n int) {
	if t.Reasons == nil {
		t.Reasons = map[string]int{}
	}
	if t.Reasons[reason] += n; t.Reasons[reason] == 0 {
		delete(t.Reasons, reason)
	}
}

// sums gather what the jobs of one transaction change, so that each mailing's
// row, and each list of who got it, is written once. Only the writer touches
// them.
type sums struct {
	by  map[bot.MailingID]*tally
	off map[bot.MailingID][]seal.Key // who did not get it after all
}

func (u *sums) begin() {
	clear(u.by)
	clear(u.off)
}

// unsent is about somebody who did not get a mailing, and will not; of none it
// does nothing.
func (u *sums) unsent(id bot.MailingID, contact seal.Key) {
	if id == 0 {
		return
	}
	if u.off == nil {
		u.off = map[bot.MailingID][]seal.Key{}
	}
	u.off[id] = append(u.off[id], contact)
}

func (u *sums) of(id bot.MailingID) *tally {
	t := u.by[id]
	if t == nil {
		if u.by == nil {
			u.by = map[bot.MailingID]*tally{}
		}
		t = &tally{}
		u.by[id] = t
	}
	return t
}

// count adds n messages of a mailing; of none it counts nothing.
func (u *sums) count(id bot.MailingID, as became, reason string, n int) {
	if id == 0 || as == becameNothing {
		return
	}
	t := u.of(id)
	t.Became[as] += n
	if as == becameFailed {
		t.reason(reason, n)
	}
}

// recount moves a message from one sum to another.
func (u *sums) recount(id bot.MailingID, was, is fate) {
	u.count(id, was.became, was.reason, -1)
	u.count(id, is.became, is.reason, 1)
}

func (u *sums) park(id bot.MailingID, n int) {
	if id != 0 {
		u.of(id).Parked += n
	}
}

// fate is what became of one message; the reason is of becameFailed.
type fate struct {
	became became
	reason string
}

// update is one transaction with the sums of what it does.
func (s *Store) update(do func(*bbolt.Tx) error) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		s.sums.begin()
		if err := do(tx); err != nil {
			return err
		}
		for id, d := range s.sums.by {
			if err := s.addTally(tx, id, d); err != nil {
				return err
			}
		}
		for id, off := range s.sums.off {
			if err := s.takeOff(tx, id, off); err != nil {
				return err
			}
		}
		return nil
	})
}

// addTally writes the sums of a mailing, unless it is forgotten. It seals within
// the transaction: once for each mailing that the transaction is about.
func (s *Store) addTally(tx *bbolt.Tx, id bot.MailingID, d *tally) error {
	b := tx.Bucket([]byte(mailingBucket))
	if b.Get(mailingKey(id, partDocument)) == nil {
		return nil
	}
	t := s.tallyIn(tx, id)
	t.add(d)
	return s.putPart(tx, id, partTally, t)
}

func (s *Store) tallyIn(tx *bbolt.Tx, id bot.MailingID) (t tally) {
	key := mailingKey(id, partTally)
	if v := tx.Bucket([]byte(mailingBucket)).Get(key); v != nil {
		t, _ = open(s, mailingBucket, key, v, decodePart[tally])
	}
	return t
}

// putPart seals and puts a part of a mailing that changes.
func (s *Store) putPart(tx *bbolt.Tx, id bot.MailingID, part byte, what any) error {
	key := mailingKey(id, part)
	plain, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode a part of a mailing: %w", err)
	}
	value, err := s.keys.Seal(mailingBucket, key, plain)
	if err == nil {
		err = tx.Bucket([]byte(mailingBucket)).Put(key, value)
	}
	if err != nil {
		return fmt.Errorf("put a part of a mailing: %w", err)
	}
	return nil
}

// decodePart reads what putPart encoded.
func decodePart[T any](raw []byte) (v T, err error) {
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%w of a mailing", bot.ErrRecord)
	}
	return v, nil
}
