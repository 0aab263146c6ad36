// Media, too much at once, words that must not wait, and the trial: one test a
// promise.
package flows

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

func TestUrgentIsStopAndWordsOfACrisisInEveryLanguage(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		urgent := l.List("keyword.stop")
		for _, kind := range locales.CrisisKinds {
			urgent = append(urgent, phrase(t, l, kind), "xx "+strings.ToUpper(phrase(t, l, kind))+" !! yy")
		}
		for _, text := range append(urgent, " "+strings.ToUpper(urgent[0])+"!\u202e") {
			if !b.Urgent(text) {
				t.Errorf("%q has to wait", text)
			}
		}
		for _, text := range []string{"", "1", "0", "hola", l.List("keyword.start")[0], l.List("keyword.help")[0], l.List("keyword.delete")[0], l.Raw("menu.screening"), "blargh", "\xff\xfe", strings.Repeat("a", 10000)} {
			if b.Urgent(text) {
				t.Errorf("%q is urgent", text)
			}
		}
	})
}

func TestUrgentIsWhatStepTakesForIt(t *testing.T) {
	b := realBook(t)
	crisis := map[Place]bool{}
	for _, n := range b.crisis {
		crisis[n.place()] = true
	}
	at := newTalker(t, b, "en", WhatsApp, reviewed(b)).atMenu()
	for _, text := range oddTexts {
		k := *at
		k.say(text)
		stopped := len(k.done) > 0 && k.done[0].Kind == EffectOptOut
		guessed := slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Node == msgUnsure }) // that waits as any text does
		if want := stopped || len(k.s.Shown) > 0 && crisis[k.s.Shown[0].Place] && !guessed; b.Urgent(text) != want {
			t.Errorf("%q: urgent %v, and Step says %q", text, !want, textOf(k.last))
		}
	}
}

func TestMediaIsAnsweredByWhatBecameOfItAndTheQuestionAgain(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			for _, m := range append([]Media{"hologram"}, media...) {
				note := msgOf(m)
				for where, at := range map[string]func(testing.TB, *Book, string, Form) *talker{"a choice": atWay, "a month": atEntry, "a text": atRumour} {
					k := at(t, b, l.Code, form)
					if where != "a text" {
						k.say("blargh")
					}
					was := k.s
					k.input(Input{Media: m})
					if !k.beginsWith(note) || k.s.Misses != was.Misses || len(k.done) > 0 || !reflect.DeepEqual(k.s.Answers, was.Answers) {
						t.Errorf("%s at %s on %s: %d misses, effects %v, %q", m, where, form.Name, k.s.Misses, k.done, textOf(k.last))
					}
					k.standsAt(was.Flow, was.Node)
					if text := bare(l, k.allPages()); !strings.Contains(text, locales.Fold(l.Raw(b.node(Place{was.Flow, was.Node}).Ask))) {
						t.Errorf("%s at %s on %s: the question is not asked again: %q", m, where, form.Name, text)
					}
				}
			}
		}
	})
}

// msgOf is the message about a kind of media.
func msgOf(m Media) string {
	if !slices.Contains(media, m) {
		m = MediaFile
	}
	return "ui.media." + string(m)
}

// beginsWith tells whether the last answer begins with a message.
func (k *talker) beginsWith(id string) bool {
	read := *k
	return strings.HasPrefix(bare(k.words(), read.allPages()), locales.Fold(k.words().Raw(id)))
}

func atEntry(t testing.TB, b *Book, lang string, form Form) *talker {
	k := inScreening(t, b, lang, form)
	k.pick("yes")
	k.standsAt("screening", "entry")
	return k
}

func atRumour(t testing.TB, b *Book, lang string, form Form) *talker {
	k := newTalker(t, b, lang, form, reviewed(b)).atMenu()
	k.pick("rumours")
	k.pick("tell")
	return k
}

func TestMediaBeforeTheLastPageLosesNoPage(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := newTalker(t, b, l.Code, SMS, reviewed(b))
		k.say("hola")
		clean := *k
		want := bare(l, clean.allPages())
		k.input(Input{Media: MediaVoice})
		if got := bare(l, k.allPages()); !strings.HasSuffix(got, want) || len(got) == len(want) {
			t.Errorf("after a voice message the pages say %q, not %q at the end", got, want)
		}
	})
}

