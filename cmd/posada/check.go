// posada check: the book and the languages held to account.
package main

import (
	"fmt"
	"time"
)

type checkCmd struct {
	bookFlags
	Strict bool `help:"Fail on warnings (overdue reviews) too."`
}

func (c *checkCmd) Run(io streams) error {
	now := time.Now()
	b, err := c.load(now)
	if err != nil {
		return err
	}
	faults, warnings := 0, 0
	for _, f := range b.Check(b.On(now)) {
		fmt.Fprintln(io.out, f)
		if f.Warning {
			warnings++
		} else {
			faults++
		}
	}
	if faults > 0 || c.Strict && warnings > 0 {
		fmt.Fprintf(io.err, "posada: the book has %d faults and %d warnings\n", faults, warnings)
		return errSilent
	}
	fmt.Fprintf(io.out, "book %s: %d languages, %d facts, %d flows; no fault, %d warnings\n",
		b.Version(), len(b.Catalogue.Languages()), len(b.Facts()), len(b.FlowIDs()), warnings)
	return nil
}
