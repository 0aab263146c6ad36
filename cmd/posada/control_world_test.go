// The world of the commands' tests: a database with people and officers, and a
// server that runs beside it or does not.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/staff"
	"posada/flows"
)

const (
	phrase = "gato-verde-camina-lento"
	saying = "Dicen que mañana abren la frontera para todos"
)

// desks is a database and who works on it: Wanda writes; Abel, Ada and Alma
// approve; Bea approves and has no second factor.
type desks struct {
	t       *testing.T
	dir     string
	data    dataFlags
	secrets map[string]string // of the second factor, by name
	used    map[string]int    // codes
	server  *aside
}

// aside is a server that runs in this process.
type aside struct {
	stop  context.CancelFunc
	ended chan int
	errs  *synced
}

func newDesks(t *testing.T) *desks {
	t.Helper()
	dir := t.TempDir()
	h := &desks{t: t, dir: dir, secrets: map[string]string{}, used: map[string]int{}}
	h.data = dataFlags{DB: filepath.Join(dir, "p.db"), KeyFile: filepath.Join(dir, "keys", "p.key")}
	store, _, err := h.data.open()
	h.must(err)
	now := time.Now()
	for i := range 30 {
		who := bot.Address{Channel: "telegram", ID: fmt.Sprint(7000 + i)} // nobody sends there: what is queued waits
		snap, err := store.Load(t.Context(), who, fmt.Sprint("m", i))
		h.must(err)
		turn := bot.Turn{
			Snapshot: snap, Now: now, Session: flows.Session{Language: "es", Consented: true}.Encode(),
			Contact: &bot.Contact{Address: who, Form: "telegram", Since: now, Consent: now},
		}
		if i < 2 {
			turn.Notes = []bot.Note{{Kind: bot.NoteRumour, At: now, From: who, Lang: "es", Text: saying}}
		}
		if outcome, err := store.Commit(t.Context(), turn); err != nil || outcome != bot.Committed {
			t.Fatal(outcome, err)
		}
	}
	h.must(store.Close())
	h.must(h.data.withStaff(func(s *staff.Staff, _ *staff.Audit) error {
		early := now.Add(-time.Hour) // the code given then is none of today's
		for _, o := range []struct {
			name string
			role staff.Role
			code bool
		}{
			{"Wanda", staff.RoleWriter, false}, {"Bea", staff.RoleApprover, false},
			{"Abel", staff.RoleApprover, true}, {"Ada", staff.RoleApprover, true}, {"Alma", staff.RoleAdmin, true},
		} {
			token, err := s.Invite(t.Context(), staff.Operator(), o.role, early)
			if err != nil {
				return err
			}
			cookie, err := s.Accept(t.Context(), token, o.name, phrase, early)
			if err != nil || !o.code {
				if err != nil {
					return err
				}
				continue
			}
			session, err := s.Session(t.Context(), cookie, early)
			if err != nil {
				return err
			}
			if h.secrets[o.name], _, err = s.SetCode(t.Context(), session, early); err != nil {
				return err
			}
			if err := s.ConfirmCode(t.Context(), cookie, totp(t, h.secrets[o.name], early.Unix()/30), early); err != nil {
				return err
			}
		}
		return nil
	}))
	return h
}

func (h *desks) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// totp is the code of a step, RFC 6238.
func totp(t *testing.T, secret string, step int64) string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, raw)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fff_ffff%1_000_000)
}

// lines is what an officer types: the password, and a code that was not given
// before, of which each has two.
func (h *desks) lines(name string) string {
	h.t.Helper()
	if h.secrets[name] == "" {
		return phrase + "\n"
	}
	n := h.used[name]
	if h.used[name]++; n > 1 {
		h.t.Fatalf("%s has no codes left", name)
	}
	return phrase + "\n" + totp(h.t, h.secrets[name], time.Now().Unix()/30+int64(n)) + "\n"
}

// run gives a command and checks what it says; want stands in what it printed.
func (h *desks) run(code int, want, stdin string, args ...string) string {
	h.t.Helper()
	args = append(args, "--db", h.data.DB, "--key-file", h.data.KeyFile)
	got, out, errs := posada(h.t, stdin, args...)
	if got != code || !strings.Contains(out+errs, want) {
		h.t.Fatalf("posada %s: exit %d\n%s%swanted %d and %q", strings.Join(args, " "), got, out, errs, code, want)
	}
	for line := range strings.Lines(stdin) {
		if line = strings.TrimSpace(line); len(line) > 3 && strings.Contains(out+errs, line) {
			h.t.Fatalf("posada %s prints a secret", strings.Join(args, " "))
		}
	}
	return out
}

// file writes a file.
func (h *desks) file(name, text string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	h.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// serve runs a server beside the database.
func (h *desks) serve() {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	out := &synced{got: make(chan struct{}, 1)}
	s := &aside{stop: stop, ended: make(chan int, 1), errs: &synced{got: make(chan struct{}, 1)}}
	go func() {
		args := []string{"serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0", "--db", h.data.DB, "--key-file", h.data.KeyFile}
		s.ended <- run(ctx, args, streams{strings.NewReader(""), out, s.errs})
	}()
	for !strings.Contains(out.String(), "Stop with") {
		select {
		case <-out.got:
		case code := <-s.ended:
			h.t.Fatalf("serve ended with %d: %s", code, s.errs)
		}
	}
	h.server = s
	h.t.Cleanup(h.halt)
}

// halt ends the server, where one runs.
func (h *desks) halt() {
	if h.server == nil {
		return
	}
	h.server.stop()
	if code := <-h.server.ended; code != 0 {
		h.t.Errorf("serve ended with %d: %s", code, h.server.errs)
	}
	for _, secret := range []string{phrase, saying} {
		if strings.Contains(h.server.errs.String(), secret) {
			h.t.Errorf("the log holds a secret: %s", h.server.errs)
		}
	}
	h.server = nil
}

// eachWay does something beside a server and without one.
func eachWay(t *testing.T, do func(*desks)) {
	t.Run("beside a server", func(t *testing.T) {
		h := newDesks(t)
		h.serve()
		do(h)
	})
	t.Run("without one", func(t *testing.T) { do(newDesks(t)) })
}

// until asks again until what is printed holds something.
func (h *desks) until(want string, args ...string) string {
	h.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		out := h.run(0, "", "", args...)
		if strings.Contains(out, want) {
			return out
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("posada %s never said %q:\n%s", strings.Join(args, " "), want, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

var (
	bulletinID = regexp.MustCompile(`(?m)^b\d{8}`)
	hashLine   = regexp.MustCompile(`(?m)^Hash: ([0-9a-f]{64})$`)
	itemID     = regexp.MustCompile(`(?m)^[a-z2-7]{26}`)
	caseID     = regexp.MustCompile(`(?m)^[a-z2-7]{12} `)
)

// audited tells what the log holds, the newest first.
func (h *desks) audited(last int) string {
	return h.run(0, "", "", "audit", "list", "--last", fmt.Sprint(last))
}

var revision = regexp.MustCompile(`revision (\d+)`)

// anAnswer is an answer of the book.
func anAnswer(t *testing.T) string {
	t.Helper()
	b, err := new(bookFlags).load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.Answers() {
		if b.CanWithdraw("answer", a.ID) == nil {
			return a.ID
		}
	}
	t.Fatal("the book has no answer")
	return ""
}