func TestACaptionIsAnsweredAsEverAndTheNoteComesFirst(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := inScreening(t, b, l.Code, WhatsApp)
		text := textOf(k.input(Input{Media: MediaPhoto, Text: "1"}))
		k.says(text, "ui.media.photo", "screening.entry.ask")
		k.standsAt("screening", "entry")
		if !k.beginsWith("ui.media.photo") {
			t.Errorf("it begins otherwise: %q", text)
		}
		k.says(textOf(k.input(Input{Media: MediaPhoto, Text: "blargh"})), "ui.media.photo", "screening.entry.bad")
		k.says(textOf(k.input(Input{Media: MediaPhoto, Text: strings.Repeat("x", MaxText+1)})), "ui.media.photo", msgTooLong)
		if !k.beginsWith("ui.media.photo") {
			t.Errorf("it begins otherwise: %q", textOf(k.last))
		}
		k.says(textOf(k.input(Input{Media: MediaPhoto, Text: l.List("keyword.menu")[0]})), "ui.media.photo", "menu.ask")
		k.standsAt("menu", "menu")

		signs := inScreening(t, b, l.Code, WhatsApp) // a caption without a word in it
		signs.says(textOf(signs.input(Input{Media: MediaPhoto, Text: " ... "})), "ui.media.photo", "screening.entered.ask")
		if signs.s.Misses > 0 {
			t.Error("a caption of signs counts as a miss")
		}

		heard := atRumour(t, b, l.Code, WhatsApp)
		heard.input(Input{Media: MediaPhoto, Text: "they sell it"})
		if heard.s.Node == "which" {
			heard.pick(keyNone)
		}
		if len(heard.done) != 1 || heard.done[0].Text != "they sell it" {
			t.Errorf("effects %v", heard.done)
		}
	})
}

func TestACaptionOfDangerIsAnsweredBySafetyFirst(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for where, k := range map[string]*talker{"at first": newTalker(t, b, "", WhatsApp, reviewed(b)), "in the screening": atWay(t, b, l.Code, WhatsApp), "after stop": stoppedTalker(t, b)} {
			text := textOf(k.input(Input{Media: MediaPhoto, Text: phrase(t, l, "danger")}))
			if k.s.Shown[0].Place != b.crisis["danger"].place() {
				t.Errorf("%s: %v comes first", where, k.s.Shown[0])
			}
			if want := locales.Fold(k.words().Raw("ui.media.photo")); !strings.Contains(locales.Fold(text), want) && !strings.Contains(bare(k.words(), k.allPages()), want) {
				t.Errorf("%s: nothing is said of the photo", where)
			}
		}
	})
}

func TestMediaOfANewcomerIsFirstContactWithTheNoteFirst(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			k := newTalker(t, b, "", form, reviewed(b))
			k.input(Input{Media: MediaVoice, Text: l.List("language.greetings")[0]})
			k.standsAt("first", "suggest")
			if text := bare(l, k.allPages()); !strings.HasPrefix(text, locales.Fold(l.Raw("ui.media.voice"))) {
				t.Errorf("on %s it begins otherwise: %q", form.Name, text)
			}
		}
	})
	b := realBook(t)
	k := newTalker(t, b, "", Telegram, reviewed(b))
	if text := textOf(k.input(Input{Media: MediaLocation})); !strings.HasPrefix(text, b.Catalogue.Language(locales.Source).Raw("ui.media.location")) {
		t.Errorf("it begins otherwise: %q", text)
	}
	k.standsAt("first", "language")
}

func TestMediaWakesNobodyWhoStopped(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := atWay(t, b, l.Code, WhatsApp)
		k.input(Input{Media: MediaPhoto, Text: l.List("keyword.stop")[0]})
		if len(k.last) != 1 || locales.Unisolated(k.last[0].Text) != l.Raw(msgStopped) {
			t.Errorf("stop under a photo is answered by %q", textOf(k.last))
		}
		if k.input(Input{Media: MediaVoice}); len(k.last) != 1 || locales.Unisolated(k.last[0].Text) != l.Raw(msgStoppedAgain) {
			t.Errorf("the first voice message after stop is answered by %q", textOf(k.last))
		}
		if k.input(Input{Media: MediaVoice}); len(k.last) > 0 {
			t.Errorf("the second is answered by %q", textOf(k.last))
		}
		if k.input(Input{Media: MediaPhoto, Text: l.List("keyword.start")[0]}); len(k.last) != 1 || locales.Unisolated(k.last[0].Text) != l.Raw(msgStarted) {
			t.Errorf("start under a photo is answered by %q", textOf(k.last))
		}
	})
}

