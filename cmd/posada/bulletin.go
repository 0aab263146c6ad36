// posada bulletin: from a file to everybody, and back, for an officer without a
// browser.
package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"posada/bot"
	"posada/locales"
)

type bulletinCmd struct {
	deskFlags

	Draft   draftCmd   `cmd:"" help:"Begin a bulletin from a YAML file, or change one; tells what speaks against it."`
	Preview previewCmd `cmd:"" help:"Show what people will get, how many they are, what it costs, and the hash by which it is approved."`
	Approve approveCmd `cmd:"" help:"Approve what preview showed, as a second officer. Needs a code."`
	Send    sendCmd    `cmd:"" help:"Send an approved bulletin, at the time it was written for."`
	Status  statusCmd  `cmd:"" help:"Tell how one bulletin stands, or all."`
	Recall  recallCmd  `cmd:"" help:"Begin the correction of a bulletin from a YAML file; it goes to exactly those who were sent the first, or may have got it."`

	HandOver bulletinActCmd `cmd:"" help:"Give a draft to a second officer for approval."`
	TakeBack bulletinActCmd `cmd:"" help:"Make a draft again of what was handed over or approved."`
	Hold     bulletinActCmd `cmd:"" help:"Take one that waits for its time out of the plan. It stays approved."`
	Pause    bulletinActCmd `cmd:"" help:"Let it rest: nothing more of it leaves until it goes on."`
	GoOn     bulletinActCmd `cmd:"" help:"End a pause."`
	Stop     bulletinActCmd `cmd:"" help:"End it for good: what has not left is never sent."`
	Discard  bulletinActCmd `cmd:"" help:"Throw one away that was never sent."`
}

type draftCmd struct {
	asFlags
	File   string   `arg:"" help:"The file: title, source, texts, audience, at." type:"existingfile"`
	Change string   `help:"Put the file in the place of this bulletin's content. An approval is void then." placeholder:"ID"`
	Still  []string `help:"With --change: languages whose texts still hold though the source's changed." placeholder:"LANG"`
}

type previewCmd struct {
	ID string `arg:"" help:"The bulletin."`
}

type approveCmd struct {
	asFlags
	ID   string `arg:"" help:"The bulletin."`
	Hash string `required:"" help:"The hash that preview printed: it is of all that is sent, and to whom." placeholder:"HASH"`
}

type sendCmd struct {
	asFlags
	ID string `arg:"" help:"The bulletin."`
	At string `help:"Send only if this is the time it was approved for (2026-11-23T09:00-06:00)." placeholder:"TIME"`
}

type statusCmd struct {
	ID string `arg:"" optional:"" help:"The bulletin; without it all are listed."`
}

type recallCmd struct {
	asFlags
	ID   string `arg:"" help:"The bulletin to be corrected."`
	File string `arg:"" help:"The file: title, source, texts, at." type:"existingfile"`
	Halt bool   `help:"Stop the first one at once, before the correction is approved."`
}

type bulletinActCmd struct {
	asFlags
	ID string `arg:"" help:"The bulletin."`
}

// Run begins or changes a bulletin.
func (c *draftCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	content, err := bulletinOf(c.File, kindBulletin)
	if err != nil {
		return err
	}
	if c.Change == "" && len(c.Still) > 0 {
		return fmt.Errorf("--still needs --change: a new bulletin has no texts that could be stale")
	}
	return of.write(ctx, std, c.asFlags, draftAsk{ID: c.Change, Content: content, Still: c.Still})
}

// Run begins a correction.
func (c *recallCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	content, err := bulletinOf(c.File, kindCorrection)
	if err != nil {
		return err
	}
	return of.write(ctx, std, c.asFlags, draftAsk{Corrects: c.ID, Content: content, Halt: c.Halt})
}

func (c *bulletinCmd) write(ctx context.Context, std streams, as asFlags, q draftAsk) (err error) {
	if q.Who, err = as.who(std, false); err != nil {
		return err
	}
	client, err := c.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := acting[draftAnswer](ctx, std, client, "bulletin/draft", q)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s  %s\n", a.ID, a.State)
	printProblems(std.out, a.Problems)
	if !slices.ContainsFunc(a.Problems, func(p worded) bool { return !p.Warning }) {
		fmt.Fprintf(std.out, "People are counted by: posada bulletin preview %[1]s\nThen a second officer approves it, once it is handed over: posada bulletin hand-over %[1]s\n", a.ID)
	}
	return nil
}

// Run approves what was looked at.
func (c *approveCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	return of.act(ctx, std, c.asFlags, true, actAsk{ID: c.ID, Do: "approve", Hash: strings.TrimSpace(c.Hash)})
}

// Run sends it.
func (c *sendCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	q := actAsk{ID: c.ID, Do: "send"}
	if c.At != "" {
		at, err := readTime(c.At)
		if err != nil {
			return fmt.Errorf("--at: %w", err)
		}
		q.At = &at
	}
	return of.act(ctx, std, c.asFlags, false, q)
}

// Run does what the command is called.
func (c *bulletinActCmd) Run(ctx context.Context, std streams, of *bulletinCmd, k *kong.Context) error {
	return of.act(ctx, std, c.asFlags, false, actAsk{ID: c.ID, Do: k.Selected().Name})
}

