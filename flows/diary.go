// The diary: what a person pressed, day by day, counted and written out for
// somebody who helps them. The store keeps it sealed and hands it in.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"posada/locales"
)

// Line is one entry of the diary.
type Line struct {
	At        time.Time
	Programme string // id
	Place     string // id; its zone is that of the entry. "": the person's, or the book's
	Outcome   string // done, problem, problem:KIND, offer or later
}

// Outcomes of a day, as effects of kind report carry them.
const (
	OutcomeDone    = "done"
	OutcomeProblem = "problem"
	OutcomeOffer   = "offer"
	OutcomeLater   = "later"
)

// problemMark stands between OutcomeProblem and its kind.
const problemMark = OutcomeProblem + ":"

// ProblemKinds are the kinds of problem, in the order of their counts.
var ProblemKinds = []string{"error", "fraud", "crash", "captcha", "photo", "no_phone", "no_internet", "other"}

// Messages of the diary.
const (
	msgDiaryUnread  = "diary.unread"
	msgDiaryEmpty   = "diary.empty"
	msgDiarySpan    = "diary.summary.span"
	msgDiaryDone    = "diary.summary.done"
	msgDiaryTrouble = "diary.summary.problems"
	msgDiaryOffers  = "diary.summary.offers"
	msgDiaryCount   = "diary.summary.count"
	msgDiaryIs      = "diary.export.is"
	msgDiaryIsNot   = "diary.export.is_not"
	msgDiaryCut     = "diary.export.cut"
	msgDiaryLine    = "diary.export.line"
	msgDiaryNone    = "diary.export.none"
	msgDiaryChoice  = "data.choice.diary"
	msgOutcome      = "diary.outcome."
	msgKind         = "diary.kind."
)

// diaryMessages are those that only the engine shows.
func diaryMessages() []string {
	out := []string{msgDiaryUnread, msgDiaryEmpty, msgDiarySpan, msgDiaryDone, msgDiaryTrouble, msgDiaryOffers, msgDiaryCount,
		msgDiaryIs, msgDiaryIsNot, msgDiaryCut, msgDiaryLine, msgDiaryNone}
	for _, o := range []string{OutcomeDone, OutcomeProblem, OutcomeOffer, OutcomeLater} {
		out = append(out, msgOutcome+o)
	}
	for _, k := range ProblemKinds {
		out = append(out, kindMessage(k))
	}
	return out
}

// kindMessage names a kind of problem; "other" is a word that go-i18n keeps
// for itself.
func kindMessage(kind string) string {
	if kind == "other" {
		kind = "another"
	}
	return msgKind + kind
}

// What nodes of the diary show.
const (
	listDiary  = "diary"        // how many days, problems and offers
	listExport = "diary-export" // every entry
)

// doDiaryErase erases the diary.
const doDiaryErase = "diary-erase"

// Answers of the diary's flow.
const (
	diaryText  = "text"  // own or english: in which language it is written out
	diaryMonth = "month" // of which month alone
)

// diaryEnglish is the value of diaryText for English.
const diaryEnglish = "english"

// The most entries that are written out at once. An SMS shows two to four a
// page, and an answer has MaxPages.
const (
	maxLinesSMS  = 60
	maxLinesChat = 150
	// maxLinesWide is maxLinesSMS in scripts of which a page holds less than half.
	maxLinesWide = 26
)

// joined puts the kind of a problem into the entry of its press: a problem is
// written when it is pressed and once more when its kind is told, which a person
// may do over again. The entries come in the order in which they were written.
func joined(entries []Line) []Line {
	if entries == nil {
		return nil
	}
	out := make([]Line, 0, len(entries))
	pressed := map[string]int{} // the last problem of a programme
	for _, e := range entries {
		if i, ok := pressed[e.Programme]; ok && strings.HasPrefix(e.Outcome, problemMark) {
			out[i].Outcome = e.Outcome
			continue
		}
		if e.Outcome == OutcomeProblem {
			pressed[e.Programme] = len(out)
		}
		out = append(out, e)
	}
	return out
}

