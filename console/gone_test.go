// What is left of officers who are no longer there.
package console

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/staff"
)

func TestNobodyIsOnDutyWhoSignedOutOrWasEnded(t *testing.T) {
	h := newHouse(t)
	ada, eva := h.hire("Ada", staff.RoleAdmin, true), h.hire("Eva", staff.RoleWriter, false)
	on := func() []string { return h.furniture.desk.Duty(time.Now()).Now }
	eva.post("/letters/duty", "on", "yes").want(t, http.StatusSeeOther)
	ada.post("/letters/duty", "on", "yes").want(t, http.StatusSeeOther)
	if n := len(on()); n != 2 {
		t.Fatalf("%d on duty", n)
	}
	all, err := h.staff.Officers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := all[slices.IndexFunc(all, func(o staff.Officer) bool { return o.Name == "Eva" })].ID

	code, err := h.furniture.bulletins.Link(t.Context(), bulletin.Actor{ID: id}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := h.furniture.bulletins.Linked(t.Context(), code, bot.Address{Channel: "telegram", ID: "1"}, time.Now()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	ada.post("/staff/"+id+"/end").want(t, http.StatusSeeOther)
	if list := on(); len(list) != 1 || list[0] == id {
		t.Errorf("on duty after one was ended: %v", list)
	}
	if channel, err := h.furniture.bulletins.LinkedOn(t.Context(), id); channel != "" || err != nil {
		t.Errorf("the phone of one who was ended is still known: %q, %v", channel, err)
	}
	ada.post("/sign-out").want(t, http.StatusSeeOther)
	if list := on(); len(list) != 0 {
		t.Errorf("on duty after all signed out: %v", list)
	}
}
