// Two officers who are two people.

package staff_test

import (
	"testing"
	"time"

	"posada/bot/staff"
)

func TestWhoeverLetSomebodyInIsTakenForThem(t *testing.T) {
	w := newWorld(t)
	cookie := w.hire("Ana Admin", staff.RoleAdmin, now)
	w.withCode(cookie, now)
	admin := w.in(cookie, now)
	join := func(by staff.Session, name string, role staff.Role) (string, staff.Session) {
		token := must[string](t)(w.Invite(t.Context(), by, role, now))
		cookie := must[string](t)(w.Accept(t.Context(), token, name, good, now))
		return cookie, w.in(cookie, now)
	}
	_, approver := join(admin, "Berta Bueno", staff.RoleApprover)
	_, writer := join(admin, "Carla Cruz", staff.RoleWriter)
	cookie, puppet := join(admin, "Dora Diaz", staff.RoleAdmin)
	w.withCode(cookie, now)
	_, second := join(w.in(cookie, now), "Eva Espino", staff.RoleApprover)
	for _, c := range []struct {
		name   string
		id     string
		others []string
		after  time.Duration
		apart  bool
	}{
		{"themselves", approver.ID, []string{approver.ID}, 0, false},
		{"whom they let in today", approver.ID, []string{writer.ID, admin.ID}, 0, false},
		{"whom somebody let in whom they let in", second.ID, []string{admin.ID}, 0, false},
		{"the same through one hand", second.ID, []string{puppet.ID}, 0, false},
		{"whom they let in a week ago", approver.ID, []string{admin.ID}, staff.FreshLife, true},
		{"two whom a third let in", approver.ID, []string{writer.ID}, 0, true},
		{"who let them in", admin.ID, []string{approver.ID}, 0, false},
		{"who let them in a week ago", admin.ID, []string{approver.ID}, staff.FreshLife, true},
	} {
		got, err := w.Apart(t.Context(), c.id, c.others, now.Add(c.after))
		if err != nil || got != c.apart {
			t.Errorf("%s: %t, %v", c.name, got, err)
		}
	}
	renewed := must[string](t)(w.Reset(t.Context(), admin, approver.ID, now.Add(staff.FreshLife)))
	must[string](t)(w.Accept(t.Context(), renewed, "", good, now.Add(staff.FreshLife)))
	if got, err := w.Apart(t.Context(), approver.ID, []string{admin.ID}, now.Add(staff.FreshLife+time.Hour)); err != nil || got {
		t.Errorf("whose access they renewed: %t, %v", got, err)
	}
}
