// What the file itself promises: nothing readable, one process, no loss.

package bolt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// What a thief would look for.
const (
	phone  = "+15550100777"
	chatID = "9876543210123"
	words  = "dicen-que-el-puente-abre"
)

// secrets is all of it, as it is and as it might be written.
func secrets() [][]byte {
	var all [][]byte
	for _, s := range []string{phone, phone[1:], chatID, words, "SM-provider-id-1", "cbp-one", "Tijuana", "America/", "parrot", "you said"} {
		utf16 := []byte{}
		for _, c := range []byte(s) {
			utf16 = append(utf16, c, 0)
		}
		all = append(all, []byte(s), utf16, []byte(hex.EncodeToString([]byte(s))), []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "=")))
	}
	return all
}

func found(t *testing.T, path string) (what []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets() {
		if bytes.Contains(raw, s) {
			what = append(what, string(s))
		}
	}
	return what
}

func talk(t *testing.T, s *bolt.Store) {
	t.Helper()
	a := bot.New(parrot{}, s)
	for i, from := range []bot.Address{{Channel: "sms", ID: phone}, {Channel: "telegram", ID: chatID}} {
		in := inbound("SM-provider-id-1", from, words)
		in.At = day.Add(time.Duration(i) * time.Minute)
		if r := receive(t, a, in); len(r.Out) != 1 {
			t.Fatal("no answer")
		}
	}
}

func TestACopyOfTheFileTellsNothing(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	// The search itself must be able to find: what it looks for is there, opened.
	snap, err := s.Load(t.Context(), bot.Address{Channel: "sms", ID: phone}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if session, err := flows.DecodeSession(snap.Session); err != nil || !strings.Contains(session.Node, words) || snap.Contact.ID != phone {
		t.Fatalf("what was said is not kept at all: %v", err)
	}
	if what := found(t, f.path); what != nil {
		t.Errorf("in the file of a running Posada one reads %q", what)
	}
	a := bot.New(parrot{}, s)
	receive(t, a, inbound("alto", bot.Address{Channel: "sms", ID: phone}, "alto"))
	receive(t, a, inbound("borrar", bot.Address{Channel: "sms", ID: phone}, "borrar"))
	closeStore(t, s)
	if what := found(t, f.path); what != nil {
		t.Errorf("in the file after delete one reads %q", what)
	}
	to := filepath.Join(t.TempDir(), "new.db")
	if _, err := bolt.Rewrite(t.Context(), f.path, to, f.keys); err != nil {
		t.Fatal(err)
	}
	if what := found(t, to); what != nil {
		t.Errorf("in the rewritten file one reads %q", what)
	}
	// Without seals this test would fail: the same rows, opened.
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, append(snap.Session, snap.Contact.Encode()...), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(found(t, plain)) == 0 {
		t.Error("the search finds nothing in an open text either")
	}
}

func TestOneKeyFileFitsOneDatabase(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	closeStore(t, s)
	other, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(f.path)
	_, err = bolt.Open(f.path, other)
	if !errors.Is(err, seal.ErrUnfit) || !strings.Contains(err.Error(), f.path) {
		t.Fatalf("opened with another key file: %v", err)
	}
	if _, err := bolt.Rewrite(t.Context(), f.path, f.path+".new", other); !errors.Is(err, seal.ErrUnfit) {
		t.Errorf("rewritten with another key file: %v", err)
	}
	after, _ := os.ReadFile(f.path)
	if !bytes.Equal(before, after) {
		t.Error("the attempt changed the file")
	}
	if c := counts(t, f.open(t)); c.Contacts != 2 {
		t.Errorf("after the attempt there are %d contacts", c.Contacts)
	}
}

func TestFileAndFolderAreTheirOwnersOnly(t *testing.T) {
	f := newFile(t)
	closeStore(t, f.open(t))
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if got := mode(f.path); got != 0o600 {
		t.Errorf("file mode %o", got)
	}
	if got := mode(filepath.Dir(f.path)); got != 0o700 {
		t.Errorf("folder mode %o", got)
	}
	if err := os.Chmod(f.path, 0o644); err != nil {
		t.Fatal(err)
	}
	f.open(t)
	if got := mode(f.path); got != 0o600 {
		t.Errorf("a file that was open to others has mode %o", got)
	}
}

func TestSomethingElseIsNotADatabase(t *testing.T) {
	folder := t.TempDir()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 4000), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "foreign")
	change(t, foreign, func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	})
	newer := filepath.Join(folder, "newer")
	s, err := bolt.Open(newer, keys)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	change(t, newer, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{9}) })
	for _, path := range []string{text, foreign, newer} {
		before, _ := os.ReadFile(path)
		if _, err := bolt.Open(path, keys); !errors.Is(err, bolt.ErrForeign) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want ErrForeign", path, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := bolt.Open(folder, keys); err == nil {
		t.Error("a folder was opened")
	}
}

