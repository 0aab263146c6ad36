//go:build unix

// Whose a file is, where files are somebody's.
package main

import (
	"os"
	"syscall"
)

// sameOwner tells whether two files belong to one user.
func sameOwner(a, b string) bool {
	owner := func(path string) (uint32, bool) {
		info, err := os.Stat(path)
		if err != nil {
			return 0, false
		}
		s, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return 0, false
		}
		return s.Uid, true
	}
	first, ok := owner(a)
	second, also := owner(b)
	return ok && also && first == second
}
