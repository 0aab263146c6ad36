// The board: what staff put up is told to those who asked, found by those who
// ask, and withdrawn everywhere at once.
package flows

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/locales"
)

var withBoard = sync.OnceValues(func() (*Book, error) {
	c, err := locales.Embedded()
	if err != nil {
		return nil, err
	}
	b, err := Embedded(c)
	if err == nil {
		b.BuildSearch()
	}
	return b, err
})

// boarded is a book of these tests alone, with a board.
func boarded(t testing.TB, board Board) *Book {
	t.Helper()
	b, err := withBoard()
	if err != nil {
		t.Fatal(err)
	}
	b.SetBoard(board)
	t.Cleanup(func() { b.SetBoard(Board{}) })
	return b
}

// bus is an answered rumour.
func bus(b *Book) Answered {
	today := b.NewestReview()
	return Answered{
		ID: "bus", Day: today, Verdict: "false",
		Claim:   map[string]string{"en": "Free buses leave from the church to the border", "es": "Salen autobuses gratis de la iglesia a la frontera"},
		Reason:  map[string]string{"en": "The church runs no bus. Two shelters confirmed it.", "es": "La iglesia no tiene autobuses. Dos albergues lo confirmaron."},
		Sources: []BoardSource{{Publisher: "Casa Example", Title: "Note on buses", Date: today}},
		Heard:   map[string][]string{"en": {"a bus leaves from the church tomorrow", "free bus to the bridge from the church"}, "es": {"sale un camion gratis de la iglesia", "hay buses gratis al puente"}},
	}
}

func inEnglish(t *testing.T, b *Book) *talker {
	return newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
}

func TestARumourThatAnOfficerAnsweredIsAnsweredToWhoeverTellsIt(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}})
	k := inEnglish(t, b)
	k.pick("rumours")
	k.pick("tell")
	text := k.say("they say free buses leave from the church to the border tomorrow")
	k.standsAt("rumours", nodeKnown)
	for _, want := range []string{"This is false.", "The church runs no bus.", "Casa Example", "Is this what you heard?"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if len(k.done) != 0 {
		t.Errorf("it was filed before anybody said that it is another: %v", k.done)
	}
	k.pick("no")
	if len(k.done) != 1 || k.done[0].Kind != EffectRumour || !strings.Contains(k.done[0].Text, "free buses") {
		t.Errorf("another rumour was not filed in its own words: %+v", k.done)
	}
	if a, ok := k.s.answer("rumours", "heard"); ok {
		t.Errorf("what was told is kept: %d runes", len(a.Text))
	}
}

func TestAnUnknownRumourIsFiled(t *testing.T) {
	b := boarded(t, Board{})
	k := inEnglish(t, b)
	k.pick("rumours")
	k.pick("tell")
	k.say("a man at the bakery hands out blue bracelets xyzzy")
	if k.s.Node == "which" {
		k.pick(keyNone)
	}
	if len(k.done) != 1 || k.done[0].Kind != EffectRumour || k.done[0].Text != "a man at the bakery hands out blue bracelets xyzzy" {
		t.Errorf("effects %+v at %s/%s", k.done, k.s.Flow, k.s.Node)
	}
}

func TestARumourOfTheBookIsAnsweredAtOnce(t *testing.T) {
	b := boarded(t, Board{})
	k := inEnglish(t, b)
	k.pick("rumours")
	k.pick("tell")
	text := k.say("somebody sells cbp one appointments on whatsapp for money")
	if k.s.Node == "which" {
		text = k.pick("rumour.appointments-sale")
	}
	k.standsAt("rumours", nodeKnown)
	if !strings.Contains(text, "Nobody can get, sell or move one") {
		t.Errorf("the answer is missing in:\n%s", text)
	}
	k.pick("yes")
	if len(k.done) != 0 {
		t.Errorf("an answered rumour was filed: %v", k.done)
	}
}

func TestNewsComeDiscreetlyAndAreReadOnRequest(t *testing.T) {
	for _, form := range Forms {
		b := boarded(t, Board{})
		b.SetBoard(Board{Answers: []Answered{bus(b)}})
		k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
		k.wait(3 * time.Hour)
		line := textOf(k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}}))
		if w := b.betrays(line); w != "" || strings.Contains(line, "bus") {
			t.Errorf("%s: the line says %q", form.Name, line)
		}
		k.wait(2 * time.Hour)
		text := k.pick("read")
		for k.s.Page+1 < k.s.Pages {
			text += k.say("more")
		}
		if !strings.Contains(text, "This is false.") || !strings.Contains(text, "The church runs no bus") {
			t.Errorf("%s: read\n%s", form.Name, text)
		}
		if text = k.say("source"); !strings.Contains(text, "Casa Example") {
			t.Errorf("%s: its source is said as\n%s", form.Name, text)
		}
	}
}

