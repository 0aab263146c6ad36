// posada rumour: what people have heard, and the answers to it, for an officer
// without a browser.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"posada/bot/rumour"
)

type rumourCmd struct {
	deskFlags

	List   rumourListCmd   `cmd:"" help:"List rumours, those most reported first."`
	Show   rumourShowCmd   `cmd:"" help:"Show one with what people wrote, and its answer."`
	Answer rumourAnswerCmd `cmd:"" help:"Answer one from a YAML file. Everyone who asked is told."`
}

type rumourListCmd struct {
	Status string `enum:"open,answered,closed,any" default:"open" help:"Only those that are open, answered or closed; any for all."`
	Lang   string `name:"heard-in" help:"Only those heard in this language." placeholder:"LANG"`
	Place  string `name:"named-at" help:"Only those named at this place." placeholder:"ID"`
	Sort   string `enum:"count,speed,age,language,place" default:"count" help:"What is greatest or oldest comes first: count, speed, age, language, place."`
}

type rumourShowCmd struct {
	Case string `arg:"" help:"The case."`
}

type rumourAnswerCmd struct {
	asFlags
	Case     string  `arg:"" help:"The case."`
	File     string  `arg:"" help:"The file: verdict, claim, reason, heard, sources, review." type:"existingfile"`
	Revision *uint64 `help:"The revision that show printed: needed to put an answer in the place of another." placeholder:"N"`
}

// Run lists cases.
func (c *rumourListCmd) Run(ctx context.Context, std streams, of *rumourCmd) error {
	client, err := of.rumours(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	f := rumour.Filter{Status: rumour.Status(c.Status), Lang: c.Lang, Place: c.Place, Sort: rumour.Order(c.Sort)}
	if c.Status == "any" {
		f.Status = rumour.Anything
	}
	list, err := asked[[]rumour.Summary](ctx, client, "rumour/list", f)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(std.out, "No rumours match this.")
		return nil
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "case\tstatus\treports\tlast 24 h\tfirst\tlast\tlanguages\tanswer")
	for _, s := range list {
		said := s.Verdict
		if text := firstOf(s.Claim); text != "" {
			said += ": " + text
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", s.ID, s.Status, s.Count, s.Today,
			s.First.Format(time.DateOnly), s.Last.Format(time.DateOnly), sharesIn(s.ByLang), clean(said))
	}
	return flushed(w, "the rumours")
}

// Run shows a case.
func (c *rumourShowCmd) Run(ctx context.Context, std streams, of *rumourCmd) error {
	client, err := of.rumours(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	one, err := asked[caseTold](ctx, client, "rumour/show", idAsk{c.Case})
	if err != nil {
		return err
	}
	out := std.out
	fmt.Fprintf(out, "%s  %s, revision %d\n", one.ID, one.Status, one.Revision)
	fmt.Fprintf(out, "Reports: %d, in the last 24 hours: %d; by language: %s\n", one.Count, one.Today, sharesIn(one.ByLang))
	if len(one.Places) > 0 {
		fmt.Fprintf(out, "Places: %s\n", sharesIn(one.Places))
	}
	if len(one.Like) > 0 {
		fmt.Fprintf(out, "May be the same: %s\n", strings.Join(one.Like, ", "))
	}
	if len(one.Words) > 0 {
		fmt.Fprintln(out, "What people wrote:")
	}
	for _, said := range one.Words {
		fmt.Fprintf(out, "  %s %s\n", said.Day.Format(time.DateOnly), clean(said.Lang+" "+said.Place))
		quote(out, said.Text)
	}
	if one.More > 0 {
		fmt.Fprintf(out, "  and %d more\n", one.More)
	}
	if one.Written != nil {
		printVerdict(out, one)
	}
	return nil
}

func printVerdict(out io.Writer, one caseTold) {
	v := one.Written
	fmt.Fprintf(out, "Answered by %s: %s; to be looked at again by %s. Told: %d, still to be told: %d\n", clean(one.AnsweredBy), v.Verdict, v.Review, one.Told, one.Waiting)
	if one.Withdrawn != 0 {
		fmt.Fprintf(out, "Withdrawn on %s: nobody is told it. What people report waits for the next answer.\n", one.Withdrawn)
	}
	for _, lang := range sortedKeys(v.Claim) {
		fmt.Fprintf(out, "  %s: %s\n      %s\n", lang, clean(v.Claim[lang]), clean(v.Reason[lang]))
	}
	for _, s := range v.Sources {
		fmt.Fprintf(out, "  source: %s\n", clean(s.Publisher+", "+s.Title+", "+s.Date.String()+" "+s.URL))
	}
}

// Run answers a case.
func (c *rumourAnswerCmd) Run(ctx context.Context, std streams, of *rumourCmd) error {
	v, err := verdictOf(c.File)
	if err != nil {
		return err
	}
	who, err := c.who(std, false)
	if err != nil {
		return err
	}
	client, err := of.rumours(ctx, std)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := acting[answerDone](ctx, std, client, "rumour/answer", answerAsk{Who: who, Case: c.Case, Seen: c.Revision, Verdict: v})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s  answered; everyone who asked is told\n", a.Case)
	return nil
}

// firstOf is a text in English, else in Spanish, else in whichever there is.
func firstOf(texts map[string]string) string {
	for _, lang := range append([]string{"en", "es"}, sortedKeys(texts)...) {
		if texts[lang] != "" {
			return texts[lang]
		}
	}
	return ""
}

func sharesIn(shares []rumour.Share) string {
	var out []string
	for _, s := range shares {
		out = append(out, fmt.Sprintf("%s %d", s.Of, s.N))
	}
	return clean(strings.Join(out, ", "))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
