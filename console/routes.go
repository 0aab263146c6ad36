// The table of routes: what there is, who may go there, and what answers. What
// is not in it does not exist.
package console

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"posada/bot/staff"
)

// who a route is for.
type who uint8

const (
	anyone   who = iota + 1 // signed in or not
	signedIn                // every officer
	officers                // those whose role can do the route's Act
)

// route is one line of the table.
type route struct {
	Pattern string    // method and path, as http.ServeMux reads them
	Who     who       // zero is a mistake that New finds
	Act     staff.Act // with officers. One that needs a code needs it fresh when something is changed
	Page    string    // the template that shows it, "" when it only redirects or streams
	Menu    string    // the word it stands in the menu by, "" when it does not
	Do      func(*visit) (reply, error)
}

// changes tells whether a route is there to change something.
func (r route) changes() bool { return !strings.HasPrefix(r.Pattern, "GET ") }

// fresh tells whether a code must have been given in the last minutes.
func (r route) fresh() bool { return r.Who == officers && r.changes() && r.Act.NeedsCode() }

// path of the pattern.
func (r route) path() string {
	_, path, _ := strings.Cut(r.Pattern, " ")
	return path
}

func (r route) check(p pages) error {
	switch {
	case r.Who == 0, (r.Who == officers) != (r.Act != 0):
		return fmt.Errorf("route %q does not say who may go there", r.Pattern)
	case !strings.HasPrefix(r.Pattern, "GET ") && !strings.HasPrefix(r.Pattern, "POST "):
		return fmt.Errorf("route %q has no method", r.Pattern)
	case r.Do == nil:
		return errors.New("route " + r.Pattern + " leads nowhere")
	case r.Page != "" && p[languages[0]][r.Page] == nil:
		return fmt.Errorf("route %q has no page %q", r.Pattern, r.Page)
	}
	return nil
}

// routes is the table. The order is that of the menu.
func (c *Console) routes() []route {
	return slices.Concat(
		c.entryRoutes(),
		c.todayRoutes(),
		c.rumourRoutes(),
		c.letterRoutes(),
		c.bulletinRoutes(),
		c.contentRoutes(),
		c.directoryRoutes(),
		c.staffRoutes(),
		c.auditRoutes(),
		c.phoneRoutes(),
	)
}

// MenuItem is a line of the menu.
type MenuItem struct {
	Word, Path string
	Here       bool // the page is this one, or below it
}

// menu of what the officer of a visit may see.
func (v *visit) menu() (out []MenuItem) {
	for _, r := range v.c.table {
		if r.Menu == "" || r.Who == officers && !v.may(r.Act) {
			continue
		}
		path := strings.TrimSuffix(r.path(), "{$}")
		here := v.r.URL.Path == path || path != "/" && strings.HasPrefix(v.r.URL.Path, path+"/")
		out = append(out, MenuItem{r.Menu, path, here})
	}
	return out
}

// leads tells whether a page of the menu is there.
func (c *Console) leads(path string) bool {
	return slices.ContainsFunc(c.table, func(r route) bool { return r.Menu != "" && r.path() == path })
}
