// posada reminders: how many are reminded of what.
package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"posada/bot/remind"
	"posada/store/bolt"
)

type remindersCmd struct {
	dataFlags
}

// Run asks the server, or reads the database while none runs.
func (c *remindersCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "reminders", operatorAsk{})
}

// listReminders reads every contact, and tells no number in which people could
// be made out.
func listReminders(ctx context.Context, store *bolt.Store, out io.Writer, now time.Time) error {
	counts, err := remind.Survey(ctx, store, now)
	if err != nil {
		return err
	}
	if len(counts) == 0 {
		fmt.Fprintln(out, "Nobody has asked for reminders.")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
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
