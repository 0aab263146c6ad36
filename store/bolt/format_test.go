// A file of the format before is taken over as it is.

package bolt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"posada/bot"
	"posada/store/bolt"
)

// format3 makes a file what it was before there were papers and mailings.
func format3(t *testing.T, f file) {
	t.Helper()
	change(t, f.path, func(tx *bbolt.Tx) error {
		for _, name := range []string{"papers", "mailings", "got"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{3})
	})
}

func TestAFileOfTheFormatBeforeIsBroughtUp(t *testing.T) {
	f := newFile(t)
	s := f.open(t)
	talk(t, s)
	everywhere(t, s)
	want := counts(t, s)
	closeStore(t, s)
	format3(t, f)
	before, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}

	to := file{filepath.Join(t.TempDir(), "new.db"), f.keys}
	if _, err := bolt.Rewrite(t.Context(), f.path, to.path, f.keys); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(f.path); !bytes.Equal(before, after) {
		t.Error("a rewrite changed the old file")
	}
	for _, f := range []file{f, to} {
		for range 2 { // the second time it is a file like any other
			s := f.open(t)
			if got := counts(t, s); got != want {
				t.Errorf("%s holds %+v, want %+v", f.path, got, want)
			}
			p, err := s.Paper(t.Context(), "case", "1")
			if err != nil {
				t.Fatal(err)
			}
			p.Body = []byte("one")
			if out, err := s.File(t.Context(), &p); err != nil || out != bot.Committed {
				t.Fatal(out, err)
			}
			closeStore(t, s)
		}
		change(t, f.path, func(tx *bbolt.Tx) error {
			if got := tx.Bucket([]byte("meta")).Get([]byte("format")); !bytes.Equal(got, []byte{4}) {
				t.Errorf("the file has format %x", got)
			}
			return nil
		})
	}
}
