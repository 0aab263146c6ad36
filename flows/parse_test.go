// What people type for a month, a time of day and a place.
package flows

import (
	"fmt"
	"strings"
	"testing"

	"posada/locales"
)

func TestMonthsAreReadInEveryLanguageAndOrder(t *testing.T) {
	b := realBook(t)
	for text, want := range map[string]int{
		"June 2023": 202306, "june, 2023": 202306, "JUNE 2023": 202306, "2023 June": 202306, "jun 2023": 202306, "15 June 2023": 202306, "June 15, 2023": 202306,
		"in June of 2023 I think": 202306, "junio 2023": 202306, "junio de 2023": 202306, "15 de junio de 2023": 202306, "el 3 de junio del 2023": 202306,
		"jen 2023": 202306, "jiyè 2024": 202407, "desanm 2023": 202312, "out 2023": 202308, "septienbre 2023": 202309, "setiembre de 2023": 202309,
		"6/2023": 202306, "06/2023": 202306, "06.2023": 202306, "6-2023": 202306, "2023-06": 202306, "2023/6": 202306, "2023-06-15": 202306, "15/06/2023": 202306, "06/15/2023": 202306,
		"31 12 2024": 202412, "1/1/2024": 202401, "٦/٢٠٢٣": 202306, "६ २०२३": 202306, "۲۰۲۳-۰۶": 202306, "６ 2023": 202306,
		"Mai 2023": 202305, "me 2023": 202305, "mayo 2023": 202305, "May 2025": 202505,
	} {
		for _, l := range b.Catalogue.Languages() {
			if got := b.parseMonth(locales.Fold(text), l); got != want {
				t.Errorf("in %s %q is %d, not %d", l.Code, text, got, want)
			}
		}
	}
}

// A person's day must never be taken for the month because its name is written
// in another language than the conversation's.
func TestTheDayBesideAMonthOfAnotherLanguageIsNotTheMonth(t *testing.T) {
	b := realBook(t)
	for day := 1; day <= 31; day++ {
		for text, want := range map[string]int{"%d de junio de 2023": 202306, "%d desanm 2023": 202312, "%d December 2023": 202312, "agosto %d, 2024": 202408} {
			text = fmt.Sprintf(text, day)
			for _, l := range b.Catalogue.Languages() {
				if got := b.parseMonth(locales.Fold(text), l); got != want {
					t.Errorf("in %s %q is %d, not %d", l.Code, text, got, want)
				}
			}
		}
	}
}

func TestWhatIsNoMonthOrTwoIsNeverGuessed(t *testing.T) {
	b := realBook(t)
	for _, text := range []string{"", "soon", "2023", "June", "junio", "6", "13/2023", "2023-13", "0/2023", "03/04/2023", "5 6 2023", "June July 2023", "June 2023 2024", "40 2023", "32/06/2023",
		"last year", "1 2 3 2023", "June 23", "20235", "99999999999999999999", "June 1823"} {
		for _, l := range b.Catalogue.Languages() {
			if got := b.parseMonth(locales.Fold(text), l); got != 0 {
				t.Errorf("in %s %q is read as %d", l.Code, text, got)
			}
		}
	}
}

func TestEveryMonthNameOfEveryLanguageIsItsMonth(t *testing.T) {
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		for m := 1; m <= 12; m++ {
			id := fmt.Sprintf("m%02d", m)
			for _, w := range append(l.List("date.month_also."+id), l.Raw("date.month."+id)) {
				for _, text := range []string{w + " 2024", strings.ToUpper(w) + " 2024", "2024 " + locales.Transliterate(w)} {
					if got := b.parseMonth(locales.Fold(text), l); got != 202400+m {
						t.Errorf("%s: %q is %d, not month %d", l.Code, text, got, m)
					}
				}
			}
		}
	}
}

