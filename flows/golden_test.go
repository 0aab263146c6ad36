// Golden conversations: testdata/golden/LANGUAGE/THEME.txt, each what a person
// says and what is answered, read by people who know the language. The session
// is written and read back between every two steps.
//
//	go test ./flows -run Golden -update
//
// writes the answers anew; what the person says, and comments, stay. A file is
//
//	# a comment
//	form: sms | whatsapp | telegram
//	as-of: 2024-03-15             a practice world (optional)
//	now: 2026-11-22T15:00:00Z     when it begins (default: noon of the book's newest review)
//	lang: es                      a language known beforehand (default: asked)
//	misses: 2                     how many texts are not understood (default 0)
//	pages: all                    every page is read before the next step
//	trial: yes                    the directory has nobody to turn to
//	exact: es,ht                  languages that keep their letters on SMS
//	recorded: mam/rule.what.3, es/rule.what.3   the recordings there are
//	book: operator                the book under the operator's folder testdata/operator
//
//	> text that is typed
//	> press: KEY                  the button or choice KEY of the last answer; * back, # menu
//	> [flow/node#key]             a button of any age
//	> media: photo a caption      a photo, or another kind of media; a caption or none
//	> due 2h                      the next timer runs out, and is noticed so much later; or nothing
//	> flood: hello                a text that is one of too many at once
//	> event: daily cbp-one        a timer that runs out now; daily cbp-one 30m: so long ago
//	+ 31m                         time passes: m minutes, h hours, d days
//	+ 2024-03-15T17:00:00Z        time passes until then
//
// and what Posada does after each step:
//
//	< a message, its further lines indented
//	  [key] a button
//	  [voice: mam/rule.what.3]      a recording, after the text or alone
//	! effect subscribe place=tijuana
//	! silence
package flows

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the answers of the golden conversations anew")

const goldenDir = "testdata/golden"

// goldenLeast is how many conversations each language needs.
const goldenLeast = 14

// golden is one file.
type golden struct {
	head  []string // its header and comments, as written
	form  Form
	at    At
	lang  string
	miss  int
	steps []goldenStep

	recorded []Voice
	operator bool // the operator's folder lies over the book
	staffed  bool // there is staff, who answered a rumour and a letter and sent bulletins
	reads    bool // every page is read

	answered map[string]bool // where the answers to a reminder led
}

// goldenAll are the languages that have every theme; goldenEverywhere are the
// themes that every language has: first contact, danger, the rule, each answer to
// a reminder, and what can go wrong in between.
var (
	goldenAll        = []string{"en", "es", "ht"}
	goldenEverywhere = []string{"first-contact", "away-31-minutes", "child", "crisis-in-screening", "delete-everything", "media", "pages-by-sms", "registration-today", "reminders-day-sms",
		"reminders-day-chat", "reminders-day-telegram", "reminders-later-sms", "reminders-later-whatsapp", "reminders-silence", "reminders-over", "rumours", "screening-presumed", "screening-minor", "source-and-why", "stop-and-start", "offer-done", "pin-day", "own-words", "original-by-sms", "oral", "staff", "staff-by-sms"}
)

// goldenStep is one line that acts, and the lines under it.
type goldenStep struct {
	line   int
	notes  []string // comments above it
	act    string   // as written: "> hola", "+ 31m"
	answer []string
}

func TestGolden(t *testing.T) {
	book := realBook(t)
	for _, path := range goldenFiles(t) {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), goldenDir+"/"), ".txt")
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, book, path)
			book := book
			if g.operator {
				book = operatorBook(t)
			}
			if g.staffed {
				book = staffedBook(t)
			}
			if len(g.recorded) > 0 {
				book = recordedBook(t, g.recorded...)
			}
			got := g.play(t, book)
			if *update {
				if err := os.WriteFile(path, got.bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			for i, s := range g.steps {
				if d := lineDiff(s.answer, got.steps[i].answer); d != "" {
					t.Errorf("%s:%d: after %q (- the file, + what is said now; -update writes it anew)\n%s", path, s.line, s.act, d)
				}
			}
		})
	}
}

