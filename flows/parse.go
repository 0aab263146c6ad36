// Typed answers: a month, a time of day, a place, in the words of any
// language. What cannot be read is a result, never a guess.
package flows

import (
	"slices"
	"strconv"
	"strings"

	"posada/locales"
)

// parseMonth reads "June 2023", "15 junio de 2023", "6/2023" or "2023-06" as
// yyyymm, 0 when it is none of them. Two readings (03/04/2023) are none. The
// person's own language is tried first if it knows a month in the text: a month's
// name may be a common word in another.
func (b *Book) parseMonth(folded string, l *locales.Language) int {
	folded = b.Catalogue.ForDates(folded)
	for w := range strings.FieldsFuncSeq(folded, monthGap) {
		if l.Month(w) != 0 {
			if m := readMonth(folded, l.Month); m != 0 {
				return m
			}
			break
		}
	}
	return readMonth(folded, b.Catalogue.Month)
}

func monthGap(r rune) bool { return strings.ContainsRune(" /-.,", r) }

func readMonth(folded string, named func(string) int) int {
	month, year := 0, 0
	var numbers []int
	for w := range strings.FieldsFuncSeq(folded, monthGap) {
		if m := named(w); m != 0 {
			if month != 0 && month != m {
				return 0
			}
			month = m
			continue
		}
		n, err := strconv.Atoi(w)
		if err != nil {
			continue
		}
		if n >= 1900 && n <= 2200 {
			if year != 0 {
				return 0
			}
			year = n
			continue
		}
		numbers = append(numbers, n)
	}
	if year == 0 {
		return 0
	}
	if month == 0 {
		if month = monthOf(numbers); month == 0 {
			return 0
		}
	}
	return year*100 + month
}

// monthOf takes the month out of one number, or out of a day and a month when
// only one of the two can be the month.
func monthOf(numbers []int) int {
	month := 0
	for _, n := range numbers {
		if n < 1 || n > 31 {
			return 0
		}
		if n <= 12 {
			if month != 0 && month != n {
				return 0
			}
			month = n
		}
	}
	if len(numbers) > 2 {
		return 0
	}
	return month
}

// parseTime reads "7 pm", "19h", "07:30", "noon" as minutes after midnight, 1
// to 1440 (midnight), 0 when it is no time of day or may be two: "7:30". In a
// language whose clock has 24 hours "10:30" is one.
func (b *Book) parseTime(folded string, l *locales.Language) int {
	folded = b.Catalogue.ForDates(folded)
	text, half := folded, ""
	for _, w := range b.timeWords {
		if !containsWords(text, w.word) {
			continue
		}
		text = strings.TrimSpace(strings.Replace(" "+text+" ", " "+w.word+" ", " ", 1))
		if w.name == "noon" || w.name == "midnight" {
			// "half past noon" is more than we read: better to ask again.
			switch {
			case len(text) > len("a las") || strings.ContainsAny(text, "0123456789") && text != "12" && text != "12:00":
				return 0
			case w.name == "noon":
				return 12 * 60
			}
			return 24 * 60
		}
		half = w.name
	}
	for _, w := range b.timeFillers { // "a las 8", "19 heures 30", "7 बजे"
		text = strings.TrimSpace(strings.Replace(" "+text+" ", " "+w+" ", " ", 1))
	}
	marked := false                                                            // as an hour
	for _, suffix := range []string{"am", "pm", "hrs", "hs", "h", "ze", "e"} { // "7pm", "19h" and "8è" are one word
		if cut, ok := strings.CutSuffix(text, suffix); ok && cut != "" && cut[len(cut)-1] >= '0' && cut[len(cut)-1] <= '9' {
			text, marked = cut, true
			if suffix == "am" || suffix == "pm" {
				half = suffix
			}
		}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ':' || r == '.' || r == 'h' || r == ' ' })
	if len(parts) == 0 || len(parts) > 2 {
		return 0
	}
	hour, err := strconv.Atoi(parts[0])
	if err != nil {
		return 0
	}
	marked = marked || strings.ContainsRune(text, 'h') // "7h05"
	if whole := len(parts) == 2 && len(parts[0]) == 2 && l.Hours24(); half == "" && !marked && !whole && hour >= 1 && hour <= 12 && parts[0][0] != '0' {
		return 0 // "7", "7:30": in the morning or in the evening? It is asked.
	}
	minute := 0
	if len(parts) == 2 {
		if minute, err = strconv.Atoi(parts[1]); err != nil || len(parts[1]) != 2 {
			return 0
		}
	}
	return clock(hour, minute, half)
}

