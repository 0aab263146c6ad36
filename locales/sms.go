// sms.go counts what a text costs as SMS, as carriers bill it, and rewrites Latin text so that it fits the cheap alphabet.
// The rules are those of GSM 03.38 and of concatenated messages: a message of several parts gives up room to a header in each.

package locales

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Room in one message and in each part of a longer one: septets in GSM-7, UTF-16 units in UCS-2.
const (
	gsmAlone, gsmPart = 160, 153
	ucsAlone, ucsPart = 70, 67
)

// gsmASCII holds the septets that each ASCII character costs; 0 means that GSM-7 lacks it.
var gsmASCII = func() (width [utf8.RuneSelf]uint8) {
	for r := ' '; r <= '~'; r++ {
		width[r] = 1
	}
	width['\n'], width['\r'] = 1, 1
	width['`'] = 0
	for _, r := range `^{}\[~]|` {
		width[r] = 2
	}
	return width
}()

// gsmWidth returns the septets that r costs, or 0 when GSM-7 lacks it.
// The extension table's form feed is left out: gateways disagree on it, and counting it dear is the safe side.
func gsmWidth(r rune) int {
	if r < utf8.RuneSelf {
		return int(gsmASCII[r])
	}
	switch r {
	case '£', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', 'Ø', 'ø', 'Å', 'å', 'Æ', 'æ', 'ß', 'É', '¤', '¡', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'ä', 'ö', 'ñ', 'ü', 'à',
		'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ':
		return 1
	case '€':
		return 2
	}
	return 0
}

// IsGSM7 reports whether every character of s is in the GSM-7 alphabet or its extension.
// One character outside makes a carrier send the whole message as UCS-2, at less than half the room.
func IsGSM7(s string) bool {
	for _, r := range s {
		if gsmWidth(r) == 0 {
			return false
		}
	}
	return true
}

// Segments returns how many SMS parts s takes, which is what a carrier bills. An empty text takes none.
func Segments(s string) int {
	segments, _, _ := Cost(s)
	return segments
}

// Cost returns how many SMS parts s takes, its length in units (septets when gsm, else UTF-16 units) and whether GSM-7 can carry it.
// Neither an extension character nor a surrogate pair is split over two parts, so parts may be more than the units alone suggest.
func Cost(s string) (segments, units int, gsm bool) {
	p := packer{room: gsmPart}
	for _, r := range s {
		width := gsmWidth(r)
		if width == 0 {
			return ucsCost(s)
		}
		p.add(width)
	}
	return p.segments(gsmAlone), p.units, true
}

func ucsCost(s string) (segments, units int, gsm bool) {
	p := packer{room: ucsPart}
	for _, r := range s {
		if r > 0xFFFF {
			p.add(2)
		} else {
			p.add(1)
		}
	}
	return p.segments(ucsAlone), p.units, false
}

// packer fills parts of equal room with characters of one or two units.
type packer struct {
	room, units int
	full, fill  int // parts closed so far, and units in the open one
}

func (p *packer) add(width int) {
	p.units += width
	if p.fill+width > p.room {
		p.full++
		p.fill = 0
	}
	p.fill += width
}

func (p *packer) segments(alone int) int {
	switch {
	case p.units == 0:
		return 0
	case p.units <= alone:
		return 1
	}
	return p.full + 1
}

// smsSigns holds the signs outside GSM-7 that have a plain reading. Superscripts, fractions and the degree sign are missing
// on purpose: "10²" read as "102" or "11½" as "111/2" would be a wrong number, which is worse than a dear message.
var smsSigns = func() map[rune]string {
	signs := map[rune]string{'…': "...", '×': "x", '÷': "/", '⁄': "/", '∕': "/", '·': ".", '№': "No", '→': "->", '≤': "<=", '≥': ">=",
		'\t': " ", '\u2028': "\n", '\u2029': "\n"}
	for _, r := range `“”„‟«»″` {
		signs[r] = `"`
	}
	for _, r := range `‚‹›` {
		signs[r] = `'`
	}
	for _, r := range `‐‑‒–—―−•‣◦▪●` {
		signs[r] = `-`
	}
	return signs
}()

// smsSign returns the plain reading of a sign outside GSM-7.
func smsSign(r rune) (string, bool) {
	if isApostrophe(r) {
		return "'", true
	}
	sign, ok := smsSigns[r]
	return sign, ok
}

