// posada queue: what waits to be sent, and what was given up and why.
package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
)

type queueCmd struct {
	dataFlags
	Last int `default:"20" help:"Show so many of the last messages that were given up." placeholder:"N"`
}

// deadRead bounds what is counted by reason.
const deadRead = 100_000

// Run reads the database while the server is stopped; a running one tells the
// same at /metrics.
func (c *queueCmd) Run(ctx context.Context, std streams) error {
	store, _, err := c.open()
	if err != nil {
		return err
	}
	defer store.Close()
	counts, err := store.Counts(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d messages queued; %d lines wait for a time, %d for their person; %d people stopped, %d cannot be reached\n",
		counts.Queued, counts.Waiting, counts.Parked, counts.OptedOut, counts.Unreachable)
	dead, err := store.Dead(ctx, deadRead)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d given up in the last 30 days\n", len(dead))
	by := map[string]int{}
	for _, d := range dead {
		by[d.Channel+" "+d.Kind.String()+", "+d.Reason]++
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "  %d\t%s\n", by[reason], reason)
	}
	for i, d := range dead {
		if i == c.Last {
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
