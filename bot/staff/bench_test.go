// What a page, a sign-in and the log cost, over a file.

package staff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"posada/bot/staff"
	"posada/store/bolt"
	"posada/store/seal"
)

// overFile is a staff in a database file.
func overFile(b *testing.B) (*staff.Staff, *staff.Audit) {
	b.Helper()
	keys, err := seal.New()
	if err != nil {
		b.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(b.TempDir(), "posada.db"), keys)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	log := staff.NewAudit(store)
	return staff.New(store, log), log
}

// hired is an officer of n, signed in.
func hired(b *testing.B, s *staff.Staff, n int) (cookie string) {
	b.Helper()
	s.Cheap()
	for i := range n {
		token, err := s.Invite(b.Context(), staff.Operator(), staff.RoleWriter, now)
		if err == nil {
			cookie, err = s.Accept(b.Context(), token, fmt.Sprint("Ana ", i), good, now)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return cookie
}

// BenchmarkSession is what every page of the console pays.
func BenchmarkSession(b *testing.B) {
	s, _ := overFile(b)
	cookie := hired(b, s, 50)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Session(b.Context(), cookie, now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSignIn is one of fifty officers signing in, at the full cost of a
// hash.
func BenchmarkSignIn(b *testing.B) {
	s, _ := overFile(b)
	hired(b, s, 50)
	s.Costly()
	if _, err := s.SignIn(b.Context(), "Ana 7", good, "", now); err != nil { // hashed anew
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.SignIn(b.Context(), "Ana 7", good, "", now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppend is what every act pays for its entry.
func BenchmarkAppend(b *testing.B) {
	_, log := overFile(b)
	for b.Loop() {
		if err := log.Append(b.Context(), staff.Entry{At: now, Officer: staff.System, Did: "test.did", On: "1"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify verifies a log: of 2,000 entries, or with POSADA_SCALE=full of
// 100,000, ten years of an office.
func BenchmarkVerify(b *testing.B) {
	entries := 2_000
	if os.Getenv("POSADA_SCALE") == "full" {
		entries = 100_000
	}
	_, log := overFile(b)
	for i := range entries {
		if err := log.Append(b.Context(), staff.Entry{At: now.Add(time.Duration(i) * time.Second), Officer: staff.System, Did: "test.did", On: "1"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for b.Loop() {
		if n, _, err := log.Verify(b.Context()); n != uint64(entries) || err != nil {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(entries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
