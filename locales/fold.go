// fold.go brings what people type to one form for comparing, whatever their keyboard, script or spelling, judges near misses,
// and cleans text that is kept.

package locales

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form of s that matching compares; it is for comparing, never for showing, and Fold(Fold(s)) == Fold(s).
// Letters are lower case without the marks of Latin, Greek, Cyrillic and Arabic; the digits of every script are ASCII; an
// apostrophe of any shape is gone ("m'ap" and "m’ap" are "map"); other punctuation and symbols are one space between words.
// Three things are kept: * and #, which are keys, and : . / between two digits ("8:30"). Invalid UTF-8, control, direction
// and zero-width characters vanish.
//
// Some whole texts are read on their own: a question mark becomes "?", emoji stay (👍), and a numeral from 一 to 十 or
// from ፩ to ፲ becomes its ASCII number. Any other text without letters and digits folds to "".
func Fold(s string) string {
	var room [64]byte
	f := folder{room: room[:]}
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			f.fold(s[i:])
			break
		}
		f.ascii(s[i])
	}
	if f.n == 0 && f.asked {
		return "?"
	}
	folded := s
	if out := f.room[:f.n]; string(out) != s {
		folded = string(out)
	}
	if ascii {
		return folded
	}
	return wholeText(s, folded)
}

// wholeText finishes the fold of a text s that is not ASCII: it composes it again, so that Korean counts syllables and
// Japanese keeps its voiced sounds, and reads the whole texts that have a meaning of their own.
func wholeText(s, folded string) string {
	if folded == "" {
		return emoji(s)
	}
	folded = norm.NFC.String(folded)
	if r, size := utf8.DecodeRuneInString(folded); size == len(folded) {
		if number, ok := numerals[r]; ok {
			return number
		}
	}
	return folded
}

// emoji returns the emoji and other pictures in s, without skin tones.
func emoji(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.Is(unicode.So, r) {
			return -1
		}
		return r
	}, s)
}

// folder writes a folded text. Spaces and separators are owed until the next character shows whether they are wanted.
// It grows its room by hand: append through a pointer would send the caller's room to the heap, an allocation for each text.
type folder struct {
	room  []byte
	n     int  // bytes written
	gap   bool // a space is owed
	sep   byte // one of : . / is owed, if a digit follows
	asked bool // a question mark was seen
}

// What becomes of an ASCII character when it is not simply written.
const (
	foldDrop = iota
	foldGap
	foldSep
	foldAsk
)

// foldASCII holds one of the four above, or the character to write.
var foldASCII = func() (to [utf8.RuneSelf]byte) {
	for c := range to {
		switch {
		case c >= 'A' && c <= 'Z':
			to[c] = byte(c) + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '*', c == '#':
			to[c] = byte(c)
		case c == '\'', c == '`', c == 0x7F, c < ' ' && !unicode.IsSpace(rune(c)):
			to[c] = foldDrop
		case c == ':', c == '.', c == '/':
			to[c] = foldSep
		case c == '?':
			to[c] = foldAsk
		default:
			to[c] = foldGap
		}
	}
	return to
}()

func (f *folder) ascii(c byte) {
	switch to := foldASCII[c]; to {
	case foldDrop:
	case foldGap:
		f.gap = true
	case foldSep:
		f.separate(c)
	case foldAsk:
		f.gap, f.asked = true, true
	default:
		f.owed(to)
		f.write(to)
	}
}

func (f *folder) write(c byte) {
	if f.n == len(f.room) {
		room := make([]byte, 4*f.n)
		copy(room, f.room)
		f.room = room
	}
	f.room[f.n] = c
	f.n++
}

// owed writes what is owed before the character c; 0 stands for any that is not ASCII.
func (f *folder) owed(c byte) {
	if f.sep != 0 {
		if !f.gap && isDigit(c) {
			f.write(f.sep)
		} else {
			f.gap = true
		}
		f.sep = 0
	}
	if f.gap && f.n > 0 {
		f.write(' ')
	}
	f.gap = false
}

