// What a turn promises, one test a promise.
package flows

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// allLanguages calls f in every language of the book.
func allLanguages(t *testing.T, f func(t *testing.T, b *Book, l *locales.Language)) {
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		if raced && !slices.Contains([]string{"en", "ht", "ar", "zh-Hans"}, l.Code) { // every one, without it
			continue
		}
		t.Run(l.Code, func(t *testing.T) { f(t, b, l) })
	}
}

func (k *talker) words() *locales.Language { return k.book.Catalogue.Language(k.s.Language) }

func (k *talker) wait(d time.Duration) { k.at.Now = k.at.Now.Add(d) }

func (k *talker) standsAt(flow, node string) {
	k.t.Helper()
	if k.s.Flow != flow || k.s.Node != node {
		k.t.Errorf("the person stands at %s/%s, not %s/%s", k.s.Flow, k.s.Node, flow, node)
	}
}

func (k *talker) says(text string, ids ...string) {
	k.t.Helper()
	for _, id := range ids {
		if want := k.words().Raw(id); want == "" || !strings.Contains(locales.Fold(text), locales.Fold(want)) {
			k.t.Errorf("%s (%q) is not in %q", id, want, text)
		}
	}
}

// inScreening stands at the question whether one entered.
func inScreening(t testing.TB, b *Book, lang string, form Form) *talker {
	t.Helper()
	k := newTalker(t, b, lang, form, reviewed(b)).atMenu()
	k.pick("screening")
	k.standsAt("screening", "entered")
	return k
}

// atWay stands at the fifth question of the screening.
func atWay(t testing.TB, b *Book, lang string, form Form) *talker {
	t.Helper()
	k := inScreening(t, b, lang, form)
	k.pick("yes")
	k.say("2023-06")
	k.pick("no")
	k.pick("no")
	k.standsAt("screening", "way")
	return k
}

// phrase is the first phrase of a crisis in a language.
func phrase(t testing.TB, l *locales.Language, kind string) string {
	t.Helper()
	first, _, _ := strings.Cut(l.Raw("crisis."+kind), "|")
	if first == "" {
		t.Fatalf("%s has no phrase for %s", l.Code, kind)
	}
	return strings.TrimSpace(strings.ReplaceAll(first, "...", " "))
}

// topics are words that betray what a conversation is about.
var topics = []string{"asyl", "asil", "azil", "cbp", "cita", "appointment", "randevou", "border", "frontera", "fwontyè", "rule", "regla", "règ la", "screening", "revisión", "verifye",
	"refug", "migra", "imigr", "enter", "entró", "antre", "danger", "peligro", "danje", "lawyer", "legal", "abogad", "officer", "posada"}

func TestThirtyIdleMinutesAreFollowedByAQuestionThatNamesNoTopic(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		keyword := func(k string) Input { return Input{Text: l.List("keyword." + k)[0]} }
		for name, in := range map[string]Input{
			"a number": {Text: "1"}, "a greeting": {Text: "hola"}, "nothing": {}, "nonsense": {Text: "blargh"}, "zero": {Text: "0"}, "back": {Text: "*"}, "menu": {Text: "#"},
			"a button": {Payload: "screening/way#port"}, "an old button": {Payload: "rule/more#covers"}, "the button menu": {Payload: payloadMenu},
			"repeat": keyword(locales.KeyRepeat), "more": keyword(locales.KeyMore), "source": keyword(locales.KeySource), "start": keyword(locales.KeyStart),
			"a photo": {Media: MediaPhoto}, "a voice": {Media: MediaVoice}, "a video": {Media: MediaVideo}, "a sticker": {Media: MediaSticker},
			"a contact": {Media: MediaContact}, "a location": {Media: MediaLocation}, "a file": {Media: MediaFile}, "a photo and a word": {Media: MediaPhoto, Text: "1"},
		} {
			for _, form := range Forms {
				read := newTalker(t, b, l.Code, form, reviewed(b)).atMenu()
				read.pick("rule")
				for _, k := range []*talker{atWay(t, b, l.Code, form), read} {
					k.wait(Idle)
					text := textOf(k.input(in))
					k.standsAt("away", "away")
					k.says(strings.Join(append(k.allPages(), text), "\n"), "away.ask")
					low := strings.ToLower(text)
					for _, w := range topics {
						if strings.Contains(low, w) {
							t.Errorf("%s on %s: %q names %q", name, form.Name, text, w)
							break
						}
					}
				}
			}
		}
	})
}

func TestAMinuteLessThanIdleIsNoPause(t *testing.T) {
	k := atWay(t, realBook(t), "en", SMS)
	k.wait(Idle - time.Minute)
	k.pick("port")
	k.standsAt("screening", "parole")
}

func TestGoOnAfterIdleComesBackToTheQuestion(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, SMS)
		k.wait(2 * time.Hour)
		k.say("2")
		k.standsAt("away", "away") // the 2 was no answer to the old question
		k.pick("go_on")
		k.says(strings.Join(k.allPages(), "\n"), "screening.way.ask")
		k.standsAt("screening", "way")
		if a, ok := k.s.answer("screening", "way"); ok {
			t.Errorf("what was said after the pause was taken for an answer: %+v", a)
		}
		k.pick("port")
		k.standsAt("screening", "parole")
	})
}

func TestStartAgainAfterIdleLeadsToTheMenu(t *testing.T) {
	k := atWay(t, realBook(t), "es", SMS)
	k.wait(2 * time.Hour)
	k.say("hola")
	k.says(k.pick("again"), "menu.ask")
	k.standsAt("menu", "menu")
	if len(k.s.Stack) > 0 {
		t.Errorf("something still waits: %v", k.s.Stack)
	}
}

func TestEraseAfterIdleForgetsAll(t *testing.T) {
	for _, away := range []time.Duration{time.Hour, 25 * time.Hour, 40 * 24 * time.Hour} {
		k := atWay(t, realBook(t), "ht", SMS)
		k.wait(away)
		k.say("1")
		k.pick("erase")
		text := k.pick("yes")
		if !k.s.Empty() || !reflect.DeepEqual(k.done, []Effect{{Kind: EffectForget}}) {
			t.Errorf("after %s: session %+v, effects %v", away, k.s, k.done)
		}
		if want := k.book.Catalogue.Language("ht").Raw(msgForgotten); !strings.Contains(locales.Fold(text), locales.Fold(want[:40])) {
			t.Errorf("after %s: said %q", away, text)
		}
	}
}

