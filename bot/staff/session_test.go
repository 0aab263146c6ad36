// Signing in and out.

package staff_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
	"posada/store/memory"
)

func TestWhoeverSignsInIsSignedInUntilTheySignOut(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana María", staff.RoleWriter, now)
	at := now.Add(48 * time.Hour)
	cookie := must[string](t)(w.SignIn(t.Context(), " ana maria ", good, "192.0.2.1", at))
	s := w.in(cookie, at)
	if s.Name != "Ana María" || s.Role != staff.RoleWriter || s.Lang != "en" || s.Confirmed || s.HasCode || !s.Started.Equal(at) || s.Ticket == "" {
		t.Errorf("session %#v of %+v", s, s.Name)
	}
	w.ok(w.SignOut(t.Context(), cookie, at))
	w.out(cookie, at)
	w.ok(w.SignOut(t.Context(), cookie, at))
	w.ok(w.SignOut(t.Context(), "no cookie", at))
}

func TestNobodySignsInWithAWrongNameOrPassword(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	w.hire("Eva", staff.RoleWriter, now)
	eva := must[staff.Officer](t)(w.Find(t.Context(), "Eva"))
	w.ok(w.End(t.Context(), staff.Operator(), eva.ID, now))
	var texts []string
	for _, c := range [][2]string{{"Ana", good + "x"}, {"Ana", ""}, {"Nadie", good}, {"", good}, {"", ""}, {"Eva", good}, {"Ana", "a\x00b"}} {
		_, err := w.SignIn(t.Context(), c[0], c[1], "192.0.2.1", now)
		w.fails(err, staff.ErrRefused)
		texts = append(texts, err.Error())
		w = worldOn(t, w.shelf) // counts nothing yet
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("%q differs from %q", text, texts[0])
		}
	}
}

func TestASessionEndsWhenItIsIdleOrOld(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	at := now
	for at.Sub(now) < staff.SessionLife {
		w.in(cookie, at)
		at = at.Add(29 * time.Minute)
	}
	w.in(cookie, now.Add(staff.SessionLife-time.Second))
	w.out(cookie, now.Add(staff.SessionLife))

	idle := must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	w.in(idle, now.Add(staff.SessionIdle-time.Second))
	w.in(idle, now.Add(2*staff.SessionIdle-2*time.Second))
	w.out(idle, now.Add(3*staff.SessionIdle))
}

// counting counts what is filed.
type counting struct {
	bot.Shelf
	filed int
}

func (c *counting) File(ctx context.Context, p ...*bot.Paper) (bot.Outcome, error) {
	c.filed++
	return c.Shelf.File(ctx, p...)
}

func TestASessionIsStampedAtMostOnceAMinute(t *testing.T) {
	shelf := &counting{Shelf: memory.New()}
	w := worldOn(t, shelf)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	before := shelf.filed
	for i := range 120 {
		w.in(cookie, now.Add(time.Duration(i)*time.Second))
	}
	if n := shelf.filed - before; n != 1 {
		t.Errorf("stamped %d times in two minutes", n)
	}
}

func TestEndingRoleAndPasswordEndSessionsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	cookie := w.hire("Eva", staff.RoleWriter, now)
	eva := w.in(cookie, now)
	w.ok(w.SetRole(t.Context(), staff.Operator(), eva.ID, staff.RoleWriter, now))
	w.in(cookie, now) // it was that before

	w.ok(w.SetRole(t.Context(), staff.Operator(), eva.ID, staff.RoleApprover, now))
	w.out(cookie, now)

	cookie = must[string](t)(w.SignIn(t.Context(), "Eva", good, "", now))
	other := must[string](t)(w.SignIn(t.Context(), "Eva", good, "", now))
	fresh := must[string](t)(w.SetPassword(t.Context(), cookie, good, good+"-2", now))
	w.out(cookie, now)
	w.out(other, now)
	if s := w.in(fresh, now); s.Role != staff.RoleApprover {
		t.Errorf("role %s", s.Role)
	}
	_, err := w.SignIn(t.Context(), "Eva", good, "", now)
	w.fails(err, staff.ErrRefused)
	if left := must[[]bot.Paper](t)(w.shelf.Papers(t.Context(), "session", "", 9)); len(left) != 4 { // Ana's, Eva's first, other, fresh
		t.Errorf("%d sessions are kept", len(left))
	}
	if n := must[int](t)(w.Sweep(t.Context(), now)); n != 2 { // those that ended before their time
		t.Errorf("%d erased", n)
	}
	w.in(fresh, now)
	cookie = must[string](t)(w.SignIn(t.Context(), "Eva", good+"-2", "", now))

	w.ok(w.End(t.Context(), staff.Operator(), eva.ID, now))
	w.out(cookie, now)
	w.out(fresh, now)
	_, err = w.SignIn(t.Context(), "Eva", good+"-2", "", now)
	w.fails(err, staff.ErrRefused)
}