// separate takes a separator: it is kept only alone and between digits.
func (f *folder) separate(c byte) {
	if f.gap || f.sep != 0 || f.n == 0 || !isDigit(f.room[f.n-1]) {
		f.gap = true
		return
	}
	f.sep = c
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (f *folder) put(r rune) {
	if r < utf8.RuneSelf {
		f.ascii(byte(r))
		return
	}
	f.owed(0)
	var encoded [utf8.UTFMax]byte
	for _, c := range encoded[:utf8.EncodeRune(encoded[:], r)] {
		f.write(c)
	}
}

// fold takes text of any script, each rune as its compatibility decomposition.
func (f *folder) fold(s string) {
	for i, r := range s {
		if r < utf8.RuneSelf {
			f.ascii(byte(r))
			continue
		}
		if r == utf8.RuneError || isApostrophe(r) {
			continue
		}
		parts := norm.NFKD.PropertiesString(s[i:]).Decomposition()
		if parts == nil {
			f.rune(r)
			continue
		}
		// A number in one sign stands by itself: "11½" is not 111/2.
		number := unicode.Is(unicode.No, r)
		f.gap = f.gap || number
		for len(parts) > 0 {
			part, size := utf8.DecodeRune(parts)
			f.rune(part)
			parts = parts[size:]
		}
		f.gap = f.gap || number
	}
}

// rune takes one decomposed rune.
func (f *folder) rune(r rune) {
	switch {
	case r < utf8.RuneSelf:
		f.ascii(byte(r))
	case isApostrophe(r):
	case unicode.IsLetter(r):
		f.letter(unicode.ToLower(r))
	case unicode.IsDigit(r):
		f.ascii('0' + digitValue(r))
	case unicode.In(r, unicode.Cf, unicode.Me, unicode.Other_Default_Ignorable_Code_Point):
	case unicode.IsMark(r):
		if !droppedMark(r) {
			f.put(r)
		}
	case unicode.IsSpace(r):
		f.gap = true
	case unicode.IsControl(r):
	case unicode.IsNumber(r):
		f.put(r)
	default:
		f.sign(r)
	}
}

// letter takes a letter in lower case and writes it as most keyboards would.
func (f *folder) letter(r rune) {
	if r <= latinLast {
		if plain, ok := latinLetters[r]; ok {
			for i := range len(plain) {
				f.ascii(plain[i])
			}
			return
		}
	}
	switch r {
	case 'ـ', '\u115f', '\u1160': // letters in name only: the Arabic stretch and the Korean fillers
		return
	case 'ς':
		r = 'σ'
	// Arabic, Persian and Urdu keyboards have their own forms of one letter, and people type on the one they have.
	case 'ى', 'ی':
		r = 'ي'
	case 'ک':
		r = 'ك'
	case 'ة':
		r = 'ه'
	}
	f.put(r)
}

// sign takes punctuation and symbols outside ASCII.
func (f *folder) sign(r rune) {
	switch r {
	case '؟', '፧', '՞', '⸮':
		f.ascii('?')
	case '٭':
		f.ascii('*')
	case '٫':
		f.separate('.')
	case '⁄', '∕':
		f.separate('/')
	case '∶':
		f.separate(':')
	default:
		f.gap = true
	}
}

// numerals are read as numbers only when they are the whole text: 十 is also a part of words.
var numerals = map[rune]string{
	'一': "1", '二': "2", '三': "3", '四': "4", '五': "5", '六': "6", '七': "7", '八': "8", '九': "9", '十': "10",
	'፩': "1", '፪': "2", '፫': "3", '፬': "4", '፭': "5", '፮': "6", '፯': "7", '፰': "8", '፱': "9", '፲': "10",
}

// digitValue returns the value of a decimal digit (category Nd), whose script's ten stand in a row from zero.
func digitValue(r rune) byte {
	for _, span := range unicode.Nd.R16 {
		if r <= rune(span.Hi) {
			return byte((r - rune(span.Lo)) % 10)
		}
	}
	for _, span := range unicode.Nd.R32 {
		if r <= rune(span.Hi) {
			return byte((r - rune(span.Lo)) % 10)
		}
	}
	return 0
}

// droppedMark reports whether people leave the mark out when they type. The vowel signs of Indic scripts and the voiced
// sounds of Japanese are marks too, but they make another word.
func droppedMark(r rune) bool {
	if r == 0x3099 || r == 0x309A {
		return false
	}
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic)
}

