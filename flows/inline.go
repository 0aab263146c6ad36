// Texts that a file of the book brings itself: an operator cannot write into
// the catalogue, and need not.
package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// texts takes the texts that a file brings out of its tree: wherever a message
// is named, a mapping of languages, {en: "The list", es: "La lista"}, may stand
// in its place, and is then the message. It tells whether there were any.
func (l *loader) texts(d *document) (found bool) {
	more := map[string]map[string]string{}
	l.takeTexts(d, d.root, nil, more)
	found = len(more) > 0
	for _, id := range slices.Sorted(maps.Keys(more)) {
		if _, err := l.book.Catalogue.With(map[string]map[string]string{id: more[id]}); err != nil {
			l.fault(fmt.Errorf("%s:%d: %w", d.name, l.book.textAt[id].line, err))
			delete(more, id)
		}
	}
	if c, err := l.book.Catalogue.With(more); err != nil {
		l.fault(d.at(err))
	} else {
		l.book.Catalogue = c
	}
	return found
}

// takeTexts replaces what stands below a node; path leads to it.
func (l *loader) takeTexts(d *document, n ast.Node, path []string, more map[string]map[string]string) {
	replaced := func(v ast.Node, key string) ast.Node {
		here := append(slices.Clip(path), key)
		m, ok := v.(ast.MapNode)
		if !ok || !l.isText(m) {
			l.takeTexts(d, v, here, more)
			return v
		}
		id := d.name + ":" + strings.Join(here, ".")
		more[id] = l.inLanguages(d, m, here)
		l.book.textAt[id] = place{d.name, d.line(here...)}
		return ast.String(&token.Token{Type: token.StringType, Value: id, Origin: id, Position: v.GetToken().Position})
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			v.Value = replaced(v.Value, v.Key.GetToken().Value)
		}
	case *ast.MappingValueNode:
		n.Value = replaced(n.Value, n.Key.GetToken().Value)
	case *ast.SequenceNode:
		for i := range n.Values {
			n.Values[i] = replaced(n.Values[i], fmt.Sprint(i))
		}
	}
}

// isText tells whether a mapping's keys are languages, all of them.
func (l *loader) isText(m ast.MapNode) bool {
	n := 0
	for it := m.MapRange(); it.Next(); n++ {
		if l.book.Catalogue.Language(it.Key().GetToken().Value) == nil {
			return false
		}
	}
	return n > 0
}

// inLanguages reads a text, which English or Spanish must have; who reads neither
// is told, beside the words, in which language they stand.
func (l *loader) inLanguages(d *document, m ast.MapNode, path []string) map[string]string {
	out := map[string]string{}
	for it := m.MapRange(); it.Next(); {
		switch it.Value().(type) {
		case *ast.StringNode, *ast.LiteralNode:
			if v, ok := it.Value().(ast.ScalarNode); ok {
				out[it.Key().GetToken().Value] = fmt.Sprint(v.GetValue())
			}
		default:
			l.fault(d.at(fmt.Errorf("a text is a string in each language; write it in quotes"), append(slices.Clip(path), it.Key().GetToken().Value)...))
		}
	}
	for code, text := range out {
		if strings.TrimSpace(text) == "" {
			l.fault(d.at(fmt.Errorf("the text is empty in %s", code), path...))
			return out
		}
	}
	id := d.name + ":" + strings.Join(path, ".")
	for _, lang := range l.book.Catalogue.Languages() {
		if out[lang.Code] != "" {
			continue
		}
		from := ""
		for _, code := range append(lang.List("language.bridge"), bridges...) {
			if out[code] != "" && l.book.borrowed[textKey{code, id}] == "" {
				from = code
				break
			}
		}
		if from == "" && len(l.errs) == 0 {
			l.fault(d.at(fmt.Errorf("the text is missing in English and in Spanish: one of them is needed, for readers of all other languages"), path...))
			return out
		}
		out[lang.Code] = out[from]
		l.book.borrowed[textKey{lang.Code, id}] = from
	}
	return out
}

// place is a line of a file.
type place struct {
	file string
	line int
}
