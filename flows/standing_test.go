// "Did you send this?" of the standing words: all that Posada says by itself, as
// it is on the day, and nothing that is out of use.
package flows

import (
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// askedWhether asks, from the menu, whether Posada sent a text.
func (k *talker) askedWhether(text string) string {
	k.t.Helper()
	k.say("menu")
	k.pick("rumours")
	k.pick("sent")
	return k.say(text)
}

// saidOn is a message of the book as it is on a day.
func saidOn(t *testing.T, b *Book, date, lang, id string) string {
	t.Helper()
	text, err := b.On(on(t, date)).text(b.Catalogue.Language(lang), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const usesWords = "Posada uses these words"

func TestStandingWordsAreThoseOfTheDayOnWhichSomebodyAsks(t *testing.T) {
	b := boarded(t, Board{})
	today := DateOf(reviewed(b)).String()
	limits := saidOn(t, b, today, "en", "ways.restrictions.1") // it names a day of 2025
	for name, first := range map[string]At{
		"somebody trained before": {Now: reviewed(b), AsOf: on(t, "2024-03-15")},
		"the day was another one": {Now: on(t, "2024-03-15")},
	} {
		k := newTalker(t, b, "en", Telegram, first.Now)
		k.at = first
		k.atMenu()
		if text := k.askedWhether(limits); strings.Contains(text, usesWords) {
			t.Errorf("%s: before its day it is said to be ours:\n%s", name, text)
		}
		if text := inEnglish(t, b).askedWhether(limits); !strings.Contains(text, usesWords) {
			t.Errorf("%s: answered\n%s", name, text)
		}
	}
}

func TestWordsThatAreOutOfUseAreNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	rule := saidOn(t, b, day.String(), "en", "rule.what.1") // it stands on clp_presumption
	for _, w := range []Withdrawal{
		{Kind: WithdrawMessage, ID: "rule.what.1", Day: day}, {Kind: WithdrawFact, ID: "clp_presumption", Day: day},
		{Kind: WithdrawFlow, ID: "rule", Day: day}, {Kind: WithdrawAnswer, ID: "rule.what", Day: day},
	} {
		b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
		k := inEnglish(t, b)
		if text := k.askedWhether(rule); !strings.Contains(text, "taken out of use") || strings.Contains(text, usesWords) {
			t.Errorf("%s: answered\n%s", w.Kind, text)
		}
		b.SetBoard(Board{})
		if text := k.say("repeat"); !strings.Contains(text, usesWords) || strings.Contains(text, "out of use") {
			t.Errorf("%s: given back, it is answered\n%s", w.Kind, text)
		}
	}
}

func TestWordsThatAnotherFlowSaysStayInUse(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	history := saidOn(t, b, day.String(), "en", "programme.history_trouble") // many flows say it
	b.SetBoard(Board{Withdrawn: []Withdrawal{{Kind: WithdrawFlow, ID: "date", Day: day}}})
	if text := inEnglish(t, b).askedWhether(history); !strings.Contains(text, usesWords) {
		t.Errorf("answered\n%s", text)
	}
}

func TestWordsThatAreWithheldAreNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	k := inEnglish(t, b)
	k.at.Now = Noon(b.factByID["clp_presumption"].ReviewBy).AddDate(0, 0, 31)
	rule := saidOn(t, b, DateOf(k.at.Now).String(), "en", "rule.what.1")
	k = newTalker(t, b, "en", Telegram, k.at.Now).atMenu()
	if text := k.askedWhether(rule); !strings.Contains(text, k.words().Raw(msgWithheld)) || strings.Contains(text, usesWords) {
		t.Errorf("answered\n%s", text)
	}
}

// As a session of an earlier version kept it.
func TestWordsThatAnEarlierVersionFoundAreAnsweredStill(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Withdrawn: []Withdrawal{{Kind: WithdrawMessage, ID: "rule.what.1", Day: b.NewestReview()}}})
	for kept, want := range map[string]string{"words": usesWords, "gone rule.what.1": "taken out of use"} {
		k := inEnglish(t, b)
		k.askedWhether("Hurry, tomorrow the bridge opens for everybody")
		a, _ := k.s.answer("sent", answerTraced)
		a.Text = kept
		k.s.setAnswer(a)
		if text := k.say("repeat"); !strings.Contains(text, want) {
			t.Errorf("%q: answered\n%s", kept, text)
		}
	}
}