// change works on the file below the store.
func change(t *testing.T, path string, do func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(do), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedValueSilencesNobody(t *testing.T) {
	for _, bucket := range []string{"sessions", "contacts", "outbox"} {
		t.Run(bucket, func(t *testing.T) {
			f := newFile(t)
			s := f.open(t)
			who := bot.Address{Channel: "sms", ID: phone}
			receive(t, bot.New(parrot{}, s), inbound("1", who, "uno"))
			closeStore(t, s)
			change(t, f.path, func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				k, v := b.Cursor().First()
				v = bytes.Clone(v)
				v[len(v)-1] ^= 1
				return b.Put(bytes.Clone(k), v)
			})
			s = f.open(t)
			a := bot.New(parrot{}, s)
			r := receive(t, a, inbound("2", who, "dos"))
			if len(r.Out) != 1 || r.Lost != (bucket != "outbox") {
				t.Fatalf("receipt %+v", r)
			}
			if bucket == "outbox" {
				// What cannot be read cannot be sent, and holds up nobody.
				got, err := s.Claim(t.Context(), day, "sms", 10, time.Minute)
				if err != nil || len(got) != 1 || got[0].Message.Text != "you said: dos" {
					t.Errorf("claimed %d, %v", len(got), err)
				}
			}
			if s.Damaged() == 0 {
				t.Error("the damage is not counted")
			}
			before := s.Damaged()
			if r := receive(t, a, inbound("3", who, "tres")); r.Lost || s.Damaged() != before {
				t.Error("the damage lasts")
			}
		})
	}
}

func TestASweepErasesNothingThatItCannotOpen(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket([]byte("sessions")).Cursor().First()
		return tx.Bucket([]byte("sessions")).Put(bytes.Clone(k), []byte("broken"))
	})
	s = f.open(t)
	swept, err := s.Sweep(t.Context(), bot.Sweep{Judge: func(bot.Kept) bot.Verdict { return bot.Verdict{Act: bot.Forget} }})
	if err != nil || swept.Damaged != 1 || swept.Forgotten != 1 {
		t.Errorf("swept %+v, %v", swept, err)
	}
	if c := counts(t, s); c.Sessions != 1 || c.Contacts != 1 {
		t.Errorf("left %+v", c)
	}
}

func TestAClosedStoreRefuses(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	who := bot.Address{Channel: "sms", ID: phone}
	snap, err := s.Load(t.Context(), who, "1")
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	closeStore(t, s)
	_, e1 := s.Load(t.Context(), who, "1")
	_, e2 := s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: day})
	_, e3 := s.Claim(t.Context(), day, "sms", 1, time.Minute)
	for i, err := range []error{e1, e2, e3} {
		if !errors.Is(err, bolt.ErrClosed) {
			t.Errorf("call %d: %v, want ErrClosed", i, err)
		}
	}
}
