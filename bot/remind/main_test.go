//go:build unix

package remind_test

import (
	"os"
	"testing"
)

// TestMain is also the beginning of the child processes that tests start.
func TestMain(m *testing.M) {
	if job := os.Getenv(childJob); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}