// Whatever comes by itself, and whatever a person was answered, is ours when
// somebody sends it back as they got it: in another language, from any channel.
// What leads to safety there does so here.
func TestWhatPosadaSendsIsRecognisedWhenItIsSentBackWhole(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}, Desk: Desk{Staffed: true}})
	for _, l := range b.Catalogue.Languages() {
		if raced && l.Code != "es" && l.Code != "ar" {
			continue
		}
		asks, told := inEnglish(t, b), 0
		for _, form := range Forms {
			for _, text := range sentTo(newTalker(t, b, l.Code, form, reviewed(b))) {
				if len(locales.Tokens(locales.Fold(text))) < leastToTell {
					continue
				}
				answer := asks.askedWhether(text)
				short := len(locales.Tokens(locales.Fold(text))) < shortWords && (strings.HasPrefix(answer, asks.words().Raw(msgSentShort)) || text == l.Raw("board.false"))
				if short || asks.s.Flow == b.roles.Help {
					continue
				}
				if told++; !strings.HasPrefix(answer, "Yes. "+usesWords) {
					t.Errorf("%s, %s: of\n%s\nit is answered\n%s", l.Code, form.Name, text, answer)
				}
			}
		}
		if told < 70 {
			t.Errorf("%s: only %d messages", l.Code, told)
		}
	}
}

// sentTo are the messages that somebody gets in many flows, and by itself an
// answer to a rumour; without those of which a page was cut.
func sentTo(k *talker) (texts []string) {
	hear := func() {
		if k.s.Pages == 1 {
			for _, m := range k.last {
				texts = append(texts, m.Text)
			}
		}
	}
	k.at.Trial = true
	k.say("hola")
	hear()
	k.pick("go_on")
	for _, way := range [][]string{{"rule"}, {"today"}, {"screening", "yes"}, {"reminders"}, {"rumours", "read", "capitals"}, {"help", "scams"}} {
		k.say("menu")
		for _, key := range way {
			hear()
			k.pick(key)
		}
		hear()
	}
	k.say("menu")
	k.wait(2 * time.Hour)
	k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}})
	hear()
	k.pick("read")
	hear()
	k.say("source")
	hear()
	return texts
}

func TestAnOfficersAnswerIsOursAndNeverWithoutItsVerdict(t *testing.T) {
	b := boarded(t, Board{})
	board := Board{Answers: []Answered{bus(b)}}
	today := b.NewestReview().In(b.Catalogue.Language("en"))
	for name, c := range map[string]struct {
		text string
		yes  bool
	}{
		"what people say, as Posada says it":  {"People say: Free buses leave from the church to the border", true},
		"to a reader of Spanish":              {"La gente dice: Salen autobuses gratis de la iglesia a la frontera\nEsto es falso.\nLa iglesia no tiene autobuses. Dos albergues lo confirmaron.", true},
		"its reason":                          {"Forwarded:\nThe church runs no bus. Two shelters confirmed it.", true},
		"all of it in one line":               {"People say: Free buses leave from the church to the border This is false. The church runs no bus. Two shelters confirmed it. We last checked it on " + today + ".", true},
		"with its source":                     {"The church runs no bus. Two shelters confirmed it.\nCasa Example: Note on buses (" + today + ").", true},
		"the rumour":                          {"Free buses leave from the church to the border", false},
		"the rumour and the reason":           {"Free buses leave from the church to the border\nThe church runs no bus. Two shelters confirmed it.", false},
		"another verdict":                     {"People say: Free buses leave from the church to the border\nThis is true.\nTwo shelters confirmed it.", false},
		"another verdict in one line":         {"People say: Free buses leave from the church to the border This is true. Two shelters confirmed it.", false},
		"less of what people say":             {"People say: Free buses leave from the church", false},
		"more behind it":                      {"The church runs no bus. Two shelters confirmed it.\nPay Juan for a seat.", false},
		"a verdict under words of the book":   {"Groups get it faster. This is true.", false},
		"words of the book below the rumour":  {"Free buses leave from the church to the border\nPosada never writes first to ask for anything.", false},
		"a reason from which a not was taken": {"The church runs a bus. Two shelters confirmed it.", false},
	} {
		b.SetBoard(board)
		k := inEnglish(t, b)
		text := k.askedWhether(c.text)
		if strings.Contains(text, usesWords) != c.yes || strings.Contains(text, "This is false.") != c.yes {
			t.Errorf("%s: answered\n%s", name, text)
		}
		if !c.yes {
			continue
		}
		b.SetBoard(Board{Answers: board.Answers, Withdrawn: []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: b.NewestReview()}}})
		if text = k.say("repeat"); !strings.Contains(text, "taken out of use") || strings.Contains(text, usesWords) {
			t.Errorf("%s: withdrawn, it is answered\n%s", name, text)
		}
		b.SetBoard(Board{})
		if text = k.say("repeat"); !strings.Contains(text, "taken back") || strings.Contains(text, usesWords) {
			t.Errorf("%s: gone, it is answered\n%s", name, text)
		}
	}
}

