// Sessions: signing in and out, and who is signed in.

package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"posada/bot"
	"posada/locales"
)

const (
	// SessionIdle and SessionLife end a session: so long without a page, and so
	// long at most.
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
	// CodeLife is how long a code that was given counts.
	CodeLife = 15 * time.Minute
	// stampEvery bounds how often a session's last use is written.
	stampEvery = time.Minute
)

// Session is somebody who is signed in.
type Session struct {
	Officer
	Confirmed bool // a code was given in the last CodeLife of this session
	Started   time.Time
	Ticket    string // names the session in forms; it is not the cookie, and lets nobody in
}

// May tells whether they may do that now: nil, ErrForbidden, or ErrUnconfirmed
// when a code has to be given first.
func (s Session) May(a Act) error {
	switch {
	case !s.Role.Can(a):
		return ErrForbidden
	case a.NeedsCode() && !s.Confirmed:
		return ErrUnconfirmed
	}
	return nil
}

// String names a session as logs may.
func (s Session) String() string { return "session of " + s.Officer.String() }

// GoString is String.
func (s Session) GoString() string { return s.String() }

// sessionBody is a session as it is kept.
type sessionBody struct {
	Officer   string `json:"officer"`
	Epoch     uint64 `json:"epoch"`   // the officer's, when it began
	Started   int64  `json:"started"` // ms, as the others
	Seen      int64  `json:"seen"`
	Confirmed int64  `json:"confirmed,omitempty"` // when a code was given
}

// over tells whether a session has ended by time.
func (b sessionBody) over(now time.Time) bool {
	return now.Sub(fromMS(b.Seen)) >= SessionIdle || now.Sub(fromMS(b.Started)) >= SessionLife
}

// begun makes the session of an officer, and its cookie.
func begun(id string, epoch uint64, now time.Time) (cookie string, paper *bot.Paper, err error) {
	cookie, paperID := newSecret()
	paper, err = written(bot.Paper{Kind: sessionKind, ID: paperID}, sessionBody{Officer: id, Epoch: epoch, Started: now.UnixMilli(), Seen: now.UnixMilli()})
	return cookie, paper, err
}

// SignIn begins a session and returns the value of its cookie. from is the
// address the request came from; it is remembered in memory alone. ErrRefused
// does not say what was wrong, ErrSlow that too much was before.
func (s *Staff) SignIn(ctx context.Context, name, password, from string, now time.Time) (cookie string, err error) {
	all, err := s.list(ctx)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	h, found := named(all, name)
	// Officers are counted apart from names that nobody has: whoever tries many
	// of those makes no room for tries at these.
	from = source(from)
	account, accounts := s.familiar.key(h.paper.ID, from), &s.known
	if !found {
		account, _ = locales.Clean(locales.Fold(name), nameMost)
		accounts = &s.unknown
	}
	until, ok, _ := s.from.try(from, now)
	if !ok {
		return "", ErrSlow{until}
	}
	until, ok, failed := accounts.try(account, now)
	if !ok {
		s.from.undo(from)
		return "", ErrSlow{until}
	}
	right, err := s.fits(ctx, h.Password, password)
	if err == nil && (!right || h.Ended) {
		if found && failed == slowAfter {
			err = s.log.Append(ctx, Entry{At: now, Officer: System, Did: DidSlowed, On: h.paper.ID})
		}
		return "", errors.Join(ErrRefused, err)
	}
	if err == nil {
		cookie, err = s.signIn(ctx, h, password, now)
	}
	s.from.undo(from)
	if err != nil {
		accounts.undo(account)
		return "", fmt.Errorf("sign in: %w", err)
	}
	accounts.clear(account)
	s.familiar.met(h.paper.ID, from)
	return cookie, nil
}

// signIn files the session of an officer whose password fitted, and the
// password anew when its cost has grown.
func (s *Staff) signIn(ctx context.Context, h held, password string, now time.Time) (cookie string, err error) {
	cookie, paper, err := begun(h.paper.ID, h.Epoch, now)
	if err != nil {
		return "", err
	}
	entry := Entry{At: now, Officer: h.paper.ID, Did: DidSignIn, On: h.paper.ID}
	papers := []*bot.Paper{paper}
	if h.Password.Cost != s.cost {
		grown, err := s.regrown(ctx, h, password)
		if err != nil {
			return "", err
		}
		papers = append(papers, grown)
	}
	out, err := s.log.File(ctx, entry, papers...)
	if err == nil && out == bot.Conflict { // the officer changed: that hash can wait
		out, err = s.log.File(ctx, entry, paper)
	}
	if err == nil && out != bot.Committed {
		err = fmt.Errorf("file a session: outcome %d", out)
	}
	return cookie, err
}

// SignOut ends a session. One that has ended already is no error.
func (s *Staff) SignOut(ctx context.Context, cookie string, now time.Time) error {
	id, ok := secretID(cookie)
	if !ok {
		return nil
	}
	return change(ctx, "sign out", func() (bot.Outcome, error) {
		var b sessionBody
		paper, ok, err := s.read(ctx, sessionKind, id, &b)
		if err != nil || !ok {
			return bot.Committed, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: b.Officer, Did: DidSignOut, On: b.Officer}, erased(paper))
	})
}

// Session tells who is signed in by a cookie, or ErrNoSession. It keeps the
// session from ending of idleness.
func (s *Staff) Session(ctx context.Context, cookie string, now time.Time) (Session, error) {
	l, err := s.live(ctx, cookie, now)
	if err != nil {
		return Session{}, err
	}
	if now.Sub(fromMS(l.Seen)) >= stampEvery {
		l.Seen = now.UnixMilli()
		paper, err := written(l.paper, l.sessionBody)
		if err == nil {
			// A Conflict is another page of the same officer, or a sign-out.
			_, err = s.shelf.File(ctx, paper)
		}
		if err != nil {
			return Session{}, fmt.Errorf("stamp a session: %w", err)
		}
	}
	return l.session(cookie, now), nil
}

// live is a session that has not ended, with its officer.
type live struct {
	sessionBody
	paper bot.Paper
	held  held
}

func (l live) session(cookie string, now time.Time) Session {
	confirmed := l.Confirmed != 0 && now.Sub(fromMS(l.Confirmed)) < CodeLife
	return Session{Officer: l.held.officer(), Confirmed: confirmed, Started: fromMS(l.Started), Ticket: ticket(cookie)}
}

// live reads the session of a cookie, or ErrNoSession.
func (s *Staff) live(ctx context.Context, cookie string, now time.Time) (live, error) {
	var l live
	id, ok := secretID(cookie)
	if !ok {
		return l, ErrNoSession
	}
	var err error
	if l.paper, ok, err = s.read(ctx, sessionKind, id, &l.sessionBody); err != nil {
		return l, err
	}
	if !ok || l.over(now) {
		return l, ErrNoSession
	}
	if l.held, err = s.officer(ctx, l.Officer); errors.Is(err, ErrNoOfficer) || err == nil && (l.held.Ended || l.held.Epoch != l.Epoch) {
		return l, ErrNoSession
	}
	return l, err
}
