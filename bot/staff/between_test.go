// Two who act at once: whatever comes between what one read and what one files
// is seen.

package staff_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
)

// meddled lets another act before the next papers are filed.
type meddled struct {
	bot.Shelf
	other func()
}

func (m *meddled) File(ctx context.Context, p ...*bot.Paper) (bot.Outcome, error) {
	if other := m.other; other != nil {
		m.other = nil
		other()
	}
	return m.Shelf.File(ctx, p...)
}

// twoOn are two staffs on one shelf; the first is about to file when other acts
// by the second.
func twoOn(t *testing.T) (first, second world, between func(other func())) {
	second = newWorld(t)
	m := &meddled{Shelf: second.shelf}
	return worldOn(t, m), second, func(other func()) { m.other = other }
}

func TestANameTakenMeanwhileIsTaken(t *testing.T) {
	one, two, between := twoOn(t)
	token := must[string](t)(two.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	between(func() { two.hire("ANA", staff.RoleWriter, now) })
	_, err := one.Accept(t.Context(), token, "Ana", good, now)
	one.fails(err, staff.ErrTaken)
	must[string](t)(one.Accept(t.Context(), token, "Eva", good, now))
}

func TestALinkUsedMeanwhileIsUsed(t *testing.T) {
	one, two, between := twoOn(t)
	token := must[string](t)(two.Invite(t.Context(), staff.Operator(), staff.RoleWriter, now))
	between(func() { must[string](t)(two.Accept(t.Context(), token, "Ana", good, now)) })
	_, err := one.Accept(t.Context(), token, "Eva", good, now)
	one.fails(err, staff.ErrToken)
}

func TestALinkWhoseAdminEndsMeanwhileIsWorthNothing(t *testing.T) {
	one, two, between := twoOn(t)
	two.hire("Ana", staff.RoleAdmin, now)
	cookie := two.hire("Eva", staff.RoleAdmin, now)
	two.withCode(cookie, now)
	eva := two.in(cookie, now)
	token := must[string](t)(two.Invite(t.Context(), eva, staff.RoleAdmin, now))
	between(func() { two.ok(two.End(t.Context(), staff.Operator(), eva.ID, now)) })
	_, err := one.Accept(t.Context(), token, "Ida", good, now)
	one.fails(err, staff.ErrToken)
}

func TestOfTwoAdminsWhoEndEachOtherOneStays(t *testing.T) {
	one, two, between := twoOn(t)
	ana := two.in(two.hire("Ana", staff.RoleAdmin, now), now)
	eva := two.in(two.hire("Eva", staff.RoleAdmin, now), now)
	between(func() { two.ok(two.End(t.Context(), staff.Operator(), ana.ID, now)) })
	one.fails(one.End(t.Context(), staff.Operator(), eva.ID, now), staff.ErrLastAdmin)
	two.in(two.hire("Ida", staff.RoleAdmin, now), now)
	between(func() { two.ok(two.SetRole(t.Context(), staff.Operator(), eva.ID, staff.RoleWriter, now)) })
	ida := must[staff.Officer](t)(two.Find(t.Context(), "Ida"))
	one.fails(one.SetRole(t.Context(), staff.Operator(), ida.ID, staff.RoleWriter, now), staff.ErrLastAdmin)
}

func TestACodeGivenMeanwhileIsGiven(t *testing.T) {
	one, two, between := twoOn(t)
	cookie := two.hire("Ana", staff.RoleApprover, now)
	other := must[string](t)(two.SignIn(t.Context(), "Ana", good, "", now))
	secret := two.withCode(cookie, now)
	at := now.Add(time.Minute)
	between(func() { two.ok(two.ConfirmCode(t.Context(), other, staff.CodeAt(secret, at), at)) })
	one.fails(one.ConfirmCode(t.Context(), cookie, staff.CodeAt(secret, at), at), staff.ErrRefused)
}

func TestAnOfficerWhoEndsWhileTheySignInIsNotIn(t *testing.T) {
	one, two, between := twoOn(t)
	two.hire("Ida", staff.RoleAdmin, now)
	ana := two.in(two.hire("Ana", staff.RoleWriter, now), now)
	one.Dearer() // the password is to be hashed anew
	between(func() { two.ok(two.End(t.Context(), staff.Operator(), ana.ID, now)) })
	cookie := must[string](t)(one.SignIn(t.Context(), "Ana", good, "", now))
	one.out(cookie, now)
	_, err := one.SignIn(t.Context(), "Ana", good, "", now)
	one.fails(err, staff.ErrRefused)
}

func TestASignOutIsNotUndoneByAPageAtTheSameTime(t *testing.T) {
	one, two, between := twoOn(t)
	cookie := two.hire("Ana", staff.RoleWriter, now)
	at := now.Add(2 * time.Minute)
	between(func() { two.ok(two.SignOut(t.Context(), cookie, at)) })
	one.in(cookie, at)
	one.out(cookie, at)

	cookie = must[string](t)(two.SignIn(t.Context(), "Ana", good, "", now))
	between(func() { two.in(cookie, at) }) // stamps it
	one.ok(one.SignOut(t.Context(), cookie, at))
	two.out(cookie, at)
}

func TestASweepLeavesWhatChangedMeanwhile(t *testing.T) {
	one, two, between := twoOn(t)
	for i := range 3 {
		two.hire(fmt.Sprint("Ana ", i), staff.RoleWriter, now)
	}
	papers := must[[]bot.Paper](t)(two.shelf.Papers(t.Context(), "session", "", 9))
	between(func() { two.file(papers[1]) })
	if n := must[int](t)(one.Sweep(t.Context(), now.Add(24*time.Hour))); n != 2 {
		t.Errorf("%d erased", n)
	}
	if n := must[int](t)(one.Sweep(t.Context(), now.Add(24*time.Hour))); n != 1 {
		t.Errorf("%d erased later", n)
	}
}
