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
// addresses between its ends, and no bracket without its other half. It leaves text that is isolated already as it is.
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
		from, end := withBrackets(s, from)
		b.WriteString(s[:from])
		b.WriteString(isolate)
		b.WriteString(s[from:end])
		b.WriteString(isolateEnd)
		s = s[end:]
	}
	b.WriteString(s)
	return b.String()
}

// withBrackets is where the run ends that begins at from, and where it begins with the sign before it: a plus, or a bracket that is
// closed within it, as in "(664) 123 4567". A bracket that has its other half outside stays there with it: on a line that runs from
// right to left the two would else be drawn the same way round.
func withBrackets(s string, from int) (begin, end int) {
	before, size := utf8.DecodeLastRuneInString(s[:from])
	if before == '+' {
		end, _ = balanced(s, from, runEnd(s, from))
		return from - size, end
	}
	if before == '(' {
		if end, closed := balanced(s, from-size, runEnd(s, from)); closed && end > from {
			return from - size, end
		}
	}
	end, _ = balanced(s, from, runEnd(s, from))
	return from, end
}

// balanced shortens a run to where its brackets have both halves, or lengthens it by the one that closes at its end; closed tells
// whether the bracket that it begins with is closed.
func balanced(s string, from, end int) (to int, closed bool) {
	var open []int
	for i := from; i < end || i == end && len(open) > 0 && strings.HasPrefix(s[i:], ")"); i++ {
		switch s[i] {
		case '(':
			open = append(open, i)
		case ')':
			if len(open) == 0 {
				return lastOfRun(s, from, i), closed
			}
			closed = closed || open[0] == from && len(open) == 1
			open = open[:len(open)-1]
			end = max(end, i+1)
		}
	}
	if len(open) > 0 {
		return lastOfRun(s, from, open[0]), false
	}
	return end, closed
}

// lastOfRun is the end of the last rune before to that belongs to a run by itself, or closes a bracket in it.
func lastOfRun(s string, from, to int) int {
	i := strings.LastIndexFunc(s[from:to], func(r rune) bool { return inRun(r) || r == ')' })
	if i < 0 {
		return from
	}
	_, size := utf8.DecodeRuneInString(s[from+i:])
	return from + i + size
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