func TestNewsOfAnAnswerThatIsGoneAreNotTold(t *testing.T) {
	b := boarded(t, Board{})
	k := inEnglish(t, b)
	if msgs := k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}}); len(msgs) != 0 {
		t.Errorf("said %q", textOf(msgs))
	}
	if len(k.timers) != 0 {
		t.Errorf("timers %v", k.timers)
	}
}

func TestAnAnswerThatIsGivenAfterAWithdrawalIsAnotherOne(t *testing.T) {
	b := boarded(t, Board{})
	a := bus(b)
	a.Edition = 7
	gone := []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: a.Day, Edition: 7}, {Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: a.Day, Edition: 3}}
	b.SetBoard(Board{Answers: []Answered{a}, Withdrawn: gone})
	news := Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: reviewed(b)}}
	k := inEnglish(t, b)
	if msgs := k.input(news); len(msgs) != 0 {
		t.Errorf("of one that is withdrawn it said %q", textOf(msgs))
	}
	if edition, since := b.WithdrawnAnswer("bus"); edition != 7 || since != a.Day || b.Edition(WithdrawAnswer, boardAnswer+"bus") != 7 || b.Edition(WithdrawFact, boardAnswer+"bus") != 0 {
		t.Errorf("out of use up to %d, since %s", edition, since)
	}
	a.Edition = 8
	b.SetBoard(Board{Answers: []Answered{a}, Withdrawn: gone})
	k = inEnglish(t, b)
	if text := textOf(k.input(news)); !strings.Contains(text, "Read it now?") {
		t.Errorf("of the next one it said %q", text)
	}
	if text := k.pick("read"); !strings.Contains(text, "The church runs no bus") {
		t.Errorf("read\n%s", text)
	}
	if err := b.CanWithdraw(WithdrawAnswer, boardAnswer+"bus"); err != nil {
		t.Errorf("the next one cannot be withdrawn: %v", err)
	}
}

func TestAWithdrawnAnswerLeavesTheOthersInUse(t *testing.T) {
	b := boarded(t, Board{})
	board := Board{Answers: several(b, 2)}
	b.SetBoard(board)
	board.Withdrawn = []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "case0", Day: b.NewestReview()}}
	b.SetBoard(board)
	k := inEnglish(t, b)
	k.newsOf("case1")
	if text := k.pick("read"); !strings.Contains(text, "Reason 1 of ours.") {
		t.Errorf("of the other it said\n%s", text)
	}
}

func TestNewsOfAnAnswerThatIsGivenBackAreToldAllTheSame(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}, Withdrawn: []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: b.NewestReview()}}})
	k := inEnglish(t, b)
	if msgs := k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}}); len(msgs) != 0 {
		t.Errorf("said %q", textOf(msgs))
	}
	for range 3 {
		k.due(0)
	}
	b.SetBoard(Board{Answers: []Answered{bus(b)}})
	if text := textOf(k.due(0)); !strings.Contains(text, "Read it now?") {
		t.Errorf("given back, it said %q", text)
	}
	// It is not waited for longer than news are of use.
	b.SetBoard(Board{Answers: []Answered{bus(b)}, Withdrawn: []Withdrawal{{Kind: WithdrawAnswer, ID: boardAnswer + "bus", Day: b.NewestReview()}}})
	k = inEnglish(t, b)
	k.wait(noticeLife)
	if k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}}); len(k.timers) != 0 {
		t.Errorf("timers %v", k.timers)
	}
}

// several are answers to as many rumours, told apart by their reasons.
func several(b *Book, n int) (out []Answered) {
	for i := range n {
		a := bus(b)
		a.ID = fmt.Sprint("case", i)
		a.Reason = map[string]string{"en": fmt.Sprintf("Reason %d of ours.", i)}
		out = append(out, a)
	}
	return out
}

func (k *talker) newsOf(id string) string {
	k.t.Helper()
	return textOf(k.input(Input{Event: Event{Timer: Timer{TimerNews, id}, Due: k.at.Now}}))
}

