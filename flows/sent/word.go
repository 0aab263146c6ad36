// word.go takes a text apart into words, with what each of them may not lose.

package sent

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"posada/locales"
)

// word is one of a text, folded.
type word struct {
	text  string
	exact bool // it is ours only letter by letter: a link, a number
	close bool // nearly so, for it is a name, or denies or counts
	deny  bool // the sentence says the contrary without it
	sign  bool // of a script without spaces
	inner bool // it is written together with the one before: rendez-vous
	ends  end  // what ends with it
	begun bool // a capital stands before it: nothing of it was cut off
	done  bool // a full stop stands behind it: the same
}

// end is what ends with a word.
type end uint8

const (
	endNothing end = iota
	endClause      // a part of a sentence, before a comma
	endSentence
	endLine
)

// signs are written out that folding would take for spaces, although they say something.
var signs = strings.NewReplacer("$", " $usd ", "€", " $eur ", "£", " $gbp ", "¥", " $jpy ", "₽", " $rub ", "%", " $percent ", "٪", " $percent ", "％", " $percent ",
	"*", " ", "#", " ", "<", " ", "≠", " $not ", "≥", " $least ", "≤", " $most ", "×", " $times ")

// link finds what is an address on the web or of mail. A full stop without a space after it is none, unless it looks like one.
var link = regexp.MustCompile(`(?i)^[^\p{L}\p{N}]*((?:[a-z][a-z0-9+.-]*://|www\.)\S+|\S+@\S+|@\w+|(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|gov|edu|int|ngo|info|mx|us|uk|eu|app|io|ly|me|xyz|site|online|link|top|shop|club|co|ca|cc|ru|cn|tv|help|page|dev|bot)(?:[/:?#]\S*)?|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/\S*)$`)

// asLink returns what a link is compared by.
func asLink(chunk string) (string, bool) {
	if !strings.ContainsAny(chunk, ".@:") {
		return "", false
	}
	m := link.FindStringSubmatch(strings.TrimRight(chunk, `.,;:!?)]}>"'»”’。，！？、؟،`))
	if m == nil {
		return "", false
	}
	bare := m[1]
	for _, start := range []string{"https://", "www."} {
		if rest, ok := cutPrefixFold(bare, start); ok {
			bare = rest
		}
	}
	// The host in any case; what stands behind it is told apart by case.
	host, path, _ := strings.Cut(bare, "/")
	return strings.TrimRight(strings.ToLower(host)+"/"+path, "/"), true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// spaced puts a space between a script without spaces and another one: a link or a name must not hide in it.
func spaced(line string) string {
	if !locales.Spaceless(line) {
		return line
	}
	var b strings.Builder
	last, was := rune(0), false
	for _, r := range line {
		is := r > 0x0E00 && locales.Spaceless(string(r))
		if is != was && last != 0 && (is || unicode.IsLetter(r) || unicode.IsNumber(r) || r == '@') {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last, was = r, is
	}
	return b.String()
}

// words takes a text apart. names tells that its capital letters can be trusted: it is ours.
func (x *Index) words(text string, names bool) []word {
	var out []word
	for line := range strings.Lines(text) {
		begins := true // a sentence does
		for chunk := range strings.FieldsSeq(spaced(line)) {
			if bare, ok := asLink(chunk); ok {
				out = append(out, word{text: bare, exact: true})
				out[len(out)-1].ends = ending(chunk)
				begins = ending(chunk) == endSentence
				continue
			}
			for _, piece := range sentences(chunk) {
				from := len(out)
				for i, t := range locales.Tokens(folded(piece)) {
					w := word{text: t, inner: i > 0, sign: locales.Spaceless(t)}
					w.deny = guard().deny[t] || !w.sign && guard().denies(t)
					w.exact = !plain(t)
					w.close = w.deny || guard().exact[t] || names && isName(piece, begins)
					out = append(out, w)
				}
				if len(out) > from {
					first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(piece, func(r rune) bool { return !unicode.IsLetter(r) }))
					out[from].begun = unicode.IsUpper(first)
					out[len(out)-1].done = stops(piece)
					out[len(out)-1].ends = ending(piece)
					begins = ending(piece) == endSentence
				}
			}
		}
		if len(out) > 0 {
			out[len(out)-1].ends = endLine
		}
	}
	return out
}

// folded folds a piece of a text; what is no word is nothing.
func folded(piece string) string {
	var out []string
	for part := range strings.FieldsSeq(signs.Replace(piece)) {
		if sign, ok := strings.CutPrefix(part, "$"); ok && strings.Contains("usd eur gbp jpy rub percent not least most times", sign) {
			out = append(out, "$"+sign)
			continue
		}
		if f := locales.Fold(part); strings.ContainsFunc(f, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			out = append(out, f)
		}
	}
	return strings.Join(out, " ")
}

// plain tells that a word is of letters alone.
func plain(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsNumber(r) || r == '$' })
}