func (c *bulletinCmd) act(ctx context.Context, std streams, as asFlags, code bool, q actAsk) (err error) {
	if q.Who, err = as.who(std, code); err != nil {
		return err
	}
	client, err := c.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := acting[actAnswer](ctx, std, client, "bulletin/act", q)
	switch {
	case err != nil:
		return err
	case a.State == "":
		fmt.Fprintln(std.out, a.ID+"  thrown away")
	case a.Due.After(time.Now()):
		fmt.Fprintf(std.out, "%s  %s, for %s\n", a.ID, a.State, shown(a.Due))
	default:
		fmt.Fprintf(std.out, "%s  %s\n", a.ID, a.State)
	}
	return nil
}

// Run shows what is to be approved.
func (c *previewCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	client, err := of.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := asked[previewAnswer](ctx, client, "bulletin/preview", idAsk{c.ID})
	if err != nil {
		return err
	}
	out := std.out
	fmt.Fprintf(out, "%s  %s\n%s\nWritten by %s\n", a.ID, a.State, clean(a.Title), clean(strings.Join(a.Authors, ", ")))
	when := "as soon as it is sent"
	if !a.At.IsZero() {
		when = "not before " + shown(a.At)
	}
	fmt.Fprintf(out, "When: %s\nAudience:\n", when)
	for _, line := range a.Audience {
		fmt.Fprintln(out, "  "+clean(line))
	}
	for _, m := range a.Messages {
		size := ""
		if m.Segments > 0 {
			size = fmt.Sprintf(", SMS segments: %d", m.Segments)
		}
		fmt.Fprintf(out, "\n--- %s on %s, people: %s%s\n", m.Lang, m.Form, m.People, size)
		quote(out, m.Text)
		for _, key := range m.Keys {
			fmt.Fprintln(out, "  [ "+clean(key)+" ]")
		}
	}
	fmt.Fprintf(out, "\nPeople: %s\n", a.People)
	for _, line := range a.Left {
		fmt.Fprintln(out, "  left out: "+clean(line))
	}
	takes := "no sender has a limit"
	if a.Takes > 0 {
		takes = "about " + a.Takes.String()
	}
	fmt.Fprintf(out, "On WhatsApp, and must write first: %s\nCost: %s\nTime to send: %s\n", a.Outside, a.Cost, takes)
	if len(a.Problems) > 0 {
		fmt.Fprintln(out, "Checks:")
	}
	printProblems(out, a.Problems)
	fmt.Fprintf(out, "Hash: %s\n", a.Hash)
	return nil
}

// Run tells how bulletins stand.
func (c *statusCmd) Run(ctx context.Context, std streams, of *bulletinCmd) error {
	client, err := of.desk(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	list, err := asked[[]statusTold](ctx, client, "bulletin/status", idAsk{c.ID})
	if err != nil {
		return err
	}
	if c.ID != "" && len(list) == 1 {
		return printStatus(std.out, list[0])
	}
	if len(list) == 0 {
		fmt.Fprintln(std.out, "There are no bulletins yet.")
		return nil
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "id\tstate\twhen\tqueued\twaiting\tlanguages\ttitle")
	for _, s := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", s.ID, s.State, shown(s.When), s.Report.Queued, s.Report.Waiting, clean(strings.Join(s.Langs, " ")), clean(s.Title))
	}
	return flushed(w, "the bulletins")
}

func printStatus(out io.Writer, s statusTold) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, clean(value))
		}
	}
	line("id", s.ID)
	line("title", s.Title)
	line("state", s.State)
	line("when", shown(s.When))
	line("languages", strings.Join(s.Langs, " "))
	line("written by", strings.Join(s.Authors, ", "))
	line("approved by", s.ApprovedBy)
	line("hash", s.Hash)
	line("corrects", s.Corrects)
	line("corrected by", s.Correction)
	if s.Report.Queued+s.Report.LeftOut > 0 {
		printReport(w, s.Report)
		if s.Rate > 0 {
			line("a second", fmt.Sprintf("%.0f", s.Rate))
		}
		line("ends about", shown(s.Ends))
	}
	fmt.Fprintln(w, "\nwhen\twho\tdid\tnote")
	for _, e := range s.History {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", shown(e.At), clean(e.Who), clean(e.Did), clean(e.Note))
	}
	return flushed(w, "the bulletin")
}

func printReport(w io.Writer, r bot.MailingReport) {
	for _, n := range []struct {
		name string
		n    int
	}{
		{"queued", r.Queued}, {"waiting", r.Waiting}, {"of these, until they write", r.Parked}, {"sent", r.Sent}, {"delivered", r.Delivered},
		{"failed", r.Failed}, {"unreachable", r.Unreachable}, {"had stopped", r.OptedOut}, {"taken out", r.Dropped}, {"left out", r.LeftOut},
	} {
		fmt.Fprintf(w, "%s\t%d\n", n.name, n.n)
	}
	for _, why := range sortedKeys(r.Reasons) {
		fmt.Fprintf(w, "failed: %s\t%d\n", clean(why), r.Reasons[why])
	}
}

// clean is a text in one line, without what a terminal would obey.
func clean(s string) string {
	s, _ = locales.Clean(s, maxWritten)
	return strings.Join(strings.Fields(s), " ")
}

// quote prints a text of many lines, set in.
func quote(out io.Writer, text string) {
	text, _ = locales.Clean(text, maxWritten)
	for line := range strings.Lines(text) {
		fmt.Fprintln(out, "  | "+strings.TrimRight(line, "\n"))
	}
}

func flushed(w *tabwriter.Writer, what string) error {
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print %s: %w", what, err)
	}
	return nil
}
