// bidi.go keeps numbers, names and Latin words whole inside text that runs from right to left (Unicode Standard Annex 9): each is
// set apart by isolates, so that "CBP One" and a telephone number read as they are and their neighbours stay where they belong.

package locales

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The isolates: what stands between runs from left to right, whatever is around it.
const (
	isolate    = "\u2066" // LEFT-TO-RIGHT ISOLATE
	isolateEnd = "\u2069" // POP DIRECTIONAL ISOLATE
)

// RightToLeft tells whether the language runs from right to left.
func (l *Language) RightToLeft() bool { return l.rtl }

// Isolated sets every run of Latin letters, numbers and times apart. A run may hold spaces and the signs of names, numbers and
// addresses between its ends. It leaves text that is isolated already as it is.
func Isolated(s string) string {
	if strings.Contains(s, isolate) || !strings.ContainsFunc(s, inRun) {
		return s
	}
	var b strings.Builder
	for s != "" {
		from := strings.IndexFunc(s, inRun)
		if from < 0 {
			break
		}
		if before, size := utf8.DecodeLastRuneInString(s[:from]); size > 0 && (before == '+' || before == '(') {
			from -= size
		}
		end := runEnd(s, from)
		b.WriteString(s[:from])
		b.WriteString(isolate)
		b.WriteString(s[from:end])
		b.WriteString(isolateEnd)
		s = s[end:]
	}
	b.WriteString(s)
	return b.String()
}

// runEnd is the end of the run that begins at from.
func runEnd(s string, from int) int {
	end := from
	for i, r := range s[from:] {
		switch {
		case inRun(r):
			end = from + i + utf8.RuneLen(r)
		case i == 0 || strings.ContainsRune(" .,:;/'-+()&@%$#_", r):
		default:
			return end
		}
	}
	return end
}

// inRun tells whether a rune belongs to a run from left to right by itself.
func inRun(r rune) bool { return unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Nd, r) }

// isolates takes them away again.
var isolates = strings.NewReplacer(isolate, "", isolateEnd, "")

// Unisolated is the text without them: old telephones draw a box for each.
func Unisolated(s string) string {
	if !strings.Contains(s, isolate) {
		return s
	}
	return isolates.Replace(s)
}

// Digits writes the ASCII digits of s in the language's own.
func (l *Language) Digits(s string) string {
	if l.zero == 0 || l.zero == '0' {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return l.zero + r - '0'
		}
		return r
	}, s)
}
