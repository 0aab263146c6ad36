// What the commands of officers need: the running server's desks, or while none
// runs an office of their own over the database.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"posada/bot"
	"posada/store/bolt"
)

// deskFlags are those of every command of a desk. A running server goes by its
// own settings; those of serve are read where none runs, so that everything is
// judged as it would be there.
type deskFlags struct {
	dataFlags
	bookFlags    `group:"Settings of serve, for when no server runs:"`
	officeFlags  `group:"Settings of serve, for when no server runs:"`
	channelFlags `group:"Settings of serve, for when no server runs:"`
}

// asFlags say who acts.
type asFlags struct {
	As string `required:"" help:"The officer who acts. The password is asked for, or is the first line of the input; a code of the second factor, where one is needed, the second." placeholder:"NAME"`
}

// desk is a client of the desks.
func (c *deskFlags) desk(ctx context.Context, std streams) (*controlClient, error) {
	return c.reach(ctx, func(store *bolt.Store) (*control, error) { return c.office(ctx, store, std.err) })
}

// rumours is one for which what people wrote is sorted first, as the server does
// all the time.
func (c *deskFlags) rumours(ctx context.Context, std streams) (*controlClient, error) {
	return c.reach(ctx, func(store *bolt.Store) (*control, error) {
		made, err := c.office(ctx, store, std.err)
		if err != nil {
			return nil, err
		}
		if err := made.office.desk.Pass(ctx, time.Now()); err != nil {
			return nil, fmt.Errorf("sort what people wrote: %w", err)
		}
		return made, nil
	})
}

// office makes what answers while no server runs: it judges and keeps, and
// sends nothing.
func (c *deskFlags) office(ctx context.Context, store *bolt.Store, errs io.Writer) (*control, error) {
	s := &server{log: slog.New(slog.NewTextHandler(errs, nil)), store: store}
	var err error
	if s.book, err = c.load(time.Now()); err != nil {
		return nil, err
	}
	if err := c.channelFlags.check(s.book); err != nil {
		return nil, err
	}
	needs := c.officeNeeds(s)
	// Whoever is to be told something is told by the server: it is asked again
	// until somebody answers.
	needs.call = func(context.Context, bot.Address, bot.Call) (bool, error) { return false, bot.ErrBusy }
	needs.wake = nil
	if s.office, err = c.officeFlags.open(needs); err != nil {
		return nil, err
	}
	if err := s.office.load(ctx); err != nil {
		return nil, err
	}
	return newControl(s.office, &c.officeFlags, s.book), nil
}

// acting asks for something that an officer does, and says no with all that
// stands in the way.
func acting[A any](ctx context.Context, std streams, c *controlClient, path string, q any) (A, error) {
	a, err := asked[A](ctx, c, path, q)
	var no *refusal
	if errors.As(err, &no) {
		printProblems(std.err, no.Problems)
	}
	if err == nil && c.apart {
		fmt.Fprintln(std.err, "No server runs here: it is kept, and what it begins is sent when one runs.")
	}
	return a, err
}

// printProblems prints what speaks against something, a line each.
func printProblems(out io.Writer, problems []worded) {
	for _, p := range problems {
		mark := "  must be changed: "
		if p.Warning {
			mark = "  to think about:  "
		}
		fmt.Fprintln(out, mark+clean(p.Text))
	}
}
