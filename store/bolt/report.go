// Taking in what providers report of messages that left.
package bolt

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

// reporting is what a report does, sealed.
type reporting struct {
	id      uint64
	was     known
	outcome bot.Reported
	row     []byte // sealed; nil: as it was
	full    bool   // there is a text or an address in it
	queued  []byte // sealed: to be queued again
	take    bool   // out of the queue
	wait    bot.Fate
	due     time.Time
	dead    []byte
	at      time.Time
	optOut  seal.Key
	part    bot.Fate // of the contact
	errand  *parcel
	last    uint64
	mailing bot.MailingID
	fate    [2]fate // of a mailing's message: before, and after
}

// Report implements bot.Outbox. What it does is decided and sealed by what was
// read; when that changed meanwhile, all is done again.
func (s *Store) Report(ctx context.Context, r bot.Report) (bot.Reported, error) {
	waits := r.Fate == bot.FateLater || r.Fate == bot.FateParked
	if r.State > bot.DeliveryRead || r.Fate == bot.FateSent || r.Fate == bot.FateReleased || r.Fate > bot.FateOptedOut || waits && r.Due.IsZero() {
		return 0, fmt.Errorf("report on message %d: state %d or fate %d is none, or lacks its time", r.Message, r.State, r.Fate)
	}
	for {
		was, ok, err := s.look(ctx, r.Message)
		if err != nil {
			return 0, fmt.Errorf("read message that left: %w", err)
		}
		if !ok {
			return bot.ReportUnknown, nil
		}
		p, err := s.decide(was, r)
		if err != nil {
			return 0, err
		}
		if p.row == nil && p.errand == nil {
			return p.outcome, nil
		}
		done := false
		var dropped []uint64
		err = s.write.submit(func(tx *bbolt.Tx) (err error) {
			done, dropped, err = s.carryOut(tx, p)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("write report: %w", err)
		}
		if !done {
			continue
		}
		s.drop(dropped)
		s.reported(p)
		return p.outcome, nil
	}
}

// reported ends the loan of a message that a report took out of the queue, or
// whose attempt it told of. Who borrowed it since tells of another attempt.
func (s *Store) reported(p *reporting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.lent.loans[p.id]
	if m != nil && (p.take || p.queued != nil && p.was.lent && m.fence == p.was.fence) {
		s.lent.drop([]uint64{p.id}, true)
	}
}

// decide tells what a report does.
func (s *Store) decide(k known, r bot.Report) (*reporting, error) {
	p := &reporting{id: r.Message, was: k, outcome: bot.ReportStale, at: r.At}
	hasRow, queued := k.hasRow, k.isQueued
	same := hasRow && (r.Ref == "" || k.row.Ref == "" || r.Ref == k.row.Ref)
	switch {
	case r.State == bot.DeliveryUnknown, same && r.State <= k.row.State:
		return p, nil
	case !queued && !same, queued && k.lent && k.queued.Unknown > 0 && r.State == bot.DeliveryFailed:
		// It is of another attempt, and tells nothing of the one that counts.
		channel := k.row.channel
		if !hasRow {
			channel = k.line.channel
		}
		return p, s.errand(p, r, channel, r.Ref)
	}
	p.outcome = bot.ReportMoved
	next := left{Sent: bot.Sent{Ref: r.Ref, State: r.State}, at: r.At}
	wrote, erased := false, false
	if hasRow {
		next.Outbound, next.channel, next.at = k.row.Outbound, k.row.channel, k.row.at
		if r.Ref == "" {
			next.Ref = k.row.Ref
		}
		erased = same && k.row.State.Final()
	}
	p.mailing = next.Mailing
	if queued {
		next.Outbound, next.channel = k.queued, k.line.channel
		p.mailing = next.Mailing
	} else {
		p.fate[0] = k.row.fate
	}
	if k.lent {
		wrote = s.wrote(k.line.contact, k.claimed, k.session)
	} else if k.session != nil {
		wrote = s.heard(k.line.contact, k.session).After(next.at)
	}
	if !erased {
		if err := s.errand(p, r, next.channel, next.Ref); err != nil {
			return nil, err
		}
	}
	p.take = queued
	if r.State == bot.DeliveryFailed {
		if err := s.decideFailed(p, &next, r, wrote); err != nil {
			return nil, err
		}
	}
	next.fate = becomes(r, p.queued != nil)
	p.fate[1] = next.fate
	p.full = next.To.ID != "" && (next.again || !next.State.Final())
	var err error
	p.row, err = s.sealLeft(p.id, next)
	return p, err
}

// becomes is what a message has become by a report that moves its state.
func becomes(r bot.Report, again bool) fate {
	switch {
	case again:
		return fate{}
	case r.State > bot.DeliveryFailed:
		return fate{became: becameDelivered}
	case r.State < bot.DeliveryFailed:
		return fate{became: becameSent}
	}
	if is := fates[r.Fate]; is > becameFailed {
		return fate{became: is}
	}
	return fate{becameFailed, r.Reason}
}

// decideFailed tells what follows when the state moves to failed.
func (s *Store) decideFailed(p *reporting, next *left, r bot.Report, wrote bool) (err error) {
	o := &next.Outbound
	switch {
	case r.Fate == bot.FateLater || r.Fate == bot.FateParked:
		if o.To.ID == "" || o.Mailing != 0 && s.ended(o.Mailing) {
			return nil // the person was forgotten, or wants nothing more, or nobody is to have it
		}
		if p.take && !p.was.lent {
			o.Unknown = max(0, o.Unknown-1) // it was counted when its outcome was unknown
		} else {
			o.Tries++
		}
		next.again, p.take = true, false
		if r.Due.After(r.At) && !(r.Fate == bot.FateParked && wrote) {
			p.wait, p.due = r.Fate, r.Due
		}
		p.queued, err = s.sealQueued(p.was.line, *o)
	case r.Fate >= bot.FateDead:
		dead := *o
		dead.ID, dead.To.Channel = p.id, next.channel
		if p.dead, err = s.sealDead(dead, r.Reason, r.At); err != nil || o.To.ID == "" || wrote {
			return err
		}
		p.part = r.Fate
		p.optOut, err = s.keys.Find(optOutBucket, o.To.Channel, o.To.ID)
	}
	return err
}

// errand has the text erased at the provider, where that is wanted.
func (s *Store) errand(p *reporting, r bot.Report, channel, ref string) error {
	if !r.Erase || !r.State.Final() || ref == "" {
		return nil
	}
	e, err := s.pack(&bot.Outbound{To: bot.Address{Channel: channel, ID: ref}, Kind: bot.Errand, At: r.At})
	p.errand, p.last = &e, s.ids.Load()
	return err
}

// carryOut writes what was decided, unless what was read changed meanwhile.
func (s *Store) carryOut(tx *bbolt.Tx, p *reporting) (done bool, dropped []uint64, err error) {
	l := p.was.line
	if !bytes.Equal(tx.Bucket([]byte(sentBucket)).Get(leftKey(p.id)), p.was.rowRaw) {
		return false, nil, nil
	}
	if l.kind != 0 && !bytes.Equal(tx.Bucket([]byte(outboxBucket)).Get(l.message(p.id)), p.was.queuedRaw) {
		return false, nil, nil
	}
	if p.queued != nil && p.mailing != 0 && s.ended(p.mailing) {
		return false, nil, nil // it ended meanwhile
	}
	if p.errand != nil {
		if err := s.enqueue(tx, p.errand.line, p.errand.id, p.errand.value); err != nil {
			return false, nil, err
		}
		if err := keepIDs(tx, p.last); err != nil {
			return false, nil, err
		}
	}
	if p.row == nil {
		return true, nil, nil
	}
	if p.queued != nil {
		if err := s.enqueue(tx, l, p.id, p.queued); err != nil {
			return false, nil, err
		}
		if p.wait != 0 {
			was := placeOf(tx, l)
			is := was
			is.wait(p.due, p.wait == bot.FateParked)
			if err := s.move(tx, l, was, is); err != nil {
				return false, nil, err
			}
		}
	}
	if p.take {
		if err := s.dequeue(tx, l, p.id); err != nil {
			return false, nil, err
		}
	}
	if err := putLeft(tx, p.id, l.contact, p.row, p.full); err != nil {
		return false, nil, err
	}
	s.sums.recount(p.mailing, p.fate[0], p.fate[1])
	if p.dead != nil {
		if err := putDead(tx, p.id, p.at, p.dead); err != nil {
			return false, nil, err
		}
	}
	dropped, err = s.part(tx, l.contact, p.optOut, p.part)
	return err == nil, dropped, err
}