func TestAnswersThatWaitAreReadOneAfterTheOtherAndNoneIsLost(t *testing.T) {
	for _, form := range Forms {
		b := boarded(t, Board{})
		b.SetBoard(Board{Answers: several(b, 3)})
		k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
		for i := range 3 {
			if text := k.newsOf(fmt.Sprint("case", i)); !strings.Contains(text, "Read it now?") {
				t.Fatalf("%s: said %q", form.Name, text)
			}
		}
		k.newsOf("case1") // it is corrected meanwhile, and told of once more
		for n, i := range []int{0, 2, 1} {
			text := k.pick("read")
			for k.s.Page+1 < k.s.Pages {
				text += k.say("more")
			}
			for j := range 3 {
				if strings.Contains(text, fmt.Sprintf("Reason %d of ours.", j)) != (j == i) {
					t.Errorf("%s: reading number %d it said\n%s", form.Name, n, text)
				}
			}
			if again := n < 2; strings.Contains(text, "There is an answer you have not read yet.") != again {
				t.Errorf("%s: after number %d it said\n%s", form.Name, n, text)
			}
		}
		k.standsAt("news", "more")
	}
}

func TestAnAnswerThatWasPutOffIsOfferedAmongRumoursAndByItsOldButton(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: several(b, 2)})
	k := inEnglish(t, b)
	k.newsOf("case0")
	k.pick("not_now")
	k.standsAt("menu", "menu")
	k.wait(3 * 24 * time.Hour)
	k.say("hello")
	k.pick("again")
	if text := k.pick("rumours"); !strings.Contains(text, "There is an answer you have not read yet.") {
		t.Errorf("rumours begin with\n%s", text)
	}
	k.pick("not_now")
	k.standsAt("rumours", "begin")
	if text := textOf(k.input(Input{Payload: "news/come#read"})); !strings.Contains(text, "Reason 0 of ours.") {
		t.Errorf("its old button says\n%s", text)
	}
	k.pick("rumours")
	k.standsAt("rumours", "begin")
	// What a search has told waits no more.
	k.newsOf("case1")
	k.say("menu")
	v := b.vettedByID(boardAnswer + "case1")
	turn := &turn{book: b, s: k.s, up: b.up(), day: b.On(k.at.Now)}
	turn.tell(v)
	if waits := turn.unreadNews(); len(waits) != 0 {
		t.Errorf("%v wait", waits)
	}
}

func TestWhatWaitsToBeReadIsBoundedAndTheRestIsToldOfLater(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: several(b, maxUnread+2)})
	k := inEnglish(t, b)
	for i := range maxUnread {
		k.newsOf(fmt.Sprint("case", i))
	}
	if text := k.newsOf(fmt.Sprint("case", maxUnread)); text != "" || len(k.timers) != 1 {
		t.Errorf("one too many: said %q, timers %v", text, k.timers)
	}
	k.say("1")
	if text := textOf(k.due(0)); !strings.Contains(text, "Read it now?") {
		t.Errorf("when there was room, it said %q", text)
	}
	// One that its officer took off the board waits for nobody.
	b.SetBoard(Board{Answers: several(b, maxUnread+2)[2:]})
	if text := k.newsOf(fmt.Sprint("case", maxUnread+1)); !strings.Contains(text, "Read it now?") {
		t.Errorf("in the place of what is gone, it said %q", text)
	}
}

func TestAWithdrawnAnswerIsNotOfferedAndWaitsToBeGivenBack(t *testing.T) {
	b := boarded(t, Board{})
	all := several(b, 2)
	withdrawn := func(ids ...string) {
		board := Board{Answers: all}
		for _, id := range ids {
			board.Withdrawn = append(board.Withdrawn, Withdrawal{Kind: WithdrawAnswer, ID: boardAnswer + id, Day: b.NewestReview()})
		}
		b.SetBoard(board)
	}
	withdrawn()
	k := inEnglish(t, b)
	k.newsOf("case0")
	k.newsOf("case1")
	withdrawn("case0", "case1")
	if text := k.pick("read"); !strings.Contains(text, "That answer was taken back.") || strings.Contains(text, "not read yet") {
		t.Errorf("of two that are withdrawn it said\n%s", text)
	}
	withdrawn("case0")
	k.say("menu")
	k.pick("rumours")
	if text := k.pick("read"); !strings.Contains(text, "Reason 1 of ours.") || strings.Contains(text, "not read yet") {
		t.Errorf("of the one that stands it said\n%s", text)
	}
	withdrawn()
	k.say("menu")
	k.pick("rumours")
	if text := k.pick("read"); !strings.Contains(text, "Reason 0 of ours.") {
		t.Errorf("of the one that was given back it said\n%s", text)
	}
}

