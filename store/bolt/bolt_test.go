package bolt_test

import (
	"path/filepath"
	"testing"

	"posada/store/bolt"
	"posada/store/seal"
	"posada/store/storetest"
)

// file is a database and its keys.
type file struct {
	path string
	keys *seal.Seal
}

func newFile(t testing.TB) file {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return file{filepath.Join(t.TempDir(), "data", "posada.db"), keys}
}

func (f file) open(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(f.path, f.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a second time is no error
	return s
}

func TestBoltKeepsTheContract(t *testing.T) {
	files := map[storetest.Store]file{}
	open := func(t *testing.T, f file) storetest.Store {
		s := f.open(t)
		files[s] = f
		return s
	}
	storetest.Run(t,
		func(t *testing.T) storetest.Store { return open(t, newFile(t)) },
		func(t *testing.T, s storetest.Store) storetest.Store {
			if err := s.(*bolt.Store).Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, files[s])
		})
}
