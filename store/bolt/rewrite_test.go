// Rewriting the file: everything is there, sealed anew, and smaller.

package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// rotating is a database with a key file that can be rotated.
func rotating(t *testing.T) (f file, keyFile string) {
	t.Helper()
	keyFile = filepath.Join(t.TempDir(), "posada.keys")
	keys, err := seal.Create(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	return file{filepath.Join(t.TempDir(), "posada.db"), keys}, keyFile
}

func TestARewriteKeepsAllAndNeedsTheOldKeysNoMore(t *testing.T) {
	f, keyFile := rotating(t)
	s := f.open(t)
	a := bot.New(parrot{}, s)
	for i := range 300 {
		in := inbound(fmt.Sprint(i), bot.Address{Channel: "sms", ID: fmt.Sprint(i % 100)}, fmt.Sprint(i))
		in.At = day.AddDate(0, 0, i/150)
		receive(t, a, in)
	}
	receive(t, a, inbound("stop", bot.Address{Channel: "sms", ID: "5"}, "alto"))
	want := counts(t, s)
	closeStore(t, s)

	rotated, err := seal.Rotate(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadFile(f.path)
	to := file{filepath.Join(t.TempDir(), "new", "posada.db"), rotated}
	done, err := bolt.Rewrite(t.Context(), f.path, to.path, rotated)
	if err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(f.path); !bytes.Equal(old, now) {
		t.Error("the old file was changed")
	}
	if done.Damaged != 0 || done.Before <= done.After || done.After == 0 {
		t.Errorf("rewritten %+v", done)
	}
	if info, _ := os.Stat(to.path); info.Mode().Perm() != 0o600 || info.Size() != done.After {
		t.Errorf("the new file has mode %o and %d bytes", info.Mode().Perm(), info.Size())
	}
	// With the keys from before the rotation nothing in it opens: all was sealed anew.
	if _, err := bolt.Open(to.path, f.keys); !errors.Is(err, seal.ErrUnfit) {
		t.Errorf("the old keys still fit: %v", err)
	}
	opened := 0
	each := func(bucket string, do func(k, v []byte)) {
		t.Helper()
		db, err := bbolt.Open(to.path, 0o600, &bbolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error { do(k, v); return nil })
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, bucket := range []string{"contacts", "sessions", "diary", "rumours", "outbox"} {
		each(bucket, func(k, v []byte) {
			opened++
			if bucket == "contacts" { // sealed behind the time of the first timer, and to it
				k, v = append(bytes.Clone(k), v[:8]...), v[8:]
			}
			if _, err := f.keys.Open(bucket, k, v); err == nil {
				t.Errorf("a value of %s still opens with the old key", bucket)
			}
			if _, err := rotated.Open(bucket, k, v); err != nil {
				t.Errorf("a value of %s does not open with the new key", bucket)
			}
		})
	}
	if n := want.Contacts + want.Sessions + want.Diary + want.Notes + want.Queued; opened != n {
		t.Errorf("%d values, want %d", opened, n)
	}

	s = to.open(t)
	if got := counts(t, s); got != want {
		t.Errorf("the new file holds %+v, want %+v", got, want)
	}
	snap, err := s.Load(t.Context(), bot.Address{Channel: "sms", ID: "5"}, "299")
	if err != nil || !snap.Seen {
		t.Errorf("a message from before is new (%v)", err)
	}
	snap, err = s.Load(t.Context(), bot.Address{Channel: "sms", ID: "5"}, "none")
	if err != nil || !snap.OptedOut || snap.Contact.ID != "5" {
		t.Errorf("contact not found again, or not opted out (%v)", err)
	}
	if session, err := flows.DecodeSession(snap.Session); err != nil || session.Node != "5.105.205." {
		t.Errorf("session %q, %v", session.Node, err)
	}
	last := receive(t, bot.New(parrot{}, s), inbound("more", bot.Address{Channel: "sms", ID: "1"}, "x")).Out[0].ID
	claimed := replies(t, s)
	if len(claimed) != want.Queued+1 || !slices.ContainsFunc(claimed, func(c bot.Claimed) bool { return c.ID == last }) {
		t.Errorf("%d messages in the queue, want %d and %d among them", len(claimed), want.Queued+1, last)
	}
}

func TestARewriteKeepsTheQueueAsItStands(t *testing.T) {
	f, keyFile := rotating(t)
	s := f.open(t)
	talk(t, s)
	everywhere(t, s)
	receive(t, bot.New(parrot{}, s), inbound("third", bot.Address{Channel: "sms", ID: "third"}, "x"))
	if err := s.Reach(t.Context(), bot.Address{Channel: "sms", ID: "third"}, false); err != nil {
		t.Fatal(err)
	}
	want := counts(t, s)
	letters, err := s.Dead(t.Context(), 99)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	rotated, err := seal.Rotate(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	to := file{filepath.Join(t.TempDir(), "posada.db"), rotated}
	if done, err := bolt.Rewrite(t.Context(), f.path, to.path, rotated); err != nil || done.Damaged != 0 {
		t.Fatalf("rewritten %+v, %v", done, err)
	}
	whole(t, to.path)
	change(t, to.path, func(tx *bbolt.Tx) error {
		for _, bucket := range []string{"outbox", "sent", "dead"} {
			err := tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error {
				if _, err := f.keys.Open(bucket, k, v); err == nil {
					t.Errorf("a value of %s still opens with the old key", bucket)
				}
				_, err := rotated.Open(bucket, k, v)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	s = to.open(t)
	if got := counts(t, s); got != want {
		t.Errorf("the new file holds %+v, want %+v", got, want)
	}
	if again, err := s.Dead(t.Context(), 99); err != nil || !slices.Equal(again, letters) || len(again) == 0 {
		t.Errorf("dead letters %v, %v", again, err)
	}
	if next, err := s.Promote(t.Context(), day); err != nil || !next.Equal(day.Add(time.Hour)) {
		t.Errorf("the next line is due at %v, %v", next, err)
	}
}

func TestARewriteReplacesNothingAndLeavesNothingBehind(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	folder := t.TempDir()
	to := filepath.Join(folder, "there")
	if _, err := bolt.Rewrite(t.Context(), f.path, to, f.keys); !errors.Is(err, bolt.ErrLocked) {
		t.Errorf("rewritten while open: %v", err)
	}
	closeStore(t, s)
	if _, err := bolt.Rewrite(t.Context(), filepath.Join(folder, "none"), to, f.keys); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("rewritten from nothing: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bolt.Rewrite(ctx, f.path, to, f.keys); !errors.Is(err, context.Canceled) {
		t.Errorf("rewritten after its context ended: %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(to, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Rewrite(t.Context(), f.path, to, f.keys); err == nil {
		t.Error("rewritten over a file")
	}
	if text, _ := os.ReadFile(to); string(text) != "precious" {
		t.Error("a file was replaced")
	}
}

func TestARewriteCopiesWhatDoesNotOpen(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("diary")).Put([]byte("key"), []byte("broken")) })
	to := filepath.Join(t.TempDir(), "new")
	done, err := bolt.Rewrite(t.Context(), f.path, to, f.keys)
	if err != nil || done.Damaged != 1 {
		t.Fatalf("rewritten %+v, %v", done, err)
	}
	change(t, to, func(tx *bbolt.Tx) error {
		if v := tx.Bucket([]byte("diary")).Get([]byte("key")); string(v) != "broken" {
			t.Errorf("copied as %q", v)
		}
		return nil
	})
}

// A contact with a long session and a subscription takes at most 1.2 KB after
// a rewrite.
func TestAContactIsSmallOnTheDisk(t *testing.T) {
	const contacts, most = 5000, 1200
	long := flows.Session{Language: "es", Consented: true, Flow: "screening", Node: "question_about_the_port", Seen: 29_000_000, Version: "ba4e5efd"}
	for i := range flows.MaxTrail {
		at := flows.Place{Flow: "screening", Node: fmt.Sprint("question_", i)}
		long.Trail = append(long.Trail, flows.Turn{Place: at, Stack: []flows.Place{{Flow: "menu", Node: "screening"}}})
		long.Answers = append(long.Answers, flows.Answer{Flow: "screening", Name: fmt.Sprint("answer_", i), Text: "ports", Given: 29_000_000})
	}
	long.Shown = []flows.Shown{{Place: long.Trail[0].Place, Items: 7}}
	session := long.Encode()
	if len(session) < 450 {
		t.Fatalf("the session takes only %d bytes: it proves little", len(session))
	}
	f := newFile(t)
	s := f.open(t)
	seed(t, s, contacts, session)
	closeStore(t, s)
	done, err := bolt.Rewrite(t.Context(), f.path, f.path+".new", f.keys)
	if err != nil {
		t.Fatal(err)
	}
	each := float64(done.After) / contacts
	t.Logf("%.0f bytes a contact with a session of %d", each, len(session))
	if each > most {
		t.Errorf("%.0f bytes a contact, want at most %d", each, most)
	}
}
