// Check holds the book and the catalogues to account: what the loader cannot
// refuse, because it needs every language or today's date.
package flows

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"posada/locales"
)

// MaxNodePages is the most SMS pages one node may fill.
const MaxNodePages = 8

// MaxNodePagesWide is the same in scripts that SMS counts in sixteen bits: a page
// of two segments then holds 134 letters instead of 306.
const MaxNodePagesWide = 14

// Finding is one thing that Check found.
type Finding struct {
	File    string
	Line    int
	Text    string
	Warning bool // worth knowing; everything else is an error
}

// String is "file:line: text", the form editors understand.
func (f Finding) String() string {
	kind := ""
	if f.Warning {
		kind = "warning: "
	}
	return fmt.Sprintf("%s:%d: %s%s", f.File, f.Line, kind, f.Text)
}

type checker struct {
	book *Book
	day  *Day
	out  []Finding
}

// Check looks at everything as of a day. Its findings are sorted by file and
// line; a warning alone does not make a book unfit.
func (b *Book) Check(day *Day) []Finding {
	c := &checker{book: b, day: day}
	for _, clash := range b.Catalogue.Clashes() {
		c.add("locales/"+clash.File, clash.Line, false, "%s", clash.Text)
	}
	used := b.usedMessages()
	for _, l := range b.Catalogue.Languages() {
		if _, faults := b.Catalogue.Told(l.Code); len(faults) > 0 {
			c.add("locales/"+faults[0].File, faults[0].Line, false, "%s", faults[0].Text)
		}
		c.language(l, used)
		c.labels(l)
		c.discreet(l)
		c.pages(l)
		c.reminders(l)
		c.glossary(l)
		c.plain(l)
	}
	c.reviews()
	sort.SliceStable(c.out, func(i, j int) bool {
		if c.out[i].File != c.out[j].File {
			return c.out[i].File < c.out[j].File
		}
		return c.out[i].Line < c.out[j].Line
	})
	return c.out
}

func (c *checker) add(file string, line int, warning bool, format string, args ...any) {
	c.out = append(c.out, Finding{File: file, Line: line, Warning: warning, Text: fmt.Sprintf(format, args...)})
}

// usedMessages lists every message that something shows or reads.
func (b *Book) usedMessages() map[string]bool {
	used := map[string]bool{}
	use := func(ids ...string) {
		for _, id := range ids {
			if id != "" {
				used[id] = true
			}
		}
	}
	use(engineMessages...)
	use("language.name", "language.choose", "language.words", "language.letters", "language.direction", "language.bridge", "number.digits", "language.greetings", "language.order", "language.status", msgLanguageAlso, "number.group", "date.long", "date.month_year", "date.at", "time.am", "time.pm")
	for _, name := range []string{"am", "pm", "night", "noon", "midnight", "filler"} {
		use("time.words." + name)
	}
	for m := 1; m <= 12; m++ {
		use(fmt.Sprintf("date.month.m%02d", m), fmt.Sprintf("date.month_also.m%02d", m))
	}
	for _, k := range locales.Keywords {
		use("keyword." + k)
	}
	for _, k := range locales.CrisisKinds {
		use("crisis." + k)
	}
	for _, f := range b.flows {
		for _, n := range f.order {
			use(n.Ask, n.Why, n.Invalid)
			for _, it := range n.Say {
				use(it.Text)
			}
			for _, o := range n.Choices {
				use(o.Label, o.Also)
			}
		}
	}
	for _, p := range b.programmes {
		use(p.Name, p.History, p.HistoryTrouble)
	}
	for _, s := range b.spots {
		use(s.Name)
	}
	for _, e := range b.directory {
		use(e.Note)
	}
	for _, v := range b.vetted {
		use(v.Label)
		if b.Catalogue.Language(locales.Source).Has(v.asksFor()) { // an operator's own has its label alone
			use(v.asksFor())
		}
	}
	return used
}

