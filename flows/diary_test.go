// The diary: what is counted, what is written out, and when it is asked for.
package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/locales"
)

// atDiary has a diary and is at its summary.
func atDiary(t testing.TB, b *Book, lang string, form Form, diary []Line) *talker {
	t.Helper()
	k := newTalker(t, b, lang, form, march).atMenu()
	k.diary = diary
	k.say(k.words().List("keyword.diary")[0])
	k.standsAt("diary", "summary")
	return k
}

// wholeAnswer asks for every page of the last answer.
func (k *talker) wholeAnswer() string {
	text := textOf(k.last)
	for k.s.Page+1 < k.s.Pages {
		text += "\n" + k.say("0")
	}
	return text
}

func TestTheSummaryCountsDaysProblemsAndOffers(t *testing.T) {
	b := realBook(t)
	at := func(s string) time.Time { return moment(t, s) }
	k := atDiary(t, b, "en", WhatsApp, []Line{
		{At: at("2024-03-12T17:00:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "done"},
		{At: at("2024-03-10T17:00:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "done"},
		{At: at("2024-03-11T06:30:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "done"}, // still the 10th there
		{At: at("2024-03-11T20:30:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "problem:no_phone"},
		{At: at("2024-03-11T20:40:00Z"), Programme: "cbp-one", Outcome: "problem:error"},
		{At: at("2024-03-11T20:50:00Z"), Programme: "cbp-one", Outcome: "problem:error"},
		{At: at("2024-03-11T20:55:00Z"), Programme: "cbp-one", Outcome: "problem"},
		{At: at("2024-03-11T20:56:00Z"), Programme: "cbp-one", Outcome: "later"},
		{At: at("2024-03-13T20:56:00Z"), Programme: "cbp-one", Outcome: "offer"},
	})
	want := "Your diary: from 10 March 2024 to 13 March 2024.\nDays on which you pressed done: 2.\nProblems: 4.\n- error message: 2\n- no phone: 1\nOffers: 1."
	if got := textOf(k.last); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnEntryIsWrittenWithItsLocalTimeZoneAndOffset(t *testing.T) {
	b := realBook(t)
	k := atDiary(t, b, "es", WhatsApp, []Line{
		{At: moment(t, "2024-03-15T17:02:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "done"},
		{At: moment(t, "2024-01-15T17:02:00Z"), Programme: "cbp-one", Place: "tijuana", Outcome: "problem:captcha"},
		{At: moment(t, "2024-01-16T05:02:00Z"), Programme: "cbp-one", Place: "nogales", Outcome: "problem:of another book"},
		{At: moment(t, "2024-01-17T17:02:00Z"), Programme: "gone", Outcome: "offer"},
	})
	k.pick("english")
	want := strings.Join([]string{
		"2024-01-15 09:02 America/Tijuana (UTC-8) CBP One: problem: captcha",
		"2024-01-15 22:02 America/Hermosillo (UTC-7) CBP One: problem",
		"2024-01-17 11:02 UTC-6 gone: offer",
		"2024-03-15 10:02 America/Tijuana (UTC-7) CBP One: done",
	}, "\n")
	if got := textOf(k.last); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, id := range []string{msgDiaryIs, msgDiaryIsNot} { // in English, whatever the language
		if !strings.Contains(textOf(k.last), b.Catalogue.Language("en").Raw(id)) {
			t.Errorf("%s is not said in English", id)
		}
	}
	k.pick("summary")
	k.pick("export")
	k.says(textOf(k.last), msgDiaryIs, msgDiaryIsNot, "diary.outcome.offer")
}

// A kind belongs to the problem that was pressed before it; one from before
// problems were written at the press has an entry of its own.
func TestTheKindOfAProblemIsToldWithThePress(t *testing.T) {
	at := func(minute int, programme, outcome string) Line {
		return Line{At: march.Add(time.Duration(minute) * time.Minute), Programme: programme, Place: "tijuana", Outcome: outcome}
	}
	entries := []Line{
		at(0, "cbp-one", "problem:error"), at(1, "cbp-one", "problem:crash"), // as they were written before
		at(2, "cbp-one", "problem"), at(3, "cbp-one", "problem:photo"), at(4, "cbp-one", "problem:captcha"),
		at(5, "cbp-one", "problem"), at(6, "other", "problem:fraud"), at(7, "cbp-one", "done"), at(8, "cbp-one", "problem:no_phone"),
		at(9, "cbp-one", "problem"),
	}
	want := []Line{
		at(0, "cbp-one", "problem:error"), at(1, "cbp-one", "problem:crash"), at(2, "cbp-one", "problem:captcha"),
		at(5, "cbp-one", "problem:no_phone"), at(6, "other", "problem:fraud"), at(7, "cbp-one", "done"), at(9, "cbp-one", "problem"),
	}
	before := slices.Clone(entries)
	if got := joined(entries); !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	if !slices.Equal(entries, before) {
		t.Error("what was handed in is changed")
	}
	if joined(nil) != nil || joined([]Line{}) == nil {
		t.Error("a diary that was not handed in is not told from an empty one")
	}
}

// longDiary is the longest that can be: of everything the most.
func longDiary(b *Book, n int) []Line {
	var out []Line
	for i := range n {
		out = append(out, Line{At: march.Add(-time.Duration(i) * 5 * time.Hour), Programme: "cbp-one", Place: "ciudad_juarez", Outcome: "problem:fraud"})
	}
	return out
}

func TestALongDiaryIsCutWithinTheLimitsAndSaysSo(t *testing.T) {
	line := regexp.MustCompile(`(?m)^ *(?:في )?\x{2066}?20\d\d-\d\d-\d\d \d\d:\d\d America/Ciudad`)
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		exact := SMS
		exact.Exact = "es,ht"
		for _, form := range append(slices.Clone(Forms), exact) {
			most := maxLinesChat
			if form.Join {
				most = linesSMS(l)
			}
			for _, n := range []int{0, 1, most, most + 1, 500} {
				k := atDiary(t, b, l.Code, form, longDiary(b, n))
				k.pick("export")
				text := k.wholeAnswer()
				if n == 0 {
					k.says(text, msgDiaryEmpty)
					continue
				}
				// A line may be cut by the end of a page, and begins on one.
				if got := len(line.FindAllString(text, -1)); got != min(n, most) {
					t.Errorf("on %s %d entries give %d lines, not %d", form.Name, n, got, min(n, most))
				}
				cut, _ := l.Render(msgDiaryCut, map[string]any{"n": l.Number(most), "total": l.Number(n)})
				if flat(l, text, cut) != (n > most) {
					t.Errorf("on %s %d entries are cut: %v", form.Name, n, n <= most)
				}
				if k.s.Pages > MaxPages-2 {
					t.Errorf("on %s %d entries fill %d pages", form.Name, n, k.s.Pages)
				}
			}
			// By month each entry can be read.
			k := atDiary(t, b, l.Code, form, longDiary(b, 250))
			k.pick("export")
			k.pick("month")
			k.say(l.Raw("date.month.m02") + " 2024")
			if got := len(line.FindAllString(k.wholeAnswer(), -1)); got == 0 || got > most {
				t.Errorf("on %s February has %d lines", form.Name, got)
			}
		}
	})
}

// flat tells whether a text holds another, wherever its lines and pages end.
func flat(l *locales.Language, text, part string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(locales.Fold(s)), " ") }
	for _, id := range []string{msgMore, msgNavSMS} {
		text = strings.ReplaceAll(squeeze(text), squeeze(l.Raw(id)), "")
	}
	return strings.Contains(squeeze(text), squeeze(part))
}

func TestTheDiaryIsErasedOnRequestAlone(t *testing.T) {
	k := atDiary(t, realBook(t), "en", SMS, longDiary(nil, 3))
	k.pick("erase")
	if len(k.done) != 0 {
		t.Error("it is erased before it was asked")
	}
	k.pick("no")
	k.standsAt("diary", "summary")
	k.pick("erase")
	k.pick("yes")
	if len(k.done) != 1 || k.done[0] != (Effect{Kind: EffectDiaryErase}) {
		t.Errorf("effects %v", k.done)
	}
	if k.say("diary"); !strings.Contains(textOf(k.last), "Nothing stands in your diary yet") {
		t.Errorf("after it: %q", textOf(k.last))
	}
}

// Every way of a person to the diary is announced to the assistant; a diary
// that was not handed in is not taken for an empty one.
func TestTheDiaryIsAskedForWhereverItCanBeShown(t *testing.T) {
	b := realBook(t)
	menu := newTalker(t, b, "en", Telegram, march).atMenu()
	data := *menu
	data.pick("data")
	at := atDiary(t, b, "en", Telegram, longDiary(b, 3))
	away := *at
	away.wait(Idle)
	away.say("hola")
	export := *at
	export.pick("export")
	beside := export
	beside.say("help")
	called := beside.s
	called.Trail = nil
	for name, c := range map[string]struct {
		s    Session
		in   Input
		want bool
	}{
		"the word":             {menu.s, Input{Text: "diary"}, true},
		"the word, elsewhere":  {menu.s, Input{Text: " Jounal "}, true},
		"a word":               {menu.s, Input{Text: "1"}, false},
		"nothing known":        {Session{}, Input{Text: "hola"}, false},
		"my data":              {data.s, Input{Text: "2"}, true},
		"an old button":        {menu.s, Input{Payload: "data/choose#diary"}, true},
		"another button":       {menu.s, Input{Payload: "menu/menu#rule"}, false},
		"in it":                {at.s, Input{Text: "1"}, true},
		"its pages":            {export.s, Input{Text: "0"}, true},
		"after a pause":        {away.s, Input{Text: "1"}, true},
		"beside it":            {beside.s, Input{Text: "*"}, true},
		"called from it":       {called, Input{Text: "1"}, true},
		"a flood":              {at.s, Input{Text: "diary", Flood: true}, false},
		"an event":             {at.s, Input{Event: Event{Timer: dateTimer, Due: march}}, false},
		"who has said stop":    {Session{Language: "en", Stopped: true}, Input{Text: "diary"}, false},
		"the word as a button": {menu.s, Input{Text: "diary", Payload: "menu/menu#rule"}, false},
	} {
		if got := b.WantsDiary(c.s, c.in); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	_, msgs, _ := b.Step(menu.s, Input{Text: "diary"}, SMS, menu.at)
	menu.says(textOf(msgs), msgDiaryUnread)
}

func TestAReportKeepsThePlaceInWhichItsTimeIsTold(t *testing.T) {
	k := newTalker(t, realBook(t), "en", WhatsApp, march).atMenu()
	k.pick("reminders")
	k.say("Nogales")
	k.pick("opens")
	k.pick("w1")
	k.due(0)
	k.pick("done")
	if len(k.diary) != 1 || k.diary[0].Place != "nogales" || k.diary[0].Outcome != OutcomeDone {
		t.Errorf("the entry is %+v", k.diary)
	}
}

func TestAWrittenDiaryNamesNobody(t *testing.T) {
	k := atDiary(t, realBook(t), "en", Telegram, longDiary(nil, 2))
	k.pick("export")
	allowed := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d America/Ciudad_Juarez \(UTC-\d\) CBP One: problem: message about fraud$`)
	lines := 0
	for _, l := range strings.Split(textOf(k.last), "\n") {
		if strings.HasPrefix(l, "20") {
			if lines++; !allowed.MatchString(l) {
				t.Errorf("a line of another shape: %q", l)
			}
		}
	}
	if lines != 2 {
		t.Errorf("%d lines of 2", lines)
	}
	if s := fmt.Sprint(k.s); s != "session" {
		t.Errorf("the session prints %q", s)
	}
}
