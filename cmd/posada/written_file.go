// What officers write in files: a bulletin, a correction, a verdict. They are
// YAML, read strictly, and every mistake is told with file and line.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/flows"
)

// maxWritten is the largest file, in bytes.
const maxWritten = maxAsk / 2

// The kinds of files of bulletins.
const (
	kindBulletin   = "bulletin"
	kindCorrection = "correction"
)

// bulletinFile is a bulletin as it is written.
type bulletinFile struct {
	Kind     string            `yaml:"kind"`
	Title    string            `yaml:"title"`
	Source   string            `yaml:"source"`
	Texts    map[string]string `yaml:"texts"`
	Audience *audienceFile     `yaml:"audience"`
	At       string            `yaml:"at"`
}

type filterFile struct {
	Languages  []string `yaml:"languages"`
	Channels   []string `yaml:"channels"`
	Places     []string `yaml:"places"`
	Programmes []string `yaml:"programmes"`
	Got        []string `yaml:"got"`
}

type audienceFile struct {
	Languages  []string   `yaml:"languages"`
	Channels   []string   `yaml:"channels"`
	Places     []string   `yaml:"places"`
	Programmes []string   `yaml:"programmes"`
	Got        []string   `yaml:"got"`
	Seen       string     `yaml:"seen"`
	Except     filterFile `yaml:"except"`
}

// verdictFile is an answer to a rumour as it is written.
type verdictFile struct {
	Verdict string              `yaml:"verdict"`
	Claim   map[string]string   `yaml:"claim"`
	Reason  map[string]string   `yaml:"reason"`
	Heard   map[string][]string `yaml:"heard"`
	Sources []sourceFile        `yaml:"sources"`
	Review  string              `yaml:"review"`
}

type sourceFile struct {
	Publisher string `yaml:"publisher"`
	Title     string `yaml:"title"`
	URL       string `yaml:"url"`
	Date      string `yaml:"date"`
}

// document is a file with its lines.
type document struct {
	name string
	tree *ast.File
}

// readDocument reads a file of an officer into out.
func readDocument(name string, out any) (*document, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read what was written: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxWritten+1))
	if err != nil {
		return nil, fmt.Errorf("read what was written: %w", err)
	}
	if len(raw) > maxWritten {
		return nil, fmt.Errorf("%s is longer than %d KB: that is no file of one text", name, maxWritten>>10)
	}
	return parseDocument(name, raw, out)
}

func parseDocument(name string, raw []byte, out any) (d *document, err error) {
	d = &document{name: name}
	// The library panics on a tag (!) where it does not expect one.
	defer func() {
		if recover() != nil {
			d, err = nil, fmt.Errorf("%s: it cannot be read as YAML; leave out tags (!) and the like", name)
		}
	}()
	if d.tree, err = parser.ParseBytes(raw, 0); err != nil {
		return nil, d.mistake(err)
	}
	switch {
	case len(d.tree.Docs) > 1:
		return nil, fmt.Errorf("%s: it holds more than one document (---)", name)
	case len(d.tree.Docs) == 0 || d.tree.Docs[0].Body == nil:
		return nil, fmt.Errorf("%s:1: it is empty", name)
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(out); err != nil {
		return nil, d.mistake(err)
	}
	return d, nil
}

// mistake is what the library found, with its line.
func (d *document) mistake(err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", d.name, at.GetToken().Position.Line, at.GetMessage())
	}
	return fmt.Errorf("%s: %w", d.name, err)
}

// at tells of a mistake in the value at a path ($.sources[0].date).
func (d *document) at(path, format string, args ...any) error {
	line := 1
	if p, err := yaml.PathString(path); err == nil {
		if n, err := p.FilterFile(d.tree); err == nil && n.GetToken() != nil {
			line = n.GetToken().Position.Line
		}
	}
	return fmt.Errorf("%s:%d: %s", d.name, line, fmt.Sprintf(format, args...))
}