func clock(hour, minute int, half string) int {
	if half == "night" {
		switch { // two at night comes after midnight, ten before it
		case hour >= 1 && hour <= 5, hour == 12:
			half = "am"
		case hour >= 6 && hour <= 11, hour >= 18 && hour <= 23:
			half = "pm"
		default:
			return 0
		}
	}
	if half != "" && (hour < 1 || hour > 12) && !(half == "pm" && hour > 12 && hour < 24) {
		return 0
	}
	switch {
	case half == "am" && hour == 12:
		hour = 0
	case half == "pm" && hour < 12:
		hour += 12
	}
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 || hour == 24 && minute != 0 {
		return 0
	}
	if hour == 0 && minute == 0 {
		return 24 * 60
	}
	return hour*60 + minute
}

// timeWord is a word of any language for a part of the day.
type timeWord struct{ word, name string }

// gatherTimeWords lists the words for am, pm, night, noon and midnight, the longest
// first: "half past noon" must not be read by its shortest part.
func (b *Book) gatherTimeWords() {
	for _, l := range b.Catalogue.Languages() {
		for _, name := range []string{"am", "pm", "night", "noon", "midnight"} {
			for _, word := range l.List("time.words." + name) {
				if w := locales.Fold(word); w != "" {
					b.timeWords = append(b.timeWords, timeWord{w, name})
				}
			}
		}
	}
	for _, l := range b.Catalogue.Languages() {
		for _, word := range l.List("time.words.filler") {
			b.timeFillers = append(b.timeFillers, locales.Fold(word))
		}
	}
	slices.SortStableFunc(b.timeFillers, func(x, y string) int { return len(y) - len(x) })
	slices.SortStableFunc(b.timeWords, func(x, y timeWord) int { return len(y.word) - len(x.word) })
}

// parsePlace finds a place by its folded name, its name inside a short text ("I
// am in Tijuana"), or a near-miss of it; nil when there is none or several, or
// the text says that it is not the one.
func (b *Book) parsePlace(folded string) *Spot {
	if s := b.spotWords[folded]; s != nil {
		return s
	}
	named := ""
	for _, pass := range []func(name string) bool{
		func(name string) bool { return len(name) >= 4 && containsWords(folded, name) },
		func(name string) bool { return locales.Near(folded, name) },
	} {
		var found *Spot
		for name, s := range b.spotWords {
			if !pass(name) {
				continue
			}
			if found != nil && found != s {
				return nil
			}
			if found = s; len(name) > len(named) {
				named = name
			}
		}
		if found != nil && b.another(found, strings.Replace(" "+folded+" ", " "+named+" ", "  ", 1)) {
			return nil
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// another tells whether what stands beside a place's name makes it a place of the
// same name elsewhere: "Matamoros, Coahuila", or denies it: "not in Tijuana".
func (b *Book) another(s *Spot, beside string) bool {
	if slices.ContainsFunc(b.denied, func(word string) bool { return containsWords(beside, word) }) {
		return true
	}
	return slices.ContainsFunc(b.elsewhere, func(region string) bool {
		if !containsWords(beside, region) {
			return false
		}
		for name, own := range b.spotWords {
			if own == s && strings.HasSuffix(name, " "+region) {
				return false
			}
		}
		return true
	})
}

func containsWords(text, words string) bool {
	return strings.Contains(" "+text+" ", " "+words+" ")
}
