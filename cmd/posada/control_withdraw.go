// Withdrawals, for commands.
package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"posada/bot/staff"
	"posada/bot/withdraw"
)

// itemTold is a withdrawal.
type itemTold struct {
	ID, Kind, Target string
	State, Reason    string
	Out, Waits       bool
	By               string // the name of who took the last step
	At               time.Time
}

// withdrawAsk asks for one step.
type withdrawAsk struct {
	Who          credentials
	Do           string // propose, confirm, restore or drop
	ID           string `json:",omitempty"` // of a withdrawal, but to propose one
	Kind, Target string `json:",omitempty"` // to propose one
	Reason       string `json:",omitempty"`
}

type withdrawDone struct{ ID, Words string }

func (c *control) withdrawRoutes(mux *http.ServeMux) {
	route(mux, c, "withdraw/list", c.withdrawals)
	route(mux, c, "withdraw/do", c.withdraw)
}

func (c *control) withdrawals(ctx context.Context, _ struct{}, _ time.Time) (out []itemTold, err error) {
	items, err := c.office.withdrawals.List(ctx)
	if err != nil {
		return nil, err
	}
	name, err := c.names(ctx)
	for _, i := range items {
		out = append(out, itemTold{
			ID: i.ID, Kind: i.Kind, Target: i.Target, State: c.speak.Say("withdraw.state." + string(i.State)), Reason: i.Reason(),
			Out: i.Out(), Waits: i.Waits(), By: name(i.By()), At: i.At(),
		})
	}
	return out, err
}

func (c *control) withdraw(ctx context.Context, q withdrawAsk, now time.Time) (done withdrawDone, err error) {
	err = c.as(ctx, q.Who, staff.ActWithdraw, now, func(who staff.Session) error {
		done, err = c.step(ctx, q, who, now)
		return err
	})
	return done, err
}

// step takes one, on the withdrawal as it stands now.
func (c *control) step(ctx context.Context, q withdrawAsk, who staff.Session, now time.Time) (withdrawDone, error) {
	all := c.office.withdrawals
	if q.Do == "propose" {
		p := withdraw.Proposal{ID: strings.ToLower(rand.Text()), Kind: q.Kind, Target: q.Target, Reason: q.Reason}
		if err := all.Propose(ctx, p, who.ID, now); err != nil {
			return withdrawDone{}, err
		}
		return withdrawDone{p.ID, c.speak.Say("withdraw.proposed")}, nil
	}
	items, err := all.List(ctx)
	if err != nil {
		return withdrawDone{}, err
	}
	n := slices.IndexFunc(items, func(i withdraw.Item) bool { return i.ID == q.ID })
	if n < 0 {
		return withdrawDone{}, refuse("there is no such withdrawal; see: posada withdraw list")
	}
	was := items[n]
	word := "withdraw.confirmed"
	switch q.Do {
	case "confirm":
		err = all.Confirm(ctx, was.ID, was.Version, who.ID, now)
	case "drop":
		word = "withdraw.dropped"
		err = all.Drop(ctx, was.ID, was.Version, who.ID, now)
	case "restore":
		word = "withdraw.restore.proposed"
		err = all.ProposeRestore(ctx, was.ID, was.Version, q.Reason, who.ID, now)
	default:
		err = refuse("there is no such act")
	}
	if err != nil {
		return withdrawDone{}, err
	}
	return withdrawDone{was.ID, c.speak.Say(word)}, nil
}
