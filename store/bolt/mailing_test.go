// What the file itself promises of mailings: a row tells nothing of whom it is
// for, a rewrite keeps them, and damage silences nobody.

package bolt_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// rowsIn reads a bucket below the store.
func rowsIn(t *testing.T, path, bucket string) (keys, values [][]byte) {
	t.Helper()
	change(t, path, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error {
			keys, values = append(keys, bytes.Clone(k)), append(values, bytes.Clone(v))
			return nil
		})
	})
	return keys, values
}

func TestTheRowsOfAMailingAreAllTheSame(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	for i, lang := range []string{"es", "ht", "en"} {
		seedOne(t, s, person(i), lang)
	}
	if _, err := queueMailing(t.Context(), s, 1); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	_, values := rowsIn(t, f.path, "outbox")
	if len(values) != 3 || !bytes.Equal(values[0], values[1]) || !bytes.Equal(values[0], values[2]) {
		t.Errorf("%d rows tell people apart: %x", len(values), values)
	}
}

func seedOne(t *testing.T, s *bolt.Store, who bot.Address, lang string) {
	t.Helper()
	snap, err := s.Load(t.Context(), who, "seed "+who.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Commit(t.Context(), bot.Turn{
		Snapshot: snap, Now: day, Contact: &bot.Contact{Address: who, Form: "sms", Since: day}, Session: flows.Session{Language: lang}.Encode(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARewriteKeepsMailings(t *testing.T) {
	f, keyFile := rotating(t)
	s := f.open(t)
	seed(t, s, 700, flows.Session{Language: "es"}.Encode())
	if _, err := queueMailing(t.Context(), s, 1); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	rotated, err := seal.Rotate(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	to := file{filepath.Join(t.TempDir(), "new.db"), rotated}
	if done, err := bolt.Rewrite(t.Context(), f.path, to.path, rotated); err != nil || done.Damaged != 0 {
		t.Fatal(done, err)
	}
	s = to.open(t)
	claimed, err := s.Claim(t.Context(), day, order(bot.Bulletin))
	if err != nil || len(claimed) != 700 || claimed[0].Message.Text != "aviso 1" {
		t.Errorf("claimed %d: %v", len(claimed), err)
	}
	p, err := s.QueueMailing(t.Context(), 1, nil, everybody)
	if err != nil || p.Queued != 700 || !p.Done {
		t.Error(p, err)
	}
	got := 0
	if err := s.OpenMailing(t.Context(), letter(2)); err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		p, err := s.QueueMailing(t.Context(), 2, []bot.MailingID{1}, func(p bot.Person) bool { return p.Got(1) })
		if err != nil {
			t.Fatal(err)
		}
		done, got = p.Done, p.Queued
	}
	if got != 700 || s.Damaged() != 0 {
		t.Errorf("%d are known to have got it, %d values are damaged", got, s.Damaged())
	}
}

func TestADamagedMailingSilencesNobody(t *testing.T) {
	for _, bucket := range []string{"mailings", "got", "outbox"} {
		t.Run(bucket, func(t *testing.T) {
			f := newFile(t)
			s := f.open(t)
			seed(t, s, 3, flows.Session{Language: "es"}.Encode())
			if _, err := queueMailing(t.Context(), s, 1); err != nil {
				t.Fatal(err)
			}
			closeStore(t, s)
			keys, values := rowsIn(t, f.path, bucket)
			change(t, f.path, func(tx *bbolt.Tx) error {
				for i, k := range keys {
					v := values[i][:len(values[i])-1]
					if bucket == "outbox" {
						v = []byte{0, 7}
					}
					if err := tx.Bucket([]byte(bucket)).Put(k, v); err != nil {
						return err
					}
				}
				return nil
			})
			s = f.open(t)
			out := []bot.Outbound{{To: person(0), Kind: bot.Bulletin, At: day}}
			if n, err := s.Queue(t.Context(), out); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			claimed, err := s.Claim(t.Context(), day, order(bot.Bulletin))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, c := range claimed {
				found = found || c.ID == out[0].ID
			}
			if want := map[string]int{"mailings": 1, "got": 4, "outbox": 1}[bucket]; len(claimed) != want || !found {
				t.Errorf("claimed %d, the other message among them: %v", len(claimed), found)
			}
			if err := s.ForgetMailing(t.Context(), 1); err != nil {
				t.Error(err)
			}
			if _, ok, err := s.MailingReport(t.Context(), 1); ok || err != nil {
				t.Error(ok, err)
			}
			if _, err := queueMailing(t.Context(), s, 2); err != nil {
				t.Error(fmt.Errorf("the next one: %w", err))
			}
		})
	}
}
