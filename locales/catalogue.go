// Package locales holds what Posada says, one go-i18n file a language, and
// what belongs to a language alone: its keywords, its dates, its digits, and
// how much of it fits into an SMS.
//
// The package is pure: no clock, no network, no project imports.
package locales

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	i18ntemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

//go:embed *.yaml crisis/*.yaml crisis/*.txt made/*.yaml glossary/*.yaml
var files embed.FS

// Source is the language that every other is translated from.
const Source = "en"

// ErrMessage is wrapped by every error about a message that cannot be shown.
var ErrMessage = errors.New("message")

// Catalogue is every language Posada writes.
type Catalogue struct {
	byCode map[string]*Language
	order  []*Language

	keywords    map[string]string // folded word → keyword
	keywordLang map[string]string // folded keyword → its only language
	crisis      map[string][]phrase
	negation    map[string]bool   // folded words that say no
	greeting    map[string]string // folded greeting → language code
	yearWord    map[string]int    // folded month word → 1..12
	clash       []Clash
	longMonths  []string // pairs: a month name of several words, and the same in one
	joinMonths  *strings.Replacer
	dangers     *dangers
	files       fs.FS // for what is read when it is asked for
	tongues     []tongue
	smallWords  map[string][]string // folded function word → the languages that have it
}

// Language is one language's messages.
type Language struct {
	Code string // as its file is called: en, es, ht, fa-AF
	File string

	messages map[string]*message
	tag      language.Tag
	all      []*i18n.Message
	made     map[string]Made // nil when the language has no file of it
	terms    []term
	loc      *i18n.Localizer
	group    string
	months   [13]string
	late     *lateLists
	rtl      bool
	zero     rune // of the language's own digits

	monthWords map[string]int // folded month word → 1..12
}

type message struct {
	text   string
	fields []string
	line   int
	plural bool
	forms  []Form
	state  State
}

// Embedded loads the languages built into the binary, once: a catalogue does not
// change.
func Embedded() (*Catalogue, error) { return embedded() }

var embedded = sync.OnceValues(func() (*Catalogue, error) { return Load(files) })

// Load reads every *.yaml file of fsys as one language, called by its file
// name, made/*.yaml as how their texts were made, and glossary/*.yaml as their
// terms. Every error names file and line.
func Load(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	c := &Catalogue{byCode: map[string]*Language{}, files: fsys}
	read := make([]*Language, len(names))
	faults := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names { // at once: a start waits for them
		wg.Go(func() {
			raw, err := fs.ReadFile(fsys, name)
			if err != nil {
				faults[i] = fmt.Errorf("read language %s: %w", name, err)
				return
			}
			read[i], faults[i] = parseLanguage(name, raw)
		})
	}
	wg.Wait()
	for i, l := range read {
		if faults[i] != nil {
			return nil, faults[i]
		}
		c.byCode[l.Code] = l
		c.order = append(c.order, l)
	}
	if c.byCode[Source] == nil {
		return nil, fmt.Errorf("no %s.yaml: it is the language that the others are translated from", Source)
	}
	sort.SliceStable(c.order, func(i, j int) bool {
		return c.order[i].Raw("language.order") < c.order[j].Raw("language.order")
	})
	c.indexWords()
	c.indexTongues()
	if err := c.loadDangers(fsys); err != nil {
		return nil, err
	}
	if err := c.readMade(fsys); err != nil {
		return nil, err
	}
	if err := c.readGlossaries(fsys); err != nil {
		return nil, err
	}
	return c, nil
}

func parseLanguage(name string, raw []byte) (*Language, error) {
	code := strings.TrimSuffix(path.Base(name), ".yaml")
	raw, late := cutLate(raw)
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	lines := map[string]int{}
	for _, doc := range tree.Docs {
		keyLines(doc.Body, "", lines)
	}
	tag, file, err := readMessages(code, raw, tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l := &Language{Code: code, File: name, messages: map[string]*message{}, monthWords: map[string]int{}, tag: tag, all: file.Messages, late: &lateLists{raw: late}}
	if err := l.localize(); err != nil {
		return nil, err
	}
	for _, m := range file.Messages {
		fields, err := templateFields(m.Other)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: message %s: %w", name, lines[m.ID], m.ID, err)
		}
		l.messages[m.ID] = &message{
			text: m.Other, fields: fields, line: lines[m.ID],
			plural: m.One != "" || m.Few != "" || m.Many != "" || m.Two != "" || m.Zero != "",
			forms:  formsOf(m),
		}
	}
	l.group = l.Raw("number.group")
	l.rtl = l.Raw("language.direction") == "rtl"
	l.zero, _ = utf8.DecodeRuneInString(l.Raw("number.digits") + "0")
	for m := 1; m <= 12; m++ {
		l.months[m] = l.Raw(fmt.Sprintf("date.month.m%02d", m))
	}
	return l, nil
}

