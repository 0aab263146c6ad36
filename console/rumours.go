// Rumours: the list of cases, one case with what people wrote, and its verdict.
package console

import (
	"context"
	"errors"
	"fmt"
	"time"

	"posada/bot/rumour"
	"posada/bot/staff"
)

// Desk is what the console needs of bot/rumour.
type Desk interface {
	Cases(f rumour.Filter, now time.Time) []rumour.Summary
	Case(ctx context.Context, id string, now time.Time) (rumour.Case, error)
	Answer(ctx context.Context, by, id string, seen uint64, v rumour.Verdict, now time.Time) ([]rumour.Problem, error)
	Withdraw(ctx context.Context, by, id string, seen uint64, now time.Time) error
	Dismiss(ctx context.Context, by, id string, seen uint64, now time.Time) error
	Merge(ctx context.Context, by, id string, seen uint64, into string, now time.Time) error
	TakeOut(ctx context.Context, by, id, key string, now time.Time) (string, error)
	Alarms(now time.Time) []rumour.Alarm

	Letters(now time.Time) []rumour.Letter
	Thread(ctx context.Context, id string, now time.Time) (rumour.Thread, error)
	Take(ctx context.Context, by, id string, seen uint64, now time.Time) error
	Reply(ctx context.Context, by, id string, seen uint64, text string, now time.Time) ([]rumour.Problem, error)
	CloseLetter(ctx context.Context, by, id string, seen uint64, now time.Time) error
	Duty(now time.Time) rumour.Duty
	SetDuty(ctx context.Context, by string, on bool, now time.Time) error
	SetHours(ctx context.Context, by string, seen uint64, hours map[string]string, now time.Time) ([]rumour.Problem, error)
}

// rumourRoutes are none without a desk.
func (c *Console) rumourRoutes() []route {
	if c.Desk == nil {
		return nil
	}
	return []route{
		{Pattern: "GET /rumours", Who: officers, Act: staff.ActRead, Page: "rumours", Menu: "rumours.title", Do: rumourList},
		{Pattern: "GET /rumours/answered", Who: officers, Act: staff.ActRead, Page: "rumours_answered", Do: rumourAnswered},
		{Pattern: "GET /rumours/{id}", Who: officers, Act: staff.ActRead, Page: rumourPage, Do: rumourShow},
		{Pattern: "POST /rumours/{id}/answer", Who: officers, Act: staff.ActWrite, Page: rumourPage, Do: rumourAnswer},
		{Pattern: "POST /rumours/{id}/merge", Who: officers, Act: staff.ActWrite, Do: rumourMerge},
		{Pattern: "POST /rumours/{id}/out", Who: officers, Act: staff.ActWrite, Do: rumourTakeOut},
		{Pattern: "POST /rumours/{id}/dismiss", Who: officers, Act: staff.ActWrite, Do: rumourDismiss},
		{Pattern: "POST /rumours/{id}/withdraw", Who: officers, Act: staff.ActWithdraw, Do: rumourWithdraw},
	}
}

const rumourPage = "rumours_case"

// rumourRow is one line of the list.
type rumourRow struct {
	rumour.Summary
	Langs, At []tally
	Claim     *quoted // of an answered one
}

type rumourListPage struct {
	Alarms  []rumour.Alarm
	Filters []choice
	Rows    []rumourRow
}

// maxRows bounds a list on one page.
const maxRows = 200

var (
	rumourStates = []rumour.Status{rumour.Open, rumour.Answer, rumour.Closed}
	rumourOrders = []rumour.Order{rumour.ByCount, rumour.BySpeed, rumour.ByAge, rumour.ByLanguage, rumour.ByPlace}
)

func rumourList(v *visit) (reply, error) {
	q := v.r.URL.Query()
	f := rumour.Filter{Status: rumour.Open, Lang: q.Get("lang"), Place: q.Get("place"), Sort: rumour.Order(q.Get("sort"))}
	if q.Has("status") {
		f.Status = rumour.Status(q.Get("status"))
	}
	if f.Sort == "" {
		f.Sort = rumour.ByCount
	}
	all := option{Label: v.say("rumours.filter.any")}
	var states, orders []option
	for _, s := range rumourStates {
		states = append(states, option{Value: string(s), Label: v.say("rumours.status." + string(s))})
	}
	for _, s := range rumourOrders {
		orders = append(orders, option{Value: string(s), Label: v.say("rumours.sort." + string(s))})
	}
	out := rumourListPage{Alarms: v.c.Desk.Alarms(v.now), Filters: []choice{
		{"status", "rumours.filter.status", chosen(append([]option{all}, states...), string(f.Status))},
		{"lang", "rumours.filter.lang", chosen(append([]option{all}, v.c.Supply.languageOptions()...), f.Lang)},
		{"place", "rumours.filter.place", chosen(append([]option{all}, namedOptions(v.c.Supply.Places)...), f.Place)},
		{"sort", "rumours.filter.sort", chosen(orders, string(f.Sort))},
	}}
	out.Rows = v.rumourRows(f)
	return v.show(out), nil
}

func (v *visit) rumourRows(f rumour.Filter) (out []rumourRow) {
	cases := v.c.Desk.Cases(f, v.now)
	for _, s := range cases[:min(len(cases), maxRows)] {
		out = append(out, v.rumourRow(s))
	}
	return out
}