func TestGuessingIsSlowedByAccount(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleWriter, now)
	for _, name := range []string{"Ana", "Nadie"} { // who exists cannot be told
		at, wait := now, time.Second
		for i := range 20 {
			_, err := w.SignIn(t.Context(), name, "wrong", fmt.Sprint("192.0.2.", i), at)
			w.fails(err, staff.ErrRefused)
			if i < 4 {
				continue
			}
			_, err = w.SignIn(t.Context(), name, good, "198.51.100.1", at.Add(wait-time.Millisecond))
			var slow staff.ErrSlow
			if !errors.As(err, &slow) || !slow.Until.Equal(at.Add(wait)) {
				t.Fatalf("%s after %d failures: %v %v, want a wait of %s", name, i+1, err, slow.Until.Sub(at), wait)
			}
			at = at.Add(wait)
			wait = min(2*wait, 15*time.Minute)
		}
		if wait != 15*time.Minute {
			t.Errorf("waits end at %s", wait)
		}
	}
	// After the wait what is right is right, and all is forgotten.
	at := now.Add(24 * time.Hour)
	for i := range 4 {
		_, err := w.SignIn(t.Context(), "Ana", "wrong", fmt.Sprint(i), at)
		w.fails(err, staff.ErrRefused)
	}
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "", at))
	for i := range 4 {
		_, err := w.SignIn(t.Context(), "Ana", "wrong", fmt.Sprint(i), at)
		w.fails(err, staff.ErrRefused)
	}
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "", at))
	if got := strings.Count(strings.Join(w.did(), " "), staff.DidSlowed); got != 1 {
		t.Errorf("the log tells %d times of failures", got)
	}
}

func TestGuessingIsSlowedByWhereItComesFrom(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleWriter, now)
	for i := range 5 {
		_, err := w.SignIn(t.Context(), fmt.Sprint("nobody ", i), "wrong", fmt.Sprintf("[2001:db8::%d]:4000", i), now)
		w.fails(err, staff.ErrRefused)
	}
	_, err := w.SignIn(t.Context(), "Ana", good, "2001:db8::ffff", now)
	if _, slow := errors.AsType[staff.ErrSlow](err); !slow {
		t.Errorf("the sixth from one network: %v", err)
	}
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "2001:db8:0:1::1", now))
}

func TestAStrangerWhoKeepsFailingLocksNobodyOutFromWhereTheySignedInBefore(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleApprover, now)
	const home = "203.0.113.5"
	must[string](t)(w.SignIn(t.Context(), "Ana", good, home, now))
	at := now
	for i := range 20 { // from many addresses, whenever it is read again
		_, err := w.SignIn(t.Context(), "Ana", "wrong", fmt.Sprint("192.0.2.", i), at)
		w.fails(err, staff.ErrRefused)
		at = at.Add(15 * time.Minute)
	}
	at = at.Add(-15 * time.Minute)
	var slow staff.ErrSlow
	if _, err := w.SignIn(t.Context(), "Ana", good, "198.51.100.1", at); !errors.As(err, &slow) {
		t.Errorf("from elsewhere: %v", err)
	}
	must[string](t)(w.SignIn(t.Context(), "Ana", good, home, at))
	_, err := w.SignIn(t.Context(), "Ana", good, "198.51.100.1", at)
	if !errors.As(err, &slow) {
		t.Errorf("what strangers failed at is forgotten: %v", err)
	}
	for range 5 { // who fails there is slowed as well
		_, err := w.SignIn(t.Context(), "Ana", "wrong", home, at)
		w.fails(err, staff.ErrRefused)
	}
	if _, err := w.SignIn(t.Context(), "Ana", good, home, at); !errors.As(err, &slow) {
		t.Errorf("after five failures at home: %v", err)
	}
}

func TestWhoIsSignedInSetsAPasswordWhateverStrangersTry(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	for i := range 5 {
		_, err := w.SignIn(t.Context(), "Ana", "wrong", fmt.Sprint("192.0.2.", i), now)
		w.fails(err, staff.ErrRefused)
	}
	must[string](t)(w.SetPassword(t.Context(), cookie, good, good+"-2", now))
}

