// What a text may not say: links, numbers, and where to be when.
package bulletin

import (
	"slices"
	"strings"
	"testing"

	"posada/locales"
)

func TestATextLeadsOnlyWhereTheListSays(t *testing.T) {
	approved := []string{"unhcr.org", "https://t.me/PosadaBot", "https://www.gob.mx/comar", "t.me"}
	for text, want := range map[string][]string{
		"See unhcr.org.": nil,
		"See https://www.unhcr.org/mexico, please":    nil,
		"See HTTPS://UNHCR.ORG/":                      nil,
		"Write to https://t.me/PosadaBot":             nil,
		"t.me/PosadaBot":                              nil,
		"(https://www.gob.mx/comar)":                  nil,
		"gob.mx":                                      {"gob.mx"},
		"https://www.gob.mx/other":                    {"https://www.gob.mx/other"},
		"t.me/Coyote":                                 {"t.me/Coyote"},
		"wa.me/5215512345678":                         {"wa.me/5215512345678"},
		"https://unhcr.org@evil.example/x":            {"https://unhcr.org@evil.example/x"},
		"https://unhcr.org.evil.example":              {"https://unhcr.org.evil.example"},
		"https://unhcr.org:8080/":                     {"https://unhcr.org:8080/"},
		"https://unһcr.org (with a Cyrillic h)":       {"https://unһcr.org"},
		"evil\u200b.example":                          {"evil.example"},
		"ｅｖｉｌ．ｃｏｍ":                                    {"evil.com"},
		"请看 evil。com":                                 {"evil.com"},
		"write @coyote_tj now":                        {"@coyote_tj"},
		"mail: somebody@evil.example":                 {"@evil.example"},
		"evil dot com":                                {"evil dot com"},
		"evil punto com":                              {"evil punto com"},
		"tel:5551234567":                              {"tel:5551234567"},
		"tg://resolve?domain=x":                       {"tg://resolve?domain=x"},
		"192.168.4.12/pay":                            {"192.168.4.12/pay"},
		"сайт обман.рф":                               {"обман.рф"},
		"It opens at 3 p.m. in the U.S.":              nil,
		"Las 3 p.m. Gracias. Fin.":                    nil,
		"Two facts: one, 3.5 hours. Two, 11.05.2023.": nil,
		"这是真的。请小心。":                                   nil,
		"सावधान रहें। धन्यवाद।": nil,
	} {
		got := strayLinks(text, approved)
		if len(want) == 1 && want[0] == "@evil.example" {
			if len(got) == 0 {
				t.Errorf("%q leads nowhere", text)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q leads to %q, want %q", text, got, want)
		}
	}
}

func TestATextNamesOnlyNumbersOfTheDirectory(t *testing.T) {
	phones := []string{"+52 800 123 4567", "1-888-407-4747"}
	for text, stray := range map[string]bool{
		"Call 911.":                           false,
		"Call +52 800 123 4567":               false,
		"Call 800 123 4567":                   false,
		"Call ٨٠٠ ١٢٣ ٤٥٦٧":                   false,
		"Call 1 888 407 4747":                 false,
		"Call +1 800 123 4567":                true, // another country's
		"Call 123 4567":                       true,
		"Call 55 1234 5678":                   true,
		"Call 55-12-34-56-78":                 true,
		"Call (55) 1234.5678":                 true,
		"Call 5,5,1,2,3,4,5,6,7,8":            true,
		"Call 555,123,4567":                   true,
		"Call 55:12:34:56:78":                 true,
		"اتصل على ٥٥١٢٣٤٥٦٧٨":                 true,
		"کال ۵۵ ۱۲۳۴ ۵۶۷۸":                    true,
		"फ़ोन ५५१२३४५६७८":                     true,
		"电话 ５５１２３４５６７８":                       true,
		"电话 五五一二三四五六七八":                       true,
		"5\u200b5\u200b1\u200b2345678":        true,
		"On 2026-11-22 it ends":               false,
		"From 11/05/2023 to 22.11.2026":       false,
		"From 2025-01-20 - 2025-05-11":        false,
		"22/11/2026 10:00 - 18:00":            false,
		"in 2023, 2024, 2025":                 false,
		"2023-2025":                           false,
		"10:00-18:00, 09:00-17:00":            false,
		"It costs $1,234,567.00":              false,
		"It costs 1.234.567 pesos":            false,
		"It costs 1 234 567 песо":             false,
		"1,000,000 people":                    false,
		"55 2025 2026 1999":                   true,
		"24 hours, 15 days, 3 years, 20 of 5": false,
		"1 2 3 4 5 6 7":                       true,
	} {
		if got := strayNumbers(text, phones); (len(got) > 0) != stray {
			t.Errorf("%q has stray numbers %q", text, got)
		}
	}
	// The suffix rule leaves out the country and no more.
	if got := strayNumbers("Call 407 4747", []string{"+12 34 56 888 407 4747"}); len(got) != 1 {
		t.Errorf("the end of a long number is taken for it: %q", got)
	}
}

func TestNoTextSaysWhereToBeWhen(t *testing.T) {
	places := []string{"Tijuana", "tj", "Тихуана", "蒂华纳", "تيخوانا", "ciudad juarez"}
	for _, text := range []string{
		"Come to the church at 3 pm",
		"At 10:00 in Tijuana",
		"We meet tomorrow at the bridge",
		"On Monday, 12 Main Street",
		"Meet at noon in Ciudad Juárez",
		"A las 15 horas en la plaza",
		"Nos vemos mañana frente a la iglesia",
		"A las tres en Tijuana",
		"El lunes en Calle Hidalgo 12",
		"Vini nan legliz la a 3è",
		"Demen devan lopital la",
		"Às 10h na praça central",
		"Amanhã na igreja",
		"Rendez-vous à 10h30 devant la gare",
		"Demain à l'église",
		"Приходите в 15:00 на вокзал",
		"Завтра в церкви",
		"Встречаемся в 3 часа, Тихуана",
		"Завтра біля церкви",
		"О 15 годині на вокзалі",
		"Yarın kilisede",
		"Saat 15'te otogarda",
		"تعالوا الساعة ٣ إلى الكنيسة",
		"غدا في المحطة",
		"الساعة العاشرة في تيخوانا",
		"فردا در کلیسا",
		"ساعت ۳ نزدیک ایستگاه",
		"कल चर्च में",
		"शाम 5 बजे स्टेशन पर",
		"明天在教堂",
		"下午3点在车站",
		"三点在蒂华纳",
		"10:30，蒂华纳",
		"１５：００ at the park",
		"Vengan hoy a la iglesia de San Juan por ayuda.",
		"El 25 de noviembre vengan a la iglesia de San Juan.",
		"Встреча сегодня в 17.00 у церкви.",
		"Meet at 1700 at the bridge.",
		"In one hour at the bridge.",
		"In 2 hours at the bridge.",
		"This afternoon at the plaza.",
		"Tomorrow at El Chaparral.",
		"Reúnanse a las cinco en la Casa Tochan.",
		"A las 17 en Casa del Migrante.",
		"今天下午在教堂集合",
		"اليوم عند الكنيسة",
		"hoje na igreja",
		"bugün kilisede",
		"next week at the church",
		"al mediodía en 19.4326,-99.1332",
		"Rendez-vous le 4 mai à Tijuana",
		"Come to Tijuana on 12/05",
		"Vini nan legliz la 25 novanm",
		"امروز در کلیسا",
		"आज चर्च में",
		"Сьогодні біля церкви",
		"Jodi a nan legliz la",
	} {
		if meeting(text, places) == "" {
			t.Errorf("%q is taken", text)
		}
	}
	for _, text := range []string{
		"The programme ended on 20 January 2025. Offers of appointments are fraud.",
		"In Tijuana nobody sells appointments.",
		"On 4 May 2026 the centre in Tijuana is closed.",
		"Requests open at 11:00, Mexico City time is not named here.",
		"El programa terminó el 20 de enero de 2025. Quien vende citas miente.",
		"Mañana no hay citas en Tijuana.",
		"Pwogram nan fini. Pèsonn pa ka vann randevou.",
		"O programa terminou. Ninguém pode vender um horário.",
		"Le programme est terminé. Personne ne vend de rendez-vous.",
		"Программа закрыта. Никто не продаёт запись. Рекомендуем подождать 3 дня.",
		"Програму закрито цього року. Ніхто не продає запис.",
		"Program bitti. Randevu satan dolandırıcıdır.",
		"انتهى البرنامج. من يبيع المواعيد محتال.",
		"برنامه ختم شده است. کسی که وقت می\u200cفروشد فریب می\u200cدهد.",
		"कार्यक्रम बंद है। जो अपॉइंटमेंट बेचता है वह ठग है।",
		"项目已经结束。卖预约的人是骗子。有一点要注意。",
		"A judge stopped it. Open 24 hours, within 48 hours, 3 of 5.",
		"Offices answer within 24 hours; the line of the consulate has changed.",
		"On 4 May 2026 the consulate in Tijuana is closed.",
		"El 20 de enero de 2025 cerraron las citas en los puertos de entrada.",
		"Since 2025 no office gives appointments; in 2024 there were 1450 a day.",
		"Hoy no hay citas en Tijuana.",
		"People come to the office with their papers.",
	} {
		if w := meeting(text, places); w != "" {
			t.Errorf("%q is refused for %q", text, w)
		}
	}
}

func TestPromisesAndCommandsAreSeenInEveryLanguage(t *testing.T) {
	for _, text := range []string{
		"We guarantee it", "Cross now!", "Le garantizamos una cita", "¡Crucen ya! cruce ya", "Nou garanti sa", "É garantido", "C'est garanti",
		"Мы гарантируем", "Ми гарантуємо", "Garantili", "مضمون", "تضمین می\u200cشود", "गारंटी है", "我们保证",
	} {
		if len(promises(text)) == 0 {
			t.Errorf("%q promises nothing", text)
		}
	}
	if got := promises("You may ask for an appointment. Nobody can say when."); len(got) != 0 {
		t.Errorf("taken for promises: %q", got)
	}
}

func TestEveryTextOfTheBookPassesForALink(t *testing.T) {
	// What Posada itself says must not look like a link or a number to call.
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		odd := 0
		for _, id := range l.IDs() {
			if locales.IsList(id) || strings.Contains(l.Raw(id), "{{") || strings.Contains(id, "words") || strings.HasPrefix(id, "keyword") {
				continue
			}
			if got := strayLinks(l.Raw(id), nil); len(got) > 0 {
				t.Logf("%s %s: %q", l.Code, id, got)
				odd++
			}
			if got := strayNumbers(l.Raw(id), nil); len(got) > 0 {
				t.Errorf("%s %s: numbers %q", l.Code, id, got)
			}
		}
		if odd > 3 {
			t.Errorf("%s: %d messages look like links", l.Code, odd)
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{"https://t.me/x", "5, 5 12345678", "明天3点", "@", ".", "a.b", "\xff\xfe", strings.Repeat("1 ", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		strayLinks(s, []string{"unhcr.org", s})
		strayNumbers(s, []string{s})
		meeting(s, []string{s})
		promises(s)
	})
}
