// Benchmarks of one turn: decode the session, match, step, render, page,
// encode.
package flows

import (
	"testing"

	"posada/locales"
)

// screeningQuestion is a session in the middle of the screening, in Spanish.
func screeningQuestion(b *testing.B) ([]byte, At) {
	book := realBook(b)
	k := newTalker(b, book, "es", SMS, reviewed(book)).atMenu()
	k.pick("screening")
	k.pick("yes")
	k.say("junio de 2023")
	k.pick("no")
	k.pick("no")
	if k.s.Node != "way" {
		b.Fatalf("the session stands at %s", k.s.Node)
	}
	return k.s.Encode(), k.at
}

func BenchmarkStep(b *testing.B) {
	book := realBook(b)
	for _, c := range []struct {
		name, text string
		answers    bool
	}{
		{"digit", "2", true},
		{"misspelt label", "Puerto de entrda, sin cita", true},
		{"free text", "no entiendo nada de esto, me puede ayudar alguien por favor", false},
	} {
		b.Run(c.name, func(b *testing.B) {
			raw, at := screeningQuestion(b)
			b.ReportAllocs()
			for b.Loop() {
				s, err := DecodeSession(raw)
				if err != nil {
					b.Fatal(err)
				}
				next, msgs, _ := book.Step(s, Input{Text: c.text}, SMS, at)
				if len(msgs) == 0 || len(next.Encode()) == 0 || (next.Node == "parole") != c.answers {
					b.Fatalf("it leads to %s", next.Node)
				}
			}
			b.ReportMetric(float64(len(raw)), "session-bytes")
		})
	}
}

func BenchmarkSession(b *testing.B) {
	raw, _ := screeningQuestion(b)
	b.ReportAllocs()
	for b.Loop() {
		s, err := DecodeSession(raw)
		if err != nil {
			b.Fatal(err)
		}
		s.Encode()
	}
}

func BenchmarkLoad(b *testing.B) {
	book := realBook(b)
	for b.Loop() {
		if _, err := Embedded(book.Catalogue); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch asks every question of the test set in its own language.
func BenchmarkSearch(b *testing.B) {
	book := realBook(b)
	type question struct{ text, lang string }
	var all []question
	for _, l := range book.Catalogue.Languages() {
		asked, _ := readAsked(b, "questions."+l.Code+".txt")
		for _, q := range asked {
			all = append(all, question{locales.Fold(q.text), l.Code})
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		q := all[i%len(all)]
		book.Search(q.text, q.lang)
	}
}

// BenchmarkBuildSearch makes the indexes of all languages.
func BenchmarkBuildSearch(b *testing.B) {
	book := realBook(b)
	for b.Loop() {
		lastBuilt.Store(nil)
		book.BuildSearch()
	}
}

// BenchmarkSuggest guesses the language of first messages.
func BenchmarkSuggest(b *testing.B) {
	book := realBook(b)
	var all []string
	for _, l := range book.Catalogue.Languages() {
		asked, _ := readAsked(b, "questions."+l.Code+".txt")
		for _, q := range asked {
			all = append(all, q.text)
		}
	}
	for i := 0; b.Loop(); i++ {
		book.Catalogue.Suggest(all[i%len(all)])
	}
}

// BenchmarkCrisis looks for danger in the questions of the test set.
func BenchmarkCrisis(b *testing.B) {
	book := realBook(b)
	var all []string
	for _, l := range book.Catalogue.Languages() {
		asked, _ := readAsked(b, "questions."+l.Code+".txt")
		for _, q := range asked {
			all = append(all, locales.Fold(q.text))
		}
	}
	for i := 0; b.Loop(); i++ {
		book.Catalogue.Crisis(all[i%len(all)])
	}
}
