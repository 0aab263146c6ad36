// What an operator at the machine asks for without being an officer: staff, the
// audit log, the queue, and who is reminded. They are answered in lines to print.
package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// printed is an answer that is printed as it is.
type printed struct{ Text string }

// operatorAsk is what their commands are given.
type operatorAsk struct {
	Name   string `json:",omitempty"` // of an officer
	Last   int    `json:",omitempty"` // how many are shown
	Expect string `json:",omitempty"` // a hash of the audit log
}

func (c *control) operatorRoutes(mux *http.ServeMux) {
	print := func(path string, do func(ctx context.Context, out io.Writer, q operatorAsk, now time.Time) error) {
		route(mux, c, path, func(ctx context.Context, q operatorAsk, now time.Time) (printed, error) {
			var out strings.Builder
			err := do(ctx, &out, q, now)
			return printed{out.String()}, err
		})
	}
	print("staff/list", func(ctx context.Context, out io.Writer, _ operatorAsk, _ time.Time) error {
		return listStaff(ctx, c.staff, out)
	})
	print("staff/first", func(ctx context.Context, out io.Writer, _ operatorAsk, now time.Time) error {
		return firstStaff(ctx, c.staff, out, now)
	})
	print("staff/end", func(ctx context.Context, out io.Writer, q operatorAsk, now time.Time) error {
		return endStaff(ctx, c.staff, out, q.Name, now)
	})
	print("staff/reset", func(ctx context.Context, out io.Writer, q operatorAsk, now time.Time) error {
		return resetStaff(ctx, c.staff, out, q.Name, now)
	})
	print("audit/list", func(ctx context.Context, out io.Writer, q operatorAsk, _ time.Time) error {
		return listAudit(ctx, c.staff, c.audit, out, q.Last)
	})
	print("audit/verify", func(ctx context.Context, out io.Writer, q operatorAsk, _ time.Time) error {
		return verifyAudit(ctx, c.audit, out, q.Expect)
	})
	print("queue", func(ctx context.Context, out io.Writer, q operatorAsk, _ time.Time) error {
		return listQueue(ctx, c.store, out, q.Last)
	})
	print("reminders", func(ctx context.Context, out io.Writer, _ operatorAsk, now time.Time) error {
		if err := listReminders(ctx, c.store, out, c.outcomes, now); err != nil || c.office == nil {
			return err
		}
		return warnOfSurges(ctx, c.store, c.office.rates, out, now)
	})
}

// ask asks for one of them and prints the answer.
func (d *dataFlags) ask(ctx context.Context, std streams, path string, q operatorAsk) error {
	client, err := d.control(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	a, err := asked[printed](ctx, client, path, q)
	if err == nil {
		_, err = io.WriteString(std.out, a.Text)
	}
	return err
}