// WantsDiary tells whether a step of this input may show the diary, so that
// Input.Diary has to be filled. It is pure and cheap, and says yes rather once
// too often. A diary that was not handed in is never taken for an empty one:
// the person is asked to write the word again.
func (b *Book) WantsDiary(s Session, in Input) bool {
	if in.Event != (Event{}) || in.Flood || s.Stopped {
		return false
	}
	if in.Payload == "" {
		text, _ := locales.Clean(in.Text, MaxText)
		if b.Catalogue.Keyword(locales.Fold(text)) == locales.KeyDiary {
			return true
		}
	} else {
		where, _, _ := strings.Cut(in.Payload, "#")
		flow, node, _ := strings.Cut(where, "/")
		if b.nearDiary[Place{flow, node}] {
			return true
		}
	}
	near := func(p Place) bool { return b.nearDiary[p] }
	return near(Place{s.Flow, s.Node}) || slices.ContainsFunc(s.Stack, near) ||
		slices.ContainsFunc(s.Trail, func(u Turn) bool { return near(u.Place) || slices.ContainsFunc(u.Stack, near) })
}

// findDiary lists the places of the book from which one answer may lead to the
// diary.
func (b *Book) findDiary() {
	b.nearDiary = map[Place]bool{}
	var shows func(n *Node, seen map[*Node]bool) bool
	shows = func(n *Node, seen map[*Node]bool) bool {
		if n == nil || seen[n] {
			return false
		}
		seen[n] = true
		if n.List == listDiary || n.List == listExport {
			return true
		}
		return !n.isAsk() && slices.ContainsFunc(n.ways(), func(m *Node) bool { return shows(m, seen) })
	}
	for _, f := range b.flows {
		for _, n := range f.order {
			seen := map[*Node]bool{}
			if shows(n, seen) || slices.ContainsFunc(n.ways(), func(m *Node) bool { return shows(m, seen) }) {
				b.nearDiary[n.place()] = true
			}
		}
	}
}

// eraseDiary erases it, for the rest of this turn too.
func (t *turn) eraseDiary(*Node) {
	t.effects = append(t.effects, Effect{Kind: EffectDiaryErase})
	t.diary = []Line{}
}

// renderDiary counts the entries, or writes them out.
func (t *turn) renderDiary(a *answerText, l *locales.Language, n *Node) {
	say := func(text string) { a.add(text, n.flow.ID, n.id) }
	switch {
	case t.diary == nil:
		say(t.plain(a, l, msgDiaryUnread))
	case len(t.diary) == 0:
		say(t.plain(a, l, msgDiaryEmpty))
	case n.List == listDiary:
		say(t.countDiary(a, l))
	default:
		t.exportDiary(a, l, n)
	}
}

// countDiary is the summary.
func (t *turn) countDiary(a *answerText, l *locales.Language) string {
	first, last := t.diary[0].At, t.diary[0].At
	done := map[string]bool{}
	kinds := map[string]int{}
	problems, offers := 0, 0
	for _, e := range t.diary {
		if e.At.Before(first) {
			first = e.At
		}
		if e.At.After(last) {
			last = e.At
		}
		switch kind, isProblem := strings.CutPrefix(e.Outcome, problemMark); {
		case e.Outcome == OutcomeDone:
			done[e.Programme+" "+DateOf(e.At.In(t.lineZone(e))).String()] = true
		case isProblem:
			problems++
			kinds[kind]++
		case e.Outcome == OutcomeProblem:
			problems++
		case e.Outcome == OutcomeOffer:
			offers++
		}
	}
	zone := t.zoneOf("")
	count := func(id string, n int) string { return t.valued(a, l, id, map[string]any{"n": l.Number(n)}) }
	lines := []string{
		t.valued(a, l, msgDiarySpan, map[string]any{"from": DateOf(first.In(zone)).In(l), "until": DateOf(last.In(zone)).In(l)}),
		count(msgDiaryDone, len(done)), count(msgDiaryTrouble, problems),
	}
	for _, k := range ProblemKinds {
		if kinds[k] > 0 {
			lines = append(lines, "- "+t.valued(a, l, msgDiaryCount, map[string]any{"what": t.plain(a, l, kindMessage(k)), "n": l.Number(kinds[k])}))
		}
	}
	return strings.Join(append(lines, count(msgDiaryOffers, offers)), "\n")
}