func TestIdleAfterCrisisWordsBeforeConsentNamesNoTopic(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "", SMS, reviewed(b))
	k.say(phrase(t, b.Catalogue.Language("es"), "kidnapped"))
	k.standsAt("help", "kidnapped")
	k.wait(Idle)
	k.says(k.say("hola"), "away.ask")
	k.standsAt("away", "away")
	k.pick("go_on")
	k.standsAt("help", "kidnapped")
}

func TestCrisisWordsAreAnsweredBeforeEverythingElse(t *testing.T) {
	b := realBook(t)
	for _, l := range b.Catalogue.Languages() {
		for _, kind := range locales.CrisisKinds {
			for where, k := range map[string]*talker{
				"at first":     newTalker(t, b, "", SMS, reviewed(b)),
				"at consent":   greeted(t, b),
				"at the menu":  newTalker(t, b, "en", SMS, reviewed(b)).atMenu(),
				"in a month":   atMonth(t, b),
				"after idle":   slept(atWay(t, b, "en", SMS), time.Hour),
				"after a day":  slept(atWay(t, b, "en", SMS), 25*time.Hour),
				"after 60":     slept(atWay(t, b, "en", SMS), Silence),
				"after stop":   stoppedTalker(t, b),
				"old node":     oldBook(atWay(t, b, "en", SMS)),
				"in a message": newTalker(t, b, "ht", WhatsApp, reviewed(b)).atMenu(),
			} {
				words := phrase(t, l, kind)
				if where == "in a message" {
					words = "xx " + strings.ToUpper(words) + " !! yy"
				}
				lang := k.s.Language
				text := k.say(words)
				want := b.crisis[kind]
				if len(k.s.Shown) == 0 || k.s.Shown[0].Place != want.place() {
					t.Errorf("%s, %s, %s: %q is answered by %v", l.Code, kind, where, words, k.s.Shown)
					continue
				}
				if lang == "" || where == "after 60" {
					lang = l.Code
				}
				said := b.Catalogue.Language(lang).Raw(want.Say[0].Text)
				if form := k.form; form.Transliterate {
					said = locales.Transliterate(said)
				}
				if said = strings.SplitN(said, "{{", 2)[0]; !strings.Contains(text, said[:min(40, len(said))]) {
					t.Errorf("%s, %s, %s: safety (%q) is not said in %s: %q", l.Code, kind, where, said, lang, text)
				}
			}
		}
	}
}

func greeted(t testing.TB, b *Book) *talker {
	k := newTalker(t, b, "", SMS, reviewed(b))
	k.say("hola")
	k.pick("en")
	k.standsAt("first", "consent")
	return k
}

func atMonth(t testing.TB, b *Book) *talker {
	k := inScreening(t, b, "en", SMS)
	k.pick("yes")
	k.standsAt("screening", "entry")
	return k
}

func slept(k *talker, d time.Duration) *talker { k.wait(d); return k }

func stoppedTalker(t testing.TB, b *Book) *talker {
	k := newTalker(t, b, "en", SMS, reviewed(b)).atMenu()
	k.say("stop")
	k.say("hm")
	k.say("hm")
	return k
}

// oldBook makes the session one of a book whose node is gone.
func oldBook(k *talker) *talker {
	k.s.Version, k.s.Node = "old", "vanished"
	return k
}

func TestHelpIsNotInterruptedByExpiry(t *testing.T) {
	b := realBook(t)
	for _, word := range []string{phrase(t, b.Catalogue.Language("en"), "danger"), "help"} {
		for _, pause := range []time.Duration{25 * time.Hour, 40 * 24 * time.Hour} {
			k := atWay(t, b, "en", SMS)
			k.wait(pause)
			k.say(word)
			if k.s.Flow != "help" {
				t.Errorf("%q leads to %s/%s", word, k.s.Flow, k.s.Node)
			}
			k.pick("kidnapped")
			k.standsAt("help", "kidnapped")
			k.says(k.pick("back"), "menu.ask")
			k.standsAt("menu", "menu")
			k.pick("rule")
			if k.s.Flow != "rule" {
				t.Errorf("after %q the answer at the menu was not heard: %s/%s", word, k.s.Flow, k.s.Node)
			}
		}
	}
}

func TestStopIsConfirmedOnceThenAnsweredOnceThenSilent(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, SMS)
		k.says(k.say(l.List("keyword.stop")[0]), msgStopped)
		if !reflect.DeepEqual(k.done, []Effect{{Kind: EffectOptOut}}) || len(k.s.Answers) > 0 || k.s.Flow != "" {
			t.Errorf("after stop: %+v, effects %v", k.s, k.done)
		}
		k.says(k.say("1"), msgStoppedAgain)
		for range 3 {
			if text := k.say("1"); text != "" || len(k.done) > 0 {
				t.Errorf("after that: %q, effects %v", text, k.done)
			}
		}
		k.wait(Silence)
		if text := k.say("hola"); text != "" {
			t.Errorf("60 days after stop it says %q", text)
		}
		text := k.say(l.List("keyword.start")[0])
		if !reflect.DeepEqual(k.done, []Effect{{Kind: EffectOptIn}}) || text == "" || k.s.Stopped {
			t.Errorf("start: %q, effects %v", text, k.done)
		}
	})
}

func TestStartAfterStopIsConfirmedAndNothingElse(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			for name, k := range map[string]*talker{"at once": atWay(t, b, l.Code, form), "told once more": atWay(t, b, l.Code, form), "days later": atWay(t, b, l.Code, form)} {
				k.say(l.List("keyword.stop")[0])
				switch name {
				case "told once more":
					k.say("hm")
					k.say("hm")
				case "days later":
					k.wait(30 * 24 * time.Hour)
				}
				text := k.say(l.List("keyword.start")[0])
				k.says(text, msgStarted)
				if !reflect.DeepEqual(k.done, []Effect{{Kind: EffectOptIn}}) || len(k.last) != 1 || len(k.choices()) > 0 || strings.Contains(text, "\n") {
					t.Errorf("%s on %s: %q, choices %v, effects %v", name, form.Name, text, k.choices(), k.done)
				}
				k.standsAt("", "")
			}
		}
	})
}

