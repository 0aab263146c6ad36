// The audit log: what officers did, page by page, and whether it is whole. And
// the phone to try things with.
package console

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"posada/bot/staff"
)

// auditRows are how many entries a page shows.
const auditRows = 50

func (c *Console) auditRoutes() []route {
	return []route{
		{Pattern: "GET /audit", Who: officers, Act: staff.ActRead, Page: "audit", Menu: "audit.title", Do: c.auditPage},
		{Pattern: "POST /audit/verify", Who: officers, Act: staff.ActRead, Page: "audit", Do: c.verify},
	}
}

type auditView struct {
	Rows   []auditRow
	Before uint64 // of the next, older page; 0: there is none
	Verdict
}

// Verdict of a check of the whole log.
type Verdict struct {
	Checked, Whole bool
	N              uint64
	Head           string
}

type auditRow struct {
	staff.Entry
	Name string // who did it
	Of   string // what it was done on: an officer's name, else its id
}

func (c *Console) audit(v *visit, before uint64) (auditView, error) {
	var d auditView
	entries, err := c.Audit.Entries(v.r.Context(), before, auditRows+1)
	if err != nil {
		return d, err
	}
	named, err := c.names(v.r.Context())
	if err != nil {
		return d, err
	}
	if len(entries) > auditRows {
		entries = entries[:auditRows]
		d.Before = entries[auditRows-1].N
	}
	for _, e := range entries {
		d.Rows = append(d.Rows, auditRow{e, named.of(e.Officer), short(named.of(e.On), 40)})
	}
	return d, nil
}

func (c *Console) auditPage(v *visit) (reply, error) {
	before, _ := strconv.ParseUint(v.r.URL.Query().Get("before"), 10, 64) // nothing readable: the newest
	d, err := c.audit(v, before)
	return v.show(d), err
}

// verify checks the whole log. It changes nothing, and the answer is the page.
func (c *Console) verify(v *visit) (reply, error) {
	n, head, err := c.Audit.Verify(v.r.Context())
	if err != nil && !errors.Is(err, staff.ErrTampered) {
		return reply{}, err
	}
	verdict := Verdict{Checked: true, Whole: err == nil, N: n, Head: hex.EncodeToString(head[:])}
	var tampered staff.Tampered
	if errors.As(err, &tampered) {
		verdict.N = tampered.N
	}
	d, err := c.audit(v, 0)
	d.Verdict = verdict
	return showAgain(http.StatusOK, "audit", d), err
}

func (c *Console) phoneRoutes() []route {
	return []route{
		{Pattern: "GET /phone", Who: officers, Act: staff.ActRead, Page: "phone", Menu: "phone.title", Do: func(v *visit) (reply, error) { return v.show(c.Phone), nil }},
	}
}
