// Links that are used once: for the first admin, for whoever is invited, and
// for who lost a password or phone.

package staff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"posada/bot"
)

const (
	// FirstLife, InviteLife and ResetLife are how long a link is good.
	FirstLife  = 24 * time.Hour
	InviteLife = 72 * time.Hour
	ResetLife  = 24 * time.Hour
	// JoinPath is where links lead: JoinPath + token, a page of the console.
	JoinPath = "/join/"
)

// Invitation is a link that was not used yet.
type Invitation struct {
	ID    string // not the token, and no way to it
	Role  Role
	By    string // officer id, Command, or System for the first admin's
	Until time.Time
	For   Officer // whom it renews; the zero Officer when it is for somebody new
}

// inviteBody is an invitation as it is kept.
type inviteBody struct {
	Role  Role   `json:"role,omitempty"`
	By    string `json:"by"`
	Until int64  `json:"until"`           // ms
	Reset string `json:"reset,omitempty"` // id of the officer whom it renews
	First bool   `json:"first,omitempty"` // good only while there is no admin
}

// FirstToken makes the link for the first admin; ok is false when there is one.
// A new one takes the place of those before it.
func (s *Staff) FirstToken(ctx context.Context, now time.Time) (token string, ok bool, err error) {
	err = change(ctx, "make the first link", func() (bot.Outcome, error) {
		token, ok = "", false
		r, err := s.roster(ctx)
		if err != nil || r.admins() > 0 {
			return bot.Committed, err
		}
		papers := []*bot.Paper{&r.paper}
		err = s.invites(ctx, func(p bot.Paper, b inviteBody) {
			if b.First {
				papers = append(papers, erased(p))
			}
		})
		if err != nil {
			return 0, err
		}
		var paper *bot.Paper
		if token, paper, err = invitation(inviteBody{Role: RoleAdmin, By: System, Until: now.Add(FirstLife).UnixMilli(), First: true}); err != nil {
			return 0, err
		}
		ok = true
		return s.log.File(ctx, Entry{At: now, Officer: System, Did: DidFirst}, append(papers, paper)...)
	})
	if err != nil {
		return "", false, err
	}
	return token, ok, nil
}

