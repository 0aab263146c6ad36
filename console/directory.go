// The directory of help, and where it has nobody.
package console

import (
	"posada/bot/staff"
	"posada/flows"
)

func (c *Console) directoryRoutes() []route {
	return []route{
		{Pattern: "GET /directory", Who: officers, Act: staff.ActRead, Page: "directory", Menu: "directory.title", Do: c.directoryPage},
	}
}

type directoryView struct {
	Entries []directoryRow
	Gaps    []flows.Gap
	Stale   int
}

type directoryRow struct {
	*flows.Contact
	Note  string // in the officer's language
	Stale bool   // it is not shown to people
}

func (c *Console) directoryPage(v *visit) (reply, error) {
	day := c.Book.On(v.now)
	d := directoryView{Gaps: day.Gaps()}
	l := c.Book.Catalogue.Language(v.Lang)
	for _, e := range c.Book.Directory() {
		row := directoryRow{Contact: e, Stale: !e.ShownOn(day.Date)}
		if e.Note != "" && l != nil {
			row.Note = l.Raw(e.Note)
		}
		if row.Stale {
			d.Stale++
		}
		d.Entries = append(d.Entries, row)
	}
	return v.show(d), nil
}