// Words returns the words of a folded text.
func Words(folded string) []string {
	return strings.Fields(folded)
}

// nearRunes bounds the work of Near: longer texts are near only when equal.
const nearRunes = 64

// Near reports whether two folded texts are equal but for a slip of the finger: one letter added, lost, changed or swapped
// with its neighbour when the shorter has at least 4 runes, two such slips when it has at least 8. A text with a digit is
// near only to itself, because 12:30 is not a slip for 12:20.
func Near(a, b string) bool {
	if a == b {
		return true
	}
	if strings.ContainsAny(a, "0123456789") || strings.ContainsAny(b, "0123456789") {
		return false
	}
	var roomA, roomB [nearRunes]rune
	x, okX := nearText(&roomA, a)
	y, okY := nearText(&roomB, b)
	if !okX || !okY {
		return false
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	slips := 0
	switch {
	case len(x) >= 8:
		slips = 2
	case len(x) >= 4:
		slips = 1
	}
	return slips > 0 && len(y)-len(x) <= slips && within(x, y, slips)
}

// nearText puts the runes of s into room; false when they are too many.
func nearText(room *[nearRunes]rune, s string) ([]rune, bool) {
	n := 0
	for _, r := range s {
		if n == len(room) {
			return nil, false
		}
		room[n] = r
		n++
	}
	return room[:n], true
}

// within reports whether x turns into y by at most limit slips (Damerau-Levenshtein distance, no letter touched twice).
// Only the band of cells that can still be within the limit is computed.
func within(x, y []rune, limit int) bool {
	var rows [3][nearRunes + 2]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(y) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		from, to := max(1, i-limit), min(len(y), i+limit)
		row[from-1] = limit + 1
		if from == 1 {
			row[0] = i
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return false
		}
		row[to+1] = limit + 1
		before, last, row = last, row, before
	}
	return last[len(y)] <= limit
}

// Clean returns s as it may be kept: valid UTF-8 in form NFC, trimmed, with line feeds as its only control characters, and
// without direction marks and hidden characters; the joiners that Persian, Indic scripts and emoji need stay. A text of more
// than maxRunes runes is cut before the grapheme that would exceed them, and cut tells.
func Clean(s string, maxRunes int) (text string, cut bool) {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.TrimSpace(norm.NFC.String(strings.Map(cleanRune, s)))
	if utf8.RuneCountInString(s) <= max(maxRunes, 0) {
		return s, false
	}
	return strings.TrimRightFunc(s[:cleanEnd(s, maxRunes)], unicode.IsSpace), true
}

// cleanRune returns what to keep of r; -1 is nothing.
func cleanRune(r rune) rune {
	switch {
	case r >= ' ' && r < 0x7F, r == '\n', r == '\u200c', r == '\u200d':
		return r
	case r == '\t':
		return ' '
	case r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsControl(r):
		return -1
	case unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return -1
	}
	return r
}

// cleanEnd returns the end of the last grapheme within limit runes of s, or of the last rune when the first grapheme is longer.
func cleanEnd(s string, limit int) int {
	end, runes, state, rest := 0, 0, -1, s
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		runes += utf8.RuneCountInString(cluster)
		if runes > limit {
			break
		}
		end += len(cluster)
	}
	if end > 0 {
		return end
	}
	for i := range s {
		if limit <= 0 {
			return i
		}
		limit--
	}
	return len(s)
}
