// Cutting texts into pages loses nothing and always gets on.

package locales

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// runesUpTo is a page measured in runes.
func runesUpTo(n int) func(string) bool {
	return func(s string) bool { return utf8.RuneCountInString(s) <= n }
}

// segmentsUpTo is a page measured in SMS parts.
func segmentsUpTo(n int) func(string) bool {
	return func(s string) bool { return Segments(s) <= n }
}

func TestCutEndsAPageWhereAReaderWould(t *testing.T) {
	for name, test := range map[string]struct {
		text       string
		runes      int
		head, tail string
	}{
		"nothing":                         {"", 5, "", ""},
		"a text that fits stays as it is": {" one\n", 5, " one\n", ""},
		"white space around is no reason for a page": {"  one two \n", 7, "one two", ""},
		"line end before sentence end":               {"First line\nNext one. And more words", 22, "First line", "Next one. And more words"},
		"the last line end that fits":                {"one\ntwo\nthree\nfour five six", 15, "one\ntwo\nthree", "four five six"},
		"Windows line ends":                          {"one two\r\nthree four", 12, "one two", "three four"},
		"an early line end would waste the page":     {"Hi\nthis line is a rather long one. Then more", 36, "Hi\nthis line is a rather long one.", "Then more"},
		"sentence end before word":                   {"One thing only. Another thing here", 22, "One thing only.", "Another thing here"},
		"a question is a sentence":                   {"¿Tiene usted cita? Responda ahora mismo", 26, "¿Tiene usted cita?", "Responda ahora mismo"},
		"Arabic question mark":                       {"هل لديك موعد؟ أجب الآن من فضلك", 20, "هل لديك موعد؟", "أجب الآن من فضلك"},
		"Hindi danda":                                {"यह पहला वाक्य है। यह दूसरा है", 24, "यह पहला वाक्य है।", "यह दूसरा है"},
		"an abbreviation is no sentence":             {"Pregunte por el Sr. Juan Pérez en casa", 25, "Pregunte por el Sr. Juan", "Pérez en casa"},
		"a list number stays with its entry":         {"Choose one now: 2. Register here", 21, "Choose one now: 2.", "Register here"},
		"word":                                       {"alpha beta gamma", 12, "alpha beta", "gamma"},
		"a word that ends the page is whole":         {"alpha beta gamma", 10, "alpha beta", "gamma"},
		"many spaces":                                {"alpha          beta", 7, "alpha", "beta"},
		"a no-break space does not break":            {"wait 30\u00a0days", 9, "wait", "30\u00a0days"},
		"a telephone number stays whole":             {"Call 1-800-555-0100", 14, "Call", "1-800-555-0100"},
		"a link stays whole":                         {"See https://x.org/?Is=a/b", 22, "See", "https://x.org/?Is=a/b"},
		"a long word is cut between letters":         {"abcdefghij", 4, "abcd", "efghij"},
		"Chinese sentence":                           {"请等待。然后回答问题", 7, "请等待。", "然后回答问题"},
		"Chinese word, mark not first":               {"请等待通知，好吗", 5, "请等待通", "知，好吗"},
		"a letter keeps its mark":                    {"abce\u0301f", 4, "abc", "e\u0301f"},
		"a flag is not split":                        {"🇺🇦🇺🇦🇺🇦", 3, "🇺🇦", "🇺🇦🇺🇦"},
		"a family is not split":                      {"aa👩‍👩‍👧b", 5, "aa", "👩‍👩‍👧b"},
		"a grapheme longer than a page is cut":       {"👩‍👩‍👧b", 2, "👩\u200d", "👩\u200d👧b"},
		"nothing fits, and yet it goes on":           {"e\u0301ab", 0, "e\u0301", "ab"},
		"only white space":                           {"     ", 2, " ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			head, tail := Cut(test.text, runesUpTo(test.runes))
			if head != test.head || tail != test.tail {
				t.Errorf("Cut = %q, %q, want %q, %q", head, tail, test.head, test.tail)
			}
		})
	}
}

