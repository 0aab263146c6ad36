// Who holds the file, for the person who is told to stop it.
package bolt

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// holder names the process that has the file at path locked, where the system
// tells it. Linux lists locks in /proc/locks by device and inode; a process in
// another container has no number that we could see, and other systems have no
// such list. A file with the process id beside the database would tell it
// everywhere, but could be stale, and would then name the wrong one.
func holder(path string) string {
	const unknown = "another process (is `posada serve` running?)"
	inode, ok := inodeOf(path)
	if !ok {
		return unknown
	}
	list, err := os.ReadFile("/proc/locks")
	if err != nil {
		return unknown
	}
	for line := range strings.Lines(string(list)) {
		// 1: FLOCK  ADVISORY  WRITE 4242 08:01:131090 0 EOF
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], ":"+strconv.FormatUint(inode, 10)) {
			continue
		}
		pid, err := strconv.Atoi(f[4])
		if err != nil || pid <= 0 || !hasOpen(pid, path) {
			continue
		}
		// The program's name alone: its arguments may hold an address.
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			return fmt.Sprintf("process %d", pid)
		}
		return fmt.Sprintf("process %d (%s)", pid, strings.TrimSpace(string(name)))
	}
	return unknown
}

// hasOpen tells whether the process has the very file open: two disks may each
// have a file of one inode number.
func hasOpen(pid int, path string) bool {
	want, err := os.Stat(path)
	if err != nil {
		return false
	}
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if got, err := os.Stat(folder + "/" + e.Name()); err == nil && os.SameFile(got, want) {
			return true
		}
	}
	return false
}
