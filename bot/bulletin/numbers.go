// Phone numbers: a text names those of the directory, and no other. Dates,
// times, years and sums are no phone numbers; what is unclear is one.
package bulletin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// minPhone is how many digits a number to call has at least; 911 has fewer.
	minPhone = 7
	// maxTrunk is how many digits a number may leave off at its beginning: the
	// code of the country.
	maxTrunk = 4
	// nearSum is how many bytes around a sum are looked at for its currency.
	nearSum = 24
)

var (
	// digitRun is digits with what people put between them. A comma and a colon
	// are among it, lest a number hides behind them.
	digitRun = regexp.MustCompile(`\d(?:[\s\x{2010}-\x{2015}\x{2212}()./,:;_*·•'’|~+-]{0,4}\d)*`)
	// dated is a day in figures: its year has four.
	dated = regexp.MustCompile(`\b(?:(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])([-./])(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|[12]\d|3[01])([-./])(?:19|20)\d\d)\b`)
	// chain is figures with colons between; one that is timed is a time of day.
	chain = regexp.MustCompile(`\d+(?::\d+)+`)
	timed = regexp.MustCompile(`^(?:[01]?\d|2[0-4]):[0-5]\d$`)
	// years are nothing but years.
	years = regexp.MustCompile(`^(?:19|20)\d\d(?:[\s,;/.\x{2010}-\x{2015}-]{1,3}(?:19|20)\d\d)*$`)
	// grouped is a number in thousands, and nothing else.
	grouped = regexp.MustCompile(`^\d{1,3}(?:(?:,\d{3})+(?:\.\d{1,2})?|(?:\.\d{3})+(?:,\d{1,2})?|(?:[ ’']\d{3})+(?:[.,]\d{1,2})?)$`)
	// money stands before or after a sum.
	moneyBefore = regexp.MustCompile(`(?i)(?:[$€£¥₽₺₴₹﷼]|\b(?:usd|mxn|us|mx|htg|eur|rub|brl|r))\s*[$]?\s*$`)
	moneyAfter  = regexp.MustCompile(`(?i)^\s*(?:[$€£¥₽₺₴₹元]|(?:usd|mxn|htg|eur|brl|d[oó]lar\w*|dollars?|pesos?|goud|gourdes?|euros?|reais|доллар|долар|песо|руб|dolar|دولار|دالر|بيزو|پزو|डॉलर|पेसो|美元|比索))`)
	hanDigits   = strings.NewReplacer("〇", "0", "零", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")
	hanRun      = regexp.MustCompile(`[〇零一二三四五六七八九](?:[\s-]?[〇零一二三四五六七八九]){6,}`)
)

// strayNumbers lists the numbers of a text that could be called and that the
// directory does not have.
func strayNumbers(text string, phones []string) []string {
	text = plainText(text)
	text = hanRun.ReplaceAllStringFunc(text, hanDigits.Replace)
	var approved, out []string
	for _, p := range phones {
		approved = append(approved, digitsOf(plainText(p)))
	}
	for _, at := range digitRun.FindAllStringIndex(text, -1) {
		run := text[at[0]:at[1]]
		if !callable(run, text[max(0, at[0]-nearSum):at[0]], text[at[1]:min(len(text), at[1]+nearSum)]) {
			continue
		}
		if !slices.ContainsFunc(approved, func(p string) bool { return samePhone(digitsOf(run), p) }) && !slices.Contains(out, run) {
			out = append(out, run)
		}
	}
	return out
}

// callable tells whether a run of digits may be a number to call, by itself and
// by what stands around it.
func callable(run, before, after string) bool {
	if len(digitsOf(run)) < minPhone || years.MatchString(run) {
		return false
	}
	if grouped.MatchString(run) {
		if moneyBefore.MatchString(before) || moneyAfter.MatchString(after) {
			return false
		}
		if strings.Count(run, ",") == 2 && len(digitsOf(run)) == minPhone { // 1,000,000 people
			n, err := strconv.Atoi(digitsOf(run))
			return err != nil || n%1000 != 0
		}
	}
	rest := chain.ReplaceAllStringFunc(dated.ReplaceAllString(run, " "), func(figures string) string {
		if timed.MatchString(figures) {
			return " "
		}
		return figures
	})
	return len(digitsOf(rest)) >= minPhone
}

// samePhone tells whether a number of a text is one of the directory's, with or
// without the code of its country, which is never another.
func samePhone(n, approved string) bool {
	return len(n) >= minPhone && strings.HasSuffix(approved, n) && len(approved)-len(n) <= maxTrunk
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
