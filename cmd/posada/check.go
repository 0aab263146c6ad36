// posada check: the book and the languages held to account.
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"posada/flows"
)

type checkCmd struct {
	bookFlags
	Strict   bool    `help:"Fail on warnings (overdue reviews, hard texts) too."`
	SMS      bool    `name:"sms" help:"Print what every message costs as SMS, in every language, and the median of an answer."`
	SMSPrice float64 `name:"sms-price" help:"The price of one segment, for --sms." placeholder:"PRICE"`
	Plain    bool    `help:"Print how plain each language reads, and its ten hardest messages."`
}

func (c *checkCmd) Run(io streams) error {
	if c.SMSPrice < 0 || math.IsNaN(c.SMSPrice) || math.IsInf(c.SMSPrice, 0) || c.SMSPrice > 0 && !c.SMS {
		return errors.New("--sms-price is the price of a segment, and goes with --sms")
	}
	now := time.Now()
	b, err := c.load(now)
	if err != nil {
		return err
	}
	day := b.On(now)
	if c.SMS || c.Plain {
		if c.SMS {
			err = c.sms(io.out, b, day)
		}
		if c.Plain {
			plain(io.out, b, day)
		}
		return err
	}
	faults, warnings := 0, 0
	for _, f := range b.Check(day) {
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

// sms prints what the texts cost: exact in their own letters, plain as the channel writes them.
func (c *checkCmd) sms(out io.Writer, b *flows.Book, day *flows.Day) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "LANGUAGE\tMESSAGE\tEXACT\tPLAIN\t%s\n", c.priced("EXACT COST\tPLAIN COST"))
	for _, m := range b.SMSMessages(day) {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", m.Lang, m.Message, m.Exact, m.Plain, c.cost(m.Exact, m.Plain))
	}
	fmt.Fprintf(w, "\nLANGUAGE\tANSWERS\tMEDIAN EXACT\tMEDIAN PLAIN\t%s\n", c.priced("EXACT COST\tPLAIN COST"))
	answers := map[string][]flows.SMSCost{}
	for _, a := range b.SMSAnswers(day) {
		answers[a.Lang] = append(answers[a.Lang], a)
	}
	for _, l := range b.Catalogue.Languages() {
		exact, plain := flows.MedianSegments(answers[l.Code])
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", l.Code, len(answers[l.Code]), exact, plain, c.cost(exact, plain))
	}
	return w.Flush()
}

func (c *checkCmd) priced(head string) string {
	if c.SMSPrice == 0 {
		return ""
	}
	return head
}

func (c *checkCmd) cost(exact, plain int) string {
	return c.priced(fmt.Sprintf("%.4f\t%.4f", float64(exact)*c.SMSPrice, float64(plain)*c.SMSPrice))
}

// plain prints how each language reads.
func plain(out io.Writer, b *flows.Book, day *flows.Day) {
	for _, l := range b.Catalogue.Languages() {
		r, hard := b.Plain(day, l, 10)
		fmt.Fprintf(out, "%s: %s\n", l.Code, flows.Verdict(r))
		for _, h := range hard {
			score := fmt.Sprintf("%d words", h.Longest)
			if h.Formula != nil {
				score = fmt.Sprintf("%.1f", h.Score)
			}
			fmt.Fprintf(out, "  locales/%s:%d: %s: %s: %s\n", l.File, h.Line, score, h.Message, h.Text)
		}
	}
}
