// Rumours, for commands.
package main

import (
	"context"
	"net/http"
	"time"

	"posada/bot/rumour"
	"posada/bot/staff"
)

// caseTold is a case, with the names of who answered and changed it.
type caseTold struct {
	rumour.Case
	AnsweredBy, ChangedBy string
}

// answerAsk files a verdict.
type answerAsk struct {
	Who     credentials
	Case    string
	Seen    *uint64 `json:",omitempty"` // the revision that was looked at; nil: a case that has no answer yet, as it stands
	Verdict rumour.Verdict
}

type answerDone struct{ Case string }

func (c *control) rumourRoutes(mux *http.ServeMux) {
	route(mux, c, "rumour/list", func(_ context.Context, q rumour.Filter, now time.Time) ([]rumour.Summary, error) {
		return c.office.desk.Cases(q, now), nil
	})
	route(mux, c, "rumour/show", c.showCase)
	route(mux, c, "rumour/answer", c.answerCase)
}

func (c *control) showCase(ctx context.Context, q idAsk, now time.Time) (caseTold, error) {
	one, err := c.office.desk.Case(ctx, q.ID, now)
	if err != nil {
		return caseTold{}, err
	}
	name, err := c.names(ctx)
	return caseTold{one, name(one.By), name(one.Hand)}, err
}

func (c *control) answerCase(ctx context.Context, q answerAsk, now time.Time) (answerDone, error) {
	return answerDone{q.Case}, c.as(ctx, q.Who, staff.ActWrite, now, func(who staff.Session) error {
		one, err := c.office.desk.Case(ctx, q.Case, now)
		if err != nil {
			return err
		}
		seen := one.Revision
		switch {
		case one.ID != q.Case:
			return refuse("this case was put into another one: %s", one.ID)
		case q.Seen != nil:
			seen = *q.Seen
		case one.Written != nil:
			return refuse("it has an answer already. To put yours in its place, look at it (posada rumour show %s) and name what you saw: --revision %d", one.ID, one.Revision)
		}
		if one.Stands(who.ID, seen) && !who.Role.Can(staff.ActApprove) {
			return &refusal{Refused: c.speak.Say("rumours.replace")}
		}
		problems, err := c.office.desk.Answer(ctx, who.ID, q.Case, seen, q.Verdict, now)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			no := &refusal{Refused: "nothing was filed: this must be changed first"}
			for _, p := range problems {
				no.Problems = append(no.Problems, worded{Text: c.speak.RumourProblem(p)})
			}
			return no
		}
		return nil
	})
}