// A session of before had room for one.
func TestAnAnswerThatASessionOfBeforeNamesIsRead(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: several(b, 1)})
	k := inEnglish(t, b)
	k.s.setAnswer(Answer{Flow: "news", Name: answerWhich, Text: "case0", Given: k.s.Seen})
	k.s.Stack, k.s.Flow, k.s.Node = []Place{{k.s.Flow, k.s.Node}}, "news", nodeLetter
	if text := k.say("1"); !strings.Contains(text, "Reason 0 of ours.") {
		t.Errorf("said\n%s", text)
	}
}

func TestNewsWaitForTheMorning(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}})
	k := inEnglish(t, b)
	k.at.Now = k.at.Now.Add(14 * time.Hour) // noon and fourteen hours, in Mexico City
	if msgs := k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}}); len(msgs) != 0 {
		t.Errorf("at night it said %q", textOf(msgs))
	}
	if text := textOf(k.due(0)); !strings.Contains(text, "Read it now?") || k.at.Now.In(bookZone).Hour() != dayBegins {
		t.Errorf("at %s it said %q", k.at.Now.In(bookZone), text)
	}
}

func TestTheVerdictIsInOnesOwnLanguageWhereTheReasonIsNot(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}})
	for _, l := range b.Catalogue.Languages() {
		k := newTalker(t, b, l.Code, WhatsApp, reviewed(b)).atMenu()
		k.input(Input{Event: Event{Timer: Timer{TimerNews, "bus"}, Due: k.at.Now}})
		text := k.pick("read")
		if !strings.Contains(text, l.Raw("board.false")) {
			t.Errorf("%s: no verdict in\n%s", l.Code, text)
		}
		for _, m := range k.last {
			if m.Fault != "" {
				t.Errorf("%s: %s", l.Code, m.Fault)
			}
		}
	}
}

func TestWhatIsWithdrawnIsNotSaidAnywhere(t *testing.T) {
	cases := map[Withdrawal]func(k *talker) string{
		{Kind: WithdrawMessage, ID: "rule.what.1"}:  func(k *talker) string { return k.pick("rule") },
		{Kind: WithdrawFact, ID: "clp_presumption"}: func(k *talker) string { return k.pick("rule") },
		{Kind: WithdrawFlow, ID: "rule"}:            func(k *talker) string { return k.pick("rule") },
		{Kind: WithdrawAnswer, ID: "rule.what"}:     func(k *talker) string { return k.pick("rule") },
	}
	for w, ask := range cases {
		b := boarded(t, Board{})
		w.Day = b.NewestReview()
		if err := b.CanWithdraw(w.Kind, w.ID); err != nil {
			t.Errorf("%s %s: %v", w.Kind, w.ID, err)
			continue
		}
		before := ask(inEnglish(t, b))
		b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
		k := inEnglish(t, b)
		text := ask(k)
		if !strings.Contains(text, "This was taken out of use on") || strings.Contains(before, "taken out of use") {
			t.Errorf("%s %s: said\n%s", w.Kind, w.ID, text)
		}
		if len(k.choices()) == 0 {
			t.Errorf("%s %s: nothing to go on with", w.Kind, w.ID)
		}
	}
}

func TestWhatLeadsToSafetyCannotBeWithdrawn(t *testing.T) {
	b := realBook(t)
	for _, w := range []Withdrawal{
		{Kind: WithdrawFlow, ID: "help"}, {Kind: WithdrawFlow, ID: "menu"}, {Kind: WithdrawFlow, ID: "data"}, {Kind: WithdrawFlow, ID: "nowhere"},
		{Kind: WithdrawFact, ID: "emergency_police"}, {Kind: WithdrawFact, ID: "nothing"}, {Kind: WithdrawMessage, ID: "ui.stopped"}, {Kind: WithdrawMessage, ID: "no.such"},
		{Kind: WithdrawAnswer, ID: "data.erase"}, {Kind: WithdrawAnswer, ID: "help.contacts"}, {Kind: "language", ID: "es"},
	} {
		if err := b.CanWithdraw(w.Kind, w.ID); !errors.Is(err, ErrWithdraw) {
			t.Errorf("%s %s: %v", w.Kind, w.ID, err)
		}
	}
}

