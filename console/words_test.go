// The words: both languages have the same, and every one that is used is there.
package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func allWords(t *testing.T) map[string]words {
	t.Helper()
	texts, err := readWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

var hole = regexp.MustCompile(`\{\d\}`)

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	texts := allWords(t)
	en, es := texts["en"], texts["es"]
	for key, text := range en {
		other, ok := es[key]
		if !ok {
			t.Errorf("%s is not in Spanish", key)
			continue
		}
		a, b := hole.FindAllString(text, -1), hole.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s is filled with %v in English and %v in Spanish", key, a, b)
		}
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", key)
		}
	}
	for key := range es {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is not in English", key)
		}
	}
}

// isKey tells what could be a key of the words: two parts and more.
var isKey = regexp.MustCompile(`^[a-z]+(\.[a-zA-Z0-9-]+)+$`)

// used are the keys that templates and code name: whole ones, and beginnings
// that the rest is put to (ending in a full stop).
func used(t *testing.T) (keys map[string]string, literals []string) {
	t.Helper()
	keys = map[string]string{}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, "public/public.html")
	called := regexp.MustCompile(`\bt "([^"]+)"`)
	quoted := regexp.MustCompile(`"([^"]+)"`)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range called.FindAllStringSubmatch(string(raw), -1) {
			keys[m[1]] = name
			literals = append(literals, m[1])
		}
		for _, m := range quoted.FindAllStringSubmatch(string(raw), -1) {
			literals = append(literals, m[1])
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					literals = append(literals, s)
				}
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				if (name == "goTo" || name == "refused" || name == "again") && len(n.Args) > 1 {
					if lit, ok := n.Args[1].(*ast.BasicLit); ok {
						if s, err := strconv.Unquote(lit.Value); err == nil && s != "" {
							keys[s] = e.Name()
							if name == "refused" {
								keys[s+".title"] = e.Name()
							}
						}
					}
				}
			}
			return true
		})
	}
	return keys, literals
}

func TestEveryWordThatIsUsedIsThere(t *testing.T) {
	en := allWords(t)["en"]
	keys, literals := used(t)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if _, ok := en[key]; !ok {
			t.Errorf("%s: there is no word %s", keys[key], key)
		}
	}
	// A key named anywhere in the code, of a page whose words we have.
	for _, key := range literals {
		page, rest, _ := strings.Cut(key, ".")
		if isKey.MatchString(key) && rest != "html" && en[page+".title"] != "" && !has([]string{"content"}, page) {
			if _, ok := en[key]; !ok {
				t.Errorf("there is no word %s", key)
			}
		}
	}
}

func TestEveryWordIsUsed(t *testing.T) {
	_, literals := used(t)
	for key := range allWords(t)["en"] {
		ok := slices.ContainsFunc(literals, func(s string) bool {
			return s == key || len(s) > 2 && strings.HasSuffix(s, ".") && strings.HasPrefix(key, s)
		})
		if !ok && !strings.HasPrefix(key, "alarm.") && !(strings.HasPrefix(key, "refused.") && strings.HasSuffix(key, ".title")) {
			t.Errorf("nothing says %s", key)
		}
	}
}

func TestAWordThatIsMissingIsShownByItsKey(t *testing.T) {
	if got := (words{"a": "{0} of {1}"}).say("a", 3, "<b>"); got != "3 of <b>" {
		t.Errorf("filled: %q", got)
	}
	if got := (words{}).say("no.such"); got != "no.such" {
		t.Errorf("missing: %q", got)
	}
}
