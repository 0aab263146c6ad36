// Links: who comes in by one, and who no more.

package staff_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot/staff"
)

func TestTheFirstAdminComesInByALinkThatWorksOnce(t *testing.T) {
	w := newWorld(t)
	old, ok, err := w.FirstToken(t.Context(), now)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	token, ok, err := w.FirstToken(t.Context(), now)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	_, err = w.Accept(t.Context(), old, "Ana", good, now)
	w.fails(err, staff.ErrToken) // a newer one took its place
	i := must[staff.Invitation](t)(w.Invited(t.Context(), token, now))
	if i.Role != staff.RoleAdmin || i.By != staff.System || !i.Until.Equal(now.Add(24*time.Hour)) {
		t.Errorf("invitation %+v", i)
	}
	_, err = w.Accept(t.Context(), token, "Ana", good, now.Add(24*time.Hour))
	w.fails(err, staff.ErrToken)
	cookie := must[string](t)(w.Accept(t.Context(), token, "Ana", good, now.Add(24*time.Hour-time.Second)))
	if s := w.in(cookie, now); s.Role != staff.RoleAdmin || s.Name != "Ana" {
		t.Errorf("session %v", s)
	}
	_, err = w.Accept(t.Context(), token, "Eva", good, now)
	w.fails(err, staff.ErrToken)
	if _, ok, err = w.FirstToken(t.Context(), now); ok || err != nil {
		t.Errorf("a second first link: %v, %v", ok, err)
	}
	if got := strings.Join(w.did(), " "); got != "staff.first staff.first staff.accept" {
		t.Errorf("the log says %s", got)
	}
}

func TestAFirstLinkIsWorthNothingOnceThereIsAnAdmin(t *testing.T) {
	w := newWorld(t)
	token, _, err := w.FirstToken(t.Context(), now)
	w.ok(err)
	w.hire("Ana", staff.RoleAdmin, now)
	_, err = w.Accept(t.Context(), token, "Eva", good, now)
	w.fails(err, staff.ErrToken)
}

func TestAnInvitationIsGoodForThreeDaysAndOnce(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleAdmin, now)
	w.withCode(cookie, now)
	ana := w.in(cookie, now)
	token := must[string](t)(w.Invite(t.Context(), ana, staff.RoleApprover, now))
	_, err := w.Accept(t.Context(), token, "Eva", good, now.Add(72*time.Hour))
	w.fails(err, staff.ErrToken)
	for _, c := range []struct {
		name, password string
		want           error
	}{
		{"E", good, staff.ErrName}, {"ANA", good, staff.ErrTaken}, {"Aná", good, staff.ErrTaken}, {"Eva", "short", staff.ErrPassword}, {"Eva", "eva-" + good, staff.ErrPassword},
	} {
		_, err := w.Accept(t.Context(), token, c.name, c.password, now)
		w.fails(err, c.want)
	}
	eva := w.in(must[string](t)(w.Accept(t.Context(), token, "Eva", good, now.Add(time.Hour))), now.Add(time.Hour))
	if eva.Role != staff.RoleApprover {
		t.Errorf("role %s", eva.Role)
	}
	_, err = w.Accept(t.Context(), token, "Ida", good, now)
	w.fails(err, staff.ErrToken)
	for _, forged := range []string{"", "x", token[:42], token + "A", strings.Repeat("A", 43)} {
		_, err = w.Accept(t.Context(), forged, "Ida", good, now)
		w.fails(err, staff.ErrToken)
		_, err = w.Invited(t.Context(), forged, now)
		w.fails(err, staff.ErrToken)
	}
}

func TestOnlyAConfirmedAdminSaysWhoWorksHere(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	eva := w.in(w.hire("Eva", staff.RoleWriter, now), now)
	by := func(role staff.Role, confirmed bool) staff.Session {
		return staff.Session{Officer: staff.Officer{ID: "0123456789abcdef", Role: role}, Confirmed: confirmed}
	}
	for _, c := range []struct {
		by   staff.Session
		want error
	}{
		{by(staff.RoleWriter, true), staff.ErrForbidden}, {by(staff.RoleApprover, true), staff.ErrForbidden},
		{by(staff.RoleAdmin, false), staff.ErrUnconfirmed}, {staff.Session{}, staff.ErrForbidden},
	} {
		_, err := w.Invite(t.Context(), c.by, staff.RoleWriter, now)
		w.fails(err, c.want)
		_, err = w.Reset(t.Context(), c.by, eva.ID, now)
		w.fails(err, c.want)
		w.fails(w.SetRole(t.Context(), c.by, eva.ID, staff.RoleAdmin, now), c.want)
		w.fails(w.End(t.Context(), c.by, eva.ID, now), c.want)
		w.fails(w.Revoke(t.Context(), c.by, "0", now), c.want)
	}
	_, err := w.Invite(t.Context(), staff.Operator(), "owner", now)
	w.fails(err, staff.ErrRole)
	w.fails(w.SetRole(t.Context(), staff.Operator(), eva.ID, "owner", now), staff.ErrRole)
	w.fails(w.SetRole(t.Context(), staff.Operator(), "nobody", staff.RoleAdmin, now), staff.ErrNoOfficer)
	w.fails(w.End(t.Context(), staff.Operator(), "nobody", now), staff.ErrNoOfficer)
}