// A phone is passed round: what is said about media says nothing about why
// the person writes.
func TestNotesAboutMediaNameNoTopic(t *testing.T) {
	allLanguages(t, func(t *testing.T, _ *Book, l *locales.Language) {
		for _, m := range media {
			text := strings.ToLower(l.Raw(m.note()))
			if i := slices.IndexFunc(topics, func(w string) bool { return strings.Contains(text, w) }); text == "" || i >= 0 {
				t.Errorf("%s: %q", m, text)
			}
		}
	})
}

func TestOneOfTooManyIsNotReadAndChangesNothing(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		want, err := b.On(reviewed(b)).text(l, msgSlow, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range Forms {
			half := newTalker(t, b, l.Code, form, reviewed(b)) // pages are still to come
			half.say("hola")
			for where, k := range map[string]*talker{"in the screening": atWay(t, b, l.Code, form), "half read": half, "idle": slept(atWay(t, b, l.Code, form), time.Hour),
				"after a day": slept(atWay(t, b, l.Code, form), 25*time.Hour), "of an old book": oldBook(atWay(t, b, l.Code, form))} {
				was := k.s.Encode()
				for _, in := range []Input{{Text: "1"}, {Text: "stop"}, {Text: "delete"}, {Text: phrase(t, l, "danger")}, {Payload: "screening/way#port"}, {Media: MediaPhoto}, {}} {
					in.Flood = true
					msgs := k.input(in)
					if len(msgs) != 1 || locales.Fold(msgs[0].Text) != locales.Fold(want) || len(msgs[0].Choices) > 0 || msgs[0].Lang != l.Code || form.MaxSegments > 0 && msgs[0].Segments > 1 && locales.IsGSM7(locales.Transliterate(want)) {
						t.Errorf("%s on %s: %+v", where, form.Name, msgs)
					}
					if !bytes.Equal(k.s.Encode(), was) || len(k.done) > 0 {
						t.Errorf("%s on %s: the session changed, effects %v", where, form.Name, k.done)
					}
				}
			}
		}
		// It does not count as being there: the phone may have changed hands.
		k := slept(atWay(t, b, l.Code, SMS), Idle)
		k.input(Input{Text: "1", Flood: true})
		k.say("1")
		k.standsAt("away", "away")
	})
}

func TestOneOfTooManyIsNotAnsweredAfterStop(t *testing.T) {
	b := realBook(t)
	for _, texts := range [][]string{{"stop"}, {"stop", "hm"}} {
		k := newTalker(t, b, "en", SMS, reviewed(b)).atMenu()
		for _, text := range texts {
			k.say(text)
		}
		was := k.s.Encode()
		if msgs := k.input(Input{Text: "start", Flood: true}); len(msgs) > 0 || len(k.done) > 0 || !bytes.Equal(k.s.Encode(), was) {
			t.Errorf("after %v: %q, effects %v", texts, textOf(msgs), k.done)
		}
	}
}

func TestOneOfTooManyByANewcomerIsAnsweredToo(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "", SMS, reviewed(b))
	if msgs := k.input(Input{Text: "hola", Flood: true}); len(msgs) != 1 || !reflect.DeepEqual(k.s, Session{}) {
		t.Errorf("%q, session %+v", textOf(msgs), k.s)
	}
}

// trialText is what is said about the trial in a language.
func trialText(t testing.TB, b *Book, l *locales.Language) string {
	t.Helper()
	s, err := b.On(reviewed(b)).text(l, msgTrial, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func onTrial(t testing.TB, b *Book, lang string, form Form) *talker {
	k := newTalker(t, b, lang, form, reviewed(b))
	k.at.Trial = true
	return k
}

func TestATrialIsSaidFirstOfAllToANewcomer(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		want := trialText(t, b, l)
		for _, form := range Forms {
			for _, k := range []*talker{onTrial(t, b, "", form), onTrial(t, b, l.Code, form)} {
				text := k.say(l.List("language.greetings")[0])
				if !strings.HasPrefix(bare(l, k.allPages()), locales.Fold(want)) {
					t.Errorf("on %s it begins otherwise: %q", form.Name, text)
				}
			}
		}
		back := onTrial(t, b, l.Code, WhatsApp).atMenu()
		back.say("stop")
		if text := back.say("start"); strings.Contains(text, want) {
			t.Errorf("the word start is not only confirmed: %q", text)
		}
		if text := back.say("hola"); !strings.HasPrefix(text, want) {
			t.Errorf("after start it begins otherwise: %q", text)
		}
	})
}

