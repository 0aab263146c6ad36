// posada reminders: how many are reminded of what, and what came of it.
package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"posada/bot/remind"
	"posada/flows"
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
// be made out; then what a running server's outcomes are, nil where none runs.
func listReminders(ctx context.Context, store *bolt.Store, out io.Writer, outcomes func() []remind.Outcomes, now time.Time) error {
	counts, err := remind.Survey(ctx, store, now)
	if err != nil {
		return err
	}
	if len(counts) == 0 {
		fmt.Fprintln(out, "Nobody has asked for reminders.")
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if len(counts) > 0 {
		fmt.Fprintln(w, "programme\tzone\treminded\tdue in the next hour\tpaused\twait for it to open")
	}
	for _, n := range counts {
		if n.Few {
			fmt.Fprintf(w, "%s\t%s\tfewer than %d people\t\t\t\n", n.Programme, n.Zone, remind.Least)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", n.Programme, n.Zone, atLeast(n.On), atLeast(n.DueNextHour), atLeast(n.Paused), atLeast(n.Waiting))
	}
	if outcomes == nil {
		fmt.Fprintln(w, "\nNo server runs: what was sent, late and skipped is counted while one does.")
	} else {
		listOutcomes(w, outcomes())
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the counts: %w", err)
	}
	return nil
}

// listOutcomes prints what came of reminders since the server's start.
func listOutcomes(w io.Writer, outcomes []remind.Outcomes) {
	if len(outcomes) == 0 {
		fmt.Fprintln(w, "\nNo reminder was due since the server's start.")
		return
	}
	fmt.Fprintln(w, "\nsince the server's start\tsent\tlate\tskipped")
	for _, n := range outcomes {
		fmt.Fprint(w, n.Programme)
		for _, number := range []int{n.Sent, n.Late, n.Skipped} {
			text := "0"
			if number > 0 {
				text = atLeast(number)
			}
			fmt.Fprint(w, "\t", text)
		}
		fmt.Fprintln(w)
	}
}

// atLeast is a number, unless it is too small to be told.
func atLeast(n int) string {
	if n < remind.Least {
		return fmt.Sprintf("under %d", remind.Least)
	}
	return strconv.Itoa(n)
}

// warnOfSurges tells where a sender is too slow for all who are reminded at one
// minute.
func warnOfSurges(ctx context.Context, store *bolt.Store, rates map[string]float64, out io.Writer, now time.Time) error {
	surges, err := remind.Surges(ctx, store, rates, now)
	if err != nil {
		return err
	}
	for _, s := range surges {
		fmt.Fprintf(out, "Too slow: on %s, at %g messages a second, the last reminder of %s UTC leaves %s after its minute; from %s on they say that they are late. Use a faster sender, and tell its rate.\n",
			s.Channel, rates[s.Channel], s.At.Format("2006-01-02 15:04"), s.Wait.Round(time.Minute), flows.Spread)
	}
	return nil
}