// TestGoldenThemes holds the languages to the same themes: a conversation is
// never there for some people only.
func TestGoldenThemes(t *testing.T) {
	book := realBook(t)
	themes := map[string][]string{}
	for _, path := range goldenFiles(t) {
		lang := filepath.Base(filepath.Dir(path))
		themes[filepath.Base(path)] = append(themes[filepath.Base(path)], lang)
	}
	if len(themes) < goldenLeast {
		t.Errorf("%d themes, want at least %d", len(themes), goldenLeast)
	}
	for theme, langs := range themes {
		for _, l := range book.Catalogue.Languages() {
			if !slices.Contains(langs, l.Code) && (slices.Contains(goldenAll, l.Code) || slices.Contains(goldenEverywhere, strings.TrimSuffix(theme, ".txt"))) {
				t.Errorf("%s/%s/%s is missing", goldenDir, l.Code, theme)
			}
		}
	}
	for _, theme := range goldenEverywhere {
		if themes[theme+".txt"] == nil {
			t.Errorf("there is no theme %s", theme)
		}
	}
}

// Who reads a language finds in its conversations what follows each answer to a
// reminder, as each kind of channel shows it.
func TestGoldenRemindersAreAnsweredInEveryWayOnEveryChannel(t *testing.T) {
	book := realBook(t)
	answered := map[string]map[string]bool{}
	for _, path := range goldenFiles(t) {
		if !strings.HasPrefix(filepath.Base(path), "reminders-") {
			continue
		}
		g := readGolden(t, book, path)
		if g.operator {
			continue
		}
		of := filepath.Base(filepath.Dir(path)) + " on " + g.form.Name
		if answered[of] == nil {
			answered[of] = map[string]bool{}
		}
		maps.Copy(answered[of], g.play(t, book).answered)
	}
	for _, l := range book.Catalogue.Languages() {
		for _, form := range Forms {
			of := l.Code + " on " + form.Name
			for answer, node := range map[string]string{"done": "done_noted", "problem": "kind", "offer": "when", "later": "later_noted", "not today": "noted", "pause": "paused"} {
				if !answered[of][node] {
					t.Errorf("%s: no conversation shows what follows %q", of, answer)
				}
			}
		}
	}
}

func goldenFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(goldenDir + "/*/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden conversations in %s: %v", goldenDir, err)
	}
	return paths
}

func readGolden(t *testing.T, book *Book, path string) *golden {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{at: At{Now: reviewed(book)}}
	var notes []string
	for i, line := range strings.Split(string(raw), "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			notes = append(notes, line)
		case strings.HasPrefix(line, ">"), strings.HasPrefix(line, "+"):
			g.steps = append(g.steps, goldenStep{line: i + 1, notes: notes, act: strings.TrimRight(line, " ")})
			notes = nil
		case len(g.steps) > 0:
			last := &g.steps[len(g.steps)-1]
			last.answer = append(last.answer, line)
		case line != "":
			if err := g.header(line); err != nil {
				t.Fatalf("%s:%d: %v", path, i+1, err)
			}
			g.head = append(append(g.head, notes...), line)
			notes = nil
		}
	}
	for i := range g.steps {
		a := g.steps[i].answer
		for len(a) > 0 && a[len(a)-1] == "" {
			a = a[:len(a)-1]
		}
		g.steps[i].answer = a
	}
	if g.form.Name == "" || len(g.steps) == 0 {
		t.Fatalf("%s: it needs a form and at least one step", path)
	}
	return g
}

func (g *golden) header(line string) (err error) {
	key, value, _ := strings.Cut(line, ": ")
	ok := true
	switch key {
	case "form":
		exact := g.form.Exact
		g.form, ok = FormNamed(value)
		g.form.Exact = exact
	case "exact":
		g.form.Exact = value
	case "trial":
		g.at.Trial, ok = true, value == "yes"
	case "as-of":
		var d Date
		d, err = ParseDate(value)
		g.at.AsOf = Noon(d)
	case "now":
		g.at.Now, err = time.Parse(time.RFC3339, value)
	case "pages":
		g.reads, ok = true, value == "all"
	case "lang":
		g.lang = value
	case "book":
		g.operator, g.staffed = value == "operator", value == "staffed"
		ok = g.operator || g.staffed
	case "recorded":
		for _, name := range strings.Split(value, ", ") {
			lang, id, _ := strings.Cut(name, "/")
			g.recorded = append(g.recorded, Voice{lang, id})
		}
	case "misses":
		g.miss, err = strconv.Atoi(value)
	default:
		ok = false
	}
	if err != nil {
		return fmt.Errorf("header %q: %w", line, err)
	}
	if !ok {
		return fmt.Errorf("header %q is not understood", line)
	}
	return nil
}

