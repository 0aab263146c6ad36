// posada staff and posada audit: what an operator sees and does, the server
// stopped.
package main

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"posada/bot/staff"
)

// link is a one-time link as commands print it.
var link = regexp.MustCompile(`(?m)^/join/([A-Za-z0-9_-]{43})$`)

// withStaff does something with the staff of a database that no server has open.
func (d *dataFlags) withStaff(do func(*staff.Staff, *staff.Audit) error) error {
	store, _, err := d.open()
	if err != nil {
		return err
	}
	log := staff.NewAudit(store)
	return errors.Join(do(staff.New(store, log), log), store.Close())
}

func TestStaffAndAuditByCommand(t *testing.T) {
	dir := homeless(t)
	data := dataFlags{DB: filepath.Join(dir, "p.db"), KeyFile: filepath.Join(dir, "keys", "p.key")}
	flags := []string{"--db", data.DB, "--key-file", data.KeyFile}
	run := func(wantCode int, want string, args ...string) string {
		t.Helper()
		code, out, err := posada(t, "", append(args, flags...)...)
		if code != wantCode || !strings.Contains(out+err, want) {
			t.Fatalf("%v: exit %d, %s%s; want %d, %q", args, code, out, err, wantCode, want)
		}
		return out
	}
	accept := func(token, name string) {
		t.Helper()
		err := data.withStaff(func(s *staff.Staff, _ *staff.Audit) error {
			_, err := s.Accept(t.Context(), token, name, "gato-verde-camina-lento", time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	token := func(out string) string {
		t.Helper()
		m := link.FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no link in %s", out)
		}
		return m[1]
	}

	run(0, "Nobody works here yet", "staff", "list")
	run(0, "The log is empty", "audit", "verify")
	run(0, "Nothing was done yet", "audit", "list")
	accept(token(run(0, "works once", "staff", "first")), "Ana")
	run(1, "there is an admin already", "staff", "first")
	list := run(0, "admin", "staff", "list")
	if !regexp.MustCompile(`(?m)^Ana +admin +\d{4}-\d\d-\d\d +no +[0-9a-f]{16}$`).MatchString(list) {
		t.Errorf("list:\n%s", list)
	}
	run(1, "the last admin must stay", "staff", "end", "Ana")
	run(1, "no such officer", "staff", "end", "Eva")
	verified := run(0, "2 entries, whole", "audit", "verify")
	hash := regexp.MustCompile(`[0-9a-f]{64}`).FindString(verified)
	reset := token(run(0, "works once", "staff", "reset", "ANA"))
	accept(reset, "")

	var invited string
	err := data.withStaff(func(s *staff.Staff, _ *staff.Audit) (err error) {
		invited, err = s.Invite(t.Context(), staff.Operator(), staff.RoleWriter, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	accept(invited, "Eva")
	run(0, "Eva works here no more", "staff", "end", "eva")
	run(1, "no such officer", "staff", "end", "Eva")
	run(1, "no such officer", "staff", "reset", "Eva")
	if list := run(0, "Eva", "staff", "list"); !regexp.MustCompile(`(?m)^Eva +ended`).MatchString(list) {
		t.Errorf("list:\n%s", list)
	}

	entries := run(0, "staff.end", "audit", "list", "--last", "3")
	if n := strings.Count(entries, "\n"); n != 4 || !regexp.MustCompile(`(?m)^7 .* command +staff\.end +Eva`).MatchString(entries) {
		t.Errorf("entries:\n%s", entries)
	}
	run(0, "The expected hash is that of entry 2", "audit", "verify", "--expect", hash)
	run(1, "does not hold the expected hash", "audit", "verify", "--expect", strings.Repeat("ab", 32))
	run(1, "64 hexadecimal digits", "audit", "verify", "--expect", "abc")
	for _, secret := range []string{token("/join/" + reset), invited, "gato-verde"} {
		if strings.Contains(list+entries+verified, secret) {
			t.Error("a secret is printed")
		}
	}
}
