// The people who work here: who they are, who is invited, what they may do.
package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"posada/bot/staff"
)

func (c *Console) staffRoutes() []route {
	return []route{
		{Pattern: "GET /staff", Who: officers, Act: staff.ActRead, Page: "staff", Menu: "staff.title", Do: c.staffPage},
		{Pattern: "POST /staff/invite", Who: officers, Act: staff.ActStaff, Page: "staff", Do: c.invite},
		{Pattern: "GET /staff/link", Who: officers, Act: staff.ActStaff, Page: "link", Do: c.linkPage},
		{Pattern: "POST /staff/invitation/{id}/revoke", Who: officers, Act: staff.ActStaff, Page: "staff", Do: c.revoke},
		{Pattern: "POST /staff/{id}/role", Who: officers, Act: staff.ActStaff, Page: "staff", Do: c.setRole},
		{Pattern: "POST /staff/{id}/reset", Who: officers, Act: staff.ActStaff, Page: "staff", Do: c.reset},
		{Pattern: "POST /staff/{id}/end", Who: officers, Act: staff.ActStaff, Page: "staff", Do: c.end},
	}
}

type staffView struct {
	Officers []staff.Officer // those who work here
	Ended    []staff.Officer
	Invites  []inviteRow
	Roles    []staff.Role
	Once     string
	Problem  string
}

type inviteRow struct {
	staff.Invitation
	Name string // who invited
}

func (c *Console) staffView(v *visit) (staffView, error) {
	d := staffView{Roles: staff.Roles, Once: newOnce()}
	ctx := v.r.Context()
	all, err := c.Staff.Officers(ctx)
	if err != nil {
		return d, err
	}
	named := names{}
	for _, o := range all {
		named[o.ID] = o.Name
		if o.Ended {
			d.Ended = append(d.Ended, o)
		} else {
			d.Officers = append(d.Officers, o)
		}
	}
	if !v.may(staff.ActStaff) {
		return d, nil
	}
	invites, err := c.Staff.Invites(ctx, v.now)
	for _, i := range invites {
		d.Invites = append(d.Invites, inviteRow{i, named.of(i.By)})
	}
	return d, err
}

func (c *Console) staffPage(v *visit) (reply, error) {
	d, err := c.staffView(v)
	return v.show(d), err
}

// invite makes a link, once for each time that the form was shown.
func (c *Console) invite(v *visit) (reply, error) {
	once, ok := v.once()
	if !ok {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	if k, had := c.kept.get(v.Who.Ticket, v.now); had && k.once == once {
		return goTo("/staff/link", ""), nil
	}
	role := staff.Role(v.line("role"))
	token, err := c.Staff.Invite(v.r.Context(), v.Who, role, v.now)
	if err != nil {
		return c.staffProblem(v, err)
	}
	c.kept.put(v.Who.Ticket, keepsake{link: staff.JoinPath + token, word: "link.invite", once: once}, v.now)
	return goTo("/staff/link", ""), nil
}

func (c *Console) reset(v *visit) (reply, error) {
	once, ok := v.once()
	if !ok {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	if k, had := c.kept.get(v.Who.Ticket, v.now); had && k.once == once {
		return goTo("/staff/link", ""), nil
	}
	token, err := c.Staff.Reset(v.r.Context(), v.Who, v.r.PathValue("id"), v.now)
	if err != nil {
		return c.staffProblem(v, err)
	}
	c.kept.put(v.Who.Ticket, keepsake{link: staff.JoinPath + token, word: "link.reset", once: once}, v.now)
	return goTo("/staff/link", ""), nil
}

// linkView is a link to be handed to somebody.
type linkView struct{ Link, Word string }

// linkPage shows a link to the officer who made it, for some minutes.
func (c *Console) linkPage(v *visit) (reply, error) {
	k, ok := c.kept.get(v.Who.Ticket, v.now)
	if !ok || k.link == "" {
		return refused(http.StatusNotFound, "refused.link"), nil
	}
	scheme := "http://"
	if c.Secure {
		scheme = "https://"
	}
	return v.show(linkView{scheme + v.r.Host + k.link, k.word}), nil
}

func (c *Console) revoke(v *visit) (reply, error) {
	if err := c.Staff.Revoke(v.r.Context(), v.Who, v.r.PathValue("id"), v.now); err != nil {
		return c.staffProblem(v, err)
	}
	return goTo("/staff", "staff.revoked"), nil
}

// setRole gives a role, when the officer still has the one that was shown.
func (c *Console) setRole(v *visit) (reply, error) {
	ctx, id := v.r.Context(), v.r.PathValue("id")
	all, err := c.Staff.Officers(ctx)
	if err != nil {
		return reply{}, err
	}
	i := slices.IndexFunc(all, func(o staff.Officer) bool { return o.ID == id })
	if i < 0 {
		return c.staffProblem(v, staff.ErrNoOfficer)
	}
	if string(all[i].Role) != v.line("was") {
		return c.staffProblem(v, errStale)
	}
	if err := c.Staff.SetRole(ctx, v.Who, id, staff.Role(v.line("role")), v.now); err != nil {
		return c.staffProblem(v, err)
	}
	return goTo("/staff", "staff.role.done"), nil
}

// end ends an officer's work here. Nothing is left of their own phone either.
func (c *Console) end(v *visit) (reply, error) {
	id := v.r.PathValue("id")
	if err := c.Staff.End(v.r.Context(), v.Who, id, v.now); err != nil {
		return c.staffProblem(v, err)
	}
	c.offDuty(v, id)
	if c.Bulletins != nil {
		if err := c.Bulletins.Unlink(v.r.Context(), id); err != nil {
			c.Report(fmt.Errorf("console, %s: %w", v.route.Pattern, err))
		}
	}
	return goTo("/staff", "staff.ended"), nil
}

// errStale: the page that a form stood on is not true any more.
var errStale = errors.New("this was changed meanwhile")

// staffProblem shows the page as it is now, with why nothing was done.
func (c *Console) staffProblem(v *visit, err error) (reply, error) {
	status, problem := http.StatusUnprocessableEntity, ""
	switch {
	case errors.Is(err, staff.ErrLastAdmin):
		problem = "staff.last"
	case errors.Is(err, staff.ErrNoOfficer), errors.Is(err, errStale):
		status, problem = http.StatusConflict, "staff.changed"
	case errors.Is(err, staff.ErrRole):
		problem = "staff.norole"
	default:
		return reply{}, err
	}
	d, err := c.staffView(v)
	if err != nil {
		return reply{}, err
	}
	d.Problem = problem
	return showAgain(status, "staff", d), nil
}