func TestInvitationsOfWhoIsNoAdminAnyMoreAreWorthNothing(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	cookie := w.hire("Eva", staff.RoleAdmin, now)
	w.withCode(cookie, now)
	eva := w.in(cookie, now)
	token := must[string](t)(w.Invite(t.Context(), eva, staff.RoleAdmin, now))
	w.ok(w.End(t.Context(), staff.Operator(), eva.ID, now))
	_, err := w.Accept(t.Context(), token, "Ida", good, now)
	w.fails(err, staff.ErrToken)
	cookie = w.hire("Ida", staff.RoleAdmin, now)
	w.withCode(cookie, now)
	ida := w.in(cookie, now)
	token = must[string](t)(w.Invite(t.Context(), ida, staff.RoleAdmin, now))
	w.ok(w.SetRole(t.Context(), staff.Operator(), ida.ID, staff.RoleApprover, now))
	_, err = w.Accept(t.Context(), token, "Eli", good, now)
	w.fails(err, staff.ErrToken)
	if left := must[[]staff.Invitation](t)(w.Invites(t.Context(), now)); len(left) != 0 {
		t.Errorf("invitations %v", left)
	}
}

func TestAnInvitationCanBeRevoked(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	open := must[[]staff.Invitation](t)(w.Invites(t.Context(), now))
	if len(open) != 1 || open[0].Role != staff.RoleWriter || open[0].By != staff.Command {
		t.Fatalf("invitations %+v", open)
	}
	w.ok(w.Revoke(t.Context(), staff.Operator(), open[0].ID, now))
	w.ok(w.Revoke(t.Context(), staff.Operator(), open[0].ID, now))
	_, err := w.Accept(t.Context(), token, "Ida", good, now)
	w.fails(err, staff.ErrToken)
}

func TestWhoLostPasswordOrPhoneSetsBothAnew(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana", staff.RoleAdmin, now)
	w.withCode(cookie, now)
	id := w.in(cookie, now).ID
	old := must[string](t)(w.Reset(t.Context(), staff.Operator(), id, now))
	w.out(cookie, now)
	_, err := w.SignIn(t.Context(), "Ana", good, "", now)
	w.fails(err, staff.ErrRefused)
	token := must[string](t)(w.Reset(t.Context(), staff.Operator(), id, now))
	_, err = w.Accept(t.Context(), old, "", good, now)
	w.fails(err, staff.ErrToken)
	i := must[staff.Invitation](t)(w.Invited(t.Context(), token, now))
	if i.For.ID != id || i.For.Name != "Ana" || i.Role != staff.RoleAdmin {
		t.Errorf("invitation %+v", i)
	}
	_, err = w.Accept(t.Context(), token, "", "ana-"+good, now)
	w.fails(err, staff.ErrPassword)
	cookie = must[string](t)(w.Accept(t.Context(), token, "Other", good+"-2", now))
	if s := w.in(cookie, now); s.ID != id || s.Name != "Ana" || s.HasCode || s.Role != staff.RoleAdmin {
		t.Errorf("session of %s, %v", s.Name, s)
	}
	_, err = w.Accept(t.Context(), token, "", good, now)
	w.fails(err, staff.ErrToken)
	w.withCode(cookie, now)
}