// linesSMS is how many entries are written out by SMS in a language.
func linesSMS(l *locales.Language) int {
	if locales.IsGSM7(locales.Transliterate(l.Raw(msgDiaryIs))) {
		return maxLinesSMS
	}
	return maxLinesWide
}

// exportDiary writes out what it is and is not, and each entry on a line.
func (t *turn) exportDiary(a *answerText, l *locales.Language, n *Node) {
	if text, _ := t.s.answer(n.flow.ID, diaryText); text.Text == diaryEnglish {
		l = t.book.Catalogue.Language(locales.Source)
	}
	say := func(text string) { a.add(text, n.flow.ID, n.id) }
	entries := slices.Clone(t.diary)
	slices.SortStableFunc(entries, func(x, y Line) int { return x.At.Compare(y.At) })
	if month, _ := t.s.answer(n.flow.ID, diaryMonth); month.Number != 0 {
		entries = slices.DeleteFunc(entries, func(e Line) bool { return DateOf(e.At.In(t.lineZone(e))).YearMonth() != month.Number })
		if len(entries) == 0 {
			say(t.valued(a, l, msgDiaryNone, map[string]any{"month": Date(month.Number * 100).In(l)}))
			return
		}
	}
	say(t.plain(a, l, msgDiaryIs))
	say(t.plain(a, l, msgDiaryIsNot))
	most := maxLinesChat
	if t.form.Join { // so many pages are written in the letters that need the fewest
		most, t.form.Exact = linesSMS(l), ""
	}
	if all := len(entries); all > most {
		entries = entries[all-most:]
		say(t.valued(a, l, msgDiaryCut, map[string]any{"n": l.Number(most), "total": l.Number(all)}))
	}
	lines := make([]string, 0, len(entries))
	for _, e := range entries {
		lines = append(lines, t.diaryLine(a, l, e))
	}
	say(strings.Join(lines, "\n"))
}

// diaryLine is one entry: day and time where the person was, with the name of
// the zone and how far it is from UTC, programme and outcome.
func (t *turn) diaryLine(a *answerText, l *locales.Language, e Line) string {
	zone := t.lineZone(e)
	at := e.At.In(zone)
	name := e.Programme
	if p := t.book.programme(e.Programme); p != nil {
		name = t.plain(a, l, p.Name)
	}
	when := at.Format("2006-01-02 15:04") + " " + zone.String()
	if offset := utcOffset(at); zone.String() != offset {
		when += " (" + offset + ")"
	}
	return t.valued(a, l, msgDiaryLine, map[string]any{"when": when, "programme": name, "outcome": t.outcome(a, l, e.Outcome)})
}

// utcOffset is "UTC-7" or "UTC+5:30".
func utcOffset(at time.Time) string {
	_, seconds := at.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if m := seconds / 60 % 60; m != 0 {
		s += fmt.Sprintf(":%02d", m)
	}
	return s
}

// outcome in words. One that is not known is a problem of no known kind: what
// is stored may be older than the book.
func (t *turn) outcome(a *answerText, l *locales.Language, outcome string) string {
	switch outcome {
	case OutcomeDone, OutcomeOffer, OutcomeLater:
		return t.plain(a, l, msgOutcome+outcome)
	}
	text := t.plain(a, l, msgOutcome+OutcomeProblem)
	if kind, ok := strings.CutPrefix(outcome, problemMark); ok && slices.Contains(ProblemKinds, kind) {
		text += ": " + t.plain(a, l, kindMessage(kind))
	}
	return text
}

// lineZone is the zone in which an entry is told.
func (t *turn) lineZone(e Line) *time.Location {
	if spot := t.book.spotByID[e.Place]; spot != nil {
		return spot.loc
	}
	return t.zoneOf(e.Programme)
}
