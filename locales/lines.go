// lines.go reads the small files beside the languages: YAML of one "key: value" a line, sorted by key. They are read by hand: they
// hold a line for every text, are read at every start, and the YAML library would take as long for them as for the languages.

package locales

import (
	"fmt"
	"strings"
)

// eachLine calls do with key and value of every line that is neither empty nor a comment. A fault of the form, or an error of do,
// comes back with file and line.
func eachLine(file, text string, do func(line int, key, value string) error) error {
	last, n := "", 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case !ok || !isKey(key):
			return fmt.Errorf("%s:%d: this is no \"key: value\"", file, n)
		case key == last:
			return fmt.Errorf("%s:%d: %s stands here twice", file, n, key)
		case key < last:
			return fmt.Errorf("%s:%d: %s is out of order after %s", file, n, key, last)
		}
		last = key
		if err := do(n, key, value); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", file, n, key, err)
		}
	}
	return nil
}

// isKey tells whether a text is a key that YAML needs no quotes for: letters, digits and . _ - with single spaces between.
func isKey(key string) bool {
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'):
		case i > 0 && c == ' ' && key[i-1] != ' ' && i+1 < len(key):
		default:
			return false
		}
	}
	return key != ""
}

// quote writes a text of one line in double quotes, as YAML reads them.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// unquote reads what quote wrote, and what follows it.
func unquote(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i >= len(s) || s[i] != '\\' && s[i] != '"' {
				return "", s, false
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", s, false
}