// Invite makes a link for somebody new.
func (s *Staff) Invite(ctx context.Context, by Session, role Role, now time.Time) (token string, err error) {
	if err := by.May(ActStaff); err != nil {
		return "", err
	}
	if !role.known() {
		return "", ErrRole
	}
	token, paper, err := invitation(inviteBody{Role: role, By: by.ID, Until: now.Add(InviteLife).UnixMilli()})
	if err != nil {
		return "", err
	}
	err = change(ctx, "invite", func() (bot.Outcome, error) {
		return s.log.File(ctx, Entry{At: now, Officer: by.ID, Did: DidInvite, On: paper.ID, Note: string(role)}, paper)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Reset makes a link for an officer who lost a password or phone. From now on
// they are signed out and the old password is worth nothing; both password and
// second factor are set anew by the link.
func (s *Staff) Reset(ctx context.Context, by Session, id string, now time.Time) (token string, err error) {
	if err := by.May(ActStaff); err != nil {
		return "", err
	}
	err = change(ctx, "reset an officer", func() (bot.Outcome, error) {
		h, err := s.officer(ctx, id)
		if err == nil && h.Ended {
			err = ErrNoOfficer
		}
		if err != nil {
			return 0, err
		}
		var paper *bot.Paper
		if token, paper, err = invitation(inviteBody{By: by.ID, Until: now.Add(ResetLife).UnixMilli(), Reset: id}); err != nil {
			return 0, err
		}
		h.Password, h.Code, h.NewCode, h.Reset = nil, nil, nil, paper.ID
		h.Epoch++
		officer, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: by.ID, Did: DidReset, On: id}, officer, paper)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Invited tells what a link is for without using it, or ErrToken.
func (s *Staff) Invited(ctx context.Context, token string, now time.Time) (Invitation, error) {
	r, err := s.roster(ctx)
	if err != nil {
		return Invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	i, err := s.invited(ctx, r, token, now)
	if err != nil {
		return Invitation{}, err
	}
	return i.shown(r), nil
}

// Invites lists the links that are still good.
func (s *Staff) Invites(ctx context.Context, now time.Time) ([]Invitation, error) {
	r, err := s.roster(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	var out []Invitation
	err = s.invites(ctx, func(p bot.Paper, b inviteBody) {
		if i := (kept{b, p}); i.good(r, now) {
			out = append(out, i.shown(r))
		}
	})
	slices.SortFunc(out, func(a, b Invitation) int {
		return cmp.Or(a.Until.Compare(b.Until), strings.Compare(a.ID, b.ID))
	})
	return out, err
}

// Revoke makes a link worth nothing. One that is gone already is no error.
func (s *Staff) Revoke(ctx context.Context, by Session, id string, now time.Time) error {
	if err := by.May(ActStaff); err != nil {
		return err
	}
	return change(ctx, "revoke an invitation", func() (bot.Outcome, error) {
		var b inviteBody
		paper, ok, err := s.read(ctx, inviteKind, id, &b)
		if err != nil || !ok {
			return bot.Committed, err
		}
		return s.log.File(ctx, Entry{At: now, Officer: by.ID, Did: DidRevoke, On: id}, erased(paper))
	})
}

// Accept uses a link: whoever is new gets a name and password, who lost theirs
// a password (the name is not read), and both are signed in. ErrToken, ErrName,
// ErrTaken or ErrPassword leave the link good for another try.
func (s *Staff) Accept(ctx context.Context, token, name, password string, now time.Time) (cookie string, err error) {
	var sum *hash
	var id string
	err = change(ctx, "accept an invitation", func() (bot.Outcome, error) {
		r, err := s.roster(ctx)
		if err != nil {
			return 0, err
		}
		i, err := s.invited(ctx, r, token, now)
		if err != nil {
			return 0, err
		}
		h := held{officerBody: officerBody{Role: i.Role, Lang: Langs[0], Since: now.UnixMilli()}}
		entry := Entry{At: now, Did: DidAccept, Note: string(i.Role)}
		if i.Reset != "" {
			h, _ = r.byID(i.Reset)
			entry = Entry{At: now, Did: DidRenew}
		} else {
			if h.Name, err = nameOf(name); err != nil {
				return 0, err
			}
			if resembles(r.officers, h.Name) {
				return 0, ErrTaken
			}
			if id == "" {
				id = newID()
			}
			h.paper = bot.Paper{Kind: officerKind, ID: id}
		}
		if sum == nil {
			chosen, err := passwordOf(password, h.Name)
			if err != nil {
				return 0, err
			}
			if sum, err = s.hashed(ctx, chosen); err != nil {
				return 0, err
			}
		}
		h.Password, h.Reset, h.CodeStep = sum, "", 0
		h.LetIn, h.LetAt = i.By, now.UnixMilli()
		h.Epoch++
		officer, err := written(h.paper, h.officerBody)
		if err != nil {
			return 0, err
		}
		var session *bot.Paper
		if cookie, session, err = begun(h.paper.ID, h.Epoch, now); err != nil {
			return 0, err
		}
		entry.Officer, entry.On = h.paper.ID, h.paper.ID
		return s.log.File(ctx, entry, erased(i.paper), officer, session, &r.paper)
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// kept is an invitation with its paper.
type kept struct {
	inviteBody
	paper bot.Paper
}

// invited finds a link that is still good, or ErrToken.
func (s *Staff) invited(ctx context.Context, r roster, token string, now time.Time) (kept, error) {
	id, ok := secretID(token)
	if !ok {
		return kept{}, ErrToken
	}
	var i kept
	var err error
	if i.paper, ok, err = s.read(ctx, inviteKind, id, &i.inviteBody); err != nil {
		return i, err
	}
	if !ok || !i.good(r, now) {
		return kept{}, ErrToken
	}
	return i, nil
}

// good tells whether a link may still be used: in time, and by the word of
// somebody who may still give it.
func (i kept) good(r roster, now time.Time) bool {
	if !now.Before(fromMS(i.Until)) {
		return false
	}
	if i.Reset != "" {
		h, ok := r.byID(i.Reset)
		return ok && h.Reset == i.paper.ID
	}
	if i.First {
		return r.admins() == 0
	}
	if i.By == Command {
		return true
	}
	h, ok := r.byID(i.By)
	return ok && h.Role.Can(ActStaff)
}

func (i kept) shown(r roster) Invitation {
	out := Invitation{ID: i.paper.ID, Role: i.Role, By: i.By, Until: fromMS(i.Until)}
	if h, ok := r.byID(i.Reset); ok && i.Reset != "" {
		out.For, out.Role = h.officer(), h.Role
	}
	return out
}

// invitation makes the paper of a link, and its token.
func invitation(b inviteBody) (token string, paper *bot.Paper, err error) {
	token, id := newSecret()
	paper, err = written(bot.Paper{Kind: inviteKind, ID: id}, b)
	return token, paper, err
}

// invites hands every invitation on.
func (s *Staff) invites(ctx context.Context, each func(bot.Paper, inviteBody)) error {
	return s.all(ctx, inviteKind, func(p bot.Paper) error {
		var b inviteBody
		if err := decode(p, &b); err != nil {
			return err
		}
		each(p, b)
		return nil
	})
}
