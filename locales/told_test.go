// The sentences from which the ear learns: how they are read, and that there are enough.

package locales

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestTheSentencesOfALanguageAreReadLineByLine(t *testing.T) {
	c := &Catalogue{files: fstest.MapFS{"crisis/xx.txt": {Data: []byte(`# what it is
danger | somebody follows me

suicide|I cannot go on
fire | the house burns
danger |  !!
---
my phone died
danger | and here nobody is
`)}, "crisis/yy.txt": {Data: []byte("danger | help\n")}}}
	all, faults := c.Told("xx")
	if got := fmt.Sprint(all); got != "[{danger somebody follows me} {suicide I cannot go on} { my phone died}]" {
		t.Errorf("it is read as %s", got)
	}
	var lines []int
	for _, f := range faults {
		lines = append(lines, f.Line)
	}
	if fmt.Sprint(lines) != "[5 6 9]" || faults[0].File != "crisis/xx.txt" {
		t.Errorf("the faults are %v", faults)
	}
	if _, faults := c.Told("yy"); len(faults) != 1 {
		t.Errorf("nobody misses the harmless sentences: %v", faults)
	}
	if all, faults := c.Told("zz"); all != nil || faults != nil {
		t.Errorf("a language without sentences: %v, %v", all, faults)
	}
}

// What a language is learnt from says everything that it must: enough of each kind, and none twice.
func TestEveryLanguageHasSentencesOfEveryCrisisAndOfNone(t *testing.T) {
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		all, faults := c.Told(l.Code)
		if len(faults) > 0 {
			t.Errorf("%v", faults)
		}
		of, seen := map[string]int{}, map[string]bool{}
		for _, s := range all {
			of[s.Kind]++
			if f := Fold(s.Text); seen[f] {
				t.Errorf("%s: twice: %s", l.Code, s.Text)
			} else {
				seen[f] = true
			}
		}
		for _, kind := range CrisisKinds {
			if of[kind] < 20 {
				t.Errorf("%s: %d sentences of %s", l.Code, of[kind], kind)
			}
		}
		if of[""] < 200 {
			t.Errorf("%s: %d harmless sentences", l.Code, of[""])
		}
	}
}
