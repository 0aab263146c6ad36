// Meeting places: a bulletin never says where to be when, for then others know
// it too. What is refused is a time of day together with a place of any kind;
// a day soon together with a landmark, an address or coordinates; and, where
// people are asked to come, any date with any place. Nobody can override it: the
// text is changed. Days in figures with the name of a city are fine ("closed on
// 4 May in Tijuana"), and so are hours without a place.
package bulletin

import (
	"regexp"
	"strconv"
	"strings"

	"posada/locales"
)

// Meeting is the landmark or the address that a text gives together with a time
// or a day soon, "" for none: other texts than bulletins do not say it either.
func Meeting(text string) string { return meeting(text, nil) }

// meeting is the place that a text gives together with a time, "" for none.
func meeting(text string, places []string) string {
	text = plainText(text)
	words := locales.Tokens(locales.Fold(text))
	all := spoken(text)
	clock := tells(words) || holds(all, hours)
	soon := clock || holds(all, days) || holds(all, today)
	asked := holds(all, comings) && (soon || givesDate(text, words))
	if !soon && !asked {
		return ""
	}
	if found := finds(all, landmarks); len(found) > 0 {
		return found[0]
	}
	if w := addressIn(words); w != "" {
		return w
	}
	if at := coordinates.FindString(text); at != "" {
		return at
	}
	if clock || asked {
		for _, p := range places {
			if p = foldWord(p); p != "" && strings.Contains(all, " "+p+" ") {
				return p
			}
		}
	}
	return ""
}

func holds(spoken string, list []string) bool { return len(finds(spoken, list)) > 0 }

var (
	coordinates = regexp.MustCompile(`-?\d{1,2}[.,]\d{3,}°?\s*[NSns]?[,;\s]\s*-?\d{1,3}[.,]\d{3,}`)
	dateShape   = regexp.MustCompile(`(?:^|[^\d.,/-])(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{4}-\d{2}-\d{2})(?:$|[^\d/-])`)
	dayShape    = regexp.MustCompile(`^(?:[12]?\d|3[01])(?:st|nd|rd|th|er|º|°)?$`)
)

// givesDate tells whether a text gives a date: in figures, or a day beside its month.
func givesDate(text string, words []string) bool {
	if dateShape.MatchString(text) {
		return true
	}
	for i, w := range words {
		if !dayShape.MatchString(w) {
			continue
		}
		for _, near := range words[max(0, i-2):min(len(words), i+3)] {
			if holds(" "+near+" ", months) {
				return true
			}
		}
	}
	return false
}

var (
	// clockShape is a time of day in figures, with the endings that languages
	// put on it.
	clockShape    = regexp.MustCompile(`^(?:[01]?\d|2[0-4])(?::[0-5]\d\pL*|h(?:[0-5]\d)?|h[0-5]\d\pL*|am|pm|hrs?|hs|ze|e|te|ta|de|da)$`)
	militaryShape = regexp.MustCompile(`^(?:[01]\d|2[0-3])[0-5]\d$`)
	hourShape     = regexp.MustCompile(`^(?:[01]?\d|2[0-4])(?:[.][0-5]\d)?$`)
)

// afterHour follows the figure of an hour and makes it a time of day, whatever
// stands before.
var afterHour = set("am pm h hs hrs oclock बजे बज 时 時 بجه утра вечера ночи ранку вечора ночі")

// hourAfter follows a figure, and makes it a time of day after one of at: by
// itself it is as long.
var hourAfter = set("дня hora horas heure heures час часа часов година години годин годині ساعت è zè zè")

// at stands before a time of day.
var at = set("at las la às as à a vers vè в во к о об к saat الساعة الساعه ساعة ساعت en around")

// sureAt stands before nothing but a time of day.
var sureAt = set("las saat الساعة الساعه ساعة ساعت às")

// spans stand before a number of hours or minutes, and make a time of it: "in 2 hours".
var (
	spans   = set("in dans en em через за nan dentro بعد خلال")
	hourly  = set("hour hours hora horas heure heures час часа часов годину години годин èdtan ساعات ساعة")
	minutes = set("minute minutes minutos minit минуту минуты минут хвилину хвилини хвилин دقيقة دقائق")
)

// soonIn tells whether so many hours or minutes are soon: "within 24 hours" is no appointment.
func soonIn(n, unit string) bool {
	v, err := strconv.Atoi(n)
	return err == nil && (hourly[unit] && v <= 12 || minutes[unit] && v <= 180)
}

// numberWords are hours in letters.
var numberWords = set(`one two three four five six seven eight nine ten eleven twelve una dos tres cuatro cinco seis siete ocho nueve diez once doce
	uma duas três quatro sete oito nove dez onze doze une deux trois quatre cinq six sept huit neuf dix onze douze
	один два две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать першій другій третій четвертій п'ятій шостій сьомій восьмій дев'ятій десятій одинадцятій дванадцятій
	bir iki üç dört beş altı yedi sekiz dokuz on bire ikide üçte dörtte beşte altıda yedide sekizde dokuzda onda
	الواحدة الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة یک دو سه چهار پنج شش هفت هشت نه ده یازده دوازده`)

// hanHours are hours in Chinese figures; 一点 is also "a little".
const hanHours = "二两三四五六七八九十"

// dayParts stand before 一点 where it is one o'clock.
var dayParts = set("午 上 早 晨")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[locales.Fold(w)] = true
	}
	return out
}

// tells tells whether words hold a time of day.
func tells(words []string) bool {
	near := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	for i, w := range words {
		before, after := near(i-1), near(i+1)
		switch {
		case clockShape.MatchString(w):
			return true
		case w == "बजे":
			return true
		case w == "点" || w == "點":
			if digits(before) || before != "" && strings.Contains(hanHours, before) || before == "一" && dayParts[near(i-2)] {
				return true
			}
		case hourShape.MatchString(w):
			half := (after == "a" || after == "p") && near(i+2) == "m"
			if half || afterHour[after] || sureAt[before] || at[before] && (hourAfter[after] || strings.Contains(w, ".")) || before == "at" && plausible(w) {
				return true
			}
			if spans[before] && soonIn(w, after) {
				return true
			}
		case militaryShape.MatchString(w):
			// A year is no time of day, unless its words say so.
			if afterHour[after] || hourAfter[after] || sureAt[before] || before == "at" && (w < "1900" || w > "2039") {
				return true
			}
		case numberWords[w]:
			if sureAt[before] || before == "at" || at[before] && hourAfter[after] {
				return true
			}
		}
	}
	return false
}

func digits(w string) bool {
	_, err := strconv.Atoi(w)
	return err == nil
}

// plausible tells whether "at" before a figure is of an hour.
func plausible(w string) bool {
	n, err := strconv.Atoi(w)
	return err != nil || n >= 1 && n <= 12
}

var streetWords = set(strings.Join(streets, " "))

// addressIn is the word of a street with a house's number near it.
func addressIn(words []string) string {
	for i, w := range words {
		if !streetWords[w] {
			continue
		}
		for j := max(0, i-3); j < min(len(words), i+5); j++ {
			if n, err := strconv.Atoi(words[j]); err == nil && n > 0 && n < 100000 {
				return w
			}
		}
	}
	return ""
}
