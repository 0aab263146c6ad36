// What shows on a lock screen tells nothing, and costs one SMS segment.
package flows

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"posada/locales"
)

func TestNoDiscreetWordingHoldsAForbiddenWordOfAnyLanguage(t *testing.T) {
	b := realBook(t)
	if len(b.forbidden) < 60 || len(wordings) < 4 {
		t.Fatalf("%d forbidden words, %d wordings", len(b.forbidden), len(wordings))
	}
	for _, l := range b.Catalogue.Languages() {
		seen := map[string]bool{}
		for _, id := range b.atLock() {
			if text := l.Raw(id); text == "" || b.betrays(unfilled(text)) != "" {
				t.Errorf("%s: %s %q holds %q", l.Code, id, text, b.betrays(text))
			}
		}
		for _, key := range wordings {
			text := l.Raw(msgWording(key))
			if seen[text] {
				t.Errorf("%s: %q stands twice", l.Code, text)
			}
			seen[text] = true
			if _, reason := b.ownWords(b.Catalogue.Language(locales.Source), text); reason != "" {
				t.Errorf("%s: a person could not write %q: %s", l.Code, text, reason)
			}
		}
		if got := len(l.List(msgForbidden)); got < 20 {
			t.Errorf("%s: only %d forbidden words", l.Code, got)
		}
	}
}

// Every reminder that a person can choose, as it is sent: on time, late, once
// more, and where the language keeps its dear letters.
func TestEveryReminderIsOneSegmentInEveryLanguage(t *testing.T) {
	b := realBook(t)
	own := strings.Repeat("ñandú ", 10)[:64] // sixty runes
	if n := utf8.RuneCountInString(own); n != MaxWords-8 && n > MaxWords {
		t.Fatalf("%d runes", n)
	}
	for _, l := range b.Catalogue.Languages() {
		for _, exact := range []string{"", l.Code} {
			form := SMS
			form.Exact = exact
			for _, words := range append([]string{strings.TrimSpace(own)}, wordings...) {
				if !strings.HasPrefix(words, "w") && !b.oneSegment(l, words) { // it would have been refused
					continue
				}
				k := subscribe(t, b, l.Code, form, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
				f := b.flowByID[remindersOf("cbp-one")]
				wording := Answer{Flow: f.ID, Name: answerWording, Text: words, Given: k.s.Seen}
				if !strings.HasPrefix(words, "w") {
					wording.Text = ownWording
					k.s.setAnswer(Answer{Flow: f.ID, Name: answerOwn, Text: words, Given: k.s.Seen})
				}
				k.s.setAnswer(wording)
				for _, step := range []func() string{
					func() string { return k.runsOut(TimerDaily, "cbp-one", 0) },
					func() string { k.says("4"); return k.runsOut(TimerAgain, "cbp-one", 0) },
					func() string { return k.runsOut(TimerDaily, "cbp-one", 3*Spread) },
				} {
					text := step()
					if len(k.last) != 1 || k.last[0].Segments != 1 || len(k.last[0].Choices) != 5 || b.betrays(text) != "" {
						t.Errorf("%s, exact %q, %s: %+v", l.Code, exact, words, k.last)
					}
					for i := range 5 {
						if !strings.Contains(text, l.Digits(fmt.Sprint(i+1, " "))) {
							t.Errorf("%s: answer %d is missing in %q", l.Code, i+1, text)
						}
					}
				}
			}
		}
	}
}

func TestWordsThatBetrayAreRefusedInAnyLanguage(t *testing.T) {
	b := realBook(t)
	for _, text := range []string{
		"asylum", "Asylum seekers", "ASILO", "pedir asilo", "asilada", "azil", "my appointment", "appointments!", "mi cita", "las citas", "randevou mwen", "C.B.P.", "c b p", "c-b-p one", "CBP One",
		"border", "the borders", "la frontera", "fronteras", "fwontyè a", "fwontye", "migration", "migrantes", "inmigración", "imigrasyon", "ICE", "ice!", "the app", "la app", "apps", "la aplicación", "aplikasyon an",
		"lawyer", "lawyers", "abogado", "abogada", "avoka", "the court", "la corte", "tribunal", "tribinal", "judge", "juez", "jij", "visa", "visas", "viza", "passport", "pasaporte", "refugees", "refugio", "deportation", "deportado",
		"depòtasyon", "Posada", "coyote", "今天预约", "去美国的签证", "el puerto", "cross the crossing", "Estados Unidos", "Etazini",
		"San Ysidro", "el paso 9am", "Eagle Pass", "Laredo", "Tijuana", "pan en Reynosa", "Ciudad Juárez", "蒂华纳", "去蒂华纳买菜", "Сан-Исидро", "Тихуана", "سان يسيدرو", "تيخوانا", "एल पासो", "तिहुआना",
		"hearing", "the bridge", "shelter", "cross at noon", "puente", "el turno", "albergue", "frontyè", "travèse", "le pont", "мост", "міст", "الجسر", "پل", "पुल", "köprü", "过桥", "排号",
	} {
		if words, reason := b.ownWords(b.Catalogue.Language(locales.Source), text); reason != msgOwnForbidden {
			t.Errorf("%q is taken as %q (%s)", text, words, reason)
		}
	}
}

func TestOwnWordsAreTakenOrRefusedForWhatIsWrong(t *testing.T) {
	b := realBook(t)
	for text, want := range map[string]string{
		"Soup for grandma": "", "  Sopa   para la tía ": "", "Manje pou ti chat la": "", "Pan a las 8:30": "", "Dr. Ana": "", "3 eggs, 2 onions": "", "¿Agua?": "", "дождь": "", "12.30 bread": "", "Pon agua": "", "Quitar la tapa": "", "El abrigo": "",
		"": msgOwnBad, "🍲": msgOwnBad, "12": msgOwnBad, "...": msgOwnBad,
		"call 5512345678": msgOwnNumbers, "call 55 12 34": msgOwnNumbers, "٠١٢٣٤٥ x": msgOwnNumbers, "bit.ly/x": msgOwnNumbers, "see http://x": msgOwnNumbers, "www x": msgOwnNumbers, "me@example": msgOwnNumbers, "example.org": msgOwnNumbers,
		strings.Repeat("a", MaxWords): "", strings.Repeat("a", MaxWords+1): msgOwnLong, strings.Repeat("я", 50): msgOwnLong,
	} {
		words, reason := b.ownWords(b.Catalogue.Language(locales.Source), text)
		if reason != want || (reason == "") != (words != "") {
			t.Errorf("%q: %q, %q, want %q", text, words, reason, want)
		}
	}
}

// Where a person's words are refused they are asked again, kindly, and nothing
// of them is kept.
func TestRefusedWordsAreNotKept(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := subscribe(t, b, l.Code, WhatsApp, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
		k.picks("reminders")
		k.picks("words")
		k.picks("own")
		for text, id := range map[string]string{"the border": msgOwnForbidden, "call 5512345678": msgOwnNumbers, strings.Repeat("la ", 40): msgOwnLong, "12": msgOwnBad} {
			said := k.says(text)
			k.standsAt("reminders-cbp-one", "own")
			k.talker.says(said, id)
			if a, ok := k.s.answer("reminders-cbp-one", answerOwn); ok {
				t.Errorf("kept %+v", a)
			}
		}
		k.says("Sopa")
		if text := k.runsOut(TimerDaily, "cbp-one", 0); !strings.HasPrefix(locales.Unisolated(text), "Sopa\n"+l.Digits("1 ")) {
			t.Errorf("said %q", text)
		}
	})
}

