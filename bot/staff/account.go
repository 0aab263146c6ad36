// What officers change of their own: the password, and the second factor.

package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/secure/precis"

	"posada/bot"
)

// SetPassword changes the password of whoever is signed in by a cookie, ends
// all their sessions and begins a new one, whose cookie it returns. ErrRefused
// when old is not the password, ErrPassword when the next is not fit for one.
func (s *Staff) SetPassword(ctx context.Context, cookie, old, next string, now time.Time) (fresh string, err error) {
	l, err := s.live(ctx, cookie, now)
	if err != nil {
		return "", err
	}
	id := l.held.paper.ID
	key := id + " signed in" // strangers who fail at the door do not count here
	until, ok, failed := s.known.try(key, now)
	if !ok {
		return "", ErrSlow{until}
	}
	right, err := s.fits(ctx, l.held.Password, old)
	if err != nil {
		s.known.undo(key)
		return "", fmt.Errorf("set a password: %w", err)
	}
	if !right {
		if failed == slowAfter {
			err = s.log.Append(ctx, Entry{At: now, Officer: System, Did: DidSlowed, On: id})
		}
		return "", errors.Join(ErrRefused, err)
	}
	s.known.undo(key)
	chosen, err := passwordOf(next, l.held.Name)
	if err != nil {
		return "", err
	}
	sum, err := s.hashed(ctx, chosen)
	if err != nil {
		return "", fmt.Errorf("set a password: %w", err)
	}
	err = change(ctx, "set a password", func() (bot.Outcome, error) {
		l, err := s.live(ctx, cookie, now) // it may have ended meanwhile
		if err != nil {
			return 0, err
		}
		h := l.held
		h.Password = sum
		h.Epoch++
		officer, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		var session *bot.Paper
		if fresh, session, err = begun(id, h.Epoch, now); err != nil {
			return 0, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: id, Did: DidPassword, On: id}, officer, session, erased(l.paper))
	})
	if err != nil {
		return "", err
	}
	return fresh, nil
}

// regrown is an officer's paper with the password hashed at today's cost.
func (s *Staff) regrown(ctx context.Context, h held, typed string) (*bot.Paper, error) {
	password, err := precis.OpaqueString.String(typed)
	if err != nil {
		return nil, ErrRefused
	}
	if h.Password, err = s.hashed(ctx, password); err != nil {
		return nil, err
	}
	return written(h.paper, h.officerBody)
}

// SetCode makes a new second factor: secret in base32 to type, uri for a
// picture. It counts from the first code of it that ConfirmCode is given; until
// then the old one does. Who has one gives a code of it first (ErrUnconfirmed);
// who has none must have signed in within CodeLife (ErrStale), so that nobody
// sets one at another's open desk.
func (s *Staff) SetCode(ctx context.Context, sess Session, now time.Time) (secret, uri string, err error) {
	fresh := newCodeSecret()
	err = change(ctx, "set a second factor", func() (bot.Outcome, error) {
		h, err := s.officer(ctx, sess.ID)
		switch {
		case err != nil:
			return 0, err
		case h.Ended:
			return 0, ErrNoSession
		case len(h.Code) > 0 && !sess.Confirmed:
			return 0, ErrUnconfirmed
		case len(h.Code) == 0 && now.Sub(sess.Started) >= CodeLife:
			return 0, ErrStale
		}
		h.NewCode = fresh
		uri = codeURI(fresh, h.Name)
		paper, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: sess.ID, Did: DidSetCode, On: sess.ID}, paper)
	})
	if err != nil {
		return "", "", err
	}
	return codeBase32.EncodeToString(fresh), uri, nil
}

// ConfirmCode takes a code of the second factor: the session is Confirmed for
// CodeLife. A code of one that was just set puts that in the place of the old
// one. ErrRefused for a code that is wrong or was given before, ErrSlow after
// too many.
func (s *Staff) ConfirmCode(ctx context.Context, cookie, code string, now time.Time) error {
	l, err := s.live(ctx, cookie, now)
	if err != nil {
		return err
	}
	id := l.held.paper.ID
	until, ok, failed := s.codes.try(id, now)
	if !ok {
		return ErrSlow{until}
	}
	err = change(ctx, "confirm a code", func() (bot.Outcome, error) {
		l, err := s.live(ctx, cookie, now)
		if err != nil {
			return 0, err
		}
		h := l.held
		step, ok := codeFits(h.NewCode, code, 0, now)
		if ok {
			h.Code, h.NewCode = h.NewCode, nil
		} else if step, ok = codeFits(h.Code, code, h.CodeStep, now); !ok {
			return 0, ErrRefused
		}
		h.CodeStep, l.Confirmed, l.Seen = step, now.UnixMilli(), now.UnixMilli()
		officer, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		session, err := written(l.paper, l.sessionBody)
		if err != nil {
			return 0, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: id, Did: DidConfirm, On: id}, officer, session)
	})
	switch {
	case err == nil:
		s.codes.clear(id)
	case !errors.Is(err, ErrRefused):
		s.codes.undo(id)
	case failed == slowAfter:
		err = errors.Join(err, s.log.Append(ctx, Entry{At: now, Officer: System, Did: DidSlowed, On: id}))
	}
	return err
}
