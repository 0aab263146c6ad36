// How fast a text is looked up among thousands, and how fast they are taken in.
package sent

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// many are five thousand texts: those of ten languages.
func many(b *testing.B) []Known {
	var out []Known
	for _, lang := range langs {
		out = append(out, ours(b, lang)...)
	}
	return out
}

func BenchmarkFind(b *testing.B) {
	texts := many(b)
	x := New(texts)
	r := rand.New(rand.NewPCG(7, 8))
	long := strings.Repeat(texts[17].Text+" and so on and so forth ", 400)
	for name, of := range map[string]func(Known) string{
		"as it is": func(k Known) string { return k.Text }, "retyped": func(k Known) string { return retype(k.Text, r) },
		"changed": func(k Known) string { return "Send money. " + k.Text }, "10000 letters": func(k Known) string { return long[:10000] },
		"10000 signs": func(k Known) string { return strings.Repeat("我们不保存您的名字，", 1000) }, "foreign": func(k Known) string { return "is this from you? my neighbour says that everybody can pass on monday" },
	} {
		var asked []string
		for i := 0; i < len(texts); i += 50 {
			asked = append(asked, of(texts[i]))
		}
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.ReportMetric(float64(len(texts)), "texts")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.Find(asked[i%len(asked)])
			}
		})
	}
}

// BenchmarkFindAmongAlike looks a bulletin up among thousands that differ by a number.
func BenchmarkFindAmongAlike(b *testing.B) {
	var alike []Known
	for i := range 5000 {
		alike = append(alike, Known{ID: fmt.Sprint(i), Lang: "en", Text: strings.Replace(bulletins[0].Text, "120", fmt.Sprint(1000+i), 1)})
	}
	x := New(alike)
	for i := 0; b.Loop(); i++ {
		k := alike[i%len(alike)]
		if a := x.Find(k.Text); a.ID != k.ID {
			b.Fatalf("%+v, want %s", a, k.ID)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	texts := many(b)
	for b.Loop() {
		New(texts)
	}
}
