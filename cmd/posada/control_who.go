// Who acts by command: an officer, signed in for the one act as on the console,
// by the same password, code, role and audit log.
package main

import (
	"context"
	"errors"
	"time"

	"posada/bot/staff"
)

// fromCommand is where all commands sign in from: they are slowed together, and
// nobody on the console is slowed by them.
const fromCommand = "command"

// secret is a password or a code. It is shown by nothing but JSON.
type secret string

// String hides it.
func (secret) String() string { return "(hidden)" }

// GoString hides it.
func (secret) GoString() string { return "(hidden)" }

// credentials say who acts.
type credentials struct {
	As       string
	Password secret
	Code     secret `json:",omitempty"` // of the second factor, "" where the act needs none
}

// as does something as an officer who may do it, and signs them out again.
func (c *control) as(ctx context.Context, who credentials, act staff.Act, now time.Time, do func(staff.Session) error) (err error) {
	cookie, err := c.staff.SignIn(ctx, who.As, string(who.Password), fromCommand, now)
	if err != nil {
		return entry(err, "the name or the password is not right")
	}
	defer func() {
		if out := c.staff.SignOut(context.WithoutCancel(ctx), cookie, now); err == nil {
			err = out
		}
	}()
	session, err := c.confirmed(ctx, cookie, who, act, now)
	if err != nil {
		return err
	}
	return do(session)
}

// confirmed is the session of an officer who may do that now: where it needs a
// code, they have given one.
func (c *control) confirmed(ctx context.Context, cookie string, who credentials, act staff.Act, now time.Time) (staff.Session, error) {
	session, err := c.staff.Session(ctx, cookie, now)
	if err != nil {
		return session, err
	}
	err = session.May(act)
	if !errors.Is(err, staff.ErrUnconfirmed) {
		return session, err
	}
	switch {
	case !session.HasCode:
		return session, refuse("this needs a second factor, and %s has none yet: it is set up on the console, under Account", session.Name)
	case who.Code == "":
		return session, refuse("this needs a code of the second factor: the second line after the password")
	}
	if err := c.staff.ConfirmCode(ctx, cookie, string(who.Code), now); err != nil {
		return session, entry(err, "the code is not right, or was given before: wait for the next one")
	}
	if session, err = c.staff.Session(ctx, cookie, now); err != nil {
		return session, err
	}
	return session, session.May(act)
}

// entry words why somebody was not let in.
func entry(err error, refused string) error {
	var slow staff.ErrSlow
	switch {
	case errors.As(err, &slow):
		return refuse("too many tries failed: nothing is read until %s", slow.Until.UTC().Format("15:04:05Z"))
	case errors.Is(err, staff.ErrRefused):
		return refuse("%s", refused)
	}
	return err
}
