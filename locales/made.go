// made.go keeps how each text was made: made/LANG.yaml beside the languages, one line a message.

package locales

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// madeFolder holds a file for each language beside the source.
const madeFolder = "made"

// maxReviewer is the most letters of a reviewer's name.
const maxReviewer = 80

// Made tells how one text was made. The zero value is a text of which nothing is known.
type Made struct {
	Of       string // Fingerprint of the original that it was made from
	Is       string // Fingerprint of the text itself: when it no longer fits, the text was changed afterwards
	Reviewed bool   // by a person; else a machine's draft
	By       string // who reviewed it
	On       string // the day they did (2026-11-22)
	Back     string // the day an independent reader translated it back and compared it with the original, "" for never
	Line     int    // where it stands in made/LANG.yaml
}

// Fingerprint is what a text is known by, whatever its length: the first 8 hexadecimal digits of its SHA-256.
func Fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// Fingerprint of a message of the language, all its plural forms together; "" when there is none.
func (l *Language) Fingerprint(id string) string {
	if m := l.messages[id]; m != nil {
		return m.fingerprint()
	}
	return ""
}

func (m *message) fingerprint() string {
	if !m.plural {
		return Fingerprint(m.text)
	}
	var b strings.Builder
	for _, f := range m.forms {
		b.WriteString(f.Category + "\x00" + f.Text + "\x00")
	}
	return Fingerprint(b.String())
}

// Made tells how a text was made; false when nothing is recorded of it.
func (l *Language) Made(id string) (Made, bool) {
	m, ok := l.made[id]
	return m, ok
}

// machineLists are the beginnings of the messages that a machine reads: lists of words, patterns, settings. They are no sentences.
var machineLists = []string{"language.", "keyword.", "words.", "crisis.", "date.", "time.", "number.", "ask.", "concept.", "danger."}

// IsList tells whether a message is a list of words or a setting for the machine, and nothing that is said to a person.
func IsList(id string) bool {
	return slices.ContainsFunc(machineLists, func(p string) bool { return strings.HasPrefix(id, p) })
}

// Form is one plural form of a message: its CLDR category (zero, one, two, few, many, other), and its text.
type Form struct{ Category, Text string }

