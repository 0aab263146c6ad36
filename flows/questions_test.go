// How well questions in one's own words are answered: a set that the index has
// not seen (locales/testdata/questions), in every language.
package flows

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"posada/flows/search"
	"posada/locales"
)

const questionsDir = "../locales/testdata/questions"

// asked is one line of the set: what is right, and what was said.
type asked struct {
	right []string
	text  string
}

// readAsked reads a file of the set; after a line "---" the rest is apart.
func readAsked(t testing.TB, name string) (first, rest []asked) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(questionsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	into := &first
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case line == "---":
			into = &rest
			continue
		}
		right, text, found := strings.Cut(line, "|")
		if !found {
			right, text = "", line
		}
		var ids []string
		for _, id := range strings.Split(right, ",") {
			ids = append(ids, strings.TrimSpace(id))
		}
		*into = append(*into, asked{ids, strings.TrimSpace(text)})
	}
	return first, rest
}

// Goals of the search, in parts of a hundred.
const (
	goalFirst      = 85
	goalThree      = 95
	goalWrongClear = 3
	goalOther      = 95
	goalFalseAlarm = 10
)

func TestQuestionsInOnesOwnWordsFindTheirAnswers(t *testing.T) {
	book := realBook(t)
	totalOther, falseOther := 0, 0
	for _, l := range book.Catalogue.Languages() {
		questions, _ := readAsked(t, "questions."+l.Code+".txt")
		first, three, clear, wrong := 0, 0, 0, 0
		for _, q := range questions {
			for _, id := range q.right {
				if book.vettedByID(id) == nil {
					t.Fatalf("%s: there is no answer %q", l.Code, id)
				}
			}
			found, _ := book.Search(locales.Fold(q.text), l.Code)
			at := slices.IndexFunc(found.Hits, func(h search.Hit) bool { return slices.Contains(q.right, h.Answer) })
			if at == 0 {
				first++
			} else if testing.Verbose() {
				t.Logf("%s: %v | %s | %v", l.Code, q.right, q.text, found)
			}
			if at >= 0 {
				three++
			}
			if found.Clear {
				clear++
				if at != 0 {
					wrong++
				}
			}
		}
		other, _ := readAsked(t, "other."+l.Code+".txt")
		false1 := 0
		for _, q := range other {
			if kind := alarm(book, q.text, l.Code); kind != "" { // a person is shown safety, whatever the search would say
				false1++
				t.Logf("%s: something else is led to safety (%s): %s", l.Code, kind, q.text)
			} else if found, _ := book.Search(locales.Fold(q.text), l.Code); found.Clear {
				false1++
				t.Logf("%s: something else is answered: %s | %v", l.Code, q.text, found)
			}
		}
		totalOther, falseOther = totalOther+len(other), falseOther+false1
		n := len(questions)
		t.Logf("search %s: %d questions: first %.0f%%, among three %.0f%%, answered at once %.0f%%, wrongly %.1f%%; something else: %d of %d answered",
			l.Code, n, percent(first, n), percent(three, n), percent(clear, n), percent(wrong, n), false1, len(other))
		if percent(first, n) < goalFirst || percent(three, n) < goalThree || percent(wrong, n) > goalWrongClear {
			t.Errorf("%s misses the goal", l.Code)
		}
	}
	if percent(totalOther-falseOther, totalOther) < goalOther {
		t.Errorf("%d of %d questions about something else are answered", falseOther, totalOther)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

// Words of somebody in danger come before everything, and depend on no index. A look-alike is a false alarm whether a list raises it
// or the ear does: it is all the same to a person.
func TestWordsOfACrisisAreCaughtAndLookAlikesAreNot(t *testing.T) {
	book := realBook(t)
	for _, l := range book.Catalogue.Languages() {
		danger, alike := readAsked(t, "crisis."+l.Code+".txt")
		if len(danger) < 20 || len(alike) < 20 {
			t.Errorf("%s: %d and %d lines are too few", l.Code, len(danger), len(alike))
		}
		caught, kinds, alarms := 0, 0, 0
		for _, q := range danger {
			kind, _ := book.danger(locales.Fold(q.text))
			if kind == "" {
				t.Logf("%s: not caught: %s", l.Code, q.text)
				continue
			}
			caught++
			if kind == q.right[0] {
				kinds++
			}
		}
		for _, q := range alike {
			if kind := alarm(book, q.text, l.Code); kind != "" {
				alarms++
				t.Logf("%s: a false alarm (%s): %s", l.Code, kind, q.text)
			}
		}
		t.Logf("crisis %s: %d of %d caught, %d as the kind they are; %d of %d look-alikes alarm", l.Code, caught, len(danger), kinds, alarms, len(alike))
		if caught < len(danger) || percent(alarms, len(alike)) > goalFalseAlarm {
			t.Errorf("%s misses the goal", l.Code)
		}
	}
}

func TestTheLanguageOfAFirstMessageIsSuggested(t *testing.T) {
	book := realBook(t)
	for _, l := range book.Catalogue.Languages() {
		questions, _ := readAsked(t, "questions."+l.Code+".txt")
		other, _ := readAsked(t, "other."+l.Code+".txt")
		right, wrong := 0, 0
		for _, q := range append(questions, other...) {
			switch got := book.Catalogue.Suggest(q.text); got {
			case l.Code:
				right++
			case "":
			default:
				wrong++
				if l.Code == "uk" && got == "ru" || l.Code == "fa-AF" && got == "ar" {
					t.Errorf("%s is suggested %s: %s", l.Code, got, q.text)
				}
				if testing.Verbose() {
					t.Logf("%s is suggested %s: %s", l.Code, got, q.text)
				}
			}
		}
		n := len(questions) + len(other)
		t.Logf("suggested %s: %.0f%% rightly, %.1f%% another language, of %d first messages", l.Code, percent(right, n), percent(wrong, n), n)
		if percent(wrong, n) > 5 || percent(right, n) < 75 {
			t.Errorf("%s misses the goal", l.Code)
		}
	}
}

// Somebody who has just swallowed something, or is shot at, writes two or three words: too few for the ear, and no time to ask back.
func TestTwoWordsOfDangerAreEnough(t *testing.T) {
	book := realBook(t)
	for _, l := range book.Catalogue.Languages() {
		danger, alike := readAsked(t, "short."+l.Code+".txt")
		if len(danger) < 19 || len(alike) < 8 {
			t.Errorf("%s: %d and %d lines are too few", l.Code, len(danger), len(alike))
		}
		for _, x := range danger {
			if kind, _ := book.danger(locales.Fold(x.text)); !slices.Contains(x.right, kind) {
				t.Errorf("%s: %q is heard as %q, want %q", l.Code, x.text, kind, x.right)
			}
		}
		for _, x := range alike {
			if kind, _ := book.danger(locales.Fold(x.text)); kind != "" {
				t.Errorf("%s: a false alarm (%s): %s", l.Code, kind, x.text)
			}
		}
	}
}
