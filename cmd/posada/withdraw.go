// posada withdraw: taking something out of use everywhere, by two officers
// without a browser.
package main

import (
	"context"
	"fmt"
	"text/tabwriter"
)

type withdrawCmd struct {
	deskFlags

	List    withdrawListCmd    `cmd:"" help:"List what is withdrawn, or proposed to be."`
	Propose withdrawProposeCmd `cmd:"" help:"Propose to take a message, a fact, an answer or a flow out of use. Needs a code."`
	Confirm withdrawConfirmCmd `cmd:"" help:"Confirm what another officer proposed: it counts everywhere at once. Needs a code."`
	Restore withdrawRestoreCmd `cmd:"" help:"Propose to use something again. Needs a code."`
	Drop    withdrawDropCmd    `cmd:"" help:"Take a proposal back. Needs a code."`
}

type withdrawListCmd struct{}

type withdrawProposeCmd struct {
	asFlags
	Kind   string `arg:"" enum:"message,fact,answer,flow" help:"What it is: message, fact, answer or flow."`
	ID     string `arg:"" help:"Its id in the book."`
	Reason string `required:"" help:"Why, for colleagues: 3 to 300 characters, and nothing of a person." placeholder:"TEXT"`
}

type withdrawConfirmCmd struct {
	asFlags
	Item string `arg:"" help:"The withdrawal, as list names it."`
}

type withdrawRestoreCmd struct {
	asFlags
	Item   string `arg:"" help:"The withdrawal, as list names it."`
	Reason string `required:"" help:"Why it can be used again: 3 to 300 characters." placeholder:"TEXT"`
}

type withdrawDropCmd struct {
	asFlags
	Item string `arg:"" help:"The withdrawal, as list names it."`
}

// Run lists withdrawals, those first that wait for a second officer.
func (c *withdrawListCmd) Run(ctx context.Context, std streams, of *withdrawCmd) error {
	client, err := of.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	items, err := asked[[]itemTold](ctx, client, "withdraw/list", struct{}{})
	if err != nil {
		return err
	}
	if len(items) == 0 {
		fmt.Fprintln(std.out, "Nothing is withdrawn.")
		return nil
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "item\twhat\twhere it stands\tby\twhen\treason")
	for _, i := range items {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, clean(i.Kind+" "+i.Target), i.State, clean(i.By), shown(i.At), clean(i.Reason))
	}
	return flushed(w, "the withdrawals")
}

// Run proposes one.
func (c *withdrawProposeCmd) Run(ctx context.Context, std streams, of *withdrawCmd) error {
	return of.do(ctx, std, c.asFlags, withdrawAsk{Do: "propose", Kind: c.Kind, Target: c.ID, Reason: c.Reason})
}

// Run confirms what another officer proposed.
func (c *withdrawConfirmCmd) Run(ctx context.Context, std streams, of *withdrawCmd) error {
	return of.do(ctx, std, c.asFlags, withdrawAsk{Do: "confirm", ID: c.Item})
}

// Run proposes to use something again.
func (c *withdrawRestoreCmd) Run(ctx context.Context, std streams, of *withdrawCmd) error {
	return of.do(ctx, std, c.asFlags, withdrawAsk{Do: "restore", ID: c.Item, Reason: c.Reason})
}

// Run takes a proposal back.
func (c *withdrawDropCmd) Run(ctx context.Context, std streams, of *withdrawCmd) error {
	return of.do(ctx, std, c.asFlags, withdrawAsk{Do: "drop", ID: c.Item})
}

func (c *withdrawCmd) do(ctx context.Context, std streams, as asFlags, q withdrawAsk) (err error) {
	if q.Who, err = as.who(std, true); err != nil {
		return err
	}
	client, err := c.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := acting[withdrawDone](ctx, std, client, "withdraw/do", q)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s  %s\n", a.ID, a.Words)
	return nil
}
