// patch.go writes single texts into a language's file and leaves every other byte as it is.

package locales

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/parser"
)

// patch replaces the texts of some messages, each on its own line; those that the file lacks are added at its end, in the order of
// where.
func patch(raw []byte, changes map[string]change, where map[string]int) ([]byte, error) {
	if len(changes) == 0 {
		return raw, nil
	}
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, fmt.Errorf("read the language: %w", err)
	}
	at := map[string]int{}
	for _, doc := range tree.Docs {
		keyLines(doc.Body, "", at)
	}
	lines := strings.SplitAfter(string(raw), "\n")
	ids := sortedKeys(changes)
	slices.SortStableFunc(ids, func(a, b string) int { return where[a] - where[b] })
	var added strings.Builder
	for _, id := range ids {
		c := changes[id]
		if at[id] == 0 {
			added.WriteString(c.yaml(id))
			continue
		}
		if c.forms == nil {
			if err := setLine(lines, at[id], c.text); err != nil {
				return nil, fmt.Errorf("message %s: %w", id, err)
			}
			continue
		}
		for _, f := range c.forms {
			line := at[id+"."+f.Category]
			if line == 0 {
				return nil, fmt.Errorf("message %s has no form %s in the language's file: add it there", id, f.Category)
			}
			if err := setLine(lines, line, f.Text); err != nil {
				return nil, fmt.Errorf("message %s: %w", id, err)
			}
		}
	}
	out := strings.Join(lines, "")
	if added.Len() > 0 && !strings.HasSuffix(out, "\n") {
		out += "\n"
	}
	return []byte(out + added.String()), nil
}

// yaml is a message as the languages' files write it.
func (c change) yaml(id string) string {
	if c.forms == nil {
		return id + ": " + scalar(c.text) + "\n"
	}
	out := id + ":\n"
	for _, f := range c.forms {
		out += "  " + f.Category + ": " + scalar(f.Text) + "\n"
	}
	return out
}

// setLine replaces what stands in quotes on a line.
func setLine(lines []string, n int, text string) error {
	line := lines[n-1]
	body := strings.TrimRight(line, " \r\n")
	key, value, ok := strings.Cut(body, ": ")
	value = strings.TrimLeft(value, " ")
	if !ok || len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return fmt.Errorf("line %d of the language's file is not written key: \"text\"", n)
	}
	lines[n-1] = key + ": " + scalar(text) + line[len(body):]
	return nil
}

// scalar writes a text in double quotes. Signs that cannot be seen are escaped, but for the joiners, without which Persian and Hindi
// cannot be written.
func scalar(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r) || r == '\u200c' || r == '\u200d':
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