func (c *checker) language(l *locales.Language, used map[string]bool) {
	src := c.book.Catalogue.Language(locales.Source)
	ids := make([]string, 0, len(used))
	for id := range used {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		if !l.Has(id) {
			c.add("locales/"+l.File, 1, false, "message %s is missing", id)
		}
	}
	for _, id := range l.IDs() {
		file, line := c.where(l, id)
		if !used[id] && !strings.HasPrefix(id, "concept.") && !strings.HasPrefix(id, "danger.") { // concepts are each language's own
			if !c.book.overlaid { // an operator cannot take it out of the catalogue
				c.add(file, line, false, "message %s is used by nothing", id)
			}
			continue
		}
		if locales.IsList(id) {
			continue
		}
		text := l.Raw(id)
		if strings.TrimSpace(text) == "" {
			c.add(file, line, false, "message %s is empty", id)
		}
		if want, got := sorted(src.Fields(id)), sorted(l.Fields(id)); !slices.Equal(want, got) {
			c.add(file, line, false, "message %s shows %v, the source language %v", id, got, want)
		}
		if strings.Contains(text, "<no value>") {
			c.add(file, line, false, "message %s holds <no value>", id)
		}
		if c.book.digits[id] == "" && hasDigit(text) {
			c.add(file, line, false, "message %s holds a digit that comes from no fact", id)
		}
		if n := utf8.RuneCountInString(text); n > MaxMessageRunes {
			c.add(file, line, false, "message %s has %d characters, more than %d", id, n, MaxMessageRunes)
		}
		if n, sentence := longestSentence(text); n > MaxSentenceWords {
			c.add(file, line, false, "message %s has a sentence of %d words, more than %d: %q", id, n, MaxSentenceWords, sentence)
		}
	}
	for id := range c.book.digits {
		if !src.Has(id) {
			c.add("digits.yaml", c.book.digitLines[id], false, "digits are allowed in unknown message %s", id)
		}
	}
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	sort.Strings(s)
	return s
}

// hasDigit looks outside placeholders.
func hasDigit(text string) bool { return strings.ContainsFunc(unfilled(text), unicode.IsNumber) }

// unfilled is a message without its placeholders, whose names nobody reads.
func unfilled(text string) string {
	var out strings.Builder
	for text != "" {
		before, rest, _ := strings.Cut(text, "{{")
		out.WriteString(before)
		_, text, _ = strings.Cut(rest, "}}")
	}
	return out.String()
}

// longestSentence counts words between full stops, question and exclamation
// marks, colons and line ends.
func longestSentence(text string) (int, string) {
	most, at := 0, ""
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?:\n。！？：；؟؛।", r) }) {
		if n := len(strings.Fields(s)); n > most {
			most, at = n, strings.TrimSpace(s)
		}
	}
	return most, at
}

// labels must each mean one thing: not a keyword, not a neighbour.
func (c *checker) labels(l *locales.Language) {
	for _, f := range c.book.flows {
		for _, n := range f.order {
			seen := map[string]string{}
			for _, o := range n.Choices {
				words := append([]string{l.Raw(o.Label)}, l.List(o.Also)...)
				file, line := c.where(l, o.Label)
				for _, w := range words {
					folded := locales.Fold(w)
					if k := c.book.Catalogue.Keyword(folded); k != "" && !c.book.leadsTo(&o, k) {
						c.add(file, line, false, "answer %q of %s is also the keyword %s", w, n.name(), k)
					}
					if was, ok := seen[folded]; ok && was != o.Key {
						c.add(file, line, false, "%q answers two choices of %s: %s and %s", w, n.name(), was, o.Key)
					}
					seen[folded] = o.Key
				}
				if strings.ContainsAny(words[0], "\n\r\u2028") { // what follows would look like another choice
					c.add(file, line, false, "label %s has a line break", o.Label)
				}
				if n := utf8.RuneCountInString(words[0]); n > MaxLabelRunes {
					c.add(file, line, false, "label %s has %d characters, more than %d", o.Label, n, MaxLabelRunes)
				}
			}
		}
	}
}

// discreet looks at the other questions that come by themselves: a countdown, a
// day that is near.
func (c *checker) discreet(l *locales.Language) {
	for _, f := range c.book.flows {
		for _, n := range f.order {
			if !n.Line {
				continue
			}
			ids := []string{n.Ask}
			for _, o := range n.Choices {
				ids = append(ids, o.Label)
			}
			for _, id := range ids {
				if w := c.book.betrays(l.Raw(id)); w != "" && !slices.Contains(c.book.atLock(), id) {
					c.add("locales/"+l.File, l.Line(id), false, "message %s shows on a lock screen and holds the word %q", id, w)
				}
			}
		}
	}
}

