// The words of the console, in English and Spanish: words/*.yaml, each file one
// language.
package console

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed words
var wordFiles embed.FS

// languages of the console, the first for who speaks none of them.
var languages = []string{"en", "es"}

// words are texts by key. A text may hold {0}, {1} and so on, to be filled.
type words map[string]string

// readWords reads all files: NAME.en.yaml and en.yaml are English. No key stands
// twice.
func readWords(fsys fs.FS) (map[string]words, error) {
	out := map[string]words{}
	for _, lang := range languages {
		out[lang] = words{}
	}
	names, err := fs.Glob(fsys, "words/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the console's words: %w", err)
	}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".yaml")
		lang := base[strings.LastIndex(base, ".")+1:]
		if out[lang] == nil {
			return nil, fmt.Errorf("%s: the console does not speak %q", name, lang)
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read the console's words: %w", err)
		}
		var file map[string]string
		if err := yaml.Unmarshal(raw, &file); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		for key, text := range file {
			if _, twice := out[lang][key]; twice {
				return nil, fmt.Errorf("%s: %s stands in another file too", name, key)
			}
			out[lang][key] = text
		}
	}
	return out, nil
}

// say is a text, filled. A key that has none is shown as it is: a word that is
// missing must not take a page away.
func (w words) say(key string, args ...any) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
	}
	return text
}

func anyOf(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}