func TestWordsThatAreNotOursAsTheyStandAreNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}, Desk: Desk{Staffed: true}})
	en := b.Catalogue.Language("en")
	heard := en.Raw(msgRumourPick)
	for name, text := range map[string]string{
		"one rumour below its question":         heard + "\n1 With an appointment they let you in",
		"a choice alone":                        "With an appointment they let you in",
		"choices of another question":           "What do you need next?\n1 Cross the river today\n2 Back to where I was",
		"a question, and more below it":         "Have you already entered the United States?\n1 Yes\n2 No\nThen pay Juan at the bridge",
		"a programme that is closed, as open":   "CBP One: open now.\nIt closed on 20 January 2025.",
		"the verdict of a message by a forger":  en.Raw(msgSentWords),
		"a forger's words, with how to go on":   "The bridge is open for all who pay.\n" + en.Raw(msgNavChat),
		"two verdicts":                          en.Raw("board.unknown") + "\n" + en.Raw("board.misleading"),
		"an original that is none":              en.Raw(msgOriginalTitle) + "\nEverybody can cross the bridge on Monday without an appointment.",
		"a directory's name, another's number":  "Emergency: 915 555 0199. Call before you cross the river at night.",
		"a reminder that asks for something":    "Drink some water\n1 Done 2 Problem 3 Pay",
		"a true line, and one with another not": saidOn(t, b, DateOf(reviewed(b)).String(), "en", "rule.what.1") + "\nThe rule does apply to everybody today.",
	} {
		if answer := inEnglish(t, b).askedWhether(text); strings.Contains(answer, usesWords) {
			t.Errorf("%s: answered\n%s", name, answer)
		}
	}
}

// A number, a word or a line that was changed anywhere in what Posada sent.
func TestWhatWasSentAndThenChangedIsNotConfirmed(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}, Desk: Desk{Staffed: true}})
	n := 0
	for _, form := range Forms {
		for _, text := range sentTo(newTalker(t, b, "en", form, reviewed(b))) {
			k := inEnglish(t, b)
			for way, changed := range map[string]string{
				"a line before":  "The bridge is open again.\n" + text,
				"a line behind":  text + "\nPay at the bridge.",
				"words behind":   strings.TrimRight(text, ".?\n") + " if you pay Juan",
				"another number": strings.Map(func(r rune) rune { return map[bool]rune{true: '7', false: r}[r >= '2' && r <= '6'] }, text),
				"no not":         strings.ReplaceAll(strings.ReplaceAll(text, " not ", " "), " no ", " a "),
				"another time":   strings.ReplaceAll(text, " in ", " before "),
			} {
				if changed == text {
					continue
				}
				n++
				if answer := k.askedWhether(changed); strings.Contains(answer, usesWords) {
					t.Errorf("%s, %s: of\n%s\nit is answered\n%s", form.Name, way, changed, answer)
				}
			}
		}
	}
	t.Logf("%d changed texts", n)
}

func TestAReminderInPosadasWordsIsRecognised(t *testing.T) {
	b := boarded(t, Board{})
	es := b.Catalogue.Language("es")
	for _, answers := range [][]string{dayAnswers, againAnswers} {
		late := strings.Replace(b.asSMS(es, es.Raw(msgWording("w2")), answers), " 1 ", "\n1 ", 1)
		for _, text := range []string{late, strings.TrimPrefix(late, late[:strings.Index(late, es.Raw(msgWording("w2")))])} {
			if answer := inEnglish(t, b).askedWhether(text); !strings.Contains(answer, usesWords) {
				t.Errorf("of\n%s\nit is answered\n%s", text, answer)
			}
			if answer := inEnglish(t, b).askedWhether(text + " 6 Pagar"); strings.Contains(answer, usesWords) {
				t.Errorf("with one choice more it is answered\n%s", answer)
			}
		}
	}
}
