// Reading the book's YAML: strictly, and every fault with file and line.
package flows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is one YAML file with the positions of its keys.
type document struct {
	name string
	root ast.Node
}

// readYAML decodes a file into out. Unknown and repeated keys are errors.
// change may change its tree before, and tells whether it did.
func readYAML(fsys fs.FS, name string, change func(*document) bool, out any) (*document, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read book: %w", err)
	}
	return parseYAML(name, raw, change, out)
}

func parseYAML(name string, raw []byte, change func(*document) bool, out any) (*document, error) {
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	d := &document{name: name}
	if len(tree.Docs) > 0 {
		d.root = tree.Docs[0].Body
	}
	if d.root != nil && change != nil && change(d) {
		err = yaml.NodeToValue(d.root, out, yaml.Strict())
	} else {
		err = yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(out)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlError(name, err)
	}
	return d, nil
}

// yamlError turns the library's error into "file:line: what".
func yamlError(name string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, at.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// line is where the value at a path stands: keys of mappings, indexes of
// lists. A path that leads nowhere gives the line of its last known part.
func (d *document) line(path ...string) int {
	n, line := d.root, 1
	for _, key := range path {
		var found bool
		if n, line, found = step(n, key, line); !found {
			break
		}
	}
	return line
}

func step(n ast.Node, key string, line int) (ast.Node, int, bool) {
	switch n := n.(type) {
	case ast.MapNode:
		for it := n.MapRange(); it.Next(); {
			if k := it.Key(); k.GetToken().Value == key {
				return it.Value(), k.GetToken().Position.Line, true
			}
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i < len(n.Values) {
			return n.Values[i], n.Values[i].GetToken().Position.Line, true
		}
	}
	return n, line, false
}

// keys of the mapping at a path, in the order in which they are written.
func (d *document) keys(path ...string) []string {
	n := d.root
	for _, key := range path {
		var found bool
		if n, _, found = step(n, key, 0); !found {
			return nil
		}
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil
	}
	var out []string
	for it := m.MapRange(); it.Next(); {
		out = append(out, it.Key().GetToken().Value)
	}
	return out
}

// at prefixes an error with the file and the line of a path.
func (d *document) at(err error, path ...string) error {
	return fmt.Errorf("%s:%d: %w", d.name, d.line(path...), err)
}