// readMessages parses with the language's own tag, or, where go-i18n knows no
// plural rule (Haitian Creole is one), under a private-use tag that follows the
// English plurals.
func readMessages(code string, raw []byte, tree *ast.File) (language.Tag, *i18n.MessageFile, error) {
	var first error
	for _, name := range []string{code, "art-x-" + strings.ToLower(strings.ReplaceAll(code, "-", ""))} {
		tag, err := language.Parse(name)
		if err != nil {
			first = errors.Join(first, err)
			continue
		}
		bundle := i18n.NewBundle(tag)
		bundle.RegisterUnmarshalFunc("yaml", func(b []byte, v any) error {
			if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
				return yaml.Unmarshal(b, v)
			}
			return yaml.NodeToValue(tree.Docs[0].Body, v) // it is parsed already
		})
		file, err := bundle.ParseMessageFileBytes(raw, name+".yaml")
		if err == nil {
			return tag, file, nil
		}
		first = errors.Join(first, err)
	}
	return language.Tag{}, nil, first
}

func keyLines(n ast.Node, prefix string, out map[string]int) {
	m, ok := n.(ast.MapNode)
	if !ok {
		return
	}
	for it := m.MapRange(); it.Next(); {
		key := prefix + it.Key().String()
		out[key] = it.Key().GetToken().Position.Line
		keyLines(it.Value(), key+".", out)
	}
}

// templateFields lists the {{.names}} of a text in order of appearance.
func templateFields(text string) ([]string, error) {
	if !strings.Contains(text, "{{") {
		return nil, nil
	}
	t, err := texttemplate.New("").Parse(text)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range t.Root.Nodes {
		action, ok := n.(*parse.ActionNode)
		if !ok {
			if n.Type() == parse.NodeText {
				continue
			}
			return nil, fmt.Errorf("only plain {{.name}} placeholders may stand in a message, not %s", n)
		}
		if len(action.Pipe.Cmds) != 1 || len(action.Pipe.Cmds[0].Args) != 1 {
			return nil, fmt.Errorf("only plain {{.name}} placeholders may stand in a message, not %s", n)
		}
		f, ok := action.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
		if !ok || len(f.Ident) != 1 {
			return nil, fmt.Errorf("only plain {{.name}} placeholders may stand in a message, not %s", n)
		}
		if !slices.Contains(out, f.Ident[0]) {
			out = append(out, f.Ident[0])
		}
	}
	return out, nil
}

// Languages lists every language in the order of the language menu.
func (c *Catalogue) Languages() []*Language { return c.order }

// Language returns the language of that code, nil if there is none. A code is
// matched exactly: a near language is never served in its place.
func (c *Catalogue) Language(code string) *Language { return c.byCode[code] }

// IDs lists the ids of all messages, sorted.
func (l *Language) IDs() []string {
	out := make([]string, 0, len(l.messages))
	for id := range l.messages {
		out = append(out, id)
	}
	if l.late != nil {
		for id := range l.late.read() {
			out = append(out, id)
		}
	}
	sort.Strings(out)
	return out
}

// Has tells whether the language has a message of that id.
func (l *Language) Has(id string) bool { return l.message(id) != nil }

// Raw returns a message's text as it stands in the file, "" if there is none.
func (l *Language) Raw(id string) string {
	if m := l.message(id); m != nil {
		return m.text
	}
	return ""
}

// Fields lists the placeholders of a message.
func (l *Language) Fields(id string) []string {
	if m := l.message(id); m != nil {
		return m.fields
	}
	return nil
}

// Line is where a message stands in the language's file, 0 if nowhere.
func (l *Language) Line(id string) int {
	if m := l.message(id); m != nil {
		return m.line
	}
	return 0
}

// strict makes go-i18n refuse a placeholder without a value; by default it
// would print "<no value>" to a person.
var strict = &i18ntemplate.TextParser{Option: "missingkey=error"}

// Render fills a message's placeholders. A count that decides the plural form
// is data["n"]. It returns ErrMessage when the message is missing or a
// placeholder has no value; nothing is ever shown half filled.
func (l *Language) Render(id string, data map[string]any) (string, error) {
	m := l.messages[id]
	if m == nil {
		return "", fmt.Errorf("%w %s is missing in %s", ErrMessage, id, l.Code)
	}
	if len(m.fields) == 0 && !m.plural {
		return m.text, nil
	}
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: data, TemplateParser: strict}
	if m.plural {
		cfg.PluralCount = data["n"]
	}
	out, err := l.loc.Localize(cfg)
	if err != nil {
		return "", fmt.Errorf("%w %s in %s: %w", ErrMessage, id, l.Code, err)
	}
	return out, nil
}

// List splits a message that holds words separated by commas.
func (l *Language) List(id string) []string { return split(l.Raw(id), ",") }

func split(text, sep string) []string {
	var out []string
	for w := range strings.SplitSeq(text, sep) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
