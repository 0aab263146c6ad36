// Whether the queue in a file is whole: its buckets say the same in different
// orders, and no commit may leave them apart.

package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"go.etcd.io/bbolt"
)

// whole asserts that the file is sound, and that every line of its queue is
// either ready, under its first message, or waits, by its time. So does every
// contact with a timer stand in the index, at its time, and nobody else.
func whole(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("the file is not whole: %v", err)
		}
		keys := func(bucket string) map[string][]byte {
			all := map[string][]byte{}
			if err := tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error { all[string(k)] = bytes.Clone(v); return nil }); err != nil {
				t.Error(err)
			}
			return all
		}
		const id, contact = 8, 16
		heads := map[string]uint64{} // line → its first message
		for k := range keys("outbox") {
			line, n := k[:len(k)-id], binary.BigEndian.Uint64([]byte(k[len(k)-id:]))
			if head, ok := heads[line]; !ok || n < head {
				heads[line] = n
			}
			if n > tx.Bucket([]byte("meta")).Sequence() {
				t.Errorf("message %d has an id that would be given again", n)
			}
		}
		ready, waiting, due := keys("ready"), keys("waiting"), keys("due")
		if len(ready)+len(waiting) != len(heads) || len(waiting) != len(due) {
			t.Errorf("%d lines, %d ready and %d waiting, %d by time", len(heads), len(ready), len(waiting), len(due))
		}
		for line, head := range heads {
			who, lane := line[:contact], line[contact:]
			if v, ok := waiting[line]; ok {
				if _, ok := due[string(v[:8])+lane+who]; !ok {
					t.Error("a line waits, and nothing says until when")
				}
			} else if _, ok := ready[string(binary.BigEndian.AppendUint64([]byte(lane), head))+who]; !ok {
				t.Error("a line is neither ready nor waiting")
			}
		}
		timers, running := keys("timers"), 0
		for who, v := range keys("contacts") {
			if due := string(v[:8]); due != string(make([]byte, 8)) {
				running++
				if _, ok := timers[due+who]; !ok {
					t.Error("a timer runs, and the index does not say so")
				}
			}
		}
		if running != len(timers) {
			t.Errorf("%d contacts have a timer, and the index has %d", running, len(timers))
		}
		sent := keys("sent")
		for k := range keys("sentby") {
			if _, ok := sent[k[contact:]]; !ok {
				t.Error("an index leads to nothing")
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