// A provider may tell that a person stopped before Posada knows their language.
func TestStartIsConfirmedInTheLanguageOfTheWord(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := newTalker(t, b, "", WhatsApp, reviewed(b))
		k.s.Stopped = true
		word := l.List("keyword.start")[0]
		if text := k.say(word); b.Catalogue.KeywordLanguage(locales.Fold(word)) == l.Code && locales.Unisolated(text) != l.Raw(msgStarted) {
			t.Errorf("start is confirmed by %q", text)
		}
		k = newTalker(t, b, "", WhatsApp, reviewed(b))
		stop := l.List("keyword.stop")[0]
		if b.Catalogue.KeywordLanguage(locales.Fold(stop)) != l.Code { // a word of several languages tells nothing
			return
		}
		k.say(stop)
		if text := k.say("START"); locales.Unisolated(text) != l.Raw(msgStarted) {
			t.Errorf("after stop in this language, START is confirmed by %q", text)
		}
	})
}

func TestTheMessageAfterStartBeginsAsANewcomersWould(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		back := newTalker(t, b, l.Code, SMS, reviewed(b)).atMenu()
		back.say(l.List("keyword.stop")[0])
		back.say(l.List("keyword.start")[0])
		for name, text := range map[string]string{"the menu, as it was told": l.List("keyword.menu")[0], "a greeting": "hola", "a number": "1", "nothing": "", "more": "0", "source": "source", "start again": "start"} {
			k := *back
			text := k.say(text)
			if strings.Contains(text, locales.Transliterate(l.Raw(msgStarted))) {
				t.Errorf("after start, %s is answered by %q", name, text)
			}
			k.standsAt("first", "consent")
			if k.s.Consented || k.s.Language != l.Code {
				t.Errorf("%s: %+v", name, k.s)
			}
		}
		k := *back
		k.say(l.List("keyword.help")[0])
		k.standsAt("help", "start")
	})
}

func TestStartOfSomebodyWhoDidNotStopSaysWhereTheyAre(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, word := range append(l.List("keyword.start"), "/start", "START") {
			for _, form := range Forms {
				k := atWay(t, b, l.Code, form)
				k.say("blargh")
				k.says(k.say(word), "screening.way.ask")
				k.standsAt("screening", "way")
				if k.s.Misses > 0 || len(k.done) > 0 {
					t.Errorf("%q: %d misses, effects %v", word, k.s.Misses, k.done)
				}
				m := newTalker(t, b, l.Code, form, reviewed(b)).atMenu()
				m.pick("rule")
				answer := bare(l, m.allPages())
				m.say("repeat")
				if m.say(word); m.s.Pages > 1 && bare(l, m.allPages()) != answer {
					t.Errorf("%q loses a page of what was not read: %q", word, m.allPages())
				}
				m.standsAt("rule", "more")
			}
		}
	})
	k := newTalker(t, realBook(t), "", Telegram, reviewed(realBook(t)))
	k.say("/start")
	k.standsAt("first", "language")
	if greeted, ok := k.s.answer("first", answerGreeted); ok {
		t.Errorf("the word that Telegram sends for everybody suggests %q", greeted.Text)
	}
}

func TestDeleteAsksOnceAndThenForgets(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for where, k := range map[string]*talker{
			"in the screening": atWay(t, b, l.Code, SMS), "idle": slept(atWay(t, b, l.Code, SMS), time.Hour),
			"after a day": slept(atWay(t, b, l.Code, SMS), 25*time.Hour), "of an old book": oldBook(atWay(t, b, l.Code, SMS)),
		} {
			k.say(l.List("keyword.delete")[0])
			if k.s.Flow != "data" || k.s.Node != "confirm" || len(k.done) > 0 {
				t.Errorf("%s: delete leads to %s/%s, effects %v", where, k.s.Flow, k.s.Node, k.done)
				continue
			}
			k.pick("yes")
			if !k.s.Empty() || !reflect.DeepEqual(k.done, []Effect{{Kind: EffectForget}}) || len(k.last) != 1 {
				t.Errorf("%s: %+v, effects %v, %d messages", where, k.s, k.done, len(k.last))
			}
			if !reflect.DeepEqual(k.s, Session{}) {
				t.Errorf("%s: something is left: %+v", where, k.s)
			}
			if len(k.last[0].Choices) > 0 {
				t.Errorf("%s: the last words do not fit on one page: %q", where, k.last[0].Text)
			}
		}
	})
}

func TestNotDeletingComesBackToTheQuestion(t *testing.T) {
	k := atWay(t, realBook(t), "en", SMS)
	k.say("delete")
	k.pick("no")
	k.standsAt("screening", "way")
}

func TestAnotherLanguageKeepsThePlace(t *testing.T) {
	b := realBook(t)
	k := atWay(t, b, "en", SMS)
	k.say("language")
	k.says(k.pick("ht"), "screening.way.ask")
	k.standsAt("screening", "way")
	if k.s.Language != "ht" {
		t.Errorf("language %q", k.s.Language)
	}
	k.pick("port")
	k.standsAt("screening", "parole")
	if a, _ := k.s.answer("screening", "entry"); a.Number != 202306 {
		t.Errorf("an answer was lost: %+v", k.s.Answers)
	}
}

func TestBackGoesThroughThreeQuestions(t *testing.T) {
	k := atWay(t, realBook(t), "es", SMS)
	for _, node := range []string{"mexican", "minor", "entry", "entered"} {
		k.say("*")
		k.standsAt("screening", node)
	}
	k.pick("no")
	k.standsAt("screening", "after_outside")
}

func TestBackOutOfTheFirstQuestionEndsAtTheMenu(t *testing.T) {
	k := inScreening(t, realBook(t), "en", SMS)
	for range 8 {
		k.say("atras")
	}
	k.standsAt("menu", "menu")
}

