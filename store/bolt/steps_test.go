// Finding keys in their order tells what looking for each would.

package bolt

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/seal"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(filepath.Join(t.TempDir(), "posada.db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStepsFindWhatASearchFinds(t *testing.T) {
	s := newStore(t)
	key := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	const keys, most = 3000, 40_000
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(readyBucket))
		for range keys {
			if err := b.Put(key(rand.IntN(most)), here); err != nil {
				return err
			}
		}
		// Some go again, in the same transaction: pages are left empty.
		for n := most / 4; n < most/2; n++ {
			if err := b.Delete(key(n)); err != nil {
				return err
			}
		}
		return stepsAgree(t, tx, key, most)
	})
	if err == nil {
		err = s.db.View(func(tx *bbolt.Tx) error { return stepsAgree(t, tx, key, most) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stepsAgree asks for few keys and for many: far apart, and close together.
func stepsAgree(t *testing.T, tx *bbolt.Tx, key func(int) []byte, most int) error {
	t.Helper()
	for _, asked := range []int{1, 30, 1000, 100_000} {
		of := make([]int, asked)
		for i := range of {
			of[i] = rand.IntN(most + 10)
		}
		slices.Sort(of)
		found := steps(tx, readyBucket)
		search := tx.Bucket([]byte(readyBucket)).Cursor()
		for _, n := range of {
			k, _ := search.Seek(key(n))
			if got := found.to(key(n)); !bytes.Equal(got, k) || found.has(key(n)) != bytes.Equal(k, key(n)) {
				t.Fatalf("asked for %x among %d: found %x, want %x", key(n), asked, got, k)
			}
		}
	}
	return nil
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	s := newStore(t)
	var all []chosen
	for i := range byte(7) {
		x := chosen{line: line{seal.Key{i}, "sms", bot.Bulletin}, optOut: seal.Key{7 - i}}
		all = append(all, x)
	}
	want := []may{mayFirst, mayNot, mayNot, mayNot, mayBehind, mayBehind, mayFirst}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		put := func(bucket string, key []byte) {
			if err := tx.Bucket([]byte(bucket)).Put(key, here); err != nil {
				t.Fatal(err)
			}
		}
		for i, x := range all {
			if i != 1 { // the second is gone
				put(sessionBucket, x.line.contact[:])
			}
		}
		put(unreachableBucket, all[2].line.contact[:])
		put(optOutBucket, all[3].optOut[:])
		put(outboxBucket, all[4].line.message(1))
		put(waitingBucket, all[5].line.byContact())
		other := all[6].line
		other.kind = bot.Reply // another line of theirs is no matter
		put(outboxBucket, other.message(2))
		if got := s.whoMay(tx, all); !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
