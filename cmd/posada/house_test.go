// The house: which room may import which. Arrows go down only.
package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms lists for each room the rooms below it. A room not named here may not
// exist: to add one is a decision about the house.
var rooms = map[string][]string{
	"locales": {},
	"flows":   {"locales"},
	"bot":     {"flows", "locales"},
	"store":   {"bot"},
	"channel": {"bot", "flows", "locales"},
	"webhook": {"bot"},
	"console": {"bot", "flows", "locales"},
	"cmd":     {"bot", "channel", "console", "flows", "locales", "store", "webhook"},
}

// ground is pure: these rooms may not touch clocks, files or the network.
var ground = []string{"locales", "flows"}

// impure are packages that the ground may not import. Embedded files reach it
// as io/fs.
var impure = []string{"os", "net", "net/http", "os/exec", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "syscall"}

func TestArrowsGoDownOnly(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(rel))
		room, _, _ := strings.Cut(folder, "/")
		seen[room] = true
		below, known := rooms[room]
		if !known {
			t.Errorf("%s: the house has no room %q", rel, room)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(path, "_test.go") || folder == "store/storetest"
		for _, imp := range file.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			judge(t, rel, folder, room, name, below, test)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{"bot", "channel", "cmd", "flows", "locales", "store"} {
		if !seen[room] {
			t.Errorf("no Go file was read in %s: the test looks in the wrong place", room)
		}
	}
}

func judge(t *testing.T, file, folder, room, imported string, below []string, test bool) {
	own, ours := strings.CutPrefix(imported, "posada/")
	if !ours {
		if !test && slices.Contains(ground, room) && slices.Contains(impure, imported) {
			t.Errorf("%s: %s is pure and may not import %s", file, room, imported)
		}
		return
	}
	target, _, _ := strings.Cut(own, "/")
	switch {
	case target == room && room == "bot" && folder != "bot" && own != "bot" && own != folder && !(test && ownDouble(folder, own)):
		t.Errorf("%s: siblings under bot do not import each other, and this imports %s", file, imported)
	case target == room && room == "channel" && own != folder && !(test && ownDouble(folder, own)):
		t.Errorf("%s: one channel does not import another, and this imports %s", file, imported)
	case target == room || slices.Contains(below, target):
	case test && slices.Contains([]string{"bot", "store", "channel", "console"}, room) && slices.Contains([]string{"store", "flows", "locales"}, target):
		// tests bring a store and the real book
	default:
		t.Errorf("%s: %s may not import %s", file, room, imported)
	}
}

// ownDouble tells whether a package is what a package's tests alone need, such as
// the double that stands for a channel's provider: channel/x/xtest.
func ownDouble(channel, imported string) bool {
	_, name, _ := strings.Cut(channel, "/")
	return imported == channel+"/"+name+"test"
}

func TestEveryFileOpensWithWhatItIsFor(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(raw), "//") {
			t.Errorf("%s does not open with a comment that says what it is for", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
