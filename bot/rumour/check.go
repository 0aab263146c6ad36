// What officers write, held to account before anybody is told it.
package rumour

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"posada/flows"
	"posada/locales"
)

// Check tells what keeps a verdict from being filed at now; nil: nothing.
func (d *Desk) Check(v Verdict, now time.Time) []Problem {
	v = v.tidy()
	var out []Problem
	add := func(p Problem) { out = append(out, p) }
	if !slices.Contains([]string{False, True, Misleading, NotKnown}, v.Verdict) {
		add(Problem{Code: BadVerdict, Field: "verdict"})
	}
	if v.Claim["en"] == "" && v.Claim["es"] == "" {
		add(Problem{Code: NoBridge, Field: "claim"})
	}
	for _, lang := range sorted(v.Claim) {
		if v.Reason[lang] == "" {
			add(Problem{Code: NoReason, Field: "reason", Lang: lang})
		}
		out = append(out, d.checkText("claim", lang, v.Claim[lang], MaxClaim)...)
		out = append(out, d.checkMeeting("claim", lang, v.Claim[lang])...)
	}
	for _, lang := range sorted(v.Reason) {
		if v.Claim[lang] == "" {
			add(Problem{Code: NoClaim, Field: "claim", Lang: lang})
		}
		out = append(out, d.checkText("reason", lang, v.Reason[lang], MaxReason)...)
		out = append(out, d.checkMeeting("reason", lang, v.Claim[lang]+"\n"+v.Reason[lang])...) // they are read together
	}
	for _, lang := range sorted(v.Heard) {
		if len(v.Heard[lang]) > MaxHeard {
			add(Problem{Code: TooMany, Field: "heard", Lang: lang, Max: MaxHeard})
		}
		for _, text := range v.Heard[lang] {
			out = append(out, d.checkText("heard", lang, text, MaxClaim)...)
		}
	}
	out = append(out, d.checkSources(v, now)...)
	today := flows.DateOf(now.UTC())
	if !whole(v.Review) || v.Review <= today || v.Review > flows.DateOf(now.UTC().AddDate(1, 0, 0)) {
		add(Problem{Code: BadReview, Field: "review"})
	}
	return out
}

func (d *Desk) checkSources(v Verdict, now time.Time) (out []Problem) {
	if len(v.Sources) == 0 && v.Verdict != NotKnown {
		out = append(out, Problem{Code: NoSource, Field: "source"})
	}
	if len(v.Sources) > MaxSource {
		out = append(out, Problem{Code: TooMany, Field: "source", Max: MaxSource})
	}
	for _, s := range v.Sources {
		if s.Publisher == "" || s.Title == "" || !whole(s.Date) || s.Date > flows.DateOf(now.UTC()) {
			out = append(out, Problem{Code: BadSource, Field: "source"})
		}
		for _, text := range []string{s.Publisher, s.Title} {
			out = append(out, d.checkText("source", "", text, MaxClaim)...)
		}
		if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Scheme != "https" || u.User != nil || d.with.Link == nil || !d.with.Link(s.URL)) {
			out = append(out, Problem{Code: BadLink, Field: "source", What: s.URL})
		}
	}
	return out
}

// checkMeeting refuses a place with a time: in what goes to everybody, and in a letter, for whoever has an officer's password could
// call a person there.
func (d *Desk) checkMeeting(field, lang, text string) []Problem {
	if d.with.Meeting == nil || utf8.RuneCountInString(text) > max(MaxClaim+MaxReason+1, MaxReply) {
		return nil // it is refused for its length
	}
	if place := d.with.Meeting(text); place != "" {
		return []Problem{{Code: BadMeeting, Field: field, Lang: lang, What: place}}
	}
	return nil
}

// checkText checks one text in one language.
func (d *Desk) checkText(field, lang, text string, limit int) (out []Problem) {
	if lang != "" && len(d.with.Langs) > 0 && !slices.Contains(d.with.Langs, lang) {
		out = append(out, Problem{Code: BadLang, Field: field, Lang: lang})
	}
	if utf8.RuneCountInString(text) > limit {
		out = append(out, Problem{Code: TooLong, Field: field, Lang: lang, Max: limit})
	}
	links, numbers := mentions(text)
	for _, link := range links {
		if d.with.Link == nil || !d.with.Link(link) {
			out = append(out, Problem{Code: BadLink, Field: field, Lang: lang, What: link})
		}
	}
	for _, n := range numbers {
		if d.with.Number == nil || !d.with.Number(n) {
			out = append(out, Problem{Code: BadNumber, Field: field, Lang: lang, What: n})
		}
	}
	return out
}

