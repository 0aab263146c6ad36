// Days as people type them: read only when they can mean one day alone.
package flows

import (
	"strconv"
	"strings"
	"time"

	"posada/locales"
)

// parseDay reads "3 December", "december 3rd", "3/12/2026" when it can mean
// one day only, or "2026-12-03", as a day between two others, 0 when it is none.
// Without a year it is the day of that name between the two.
func (b *Book) parseDay(folded string, l *locales.Language, first, last Date) Date {
	folded = b.Catalogue.ForDates(folded)
	for w := range strings.FieldsFuncSeq(folded, monthGap) {
		if l.Month(w) != 0 {
			if d := readDay(folded, l.Month, first, last); d != 0 {
				return d
			}
			break
		}
	}
	return readDay(folded, b.Catalogue.Month, first, last)
}

func readDay(folded string, named func(string) int, first, last Date) Date {
	year, month := 0, 0
	yearFirst := false
	var numbers []int
	for w := range strings.FieldsFuncSeq(folded, monthGap) {
		if m := named(w); m != 0 {
			if month != 0 {
				return 0
			}
			month = m
			continue
		}
		n, ok := leadingNumber(w)
		if !ok {
			continue
		}
		if n >= 1900 && n <= 2200 {
			if year != 0 {
				return 0
			}
			year, yearFirst = n, len(numbers) == 0
			continue
		}
		numbers = append(numbers, n)
	}
	day := 0
	switch {
	case month != 0 && len(numbers) == 1:
		day = numbers[0]
	case month == 0 && len(numbers) == 2 && yearFirst:
		month, day = numbers[0], numbers[1]
	case month == 0 && len(numbers) == 2 && (numbers[0] > 12 || numbers[0] == numbers[1]):
		day, month = numbers[0], numbers[1]
	case month == 0 && len(numbers) == 2 && numbers[1] > 12:
		month, day = numbers[0], numbers[1]
	default:
		return 0
	}
	years := []int{year}
	if year == 0 {
		years = []int{first.Year(), last.Year()}
	}
	for _, y := range years {
		if d := calendarDay(y, month, day); d != 0 && d >= first && d <= last {
			return d
		}
	}
	return 0
}

// leadingNumber reads "3", "3rd" and "1er".
func leadingNumber(w string) (int, bool) {
	end := 0
	for end < len(w) && w[end] >= '0' && w[end] <= '9' {
		end++
	}
	if end == 0 || end > 4 || len(w)-end > 2 {
		return 0, false
	}
	n, err := strconv.Atoi(w[:end])
	return n, err == nil
}

// calendarDay is 0 for a day that no calendar has.
func calendarDay(year, month, day int) Date {
	if month < 1 || month > 12 || day < 1 {
		return 0
	}
	d := DateOf(time.Date(year, time.Month(month), day, 12, 0, 0, 0, time.UTC))
	if d.Month() != month || d.Day() != day {
		return 0
	}
	return d
}

// typedDay reads what was typed as a day within the range of its question,
// counted in days from today where the person is.
func (t *turn) typedDay(n *Node) Date {
	today := DateOf(t.moment().In(t.zoneOf(n.flow.Programme)))
	return t.book.parseDay(t.folded, t.language(), today.AddDays(n.Within[0]), today.AddDays(n.Within[1]))
}

// waitsIn is where the person waits, as they said for a programme, or for any;
// nil when they did not say.
func (t *turn) waitsIn(programme string) *Spot {
	var found *Spot
	for _, a := range t.s.Answers {
		f := t.book.flowByID[a.Flow]
		if f == nil || f.answers[a.Name].kind != TypePlace {
			continue
		}
		spot := t.book.spotByID[a.Text]
		if spot != nil && f.Programme == programme {
			return spot
		}
		if found == nil {
			found = spot
		}
	}
	return found
}

// zoneOf is that of the person, or the book's.
func (t *turn) zoneOf(programme string) *time.Location {
	if spot := t.waitsIn(programme); spot != nil {
		return spot.loc
	}
	return bookZone
}

// zones are those in which the person may be: while they named no place, those
// of all places of the book.
func (t *turn) zones() []*time.Location {
	if spot := t.waitsIn(""); spot != nil {
		return []*time.Location{spot.loc}
	}
	out := []*time.Location{bookZone}
	for _, spot := range t.book.spots {
		out = append(out, spot.loc)
	}
	return out
}

// zonesOf are those in which the person may be who named a place for a flow,
// also for one that the book does not have any more.
func (t *turn) zonesOf(flow string) []*time.Location {
	place, _ := t.s.answer(flow, fieldPlace)
	if spot := t.book.spotByID[place.Text]; spot != nil {
		return []*time.Location{spot.loc}
	}
	return t.zones()
}
