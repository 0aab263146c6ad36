// The content: facts with their history, what has to be reviewed, how far the
// translations are.
package console

import (
	"cmp"
	"slices"
	"strconv"

	"posada/bot/staff"
	"posada/bot/withdraw"
	"posada/flows"
	"posada/locales"
)

func (c *Console) contentRoutes() []route {
	return []route{
		{Pattern: "GET /content", Who: officers, Act: staff.ActRead, Page: "content", Menu: "content.title", Do: c.contentPage},
		{Pattern: "GET /content/fact/{id}", Who: officers, Act: staff.ActRead, Page: "fact", Do: c.factPage},
		{Pattern: "GET /withdrawals", Who: officers, Act: staff.ActRead, Page: "withdrawals", Menu: "withdraw.title", Do: c.withdrawalsPage},
		{Pattern: "POST /withdrawals", Who: officers, Act: staff.ActWithdraw, Page: "withdrawals", Do: c.propose},
		{Pattern: "POST /withdrawals/{id}/restore", Who: officers, Act: staff.ActWithdraw, Page: "withdrawals", Do: c.proposeRestore},
		{Pattern: "POST /withdrawals/{id}/confirm", Who: officers, Act: staff.ActWithdraw, Page: "withdrawals", Do: c.confirmWithdrawal},
		{Pattern: "POST /withdrawals/{id}/drop", Who: officers, Act: staff.ActWithdraw, Page: "withdrawals", Do: c.dropWithdrawal},
	}
}

// factRow is a fact as it stands today.
type factRow struct {
	*flows.Fact
	Now     *flows.Entry // nil: it is nothing today
	Overdue bool
	Out     bool // it is withdrawn
}

// factRows are how many facts a page shows.
const factRows = 100

// contentView is the page of content.
type contentView struct {
	Version   string
	All       int       // facts there are
	Next      int       // the page of those that follow; 0: there are none
	Facts     []factRow // those overdue first, then by the day of their review
	Overdue   int
	Languages []languageRow
}

// languageRow is how the texts of a language were made.
type languageRow struct {
	Code, Name string
	locales.Tally
}

// Done is the part of the messages a person reviewed, in per cent.
func (l languageRow) Done() int {
	if l.Messages == 0 {
		return 0
	}
	return l.Tally.Reviewed * 100 / l.Messages
}

func (c *Console) contentPage(v *visit) (reply, error) {
	out, err := c.out(v)
	if err != nil {
		return reply{}, err
	}
	day := c.Book.On(v.now)
	d := contentView{Version: short(c.Book.Version(), 16)}
	for _, f := range c.Book.Facts() {
		row := factRow{f, day.Entry(f), f.ReviewBy < day.Date, out[target{withdraw.Fact, f.ID}]}
		if row.Overdue {
			d.Overdue++
		}
		d.Facts = append(d.Facts, row)
	}
	slices.SortStableFunc(d.Facts, func(a, b factRow) int { return cmp.Compare(a.ReviewBy, b.ReviewBy) })
	d.All = len(d.Facts)
	page, err := strconv.Atoi(v.r.URL.Query().Get("page"))
	if err != nil || page < 1 || (page-1)*factRows >= d.All {
		page = 1
	}
	if page*factRows < d.All {
		d.Next = page + 1
	}
	d.Facts = d.Facts[(page-1)*factRows : min(page*factRows, d.All)]
	for _, l := range c.Book.Catalogue.Languages() {
		d.Languages = append(d.Languages, languageRow{l.Code, languageName(c.Book.Catalogue, l.Code), c.Book.Catalogue.Tally(l.Code)})
	}
	return v.show(d), nil
}

// factView is one fact.
type factView struct {
	factRow
	History []entryRow // the newest first
}

type entryRow struct {
	flows.Entry
	Sources []*flows.Source
	Today   bool
}

func (c *Console) factPage(v *visit) (reply, error) {
	i := slices.IndexFunc(c.Book.Facts(), func(f *flows.Fact) bool { return f.ID == v.r.PathValue("id") })
	if i < 0 {
		return missing(), nil
	}
	out, err := c.out(v)
	if err != nil {
		return reply{}, err
	}
	f, day := c.Book.Facts()[i], c.Book.On(v.now)
	d := factView{factRow: factRow{f, day.Entry(f), f.ReviewBy < day.Date, out[target{withdraw.Fact, f.ID}]}}
	for i := range f.History {
		row := entryRow{Entry: f.History[i], Today: &f.History[i] == d.Now}
		for _, id := range row.Source {
			row.Sources = append(row.Sources, c.Book.Source(id))
		}
		d.History = append(d.History, row)
	}
	slices.Reverse(d.History)
	return v.show(d), nil
}

// InBook tells whether the book has a part that could be withdrawn.
func InBook(b *flows.Book) func(kind, id string) bool {
	return func(kind, id string) bool {
		switch kind {
		case withdraw.Message:
			return b.Catalogue.Language(locales.Source).Has(id)
		case withdraw.Fact:
			return slices.ContainsFunc(b.Facts(), func(f *flows.Fact) bool { return f.ID == id })
		case withdraw.Answer:
			return slices.ContainsFunc(b.Answers(), func(a *flows.Vetted) bool { return a.ID == id })
		case withdraw.Flow:
			return b.HasFlow(id)
		}
		return false
	}
}