func TestALetterIsHandedOverAndTheAnswerRead(t *testing.T) {
	b := boarded(t, Board{Desk: Desk{Staffed: true, Hours: map[string]string{"es": "lunes a viernes"}}})
	k := inEnglish(t, b)
	text := k.say("person")
	for k.s.Page+1 < k.s.Pages {
		text += k.say("more")
	}
	if !strings.HasPrefix(text, "No one is reading this now.") {
		t.Errorf("the first line is not that nobody reads:\n%s", text)
	}
	if !strings.Contains(text, "lunes a viernes") || !strings.Contains(text, "911") {
		t.Errorf("hours or directory are missing in\n%s", text)
	}
	k.say("my cousin is at the shelter, where do I ask")
	if len(k.done) != 1 || k.done[0].Kind != EffectLetter || k.done[0].Text != "my cousin is at the shelter, where do I ask" {
		t.Fatalf("effects %+v", k.done)
	}
	k.letters = []Letter{{At: k.at.Now, Mine: true, Text: "my cousin is at the shelter, where do I ask"}, {At: k.at.Now.Add(time.Minute), Text: "Ask at the office."}}
	k.wait(time.Hour)
	line := textOf(k.input(Input{Event: Event{Timer: Timer{TimerLetter, "c1"}, Due: k.at.Now}}))
	if strings.Contains(line, "office") || b.betrays(line) != "" {
		t.Errorf("the line says %q", line)
	}
	if text = k.pick("read"); !strings.Contains(text, "Someone of the team wrote:\nAsk at the office.") || strings.Contains(text, "my cousin") {
		t.Errorf("read\n%s", text)
	}
	k.pick("answer")
	k.standsAt("person", "write")
}

func TestALetterThatWasPutOffIsOfferedFirst(t *testing.T) {
	for _, form := range Forms {
		b := boarded(t, Board{Desk: Desk{Staffed: true, Open: true}})
		k := newTalker(t, b, "en", form, reviewed(b)).atMenu()
		k.letters = []Letter{{At: k.at.Now, Mine: true, Text: "where do I ask"}, {At: k.at.Now.Add(time.Minute), Text: "Ask at the office."}}
		k.input(Input{Event: Event{Timer: Timer{TimerLetter, "c1"}, Due: k.at.Now}})
		k.pick("not_now")
		k.wait(3 * 24 * time.Hour)
		k.say("hello")
		k.pick("again")
		if text := k.say("person"); !strings.Contains(text, "There is a message for you. Read it now?") || strings.Contains(text, "office") {
			t.Fatalf("%s: said\n%s", form.Name, text)
		}
		k.pick("not_now") // it is still offered another time, and who wants to write can
		k.standsAt("person", "write")
		k.say("menu")
		k.say("person")
		if text := k.pick("read"); !strings.Contains(text, "Ask at the office.") {
			t.Errorf("%s: read\n%s", form.Name, text)
		}
		k.say("menu")
		k.say("person")
		k.standsAt("person", "write")
	}
}

func TestDangerInALetterLeadsToSafetyFirst(t *testing.T) {
	b := boarded(t, Board{Desk: Desk{Staffed: true, Open: true}})
	k := inEnglish(t, b)
	k.say("person")
	k.say("they kidnapped us help")
	k.standsAt("help", "kidnapped")
	if len(k.done) != 0 {
		t.Errorf("effects %v", k.done)
	}
}

func TestWhereNobodyReadsItIsSaidAndNothingKept(t *testing.T) {
	k := inEnglish(t, boarded(t, Board{}))
	if text := k.say("person"); !strings.HasPrefix(text, "No team reads messages here yet.") {
		t.Errorf("said\n%s", text)
	}
	k.standsAt("person", "nobody_legal")
}

func TestTheSecondMissOffersAHumanWhereThereIsOne(t *testing.T) {
	for _, staffed := range []bool{true, false} {
		k := inEnglish(t, boarded(t, Board{Desk: Desk{Staffed: staffed}}))
		k.say("77")
		if text := k.say("78"); strings.Contains(text, "write PERSON") != staffed {
			t.Errorf("staffed %t: said\n%s", staffed, text)
		}
	}
}