func TestCutFillsSMSPages(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		parts int
		pages []int // runes on each
	}{
		"GSM-7":              {strings.Repeat("a", 700), 2, []int{306, 306, 88}},
		"GSM-7 words":        {strings.Repeat("abcd ", 100), 1, []int{159, 159, 159, 19}},
		"extension":          {strings.Repeat("€", 160), 1, []int{80, 80}},
		"UCS-2":              {strings.Repeat("ж", 300), 2, []int{134, 134, 32}},
		"emoji":              {strings.Repeat("👋", 100), 2, []int{66, 34}},
		"cheap until an á":   {strings.Repeat("a ", 79) + "á " + strings.Repeat("b ", 30), 1, []int{157, 61}},
		"one part when less": {strings.Repeat("a", 160), 1, []int{160}},
	} {
		t.Run(name, func(t *testing.T) {
			var pages []int
			for rest := test.text; rest != ""; {
				var head string
				head, rest = Cut(rest, segmentsUpTo(test.parts))
				pages = append(pages, utf8.RuneCountInString(head))
			}
			if len(pages) != len(test.pages) {
				t.Fatalf("pages of %v runes, want %v", pages, test.pages)
			}
			for i := range pages {
				if pages[i] != test.pages[i] {
					t.Fatalf("pages of %v runes, want %v", pages, test.pages)
				}
			}
		})
	}
}

func TestCutEndsEvenWhenNothingEverFits(t *testing.T) {
	rest, pages := strings.Repeat("word. \n", 50), 0
	for ; rest != ""; pages++ {
		if pages > 250 {
			t.Fatal("more pages than letters and stops")
		}
		_, rest = Cut(rest, func(string) bool { return false })
	}
}

func TestCutAsksLittle(t *testing.T) {
	for name, text := range map[string]string{
		"words":     strings.Repeat("word ", 800),
		"one word":  strings.Repeat("a", 4000),
		"spaces":    "a" + strings.Repeat(" ", 3998) + "b",
		"lines":     strings.Repeat("a\n", 2000),
		"sentences": strings.Repeat("Yes. ", 800),
	} {
		asked := 0
		Cut(text, func(s string) bool { asked++; return len(s) <= 3000 })
		if asked > 32 {
			t.Errorf("%s: asked %d times about 4000 characters", name, asked)
		}
	}
}

// solid returns the bytes of s that are no white space.
func solid(s string) string {
	var kept strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if !unicode.IsSpace(r) {
			kept.WriteString(s[:size])
		}
		s = s[size:]
	}
	return kept.String()
}

func FuzzCut(f *testing.F) {
	f.Add("First line\nSecond one. And a third, with á and € and 👋", uint8(20), true)
	f.Add("请等待。然后回答问题 🇺🇦🇺🇦", uint8(3), false)
	f.Add(strings.Repeat("e\u0301\u0301\u0301", 200), uint8(1), true)
	f.Add("a\xff\xe2\x80 b\x80\r\n \u00a0\u2028c", uint8(2), false)
	f.Fuzz(func(t *testing.T, s string, room uint8, sms bool) {
		fits := runesUpTo(int(room%80) + 1)
		if sms {
			fits = segmentsUpTo(int(room%3) + 1)
		}
		var kept strings.Builder
		rest := s
		for rest != "" {
			head, tail := Cut(rest, fits)
			if head == "" || len(tail) >= len(rest) {
				t.Fatalf("Cut(%q) = %q, %q: no progress", rest, head, tail)
			}
			if !fits(head) {
				t.Errorf("Cut(%q) = %q, which does not fit", rest, head)
			}
			if utf8.ValidString(rest) && (!utf8.ValidString(head) || !utf8.ValidString(tail)) {
				t.Errorf("Cut(%q) = %q, %q splits a rune", rest, head, tail)
			}
			kept.WriteString(solid(head))
			rest = tail
		}
		if kept.String() != solid(s) {
			t.Errorf("pages of %q hold %q", s, kept.String())
		}
	})
}

func BenchmarkCut(b *testing.B) {
	for name, text := range map[string]string{
		"spanish": strings.Repeat("Usted puede pedir asilo. Lleve sus papeles y no pague a nadie. ", 60),
		"russian": strings.Repeat("Вы можете просить убежище. Никому не платите. ", 80),
		"oneword": strings.Repeat("a", 4000),
	} {
		b.Run(name, func(b *testing.B) {
			fits := segmentsUpTo(2)
			b.ReportAllocs()
			pages := 0
			for b.Loop() {
				pages = 0
				for rest := text; rest != ""; pages++ {
					_, rest = Cut(rest, fits)
				}
			}
			b.ReportMetric(float64(pages), "pages")
		})
	}
}