func FuzzOwnWords(f *testing.F) {
	b := realBook(f)
	for _, text := range append([]string{"Soup", "c b p", "a.b", "я", "👍 ok", "1 2 3 4 5"}, oddTexts...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text, _ = locales.Clean(text, MaxText)
		words, reason := b.ownWords(b.Catalogue.Language(locales.Source), text)
		if reason != "" {
			return
		}
		if again, reason := b.ownWords(b.Catalogue.Language(locales.Source), words); reason != "" || again != words {
			t.Errorf("%q becomes %q, which becomes %q (%s)", text, words, again, reason)
		}
		if words == "" || utf8.RuneCountInString(words) > MaxWords || strings.ContainsAny(words, "\n\r\t@") || !b.oneSegment(b.Catalogue.Language(locales.Source), words) || b.betrays(words) != "" {
			t.Errorf("%q is taken as %q", text, words)
		}
	})
}

// Words that were one segment in the language in which they were written stay so in every other.
func TestOwnWordsStayOneSegmentWhenTheLanguageChanges(t *testing.T) {
	const own = "Buy bread and onions and milk for all of the family today ok"
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		for _, form := range []Form{SMS, WhatsApp} {
			k := subscribe(t, b, "en", form, inMarch(t), "cbp-one", "tijuana", WhenOpens, 0)
			k.picks("reminders")
			k.picks("words")
			k.picks("own")
			k.says(own)
			k.s.Language = l.Code
			k.runsOut(TimerDaily, "cbp-one", 0)
			text := textOf(k.last)
			if form.Name == SMS.Name && (len(k.last) != 1 || k.last[0].Segments != 1 || !strings.HasPrefix(text, "Buy bread")) {
				t.Errorf("%s: %q", l.Code, text)
			}
			if form.Name != SMS.Name && !strings.Contains(text, own) {
				t.Errorf("%s: on WhatsApp they are cut: %q", l.Code, text)
			}
		}
	}
}