// play talks through the steps and returns the file with the answers of now.
func (g *golden) play(t *testing.T, book *Book) *golden {
	t.Helper()
	out := *g
	out.steps, out.answered = slices.Clone(g.steps), map[string]bool{}
	k := newTalker(t, book, g.lang, g.form, g.at.Now)
	k.at = g.at
	if g.staffed {
		k.letters = []Letter{{At: g.at.Now, Mine: true, Text: "?"}, {At: g.at.Now.Add(time.Hour), Text: "Buenos días. Pregunte en la oficina, de 9 a 12."}}
	}
	misses := 0
	for i := range out.steps {
		s := &out.steps[i]
		s.answer = nil
		if until, err := time.Parse("+ "+time.RFC3339, s.act); err == nil {
			k.at.Now = until
			continue
		}
		if wait, ok := strings.CutPrefix(s.act, "+"); ok {
			d, err := waiting(strings.TrimSpace(wait))
			if err != nil {
				t.Fatalf("line %d: %v", s.line, err)
			}
			k.at.Now = k.at.Now.Add(d)
			continue
		}
		if late, ok := strings.CutPrefix(s.act, "> due"); ok {
			d, err := waiting("0h")
			if late = strings.TrimSpace(late); late != "" {
				d, err = waiting(late)
			}
			if err != nil {
				t.Fatalf("line %d: %v", s.line, err)
			}
			s.answer = answerLines(g.form, k.due(d), k.done)
			continue
		}
		in, err := k.goldenInput(strings.TrimPrefix(strings.TrimPrefix(s.act, ">"), " "))
		if err != nil {
			t.Fatalf("line %d: %v", s.line, err)
		}
		before, reminded := k.s.Misses, strings.HasPrefix(k.s.Flow, remindersPrefix) && (k.s.Node == nodeDay || k.s.Node == nodeAgain)
		msgs := k.input(in)
		if reminded && in.Event == (Event{}) {
			out.answered[k.s.Node] = true
		}
		if k.s.Misses > before {
			misses++
		}
		s.answer = answerLines(g.form, msgs, k.done)
		for g.reads && k.s.Page+1 < k.s.Pages {
			msgs = k.input(Input{Text: "0"})
			s.answer = append(s.answer, answerLines(g.form, msgs, k.done)...)
		}
		for _, m := range msgs {
			if m.Fault != "" {
				t.Errorf("line %d: a text could not be said: %s", s.line, m.Fault)
			}
			if m.Segments > g.form.MaxSegments {
				t.Errorf("line %d: a page of %d segments", s.line, m.Segments)
			}
		}
	}
	if misses != g.miss {
		t.Errorf("%d texts were not understood, the file means %d", misses, g.miss)
	}
	return &out
}

// staffedBook has staff who are there at times.
func staffedBook(t *testing.T) *Book {
	b := boarded(t, Board{})
	board := sentBoard(b)
	board.Answers = []Answered{bus(b)}
	board.Desk = Desk{Staffed: true, Hours: map[string]string{"en": "Monday to Friday, mornings", "es": "lunes a viernes, por la mañana"}}
	b.SetBoard(board)
	return b
}