// Whatever was visited on the way, nothing leads back to a question of a
// screening whose answers are gone: it could not be judged rightly.
func TestBackNeverLeadsIntoAScreeningWhoseAnswersAreErased(t *testing.T) {
	b := realBook(t)
	closing := []string{"after", "after_child", "after_outside"}
	for name, gone := range map[string]func() *talker{
		"the result": func() *talker {
			k := atWay(t, b, "en", SMS)
			k.pick("appointment")
			return k
		},
		"the result, after help was read": func() *talker {
			k := atWay(t, b, "en", SMS)
			k.say("help")
			k.pick("danger")
			k.pick("another")
			k.pick("kidnapped")
			k.pick("back")
			k.standsAt("screening", "way")
			k.pick("appointment")
			return k
		},
		"a day": func() *talker {
			k := atWay(t, b, "en", SMS)
			k.say("help")
			k.pick("danger")
			k.wait(20 * time.Minute)
			for range 72 {
				k.say("source")
				k.wait(20 * time.Minute)
			}
			return k
		},
	} {
		k := gone()
		for _, a := range k.s.Answers {
			if a.Flow == "screening" && name != "a day" {
				t.Errorf("%s: the answer %s is still there", name, a.Name)
			}
		}
		// Every way of going on for a few turns, back above all.
		for _, path := range [][]string{{"*", "*", "*", "*", "*", "*"}, {"*", "6", "6", "*"}, {"*", "back", "back"}, {"*", "*", "back", "*"}, {"#", "*", "*", "*"}, {"back", "*", "*", "*"}} {
			c := *k
			for _, step := range path {
				if step == "back" {
					if i := slices.IndexFunc(c.choices(), func(ch Choice) bool { return strings.HasSuffix(ch.Payload, "#back") }); i >= 0 {
						c.say(c.choices()[i].Key)
						continue
					}
				}
				c.say(step)
				if c.s.Flow == "screening" && !slices.Contains(closing, c.s.Node) && c.s.Node != "entered" {
					t.Errorf("after %s, %v leads to screening/%s", name, path, c.s.Node)
				}
			}
			if c.s.Flow == "screening" && !slices.Contains(closing, c.s.Node) && c.s.Node != "entered" {
				t.Errorf("after %s, %v leads to screening/%s", name, path, c.s.Node)
			}
		}
	}
}

func (k *talker) choices() []Choice {
	if len(k.last) == 0 {
		return nil
	}
	return k.last[len(k.last)-1].Choices
}

func TestAnswersThatExpireInTheMiddleLeadOutWithAWord(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, SMS)
		for range 73 { // never idle, and yet a day passes
			k.wait(20 * time.Minute)
			k.say("source")
		}
		k.says(textOf(k.last), "menu.ask")
		k.standsAt("menu", "menu")
		if len(k.s.Answers) > 0 {
			t.Errorf("answers are still there: %+v", k.s.Answers)
		}
	})
	k := atWay(t, realBook(t), "en", SMS)
	k.wait(25 * time.Hour)
	k.say("1")
	k.standsAt("away", "away")
	k.says(k.pick("go_on"), msgExpired, "menu.ask")
	k.standsAt("menu", "menu")
	k.pick("rule")
	if k.s.Flow != "rule" {
		t.Errorf("the answer after that word was not heard: %s/%s", k.s.Flow, k.s.Node)
	}
}

func TestAfterThePauseTheFirstAnswerAtTheMenuIsHeard(t *testing.T) {
	for _, way := range []string{"#", "*", "menu", "1", "2"} {
		k := atWay(t, realBook(t), "en", SMS)
		k.wait(25 * time.Hour)
		k.say("hello")
		k.standsAt("away", "away")
		k.say(way)
		k.standsAt("menu", "menu")
		k.pick("rule")
		if k.s.Flow != "rule" {
			t.Errorf("%q, then an answer to the menu leads to %s/%s", way, k.s.Flow, k.s.Node)
		}
	}
}

func TestExpiredAnswersAreSaidOnceAndWhatWasSentIsNoAnswerToTheMenu(t *testing.T) {
	k := atWay(t, realBook(t), "en", SMS)
	k.s, _ = k.book.Expire(k.s, k.at.Now.Add(25*time.Hour)) // the sweep came by
	k.at.Now = k.at.Now.Add(25 * time.Hour)
	k.s.Seen = k.at.Now.Unix() / 60
	k.says(k.say("2"), msgExpired, "menu.ask")
	k.standsAt("menu", "menu")
	if text := k.say("#"); strings.Contains(text, k.words().Raw(msgExpired)) {
		t.Errorf("said twice: %q", text)
	}
}

func TestSixtyDaysOfSilenceForgetAll(t *testing.T) {
	b := realBook(t)
	k := atWay(t, b, "en", SMS)
	almost, changed := b.Expire(k.s, k.at.Now.Add(Silence-time.Minute))
	if !changed || almost.Empty() || almost.Language != "en" {
		t.Errorf("a minute before: %+v", almost)
	}
	gone, changed := b.Expire(k.s, k.at.Now.Add(Silence))
	if !changed || !reflect.DeepEqual(gone, Session{}) {
		t.Errorf("after 60 days: %+v", gone)
	}
	k.wait(Silence)
	k.say("bonjou")
	k.standsAt("first", "suggest")
	if k.s.Consented || len(k.s.Trail) > 0 {
		t.Errorf("something is remembered: %+v", k.s)
	}
}

func TestASessionOfAnOlderBookWhoseNodeIsGoneLeadsToTheMenuWithAWord(t *testing.T) {
	b := realBook(t)
	for name, change := range map[string]func(*Session){
		"the node":      func(s *Session) { s.Node = "vanished" },
		"the flow":      func(s *Session) { s.Flow = "vanished" },
		"no question":   func(s *Session) { s.Node = "erased" },
		"and the stack": func(s *Session) { s.Node, s.Stack = "vanished", []Place{{"gone", "gone"}} },
		"and the trail": func(s *Session) { s.Node, s.Trail = "vanished", []Turn{{Place: Place{"gone", "gone"}}} },
		"before consent": func(s *Session) {
			s.Node, s.Consented = "vanished", false
		},
	} {
		for _, in := range []string{"1", "repeat", "source", "*", "hola", "0"} {
			k := atWay(t, b, "en", SMS)
			k.s.Version = "older"
			change(&k.s)
			text := k.say(in)
			if name == "before consent" {
				k.says(text, msgLost)
				if k.s.Flow != "first" {
					t.Errorf("without consent the person stands at %s/%s", k.s.Flow, k.s.Node)
				}
				continue
			}
			k.says(text, msgLost, "menu.ask")
			k.standsAt("menu", "menu")
			for range 3 { // and back leads nowhere that is gone
				k.say("*")
				if n := b.node(Place{k.s.Flow, k.s.Node}); n == nil || !n.isAsk() {
					t.Errorf("%s: back leads to %s/%s", name, k.s.Flow, k.s.Node)
				}
			}
		}
	}
	k := atWay(t, b, "en", SMS)
	k.s.Version = "older"
	k.pick("port")
	k.standsAt("screening", "parole") // a place that is still there is kept
	if k.s.Version != b.Version() {
		t.Errorf("version %q", k.s.Version)
	}
}