// Links are addresses with or without their scheme, mail addresses, and names
// after an @. A full stop without a space after it looks like one: an officer
// who is asked about it adds the space.
var (
	isLink   = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S+|\b(?:\d{1,3}\.){3}\d{1,3}[:/]\S*|[\p{L}\p{N}._%+-]*@[\p{L}\p{N}_][\p{L}\p{N}._-]*|[\p{L}\p{N}][\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)*\.\p{L}[\p{L}\p{M}]+(?::\d+)?(?:[/?#]\S*)?`)
	isDate   = regexp.MustCompile(`\b(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:[12]\d|3[01]|0?[1-9])|(?:[12]\d|3[01]|0?[1-9])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d|(?:19|20)\d\d ?[-–—/] ?(?:19|20)\d\d)\b`)
	isNumber = regexp.MustCompile(`\+?\(?\d(?:[ \x{a0}\x{202f}()./–—‑_*-]{0,3}\d){6,}`)
)

// mentions are the links and the telephone numbers of a text: the latter by
// their digits, seven at least, in whatever script they are written. Dates and
// spans of years are none.
func mentions(text string) (links, numbers []string) {
	text = asRead(text)
	for _, link := range isLink.FindAllString(text, -1) {
		links = append(links, strings.TrimRight(link, ".,;:!?)]}»”’\"'"))
	}
	text = strings.Map(plainDigit, isLink.ReplaceAllString(text, "|"))
	text = isDate.ReplaceAllString(text, "|")
	for _, n := range isNumber.FindAllString(text, -1) {
		numbers = append(numbers, strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, n))
	}
	return links, numbers
}

// asRead is a text in the letters that a phone's software makes links of: wide
// and circled ones are plain, what is not seen is gone, and the full stops of
// other scripts are dots where they stand between letters of ASCII.
func asRead(text string) string {
	runes := slices.DeleteFunc([]rune(norm.NFKC.String(text)), func(r rune) bool {
		return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	})
	ascii := func(i int) bool {
		return i >= 0 && i < len(runes) && runes[i] <= unicode.MaxASCII && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		if strings.ContainsRune("。۔।", r) && ascii(i-1) && ascii(i+1) {
			runes[i] = '.'
		}
	}
	return string(runes)
}

// plainDigit is a decimal digit of any script as ASCII writes it.
func plainDigit(r rune) rune {
	if r <= 0x7F || !unicode.IsDigit(r) {
		return r
	}
	if folded := locales.Fold(string(r)); len(folded) == 1 {
		return rune(folded[0])
	}
	return r
}

// whole tells whether a date is a day of the calendar.
func whole(d flows.Date) bool { return d > 0 && flows.DateOf(d.Time(time.UTC)) == d }

// tidy is the verdict as it is kept: cleaned, and without what is empty.
func (v Verdict) tidy() Verdict {
	texts := func(in map[string]string) map[string]string {
		out := map[string]string{}
		for lang, text := range in {
			if text = line(text); text != "" {
				out[lang] = text
			}
		}
		return out
	}
	v.Claim, v.Reason = texts(v.Claim), texts(v.Reason)
	heard := map[string][]string{}
	for lang, in := range v.Heard {
		var phrases []string
		for _, text := range in {
			if text = line(text); text != "" && !slices.Contains(phrases, text) {
				phrases = append(phrases, text)
			}
		}
		if len(phrases) > 0 {
			heard[lang] = phrases
		}
	}
	v.Heard = heard
	var sources []Source
	for _, s := range v.Sources {
		s.Publisher, s.Title, s.URL = line(s.Publisher), line(s.Title), strings.TrimSpace(s.URL)
		if s != (Source{}) {
			sources = append(sources, s)
		}
	}
	v.Sources = sources
	return v
}

// maxWritten is more than any limit: what is longer is cut before it is told to
// be too long.
const maxWritten = 4 * MaxReply

// line is a text as it is kept, in one line.
func line(text string) string {
	text, _ = locales.Clean(text, maxWritten)
	return strings.Join(strings.Fields(text), " ")
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
