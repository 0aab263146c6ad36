// Gaps in the directory, as a person would meet them.
package flows

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// withDirectory is the small book with other contacts, and a flow that lists
// every kind.
func withDirectory(t testing.TB, entries ...string) *Book {
	t.Helper()
	fx := newFixture()
	text := "entries:\n"
	for i, e := range entries {
		text += fmt.Sprintf("  - {id: e%d, name: \"Somebody\", source: [paper], checked: 2026-11-22, %s}\n", i, e)
	}
	fx.book["directory.yaml"] = text
	lists := ""
	for _, n := range needed {
		lists += fmt.Sprintf("  list_%s: {directory: %s, next: fin}\n", n.kind, n.kind)
		fx.change(t, topicYAML, "      - {else: told}", fmt.Sprintf("      - {if: 'court == \"held\"', to: list_%s}\n      - {else: told}", n.kind))
	}
	fx.change(t, topicYAML, "  fin: {end: true}", lists+"  fin: {end: true}")
	return fx.mustLoad(t)
}

func TestGapsNameEveryKindOfHelpThatIsMissingPerCountry(t *testing.T) {
	all := func(stale bool) (out []Gap) {
		for _, country := range []string{"MX", "US"} {
			for _, kind := range []string{"emergency", "legal", "child", "crisis"} {
				out = append(out, Gap{kind, country, stale})
			}
		}
		return out
	}
	full := []string{}
	for _, kind := range []string{"emergency", "legal", "child", "crisis"} {
		for _, country := range []string{"US", "MX"} {
			full = append(full, fmt.Sprintf("kind: %s, country: %s, review_by: 2027-02-20", kind, country))
		}
	}
	for name, c := range map[string]struct {
		entries []string
		day     string
		want    []Gap
	}{
		"nobody":                   {nil, "2026-11-23", all(false)},
		"everybody":                {full, "2026-11-23", nil},
		"on the last day":          {full, "2027-02-20", nil},
		"the day after":            {full, "2027-02-21", all(true)},
		"one is missing":           {full[:7], "2026-11-23", []Gap{{"crisis", "MX", false}}},
		"one is stale":             {append(full[:7:7], "kind: crisis, country: MX, review_by: 2026-11-22"), "2026-11-23", []Gap{{"crisis", "MX", true}}},
		"stale, and another fresh": {append(full[:8:8], "kind: legal, country: US, review_by: 2026-11-22"), "2026-11-23", nil},
		"a number for both":        {append(full[2:8:8], "kind: emergency, review_by: 2027-02-20"), "2026-11-23", nil},
		"a stale number for both":  {append(full[2:8:8], "kind: emergency, review_by: 2026-11-22"), "2026-11-23", []Gap{{"emergency", "MX", true}, {"emergency", "US", true}}},
	} {
		b := withDirectory(t, c.entries...)
		if got := b.On(on(t, c.day)).Gaps(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A gap is exactly what a person is told: that the list has nobody.
func TestAGapIsWhereAPersonFindsNobody(t *testing.T) {
	for _, review := range []string{"2026-11-22", "2027-02-20"} {
		b := withDirectory(t, "kind: emergency, country: MX, review_by: "+review)
		k := newTalker(t, b, "en", WhatsApp, on(t, "2026-11-23"))
		k.say("hello")
		k.pick("go_on")
		text := k.say("help")
		nobody := strings.Contains(text, b.Catalogue.Language("en").Raw(msgDirNone))
		gap := b.On(k.at.Now).Gaps()[0] == Gap{"emergency", "MX", true}
		if nobody != gap {
			t.Errorf("checked until %s: a gap %v, and the person reads %q", review, gap, text)
		}
	}
}

func TestTheBookAloneNeedsAnOperator(t *testing.T) {
	b := realBook(t)
	var want []Gap
	for _, country := range []string{"MX", "US"} {
		for _, kind := range []string{"legal", "child", "crisis"} {
			want = append(want, Gap{kind, country, false})
		}
	}
	if got := b.On(reviewed(b)).Gaps(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	for _, kind := range needed { // each is a list that a person is led to
		listed := false
		for _, f := range b.flows {
			for _, n := range f.order {
				listed = listed || n.Directory == kind.kind
			}
		}
		if !listed {
			t.Errorf("no flow lists kind %s", kind.kind)
		}
	}
	if n := b.node(Place{"help", "sexual"}); n.Directory != "crisis" {
		t.Errorf("after sexual violence people are sent to kind %s", n.Directory)
	}
}

func TestAGapIsASentenceForTheOperator(t *testing.T) {
	for _, c := range []struct {
		gap  Gap
		want string
	}{
		{Gap{"legal", "MX", false}, "The directory has no legal help for Mexico (kind legal, country MX)."},
		{Gap{"crisis", "US", true}, "The directory's help after sexual violence and in a crisis for the United States was not checked in time, so it is not shown (kind crisis, country US)."},
	} {
		if got := c.gap.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestGapsCostNothingPerMessage(t *testing.T) {
	day := realBook(t).On(reviewed(realBook(t)))
	if n := testing.AllocsPerRun(100, func() { _ = day.Gaps() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
