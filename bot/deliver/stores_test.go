// The stores that the tests run on.

package deliver_test

import (
	"path/filepath"
	"testing"
	"time"

	"posada/bot/deliver"
	"posada/store/bolt"
	"posada/store/memory"
	"posada/store/seal"
)

// keeping is a store, and how it is opened anew after the process died.
type keeping struct {
	name string
	open func(t testing.TB) (s store, reopen func() store)
}

var stores = []keeping{
	{"memory", func(testing.TB) (store, func() store) {
		s := memory.New()
		return s, func() store {
			// It does not end with the process, so its leases have to.
			time.Sleep(deliver.Lease(10 * time.Second))
			return s
		}
	}},
	{"bolt", func(t testing.TB) (store, func() store) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "posada.db")
		open := func() *bolt.Store {
			s, err := bolt.Open(path, keys)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		}
		s := open()
		return s, func() store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open()
		}
	}},
}
