// Timers in the file: the index is whole, and survives what is odd.

package bolt_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// timed gives contacts a timer each, n of them a minute apart from day on.
func timed(t testing.TB, s *bolt.Store, n int) {
	t.Helper()
	each(t, n, func(i int) error {
		snap, err := s.Load(t.Context(), person(i), person(i).ID)
		if err != nil {
			return err
		}
		_, err = s.Commit(t.Context(), bot.Turn{Snapshot: snap, Now: day, Session: []byte("x"), Contact: &bot.Contact{
			Address: person(i), Since: day,
			Timers: []bot.Timer{{Timer: flows.Timer{Kind: flows.TimerDaily, Programme: "shelter"}, At: day.Add(time.Duration(i) * time.Minute)}},
		}})
		return err
	})
}

func dueIDs(t testing.TB, s *bolt.Store, now time.Time, limit int) (ids []string, next time.Time) {
	t.Helper()
	due, next, err := s.Due(t.Context(), now, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range due {
		ids = append(ids, c.ID)
	}
	return ids, next
}

func TestARewriteKeepsWhoIsDue(t *testing.T) {
	f, keyFile := rotating(t)
	s := f.open(t)
	timed(t, s, 50)
	want, next := dueIDs(t, s, day.Add(10*time.Minute), 99)
	closeStore(t, s)
	whole(t, f.path)
	rotated, err := seal.Rotate(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	to := file{filepath.Join(t.TempDir(), "posada.db"), rotated}
	if done, err := bolt.Rewrite(t.Context(), f.path, to.path, rotated); err != nil || done.Damaged != 0 {
		t.Fatalf("rewritten %+v, %v", done, err)
	}
	whole(t, to.path)
	s = to.open(t)
	got, after := dueIDs(t, s, day.Add(10*time.Minute), 99)
	if len(got) != 11 || len(want) != 11 || got[10] != want[10] || !after.Equal(next) || s.Damaged() != 0 {
		t.Errorf("after the rewrite %d are due and the next at %v, before %d and %v", len(got), after, len(want), next)
	}
}

// A file that somebody laid hands on: what does not open cannot be reminded and
// holds up nobody, and rows that lead nowhere go.
func TestWhatIsDueSurvivesADamagedFile(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	timed(t, s, 20)
	first, _ := dueIDs(t, s, day.Add(time.Hour), 1)
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error {
		contacts, timers := tx.Bucket([]byte("contacts")), tx.Bucket([]byte("timers"))
		k, _ := timers.Cursor().First()
		who := bytes.Clone(k[8:]) // the first does not open
		v := bytes.Clone(contacts.Get(who))
		v[len(v)-1] ^= 1
		if err := contacts.Put(who, v); err != nil {
			return err
		}
		k, _ = timers.Cursor().Seek(binary.BigEndian.AppendUint64(nil, uint64(day.Add(18*time.Minute).Unix())))
		who = bytes.Clone(k[8:]) // one is said to be due at another time
		v = bytes.Clone(contacts.Get(who))
		binary.BigEndian.PutUint64(v, uint64(day.Unix()))
		if err := contacts.Put(who, v); err != nil {
			return err
		}
		k, _ = timers.Cursor().Last() // one is moved, in both places
		who = bytes.Clone(k[8:])
		if err := timers.Delete(bytes.Clone(k)); err != nil {
			return err
		}
		if err := timers.Put(append(binary.BigEndian.AppendUint64(nil, uint64(day.Unix())), who...), nil); err != nil {
			return err
		}
		v = bytes.Clone(contacts.Get(who))
		binary.BigEndian.PutUint64(v, uint64(day.Unix()))
		if err := contacts.Put(who, v); err != nil {
			return err
		}
		for i := range 3 { // and some are of nobody
			if err := timers.Put(append(binary.BigEndian.AppendUint64(nil, uint64(day.Unix())), bytes.Repeat([]byte{byte(i)}, 16)...), nil); err != nil {
				return err
			}
		}
		return nil
	})
	s = f.open(t)
	for range 2 {
		got, next := dueIDs(t, s, day.Add(time.Hour), 5)
		if len(got) != 5 || got[0] == first[0] || !next.Equal(day.Add(6*time.Minute)) {
			t.Errorf("%d are due, the next at %v", len(got), next)
		}
	}
	all, _ := dueIDs(t, s, day.Add(time.Hour), 99)
	if len(all) != 17 {
		t.Errorf("%d are due, want all but the three that do not open", len(all))
	}
	if len(all) > 0 && s.Damaged() != 0 {
		t.Error("a look counts as damage each time")
	}
	closeStore(t, s)
	change(t, f.path, func(tx *bbolt.Tx) error {
		n := 0
		err := tx.Bucket([]byte("timers")).ForEach(func(_, _ []byte) error { n++; return nil })
		if n != 19 {
			t.Errorf("the index has %d rows, want 19: those that lead nowhere are gone", n)
		}
		return err
	})
}
