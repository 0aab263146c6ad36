// posada audit: what staff did, and whether the log of it is whole.
package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"posada/bot/staff"
)

type auditCmd struct {
	List   auditListCmd   `cmd:"" help:"List what was done last, the newest first."`
	Verify auditVerifyCmd `cmd:"" help:"Check that no entry was changed or is missing, and print the hash of the last. Keep it elsewhere and give it to --expect another day: only that tells when the newest entries were cut off."`
}

type auditListCmd struct {
	dataFlags
	Last int `default:"20" help:"Show so many." placeholder:"N"`
}

type auditVerifyCmd struct {
	dataFlags
	Expect string `help:"The hash that was printed another day." placeholder:"HASH"`
}

func (c *auditListCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "audit/list", operatorAsk{Last: c.Last})
}

func (c *auditVerifyCmd) Run(ctx context.Context, std streams) error {
	return c.ask(ctx, std, "audit/verify", operatorAsk{Expect: c.Expect})
}

// listAudit prints the newest entries.
func listAudit(ctx context.Context, s *staff.Staff, log *staff.Audit, out io.Writer, last int) error {
	entries, err := log.Entries(ctx, 0, last)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		fmt.Fprintln(out, "Nothing was done yet.")
		return nil
	}
	officers, err := s.Officers(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, o := range officers {
		names[o.ID] = o.Name
	}
	name := func(id string) string {
		if n, ok := names[id]; ok {
			return n
		}
		return id
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "entry\twhen\twho\tdid\ton\tnote")
	for _, e := range entries {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", e.N, e.At.UTC().Format("2006-01-02 15:04:05Z"), name(e.Officer), e.Did, name(e.On), e.Note)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the audit log: %w", err)
	}
	return nil
}

// verifyAudit checks the whole log, and that it goes on from the hash that was
// noted another day, when there is one.
func verifyAudit(ctx context.Context, log *staff.Audit, out io.Writer, expect string) error {
	var noted [32]byte
	if expect != "" {
		var err error
		if noted, err = staff.ParseHash(expect); err != nil {
			return refuse("--expect: %v", err)
		}
	}
	held, n, hash, err := log.VerifyHolding(ctx, noted)
	if err != nil {
		return err
	}
	if expect != "" && held == 0 {
		return refuse("the log does not hold the expected hash: it was cut off or written anew since, or is another one")
	}
	if n == 0 {
		fmt.Fprintln(out, "The log is empty.")
		return nil
	}
	fmt.Fprintf(out, "%d entries, whole. The last has the hash\n%x\n", n, hash)
	if expect != "" {
		fmt.Fprintf(out, "The expected hash is that of entry %d.\n", held)
	}
	return nil
}