func TestAnOldButtonOfAnEndedFlowIsOverAndTheQuestionIsAskedAgain(t *testing.T) {
	b := realBook(t)
	for _, payload := range []string{"screening/way#port", "screening/entered#yes", "reminders-cbp-one/when#opens", "first/consent#erase", "first/language#es", "away/away#erase",
		"data/confirm#nothing", "gone/gone#x", "rule/more", "rule/more#", "#", "/", "", ":other", "rule/what#x", strings.Repeat("x", 500)} {
		if payload == "" {
			continue
		}
		k := newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
		k.says(textOf(k.input(Input{Payload: payload})), msgOldButton, "menu.ask")
		k.standsAt("menu", "menu")
		if len(k.done) > 0 || len(k.s.Answers) > 0 {
			t.Errorf("%q did something: %v %v", payload, k.done, k.s.Answers)
		}
	}
}

func TestAnOldButtonOfAFlowThatInformsStillLeadsWhereItSaid(t *testing.T) {
	b := realBook(t)
	k := atWay(t, b, "en", Telegram)
	k.input(Input{Payload: "rule/more#courts"})
	if k.s.Flow != "rule" {
		t.Errorf("the button led to %s/%s", k.s.Flow, k.s.Node)
	}
	k.input(Input{Payload: payloadBack})
	if k.s.Flow != "rule" && k.s.Flow != "screening" {
		t.Errorf("back from it leads to %s/%s", k.s.Flow, k.s.Node)
	}
	first := greeted(t, b)
	first.form = Telegram
	first.says(textOf(first.input(Input{Payload: "rule/more#courts"})), msgOldButton)
	first.standsAt("first", "consent")
}

func TestDigitsOfEveryScriptAnswer(t *testing.T) {
	b := realBook(t)
	for _, digit := range []string{"3", "٣", "۳", "३", "৩", "三", "３", " 3 ", "3.", "3)", "(3)", "3️⃣", "\u200f٣\u200e", "፫"} {
		k := newTalker(t, b, "en", SMS, reviewed(b)).atMenu()
		k.say(digit)
		if want := k.book.flowByID["menu"].start.Choices[2].Next; k.s.Flow != want {
			t.Errorf("%q leads to %s/%s, not to %s", digit, k.s.Flow, k.s.Node, want)
		}
	}
	for _, digit := range []string{"30", "33", "-3x", "0x3", "3333", "99999999999999999999"} {
		k := newTalker(t, b, "en", SMS, reviewed(b)).atMenu()
		k.say(digit)
		k.standsAt("menu", "menu")
		if k.s.Misses != 1 {
			t.Errorf("%q: misses %d", digit, k.s.Misses)
		}
	}
}

func TestLabelsNearMissesAndSynonymsAnswer(t *testing.T) {
	b := realBook(t)
	l := b.Catalogue.Language("es")
	label := l.Raw("menu.screening")
	for _, text := range []string{label, strings.ToUpper(label), strings.ToLower(locales.Transliterate(label)), "  " + label + "!! ", slip(label), "2." + label, "2 " + label, "2) " + slip(label)} {
		k := newTalker(t, b, "es", SMS, reviewed(b)).atMenu()
		k.say(text)
		if k.s.Flow != "screening" {
			t.Errorf("%q leads to %s/%s", text, k.s.Flow, k.s.Node)
		}
	}
	for _, yes := range b.Catalogue.Language("es").List("words.yes") {
		k := inScreening(t, b, "es", SMS)
		k.allPages() // yes to what was not read yet would be no answer
		k.say(yes)
		k.standsAt("screening", "entry")
	}
	k := inScreening(t, b, "es", SMS)
	k.say("2 " + l.Raw("ui.yes")) // the number and the label of two choices
	k.standsAt("screening", "entered")
	if k.s.Misses != 1 {
		t.Error("a number with another's label was taken for an answer")
	}
}

// slip swaps two letters in the middle.
func slip(s string) string {
	r := []rune(s)
	i := len(r) / 2
	for r[i] == ' ' || r[i+1] == ' ' || r[i] == r[i+1] {
		i++
	}
	r[i], r[i+1] = r[i+1], r[i]
	return string(r)
}

func TestAGreetingInTheMiddleIsNoMiss(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, greeting := range []string{"hola", "bonjou", "hello", l.List("language.greetings")[0]} {
			k := atWay(t, b, l.Code, SMS)
			k.say("blargh")
			text := k.say(greeting)
			k.standsAt("screening", "way")
			k.says(text, "screening.way.ask")
			if k.s.Misses != 1 || strings.Contains(text, l.Raw(msgMissFirst)) || strings.Contains(text, l.Raw(msgMissSecond)) {
				t.Errorf("%q: %d misses, %q", greeting, k.s.Misses, text)
			}
			m := atMonth(t, b)
			m.say(greeting)
			if m.s.Misses != 0 {
				t.Errorf("%q at a typed question counts as a miss", greeting)
			}
		}
	})
}

func TestTheSecondMissIsAnsweredOtherwise(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, SMS)
		first := k.say("blargh")
		if !strings.Contains(first, locales.Transliterate(l.Raw(msgMissFirst))) {
			t.Errorf("first: %q", first)
		}
		k.say("blargh")
		second := bare(l, k.allPages())
		if bare(l, []string{first}) == second || !strings.Contains(second, locales.Fold(l.Raw(msgMissSecond))) {
			t.Errorf("second: %q", second)
		}
		k.standsAt("screening", "way")
		k.pick("port")
		if k.s.Misses != 0 {
			t.Error("an answer does not end the misses")
		}
	})
}

