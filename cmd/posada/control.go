// The control: what commands ask for, answered by one handler. A running server
// serves it on a socket beside the database; where none runs, a command opens
// the database and asks the same handler in its own process.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"posada/bot/bulletin"
	"posada/bot/remind"
	"posada/bot/rumour"
	"posada/bot/staff"
	"posada/console"
	"posada/flows"
	"posada/store/bolt"
)

const (
	// maxAsk is the largest request, in bytes: twelve languages of the longest
	// bulletin, and much room.
	maxAsk = 1 << 20
	// controlBase stands before each path. Its number changes when a request
	// comes to mean something else.
	controlBase = "/control/1/"
	// askLongest is how long an answer may take: a preview looks at everybody.
	askLongest = 5 * time.Minute
)

// control answers commands. Without an office it answers those of the operator
// alone: staff, audit, queue and reminders.
type control struct {
	store  *bolt.Store
	staff  *staff.Staff
	audit  *staff.Audit
	office *office
	speak  console.Speaker
	report func(error)

	outcomes func() []remind.Outcomes // of reminders since the start; nil where no server runs
}

// newControl makes the control of an office.
func newControl(o *office, c *officeFlags, book *flows.Book) *control {
	supply := c.supply(book)
	return &control{store: o.store, staff: o.staff, audit: o.audit, office: o, speak: console.Speaker{Lang: "en", Supply: &supply}, report: o.report}
}

// operatorControl makes one without an office.
func operatorControl(store *bolt.Store) *control {
	audit := staff.NewAudit(store)
	return &control{store: store, audit: audit, staff: staff.New(store, audit), report: func(error) {}}
}

// Handler answers every request there is. All are POST with a JSON body.
func (c *control) Handler() http.Handler {
	mux := http.NewServeMux()
	c.operatorRoutes(mux)
	if c.office != nil {
		c.bulletinRoutes(mux)
		c.rumourRoutes(mux)
		c.withdrawRoutes(mux)
	}
	return mux
}

// refusal is an answer that is no: in words, with what stands in the way.
type refusal struct {
	Refused  string
	Problems []worded `json:",omitempty"`
}

// Error is what is said.
func (r *refusal) Error() string { return r.Refused }

// worded is a problem in words.
type worded struct {
	Text    string
	Warning bool `json:",omitempty"` // it does not stand in the way
}

func refuse(format string, args ...any) error { return &refusal{Refused: fmt.Sprintf(format, args...)} }

// route mounts what answers one kind of request.
func route[Q, A any](mux *http.ServeMux, c *control, path string, do func(ctx context.Context, q Q, now time.Time) (A, error)) {
	mux.HandleFunc("POST "+controlBase+path, func(w http.ResponseWriter, r *http.Request) {
		var q Q
		var a A
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk))
		d.DisallowUnknownFields()
		// What the decoder says may show what it read: a password.
		err := refuse("the request cannot be read: is the command of the same version as the server?")
		if d.Decode(&q) == nil {
			a, err = do(r.Context(), q, time.Now())
		}
		status, body := http.StatusOK, any(a)
		if err != nil {
			status, body = c.refused(path, err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // it fails when whoever asked has gone
	})
}

// refused words an error.
func (c *control) refused(path string, err error) (status int, body *refusal) {
	var no *refusal
	if errors.As(err, &no) {
		return http.StatusUnprocessableEntity, no
	}
	if words := c.words(err); words != "" {
		return http.StatusUnprocessableEntity, &refusal{Refused: words, Problems: c.speaksAgainst(err)}
	}
	if !errors.Is(err, context.Canceled) {
		c.report(fmt.Errorf("command %s: %w", path, err))
	}
	return http.StatusInternalServerError, &refusal{Refused: err.Error()}
}

// words say why not, where that is an answer to who asked; "" for a fault.
func (c *control) words(err error) string {
	for _, known := range []struct {
		err  error
		word string
	}{
		{staff.ErrForbidden, "the role of this officer may not do that"},
		{staff.ErrNoSession, "the officer was signed out meanwhile"},
		{bulletin.ErrNone, "there is no such bulletin; see: posada bulletin status"},
		{bulletin.ErrRefused, "it was not done: this must be changed first"},
		{rumour.ErrUnknown, "there is no such case; see: posada rumour list"},
		{staff.ErrTampered, ""}, {staff.ErrLastAdmin, ""}, {staff.ErrNoOfficer, ""}, // their own words are for operators
	} {
		if errors.Is(err, known.err) {
			if known.word == "" {
				return err.Error()
			}
			return known.word
		}
	}
	if c.office == nil {
		return ""
	}
	return c.speak.Declined(err)
}

// speaksAgainst are the problems of a bulletin that was refused.
func (c *control) speaksAgainst(err error) []worded {
	var refused *bulletin.RefusedError
	if !errors.As(err, &refused) {
		return nil
	}
	return c.bulletinProblems(bulletin.Blocking(refused.Problems))
}

func (c *control) bulletinProblems(problems []bulletin.Problem) (out []worded) {
	for _, p := range problems {
		out = append(out, worded{c.speak.BulletinProblem(p), p.Warning})
	}
	return out
}

// names of officers by id.
func (c *control) names(ctx context.Context) (func(id string) string, error) {
	officers, err := c.staff.Officers(ctx)
	names := map[string]string{}
	for _, o := range officers {
		names[o.ID] = o.Name
	}
	return func(id string) string {
		if name := names[id]; name != "" {
			return name
		}
		return id
	}, err
}
