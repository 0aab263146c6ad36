// What each role may do: the whole table.

package staff_test

import (
	"testing"

	"posada/bot/staff"
)

func TestWhatEachRoleMayDo(t *testing.T) {
	acts := []staff.Act{staff.ActRead, staff.ActWrite, staff.ActApprove, staff.ActWithdraw, staff.ActStaff}
	for role, may := range map[staff.Role][]bool{
		staff.RoleWriter:   {true, true, false, false, false},
		staff.RoleApprover: {true, true, true, true, false},
		staff.RoleAdmin:    {true, true, true, true, true},
		"":                 {false, false, false, false, false},
		"Admin":            {false, false, false, false, false},
	} {
		for i, act := range acts {
			if role.Can(act) != may[i] {
				t.Errorf("%q may %d: %v", role, act, role.Can(act))
			}
		}
		if role.Can(0) || role.Can(99) {
			t.Errorf("%q may what is no act", role)
		}
	}
}

func TestWhatCannotBeTakenBackNeedsACode(t *testing.T) {
	for act, needs := range map[staff.Act]bool{
		staff.ActRead: false, staff.ActWrite: false, staff.ActApprove: true, staff.ActWithdraw: true, staff.ActStaff: true,
	} {
		without := staff.Session{Officer: staff.Officer{Role: staff.RoleAdmin}}
		with := without
		with.Confirmed = true
		var want error
		if needs {
			want = staff.ErrUnconfirmed
		}
		if got := without.May(act); got != want {
			t.Errorf("act %d without a code: %v", act, got)
		}
		if got := with.May(act); got != nil {
			t.Errorf("act %d with a code: %v", act, got)
		}
		with.Role = staff.RoleWriter
		if got := with.May(act); needs && got != staff.ErrForbidden {
			t.Errorf("act %d of a writer with a code: %v", act, got)
		}
	}
}