func TestTheLastAdminStays(t *testing.T) {
	w := newWorld(t)
	ana := w.in(w.hire("Ana", staff.RoleAdmin, now), now)
	w.fails(w.End(t.Context(), staff.Operator(), ana.ID, now), staff.ErrLastAdmin)
	w.fails(w.SetRole(t.Context(), staff.Operator(), ana.ID, staff.RoleApprover, now), staff.ErrLastAdmin)
	eva := w.in(w.hire("Eva", staff.RoleAdmin, now), now)

	// Each ends the other, at once: one of them stays.
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []string{ana.ID, eva.ID} {
		wg.Go(func() { errs[i] = w.End(t.Context(), staff.Operator(), id, now) })
	}
	wg.Wait()
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	if errs[0] != nil || !errors.Is(errs[1], staff.ErrLastAdmin) {
		t.Errorf("both were ended: %v", errs)
	}
}

func TestOfTwoWhoUseOneLinkOneComesIn(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	race(t, func(i int) error {
		_, err := w.Accept(t.Context(), token, fmt.Sprint("Ana ", string(rune('a'+i)), "x"), good, now)
		return err
	}, staff.ErrToken)
	if all := must[[]staff.Officer](t)(w.Officers(t.Context())); len(all) != 1 {
		t.Errorf("officers %v", all)
	}
}

func TestOfTwoWhoTakeOneNameOneHasIt(t *testing.T) {
	w := newWorld(t)
	var tokens []string
	for range 8 {
		tokens = append(tokens, must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now)))
	}
	race(t, func(i int) error {
		_, err := w.Accept(t.Context(), tokens[i], []string{"Ana", "ANA"}[i%2], good, now)
		return err
	}, staff.ErrTaken)
}

// race does something eight times at once: it works once, and fails else.
func race(t *testing.T, do func(i int) error, want error) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, want):
			t.Errorf("lost with %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestNamesAreCleanAndSayWhoIsNoOfficer(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{
		"", " ", "A", "12", "<b>Ana</b>", "Ana\nEva", "system", "Command", "POSADA", "Ana_Eva", "=1+1 ab", strings.Repeat("a", 41),
	} {
		token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
		if _, err := w.Accept(t.Context(), token, name, good, now); !errors.Is(err, staff.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"José O’Neil-Ruiz", "Мария", "李雷", "مریم", "Ana 2", strings.Repeat("ab", 20)} {
		token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
		cookie, err := w.Accept(t.Context(), token, " "+name+"\u202e ", good, now)
		if err != nil || w.in(cookie, now).Name != name {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWhatEndedIsErased(t *testing.T) {
	w := newWorld(t)
	w.hire("Ana", staff.RoleAdmin, now)
	eva := w.in(w.hire("Eva", staff.RoleAdmin, now), now)
	must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	later := now.Add(71 * time.Hour)
	for range 300 { // more than are erased at once
		must[string](t)(w.SignIn(t.Context(), "Ana", good, "", now))
	}
	cookie := must[string](t)(w.SignIn(t.Context(), "Ana", good, "", later))
	gone := must[string](t)(w.SignIn(t.Context(), "Eva", good, "", later))
	w.ok(w.End(t.Context(), staff.Operator(), eva.ID, later))
	if n := must[int](t)(w.Sweep(t.Context(), later)); n != 303 { // two who were hired, 300, and one who ended
		t.Errorf("%d erased", n)
	}
	w.in(cookie, later)
	w.out(gone, later)
	if n := must[int](t)(w.Sweep(t.Context(), now.Add(72*time.Hour))); n != 2 { // the session is idle, the invitation past
		t.Errorf("%d erased", n)
	}
	for _, kind := range []string{"session", "invite"} {
		papers, err := w.shelf.Papers(t.Context(), kind, "", 10)
		if err != nil || len(papers) != 0 {
			t.Errorf("%d papers of kind %s are left, %v", len(papers), kind, err)
		}
	}
}

func TestNobodyIsCalledSoThatTheyAreTakenForAnother(t *testing.T) {
	w := newWorld(t)
	w.hire("Maria Cano", staff.RoleApprover, now)
	w.hire("Ильма", staff.RoleWriter, now)
	for _, name := range []string{"Mаria Cano", "Маria Cаnо", "MARIA CANΟ", "Maria Can0", "Marla Cano", "MariaCano", "Maria-Cano", "maría  caño", "Maria Сano", "Ильмa"} {
		token := must[string](t)(w.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
		if _, err := w.Accept(t.Context(), token, name, good, now); !errors.Is(err, staff.ErrTaken) {
			t.Errorf("%q beside Maria Cano and Ильма: %v", name, err)
		}
	}
	for _, name := range []string{"Mariana Cano", "Mara Cano", "Елена", "Eva"} {
		w.hire(name, staff.RoleWriter, now)
	}
}