func TestATrialIsSaidAgainInTheLanguageThatWasChosen(t *testing.T) {
	b := realBook(t)
	for _, guessed := range b.Catalogue.Languages() {
		for _, chosen := range b.Catalogue.Languages() {
			k := onTrial(t, b, "", WhatsApp)
			k.say(guessed.List("language.greetings")[0])
			text := k.pick(chosen.Code)
			if again := strings.HasPrefix(text, trialText(t, b, chosen)); again != (guessed != chosen) {
				t.Errorf("a greeting in %s, then %s: %q", guessed.Code, chosen.Code, text)
			}
			// Once the person agreed, a change of language is no first contact.
			k.pick("go_on")
			k.say("language")
			k.pick(guessed.Code)
			if text := textOf(k.last); strings.Contains(text, trialText(t, b, guessed)) {
				t.Errorf("after consent: %q", text)
			}

			// Before that it is, also by the word language.
			k = onTrial(t, b, "", WhatsApp)
			k.say(guessed.List("language.greetings")[0])
			k.say("language")
			if again := strings.Contains(k.pick(chosen.Code), trialText(t, b, chosen)); again != (guessed != chosen) {
				t.Errorf("a greeting in %s, then the word language and %s: %q", guessed.Code, chosen.Code, textOf(k.last))
			}
		}
	}
}

func TestAWordAboutATrialIsNotLostByAMissOrARepeat(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, text := range []string{"xyzzy", "👋👋", l.List("keyword.repeat")[0], l.List("keyword.start")[0]} {
			k := onTrial(t, b, l.Code, SMS)
			k.say("hola")
			if k.s.Pages < 2 {
				t.Fatal("first contact has one page")
			}
			k.say(text)
			if pages := bare(l, k.allPages()); !strings.Contains(pages, strings.Join(strings.Fields(locales.Fold(trialText(t, b, l))), " ")) {
				t.Errorf("after %q the pages say %q", text, pages)
			}
		}
	})
}

func TestANewcomerInDangerHearsOfATrialAfterSafety(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, kind := range locales.CrisisKinds {
			k := onTrial(t, b, "", WhatsApp)
			text := k.say(phrase(t, l, kind))
			safety, _ := b.On(k.at.Now).text(l, b.crisis[kind].Say[0].Text, nil)
			if !strings.HasPrefix(text, safety) || !strings.Contains(text, trialText(t, b, l)) {
				t.Errorf("%s: %q", kind, text)
			}
			sms := onTrial(t, b, "", SMS)
			sms.say(phrase(t, l, kind))
			if pages := bare(l, sms.allPages()); strings.Count(pages, strings.Join(strings.Fields(locales.Fold(trialText(t, b, l))), " ")) != 1 {
				t.Errorf("%s by SMS: %q", kind, pages)
			}
			known := onTrial(t, b, l.Code, WhatsApp).atMenu()
			if text := known.say(phrase(t, l, kind)); strings.Contains(text, trialText(t, b, l)) {
				t.Errorf("%s: who is no newcomer hears it too: %q", kind, text)
			}
		}
	})
}

func TestWithoutATrialNothingIsSaidOfIt(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, text := range []string{"hola", "help", phrase(t, l, "danger")} {
			k := newTalker(t, b, "", WhatsApp, reviewed(b))
			said := k.say(text)
			for _, o := range b.Catalogue.Languages() {
				if strings.Contains(said, trialText(t, b, o)) {
					t.Errorf("%q: %q", text, said)
				}
			}
		}
	})
}

func TestCommandsOfTelegramAreShortAndBetrayNothing(t *testing.T) {
	allLanguages(t, func(t *testing.T, _ *Book, l *locales.Language) {
		for _, id := range telegramTexts() {
			text := l.Raw(id)
			low := strings.ToLower(text)
			if id != "telegram.group" && slices.ContainsFunc(topics, func(w string) bool { return strings.Contains(low, w) }) || text == "" || strings.Contains(id, "command") && len([]rune(text)) > 60 {
				t.Errorf("%s: %q", id, text)
			}
		}
	})
}