// atLock are the messages that show on a lock screen, because they come by
// themselves or answer what did.
func (b *Book) atLock() []string {
	out := []string{msgDay, msgLate, msgHoursChanged, msgHoursMoved, msgReminderGone, msgNoneUntil, msgSilence, msgRemindGoOn, msgRemindOver, msgRemindToMenu, msgRemindNews, msgRemindRead, msgRemindNotNow,
		msgYes, msgNo, msgRemindNoted, msgRemindNotedNext, msgRemindElse, msgRemindAfter, msgRemindOn, msgRemindPaused, msgRemindResume, msgRemindResumed, msgRemindLaterYes, msgRemindLaterNo, msgRemindLaterBefore, msgRemindLaterShort, msgRemindKind,
		msgMissFirst, msgMissSecond, msgOldButton, msgTooLong, msgUnreadable}
	for _, key := range wordings {
		out = append(out, msgWording(key))
	}
	for _, kind := range ProblemKinds {
		out = append(out, msgProblem(kind))
	}
	out = append(out, mediaNotes()...)
	return append(append(out, dayAnswers...), againAnswers...)
}

// reminders holds what comes by itself to discretion, and to one SMS segment.
func (c *checker) reminders(l *locales.Language) {
	for _, id := range c.book.atLock() {
		if w := c.book.betrays(unfilled(l.Raw(id))); w != "" {
			file, line := c.where(l, id)
			c.add(file, line, false, "message %s shows on a lock screen, and holds the forbidden word %q", id, w)
		}
	}
	for _, key := range wordings {
		if text := l.Raw(msgWording(key)); text != "" && !c.book.oneSegment(l, text) {
			c.add("locales/"+l.File, l.Line(msgWording(key)), false, "message %s, late and with its answers, is more than one SMS segment", msgWording(key))
		}
	}
}

// where a message stands: in its language's file, or in one of the book.
func (c *checker) where(l *locales.Language, id string) (file string, line int) {
	if at, ok := c.book.textAt[id]; ok {
		return at.file, at.line
	}
	return "locales/" + l.File, l.Line(id)
}

// pages renders every node alone, with all its items, as an SMS.
func (c *checker) pages(l *locales.Language) {
	for _, f := range c.book.flows {
		for _, n := range f.order {
			if !n.speaks() {
				continue
			}
			t := &turn{book: c.book, form: SMS, day: c.day, s: Session{Language: l.Code, Flow: f.ID, Node: n.id}}
			var b strings.Builder
			for _, it := range n.Say {
				b.WriteString(l.Raw(it.Text) + "\n")
			}
			if n.Ask != "" {
				b.WriteString(l.Raw(n.Ask))
				for i, o := range n.Choices {
					fmt.Fprintf(&b, "\n%d %s", i+1, l.Raw(o.Label))
				}
			}
			more, nav := t.fit(l, "\n"+l.Raw(msgMore)+" "+l.Raw(msgNavSMS)), t.fit(l, "\n"+l.Raw(msgNavSMS))
			text := t.fit(l, b.String())
			most := MaxNodePages
			if !locales.IsGSM7(text) {
				most = MaxNodePagesWide
			}
			if n := len(paginate(text, "", more, nav, t.fits)); n > most {
				c.add(f.file, f.line, false, "in %s it fills %d SMS pages, more than %d", l.Code, n, most)
			}
		}
	}
}

// reviews warns of what was not looked at in time.
func (c *checker) reviews() {
	for _, f := range c.book.facts {
		switch f.freshness(c.day.Date) {
		case Overdue:
			c.add("facts.yaml", f.line, true, "fact %s was to be reviewed by %s", f.ID, f.ReviewBy)
		case Withheld:
			c.add("facts.yaml", f.line, true, "fact %s was to be reviewed by %s: it is withheld", f.ID, f.ReviewBy)
		}
	}
	for _, text := range c.book.OverdueDirectory(c.day.Date) {
		c.add("directory.yaml", 1, true, "%s", text)
	}
}

// OverdueDirectory says which entries of the directory are no longer shown.
func (b *Book) OverdueDirectory(day Date) []string {
	var out []string
	for _, e := range b.directory {
		if !e.shownOn(day) {
			out = append(out, fmt.Sprintf("directory entry %s was to be checked by %s: it is not shown", e.ID, e.ReviewBy))
		}
	}
	return out
}

// leadsTo tells whether a choice and a keyword lead to the same: then its label
// may be the word.
func (b *Book) leadsTo(o *Option, keyword string) bool {
	return keyword == locales.KeyPerson && o.next != nil && o.next.Call == b.roles.Person
}
