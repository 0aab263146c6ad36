// posada reminders: how many are reminded of what.
package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"posada/bot/remind"
)

type remindersCmd struct {
	dataFlags
}

// Run reads every contact, and tells no number in which people could be made
// out.
func (c *remindersCmd) Run(ctx context.Context, std streams) error {
	store, _, err := c.open()
	if err != nil {
		return err
	}
	defer store.Close()
	counts, err := remind.Survey(ctx, store, time.Now())
	if err != nil {
		return err
	}
	if len(counts) == 0 {
		fmt.Fprintln(std.out, "Nobody has asked for reminders.")
		return nil
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "programme\tzone\treminded\tdue in the next hour\tpaused")
	for _, n := range counts {
		if n.Few {
			fmt.Fprintf(w, "%s\t%s\tfewer than %d people\t\t\n", n.Programme, n.Zone, remind.Least)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\n", n.Programme, n.Zone, n.On, n.DueNextHour, n.Paused)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the counts: %w", err)
	}
	return nil
}
