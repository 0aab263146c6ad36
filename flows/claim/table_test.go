// The table of concepts: what is listed is there to be found.
package claim

import (
	"strings"
	"testing"

	"posada/locales"
)

func TestTheTableOfConceptsIsSound(t *testing.T) {
	table, err := readTable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		v := table.languages[l.Code]
		if v == nil {
			t.Errorf("%s has no words", l.Code)
			continue
		}
		has := map[string]bool{}
		for _, terms := range []map[string][]term{v.terms, v.stems} {
			for first, all := range terms {
				for _, term := range all {
					has[term.id] = true
					for _, w := range append([]string{first}, term.rest...) {
						if w != strings.TrimSpace(w) || w == "" || w == "*" {
							t.Errorf("%s: %s: %q", l.Code, term.id, w)
						}
					}
				}
			}
		}
		for _, id := range []string{idStop, idFrame, idNot, idNever, idWithout, "app", "appointment", "asylum", "baby", "border", "bus", "child", "church", "close", "cross", "enter", "free", "government", "group",
			"law", "lawyer", "list", "marry", "money", "nationality", "need", "needless", "new", "officer", "open", "paper", "pay", "phone", "police", "pregnant", "refund", "register", "release", "river",
			"safe", "sell", "shelter", "sign", "soldier", "soon", "strike", "take", "usa", "vaccine", "wall", "work"} {
			if !has[id] {
				t.Errorf("%s has no words for %s", l.Code, id)
			}
		}
	}
	if len(table.order) != len(c.Languages()) {
		t.Errorf("words of %d languages, of which the catalogue has %d", len(table.order), len(c.Languages()))
	}
	for _, pair := range table.contraries {
		for _, id := range pair {
			if table.weights[id] == 0 {
				t.Errorf("the contrary %q is no concept", id)
			}
		}
	}
}
