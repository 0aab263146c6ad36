// danger.go hears danger in words that no list of phrases foresaw: things that are said together, each with the many words of a
// language. The lists are each language's own (danger.NAME); which of them together mean what is the same in all.

package locales

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

const (
	rulesFile = "crisis/rules.yaml"
	// dangerPrefix begins the names of the lists.
	dangerPrefix = "danger."
	// nearby is how many words of a text are looked at together; a longer one is looked at in parts that overlap by half.
	nearby = 40
	// maxLists is how many lists there may be: a set of them is two machine words.
	maxLists = 128
)

// dangers finds what rules.yaml describes.
type dangers struct {
	once  sync.Once // the lists are read when first a text is looked at
	order []*Language
	clash []Clash // lists that no rule asks for
	rules []dangerRule
	lists map[string]int        // name → number
	names []string              // of each number, with the prefix
	first map[string][]listTerm // by the first word of a term, or the stem of it
	langs []string
}

// dangerRule: a text that holds a word of each part means this kind of crisis.
type dangerRule struct {
	kind  string
	parts []listSet
}

type listSet [2]uint64

func (s *listSet) add(list int)            { s[list/64] |= 1 << (list % 64) }
func (s listSet) meets(other listSet) bool { return s[0]&other[0]|s[1]&other[1] != 0 }

// listTerm is one entry of a list: a run of words, of which a stem ends in *, and # is the age of a child.
type listTerm struct {
	list, lang int
	words      []string
}

// loadDangers reads the rules, if there are any, and every language's lists.
func (c *Catalogue) loadDangers(fsys fs.FS) error {
	d := &dangers{lists: map[string]int{}, first: map[string][]listTerm{}, order: c.order}
	raw, err := fs.ReadFile(fsys, rulesFile)
	if err != nil {
		c.dangers = d // a catalogue of a test has none
		return nil
	}
	var kinds yaml.MapSlice
	if err := yaml.Unmarshal(raw, &kinds); err != nil {
		return fmt.Errorf("%s: %w", rulesFile, err)
	}
	for _, item := range kinds {
		kind, lines := fmt.Sprint(item.Key), []string{}
		if !slices.Contains(CrisisKinds, kind) {
			return fmt.Errorf("%s: there is no crisis %q", rulesFile, kind)
		}
		all, _ := item.Value.([]any)
		for _, l := range all {
			lines = append(lines, fmt.Sprint(l))
		}
		for _, line := range lines {
			if err := d.addRule(kind, line); err != nil {
				return fmt.Errorf("%s: %s: %q: %w", rulesFile, kind, line, err)
			}
		}
	}
	c.dangers = d
	return nil
}

// listen reads the lists of all languages, once.
func (d *dangers) listen() {
	d.once.Do(func() {
		for i, l := range d.order {
			d.langs = append(d.langs, l.Code)
			for _, id := range l.IDs() {
				name, ok := strings.CutPrefix(id, dangerPrefix)
				if !ok {
					continue
				}
				list, known := d.lists[name]
				if !known {
					d.clash = append(d.clash, Clash{l.File, l.Line(id), fmt.Sprintf("no rule of danger asks for the list %q", name)})
					continue
				}
				for _, text := range split(l.Raw(id), "|") {
					d.addTerm(list, i, text)
				}
			}
			if l.late != nil && l.late.err != nil {
				d.clash = append(d.clash, Clash{l.File, 1, l.late.err.Error()})
			}
		}
	})
}

func (d *dangers) addRule(kind, line string) error {
	r := dangerRule{kind: kind}
	for _, part := range strings.Split(line, "&") {
		var set listSet
		for _, name := range strings.Split(part, "|") {
			name = strings.TrimSpace(name)
			if name == "" {
				return fmt.Errorf("a list has no name")
			}
			list, ok := d.lists[name]
			if !ok {
				if list = len(d.lists); list == maxLists {
					return fmt.Errorf("more than %d lists", maxLists)
				}
				d.lists[name] = list
				d.names = append(d.names, dangerPrefix+name)
			}
			set.add(list)
		}
		r.parts = append(r.parts, set)
	}
	d.rules = append(d.rules, r)
	return nil
}

func (d *dangers) addTerm(list, lang int, text string) {
	var words []string
	for _, part := range strings.Fields(text) {
		stem := strings.HasSuffix(part, "*") && part != "*"
		tokens := Tokens(Fold(strings.TrimSuffix(part, "*")))
		if stem && len(tokens) > 0 {
			tokens[len(tokens)-1] += "*"
		}
		words = append(words, tokens...)
	}
	if len(words) > 0 {
		d.first[words[0]] = append(d.first[words[0]], listTerm{list, lang, words})
	}
}

// find tells which kind of crisis the words of a text mean together, and in which language; "" for none.
func (d *dangers) find(words []string) (kind, lang string) {
	if len(d.rules) == 0 || len(words) < 2 {
		return "", ""
	}
	d.listen()
	for from := 0; ; from += nearby / 2 {
		if kind, lang = d.within(words[from:min(from+nearby, len(words))]); kind != "" || from+nearby >= len(words) {
			return kind, lang
		}
	}
}

func (d *dangers) within(words []string) (kind, lang string) {
	var room [16]listSet
	met := room[:]
	if len(d.langs) > len(room) {
		met = make([]listSet, len(d.langs))
	}
	for i, w := range words {
		d.each(w, func(t listTerm) {
			if begins(t.words[1:], words[i+1:]) {
				met[t.lang].add(t.list)
			}
		})
	}
	for _, r := range d.rules {
		for i, lang := range d.langs {
			if !slices.ContainsFunc(r.parts, func(part listSet) bool { return !part.meets(met[i]) }) {
				return r.kind, lang
			}
		}
	}
	return "", ""
}

// Things names the lists of danger of which words of a text in a language hold something: what is spoken of. Their order is
// that of the rules.
func (c *Catalogue) Things(words []string, code string) []string {
	d := c.dangers
	d.listen()
	lang := slices.Index(d.langs, code)
	var met listSet
	for i, w := range words {
		d.each(w, func(t listTerm) {
			if t.lang == lang && begins(t.words[1:], words[i+1:]) {
				met.add(t.list)
			}
		})
	}
	var out []string
	for list, name := range d.names {
		if met[list/64]>>(list%64)&1 == 1 {
			out = append(out, name)
		}
	}
	return out
}

// each hands out the terms that may begin with a word.
func (d *dangers) each(w string, term func(listTerm)) {
	all := func(key string) {
		for _, t := range d.first[key] {
			term(t)
		}
	}
	all(w)
	if isAge(w) {
		all("#")
	}
	var room [80]byte
	if len(w) >= len(room) {
		return
	}
	for end := 1; end <= len(w); end++ {
		if end < len(w) && w[end]&0xC0 == 0x80 {
			continue // in the middle of a letter
		}
		key := append(append(room[:0], w[:end]...), '*')
		for _, t := range d.first[string(key)] {
			term(t)
		}
	}
}

// begins tells whether a run of words, with stems and ages, stands at the beginning of others.
func begins(run, words []string) bool {
	if len(run) > len(words) {
		return false
	}
	for i, want := range run {
		if stem, ok := strings.CutSuffix(want, "*"); ok {
			if !strings.HasPrefix(words[i], stem) {
				return false
			}
		} else if words[i] != want && (want != "#" || !isAge(words[i])) {
			return false
		}
	}
	return true
}
