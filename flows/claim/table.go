// table.go reads concepts/: what rumours are about, and the words for it in each language.

package claim

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"posada/locales"
)

//go:embed concepts/*.yaml
var conceptFiles embed.FS

// What words are that name no concept.
const (
	idStop     = "stop"     // they carry no claim
	idFrame    = "frame"    // they stand around one: greetings, "they say that"
	idNot      = "not"      // they deny; two of them deny nothing
	idNever    = "never"    // they deny by themselves, or beside a "not"
	idWithout  = "without"  // they take a denial back: without X not Y
	idPrefixes = "prefixes" // not words: what is written at the front of them without a space

	placePrefix  = "place."
	nationPrefix = "nation."
)

// table is the whole of concepts/.
type table struct {
	weights    map[string]float64
	contraries [][2]string
	languages  map[string]*vocabulary
	order      []string // their codes, sorted
}

// concepts reads the table once. It is part of the binary, and a test reads it: a fault in it is a fault of the program.
var concepts = sync.OnceValue(func() *table {
	t, err := readTable()
	if err != nil {
		panic(err)
	}
	return t
})

func readTable() (*table, error) {
	var all struct {
		Weights    map[string]float64 `yaml:"weights"`
		Contraries [][2]string        `yaml:"contraries"`
	}
	raw, err := conceptFiles.ReadFile("concepts/concepts.yaml")
	if err != nil {
		return nil, fmt.Errorf("concepts of rumours: %w", err)
	}
	if err := yaml.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("concepts of rumours: %w", err)
	}
	t := &table{weights: all.Weights, contraries: all.Contraries, languages: map[string]*vocabulary{}}
	files, err := conceptFiles.ReadDir("concepts")
	if err != nil {
		return nil, fmt.Errorf("concepts of rumours: %w", err)
	}
	for _, f := range files {
		lang := strings.TrimSuffix(f.Name(), ".yaml")
		if lang == "concepts" {
			continue
		}
		raw, err := conceptFiles.ReadFile("concepts/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("concepts of rumours: %w", err)
		}
		lists := map[string]string{}
		if err := yaml.Unmarshal(raw, &lists); err != nil {
			return nil, fmt.Errorf("concepts of rumours: %s: %w", lang, err)
		}
		v := &vocabulary{terms: map[string][]term{}, stems: map[string][]term{}, slips: map[string][]string{}}
		for id, words := range lists {
			if id == idPrefixes {
				for p := range strings.SplitSeq(words, "|") {
					v.prefixes = append(v.prefixes, locales.Fold(p))
				}
				slices.Sort(v.prefixes)
				continue
			}
			if !t.knows(id) {
				return nil, fmt.Errorf("concepts of rumours: %s: there is no concept %q", lang, id)
			}
			for w := range strings.SplitSeq(words, "|") {
				v.add(id, w)
			}
		}
		v.settle()
		t.languages[lang] = v
		t.order = append(t.order, lang)
	}
	slices.Sort(t.order)
	return t, nil
}

func (t *table) knows(id string) bool {
	switch id {
	case idStop, idFrame, idNot, idNever, idWithout:
		return true
	}
	return t.weights[id] > 0 || strings.HasPrefix(id, placePrefix) || strings.HasPrefix(id, nationPrefix)
}

// placeNames is the vocabulary of places.
func placeNames(places map[string]string) *vocabulary {
	v := &vocabulary{terms: map[string][]term{}, stems: map[string][]term{}, slips: map[string][]string{}}
	for name, id := range places {
		v.add(placePrefix+id, name)
	}
	v.settle()
	return v
}
