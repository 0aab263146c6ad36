// posada staff: who works with the console, for an operator at the machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"posada/bot/staff"
)

type staffCmd struct {
	List  staffListCmd  `cmd:"" help:"List officers: name, role, since when, whether they have a second factor."`
	First staffFirstCmd `cmd:"" help:"Print a one-time link for the first admin, good for 24 hours. Refused once there is one."`
	End   staffEndCmd   `cmd:"" help:"End an officer's work: they are signed out, and their invitations worth nothing."`
	Reset staffResetCmd `cmd:"" help:"Print a one-time link for an officer who lost a password or phone. The old ones are worth nothing from now on."`
}

type staffListCmd struct{ dataFlags }

type staffFirstCmd struct{ dataFlags }

type staffEndCmd struct {
	dataFlags
	Name string `arg:"" help:"The officer's name."`
}

type staffResetCmd struct {
	dataFlags
	Name string `arg:"" help:"The officer's name."`
}

func (c *staffListCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "staff/list", operatorAsk{})
}

func (c *staffFirstCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "staff/first", operatorAsk{})
}

func (c *staffEndCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "staff/end", operatorAsk{Name: c.Name})
}

func (c *staffResetCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "staff/reset", operatorAsk{Name: c.Name})
}

// listStaff prints officers by name.
func listStaff(ctx context.Context, s *staff.Staff, out io.Writer) error {
	officers, err := s.Officers(ctx)
	if err != nil {
		return err
	}
	if len(officers) == 0 {
		fmt.Fprintln(out, "Nobody works here yet. For the first admin: posada staff first")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "name\trole\tsince\tsecond factor\tid")
	for _, o := range officers {
		role, factor := string(o.Role), "no"
		if o.HasCode {
			factor = "yes"
		}
		if o.Ended {
			role, factor = "ended", ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Name, role, o.Since.UTC().Format(time.DateOnly), factor, o.ID)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the officers: %w", err)
	}
	return nil
}

// firstStaff prints the link for the first admin.
func firstStaff(ctx context.Context, s *staff.Staff, out io.Writer, now time.Time) error {
	token, ok, err := s.FirstToken(ctx, now)
	if err != nil {
		return err
	}
	if !ok {
		return refuse("there is an admin already, who can invite others; for a lost password or phone: posada staff reset NAME")
	}
	printLink(out, token, now.Add(staff.FirstLife))
	return nil
}

// printLink prints a link as the console takes it.
func printLink(out io.Writer, token string, until time.Time) {
	fmt.Fprintln(out, staff.JoinPath+token)
	fmt.Fprintf(out, "Put this behind the console's address, and open it in a browser. It works once, until %s; whoever has it gets in.\n",
		until.UTC().Format("2006-01-02 15:04Z"))
}

// found finds one who still works here.
func found(ctx context.Context, s *staff.Staff, name string) (staff.Officer, error) {
	o, err := s.Find(ctx, name)
	if err == nil && o.Ended {
		err = staff.ErrNoOfficer
	}
	if errors.Is(err, staff.ErrNoOfficer) {
		err = fmt.Errorf("%w who works here; see: posada staff list", err)
	}
	return o, err
}

// endStaff ends an officer's work.
func endStaff(ctx context.Context, s *staff.Staff, out io.Writer, name string, now time.Time) error {
	o, err := found(ctx, s, name)
	if err != nil {
		return err
	}
	if err := s.End(ctx, staff.Operator(), o.ID, now); err != nil {
		if errors.Is(err, staff.ErrLastAdmin) {
			err = fmt.Errorf("%w; take the account by posada staff reset, invite another admin, and end this one then", err)
		}
		return err
	}
	fmt.Fprintf(out, "%s works here no more, and is signed out.\n", o.Name)
	return nil
}

// resetStaff prints a link by which an officer sets password and second factor
// anew.
func resetStaff(ctx context.Context, s *staff.Staff, out io.Writer, name string, now time.Time) error {
	o, err := found(ctx, s, name)
	if err != nil {
		return err
	}
	token, err := s.Reset(ctx, staff.Operator(), o.ID, now)
	if err != nil {
		return err
	}
	printLink(out, token, now.Add(staff.ResetLife))
	return nil
}
