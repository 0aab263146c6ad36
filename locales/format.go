// How a language writes dates, months, times of day and numbers.
package locales

import (
	"fmt"
	"slices"
	"strconv"
)

// Date writes a day, a month (day 0) or a year (month 0) in words.
func (l *Language) Date(year, month, day int) string {
	switch {
	case month == 0:
		return l.Digits(strconv.Itoa(year))
	case day == 0:
		return l.must("date.month_year", map[string]any{"month": l.months[month], "year": l.Digits(strconv.Itoa(year))})
	}
	return l.must("date.long", map[string]any{"day": l.Digits(strconv.Itoa(day)), "month": l.months[month], "year": l.Digits(strconv.Itoa(year))})
}

// Clock writes a time of day, given in minutes after midnight (1440 is
// midnight too), as the language's readers say it: with {{.hour}} of twelve, or
// {{.hour24}}, in two digits.
func (l *Language) Clock(minute int) string {
	minute %= 24 * 60
	id, hour := "time.am", minute/60
	if hour >= 12 {
		id, hour = "time.pm", hour-12
	}
	if hour == 0 {
		hour = 12
	}
	return l.must(id, map[string]any{"hour": l.Digits(strconv.Itoa(hour)), "minute": l.Digits(fmt.Sprintf("%02d", minute%60)), "hour24": l.Digits(fmt.Sprintf("%02d", minute/60))})
}

// Hours24 tells whether the language's clock has 24 hours.
func (l *Language) Hours24() bool { return slices.Contains(l.Fields("time.am"), "hour24") }

// Moment writes a time of day, as Clock does, on a day of the year.
func (l *Language) Moment(month, day, minute int) string {
	return l.must("date.at", map[string]any{"time": l.Clock(minute), "day": l.Digits(strconv.Itoa(day)), "month": l.months[month]})
}

// Number writes a whole number with the language's mark between thousands.
func (l *Language) Number(n int) string {
	s := strconv.Itoa(n)
	if n < 0 || len(s) < 4 || l.group == "" {
		return l.Digits(s)
	}
	out := s[:len(s)%3]
	for i := len(s) % 3; i < len(s); i += 3 {
		if out != "" {
			out += l.group
		}
		out += s[i : i+3]
	}
	return l.Digits(out)
}

// must renders a message whose presence and placeholders Check has proven; a
// book that was not checked shows the bare id rather than nothing.
func (l *Language) must(id string, data map[string]any) string {
	s, err := l.Render(id, data)
	if err != nil {
		return id
	}
	return s
}