func TestTriesAtNamesThatNobodyHasMakeNoRoomForTriesAtAnOfficer(t *testing.T) {
	w := newWorld(t)
	w.Few()
	w.hire("Ana", staff.RoleWriter, now)
	guess := func(name, from string) error {
		_, err := w.SignIn(t.Context(), name, "wrong", from, now)
		return err
	}
	for i := range 4 {
		w.fails(guess("Ana", fmt.Sprint("a", i)), staff.ErrRefused)
	}
	for i := range 20 {
		for j := range 5 {
			w.fails(guess(fmt.Sprint("nobody ", i), fmt.Sprint(i, j)), staff.ErrRefused)
		}
	}
	w.fails(guess("Ana", "b"), staff.ErrRefused)
	if _, slow := errors.AsType[staff.ErrSlow](guess("Ana", "c")); !slow {
		t.Error("the officer's failures are forgotten")
	}
}

func TestWhoIsMarkedAsEndedIsOutWhateverElseIsKeptOfThem(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	ana := w.in(cookie, now)
	w.edit("officer", ana.ID, `"epoch"`, `"ended":true,"epoch"`)
	w.out(cookie, now)
	_, err := w.SignIn(t.Context(), "Ana", good, "", now)
	w.fails(err, staff.ErrRefused)
	_, _, err = w.SetCode(t.Context(), ana, now)
	w.fails(err, staff.ErrNoSession)
	_, err = w.Reset(t.Context(), staff.Operator(), ana.ID, now)
	w.fails(err, staff.ErrNoOfficer)
}

func TestManyGuessesAtOnceAreNoWayRound(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleWriter, now)
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for i := range 50 {
		wg.Go(func() {
			_, err := w.SignIn(t.Context(), "Ana", "wrong", fmt.Sprint(i), now)
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, staff.ErrRefused) {
				refused++
			}
		})
	}
	wg.Wait()
	if refused != 5 {
		t.Errorf("%d guesses were read", refused)
	}
}

func TestAPasswordIsHashedAnewWhenItsCostHasGrown(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	id := w.in(cookie, now).ID
	body := func() []byte { return must[bot.Paper](t)(w.shelf.Paper(t.Context(), "officer", id)).Body }
	before := body()
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	if !bytes.Equal(body(), before) {
		t.Error("hashed anew for nothing")
	}
	w.Dearer()
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	if bytes.Equal(body(), before) || !bytes.Contains(body(), []byte(`"m":128`)) {
		t.Errorf("not hashed anew: %s", body())
	}
	must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	w.in(cookie, now)
}

func TestOnlyHashesOfCookiesAreKept(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	secret := w.withCode(cookie, now)
	ticket := w.in(cookie, now).Ticket
	for _, kind := range []string{"officer", "invite", "session", "audit", "staff"} {
		papers := must[[]bot.Paper](t)(w.shelf.Papers(t.Context(), kind, "", 100))
		if len(papers) == 0 {
			t.Errorf("no paper of kind %s", kind)
		}
		for _, p := range papers {
			for _, never := range []string{cookie, token, good, secret, ticket} {
				if strings.Contains(p.ID+" "+string(p.Body), never) {
					t.Errorf("%s %s holds a secret", kind, p.ID)
				}
			}
		}
	}
}

func TestNothingPrintsWhatIsSecret(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleAdmin, now)
	secret := w.withCode(cookie, now)
	s := w.in(cookie, now)
	token := must[string](t)(w.Invite(t.Context(), s, staff.RoleWriter, now))
	reset := must[string](t)(w.Reset(t.Context(), staff.Operator(), s.ID, now))
	invites := must[[]staff.Invitation](t)(w.Invites(t.Context(), now))
	entries := must[[]staff.Entry](t)(w.log.Entries(t.Context(), 0, 100))
	var errs []error
	for range 8 {
		_, err := w.SignIn(t.Context(), "Ana", good, "192.0.2.77", now)
		errs = append(errs, err)
	}
	_, err := w.Accept(t.Context(), token, "x", good, now)
	_, err2 := w.Accept(t.Context(), reset, "", "short-"+secret[:4], now)
	_, err3 := w.Accept(t.Context(), token+"x", "Eva", good, now)
	_, err4 := w.Session(t.Context(), cookie, now)
	errs = append(errs, err, err2, err3, err4, w.ConfirmCode(t.Context(), cookie, "123456", now))
	text := fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Officer)
	text += fmt.Sprintf("%v %+v %#v %v %+v %v", invites, invites, invites, entries, w.Staff, errs)
	for _, never := range []string{cookie, token, reset, secret, good, s.Ticket, "192.0.2.77", "short-"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is printed", never)
		}
	}
}
