// The operator's files over the book: a folder with a directory.yaml, a
// programme or a flow of their own.
package flows

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Overlay lays one tree of files over another: a file of over takes the place
// of the file of the same name in base, and files that base does not have are
// added. A file is replaced whole: its other half is never taken from base.
// Names that begin with a dot are no files of a book and are not seen in over.
//
// Overlay refuses nothing itself. Load refuses, with its name, a file that no
// book has: a slip in a name never leaves the old file in force unseen.
func Overlay(base, over fs.FS) fs.FS { return layers{base, over} }

type layers struct{ base, over fs.FS }

// Open opens a file of over, or, only where over has none of that name, of
// base: what over has and cannot be read is an error.
func (o layers) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := o.open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.IsDir() {
		return f, err
	}
	_ = f.Close() // its own entries are only half of them
	entries, err := o.entries(name)
	if err != nil {
		return nil, err
	}
	return &layersDir{name: name, info: info, entries: entries}, nil
}

func (o layers) open(name string) (fs.File, error) {
	if !hidden(name) {
		f, err := o.over.Open(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) || name == "." { // without its root over is not there at all
			return f, err
		}
	}
	return o.base.Open(name)
}

// hidden tells whether a part of the path begins with a dot.
func hidden(name string) bool {
	return name != "." && slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
}

// entries of a folder of both trees, sorted; those of over come first.
func (o layers) entries(name string) ([]fs.DirEntry, error) {
	var out []fs.DirEntry
	for i, tree := range []fs.FS{o.over, o.base} {
		if info, err := fs.Stat(tree, name); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
			continue
		}
		entries, err := fs.ReadDir(tree, name)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			seen := slices.ContainsFunc(out, func(was fs.DirEntry) bool { return was.Name() == e.Name() })
			if !seen && (i > 0 || !hidden(e.Name())) {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// layersDir is an open folder of both trees.
type layersDir struct {
	name    string
	info    fs.FileInfo
	entries []fs.DirEntry // not yet read
}

func (d *layersDir) Stat() (fs.FileInfo, error) { return d.info, nil }

func (d *layersDir) Close() error { return nil }

func (d *layersDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: path.Base(d.name), Err: errors.New("is a directory")}
}

// ReadDir gives the next n entries, or all that are left.
func (d *layersDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	out := d.entries[:n:n]
	d.entries = d.entries[n:]
	return out, nil
}
