// Withdrawing: one officer proposes to take something out of use, or to give it
// back, and a second one confirms.
package console

import (
	"context"
	"errors"
	"net/http"

	"posada/bot/withdraw"
)

// target is a part of the book.
type target struct{ kind, id string }

// out is what is out of use.
func (c *Console) out(v *visit) (map[target]bool, error) {
	items, err := c.Withdrawals.List(v.r.Context())
	out := map[target]bool{}
	for _, i := range items {
		if i.Out() {
			out[target{i.Kind, i.Target}] = true
		}
	}
	return out, err
}

// withdrawalsView is the page, and what was typed on it.
type withdrawalsView struct {
	Waits, Out, Past []withdrawalRow
	Kinds            []string

	Once, Kind, Target, Reason string // of a proposal that could not be taken
	Problem                    string
	Changed                    bool   // it is no longer what the officer saw
	RestoreID, RestoreReason   string // of a form below one that is out of use
}

type withdrawalRow struct {
	withdraw.Item
	Mine  bool // the officer's own proposal
	Steps []stepRow
}

type stepRow struct {
	withdraw.Step
	Name string
}

func (c *Console) withdrawals(v *visit) (withdrawalsView, error) {
	d := withdrawalsView{Kinds: withdraw.Kinds, Once: newOnce()}
	items, err := c.Withdrawals.List(v.r.Context())
	if err != nil {
		return d, err
	}
	names, err := c.names(v.r.Context())
	if err != nil {
		return d, err
	}
	for _, i := range items {
		row := withdrawalRow{Item: i, Mine: i.By() == v.Who.ID}
		for _, s := range i.Steps {
			row.Steps = append(row.Steps, stepRow{s, names.of(s.By)})
		}
		switch {
		case i.Waits():
			d.Waits = append(d.Waits, row)
		case i.Out() && !i.Over:
			d.Out = append(d.Out, row)
		default:
			d.Past = append(d.Past, row)
		}
	}
	return d, nil
}

func (c *Console) withdrawalsPage(v *visit) (reply, error) {
	d, err := c.withdrawals(v)
	if q := v.r.URL.Query(); has(withdraw.Kinds, q.Get("kind")) {
		d.Kind, d.Target = q.Get("kind"), short(q.Get("target"), 100)
	}
	return v.show(d), err
}

func (c *Console) propose(v *visit) (reply, error) {
	once, ok := v.once()
	if !ok {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	p := withdraw.Proposal{ID: once, Kind: v.line("kind"), Target: v.line("target"), Reason: v.text("reason")}
	err := c.Withdrawals.Propose(v.r.Context(), p, v.Who.ID, v.now)
	return c.withdrawn(v, err, "withdraw.proposed", func(d *withdrawalsView) {
		d.Once, d.Kind, d.Target, d.Reason = once, p.Kind, p.Target, p.Reason
	})
}

func (c *Console) proposeRestore(v *visit) (reply, error) {
	id, reason := v.r.PathValue("id"), v.text("reason")
	err := c.Withdrawals.ProposeRestore(v.r.Context(), id, v.version(), reason, v.Who.ID, v.now)
	return c.withdrawn(v, err, "withdraw.restore.proposed", func(d *withdrawalsView) {
		d.RestoreID, d.RestoreReason = id, reason
	})
}

func (c *Console) confirmWithdrawal(v *visit) (reply, error) {
	err := c.Withdrawals.Confirm(v.r.Context(), v.r.PathValue("id"), v.version(), v.Who.ID, v.now)
	return c.withdrawn(v, err, "withdraw.confirmed", func(*withdrawalsView) {})
}

func (c *Console) dropWithdrawal(v *visit) (reply, error) {
	err := c.Withdrawals.Drop(v.r.Context(), v.r.PathValue("id"), v.version(), v.Who.ID, v.now)
	return c.withdrawn(v, err, "withdraw.dropped", func(*withdrawalsView) {})
}

// withdrawn goes on, or shows the page with what was
// typed and why it could not be.
func (c *Console) withdrawn(v *visit, err error, word string, typed func(*withdrawalsView)) (reply, error) {
	if err == nil {
		return goTo("/withdrawals", word), nil
	}
	status, problem := withdrawnWord(err)
	if problem == "" {
		return reply{}, err
	}
	d, err := c.withdrawals(v)
	if err != nil {
		return reply{}, err
	}
	typed(&d)
	d.Problem, d.Changed = problem, status == http.StatusConflict
	return showAgain(status, "withdrawals", d), nil
}

// withdrawnWord is the key of what is said for an error that an officer can
// understand, "" for others, with the status it is said with.
func withdrawnWord(err error) (status int, word string) {
	switch {
	case errors.Is(err, withdraw.ErrChanged), errors.Is(err, withdraw.ErrGone), errors.Is(err, withdraw.ErrState):
		return http.StatusConflict, "withdraw.changed"
	case errors.Is(err, withdraw.ErrSame):
		return http.StatusForbidden, "withdraw.same"
	case errors.Is(err, withdraw.ErrNear):
		return http.StatusForbidden, "withdraw.near"
	case errors.Is(err, withdraw.ErrUnknown):
		return http.StatusUnprocessableEntity, "withdraw.unknown"
	case errors.Is(err, withdraw.ErrReason):
		return http.StatusUnprocessableEntity, "withdraw.reason.length"
	case errors.Is(err, withdraw.ErrAlready):
		return http.StatusConflict, "withdraw.already"
	}
	return 0, ""
}

// names of officers by id.
type names map[string]string

func (c *Console) names(ctx context.Context) (names, error) {
	all, err := c.Staff.Officers(ctx)
	out := names{}
	for _, o := range all {
		out[o.ID] = o.Name
	}
	return out, err
}

// of is an officer's name, or the id of what is none.
func (n names) of(id string) string {
	if name := n[id]; name != "" {
		return name
	}
	return id
}