func TestTimesOfDayAreReadAsPeopleSayThem(t *testing.T) {
	b := realBook(t)
	for text, want := range map[string]int{
		"07:30": 7*60 + 30, "07.30": 7*60 + 30, "07 30": 7*60 + 30, "7h30": 7*60 + 30, "7:30h": 7*60 + 30, "13:30": 13*60 + 30, "19h": 19 * 60, "19 h": 19 * 60, "19h30": 19*60 + 30, "7h05": 7*60 + 5,
		"7 pm": 19 * 60, "7pm": 19 * 60, "7:30 PM": 19*60 + 30, "7:30pm": 19*60 + 30, "7 p.m.": 19 * 60, "7 a.m.": 7 * 60, "7am": 7 * 60, "12 pm": 12 * 60, "12 am": 24 * 60, "12:15 am": 15,
		"19:00": 19 * 60, "19:00 pm": 19 * 60, "23:59": 23*60 + 59, "0:01": 1, "00:00": 24 * 60, "24:00": 24 * 60,
		"noon": 12 * 60, "midday": 12 * 60, "12 noon": 12 * 60, "mediodía": 12 * 60, "al mediodia": 12 * 60, "midi": 12 * 60, "midnight": 24 * 60, "medianoche": 24 * 60, "minwi": 24 * 60,
		"7 de la noche": 19 * 60, "7:15 de la noche": 19*60 + 15, "7 de la mañana": 7 * 60, "a las 7 de la noche": 19 * 60, "at 7 pm": 19 * 60, "3 de la tarde": 15 * 60,
		"12 at night": 24 * 60, "12:30 at night": 30, "2 at night": 2 * 60, "5 at night": 5 * 60, "6 at night": 18 * 60, "11:15 at night": 23*60 + 15, "tonight at 9": 21 * 60, "22:00 at night": 22 * 60,
		"12 de la noche": 24 * 60, "a las 2 de la noche": 2 * 60, "10 de la noche": 22 * 60, "2 de la madrugada": 2 * 60, "12 de la madrugada": 24 * 60, "2 nan lannwit": 2 * 60, "12è diswa": 24 * 60, "10 nan lannwit": 22 * 60,
		"7è diswa": 19 * 60, "7 è diswa": 19 * 60, "7è dimaten": 7 * 60, "2zè aprèmidi": 14 * 60, "2 zè apre midi": 14 * 60, "7 in the evening": 19 * 60,
		"٠٧:٣٠": 7*60 + 30, "١٩:٠٠": 19 * 60, "۷ pm": 19 * 60,
	} {
		if got := b.parseTime(locales.Fold(text), b.Catalogue.Language(locales.Source)); got != want {
			t.Errorf("%q is %d:%02d (%d), not %d:%02d", text, got/60, got%60, got, want/60, want%60)
		}
	}
}

func TestWhatIsNoTimeOfDayIsNeverGuessed(t *testing.T) {
	b := realBook(t)
	for _, text := range []string{"", "soon", "7", "12", "a las 7", "٧", "7:30", "7.30", "7 30", "12:30", "1:05", "٧:٣٠", "14 at night", "0 at night", "25:00", "24:01", "7:60", "7:3", "7:300", "730", "13 am", "0 pm", "25 pm", "-1x", "7 8 9", "7:30:15", "half past noon", "7 noon", "pm", "h", ":", "99999999999999999999", "tomorrow at dawn"} {
		if got := b.parseTime(locales.Fold(text), b.Catalogue.Language(locales.Source)); got != 0 {
			t.Errorf("%q is read as %d:%02d", text, got/60, got%60)
		}
	}
}

func TestEveryMinuteOfTheDayIsReadBackFromHowItIsShown(t *testing.T) {
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		for minute := 1; minute <= 24*60; minute++ {
			shown := l.Clock(minute)
			if got := b.parseTime(locales.Fold(shown), l); got != minute {
				t.Fatalf("%s: %q is read as %d, not %d", l.Code, shown, got, minute)
			}
			if got := b.parseTime(locales.Fold(fmt.Sprintf("%02dh%02d", minute/60, minute%60)), l); got != minute {
				t.Fatalf("%dh%02d is read as %d", minute/60, minute%60, got)
			}
		}
	}
}

