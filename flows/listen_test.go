// What people in danger write in words that nobody foresaw: how much of it is heard, and who is led to safety without need.
package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// Goals of the ear with the phrases and rules, in parts of a hundred, over all languages and in each.
const (
	goalHeard, goalHeardEach         = 90, 76
	goalNeedless, goalNeedlessEach   = 10, 24
	goalQuestions, goalQuestionEach  = 3, 8
	goalOtherKind, goalOtherKindEach = 5, 15 // of those heard, led to the page of another kind
)

// alarm tells what a text of a language would be answered with.
func alarm(b *Book, text, lang string) string {
	folded := locales.Fold(text)
	if kind, _ := b.danger(folded); kind != "" {
		return kind
	}
	kind, _ := b.hear(folded, func() []string { return []string{lang} })
	return kind
}

func TestFreshWordsOfDangerAreHeard(t *testing.T) {
	book := realBook(t)
	var dangers, heard, others, calm, needless, questions, astray int
	for _, l := range book.Catalogue.Languages() {
		danger, alike := readAsked(t, "fresh."+l.Code+".txt")
		listed, h, kinds, unsure, n, q := 0, 0, 0, 0, 0, 0
		for _, x := range danger {
			if kind, _ := book.danger(locales.Fold(x.text)); kind != "" {
				listed++
			}
			kind := alarm(book, x.text, l.Code)
			if kind == "" {
				t.Logf("%s: not heard (%s): %s", l.Code, x.right[0], x.text)
				continue
			}
			h++
			switch kind {
			case x.right[0]:
				kinds++
			case crisisUnsure:
				unsure++
			default:
				t.Logf("%s: heard as %s, not %s: %s", l.Code, kind, x.right[0], x.text)
			}
		}
		for _, x := range alike {
			if kind := alarm(book, x.text, l.Code); kind != "" {
				n++
				t.Logf("%s: a false alarm (%s): %s", l.Code, kind, x.text)
			}
		}
		own, _ := readAsked(t, "questions."+l.Code+".txt")
		other, _ := readAsked(t, "other."+l.Code+".txt")
		own = slices.DeleteFunc(append(own, other...), func(x asked) bool {
			kind, _ := book.danger(locales.Fold(x.text)) // led to safety by a phrase of their own
			return kind != ""
		})
		for _, x := range own {
			if kind := alarm(book, x.text, l.Code); kind != "" {
				q++
				t.Logf("%s: a question is led to safety (%s): %s", l.Code, kind, x.text)
			}
		}
		t.Logf("fresh crisis %s: %d of %d heard (by phrases and rules alone %d), %d as the kind they are, %d as of no sure kind; %d of %d look-alikes alarm; %d of %d questions",
			l.Code, h, len(danger), listed, kinds, unsure, n, len(alike), q, len(own))
		if percent(h, len(danger)) < goalHeardEach || percent(n, len(alike)) > goalNeedlessEach || percent(q, len(own)) > goalQuestionEach || percent(h-kinds-unsure, h) > goalOtherKindEach {
			t.Errorf("%s misses the goal", l.Code)
		}
		dangers, heard, others, calm, needless, questions, astray = dangers+len(danger), heard+h, others+h-kinds-unsure, calm+len(alike), needless+n, questions+len(own), astray+q
	}
	t.Logf("fresh crisis in all: %.1f%% of %d heard, %.1f%% of these as another kind, %.1f%% of %d look-alikes and %.1f%% of %d questions alarm", percent(heard, dangers), dangers, percent(others, heard), percent(needless, calm), calm, percent(astray, questions), questions)
	if percent(heard, dangers) < goalHeard || percent(needless, calm) > goalNeedless || percent(astray, questions) > goalQuestions || percent(others, heard) > goalOtherKind {
		t.Error("all languages together miss the goal")
	}
}