// Signs that end a sentence, and those that part one.
const (
	ends  = ".!?…。！？।؟۔"
	parts = ",;،，；؛"
)

// sentences cuts what stands between two spaces after the signs that end or part a sentence; between digits they do neither.
func sentences(chunk string) []string {
	if !strings.ContainsAny(chunk, ends+parts) {
		return []string{chunk}
	}
	var out []string
	from := 0
	for i, r := range chunk {
		next := i + utf8.RuneLen(r)
		if r == utf8.RuneError || !strings.ContainsRune(ends+parts, r) || next >= len(chunk) {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(chunk[next:]); r == '.' && unicode.IsDigit(after) || strings.ContainsRune(ends+parts, after) {
			continue
		}
		out = append(out, chunk[from:next])
		from = next
	}
	return append(out, chunk[from:])
}

// ending tells what a piece of a text ends, by the sign behind its last word.
func ending(piece string) end {
	is := endNothing
	for len(piece) > 0 {
		r, size := utf8.DecodeLastRuneInString(piece)
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return is
		case strings.ContainsRune(ends, r):
			return endSentence
		case strings.ContainsRune(parts, r):
			is = endClause
		}
		piece = piece[:len(piece)-size]
	}
	return is
}

// stops tells whether a sentence ends with a piece of a text; dots that stand for what is left out end none.
func stops(piece string) bool {
	piece = strings.TrimRight(piece, "\"'»”’)]}")
	return ending(piece) == endSentence && !strings.HasSuffix(piece, "…") && !strings.HasSuffix(piece, "..")
}

// isName tells whether a word of ours is written like a name: with a capital within a sentence, or in capitals.
func isName(piece string, begins bool) bool {
	capitals, letters, first := 0, 0, false
	for _, r := range piece {
		if !unicode.IsLetter(r) {
			continue
		}
		if letters == 0 {
			first = unicode.IsUpper(r)
		}
		letters++
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	return first && !begins || capitals >= 2 && capitals == letters
}

// forwarded are the words that messengers and people put before what they pass on.
var forwarded = regexp.MustCompile(`(?i)^\s*(?:(?:forwarded(?: message)?|fwd?|fw|reenviado|mensaje reenviado|encaminhad[ao]|mensagem encaminhada|transf[ée]r[ée]e?|message transf[ée]r[ée]|transfere|переслано|переслал|пересланное сообщение|переслане повідомлення|معاد توجيهها|تمت إعادة توجيهها|رسالة محولة|محولة|فوروارد|转发|转发消息|iletildi|yönlendirildi|iletilen mesaj|फॉरवर्ड|अग्रेषित)(?: (?:from|de|от|від|من) posada)? *(?:[:：]|\n)|\[[\d\s.,:/\x{202f}\x{200e}apmAPM-]{5,30}\] *(?:posada|[+\d() -]{7,20}):)\s*`)

// Unframed takes off what stands before a text that was passed on. Marks of a quotation fall away with all other signs.
func Unframed(text string) string {
	text = strings.TrimLeft(text, " \t\n\r>»|\"“«\u200e\u200f\u202a")
	for range 3 {
		at := forwarded.FindStringIndex(text)
		if at == nil {
			break
		}
		text = strings.TrimLeft(text[at[1]:], " \t\n\r>»|\"“«")
	}
	return text
}
