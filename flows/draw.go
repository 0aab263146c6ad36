// Drawing a flow, for those who write the book.
package flows

import (
	"fmt"
	"strings"

	"posada/locales"
)

// Formats of a drawing.
const (
	FormatMermaid = "mermaid"
	FormatDOT     = "dot"
)

// FlowIDs lists the flows of the book, the generated ones last.
func (b *Book) FlowIDs() []string {
	out := make([]string, 0, len(b.flows))
	for _, f := range b.flows {
		out = append(out, f.ID)
	}
	return out
}

type edge struct{ from, to, label string }

// Draw writes a flow as a Mermaid or Graphviz diagram. Nodes show the first
// words they say in the source language.
func (b *Book) Draw(flow, format string) (string, error) {
	f := b.flowByID[flow]
	if f == nil {
		return "", fmt.Errorf("no flow %q; there are %s", flow, strings.Join(b.FlowIDs(), ", "))
	}
	var edges []edge
	for _, n := range f.order {
		edges = append(edges, b.edges(n)...)
	}
	switch format {
	case FormatMermaid:
		return b.mermaid(f, edges), nil
	case FormatDOT:
		return b.dot(f, edges), nil
	}
	return "", fmt.Errorf("unknown format %q: %s or %s", format, FormatMermaid, FormatDOT)
}

func (b *Book) edges(n *Node) []edge {
	var out []edge
	src := b.Catalogue.Language(locales.Source)
	if n.next != nil {
		out = append(out, edge{n.id, n.next.id, ""})
	}
	for _, o := range n.Choices {
		to := "back"
		if o.next != nil {
			to = o.next.id
		} else if o.Restart {
			to = "menu"
		}
		label := src.Raw(o.Label)
		if o.If != "" {
			label += " [" + o.If + "]"
		}
		out = append(out, edge{n.id, to, label})
	}
	for _, br := range n.Decide {
		label := br.If
		if br.Else != "" {
			label = "else"
		}
		out = append(out, edge{n.id, br.to.id, label})
	}
	if n.End {
		out = append(out, edge{n.id, "back", ""})
	}
	return out
}

// title is what a node does, in a few words.
func (b *Book) title(n *Node) string {
	src := b.Catalogue.Language(locales.Source)
	text := ""
	switch {
	case n.Ask != "":
		text = src.Raw(n.Ask)
	case len(n.Say) > 0:
		text = src.Raw(n.Say[0].Text)
	case n.Do != "":
		text = "do " + n.Do
	case n.Call != "":
		text = "call " + n.Call
	case len(n.Decide) > 0:
		text = "?"
	case n.Directory != "":
		text = "directory: " + n.Directory
	default:
		text = "end"
	}
	if r := []rune(strings.ReplaceAll(text, "\n", " ")); len(r) > 50 {
		text = string(r[:49]) + "…"
	}
	return n.id + ": " + text
}

var quoteMermaid = strings.NewReplacer(`"`, "#quot;", "\n", " ")

func (b *Book) mermaid(f *Flow, edges []edge) string {
	var s strings.Builder
	s.WriteString("flowchart TD\n")
	for _, n := range f.order {
		open, shut := "[", "]"
		switch {
		case n.isAsk():
			open, shut = "([", "])"
		case len(n.Decide) > 0:
			open, shut = "{", "}"
		}
		fmt.Fprintf(&s, "  n_%s%s\"%s\"%s\n", n.id, open, quoteMermaid.Replace(b.title(n)), shut)
	}
	for _, e := range edges {
		if e.label == "" {
			fmt.Fprintf(&s, "  n_%s --> n_%s\n", e.from, e.to)
		} else {
			fmt.Fprintf(&s, "  n_%s -->|\"%s\"| n_%s\n", e.from, quoteMermaid.Replace(e.label), e.to)
		}
	}
	return s.String()
}

func (b *Book) dot(f *Flow, edges []edge) string {
	var s strings.Builder
	fmt.Fprintf(&s, "digraph %q {\n  node [shape=box];\n", f.ID)
	for _, n := range f.order {
		fmt.Fprintf(&s, "  %q [label=%q];\n", n.id, b.title(n))
	}
	for _, e := range edges {
		fmt.Fprintf(&s, "  %q -> %q [label=%q];\n", e.from, e.to, e.label)
	}
	s.WriteString("}\n")
	return s.String()
}
