// Loading the book, and the command that prints it.
package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"posada/flows"
	"posada/locales"
)

// bookFlags are shared by every command that opens the book.
type bookFlags struct {
	Book   string `help:"A folder of your own YAML that lies over the book: directory.yaml, places.yaml and so on; a file in it replaces the book's." placeholder:"DIR" type:"existingdir"`
	Drafts string `enum:"label,refuse" default:"label" help:"Texts of law, deadlines, danger and health that no person has reviewed in a language: label sends them with their original beside them, refuse sends a language that was reviewed instead."`
}

// load loads languages and book, and refuses a clock that stands before the
// day the book was last reviewed: every date would be judged wrongly.
func (f *bookFlags) load(now time.Time) (*flows.Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, fmt.Errorf("load languages: %w", err)
	}
	b, err := f.read(c)
	if err != nil {
		return nil, fmt.Errorf("load book: %w", err)
	}
	if today := flows.DateOf(now.UTC()); today < b.NewestReview() {
		return nil, fmt.Errorf("the clock says %s, but the book was reviewed on %s: set the clock right first", today, b.NewestReview())
	}
	b.SetDrafts(flows.Drafts(f.Drafts))
	return b, nil
}

func (f *bookFlags) read(c *locales.Catalogue) (*flows.Book, error) {
	if f.Book == "" {
		return flows.Embedded(c)
	}
	return flows.EmbeddedUnder(os.DirFS(f.Book), c)
}

// asOf reads a date flag as noon of that day in the book's zone; "" is zero.
func asOf(b *flows.Book, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	d, err := flows.ParseDate(s)
	if err != nil || d.Day() == 0 {
		return time.Time{}, fmt.Errorf("--as-of %q is not a day: write 2024-03-15", s)
	}
	if d < b.Begins() {
		return time.Time{}, fmt.Errorf("--as-of %s: the book can tell of days from %s on", d, b.Begins())
	}
	return flows.Noon(d), nil
}

type bookCmd struct {
	bookFlags
	AsOf string `help:"The day to tell of (2024-03-15); today when not given." placeholder:"DATE"`
}

func (c *bookCmd) Run(io streams) error {
	b, err := c.load(time.Now())
	if err != nil {
		return err
	}
	at, err := asOf(b, c.AsOf)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = time.Now()
	}
	day := b.On(at)
	fmt.Fprintf(io.out, "The book %s as of %s\n\nPROGRAMMES\n", b.Version(), day.Date)
	w := tabwriter.NewWriter(io.out, 0, 4, 2, ' ', 0)
	for _, p := range b.Programmes() {
		fmt.Fprintf(w, "%s\t%s\n", p.ID, programmeLine(p, at, day.Date))
	}
	fmt.Fprint(w, "\nFACTS\n")
	overdue := b.OverdueDirectory(day.Date)
	for _, f := range b.Facts() {
		e := day.Entry(f)
		if e == nil {
			continue
		}
		fmt.Fprintf(w, "%s\t%s\tsince %s\t%s\treviewed %s\n", f.ID, e.Value, e.Since(), e.Cite(), e.Reviewed)
		if f.ReviewBy < day.Date {
			overdue = append(overdue, fmt.Sprintf("%s: review by %s (%s)", f.ID, f.ReviewBy, f.About))
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the book: %w", err)
	}
	fmt.Fprintf(io.out, "\nOVERDUE FOR REVIEW: %d\n", len(overdue))
	for _, line := range overdue {
		fmt.Fprintln(io.out, line)
	}
	fmt.Fprint(io.out, "\nRUMOURS\n")
	for _, r := range b.Rumours() {
		fmt.Fprintf(io.out, "%s: %s\n", r.ID, r.Verdict)
	}
	fmt.Fprint(io.out, "\nSOURCES\n")
	for _, id := range b.SourceIDs() {
		s := b.Source(id)
		fmt.Fprintf(io.out, "%s: %s, %q, %s (%s)\n", id, s.Publisher, s.Title, s.Date, s.Standing)
	}
	return nil
}

// programmeLine says whether a programme is open, and its hours on that day.
func programmeLine(p *flows.Programme, at time.Time, day flows.Date) string {
	line := "closed"
	if p.OpenAt(at) {
		line = "open"
		if w, ok := p.WindowOn(day); ok {
			var readings []string
			for _, r := range w.Readings {
				next := ""
				if r.NextDay {
					next = " the next day"
				}
				readings = append(readings, fmt.Sprintf("%s to %s%s (%s)", r.Opens, r.Closes, next, r.Zone))
			}
			line += ", requests " + strings.Join(readings, " or ")
		}
	}
	return line
}
