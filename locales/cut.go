// cut.go divides a long text into pages where a reader would: at a line end, a sentence end, between words, and only then inside a word.

package locales

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// The kinds of place where a text can be cut, worst first.
const (
	cutGrapheme = iota
	cutWord
	cutSentence
	cutLine
)

// cutPoint is a grapheme's end: its offset in bytes, and the kind of place it is.
type cutPoint struct {
	end  int
	kind int
}

// Cut divides s into a head that fits and the tail still to come, "" when nothing is left. fits measures a whole head and is
// expected to go on refusing once a text is too long. A text that fits is returned as it is; otherwise the white space at the
// cut and around s is dropped, and nothing else ever is.
//
// The head ends at the last line end that fits, else at a sentence end, else between words, else between graphemes. A line
// or sentence end counts only when it keeps half of the room: a page with three words on it costs as much as a full one.
// The head of a text that is not empty is never empty, so that paging always ends: a grapheme too long for a page is cut
// between runes, and when not even one rune fits the head is the first grapheme although fits refuses it.
func Cut(s string, fits func(string) bool) (head, tail string) {
	if s == "" || fits(s) {
		return s, ""
	}
	body := strings.TrimSpace(s)
	if body == "" {
		blank, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		return blank, ""
	}
	if len(body) < len(s) && fits(body) {
		return body, ""
	}
	end := cutEnd(body, fits)
	return cutHead(body, end), strings.TrimLeftFunc(body[end:], unicode.IsSpace)
}

// cutHead is the head that a cut at end would give. fits must judge exactly this.
func cutHead(body string, end int) string {
	return strings.TrimRightFunc(body[:end], unicode.IsSpace)
}

// cutEnd returns the offset at which to cut body.
func cutEnd(body string, fits func(string) bool) int {
	points := cutPoints(body, fits)
	fit, unfit := -1, len(points)
	for unfit-fit > 1 {
		middle := fit + (unfit-fit)/2
		if fits(cutHead(body, points[middle].end)) {
			fit = middle
		} else {
			unfit = middle
		}
	}
	if fit < 0 {
		return cutGraphemeEnd(body[:points[0].end], fits)
	}
	longest := points[fit].end
	for kind := cutLine; kind > cutGrapheme; kind-- {
		for i := fit; i >= 0; i-- {
			end := points[i].end
			if kind > cutWord && 2*end < longest {
				break
			}
			if points[i].kind >= kind && (i == fit || fits(cutHead(body, end))) {
				return end
			}
		}
	}
	return longest
}

// cutPoints lists the graphemes of body up to a length that no longer fits. Asking at doubling lengths keeps the work in
// proportion to the page and not to the text.
func cutPoints(body string, fits func(string) bool) []cutPoint {
	points := make([]cutPoint, 0, 256)
	if isLatin(body) {
		return latinPoints(points, body, fits)
	}
	rest, end, state, ask := body, 0, -1, 128
	for rest != "" {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		end += len(cluster)
		points = append(points, cutPoint{end: end, kind: cutKind(body[:end], cluster, rest, bounds)})
		if len(points) == ask {
			if !fits(cutHead(body, end)) {
				break
			}
			ask *= 2
		}
	}
	return points
}

// isLatin reports whether every rune is a letter, a sign or a space that stands
// for itself: then no tables are needed to find where text may be cut.
func isLatin(s string) bool {
	for _, r := range s {
		if r > unicode.MaxLatin1 && (r < 0x100 || r > 0x24F) || r < ' ' && r != '\n' || r >= 0x7F && r <= 0xA0 || r == 0xAD {
			return false
		}
	}
	return true
}

// latinPoints is cutPoints for such texts, ten times as fast: most pages are
// Latin.
func latinPoints(points []cutPoint, body string, fits func(string) bool) []cutPoint {
	ask := 128
	for i, r := range body {
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(body[end:])
		p := cutPoint{end: end, kind: cutGrapheme}
		switch {
		case r == '\n':
			p.kind = cutLine
		case r == ' ' && next != ' ' && next != '\n':
			p.kind = cutWord
			if head := strings.TrimRight(body[:i], ` "')`); head != "" && strings.IndexByte(".!?", head[len(head)-1]) >= 0 && !unicode.IsLower(next) && !abbreviated(body[:end]) {
				p.kind = cutSentence
			}
		}
		points = append(points, p)
		if len(points) == ask {
			if !fits(cutHead(body, end)) {
				break
			}
			ask *= 2
		}
	}
	return points
}

// cutKind says what kind of place lies between cluster, with which head ends, and rest.
func cutKind(head, cluster, rest string, bounds int) int {
	switch bounds & uniseg.MaskLine {
	case uniseg.LineMustBreak:
		return cutLine
	case uniseg.LineDontBreak:
		return cutGrapheme
	}
	// Unicode also lets a line break after a hyphen or a slash. A telephone number or a link in two halves is lost, so a
	// cut asks for white space, or for a script that is written without it.
	last, _ := utf8.DecodeLastRuneInString(cluster)
	next, _ := utf8.DecodeRuneInString(rest)
	if !unicode.IsSpace(last) && !unspaced(last) && !unspaced(next) {
		return cutGrapheme
	}
	if bounds&uniseg.MaskSentence != 0 && !abbreviated(head) {
		return cutSentence
	}
	return cutWord
}

// unspaced reports whether r belongs to Chinese or Japanese text, whose words are not set apart.
func unspaced(r rune) bool {
	return r >= 0x2E80 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF65)
}

// abbreviated reports whether head ends in a full stop after one or two characters: "Sr.", "EE.", or the "2." of a list.
func abbreviated(head string) bool {
	head, stopped := strings.CutSuffix(strings.TrimRightFunc(head, unicode.IsSpace), ".")
	for range 3 {
		last, size := utf8.DecodeLastRuneInString(head)
		if size == 0 || unicode.IsSpace(last) {
			return stopped
		}
		head = head[:len(head)-size]
	}
	return false
}

// cutGraphemeEnd returns where to cut inside a grapheme that does not fit: after the most runes that do, else after all of it.
func cutGraphemeEnd(grapheme string, fits func(string) bool) int {
	var ends []int
	for i := range grapheme {
		if i > 0 {
			ends = append(ends, i)
		}
	}
	fit, unfit := -1, len(ends)
	for unfit-fit > 1 {
		middle := fit + (unfit-fit)/2
		if fits(cutHead(grapheme, ends[middle])) {
			fit = middle
		} else {
			unfit = middle
		}
	}
	if fit < 0 {
		return len(grapheme)
	}
	return ends[fit]
}
