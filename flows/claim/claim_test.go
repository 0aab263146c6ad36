// How well rumours are recognised across languages: cases that are known by two or three texts in one or two languages, and
// variants in six. The weights were tuned on testdata/dev.tsv alone.
package claim_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"posada/flows/claim"
)

// line is one of a test set: the case that is right, "-" for none, a language and a text.
type line struct{ id, lang, text string }

func lines(t testing.TB, name string) []line {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []line
	for l := range strings.Lines(string(raw)) {
		if l = strings.TrimRight(l, "\n"); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		f := strings.Split(l, "\t")
		if len(f) != 3 {
			t.Fatalf("%s: %q", name, l)
		}
		out = append(out, line{f[0], f[1], f[2]})
	}
	return out
}

// places are those of the book, by all their names.
func places(t testing.TB) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../book/places.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Places map[string]struct{ Also string }
	}
	if err := yaml.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for id, p := range f.Places {
		out[strings.ReplaceAll(id, "_", " ")] = id
		for name := range strings.SplitSeq(p.Also, ",") {
			out[name] = id
		}
	}
	return out
}

func seeded(t testing.TB) (*claim.Reader, *claim.Cases) {
	r, c := claim.NewReader(places(t)), claim.NewCases()
	for _, l := range lines(t, "seeds.tsv") {
		c.Put(l.id, r.Read(claim.Text{Lang: l.lang, Text: l.text}))
	}
	return r, c
}

// tally counts what became of variants: put into the right case at once or as the first of those that are asked about, into a
// wrong one; and of what belongs to no case, what was put into one.
type tally struct{ variants, first, clear, wrong, others, taken int }

func (n *tally) add(m tally) {
	n.variants, n.first, n.clear, n.wrong, n.others, n.taken = n.variants+m.variants, n.first+m.first, n.clear+m.clear, n.wrong+m.wrong, n.others+m.others, n.taken+m.taken
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

func TestVariantsOfARumourFindItsCaseInEveryLanguage(t *testing.T) {
	r, c := seeded(t)
	for _, set := range []string{"dev.tsv", "test.tsv"} {
		by, all := map[string]*tally{}, tally{}
		for _, l := range lines(t, set) {
			found, one := c.Find(r.Read(claim.Text{Lang: l.lang, Text: l.text})), tally{}
			first := len(found.Hits) > 0 && found.Hits[0].ID == l.id
			if l.id == "-" {
				one.others = 1
				if found.Clear {
					one.taken = 1
				}
			} else {
				one.variants = 1
				if first {
					one.first = 1
				}
				if found.Clear && first {
					one.clear = 1
				}
				if found.Clear && !first {
					one.wrong = 1
				}
			}
			if set == "dev.tsv" && testing.Verbose() && (one.variants > one.clear || one.taken > 0) {
				t.Logf("%s: %s %s | %s | %v %v", set, l.id, l.lang, l.text, found.Clear, found.Hits)
			}
			if by[l.lang] == nil {
				by[l.lang] = &tally{}
			}
			by[l.lang].add(one)
			all.add(one)
		}
		langs := []string{}
		for lang := range by {
			langs = append(langs, lang)
		}
		slices.Sort(langs)
		report := func(lang string, n tally) {
			t.Logf("%s %s: %d variants: right case first %.0f%%, clear %.0f%%, wrongly clear %.1f%%; %d of %d others taken for a case", set, lang, n.variants, percent(n.first, n.variants), percent(n.clear, n.variants), percent(n.wrong, n.variants), n.taken, n.others)
		}
		for _, lang := range langs {
			report(lang, *by[lang])
		}
		report("all", all)
		if percent(all.first, all.variants) < 90 || percent(all.wrong+all.taken, all.variants+all.others) > 3 {
			t.Errorf("%s misses the goal", set)
		}
	}
}