func TestABulletinLooksAsItsFormAllows(t *testing.T) {
	b := realBook(t)
	day := b.NewestReview()
	for _, l := range b.Catalogue.Languages() {
		for _, form := range Forms {
			m := b.Bulletin(form, l.Code, "Texto", day, day)
			if m.Fault != "" || !strings.Contains(m.Text, "Texto") || strings.Contains(m.Text, "no value") {
				t.Errorf("%s on %s: %q, fault %q", l.Code, form.Name, m.Text, m.Fault)
			}
			if form.MaxSegments > 0 && m.Segments != locales.Segments(m.Text) {
				t.Errorf("%s: %d segments", l.Code, m.Segments)
			}
			if len(m.Choices) > 0 && !form.Buttons {
				t.Errorf("%s on %s has numbered choices", l.Code, form.Name)
			}
		}
	}
}

func sentBoard(b *Book) Board {
	day := b.NewestReview()
	board := Board{Sent: []SentText{
		{Mailing: 1, Day: day, Lang: "en", Text: "The church runs no bus to the border. Do not pay anybody for a seat. Ask at the shelter office."},
		{Mailing: 2, Day: day.AddDays(-5), Lang: "en", Text: "A new list is kept at the shelter in Reynosa, and it costs nothing to be on it.", Corrected: day.AddDays(-1), By: 3},
		{Mailing: 3, Day: day.AddDays(-1), Lang: "en", Text: "There is no list at the shelter in Reynosa. We were wrong, and we are sorry for it."},
	}}
	for i := range board.Sent {
		t := &board.Sent[i]
		t.Text = b.Bulletin(WhatsApp, t.Lang, t.Text, t.Day, 0).Text
	}
	return board
}

func TestDidYouSendThis(t *testing.T) {
	b := boarded(t, Board{})
	board := sentBoard(b)
	b.SetBoard(board)
	words := func(i int) string { return strings.Split(board.Sent[i].Text, "\n\n")[1] }
	for name, c := range map[string]struct{ text, want, not string }{
		"as it was sent":             {board.Sent[0].Text, "Yes. Posada sent this on", "Careful"},
		"its words alone":            {words(0), "Yes. This is part of a message that Posada sent on", "Careful"},
		"one that was corrected":     {words(1), "Do not rely on the old message.", "Careful"},
		"and what corrects it":       {words(1), "There is no list at the shelter in Reynosa.", "Careful"},
		"one that somebody changed":  {"The church runs a bus to the border. Pay 20 dollars for a seat. Ask at the shelter office.", "Careful", "Yes."},
		"a stranger's":               {"Hurry, tomorrow the bridge opens for everybody who brings a photo and a paper from the consulate", "cannot find this among the messages", "Yes."},
		"standing words of the book": {"Officers and others take phones and read them. You can erase what Posada holds: write delete.", "Posada uses these words", "Careful"},
		"too little":                 {"hello you", "too little to tell", "Yes."},
	} {
		k := inEnglish(t, b)
		k.pick("rumours")
		k.pick("sent")
		text := k.say(c.text)
		if !strings.Contains(text, c.want) || strings.Contains(text, c.not) {
			t.Errorf("%s: answered\n%s", name, text)
		}
		k.standsAt("sent", "more")
	}
}

func TestATrueTextWithMoreThanItWasSentWithIsNotOurs(t *testing.T) {
	b := boarded(t, Board{})
	board := sentBoard(b)
	b.SetBoard(board)
	whole := board.Sent[0].Text
	standing := "Officers and others take phones and read them. You can erase what Posada holds: write delete."
	for name, in := range map[string]Input{
		"padded with lines":         {Text: whole + strings.Repeat("\n", MaxText) + "Now pay 20 dollars to Juan"},
		"with what is not seen":     {Text: whole + strings.Repeat("\u2060", MaxText), Cut: true},
		"a piece of it":             {Text: strings.Split(whole, "\n\n")[1] + strings.Repeat(" ", 2*MaxText) + "pay"},
		"with a link behind a word": {Text: whole, Hidden: true},
		"below a picture":           {Text: whole, Media: MediaPhoto},
		"standing words, padded":    {Text: standing + strings.Repeat(" \n", MaxText) + "Pay Juan"},
		"standing words, a picture": {Text: standing, Media: MediaPhoto},
	} {
		for _, asked := range []bool{true, false} {
			k := inEnglish(t, b)
			k.pick("rumours")
			if asked {
				k.pick("sent")
			}
			text := textOf(k.input(in))
			if strings.Contains(text, "Yes.") || strings.Contains(text, "Posada uses these words") {
				t.Errorf("%s, asked %v: answered\n%s", name, asked, text)
			}
			if asked && !strings.Contains(text, "Careful") {
				t.Errorf("%s: no warning\n%s", name, text)
			}
		}
	}
}

