// east.go reads dates and times as they are written in Chinese: 2023年6月11日, 下午3点半.

package locales

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	eastDate = regexp.MustCompile(`(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月(?: ?(\d{1,2})(?: ?[日号號]|$))?`)
	eastTime = regexp.MustCompile(`(\d{1,2}) ?[点點时時](?: ?(半)| ?(\d{1,2}) ?分?| ?[整钟鐘])?`)
	eastYear = regexp.MustCompile(`(\d{4}) ?年`)
)

// shortMonths are names that Catalogue.Month knows.
var shortMonths = [13]string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// eastern writes the dates and times of a folded Chinese text as others are written: "11 jun 2023", "下午 3:30".
func eastern(folded string) string {
	if !strings.ContainsFunc(folded, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return folded
	}
	s := eastDate.ReplaceAllStringFunc(folded, func(found string) string {
		part := eastDate.FindStringSubmatch(found)
		month, _ := strconv.Atoi(part[2])
		if month < 1 || month > 12 {
			return found
		}
		return " " + strings.TrimSpace(part[3]+" "+shortMonths[month]+" "+part[1]) + " "
	})
	s = eastYear.ReplaceAllString(s, " $1 ")
	s = eastTime.ReplaceAllStringFunc(s, func(found string) string {
		part := eastTime.FindStringSubmatch(found)
		minute := part[3]
		switch {
		case part[2] != "":
			minute = "30"
		case minute == "":
			minute = "00"
		case len(minute) == 1:
			minute = "0" + minute
		}
		return " " + part[1] + ":" + minute + " "
	})
	// What is left of signs stands apart from numbers.
	var b strings.Builder
	last := rune(0)
	for _, r := range s {
		if unicode.IsDigit(r) && unicode.Is(unicode.Han, last) || unicode.Is(unicode.Han, r) && unicode.IsDigit(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
