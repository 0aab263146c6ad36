// The real screening against the oracle, over all combinations of answers.
package flows

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"posada/locales"
)

// screeningMonths are one before, at, between and after each month that
// decides something.
var screeningMonths = []int{202212, 202304, 202305, 202306, 202405, 202406, 202407, 202501, 202504, 202505, 202506, 202609}

// outcomes names the result nodes in the oracle's words.
var outcomes = map[string][2]string{
	"not_screened_not_entered":     {"not screened", "not_entered"},
	"not_screened_after":           {"not screened", "after"},
	"not_screened_way":             {"not screened", "way"},
	"result_not_subject_before":    {"not subject", "before"},
	"result_not_subject_minor":     {"not subject", "minor"},
	"result_not_subject_mexican":   {"not subject", "mexican"},
	"result_exception_appointment": {"may have an exception", "appointment"},
	"result_exception_parole":      {"may have an exception", "parole"},
	"result_exception_obstacle":    {"may have an exception", "obstacle"},
	"result_exception_denied":      {"may have an exception", "denied"},
	"result_rebut":                 {"may rebut", "rebut"},
	"result_open":                  {"presumed ineligible", "open"},
	"result_presumed":              {"presumed ineligible", "presumed"},
}

// tree is the real conversation: at each question, where each answer leads.
type tree struct {
	question string
	next     map[string]*tree
	got      verdict
	unsure   bool   // it was said that an answer was not sure
	limits   bool   // it was said that other restrictions apply
	closing  string // the question that follows the result
	leaf     bool
}

// screeningTree asks the real flow every question that it ever asks.
func screeningTree(t testing.TB, b *Book) *tree {
	k := newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
	k.pick("screening")
	return grow(k)
}

func grow(k *talker) *tree {
	if k.depth++; k.depth > 20 {
		k.t.Fatalf("after %d answers there is still no result", k.depth)
	}
	n := k.book.node(Place{k.s.Flow, k.s.Node})
	if v, ok := resultOf(k); ok {
		v.leaf = true
		return v
	}
	if n.flow.ID != "screening" {
		k.t.Fatalf("the screening led to %s", n.name())
	}
	out := &tree{question: n.Into, next: map[string]*tree{}}
	branch := func(key string, answer func(*talker)) {
		c := *k
		answer(&c)
		out.next[key] = grow(&c)
	}
	if n.Type == TypeMonth {
		for _, m := range screeningMonths {
			branch(fmt.Sprint(m), func(c *talker) { c.say(fmt.Sprintf("%d-%02d", m/100, m%100)) })
		}
		return out
	}
	for _, o := range n.Choices {
		branch(o.Key, func(c *talker) { c.pick(o.Key) })
	}
	return out
}

// resultOf reads the verdict off what was said.
func resultOf(k *talker) (*tree, bool) {
	out := &tree{closing: k.s.Node}
	found := false
	for _, s := range k.s.Shown {
		if o, ok := outcomes[s.Node]; ok && s.Flow == "screening" {
			if found {
				k.t.Fatalf("two results in one turn: %v", k.s.Shown)
			}
			found = true
			out.got.Result, out.got.Reason = o[0], o[1]
		}
		out.got.SecondRule = out.got.SecondRule || strings.HasPrefix(s.Node, "second_")
		out.unsure = out.unsure || s.Node == "unsure"
		out.limits = out.limits || strings.HasPrefix(s.Node, "restrictions_")
	}
	if found {
		for _, a := range k.s.Answers {
			if a.Flow == "screening" {
				k.t.Errorf("after the result the answer %s is still there", a.Name)
			}
		}
	}
	return out, found
}

// value of one answer, as the tree names it.
func (a screeningAnswers) value(question string) string {
	switch question {
	case "entered":
		return a.Entered
	case "entry":
		return fmt.Sprint(a.Entry)
	case "edge_start":
		return a.EdgeStart
	case "edge_end":
		return a.EdgeEnd
	case "minor":
		return a.Minor
	case "mexican":
		return a.Mexican
	case "direct":
		return a.Direct
	case "way":
		return a.Way
	case "parole":
		return a.Parole
	case "obstacle":
		return a.Obstacle
	case "denied":
		return a.Denied
	case "happened":
		return a.Happened
	}
	return "?" + question
}