// waiting reads "31m", "25h" or "61d".
func waiting(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

func (k *talker) goldenInput(said string) (Input, error) {
	if key, ok := strings.CutPrefix(said, "press: "); ok {
		var keys []string
		for _, m := range k.last {
			for _, c := range m.Choices {
				if choiceKey(c) == key && c.Payload != "" {
					return Input{Payload: c.Payload}, nil
				}
			}
		}
		return Input{}, fmt.Errorf("the last answer has no choice %q, but %q", key, keys)
	}
	if rest, ok := strings.CutPrefix(said, "media: "); ok {
		kind, caption, _ := strings.Cut(rest, " ")
		if !slices.Contains(media, Media(kind)) {
			return Input{}, fmt.Errorf("%q is no kind of media", kind)
		}
		return Input{Media: Media(kind), Text: caption}, nil
	}
	if rest, ok := strings.CutPrefix(said, "event: "); ok {
		return k.goldenEvent(strings.Fields(rest))
	}
	if text, ok := strings.CutPrefix(said, "forwarded: "); ok {
		return Input{Text: text, Forwarded: true}, nil
	}
	if text, ok := strings.CutPrefix(said, "flood: "); ok {
		return Input{Text: text, Flood: true}, nil
	}
	if strings.HasPrefix(said, "[") && strings.HasSuffix(said, "]") {
		return Input{Payload: said[1 : len(said)-1]}, nil
	}
	return Input{Text: said}, nil
}

// goldenEvent is a timer: its kind, its programme and how long ago it ran out.
func (k *talker) goldenEvent(words []string) (Input, error) {
	if len(words) < 2 || len(words) > 3 {
		return Input{}, fmt.Errorf("%q is no event: a kind, a programme and, if it is late, by how much", words)
	}
	e := Event{Timer: Timer{Kind: TimerKind(words[0]), Programme: words[1]}, Due: k.at.Now}
	if len(words) > 2 {
		ago, err := waiting(words[2])
		if err != nil {
			return Input{}, err
		}
		e.Due = e.Due.Add(-ago)
	}
	return Input{Event: e}, nil
}

// choiceKey is the key that the book gives a choice, or what is typed for the
// buttons under every question.
func choiceKey(c Choice) string {
	if _, key, ok := strings.Cut(c.Payload, "#"); ok {
		return key
	}
	return c.Key
}

// answerLines writes what Posada said and did. Where there are no buttons the
// choices stand in the text already.
func answerLines(form Form, msgs []Message, effects []Effect) []string {
	var out []string
	for _, m := range msgs {
		for i, line := range strings.Split(m.Text, "\n") {
			if m.Text == "" { // recordings alone
				break
			}
			mark := "  "
			if i == 0 {
				mark = "< "
			}
			out = append(out, strings.TrimRight(mark+line, " "))
		}
		for _, v := range m.Voices {
			out = append(out, "  [voice: "+v.String()+"]")
		}
		for _, c := range m.Choices {
			if form.Buttons {
				out = append(out, "  ["+choiceKey(c)+"] "+c.Label)
			}
		}
	}
	if len(msgs) == 0 {
		out = append(out, "! silence")
	}
	for _, e := range effects {
		out = append(out, "! effect "+effectLine(e))
	}
	return out
}

func effectLine(e Effect) string {
	parts := []string{string(e.Kind)}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	add("programme", e.Programme)
	add("place", e.Place)
	add("zone", e.Zone)
	add("when", e.When)
	if e.Minute != 0 {
		add("minute", strconv.Itoa(e.Minute))
	}
	add("outcome", e.Outcome)
	add("timer", string(e.Timer))
	if !e.Moment.IsZero() {
		add("moment", e.Moment.UTC().Format(time.RFC3339))
	}
	if e.Late {
		add("late", "yes")
	}
	if e.Text != "" {
		add("text", strconv.Quote(e.Text))
	}
	return strings.Join(parts, " ")
}

func (g *golden) bytes() []byte {
	var b bytes.Buffer
	for _, line := range g.head {
		b.WriteString(line + "\n")
	}
	for _, s := range g.steps {
		b.WriteString("\n")
		for _, line := range slices.Concat(s.notes, []string{s.act}, s.answer) {
			b.WriteString(line + "\n")
		}
	}
	return b.Bytes()
}

// lineDiff shows the lines that differ, between one line of what both share;
// "" when nothing does.
func lineDiff(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	head := 0
	for head < len(want) && head < len(got) && want[head] == got[head] {
		head++
	}
	tail := 0
	for tail < len(want)-head && tail < len(got)-head && want[len(want)-1-tail] == got[len(got)-1-tail] {
		tail++
	}
	var b strings.Builder
	write := func(mark string, lines []string) {
		for _, line := range lines {
			b.WriteString("    " + mark + " " + line + "\n")
		}
	}
	write(" ", want[max(head-1, 0):head])
	write("-", want[head:len(want)-tail])
	write("+", got[head:len(got)-tail])
	write(" ", want[len(want)-tail:min(len(want)-tail+1, len(want))])
	return b.String()
}

func TestGoldenDiff(t *testing.T) {
	got := lineDiff([]string{"< a", "  b", "  c"}, []string{"< a", "  B", "  c"})
	if want := "      < a\n    -   b\n    +   B\n        c\n"; got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if got := lineDiff([]string{"< a"}, []string{"< a"}); got != "" {
		t.Errorf("equal answers differ: %s", got)
	}
}
