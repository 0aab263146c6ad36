//go:build unix

package bolt_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMain is also the beginning of the child processes that tests start.
func TestMain(m *testing.M) {
	if job := os.Getenv(childJob); job != "" {
		os.Exit(child(job))
	}
	code := m.Run()
	if f, err := peopled(); err == nil {
		_ = os.RemoveAll(filepath.Dir(f.path))
	}
	os.Exit(code)
}
