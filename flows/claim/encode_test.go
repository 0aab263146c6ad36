// Prints, written down and read again.

package claim

import (
	"reflect"
	"strings"
	"testing"
)

var written = []Text{
	{"en", "They sell appointments in Tijuana for 500 dollars, look at http://cbp.example/x"}, {"ar", "يبيعون المواعيد"},
	{"es", "No es verdad que los haitianos no entran en 2026"}, {"fr", ""}, {"zh-Hans", "😀"}, {"en", strings.Repeat("buses to the border ", 500)},
}

func TestAPrintIsReadAsItWasWritten(t *testing.T) {
	r := NewReader(map[string]string{"tijuana": "tijuana"})
	for _, text := range written {
		p := r.Read(text)
		raw, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var again Print
		if err := again.UnmarshalBinary(raw); err != nil {
			t.Fatal(err)
		}
		second, err := again.MarshalBinary()
		if err != nil || string(second) != string(raw) {
			t.Errorf("%s: written again it is another one, %v", text.Lang, err)
		}
		c := NewCases(Case{"a", []Print{p}})
		if had, has := c.Find(p), c.Find(again); !reflect.DeepEqual(had, has) {
			t.Errorf("%s: it found %v, and finds %v", text.Lang, had, has)
		}
		for _, word := range []string{"sell", "cbp", "Tijuana", "haitianos"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%s: the word %q can be read", text.Lang, word)
			}
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	r := NewReader(nil)
	for _, text := range written {
		raw, err := r.Read(text).MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		var p Print
		if p.UnmarshalBinary(raw) == nil {
			NewCases(Case{"a", []Print{p}}).Find(p)
		}
	})
}
