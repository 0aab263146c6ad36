// Disks that fail, papers that cannot be read, and hashes that must wait.

package staff_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"posada/bot"
	"posada/bot/staff"
	"posada/store/memory"
)

var errDisk = errors.New("no disk")

// failing fails at one call, or never when left is negative.
type failing struct {
	bot.Shelf
	left int
}

func (f *failing) fail() error {
	f.left--
	if f.left == -1 {
		return errDisk
	}
	return nil
}

func (f *failing) Paper(ctx context.Context, kind, id string) (bot.Paper, error) {
	if err := f.fail(); err != nil {
		return bot.Paper{}, err
	}
	return f.Shelf.Paper(ctx, kind, id)
}

func (f *failing) Papers(ctx context.Context, kind, after string, limit int) ([]bot.Paper, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Shelf.Papers(ctx, kind, after, limit)
}

func (f *failing) File(ctx context.Context, p ...*bot.Paper) (bot.Outcome, error) {
	if err := f.fail(); err != nil {
		return 0, err
	}
	return f.Shelf.File(ctx, p...)
}

func TestWhatFailsHalfWayIsNotDoneAndCanBeDoneAgain(t *testing.T) {
	for name, act := range map[string]func(w world, cookie, token, id string) error{
		"first": func(w world, _, _, _ string) error { _, _, err := w.FirstToken(w.Context(), now); return err },
		"invite": func(w world, _, _, _ string) error {
			_, err := w.Invite(w.Context(), staff.Operator(), staff.RoleWriter, now)
			return err
		},
		"invited": func(w world, _, token, _ string) error { _, err := w.Invited(w.Context(), token, now); return err },
		"invites": func(w world, _, _, _ string) error { _, err := w.Invites(w.Context(), now); return err },
		"accept": func(w world, _, token, _ string) error {
			_, err := w.Accept(w.Context(), token, "Eva", good, now)
			return err
		},
		"reset": func(w world, _, _, id string) error {
			_, err := w.Reset(w.Context(), staff.Operator(), id, now)
			return err
		},
		"role": func(w world, _, _, id string) error {
			return w.SetRole(w.Context(), staff.Operator(), id, staff.RoleApprover, now)
		},
		"end":      func(w world, _, _, id string) error { return w.End(w.Context(), staff.Operator(), id, now) },
		"sign in":  func(w world, _, _, _ string) error { _, err := w.SignIn(w.Context(), "Ana", good, "", now); return err },
		"sign out": func(w world, cookie, _, _ string) error { return w.SignOut(w.Context(), cookie, now) },
		"session": func(w world, cookie, _, _ string) error {
			_, err := w.Session(w.Context(), cookie, now.Add(staff.CodeLife))
			return err
		},
		"password": func(w world, cookie, _, _ string) error {
			_, err := w.SetPassword(w.Context(), cookie, good, good+"-2", now)
			return err
		},
		"code": func(w world, cookie, _, id string) error {
			_, _, err := w.SetCode(w.Context(), staff.Session{Officer: staff.Officer{ID: id}, Started: now}, now)
			return err
		},
		"lang": func(w world, _, _, id string) error {
			return w.SetLang(w.Context(), staff.Session{Officer: staff.Officer{ID: id}}, "es", now)
		},
		"officers": func(w world, _, _, _ string) error { _, err := w.Officers(w.Context()); return err },
		"officer":  func(w world, _, _, id string) error { _, err := w.Officer(w.Context(), id); return err },
		"find":     func(w world, _, _, _ string) error { _, err := w.Find(w.Context(), "ana"); return err },
		"sweep": func(w world, _, _, _ string) error {
			_, err := w.Sweep(w.Context(), now.Add(100*staff.InviteLife))
			return err
		},
		"verify":  func(w world, _, _, _ string) error { _, _, err := w.log.Verify(w.Context()); return err },
		"entries": func(w world, _, _, _ string) error { _, err := w.log.Entries(w.Context(), 0, 9); return err },
	} {
		for calls := 0; ; calls++ {
			shelf := &failing{memory.New(), -1}
			w := worldOn(t, shelf)
			cookie := w.hire("Ana", staff.RoleWriter, now)
			id := w.in(cookie, now).ID
			token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
			told := len(w.did())
			shelf.left = calls
			err := act(w, cookie, token, id)
			if shelf.left >= 0 { // it needs fewer calls
				if err != nil || calls == 0 {
					t.Errorf("%s: %v after %d calls", name, err, calls)
				}
				break
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%s, call %d fails: %v", name, calls, err)
			}
			shelf.left = -1
			if n := len(w.did()); n != told {
				t.Errorf("%s, call %d fails: the log tells of it", name, calls)
			}
			if err := act(w, cookie, token, id); err != nil {
				t.Errorf("%s, call %d failed before: %v", name, calls, err)
			}
		}
	}
}

