// Texts that Twilio handed over in base64: it does so, now and then, with an
// SMS of several parts, and says it nowhere.
package twilio

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minEncoded is the fewest characters of such a text. A shorter one had no
// need of several parts, and might be a word.
const minEncoded = 40

// plain returns what a text in base64 says, and every other text as it is. It
// is called for messages of several parts alone.
//
// A long word, a code or a link is not mistaken: it would have to decode to
// nothing but letters, signs and spaces, which of 30 bytes at random next to
// none do.
func plain(body string) string {
	packed := strings.TrimRight(body, "\r\n ")
	if len(packed) < minEncoded || len(packed)%4 != 0 {
		return body
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(packed)
	if err != nil || strings.ContainsAny(packed, "\r\n") {
		return body
	}
	text := string(trimPartial(decoded))
	if !reads(text) {
		return body
	}
	return text
}

// trimPartial drops the beginning of a character that was cut off at the end:
// parts are divided by bytes.
func trimPartial(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

// reads tells whether s is what a person would write.
func reads(s string) bool {
	if !utf8.ValidString(s) || s == "" {
		return false
	}
	letters, gaps := 0, 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			return false
		case unicode.IsLetter(r), unicode.IsMark(r):
			letters++
		case unicode.IsSpace(r):
			gaps++
		case !unicode.IsPrint(r) && r != '\u200c' && r != '\u200d' && r != '\u200e' && r != '\u200f':
			return false // Persian and emoji need the joiners, Arabic the marks of direction
		}
	}
	// Scripts that write no spaces have letters of three bytes.
	return letters+gaps > 0 && (gaps > 0 || letters*3 >= len(s)/2)
}