func TestAForwardedBulletinIsRecognisedWithoutAWord(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(sentBoard(b))
	k := inEnglish(t, b)
	k.pick("rule")
	before := k.s.Node
	text := k.say("The church runs no bus to the border. Do not pay anybody for a seat. Ask at the shelter office.")
	if !strings.Contains(text, "Posada sent on") {
		t.Errorf("answered\n%s", text)
	}
	k.pick("back")
	k.standsAt("rule", before)
}

func TestTheWordRumourAndAForwardedMessageTellOne(t *testing.T) {
	b := boarded(t, Board{})
	b.SetBoard(Board{Answers: []Answered{bus(b)}})
	for name, in := range map[string]Input{
		"the word":             {Text: "Rumour: free buses leave from the church to the border"},
		"a forwarded message":  {Text: "🚌 free buses leave from the church to the border!!", Forwarded: true},
		"in Spanish":           {Text: "rumor salen autobuses gratis de la iglesia a la frontera"},
		"with a picture of it": {Text: "free buses leave from the church to the border", Forwarded: true, Media: MediaPhoto},
	} {
		k := inEnglish(t, b)
		if name == "in Spanish" {
			k = newTalker(t, b, "es", WhatsApp, reviewed(b)).atMenu()
		}
		k.pick("rule")
		before := k.s.Node
		text := textOf(k.input(in))
		if k.s.Node == "which" {
			text = k.pick(boardAnswer + "bus")
		}
		k.standsAt("rumours", nodeKnown)
		if !strings.Contains(text, k.words().Raw("board.false")) {
			t.Errorf("%s: answered\n%s", name, text)
		}
		k.pick("yes")
		k.standsAt("rule", before)
	}
	k := inEnglish(t, b)
	k.say("rumour")
	if len(k.done) > 0 {
		t.Errorf("the word alone did %v", k.done)
	}
}

// Whoever stood there before, asks in their own words, or has the words on their
// phone, is told the same.
func TestWhatIsWithdrawnComesBackByNoOtherWay(t *testing.T) {
	b := boarded(t, Board{})
	day := b.NewestReview()
	es := b.Catalogue.Language("es")
	words := func(l *locales.Language, id string) string {
		text, err := b.On(reviewed(b)).text(l, id, nil)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	said := words(b.Catalogue.Language("en"), "rule.what.1")
	for _, w := range []Withdrawal{{Kind: WithdrawFlow, ID: "rule", Day: day}, {Kind: WithdrawMessage, ID: "rule.what.1", Day: day}, {Kind: WithdrawAnswer, ID: "rule.what", Day: day}} {
		b.SetBoard(Board{})
		k := inEnglish(t, b)
		if text := k.pick("rule"); !strings.Contains(text, said) {
			t.Fatalf("before, it says\n%s", text)
		}
		b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
		if text := k.say("repeat"); strings.Contains(text, said) {
			t.Errorf("%s: whoever stood there reads it again:\n%s", w.Kind, text)
		}
		k = inEnglish(t, b)
		if text := k.say("what is the asylum rule"); strings.Contains(text, said) {
			t.Errorf("%s: whoever asks reads it:\n%s", w.Kind, text)
		}

		b.SetBoard(Board{})
		k = newTalker(t, b, "es", SMS, reviewed(b)).atMenu()
		k.pick("rule")
		b.SetBoard(Board{Withdrawn: []Withdrawal{w}})
		if text := textOf(k.input(Input{Payload: payloadOriginal})); strings.Contains(locales.Fold(text), locales.Fold(said)) || strings.Contains(locales.Fold(text), locales.Fold(words(es, "rule.what.1"))) {
			t.Errorf("%s: the original is said:\n%s", w.Kind, text)
		}
	}
	b.SetBoard(Board{Withdrawn: []Withdrawal{{Kind: WithdrawMessage, ID: "rule.what.1", Day: day}}})
	k := inEnglish(t, b)
	k.pick("rumours")
	k.pick("sent")
	if text := k.say(said); !strings.Contains(text, "taken out of use") || strings.Contains(text, "uses these words") {
		t.Errorf("a forwarded one is answered\n%s", text)
	}
}