// combinations yields every combination of answers.
func combinations(yield func(screeningAnswers) bool) {
	yesNo := []string{"yes", "no"}
	who := []string{"me", "family", "no", "unsure"}
	for _, entered := range yesNo {
		for _, entry := range screeningMonths {
			for _, start := range []string{"before", "from"} {
				for _, end := range []string{"until", "after"} {
					for _, minor := range yesNo {
						for _, mexican := range yesNo {
							for _, direct := range yesNo {
								for _, way := range []string{"appointment", "port", "between", "another"} {
									for _, parole := range who {
										for _, obstacle := range []string{"language", "reading", "technical", "another", "none"} {
											for _, denied := range who {
												for _, happened := range []string{"me", "family", "another", "no", "private"} {
													if !yield(screeningAnswers{entered, entry, start, end, minor, mexican, direct, way, parole, obstacle, denied, happened}) {
														return
													}
												}
											}
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// disagreements counts where flow and oracle differ, and keeps the first; at
// most limit are looked for.
func disagreements(root *tree, limit int) (count, compared int, first string) {
	for a := range combinations {
		if count >= limit {
			break
		}
		compared++
		at, asked := root, []string{}
		for at != nil && !at.leaf {
			asked = append(asked, at.question)
			at = at.next[a.value(at.question)]
		}
		got := verdict{Result: "no result"}
		unsure, limits, closing := false, false, ""
		if at != nil {
			got, unsure, limits, closing = at.got, at.unsure, at.limits, at.closing
		}
		want := oracle(a)
		wantUnsure := slices.Contains(asked, "parole") && a.Parole == "unsure" || slices.Contains(asked, "denied") && a.Denied == "unsure"
		// Restrictions since 20 January 2025, for whoever came in
		// then or has not come in.
		wantLimits := a.Entered == "no" || a.Entry >= 202501
		if got != want || unsure != wantUnsure || limits != wantLimits || closing != closingOf(want) {
			if count++; first == "" {
				first = fmt.Sprintf("%+v\n asked %v\n flow   %+v unsure %v restrictions %v, then %s\n oracle %+v unsure %v restrictions %v, then %s", a, asked, got, unsure, limits, closing, want, wantUnsure, wantLimits, closingOf(want))
			}
		}
	}
	return count, compared, first
}

// closingOf is what a result leads to: a child to those who protect children,
// a person who was not screened to what is known of today.
func closingOf(v verdict) string {
	switch v.Reason {
	case "minor":
		return "after_child"
	case "not_entered", "after":
		return "after_outside"
	}
	return "after"
}

func TestScreeningEqualsTheOracleOnEveryCombinationOfAnswers(t *testing.T) {
	count, compared, first := disagreements(screeningTree(t, realBook(t)), math.MaxInt)
	t.Logf("%d combinations compared", compared)
	if count > 0 {
		t.Errorf("%d of %d combinations differ; the first:\n%s", count, compared, first)
	}
}

// Every condition of the real screening is turned into its opposite, one at a
// time: a book with one wrong condition must not pass.
func TestOracleNoticesEveryNegatedConditionOfTheScreening(t *testing.T) {
	const name = "flow/screening.yaml"
	raw, err := fs.ReadFile(embeddedFiles(), name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if healthy := (&recorder{TB: t}); healthy.run(func() { disagreements(screeningTree(healthy, realBook(t)), 1) }) {
		t.Fatal("the book fails before anything was negated")
	}
	lines := strings.Split(string(raw), "\n")
	negated := 0
	for i, line := range lines {
		changed, source, ok := negate(line)
		if !ok {
			continue
		}
		if negated++; raced && negated%4 != 0 { // the others follow without the race detector
			continue
		}
		t.Run(fmt.Sprintf("line %d", i+1), func(t *testing.T) {
			edited := slices.Clone(lines)
			edited[i] = changed
			b, err := Load(overlay(t, name, strings.Join(edited, "\n")), c)
			if err != nil {
				t.Fatal(err)
			}
			probe := &recorder{TB: t}
			if caught := probe.run(func() {
				count, _, _ := disagreements(screeningTree(probe, b), 1)
				probe.failed = probe.failed || count > 0
			}); !caught && !saysOtherwise(t, realBook(t), b) {
				t.Errorf("nobody noticed that %q was negated", source)
			}
		})
	}
	if negated < 10 {
		t.Fatalf("only %d conditions were found: the test no longer sees them", negated)
	}
	t.Logf("%d conditions negated, each noticed", negated)
}

// negate turns the condition of a line ("if: x" or "if: 'x'") into its
// opposite.
func negate(line string) (changed, source string, ok bool) {
	before, rest, found := strings.Cut(line, "if: ")
	if !found || strings.HasPrefix(strings.TrimSpace(line), "#") {
		return "", "", false
	}
	if quoted, isQuoted := strings.CutPrefix(rest, "'"); isQuoted {
		source, rest, _ = strings.Cut(quoted, "'")
	} else if i := strings.IndexAny(rest, ",}"); i >= 0 {
		source, rest = rest[:i], rest[i:]
	} else {
		source, rest = rest, ""
	}
	return before + "if: 'not (" + strings.TrimSpace(source) + ")'" + rest, source, true
}

// saysOtherwise tells whether two books say different words to the same
// answers: conditions on a single message change no verdict, but a sentence.
func saysOtherwise(t testing.TB, a, b *Book) bool {
	return strings.Join(words(t, a), "\n") != strings.Join(words(t, b), "\n")
}

// words lists what the screening says to each path of answers.
func words(t testing.TB, b *Book) []string {
	var out []string
	var walk func(k *talker)
	walk = func(k *talker) {
		if k.depth++; k.depth > 20 {
			return
		}
		if _, ok := resultOf(k); ok {
			out = append(out, textOf(k.last))
			return
		}
		n := k.book.node(Place{k.s.Flow, k.s.Node})
		if n.Type == TypeMonth {
			for _, m := range []string{"2023-06", "2024-07"} {
				c := *k
				c.say(m)
				walk(&c)
			}
			return
		}
		for _, o := range n.Choices {
			c := *k
			c.pick(o.Key)
			walk(&c)
		}
	}
	k := newTalker(t, b, "en", Telegram, reviewed(b)).atMenu()
	k.pick("screening")
	walk(k)
	return out
}

// recorder runs a check that is expected to fail, and notes that it did.
type recorder struct {
	testing.TB
	failed bool
}

type stopped struct{}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true; panic(stopped{}) }
func (r *recorder) Fatal(...any)          { r.failed = true; panic(stopped{}) }
func (r *recorder) Helper()               {}

func (r *recorder) run(f func()) (failed bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ours := p.(stopped); !ours {
				panic(p)
			}
		}
		failed = r.failed
	}()
	f()
	return r.failed
}

// overlay is the embedded book with one file replaced.
func overlay(t testing.TB, name, text string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(embeddedFiles(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(embeddedFiles(), path)
		out[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out[name] = &fstest.MapFile{Data: []byte(text)}
	return out
}
