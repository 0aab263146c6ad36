// tokens.go cuts a folded text into what phrases and questions are compared by: words, and for scripts that put no space
// between words each sign by itself.

package locales

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spaceless are the scripts that are written without spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// Tokens returns the words of a folded text, with every sign of a script without spaces as a word of its own: "我要9个" is
// 我, 要, 9, 个.
func Tokens(folded string) []string {
	words := Words(folded)
	if !strings.ContainsFunc(folded, isSpaceless) {
		return words
	}
	var out []string
	for _, w := range words {
		from := 0
		for i, r := range w {
			if !isSpaceless(r) {
				continue
			}
			if from < i {
				out = append(out, w[from:i])
			}
			from = i + utf8.RuneLen(r)
			out = append(out, w[i:from])
		}
		if from < len(w) {
			out = append(out, w[from:])
		}
	}
	return out
}

// Spaceless tells whether a text holds signs of a script without spaces.
func Spaceless(text string) bool { return strings.ContainsFunc(text, isSpaceless) }

func isSpaceless(r rune) bool { return r > 0x0E00 && unicode.In(r, spaceless...) }