func TestBadInputIsAnsweredAndTheQuestionStays(t *testing.T) {
	b := realBook(t)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":           {"", msgUnreadable},
		"spaces":            {" \n\t ", msgUnreadable},
		"10,000 characters": {strings.Repeat("la vida es sueño ", 600), msgTooLong},
		"one too many":      {strings.Repeat("x", MaxText+1), msgTooLong},
		"invalid UTF-8":     {"\xff\xfe\xfd", msgUnreadable},
		"control":           {"\x00\x01\x1b", msgUnreadable},
		"bidi":              {"\u202e\u2066\u200f", msgUnreadable},
		"signs":             {"…—¡¡!!", msgUnreadable},
		"emoji":             {"👋🏽👋🏽", msgMissFirst},
		"no answer":         {"blargh", msgMissFirst},
	} {
		for _, form := range Forms {
			k := atWay(t, b, "en", form)
			k.says(k.say(c.text), c.want)
			k.standsAt("screening", "way")
			if len(k.done) > 0 {
				t.Errorf("%s: effects %v", name, k.done)
			}
			if text := bare(k.words(), k.allPages()); !strings.Contains(text, locales.Fold(k.words().Raw("screening.way.ask"))) {
				t.Errorf("%s on %s: the question is not asked again: %q", name, form.Name, text)
			}
		}
	}
	k := atWay(t, b, "en", SMS)
	if text := k.say(strings.Repeat("x", MaxText)); strings.Contains(text, k.words().Raw(msgTooLong)) {
		t.Error("a text at the limit is said to be too long")
	}
}

func TestStepIsPureAndDoesNotTouchItsSession(t *testing.T) {
	b := realBook(t)
	sessions := []Session{{}}
	for _, k := range []*talker{greeted(t, b), atWay(t, b, "es", SMS), stoppedTalker(t, b), slept(atWay(t, b, "ht", Telegram), 0), oldBook(atWay(t, b, "en", SMS))} {
		sessions = append(sessions, k.s)
	}
	inputs := []Input{{}, {Text: "1"}, {Text: "*"}, {Text: "#"}, {Text: "0"}, {Text: "help"}, {Text: "source"}, {Text: "repeat"}, {Text: "delete"}, {Text: "stop"}, {Text: "start"},
		{Text: "language"}, {Text: "blargh"}, {Text: "hola"}, {Text: "me secuestraron"}, {Payload: "rule/more#courts"}, {Payload: "screening/way#port"}, {Payload: payloadBack},
		{Media: MediaVoice}, {Media: MediaPhoto, Text: "1"}, {Media: MediaFile, Text: "me secuestraron"}, {Text: "1", Flood: true}}
	for _, s := range sessions {
		for _, in := range inputs {
			for _, form := range Forms {
				for _, later := range []time.Duration{0, time.Hour, 25 * time.Hour, Silence} {
					at := At{Now: reviewed(b).Add(later), Trial: later == 0}
					given := roomy(s)
					before := roomy(s)
					s1, m1, e1 := b.Step(given, in, form, at)
					if !reflect.DeepEqual(whole(given), whole(before)) {
						t.Fatalf("%q changed the session it was given:\n%+v\n%+v", in, before, given)
					}
					s2, m2, e2 := b.Step(roomy(s), in, form, at)
					if !reflect.DeepEqual(s1, s2) || !reflect.DeepEqual(m1, m2) || !reflect.DeepEqual(e1, e2) {
						t.Fatalf("%q: two calls differ", in)
					}
				}
			}
		}
	}
}

// roomy is a copy of a session whose lists have room behind them: a careless
// append would write there.
func roomy(s Session) Session {
	s.Stack = append(make([]Place, 0, len(s.Stack)+4), s.Stack...)
	s.Trail = append(make([]Turn, 0, len(s.Trail)+4), s.Trail...)
	for i := range s.Trail {
		s.Trail[i].Stack = append(make([]Place, 0, len(s.Trail[i].Stack)+4), s.Trail[i].Stack...)
	}
	s.Answers = append(make([]Answer, 0, len(s.Answers)+4), s.Answers...)
	s.Shown = append(make([]Shown, 0, len(s.Shown)+4), s.Shown...)
	return s
}

// whole shows the room behind the lists too.
func whole(s Session) Session {
	s.Stack, s.Trail, s.Answers, s.Shown = s.Stack[:cap(s.Stack)], s.Trail[:cap(s.Trail)], s.Answers[:cap(s.Answers)], s.Shown[:cap(s.Shown)]
	return s
}

func TestTrainingMarksEveryMessageExactlyWhenADayIsChosen(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			for _, asOf := range []time.Time{{}, on(t, "2024-03-15"), reviewed(b)} {
				k := newTalker(t, b, l.Code, form, reviewed(b))
				k.at.AsOf = asOf
				said := 0
				for _, text := range []string{"hola", "1", "1", "0", "source", "blargh", "help", "#", "4", "0", "0", "2", "stop", "hm", "start", "delete", "1"} {
					for _, m := range k.input(Input{Text: text}) {
						said++
						if marked := strings.HasPrefix(m.Text, "TRAINING\n"); marked == asOf.IsZero() {
							t.Errorf("%s, as of %v, after %q: %q", form.Name, asOf, text, m.Text)
						}
					}
				}
				if said < 15 {
					t.Errorf("only %d messages", said)
				}
			}
		}
	})
}