// isApostrophe knows the signs outside ASCII (but for the grave accent) that people and keyboards use for an apostrophe,
// glottal stops of Mayan languages and of Uzbek included.
func isApostrophe(r rune) bool {
	switch r {
	case '`', '´', '’', '‘', '‛', '′', '＇', 'ʼ', 'ʻ', 'ʽ', 'ʹ', 'ʾ', 'ʿ', 'ꞌ', 'Ꞌ':
		return true
	}
	return false
}

// latinLetters gives the plain reading of Latin letters that Unicode does not decompose, in lower case.
var latinLetters = map[rune]string{
	'æ': "ae", 'œ': "oe", 'ø': "o", 'ß': "ss", 'þ': "th", 'đ': "d", 'ð': "d", 'ɖ': "d", 'ɗ': "d", 'ħ': "h", 'ı': "i", 'ɨ': "i", 'ɩ': "i",
	'ĸ': "k", 'ƙ': "k", 'ł': "l", 'ŋ': "n", 'ɲ': "n", 'ŧ': "t", 'ƭ': "t", 'ƀ': "b", 'ɓ': "b", 'ƈ': "c", 'ƒ': "f", 'ǥ': "g", 'ɠ': "g", 'ɣ': "g",
	'ɔ': "o", 'ɵ': "o", 'ɛ': "e", 'ə': "e", 'ǝ': "e", 'ƥ': "p", 'ʉ': "u", 'ʋ': "v", 'ƴ': "y", 'ƶ': "z",
}

// latinLast is the end of the block that holds the last of latinLetters; other scripts need not be looked up.
const latinLast = 0x2AF

// Transliterate rewrites Latin text to its nearest GSM-7 reading ("está" to "esta", “ ” to ", – to -); what GSM-7 has, such as
// é è ò ñ ¿, stays. It is all or nothing: a text that cannot get into GSM-7 (another script, an emoji) comes back exactly as
// it was, since plainer letters would then save nothing.
func Transliterate(s string) string {
	if IsGSM7(s) {
		return s
	}
	composed := norm.NFC.String(s)
	out := make([]byte, 0, len(composed))
	for i, r := range composed {
		if int(r) < len(plainLatin) && plainLatin[r] != "" {
			out = append(out, plainLatin[r]...)
			continue
		}
		var ok bool
		if out, ok = appendPlain(out, composed[i:], r); !ok {
			return s
		}
	}
	return string(out)
}

// plainLatin holds the GSM-7 reading of the letters of European languages, "" where there is none: nearly all of a text.
var plainLatin = func() (plain [0x180]string) {
	for r := range plain {
		if out, ok := appendPlain(nil, string(rune(r)), rune(r)); ok {
			plain[r] = string(out)
		}
	}
	return plain
}()

// appendPlain appends the GSM-7 reading of r, the first rune of rest; false when it has none.
func appendPlain(out []byte, rest string, r rune) ([]byte, bool) {
	if gsmWidth(r) > 0 {
		return utf8.AppendRune(out, r), true
	}
	if sign, ok := smsSign(r); ok {
		return append(out, sign...), true
	}
	switch {
	case unicode.Is(unicode.Zs, r):
		return append(out, ' '), true
	case unicode.In(r, unicode.Cf, unicode.Cc):
		return out, true
	case unicode.In(r, unicode.Mn, unicode.Me):
		return out, unicode.Is(unicode.Inherited, r)
	case !unicode.Is(unicode.Latin, r):
		return out, false
	}
	parts := norm.NFKD.PropertiesString(rest).Decomposition()
	if parts == nil {
		return appendPlainLetter(out, r)
	}
	ok := true
	for len(parts) > 0 && ok {
		part, size := utf8.DecodeRune(parts)
		parts = parts[size:]
		if !unicode.Is(unicode.Mn, part) {
			out, ok = appendPlainLetter(out, part)
		}
	}
	return out, ok
}

func appendPlainLetter(out []byte, r rune) ([]byte, bool) {
	if gsmWidth(r) > 0 {
		return utf8.AppendRune(out, r), true
	}
	if sign, ok := smsSign(r); ok {
		return append(out, sign...), true
	}
	lower := unicode.ToLower(r)
	plain, ok := latinLetters[lower]
	if ok && lower != r {
		plain = strings.ToUpper(plain)
	}
	return append(out, plain...), ok
}