// Who has nowhere to sleep, or fears for their children, is never shown a page about something worse that they did not say; and
// who is asked for a ransom is in the hands of kidnappers.
func TestNeedsAreNotTakenForAnotherDanger(t *testing.T) {
	book := realBook(t)
	ransoms, heard, needs, asked := 0, 0, 0, 0
	for _, l := range book.Catalogue.Languages() {
		ransom, need := readAsked(t, "needs."+l.Code+".txt")
		for _, x := range ransom {
			kind := alarm(book, x.text, l.Code)
			if ransoms++; kind != "" {
				heard++
			}
			if kind != "" && kind != x.right[0] && kind != crisisUnsure {
				t.Errorf("%s: a ransom is heard as %s: %s", l.Code, kind, x.text)
			}
		}
		for _, x := range need {
			kind := alarm(book, x.text, l.Code)
			if needs++; kind != "" {
				asked++
				t.Logf("%s: it is asked what they need (%s): %s", l.Code, kind, x.text)
			}
			if kind == crisisUnsure {
				k := newTalker(t, book, l.Code, SMS, reviewed(book)).atMenu()
				if k.say(x.text); len(k.s.Shown) == 0 || k.s.Shown[0].Place != book.crisis[crisisUnsure].place() {
					t.Errorf("%s: %q is answered by %v", l.Code, x.text, k.s.Shown)
				}
			} else if kind != "" {
				t.Errorf("%s: a need is heard as %s: %s", l.Code, kind, x.text)
			}
		}
	}
	t.Logf("needs: %d of %d ransoms are heard; of %d needs %d are asked what they need", heard, ransoms, needs, asked)
	if heard < ransoms-1 || percent(asked, needs) > goalNeedless {
		t.Error("it misses the goal")
	}
}

// A label is what the book itself offers: typed out it is an answer, whatever it sounds like.
func TestNoLabelOfTheBookSoundsLikeDanger(t *testing.T) {
	book := realBook(t)
	for _, l := range book.Catalogue.Languages() {
		for _, f := range book.flows {
			for _, n := range f.order {
				if !n.isAsk() || n.ChoicesFrom != "" || n.Type != "" || f.ID == book.roles.Help || f.ID == book.roles.First {
					continue
				}
				for i := range n.Choices {
					text := l.Raw(n.Choices[i].Label)
					s := Session{Language: l.Code, Consented: true, Flow: f.ID, Node: n.id, Version: book.version, Seen: reviewed(book).Unix() / 60}
					s, _, _ = book.Step(s, Input{Text: text}, WhatsApp, At{Now: reviewed(book)})
					if slices.ContainsFunc(s.Shown, func(x Shown) bool { return x.Node == msgUnsure }) {
						t.Errorf("%s: the label %q of %s is taken for danger", l.Code, text, n.name())
					}
				}
			}
		}
	}
}

// armed is what no phrase and no rule foresaw, and the ear hears.
const armed = "hay unos weyes armados afuera del albergue preguntando por los hondureños"

// vague is what the ear hears, and not of which kind.
const vague = "can they separate me from my kids"

func TestWordsThatSoundLikeDangerAreAnsweredWithSafety(t *testing.T) {
	b := realBook(t)
	if kind, _ := b.danger(locales.Fold(armed)); kind != "" || alarm(b, armed, "es") != "danger" {
		t.Fatalf("%q proves nothing: a rule hears %q, the ear %q", armed, kind, alarm(b, armed, "es"))
	}
	if kind := alarm(b, vague, "en"); kind != crisisUnsure {
		t.Fatalf("%q proves nothing: it is heard as %q", vague, kind)
	}
	safety := b.crisis["danger"].place()
	for where, k := range map[string]*talker{
		"at first":    newTalker(t, b, "", SMS, reviewed(b)),
		"at consent":  greeted(t, b),
		"at the menu": newTalker(t, b, "es", SMS, reviewed(b)).atMenu(),
		"in another":  newTalker(t, b, "en", WhatsApp, reviewed(b)).atMenu(),
		"in a month":  atMonth(t, b),
		"after idle":  slept(atWay(t, b, "es", SMS), time.Hour),
		"old node":    oldBook(atWay(t, b, "es", SMS)),
		"a reminder":  reminded(t, b),
		"expired":     expired(newTalker(t, b, "es", SMS, reviewed(b)).atMenu()),
	} {
		text := k.say(armed)
		if len(k.s.Shown) == 0 || k.s.Shown[0].Place != safety {
			t.Errorf("%s: it is answered by %v", where, k.s.Shown)
			continue
		}
		note := b.Catalogue.Language(k.s.Language).Raw(msgUnsure)
		if k.form.Transliterate {
			note = locales.Transliterate(note)
		}
		if !strings.Contains(text, note) && !slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Node == msgUnsure }) {
			t.Errorf("%s: nobody says that Posada may have misunderstood: %q", where, text)
		}
		// Who says it once more, or in other words, was misunderstood.
		for i, more := range []string{armed, armed, "y siguen afuera del albergue los weyes armados"} {
			if i > 0 && !k.s.Consented {
				break // they are asked for their language, or whether to go on
			}
			k.say(more)
			if slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Place == safety || s.Node == msgUnsure }) {
				t.Errorf("%s: %q is answered in the same way again: %v", where, more, k.s.Shown)
			}
		}
	}
}

