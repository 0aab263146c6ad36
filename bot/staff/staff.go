// Staff: the shelf of officers, what may go wrong, and how papers are changed.

package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"posada/bot"
)

// Errors that a caller decides on. None says more than it must: what a stranger
// sees of a failed sign-in is the same whatever failed.
var (
	ErrForbidden   = errors.New("this role may not do that")
	ErrUnconfirmed = errors.New("a code of the second factor is needed first")
	ErrStale       = errors.New("sign in again first")
	ErrRefused     = errors.New("refused")
	ErrNoSession   = errors.New("nobody is signed in")
	ErrToken       = errors.New("this link was used, has expired or never was")
	ErrPassword    = errors.New("the password is too short, too common or holds the name")
	ErrName        = errors.New("a name has 2 to 40 letters")
	ErrTaken       = errors.New("another officer has this name")
	ErrLastAdmin   = errors.New("the last admin must stay")
	ErrNoOfficer   = errors.New("there is no such officer")
	ErrRole        = errors.New("there is no such role")
	ErrLang        = errors.New("the console does not speak this language")
)

// ErrSlow: too many tries failed. Nothing is read until then, not even what is
// right.
type ErrSlow struct{ Until time.Time }

// Error does not say of whom.
func (ErrSlow) Error() string { return "too many tries failed: wait" }

var errDamaged = errors.New("the paper cannot be read")

// What the audit log says of staff.
const (
	DidFirst    = "staff.first"    // a link for the first admin was made
	DidInvite   = "staff.invite"   // Note: the role
	DidRevoke   = "staff.revoke"   // an invitation
	DidAccept   = "staff.accept"   // Note: the role
	DidSignIn   = "staff.signin"   //
	DidSignOut  = "staff.signout"  //
	DidSlowed   = "staff.slowed"   // an officer's sign-in or codes failed too often
	DidSetCode  = "staff.setcode"  // a new second factor, not yet in use
	DidConfirm  = "staff.confirm"  // a code was given
	DidPassword = "staff.password" //
	DidLang     = "staff.lang"     // Note: the language
	DidRole     = "staff.role"     // Note: "writer to approver"
	DidEnd      = "staff.end"      //
	DidReset    = "staff.reset"    // a link for a lost password or phone was made
	DidRenew    = "staff.renew"    // and used
)

const (
	officerKind = "officer"
	inviteKind  = "invite"
	sessionKind = "session"
	rosterID    = "roster"

	// page is how many papers are read at once.
	page = 200
	// tries bounds how often a change is begun anew because another came first.
	tries = 100
)

// Staff is the people who work with Posada. It is safe for use by many
// goroutines; one of it should run, since it counts failed sign-ins in memory.
type Staff struct {
	shelf bot.Shelf
	log   *Audit
	cost  cost
	room  chan struct{} // one for each hash that may be under way

	known, unknown, from, codes slow
	familiar                    familiar
}

// New makes the staff kept on a shelf. Everything it does is told to log.
func New(shelf bot.Shelf, log *Audit) *Staff {
	return &Staff{shelf: shelf, log: log, cost: today, room: make(chan struct{}, hashesAtOnce)}
}

// String says nothing of whoever tried to sign in.
func (s *Staff) String() string { return "staff" }

// GoString is String.
func (s *Staff) GoString() string { return s.String() }

// Operator is who gives a command at the machine that Posada runs on. Whoever
// can do that needs no sign-in: the database is theirs.
func Operator() Session {
	return Session{Officer: Officer{ID: Command, Role: RoleAdmin, Lang: "en"}, Confirmed: true}
}

// change does once until nothing came between what it read and what it filed.
func change(ctx context.Context, what string, once func() (bot.Outcome, error)) error {
	for range tries {
		out, err := once()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		case out == bot.Committed:
			return nil
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return fmt.Errorf("%s: others changed it %d times meanwhile", what, tries)
}

// read reads the body of a paper into v; false when there is none.
func (s *Staff) read(ctx context.Context, kind, id string, v any) (bot.Paper, bool, error) {
	p, err := s.shelf.Paper(ctx, kind, id)
	if err != nil {
		return p, false, fmt.Errorf("read %s: %w", kind, err)
	}
	if p.Version == 0 {
		return bot.Paper{Kind: kind, ID: id}, false, nil
	}
	return p, true, decode(p, v)
}

// decode says nothing of what it could not read: an error of package json may
// quote it.
func decode(p bot.Paper, v any) error {
	if json.Unmarshal(p.Body, v) != nil {
		return fmt.Errorf("read %s: %w", p.Kind, errDamaged)
	}
	return nil
}

// written is a paper with a new body.
func written(p bot.Paper, v any) (*bot.Paper, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", p.Kind, err)
	}
	p.Body = body
	return &p, nil
}

// erased is a paper that is to be no more.
func erased(p bot.Paper) *bot.Paper {
	p.Body = nil
	return &p
}

// all hands every paper of a kind on.
func (s *Staff) all(ctx context.Context, kind string, each func(bot.Paper) error) error {
	for after := ""; ; {
		papers, err := s.shelf.Papers(ctx, kind, after, page)
		if err != nil {
			return fmt.Errorf("list %ss: %w", kind, err)
		}
		for _, p := range papers {
			if err := each(p); err != nil {
				return err
			}
			after = p.ID
		}
		if len(papers) < page {
			return nil
		}
	}
}

// Times are kept in milliseconds.
func fromMS(n int64) time.Time { return time.UnixMilli(n).UTC() }