// bulletinOf reads a bulletin, or the correction of one.
func bulletinOf(name, kind string) (bulletin.Content, error) {
	var f bulletinFile
	d, err := readDocument(name, &f)
	if err != nil {
		return bulletin.Content{}, err
	}
	return f.content(d, kind)
}

func (f *bulletinFile) content(d *document, kind string) (bulletin.Content, error) {
	c := bulletin.Content{Title: strings.TrimSpace(f.Title), Source: f.Source, Texts: map[string]string{}}
	switch {
	case f.Kind != "" && f.Kind != kindBulletin && f.Kind != kindCorrection:
		return c, d.at("$.kind", "kind is %s or %s", kindBulletin, kindCorrection)
	case f.Kind != "" && f.Kind != kind:
		return c, d.at("$.kind", "this is no %s but a %s", kind, f.Kind)
	case f.Source == "":
		return c, d.at("$", "source is missing: the language that the other texts are translated from")
	case kind == kindCorrection && f.Audience != nil:
		return c, d.at("$.audience", "a correction has no audience of its own: it goes to exactly those who were sent what it corrects, or may have got it")
	}
	for lang, text := range f.Texts {
		c.Texts[lang] = strings.TrimSpace(text)
	}
	if _, there := f.Texts[f.Source]; !there {
		return c, d.at("$.source", "there is no text in the source language, %s", f.Source)
	}
	var err error
	if f.At != "" {
		if c.At, err = readTime(f.At); err != nil {
			return c, d.at("$.at", "%v", err)
		}
	}
	if a := f.Audience; a != nil {
		of := bulletin.Filter{Languages: a.Languages, Channels: a.Channels, Places: a.Places, Programmes: a.Programmes, Got: a.Got}
		c.Audience = bulletin.Audience{Filter: of, Except: bulletin.Filter(a.Except)}
		if a.Seen != "" {
			if c.Audience.SeenWithin, err = readDays(a.Seen); err != nil {
				return c, d.at("$.audience.seen", "%v", err)
			}
		}
	}
	return c, nil
}

// readTime reads a time with its zone.
func readTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04Z07:00", time.RFC3339} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time with a zone: write 2026-11-23T09:00-06:00", s)
}

var daysShape = regexp.MustCompile(`^([1-9][0-9]{0,3}) days?$`)

// readDays reads "30 days".
func readDays(s string) (time.Duration, error) {
	m := daysShape.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is no number of days: write 30 days", s)
	}
	n, err := strconv.Atoi(m[1])
	return time.Duration(n) * 24 * time.Hour, err
}

// verdictOf reads an answer to a rumour.
func verdictOf(name string) (rumour.Verdict, error) {
	var f verdictFile
	d, err := readDocument(name, &f)
	if err != nil {
		return rumour.Verdict{}, err
	}
	return f.verdict(d)
}

func (f *verdictFile) verdict(d *document) (rumour.Verdict, error) {
	v := rumour.Verdict{Verdict: f.Verdict, Claim: f.Claim, Reason: f.Reason, Heard: f.Heard}
	known := []string{rumour.False, rumour.Misleading, rumour.True, rumour.NotKnown}
	if !slices.Contains(known, f.Verdict) {
		return v, d.at("$.verdict", "verdict is one of %s", strings.Join(known, ", "))
	}
	day := func(path, s string) (flows.Date, error) {
		if s == "" {
			return 0, nil
		}
		day, err := flows.ParseDate(s)
		if err != nil || day.Day() == 0 {
			return 0, d.at(path, "%q is no day: write 2026-03-15", s)
		}
		return day, nil
	}
	for i, s := range f.Sources {
		date, err := day(fmt.Sprintf("$.sources[%d].date", i), s.Date)
		if err != nil {
			return v, err
		}
		v.Sources = append(v.Sources, rumour.Source{Publisher: s.Publisher, Title: s.Title, URL: s.URL, Date: date})
	}
	var err error
	v.Review, err = day("$.review", f.Review)
	return v, err
}