// expired has answers erased in the middle of a conversation.
func expired(k *talker) *talker {
	k.s.Expired = true
	return k
}

// reminded stands at the question that waits for whoever is reminded.
func reminded(t *testing.T, b *Book) *talker {
	t.Helper()
	k := newTalker(t, b, "es", SMS, reviewed(b)).atMenu()
	for _, f := range b.flows {
		for _, n := range f.order {
			if n.Line && n.isAsk() && n.Type == "" && f.Programme == "cbp-one" {
				k.s.Flow, k.s.Node = f.ID, n.id
				return k
			}
		}
	}
	t.Fatal("no question waits for whoever is reminded")
	return nil
}

// Before a language is known only what is spoken of in one that is known counts; and a guess is taken back.
func TestANewcomerOfAnotherLanguageIsAskedForIt(t *testing.T) {
	b := realBook(t)
	for _, text := range []string{
		"Guten Tag, ich möchte wissen wie ich einen Termin bekomme", "ወንድሜ ቲጁአና ውስጥ ነው ቀጠሮ ይፈልጋል", "tell me a joke I'm bored",
		"jou3an mout, wen fi mat3am 7al 2areb",
	} {
		k := newTalker(t, b, "", WhatsApp, reviewed(b))
		if k.say(text); slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Node == msgUnsure }) {
			t.Errorf("%q is taken for danger in %s", text, k.s.Language)
		}
	}
	k := newTalker(t, b, "", WhatsApp, reviewed(b))
	k.say(armed)
	if k.s.Language != "es" {
		t.Fatalf("safety is said in %q", k.s.Language)
	}
	if k.say(armed); k.s.Consented || slices.ContainsFunc(k.s.Stack, func(p Place) bool { return p.Flow == b.roles.Help }) || k.s.Flow != b.roles.First {
		t.Errorf("who is misunderstood stands at %s/%s, in %q", k.s.Flow, k.s.Node, k.s.Language)
	}
}

// A photo with words of danger: safety stands before the word about photos.
func TestSafetyStandsBeforeEverythingElseThatIsSaid(t *testing.T) {
	b := realBook(t)
	k := newTalker(t, b, "es", WhatsApp, reviewed(b)).atMenu()
	k.input(Input{Text: armed, Media: MediaPhoto})
	if len(k.s.Shown) == 0 || k.s.Shown[0].Place != b.crisis["danger"].place() || !slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Node == MediaPhoto.note() }) {
		t.Errorf("it is answered by %v", k.s.Shown)
	}
}

// What is not a person's own question or news is not listened to.
func TestOnlyAPersonsOwnWordsAreListenedTo(t *testing.T) {
	b := realBook(t)
	menu := func() *talker { return newTalker(t, b, "es", SMS, reviewed(b)).atMenu() }
	stopped := menu()
	stopped.say("alto")
	telling := menu()
	telling.say("rumor")
	for what, say := range map[string]func() *talker{
		"a forwarded message": func() *talker { k := menu(); k.input(Input{Text: armed, Forwarded: true}); return k },
		"what others tell":    func() *talker { k := menu(); k.say("rumor " + armed); return k },
		"a rumour asked for":  func() *talker { telling.say(armed); return telling },
		"who has stopped":     func() *talker { stopped.say(armed); return stopped },
	} {
		if k := say(); slices.ContainsFunc(k.s.Shown, func(s Shown) bool { return s.Node == msgUnsure }) {
			t.Errorf("%s: it is taken for danger", what)
		}
	}
}
