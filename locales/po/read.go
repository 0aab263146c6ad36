// Reading a PO file, line by line.
package po

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a file may be at most: gettext knows no language of more than six plural forms.
const (
	maxBytes   = 16 << 20
	maxPlurals = 6
)

// reader gathers an entry at a time.
type reader struct {
	file File
	e    Entry
	into *string // the string that goes on in the next line
	has  map[string]bool
	open bool // something of the entry was read
	line int
	seen map[[2]string]int
}

// Read reads a PO file in UTF-8. Its errors are *Error, with the line.
func Read(data []byte) (*File, error) {
	if len(data) > maxBytes {
		return nil, &Error{1, fmt.Sprintf("the file is longer than %d bytes", maxBytes)}
	}
	r := &reader{has: map[string]bool{}, seen: map[[2]string]int{}}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		r.line++
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
			return nil, &Error{r.line, "this is not UTF-8 text"}
		}
		if err := r.read(strings.TrimSpace(line)); err != nil {
			return nil, err
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(r.seen) == 0 || r.seen[[2]string{}] == 0 {
		return nil, &Error{1, "the file has no header"}
	}
	return &r.file, nil
}

func (r *reader) fault(format string, args ...any) error {
	return &Error{r.line, fmt.Sprintf(format, args...)}
}

func (r *reader) read(line string) error {
	switch {
	case line == "":
		return nil
	case strings.HasPrefix(line, "#~"):
		return nil
	case line[0] == '#':
		return r.comment(line[1:])
	case line[0] == '"':
		if r.into == nil {
			return r.fault("this string belongs to nothing")
		}
		return r.strings(line)
	}
	end := strings.IndexAny(line, " \t\"")
	if end < 0 {
		return r.fault("a keyword without a string")
	}
	keyword, rest := line[:end], strings.TrimSpace(line[end:])
	if err := r.keyword(keyword); err != nil {
		return err
	}
	if rest == "" || rest[0] != '"' {
		return r.fault("%s has no string", keyword)
	}
	return r.strings(rest)
}

// comment belongs to the entry that follows it.
func (r *reader) comment(s string) error {
	if r.has["msgid"] || r.has["msgctxt"] {
		if !r.has["msgstr"] {
			return r.fault("a comment in the middle of an entry")
		}
		if err := r.end(); err != nil {
			return err
		}
	}
	r.into = nil
	mark := byte(' ')
	if s != "" {
		mark = s[0]
	}
	switch mark {
	case '.':
		r.e.Extracted = append(r.e.Extracted, strings.TrimSpace(s[1:]))
	case ':':
		r.e.References = append(r.e.References, strings.TrimSpace(s[1:]))
	case ',':
		for f := range strings.SplitSeq(s[1:], ",") {
			if f = strings.TrimSpace(f); f != "" {
				r.e.Flags = append(r.e.Flags, f)
			}
		}
	case '|': // what the original was before: nothing rests on it
	default:
		r.e.Comments = append(r.e.Comments, strings.TrimSpace(s))
	}
	return nil
}

func (r *reader) keyword(word string) error {
	number, plural := strings.CutPrefix(word, "msgstr[")
	switch {
	case word == "msgctxt", word == "msgid" && !r.has["msgctxt"], word == "msgid" && r.has["msgid"]:
		if r.has["msgstr"] {
			if err := r.end(); err != nil {
				return err
			}
		}
	}
	if !plural {
		if r.has[word] {
			return r.fault("%s stands here twice", word)
		}
		r.has[word] = true
	}
	if !r.open {
		r.open, r.e.Line = true, r.line
	}
	switch {
	case word == "msgctxt" && !r.has["msgid"]:
		r.into = &r.e.Context
	case word == "msgid" && !r.has["msgstr"]:
		r.into = &r.e.ID
	case word == "msgid_plural" && r.has["msgid"] && !r.has["msgstr"]:
		r.into = &r.e.Plural
	case word == "msgstr" && r.has["msgid"] && !r.has["msgid_plural"]:
		r.e.Str = append(r.e.Str, "")
		r.into = &r.e.Str[0]
	case plural && r.has["msgid_plural"]:
		if n, err := strconv.Atoi(strings.TrimSuffix(number, "]")); err != nil || !strings.HasSuffix(number, "]") || n != len(r.e.Str) || n >= maxPlurals {
			return r.fault("%s is not the plural form that comes next", word)
		}
		r.has["msgstr"] = true
		r.e.Str = append(r.e.Str, "")
		r.into = &r.e.Str[len(r.e.Str)-1]
	default:
		return r.fault("%s is not to stand here", word)
	}
	return nil
}

// strings reads one string or several after each other.
func (r *reader) strings(s string) error {
	for s != "" {
		if s[0] != '"' {
			return r.fault("%q stands after a string", s)
		}
		text, rest, err := unescape(s)
		if err != nil {
			return r.fault("%v", err)
		}
		*r.into += text
		s = strings.TrimSpace(rest)
	}
	return nil
}

// end takes the entry into the file.
func (r *reader) end() error {
	e, complete := r.e, r.has["msgstr"]
	if !r.open {
		return nil // comments after the last entry
	}
	if !complete {
		return r.fault("the entry of line %d has no msgstr", e.Line)
	}
	if r.has["msgid_plural"] && e.Plural == "" {
		return &Error{e.Line, "msgid_plural is empty"}
	}
	key := [2]string{e.Context, e.ID}
	if was := r.seen[key]; was > 0 {
		return &Error{e.Line, fmt.Sprintf("the same text as in line %d", was)}
	}
	r.seen[key] = e.Line
	r.e, r.into, r.open, r.has = Entry{}, nil, false, map[string]bool{}
	if key != [2]string{} {
		if len(r.seen) == 1 {
			return &Error{e.Line, "the header is to come first"}
		}
		r.file.Entries = append(r.file.Entries, e)
		return nil
	}
	if len(r.seen) > 1 {
		return &Error{e.Line, "the header is to come first"}
	}
	return r.header(e)
}

func (r *reader) header(e Entry) error {
	r.file.Comments = e.Comments
	for line := range strings.SplitSeq(strings.TrimSuffix(e.Str[0], "\n"), "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok && line != "" {
			return &Error{e.Line, fmt.Sprintf("%q is no field of a header", line)}
		}
		if ok {
			r.file.Header = append(r.file.Header, Field{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	if kind := strings.ToLower(r.file.Get("Content-Type")); strings.Contains(kind, "charset=") && !strings.Contains(kind, "charset=utf-8") {
		return &Error{e.Line, "only files in UTF-8 can be read"}
	}
	return nil
}
