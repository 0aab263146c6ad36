// guard.go knows the words that must not be taken for one another: those that deny, and those that count or name a day.

package sent

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"posada/locales"
)

//go:embed words.yaml
var wordsFile []byte

// guarded are the words of words.yaml, of all languages at once: a text need not be in the language it says.
type guarded struct {
	exact  map[string]bool
	deny   map[string]bool
	begins []string // of words that deny
	within []string
}

// guard reads words.yaml once. It is part of the binary, and a test reads it.
var guard = sync.OnceValue(func() *guarded {
	g, err := readGuard()
	if err != nil {
		panic(err)
	}
	return g
})

func readGuard() (*guarded, error) {
	var all map[string]struct{ Deny, Exact string }
	if err := yaml.Unmarshal(wordsFile, &all); err != nil {
		return nil, fmt.Errorf("words.yaml: %w", err)
	}
	g := &guarded{exact: map[string]bool{}, deny: map[string]bool{"$not": true}}
	for lang, lists := range all {
		for w := range strings.SplitSeq(lists.Exact, "|") {
			g.exact[locales.Fold("a " + w)[2:]] = true // behind another word, a numeral is no number
		}
		for w := range strings.SplitSeq(lists.Deny, "|") {
			if begin, ok := strings.CutSuffix(w, "*"); ok {
				g.begins = append(g.begins, locales.Fold(begin))
			} else if part, ok := strings.CutPrefix(w, "~"); ok {
				g.within = append(g.within, locales.Fold(part))
			} else if f := locales.Fold(w); f != "" {
				g.deny[f] = true
			} else {
				return nil, fmt.Errorf("words.yaml: %s: a word is empty", lang)
			}
		}
	}
	return g, nil
}

// denies tells whether a folded word turns what is said into its contrary.
func (g *guarded) denies(w string) bool {
	if g.deny[w] {
		return true
	}
	for _, b := range g.begins {
		if strings.HasPrefix(w, b) {
			return true
		}
	}
	for _, p := range g.within {
		if i := strings.Index(w, p); i > 1 {
			return true
		}
	}
	return false
}
