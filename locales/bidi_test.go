// What runs from left to right within what does not: whole, and with both halves of its brackets or none.

package locales

import (
	"strings"
	"testing"
)

func TestWhatIsSetApartHasBothHalvesOfItsBrackets(t *testing.T) {
	for text, want := range map[string]string{
		"پولیس سرحدی (Border Patrol)":          "پولیس سرحدی [(Border Patrol)]",
		"(Proclamation 10888) (٢٠٢٥).":         "[(Proclamation 10888) (٢٠٢٥)].",
		"أمر (Proclamation 10888) (٢٠٢٥).":     "أمر [(Proclamation 10888) (٢٠٢٥)].",
		"هاتف (664) 123 4567 الآن":             "هاتف [(664) 123 4567] الآن",
		"هاتف +52 (664) 123 4567":              "هاتف [+52 (664) 123 4567]",
		"مركز Colibrí Center (US): +1 520 724": "مركز [Colibrí Center (US): +1 520 724]",
		"وكالة Customs and Border (CBP) أعلنت": "وكالة [Customs and Border (CBP)] أعلنت",
		"وكالة (CBP) و(ICE":                    "وكالة [(CBP)] و([ICE]",
		"نص ) CBP One ( نص":                    "نص ) [CBP One] ( نص",
		"الساعة 11:00 (مكسيكو)":                "الساعة [11:00] (مكسيكو)",
		"a) b (c (d)":                          "[a]) [b] ([c (d)]",
	} {
		got := strings.NewReplacer(isolate, "[", isolateEnd, "]").Replace(Isolated(text))
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzIsolated(f *testing.F) {
	for _, s := range []string{"أمر (Proclamation 10888) (٢٠٢٥).", "a) b (c (d)", "+1 (", "((1))", "+0(0000", ")(", "\xff(a\xff)", "۱(۲)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, isolate) || strings.Contains(s, isolateEnd) {
			return
		}
		out := Isolated(s)
		if Unisolated(out) != s {
			t.Errorf("%q became %q", s, out)
		}
		for rest := out; ; {
			_, after, ok := strings.Cut(rest, isolate)
			if !ok {
				break
			}
			run, after, ok := strings.Cut(after, isolateEnd)
			depth := 0
			for _, c := range []byte(run) {
				if c == '(' {
					depth++
				} else if c == ')' {
					depth--
				}
				if depth < 0 {
					t.Fatalf("%q: %q closes what it did not open", s, run)
				}
			}
			if !ok || depth != 0 || run == "" {
				t.Fatalf("%q: the run %q", s, run)
			}
			rest = after
		}
	})
}