// formsOf lists the plural forms that a message has, in the order of CLDR.
func formsOf(m *i18n.Message) []Form {
	var out []Form
	for _, f := range []Form{{"zero", m.Zero}, {"one", m.One}, {"two", m.Two}, {"few", m.Few}, {"many", m.Many}, {"other", m.Other}} {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

// Forms lists the plural forms of a message, in the order of CLDR; nil when the message does not change with a count.
func (l *Language) Forms(id string) []Form {
	if m := l.messages[id]; m != nil && m.plural {
		return m.forms
	}
	return nil
}

// readMade reads the files of how the texts were made, and settles the state of each text.
func (c *Catalogue) readMade(fsys fs.FS) error {
	names, err := fs.Glob(fsys, madeFolder+"/*.yaml")
	if err != nil {
		return fmt.Errorf("list %s: %w", madeFolder, err)
	}
	for _, name := range names {
		l := c.byCode[strings.TrimSuffix(path.Base(name), ".yaml")]
		if l == nil || l.Code == Source {
			return fmt.Errorf("%s: no translation is called so", name)
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if l.made, err = parseMade(name, string(raw)); err != nil {
			return err
		}
	}
	for _, l := range c.order {
		c.settle(l)
	}
	return nil
}

func parseMade(file, text string) (map[string]Made, error) {
	out := make(map[string]Made, strings.Count(text, "\n"))
	return out, eachLine(file, text, func(line int, key, value string) error {
		m, err := parseMadeValue(value)
		if err != nil {
			return err
		}
		if got := m.value(); got != value {
			return fmt.Errorf("it is to be written %s", got)
		}
		m.Line = line
		out[key] = m
		return nil
	})
}

// value is a record as a YAML mapping on one line. Fingerprints are quoted: 1e234567 would be a number.
func (m Made) value() string {
	made, back := "draft", ""
	if m.Reviewed {
		made = "reviewed, by: " + quote(m.By) + ", on: " + m.On
	}
	if m.Back != "" {
		back = ", back: " + m.Back
	}
	return `{of: "` + m.Of + `", is: "` + m.Is + `", made: ` + made + back + "}"
}

// parseMadeValue reads a record in any order of its parts.
func parseMadeValue(value string) (Made, error) {
	var m Made
	s, ok := strings.CutPrefix(value, "{")
	if !ok || !strings.HasSuffix(s, "}") {
		return m, errors.New("it is no {of: ..., is: ..., made: ...}")
	}
	made := ""
	for s != "}" {
		key, rest, ok := strings.Cut(s, ": ")
		if !ok {
			return m, errors.New("it is no {of: ..., is: ..., made: ...}")
		}
		text := ""
		if text, s, ok = unquote(rest); !ok {
			end := strings.IndexAny(rest, ",}")
			if end < 0 {
				return m, fmt.Errorf("%s has no value", key)
			}
			text, s = rest[:end], rest[end:]
		}
		s = strings.TrimPrefix(s, ", ")
		part := &made
		switch key {
		case "of":
			part = &m.Of
		case "is":
			part = &m.Is
		case "made":
		case "by":
			part = &m.By
		case "on":
			part = &m.On
		case "back":
			part = &m.Back
		default:
			return m, fmt.Errorf("%q is nothing that is kept here", key)
		}
		if *part != "" {
			return m, fmt.Errorf("%s stands here twice", key)
		}
		*part = text
	}
	m.Reviewed = made == "reviewed"
	if made != "reviewed" && made != "draft" {
		return m, fmt.Errorf("made is %q, not draft or reviewed", made)
	}
	return m, m.check()
}

// check refuses a record that cannot be true.
func (m Made) check() error {
	for _, f := range [2]string{m.Of, m.Is} {
		if len(f) != 8 || strings.Trim(f, "0123456789abcdef") != "" {
			return fmt.Errorf("%q is no fingerprint of eight hexadecimal digits", f)
		}
	}
	if m.Reviewed {
		if err := CheckReviewer(m.By); err != nil {
			return err
		}
		if !isDay(m.On) {
			return fmt.Errorf("reviewed on %q, which is no day (2026-11-22)", m.On)
		}
	} else if m.By != "" || m.On != "" {
		return errors.New("a draft was reviewed by nobody")
	}
	if m.Back != "" && !isDay(m.Back) {
		return fmt.Errorf("translated back on %q, which is no day (2026-11-22)", m.Back)
	}
	return nil
}

// CheckReviewer refuses what is no name of a reviewer: nothing at all, an e-mail address (the files are public), more than 80
// letters, signs that cannot be printed.
func CheckReviewer(name string) error {
	switch {
	case name == "" || strings.TrimSpace(name) != name:
		return errors.New("a review needs the name of who did it")
	case strings.Contains(name, "@"):
		return errors.New("a reviewer is a name: these files are public, and an e-mail address does not belong in them")
	case utf8.RuneCountInString(name) > maxReviewer || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the reviewer's name is longer than %d letters or cannot be printed", maxReviewer)
	}
	return nil
}

func isDay(s string) bool {
	if len(s) != len(time.DateOnly) {
		return false
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// madeHead opens every file.
const madeHead = `# How each text was made. of: the fingerprint of the English original it was made from; is: its own; made: draft (a machine's) or
# reviewed (by whom, on what day); back: when an independent reader translated it back. Written by "posada locales".

`

// writeMade is the file of some records.
func writeMade(made map[string]Made) []byte {
	ids := make([]string, 0, len(made))
	for id := range made {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var b strings.Builder
	b.WriteString(madeHead)
	for _, id := range ids {
		b.WriteString(id + ": " + made[id].value() + "\n")
	}
	return []byte(b.String())
}
