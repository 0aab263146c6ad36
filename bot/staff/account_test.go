// Passwords and second factors, as their officers change them.

package staff_test

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot/staff"
	"posada/store/memory"
)

func TestACodeConfirmsASessionForAQuarterOfAnHour(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	other := must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	w.withCode(cookie, now)
	s := w.in(cookie, now.Add(staff.CodeLife-time.Second))
	if !s.Confirmed || !s.HasCode {
		t.Error("not confirmed")
	}
	w.ok(s.May(staff.ActApprove))
	w.fails(w.in(cookie, now.Add(staff.CodeLife)).May(staff.ActApprove), staff.ErrUnconfirmed)
	w.fails(w.in(other, now).May(staff.ActApprove), staff.ErrUnconfirmed)
}

func TestACodeWorksOnce(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	other := must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	secret := w.withCode(cookie, now)
	w.fails(w.ConfirmCode(t.Context(), other, staff.CodeAt(secret, now), now), staff.ErrRefused)
	w.fails(w.ConfirmCode(t.Context(), other, staff.CodeAt(secret, now.Add(-30*time.Second)), now), staff.ErrRefused)
	w.ok(w.ConfirmCode(t.Context(), other, staff.CodeAt(secret, now.Add(30*time.Second)), now))
	w.fails(w.ConfirmCode(t.Context(), other, staff.CodeAt(secret, now.Add(90*time.Second)), now), staff.ErrRefused)

	later := now.Add(10 * time.Minute)
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for _, c := range []string{cookie, other, cookie, other} {
		wg.Go(func() {
			if w.ConfirmCode(t.Context(), c, staff.CodeAt(secret, later), later) == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 1 {
		t.Errorf("a code was taken %d times", taken)
	}
}

func TestGuessingCodesIsSlowed(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	secret := w.withCode(cookie, now)
	at := now.Add(10 * time.Minute)
	wrong := staff.CodeAt(secret, at.Add(time.Hour))
	for range 5 {
		w.fails(w.ConfirmCode(t.Context(), cookie, wrong, at), staff.ErrRefused)
	}
	err := w.ConfirmCode(t.Context(), cookie, staff.CodeAt(secret, at), at)
	if slow, ok := errors.AsType[staff.ErrSlow](err); !ok || !slow.Until.Equal(at.Add(time.Second)) {
		t.Errorf("the sixth guess: %v", err)
	}
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(secret, at), at.Add(time.Second)))
}

func TestACodeThatCouldNotBeReadIsNotCounted(t *testing.T) {
	shelf := &failing{memory.New(), -1}
	w := worldOn(t, shelf)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	secret := w.withCode(cookie, now)
	at := now.Add(time.Minute)
	for range 9 {
		shelf.left = 4 // of session and officer twice: the first of the log
		w.fails(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(secret, at), at), errDisk)
	}
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(secret, at), at))
}

func TestASecondFactorIsReplacedOnlyByWhoHasIt(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	old := w.withCode(cookie, now)
	at := now.Add(20 * time.Minute)
	_, _, err := w.SetCode(t.Context(), w.in(cookie, at), at)
	w.fails(err, staff.ErrUnconfirmed)
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(old, at), at))
	fresh, uri, err := w.SetCode(t.Context(), w.in(cookie, at), at)
	w.ok(err)
	u, err := url.Parse(uri)
	w.ok(err)
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Posada:Ana" || u.Query().Get("secret") != fresh || len(fresh) != 32 {
		t.Errorf("uri %s", strings.ReplaceAll(uri, fresh, "…"))
	}
	// Until the new one is proven the old one counts, and not after.
	at = at.Add(time.Minute)
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(old, at), at))
	at = at.Add(time.Minute)
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(fresh, at), at))
	at = at.Add(time.Minute)
	w.fails(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(old, at), at), staff.ErrRefused)
	w.ok(w.ConfirmCode(t.Context(), cookie, staff.CodeAt(fresh, at), at))
}

func TestAFirstSecondFactorNeedsAFreshSignIn(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleApprover, now)
	at := now.Add(staff.CodeLife)
	_, _, err := w.SetCode(t.Context(), w.in(cookie, at), at)
	w.fails(err, staff.ErrStale)
	cookie = must[string](t)(w.SignIn(t.Context(), "Ana", good, "", at))
	w.withCode(cookie, at)
}

func TestAPasswordIsChangedOnlyByWhoKnowsIt(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	_, err := w.SetPassword(t.Context(), cookie, "wrong", good+"-2", now)
	w.fails(err, staff.ErrRefused)
	_, err = w.SetPassword(t.Context(), cookie, good, "short", now)
	w.fails(err, staff.ErrPassword)
	w.in(cookie, now)
	for range 4 {
		_, err = w.SetPassword(t.Context(), cookie, "wrong", good+"-2", now)
		w.fails(err, staff.ErrRefused)
	}
	_, err = w.SetPassword(t.Context(), cookie, good, good+"-2", now)
	if _, slow := errors.AsType[staff.ErrSlow](err); !slow {
		t.Errorf("guessing the old password: %v", err)
	}
	_, err = w.SetPassword(t.Context(), "no cookie", good, good+"-2", now)
	w.fails(err, staff.ErrNoSession)
}

func TestTheConsoleSpeaksToAnOfficerInTheirLanguage(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleWriter, now)
	w.ok(w.SetLang(t.Context(), w.in(cookie, now), "es", now))
	if s := w.in(cookie, now); s.Lang != "es" {
		t.Errorf("language %s", s.Lang)
	}
	w.fails(w.SetLang(t.Context(), w.in(cookie, now), "xx", now), staff.ErrLang)
}