func (v *visit) rumourRow(s rumour.Summary) rumourRow {
	row := rumourRow{Summary: s, Langs: v.c.Supply.byLanguage(s.ByLang), At: v.c.Supply.byPlace(s.Places)}
	for _, lang := range []string{v.Lang, "en", "es"} {
		if text := s.Claim[lang]; text != "" {
			row.Claim = &quoted{v.c.Supply.tongue(lang), text}
			break
		}
	}
	return row
}

// rumourAnswered lists what Posada answers now, what is longest known last.
func rumourAnswered(v *visit) (reply, error) {
	type answered struct {
		rumourRow
		By     string
		Review time.Time
		Late   bool
	}
	var out []answered
	officers, err := v.officerNames()
	if err != nil {
		return reply{}, err
	}
	for _, row := range v.rumourRows(rumour.Filter{Status: rumour.Answer, Sort: rumour.ByAge}) {
		c, err := v.c.Desk.Case(v.r.Context(), row.ID, v.now)
		if errors.Is(err, rumour.ErrUnknown) || err == nil && c.Written == nil {
			continue // it went meanwhile
		}
		if err != nil {
			return reply{}, fmt.Errorf("list answered rumours: %w", err)
		}
		review := c.Written.Review.Time(time.UTC)
		out = append(out, answered{row, named(officers, c.By), review, review.Before(v.now.Add(-24 * time.Hour))})
	}
	return v.show(out), nil
}

// rumourCasePage is one case. Form is what was typed, or what stands.
type rumourCasePage struct {
	rumour.Case
	Langs, At []tally
	Officer   string
	Daily     []Point
	Notes     []rumourNote
	Form      verdictForm
	Others    choice
	Links     []Named
	Problems  []string
	// Changed says that somebody else wrote meanwhile; Theirs is what stands now.
	Changed bool
	Theirs  []quotedVerdict
}

// Fold is how many of people's words are shown at once.
func (rumourCasePage) Fold() int { return 5 }

// Folded is how many more of them the page holds.
func (p rumourCasePage) Folded() int { return max(0, len(p.Notes)-p.Fold()) }

type rumourNote struct {
	quoted
	Key, Place string
	Day        time.Time
}

// casePage gathers a case for its page; form is nil for what stands.
func (v *visit) casePage(id string, form *verdictForm) (rumourCasePage, error) {
	c, err := v.c.Desk.Case(v.r.Context(), id, v.now)
	if err != nil {
		return rumourCasePage{}, err
	}
	s := &v.c.Supply
	out := rumourCasePage{Case: c, Langs: s.byLanguage(c.ByLang), At: s.byPlace(c.Places), Links: s.Links, Daily: daily(c.Days)}
	for _, w := range c.Words {
		place := ""
		if w.Place != "" {
			place = name(s.Places, w.Place)
		}
		out.Notes = append(out.Notes, rumourNote{quoted{s.tongue(w.Lang), w.Text}, w.Key, place, w.Day})
	}
	if form == nil {
		form = &verdictForm{}
		if c.Written != nil {
			form.Verdict = *c.Written
		}
	}
	v.dress(form, c)
	out.Form = *form
	officers, err := v.officerNames()
	if err != nil {
		return out, err
	}
	out.Officer = named(officers, c.By)
	out.Others = v.otherCases(c)
	return out, nil
}

// otherCases are those that this one may be put into, the likest first.
func (v *visit) otherCases(c rumour.Case) choice {
	out := choice{Name: "into", Label: "rumours.merge.other"}
	seen := map[string]bool{c.ID: true}
	add := func(id, label string) {
		if !seen[id] {
			seen[id] = true
			out.Options = append(out.Options, option{Value: id, Label: label})
		}
	}
	all := append(v.rumourRows(rumour.Filter{Status: rumour.Open}), v.rumourRows(rumour.Filter{Status: rumour.Answer})...)
	label := func(id string) string {
		for _, row := range all {
			if row.ID != id {
				continue
			}
			said := v.say("rumours.case", id) + ", " + v.say("rumours.merge.count", row.Count)
			if row.Claim != nil {
				said += ": " + row.Claim.Text
			}
			return said
		}
		return ""
	}
	for _, id := range c.Like {
		if said := label(id); said != "" {
			add(id, said+" ("+v.say("rumours.merge.like")+")")
		}
	}
	for _, row := range all {
		add(row.ID, label(row.ID))
	}
	return out
}

func rumourShow(v *visit) (reply, error) {
	page, err := v.casePage(v.r.PathValue("id"), nil)
	if errors.Is(err, rumour.ErrUnknown) {
		return missing(), nil
	}
	if err != nil {
		return reply{}, err
	}
	return v.show(page), nil
}

// officerNames are the names by id of who works here or did.
func (v *visit) officerNames() (map[string]string, error) {
	list, err := v.c.Staff.Officers(v.r.Context())
	if err != nil {
		return nil, fmt.Errorf("name officers: %w", err)
	}
	out := map[string]string{}
	for _, o := range list {
		out[o.ID] = o.Name
	}
	return out, nil
}

// named is the name of an officer, or the id of one that is not known.
func named(names map[string]string, id string) string {
	if n := names[id]; n != "" {
		return n
	}
	return id
}