func TestLawIsWithheldLongAfterItsReviewAndSafetyNever(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		rule := b.node(Place{"rule", "what"})
		due := rule.facts[0].ReviewBy
		for _, f := range rule.facts {
			due = min(due, f.ReviewBy)
		}
		for days, withheld := range map[int]bool{0: false, 1: false, 30: false, 31: true, 400: true} {
			k := newTalker(t, b, l.Code, WhatsApp, Noon(due.AddDays(days))).atMenu()
			text := k.pick("rule")
			law, _ := k.book.On(k.at.Now).text(l, rule.Say[1].Text, nil)
			if strings.Contains(text, l.Raw(msgWithheld)) != withheld || strings.Contains(text, law) == withheld {
				t.Errorf("%d days after the review was due: %q", days, text)
			}
			overdue := strings.Split(l.Raw(msgOverdue), "{{")[0]
			if strings.Contains(text, overdue) != (days > 0 && !withheld) {
				t.Errorf("%d days after the review was due, a word about it: %q", days, text)
			}
		}
		for _, kind := range locales.CrisisKinds {
			at := Noon(b.NewestReview().AddDays(2000))
			k := newTalker(t, b, l.Code, WhatsApp, at).atMenu()
			text := k.say(phrase(t, l, kind))
			n := b.crisis[kind]
			said := 0
			for _, it := range n.Say {
				if words, err := b.On(at).text(l, it.Text, nil); err == nil && strings.Contains(text, words) {
					said++
				}
			}
			if said < 2 || strings.Contains(text, l.Raw(msgWithheld)) {
				t.Errorf("%s: %d safety words: %q", kind, said, text)
			}
			first, _ := b.On(at).text(l, n.Say[0].Text, nil)
			if !strings.HasPrefix(text, first) {
				t.Errorf("%s does not begin with %q: %q", kind, first, text)
			}
		}
	})
}

func TestWhyDoesNotSayWhatIsWithheld(t *testing.T) {
	b := realBook(t)
	at := Noon(b.NewestReview().AddDays(2000))
	k := newTalker(t, b, "en", WhatsApp, reviewed(b)).atMenu()
	k.pick("screening")
	k.pick("yes")
	k.standsAt("screening", "entry")
	k.at.AsOf = at // years later, in the middle of a screening
	why, err := b.On(at).text(k.words(), b.node(Place{"screening", "entry"}).Why, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := k.say("why"); strings.Contains(text, why) || !strings.Contains(text, k.words().Raw(msgWithheld)) {
		t.Errorf("why says %q", text)
	}
}

func TestSourceNamesPublisherAndDateAndAsksAgain(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := newTalker(t, b, l.Code, Telegram, reviewed(b)).atMenu()
		k.pick("rule")
		text := k.say(l.List("keyword.source")[0])
		facts := b.node(Place{"rule", "what"}).facts
		for i, s := range b.On(k.at.Now).sources(facts) {
			if plain := locales.Fold(text); i < MaxSources && (!strings.Contains(plain, locales.Fold(s.Publisher)) || !strings.Contains(plain, locales.Fold(s.Title)) || !strings.Contains(plain, locales.Fold(s.Date.In(l)))) {
				t.Errorf("%s, %s, %s is not named: %q", s.Publisher, s.Title, s.Date, text)
			}
		}
		k.says(text, msgSourceNot, "rule.more.ask")
		if strings.Contains(text, "{{") || len(k.choices()) < 5 {
			t.Errorf("%q, choices %v", text, k.choices())
		}
		k.standsAt("rule", "more")
		k.pick("courts")
	})
}

func TestSourceOfPosadasOwnWordsSaysSo(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
	k.says(k.say("source"), msgSourcePlain, "menu.ask")
}

// pages walks through the pages of the last answer by 0.
func (k *talker) allPages() []string {
	k.t.Helper()
	out := []string{textOf(k.last)}
	for len(out) < k.s.Pages {
		if len(out) > MaxPages {
			k.t.Fatal("pages without end")
		}
		out = append(out, k.say("0"))
	}
	return out
}

// bare is what the pages say without the lines that lead on.
func bare(l *locales.Language, pages []string) string {
	text := locales.Fold(strings.Join(pages, " "))
	for _, id := range []string{msgMore, msgNavSMS} {
		text = strings.ReplaceAll(text, locales.Fold(l.Raw(id)), " ")
	}
	return strings.Join(strings.Fields(text), " ")
}

func TestZeroWalksAllPagesAndNothingIsLost(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		has := func(k *talker, text string, words ...string) {
			t.Helper()
			for _, w := range words {
				if w = strings.Join(strings.Fields(locales.Fold(w)), " "); !strings.Contains(text, w) {
					t.Errorf("%q is on no page of %q", w, text)
				}
			}
		}
		render := func(k *talker, id string) string {
			s, err := b.On(k.at.Now).text(l, id, nil)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		k := newTalker(t, b, l.Code, SMS, reviewed(b)).atMenu()
		k.pick("rule")
		pages := k.allPages()
		if len(pages) < 2 {
			t.Fatalf("%d pages", len(pages))
		}
		for i, p := range pages {
			if slices.Index(pages, p) != i || locales.Segments(p) > SMS.MaxSegments {
				t.Errorf("page %d: %q", i, p)
			}
		}
		has(k, bare(l, pages), render(k, "rule.what.1"), render(k, "rule.what.2"), render(k, "rule.what.3"), l.Raw("rule.more.ask"), "8 "+l.Raw("menu.screening"))
		if last := k.say("0"); last != pages[len(pages)-1] {
			t.Errorf("0 on the last page says %q", last)
		}
		if first := k.say(l.List("keyword.repeat")[0]); first != pages[0] {
			t.Errorf("repeat says %q", first)
		}

		// What is said first is not said again on page two, and pushes nothing out.
		m := newTalker(t, b, "", SMS, reviewed(b))
		m.say("hola")
		m.pick(l.Code)
		words := []string{render(m, "first.what"), render(m, "first.keeps"), render(m, "first.erase"), l.Raw("first.consent.ask")}
		if l.Raw("language.status") == "draft" {
			words = append(words, l.Raw(msgDraft))
		}
		has(m, bare(l, m.allPages()), words...)
		m.pick("go_on")
		m.pick("rule")
		m.say("blargh")
		has(m, bare(l, m.allPages()), l.Raw(msgMissFirst), l.Raw("rule.more.ask"), "9 "+l.Raw("ui.back_menu"))

		// The sources have pages of their own.
		k.say(l.List("keyword.source")[0])
		source := k.allPages()
		has(k, bare(l, source), render(k, msgSourceNot), l.Raw("rule.more.ask"), "9 "+l.Raw("ui.back_menu"))
		if strings.Contains(bare(l, source), locales.Fold(render(k, "rule.what.3"))) {
			t.Errorf("among the sources: %q", source)
		}
	})
}

