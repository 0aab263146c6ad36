//go:build !unix

// What other systems neither tell nor need.
package bolt

func inodeOf(string) (uint64, bool) { return 0, false }

func syncFolder(string) error { return nil }
