// Dates as the book writes them: a day, a month or a year, and nothing more
// exact than the source knows.
package flows

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"posada/locales"
)

// Date is yyyymmdd. A month alone is yyyymm00, a year alone yyyy0000.
type Date int

// DateOf is the calendar day of t in t's own location.
func DateOf(t time.Time) Date {
	return Date(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// ParseDate reads 2023-05-11, 2023-05 or 2023.
func ParseDate(s string) (Date, error) {
	for i, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		d := DateOf(t)
		if i > 0 {
			d -= Date(t.Day())
		}
		if i > 1 {
			d -= Date(int(t.Month()) * 100)
		}
		return d, nil
	}
	return 0, fmt.Errorf("%q is not a date: write 2023-05-11, 2023-05 or 2023", s)
}

// UnmarshalYAML reads a date that YAML may take for a number (2025). It takes
// the node, so that a fault has its line.
func (d *Date) UnmarshalYAML(n ast.Node) error {
	v, err := ParseDate(n.GetToken().Value)
	if err != nil {
		return &yaml.SyntaxError{Message: err.Error(), Token: n.GetToken()}
	}
	*d = v
	return nil
}

// Year, Month and Day are the date's parts, 0 where it has none.
func (d Date) Year() int  { return int(d) / 10000 }
func (d Date) Month() int { return int(d) / 100 % 100 }
func (d Date) Day() int   { return int(d) % 100 }

// YearMonth is yyyymm.
func (d Date) YearMonth() int { return int(d) / 100 }

// Time is the date's first moment in loc; a month or a year begins on its
// first day.
func (d Date) Time(loc *time.Location) time.Time {
	return time.Date(d.Year(), time.Month(max(d.Month(), 1)), max(d.Day(), 1), 0, 0, 0, 0, loc)
}

// AddDays moves a date along the calendar.
func (d Date) AddDays(n int) Date { return DateOf(d.Time(time.UTC).AddDate(0, 0, n)) }

// Weekday is the date's day of the week.
func (d Date) Weekday() time.Weekday { return d.Time(time.UTC).Weekday() }

// String writes the date as the book does.
func (d Date) String() string {
	switch {
	case d.Month() == 0:
		return fmt.Sprintf("%04d", d.Year())
	case d.Day() == 0:
		return fmt.Sprintf("%04d-%02d", d.Year(), d.Month())
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.Day())
}

// In writes the date in words.
func (d Date) In(l *locales.Language) string { return l.Date(d.Year(), d.Month(), d.Day()) }