func TestPlacesAreFoundMisspeltAndInsideASentence(t *testing.T) {
	b := realBook(t)
	for text, want := range map[string]string{
		"Tijuana": "tijuana", "TIJUANA": "tijuana", "tj": "tijuana", "Tijuna": "tijuana", "Tijauna": "tijuana", "tijuanna": "tijuana", "I am in Tijuana": "tijuana", "moro no centro de Tijuana": "tijuana", "nou nan Reynosa": "reynosa", "estoy en tijuana, gracias": "tijuana",
		"mwen nan Tijuana": "tijuana", "Ciudad Juárez": "ciudad_juarez", "ciudad juares": "ciudad_juarez", "Juarez": "ciudad_juarez", "juárez": "ciudad_juarez", "cd. juarez": "ciudad_juarez",
		"nuevo laredo": "nuevo_laredo", "Nuevo Larredo": "nuevo_laredo", "CDMX": "mexico_city", "Ciudad de México": "mexico_city", "Mexico City": "mexico_city", "vivo en la ciudad de mexico": "mexico_city",
		"Monterey": "monterrey", "piedras negras": "piedras_negras", "matamoros": "matamoros", "reinosa": "reynosa", "tapachula, chiapas": "tapachula", "Nogales": "nogales", "heroica nogales sonora": "nogales",
		"df": "mexico_city", "D.F.": "mexico_city", "tijuas": "tijuana", "Juárez, Chihuahua, México": "ciudad_juarez", "tapachula de cordova, chiapas": "tapachula", "Monterrey, N.L.": "monterrey",
		"تيخوانا": "tijuana", "Тихуана": "tijuana", "蒂华纳": "tijuana", "तिजुआना": "tijuana", "Сьюдад-Хуарес": "ciudad_juarez", "я в Тихуана": "tijuana", "墨西哥城": "mexico_city", "मेक्सिको सिटी": "mexico_city", "مكسيكو سيتي": "mexico_city",
	} {
		spot := b.parsePlace(locales.Fold(text))
		if spot == nil || spot.ID != want {
			t.Errorf("%q is %v, not %s", text, spot, want)
		}
	}
}

func TestAnUnknownOrAmbiguousPlaceIsNeverGuessed(t *testing.T) {
	b := realBook(t)
	for _, text := range []string{"", "atlantis", "tijuana or mexicali", "from tapachula to tijuana", "mexico", "laredo texas", "x", "nuevo", "ciudad", "to the tj", "matamoros coahuila", "Matamoros, Coah.", "juarez nuevo leon", "Juárez, N.L.", "nogales arizona", "Nogales, AZ", "nogales veracruz", "reynosa, tamaulipas or nogales", "guadalajara españa",
		"no estoy en Tijuana", "ya no vivo en Reynosa", "I am not in Tijuana", "I'm not in Tijuana", "not Tijuana", "I left Tijuana", "mwen pa nan Tijuana", "je ne suis pas à Tijuana", "não estou em Tijuana", "я не в Тихуана", "я не в Тіхуана", "لست في تيخوانا", "मैं तिजुआना में नहीं हूँ", "Tijuana değil", "Tijuana'da değilim", "不在 蒂华纳"} {
		for range 20 { // maps have no order
			if spot := b.parsePlace(locales.Fold(text)); spot != nil {
				t.Fatalf("%q is taken for %s", text, spot.ID)
			}
		}
	}
}

func TestEveryNameOfEveryPlaceIsThatPlace(t *testing.T) {
	b := realBook(t)
	for i, s := range b.spots {
		names := splitComma(s.Also)
		for _, l := range b.Catalogue.Languages() {
			names = append(names, l.Raw(s.Name))
		}
		for _, name := range append(names, fmt.Sprint(i+1)) {
			k := newTalker(t, b, "en", SMS, on(t, "2024-03-15")).atMenu()
			k.pick("reminders")
			k.standsAt("reminders-cbp-one", "place")
			k.allPages() // a number counts once its line was shown
			k.say(name)
			if a, _ := k.s.answer("reminders-cbp-one", "place"); a.Text != s.ID {
				t.Errorf("%q is %q, not %s", name, a.Text, s.ID)
			}
		}
	}
	k := newTalker(t, b, "en", SMS, on(t, "2024-03-15")).atMenu()
	k.pick("reminders")
	for _, number := range []string{"0x", fmt.Sprint(len(b.spots) + 1), "99"} {
		k.say(number)
		k.standsAt("reminders-cbp-one", "place")
	}
}
