// Beginning: what was approved is judged once more when its time comes, and
// only what still fits is given a mailing.
package bulletin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"posada/bot"
)

// fit tells why an approved bulletin may not be sent as it is: ErrApprover,
// ErrVoid or a RefusedError; nil when it may.
func (d *Desk) fit(ctx context.Context, b Bulletin, now time.Time) (why, err error) {
	if b.Approval == nil {
		return ErrVoid, nil
	}
	if d.world.MayApprove != nil {
		may, err := d.world.MayApprove(ctx, b.Approval.By)
		if err != nil {
			return nil, fmt.Errorf("ask after who approved: %w", err)
		}
		if !may {
			return ErrApprover, nil
		}
	}
	look, err := d.Show(ctx, b, now)
	if err != nil {
		return nil, err
	}
	if look.Hash != b.Approval.Hash {
		return ErrVoid, nil
	}
	return refusal(look), nil
}

// many tells the same after counting who there is to send it to. It reads
// everybody.
func (d *Desk) many(ctx context.Context, b Bulletin, now time.Time) (why, err error) {
	look, err := d.Preview(ctx, b, now)
	if err != nil {
		return nil, err
	}
	return refusal(look), nil
}

func refusal(p Preview) error {
	if bad := Blocking(p.Problems); len(bad) > 0 {
		return &RefusedError{bad}
	}
	return nil
}

// unfit takes down what is not sent, and returns why. What is no longer what was
// approved is a draft again; what was planned is approved still, and waits for
// an officer.
func (d *Desk) unfit(ctx context.Context, seen Bulletin, why error, by string, now time.Time) error {
	note := ""
	var refused *RefusedError
	switch {
	case errors.As(why, &refused):
		note = codes(refused.Problems)
	case errors.Is(why, ErrApprover):
		note = "approver"
	default:
		note = "changed"
	}
	err := d.write(ctx, func(s *sheet) error {
		b, err := s.seen(seen.ID, seen.Version)
		if err != nil {
			return err
		}
		b.note(now, by, DidRefuse, note)
		if refused == nil {
			b.void(by, now)
		} else if b.State == Scheduled {
			b.State, b.Due, b.SentBy = Approved, time.Time{}, ""
		}
		return nil
	})
	if err != nil {
		return err
	}
	return why
}

// begin makes a bulletin that is due a mailing, where it still may be sent. A
// correction stops what it corrects, and begins once nothing of that waits any
// more: only then is it known who never got it.
func (r *runner) begin(ctx context.Context, id string, now time.Time) error {
	b, err := r.Bulletin(ctx, id)
	if err != nil {
		return err
	}
	if b.State != Scheduled {
		return nil
	}
	why, err := r.fit(ctx, b, now)
	if err == nil && why == nil {
		if b.Corrects != "" { // before it is counted who got it
			if still, err := r.halt(ctx, b.Corrects, now); err != nil || !still {
				return err
			}
		}
		why, err = r.many(ctx, b, now)
	}
	if err != nil {
		return err
	}
	if why != nil {
		switch err := r.unfit(ctx, b, why, System, now); {
		case err == why, errors.Is(err, ErrChanged): // an officer was faster: it is looked at again
			return nil
		default:
			return err
		}
	}
	_, corrects, err := r.first(ctx, b)
	if err != nil {
		return err
	}
	made := r.variants(b, dayOf(now), corrects)
	err = r.write(ctx, func(s *sheet) error {
		b, err := s.seen(b.ID, b.Version)
		if err != nil {
			return err
		}
		s.agenda.Mailings++
		b.State, b.Mailing, b.Began, b.Variants = Sending, bot.MailingID(s.agenda.Mailings), second(now), made
		b.note(now, System, DidBegin, "")
		if b.Corrects == "" {
			return nil
		}
		first, err := s.bulletin(b.Corrects)
		if err != nil {
			return err
		}
		first.Correction, first.CorrectedBy, first.Corrected = b.ID, uint64(b.Mailing), dayOf(now)
		first.note(now, System, DidCorrects, b.ID)
		return nil
	})
	if errors.Is(err, ErrChanged) {
		return nil // an officer was faster: it is looked at again
	}
	if err != nil {
		return err
	}
	if err := r.apply(ctx, id); err != nil {
		return err
	}
	r.applied[id] = Sending
	r.changed()
	return nil
}

// halt stops a bulletin that is corrected. still: nothing of it waits any more.
func (r *runner) halt(ctx context.Context, id string, now time.Time) (still bool, err error) {
	stopped := false
	err = r.settle(ctx, id, func(b *Bulletin) {
		stopped = b.end(System, now)
		still = b.Dropped
	})
	if err != nil || !stopped {
		return still, err
	}
	if err := r.apply(ctx, id); err != nil {
		return false, err
	}
	r.applied[id] = Stopped
	return still, nil
}