// A word before an answer (not understood, erased, translated by a machine)
// moves its pages; page two must be cut from the same text as page one.
func TestPagesAfterANoteLoseNothing(t *testing.T) {
	b := realBook(t)
	compared := 0
	for _, l := range b.Catalogue.Languages() {
		for _, f := range b.flows {
			for _, n := range f.order {
				if !n.isAsk() || n.Type != "" || n.ChoicesFrom != "" {
					continue
				}
				s := Session{Language: l.Code, Consented: true, Flow: f.ID, Node: n.id, Seen: reviewed(b).Unix() / 60, Version: b.version}
				k := &talker{t: t, book: b, s: s, form: SMS, at: At{Now: reviewed(b)}}
				k.say("blargh")
				if k.s.Pages < 2 {
					continue
				}
				compared++
				text := bare(l, k.allPages())
				want := []string{l.Raw(msgMissFirst)}
				if n.flow.ID == b.roles.Search {
					want = []string{l.Raw(msgMissSecond)}
				}
				for _, it := range n.Say {
					if it.cond == nil && k.s.Misses == 1 {
						words, err := b.On(k.at.Now).text(l, it.Text, nil)
						if err != nil {
							t.Fatal(err)
						}
						want = append(want, words)
					}
				}
				for _, c := range k.choices() {
					if c.Key != "0" {
						want = append(want, c.Key+" "+c.Label)
					}
				}
				for _, w := range want {
					if w = strings.Join(strings.Fields(locales.Fold(w)), " "); !strings.Contains(text, w) {
						t.Errorf("%s, %s: %q is on no page of %q", l.Code, n.name(), w, text)
					}
				}
			}
		}
	}
	if compared == 0 {
		t.Error("no answer has pages")
	}
}

// A number answers from the page on which its choice was shown, and from every
// later one; before that it shows more.
func TestAnAnswerWorksOnceItWasShown(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "es", SMS, reviewed(b)).atMenu()
	k.pick("rule")
	pages := k.s.Pages
	if pages < 2 {
		t.Fatalf("%d pages", pages)
	}
	for page := range pages {
		for i, o := range b.node(Place{"rule", "more"}).Choices {
			c := *k
			for range page {
				c.say("0")
			}
			if c.s.Page != page {
				t.Fatalf("page %d, not %d", c.s.Page, page)
			}
			shown := slices.ContainsFunc(c.choices(), func(ch Choice) bool { return strings.HasSuffix(ch.Payload, "#"+o.Key) })
			c.say(fmt.Sprint(i + 1))
			stayed := c.s.Flow == "rule" && c.s.Node == "more" && c.s.Page == page+1
			if c.s.Misses > 0 || shown == stayed {
				t.Errorf("from page %d, choice %d (shown: %v) says %q", page, i+1, shown, textOf(c.last))
			}
			direct := *k
			direct.pick(o.Key)
			if shown && textOf(c.last) != textOf(direct.last) {
				t.Errorf("from page %d, choice %d says %q", page, i+1, textOf(c.last))
			}
		}
	}
}

func TestWhatAPersonHeardIsInTheEffectAndThenNoLongerInTheSession(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "en", SMS, reviewed(b)).atMenu()
	k.pick("rumours")
	k.pick("tell")
	const heard = "They say that ZANZIBAR groups get it faster"
	k.say(" " + heard + "\u202e ")
	if len(k.done) != 0 {
		t.Errorf("it was filed before it was asked whether it is known: %+v", k.done)
	}
	if k.s.Node == "which" {
		k.pick(keyNone)
	} else if k.s.Node == nodeKnown {
		k.pick("no")
	}
	if len(k.done) != 1 || k.done[0].Kind != EffectRumour || k.done[0].Text != heard {
		t.Errorf("effects %+v", k.done)
	}
	if strings.Contains(string(k.s.Encode()), "ZANZIBAR") {
		t.Error("the session keeps what was heard")
	}
}

func TestMessagesGoOnEveryFormAndButtonsFit(t *testing.T) {
	b := realBook(t)
	for _, form := range Forms {
		k := atWay(t, b, "en", form)
		for _, c := range k.choices() {
			if len(c.Payload) > MaxPayload || c.Key == "" || c.Label == "" {
				t.Errorf("%s: %+v", form.Name, c)
			}
			if form.Buttons == strings.Contains(textOf(k.last), "\n"+c.Key+" "+c.Label) {
				t.Errorf("%s: choice %+v in text %q", form.Name, c, textOf(k.last))
			}
		}
	}
}

func TestNobodyAgreesToWhatTheyHaveNotRead(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, text := range []string{"1", "2", l.List("words.yes")[0], l.List("words.no")[0]} {
			k := newTalker(t, b, l.Code, SMS, reviewed(b))
			k.say("hola")
			if k.s.Pages < 2 {
				t.Fatalf("first contact has %d pages", k.s.Pages)
			}
			for page := 1; page < k.s.Pages; page++ {
				k.say(text)
				if k.s.Consented || len(k.done) > 0 || k.s.Page != page || k.s.Misses > 0 {
					t.Errorf("%q on page %d: page %d, effects %v", text, page, k.s.Page+1, k.done)
				}
			}
			if k.say(text); len(k.done) == 0 {
				t.Errorf("%q does nothing on the last page", text)
			}
		}
	})
}

func TestAMissBeforeTheLastPageLosesNoPage(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := newTalker(t, b, l.Code, SMS, reviewed(b))
		k.say("hola")
		clean := *k
		want := bare(l, clean.allPages())
		for _, text := range []string{"xyzzy", "👋👋", ""} {
			c := *k
			c.say(text)
			if got := bare(l, c.allPages()); !strings.Contains(got, want) {
				t.Errorf("after %q the pages say %q", text, got)
			}
		}
	})
}

func TestAWordBeforeTheChoiceOfALanguageOnlySuggestsOne(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "", SMS, reviewed(b))
	k.say("stop")
	if text := k.say("me quieren matar"); !strings.Contains(text, "911") || k.s.Language != "es" {
		t.Errorf("after stop, crisis words in Spanish are answered in %q: %q", k.s.Language, text)
	}
	k = newTalker(t, b, "", SMS, reviewed(b))
	k.say(b.Catalogue.Language("ht").List("keyword.help")[0])
	k.say("#")
	k.standsAt("first", "language")
	if first := k.choices()[0].Payload; !strings.HasSuffix(first, "#ht") {
		t.Errorf("the list of languages begins with %s", first)
	}
}
