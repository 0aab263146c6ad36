// posada queue: what waits to be sent, and what was given up and why.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"posada/store/bolt"
)

type queueCmd struct {
	dataFlags
	Last int `default:"20" help:"Show so many of the last messages that were given up." placeholder:"N"`
}

// deadRead bounds what is counted by reason.
const deadRead = 100_000

// Run asks the server, or reads the database while none runs.
func (c *queueCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "queue", operatorAsk{Last: c.Last})
}

// listQueue prints what waits, and the last that were given up.
func listQueue(ctx context.Context, store *bolt.Store, out io.Writer, last int) error {
	counts, err := store.Counts(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d messages queued; %d lines wait for a time, %d for their person; %d people stopped, %d cannot be reached\n",
		counts.Queued, counts.Waiting, counts.Parked, counts.OptedOut, counts.Unreachable)
	dead, err := store.Dead(ctx, deadRead)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d given up in the last 30 days\n", len(dead))
	by := map[string]int{}
	for _, d := range dead {
		by[d.Channel+" "+d.Kind.String()+", "+d.Reason]++
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "  %d\t%s\n", by[reason], reason)
	}
	for i, d := range dead {
		if i == last {
			break
		}
		if i == 0 {
			fmt.Fprintln(w, "\nwhen\tchannel\tkind\ttext of the book\twhy")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s/%s\t%s\n", d.At.UTC().Format("2006-01-02 15:04Z"), d.Channel, d.Kind, d.Flow, d.Node, d.Reason)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the queue: %w", err)
	}
	return nil
}
