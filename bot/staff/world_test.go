// A staff to try things with.

package staff_test

import (
	"errors"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
	"posada/store/memory"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const good = "gato-verde-camina-lento"

// world is a staff on a shelf of its own.
type world struct {
	*testing.T
	*staff.Staff
	log   *staff.Audit
	shelf bot.Shelf
}

func newWorld(t *testing.T) world {
	t.Helper()
	return worldOn(t, memory.New())
}

func worldOn(t *testing.T, shelf bot.Shelf) world {
	log := staff.NewAudit(shelf)
	return world{t, staff.New(shelf, log).Cheap(), log, shelf}
}

// must fails the test for an error.
func must[V any](t *testing.T) func(V, error) V {
	t.Helper()
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ok fails the test for an error.
func (w world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails wants an error.
func (w world) fails(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("got %v, want %v", err, want)
	}
}

// hire invites somebody and accepts for them.
func (w world) hire(name string, role staff.Role, at time.Time) (cookie string) {
	w.Helper()
	token := must[string](w.T)(w.Invite(w.Context(), staff.Operator(), role, at))
	return must[string](w.T)(w.Accept(w.Context(), token, name, good, at))
}

// in is the session of a cookie.
func (w world) in(cookie string, at time.Time) staff.Session {
	w.Helper()
	return must[staff.Session](w.T)(w.Session(w.Context(), cookie, at))
}

// out wants that nobody is signed in by a cookie.
func (w world) out(cookie string, at time.Time) {
	w.Helper()
	if s, err := w.Session(w.Context(), cookie, at); !errors.Is(err, staff.ErrNoSession) {
		w.Fatalf("signed in: %v, %v", s, err)
	}
}

// withCode sets a second factor and confirms it; it returns its secret.
func (w world) withCode(cookie string, at time.Time) (secret string) {
	w.Helper()
	secret, _, err := w.SetCode(w.Context(), w.in(cookie, at), at)
	w.ok(err)
	w.ok(w.ConfirmCode(w.Context(), cookie, staff.CodeAt(secret, at), at))
	return secret
}

// did lists what the log says was done, the oldest first.
func (w world) did() (out []string) {
	w.Helper()
	for _, e := range must[[]staff.Entry](w.T)(w.log.Entries(w.Context(), 0, 1000)) {
		out = append([]string{e.Did}, out...)
	}
	return out
}
