// Settling: what became of lent messages, made durable.
package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// settlement is one fate with all that it puts, sealed.
type settlement struct {
	bot.Settlement
	now    time.Time
	m      *loan
	person bool // it goes to a person, and is no errand
	queued []byte
	sent   []byte
	dead   []byte
	optOut seal.Key
}

// Settle implements bot.Outbox. A lease that ran out, but that nobody took
// over, still counts: the message was sent, and is not to be sent again.
func (s *Store) Settle(ctx context.Context, now time.Time, settled []bot.Settlement) (refused []bot.Token, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, x := range settled {
		waits := x.Fate == bot.FateLater || x.Fate == bot.FateParked
		if x.Fate < bot.FateSent || x.Fate > bot.FateOptedOut || waits && x.Due.IsZero() {
			return nil, fmt.Errorf("settle message %d: fate %d is none, or lacks its time", x.Token.Message, x.Fate)
		}
	}
	held, gone, refused := s.hold(now, settled)
	defer func() { s.release(held, err == nil) }()
	for _, x := range held {
		if err := s.sealFate(x); err != nil {
			return nil, err
		}
	}
	if len(held) == 0 && len(gone) == 0 {
		return refused, nil
	}
	var r result
	err = s.write.submit(func(tx *bbolt.Tx) error {
		r = result{}
		for _, x := range held {
			if err := s.settle(tx, x, &r); err != nil {
				return err
			}
		}
		for _, x := range gone {
			if err := s.leftErased(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	s.drop(r.dropped)
	return append(refused, r.refused...), nil
}

// result is what a transaction tells of what it did.
type result struct {
	refused []bot.Token
	dropped []uint64 // messages that were erased
}

// hold keeps everybody else from what is to be settled. Gone are messages that
// were erased, and are known to have left.
func (s *Store) hold(now time.Time, settled []bot.Settlement) (held, gone []*settlement, refused []bot.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range settled {
		id := x.Token.Message
		if m := s.lent.loans[id]; m != nil && m.fence == x.Token.Fence && !m.settling {
			m.settling = true
			m.lease.settling++
			held = append(held, &settlement{Settlement: x, now: now, m: m, person: m.Kind != bot.Errand})
			continue
		}
		m := s.lent.gone[id]
		if m == nil || m.fence != x.Token.Fence {
			refused = append(refused, x.Token)
			continue
		}
		delete(s.lent.gone, id)
		if m.left {
			continue
		}
		refused = append(refused, x.Token)
		if x.Fate == bot.FateSent && x.Ref != "" && m.Kind != bot.Errand {
			gone = append(gone, &settlement{Settlement: x, now: now, m: m})
		}
	}
	return held, gone, refused
}

// release ends what hold began. Unless done, all is lent as it was.
func (s *Store) release(held []*settlement, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range held {
		x.m.settling = false
		x.m.lease.settling--
		if !done {
			continue
		}
		s.lent.take(x.m)
		if m := s.lent.gone[x.m.ID]; m != nil && m.fence == x.m.fence {
			delete(s.lent.gone, x.m.ID)
		}
	}
	for _, x := range held {
		switch x.Fate {
		case bot.FateLater, bot.FateParked, bot.FateReleased:
			if done {
				s.lent.end(x.m.line, x.m.lease)
			}
		}
	}
}

// sealFate seals what a fate puts: while a transaction runs, everybody waits.
func (s *Store) sealFate(x *settlement) (err error) {
	o := x.m.Outbound
	switch x.Fate {
	case bot.FateSent:
		if x.person && x.Ref != "" {
			x.sent, err = s.sealLeft(o.ID, left{Sent: bot.Sent{Outbound: o, Ref: x.Ref, State: bot.DeliveryAccepted}, at: x.now, fate: fate{became: becameSent}})
		}
	case bot.FateLater, bot.FateParked:
		changed := o.Tries != x.Tries || o.Unknown != x.Unknown
		o.Tries, o.Unknown = x.Tries, x.Unknown
		if changed {
			x.queued, err = s.sealQueued(x.m.line, o)
		}
		if err == nil && x.person && x.Unknown > 0 {
			x.sent, err = s.sealLeft(o.ID, left{Sent: bot.Sent{Outbound: o}, at: x.now})
		}
	case bot.FateDead, bot.FateUnreachable, bot.FateOptedOut:
		if x.dead, err = s.sealDead(o, x.Reason, x.now); err == nil {
			x.optOut, err = s.keys.Find(optOutBucket, o.To.Channel, o.To.ID)
		}
	}
	return err
}

// settle puts one fate into effect.
func (s *Store) settle(tx *bbolt.Tx, x *settlement, r *result) error {
	l, id := x.m.line, x.m.ID
	outbox := tx.Bucket([]byte(outboxBucket))
	if outbox.Get(l.message(id)) == nil {
		return s.settleTaken(tx, x, r)
	}
	wrote := x.person && s.wrote(l.contact, x.m.lease.session, tx.Bucket([]byte(sessionBucket)).Get(l.contact[:]))
	switch x.Fate {
	case bot.FateReleased:
		return nil
	case bot.FateLater, bot.FateParked:
		if x.queued != nil {
			if err := outbox.Put(l.message(id), x.queued); err != nil {
				return fmt.Errorf("put into outbox: %w", err)
			}
		}
		was := placeOf(tx, l)
		is := was
		if x.Due.After(x.now) && !(x.Fate == bot.FateParked && wrote) {
			is.wait(x.Due, x.Fate == bot.FateParked)
		}
		if err := s.move(tx, l, was, is); err != nil || x.sent == nil {
			return err
		}
		return s.putUnknown(tx, x)
	case bot.FateSent:
		if err := s.dequeue(tx, l, id); err != nil {
			return err
		}
		s.sums.count(x.m.Mailing, becameSent, "", 1)
		if x.sent != nil {
			return putLeft(tx, id, l.contact, x.sent, true)
		}
		return eraseLeft(tx, id, l.contact)
	}
	if err := s.dequeue(tx, l, id); err != nil {
		return err
	}
	if err := putDead(tx, id, x.now, x.dead); err != nil {
		return err
	}
	if !x.person {
		return nil
	}
	is := fate{fates[x.Fate], x.Reason}
	s.sums.count(x.m.Mailing, is.became, is.reason, 1)
	if x.Unknown == 0 && !s.mayHaveLeft(tx, id, true) {
		s.sums.unsent(x.m.Mailing, l.contact)
	}
	if err := s.strip(tx, id, l.contact, is); err != nil || wrote {
		return err
	}
	dropped, err := s.part(tx, l.contact, x.optOut, x.Fate)
	r.dropped = append(r.dropped, dropped...)
	return err
}

// settleTaken is about a message that is not in the queue any more: a report
// came first and told that it had left, or it was erased.
func (s *Store) settleTaken(tx *bbolt.Tx, x *settlement, r *result) error {
	erased := slices.Contains(r.dropped, x.m.ID) // by another fate
	if row, ok := s.leftOf(tx, x.m.ID); ok && row.State > bot.DeliveryUnknown && !erased {
		return nil
	}
	r.refused = append(r.refused, x.Token)
	if x.Fate == bot.FateSent && x.Ref != "" && x.person {
		return s.leftErased(tx, x)
	}
	return nil
}

// putUnknown notes that a message which stays may have left. What is known of
// an attempt that failed is kept, for it may be reported again.
func (s *Store) putUnknown(tx *bbolt.Tx, x *settlement) error {
	id, value := x.m.ID, x.sent
	if row, ok := s.leftOf(tx, id); ok && row.again {
		row.at = x.now
		var err error
		if value, err = s.sealLeft(id, row); err != nil {
			return err
		}
	}
	return putLeft(tx, id, x.m.line.contact, value, true)
}

// deadKey is when the message was given up, in seconds, then its id.
func deadKey(id uint64, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(at.Unix())), id)
}

func (s *Store) sealDead(o bot.Outbound, reason string, at time.Time) ([]byte, error) {
	d := bot.Dead{
		Channel: o.To.Channel, Kind: o.Kind, Flow: o.Message.Flow, Node: o.Message.Node, Reason: reason, Queued: o.At, At: at,
	}
	return s.keys.Seal(deadBucket, deadKey(o.ID, at), d.Encode())
}

func putDead(tx *bbolt.Tx, id uint64, at time.Time, value []byte) error {
	if err := tx.Bucket([]byte(deadBucket)).Put(deadKey(id, at), value); err != nil {
		return fmt.Errorf("put dead letter: %w", err)
	}
	return nil
}

// Dead lists at most limit dead letters, the newest first.
func (s *Store) Dead(ctx context.Context, limit int) ([]bot.Dead, error) {
	var dead []bot.Dead
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(deadBucket)).Cursor()
		for k, v := c.Last(); k != nil && len(dead) < limit; k, v = c.Prev() {
			if d, ok := open(s, deadBucket, k, v, bot.DecodeDead); ok && len(k) == 16 {
				d.ID = binary.BigEndian.Uint64(k[8:])
				dead = append(dead, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return dead, nil
}
