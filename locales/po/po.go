// Package po reads and writes PO files, the format in which gettext and the tools of translators (Weblate, Poedit, OmegaT) keep
// texts: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
//
// It is strict where a careless reader would lose something: every fault has its line, a text is never cut, an entry never counts
// twice. Comments, flags and references are kept, because they say who reviewed a text. Obsolete entries (#~) are passed over.
package po

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Field is one line of a file's header.
type Field struct{ Name, Value string }

// File is a PO file.
type File struct {
	Comments []string // translator's comments over the header
	Header   []Field
	Entries  []Entry
}

// Get is a field of the header, "" when there is none. Names are compared without regard to case.
func (f *File) Get(name string) string {
	for _, h := range f.Header {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// Entry is one text and its translation.
type Entry struct {
	Line       int      // where its first keyword stands; 0 for an entry that was not read
	Comments   []string // "# ", the translator's
	Extracted  []string // "#. ", for the translator
	References []string // "#: ", file:line
	Flags      []string // "#, "
	Context    string   // msgctxt
	ID         string   // msgid
	Plural     string   // msgid_plural; "" when the text has no plural
	Str        []string // msgstr, or msgstr[0], msgstr[1]...
}

// Fuzzy tells whether the translation still has to be looked at.
func (e *Entry) Fuzzy() bool {
	for _, f := range e.Flags {
		if f == "fuzzy" {
			return true
		}
	}
	return false
}

// Error is a fault of a PO file.
type Error struct {
	Line int
	Text string
}

// Error is "line: text", to be put after the name of the file.
func (e *Error) Error() string { return strconv.Itoa(e.Line) + ": " + e.Text }

// Bytes writes the file: no line is wrapped, and a text of several lines has a string for each.
func (f *File) Bytes() []byte {
	var b strings.Builder
	var header strings.Builder
	for _, h := range f.Header {
		header.WriteString(h.Name + ": " + h.Value + "\n")
	}
	head := Entry{Comments: f.Comments, Str: []string{header.String()}}
	head.write(&b)
	for i := range f.Entries {
		b.WriteByte('\n')
		f.Entries[i].write(&b)
	}
	return []byte(b.String())
}

func (e *Entry) write(b *strings.Builder) {
	for _, part := range []struct {
		mark  string
		lines []string
	}{{"#", e.Comments}, {"#.", e.Extracted}, {"#:", e.References}} {
		for _, line := range part.lines {
			b.WriteString(strings.TrimRight(part.mark+" "+line, " ") + "\n")
		}
	}
	if len(e.Flags) > 0 {
		b.WriteString("#, " + strings.Join(e.Flags, ", ") + "\n")
	}
	if e.Context != "" {
		writeString(b, "msgctxt", e.Context)
	}
	writeString(b, "msgid", e.ID)
	if e.Plural == "" {
		str := ""
		if len(e.Str) > 0 {
			str = e.Str[0]
		}
		writeString(b, "msgstr", str)
		return
	}
	writeString(b, "msgid_plural", e.Plural)
	for i, s := range e.Str {
		writeString(b, fmt.Sprintf("msgstr[%d]", i), s)
	}
}

func writeString(b *strings.Builder, keyword, text string) {
	b.WriteString(keyword + " ")
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; last > 0 && lines[last] == "" {
		lines = lines[:last]
	}
	if len(lines) > 1 || strings.HasSuffix(text, "\n") {
		b.WriteString("\"\"\n")
	}
	for _, line := range lines {
		b.WriteString(`"` + escape.Replace(line) + "\"\n")
	}
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\a", `\a`, "\b", `\b`, "\f", `\f`, "\v", `\v`)

// unescape reads the inside of one string, and what follows its closing quote.
func unescape(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return b.String(), s[i+1:], nil
		case '\\':
			i++
			if i >= len(s) {
				return "", "", errors.New("a string is not closed")
			}
			if at := strings.IndexByte(`\"ntrabfv`, s[i]); at >= 0 {
				b.WriteByte("\\\"\n\t\r\a\b\f\v"[at])
				continue
			}
			return "", "", fmt.Errorf("the escape \\%c is not known", s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("a string is not closed")
}