func TestAPaperThatCannotBeReadIsAnErrorThatDoesNotQuoteIt(t *testing.T) {
	for _, kind := range []string{"officer", "invite", "session", "audit", "staff"} {
		w := newWorld(t)
		cookie := w.hire("Ana", staff.RoleWriter, now)
		id := w.in(cookie, now).ID
		token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
		for _, p := range must[[]bot.Paper](t)(w.shelf.Papers(t.Context(), kind, "", 9)) {
			p.Body = []byte(`{"since":"very secret","hash":"very secret","until":"very secret","seen":"very secret","n":"very secret"}`)
			w.file(p)
		}
		_, err1 := w.Session(t.Context(), cookie, now)
		_, err2 := w.SignIn(t.Context(), "Ana", good, "", now)
		_, err3 := w.Accept(t.Context(), token, "Eva", good, now)
		_, err4 := w.Officer(t.Context(), id)
		_, err5 := w.log.Entries(t.Context(), 0, 9)
		all := fmt.Sprint(err1, err2, err3, err4, err5)
		if !strings.Contains(all, "cannot be read") || strings.Contains(all, "very secret") || errors.Is(err1, staff.ErrNoSession) {
			t.Errorf("%s: %s", kind, all)
		}
	}
}

func TestAWrongNameCostsAHashLikeAWrongPasswordAndTwoAreMadeAtOnce(t *testing.T) {
	for _, name := range []string{"Ana", "Nadie", "Ida"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.hire("Ana", staff.RoleAdmin, now)
			ida := w.in(w.hire("Ida", staff.RoleAdmin, now), now)
			w.ok(w.End(t.Context(), staff.Operator(), ida.ID, now))
			first, second := w.Occupy(), w.Occupy()
			defer first()
			var err error
			done := false
			go func() {
				_, err = w.SignIn(t.Context(), name, "wrong", "", now)
				done = true
			}()
			synctest.Wait()
			if done {
				t.Errorf("%s is refused without a hash: %v", name, err)
			}
			second()
			synctest.Wait()
			if !done || !errors.Is(err, staff.ErrRefused) {
				t.Errorf("%s: %v, %v", name, done, err)
			}
		})
	}
}

func TestWhoGivesUpWaitingForAHashIsNotCounted(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	shelf := &stopping{Shelf: w.shelf}
	w = worldOn(t, shelf)
	defer w.Occupy()()
	defer w.Occupy()()
	for range 2 * 5 { // of five that count the next would have to wait
		var ctx context.Context
		ctx, shelf.stop = context.WithCancel(t.Context())
		_, err := w.SignIn(ctx, "Ana", good, "", now)
		w.fails(err, context.Canceled)
	}
}

// stopping stops whoever asks for officers.
type stopping struct {
	bot.Shelf
	stop func()
}

func (s *stopping) Papers(ctx context.Context, kind, after string, limit int) ([]bot.Paper, error) {
	papers, err := s.Shelf.Papers(ctx, kind, after, limit)
	s.stop()
	return papers, err
}
