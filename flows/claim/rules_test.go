// The rules that tell alike rumours apart, each by itself.
package claim_test

import (
	"fmt"
	"strings"
	"testing"

	"posada/flows/claim"
)

// knowing makes cases of texts in English or Spanish.
func knowing(t testing.TB, lang string, texts map[string][]string) (*claim.Reader, *claim.Cases) {
	r, c := claim.NewReader(places(t)), claim.NewCases()
	for id, list := range texts {
		for _, text := range list {
			c.Put(id, r.Read(claim.Text{Lang: lang, Text: text}))
		}
	}
	return r, c
}

// what says which case a text belongs to: its id, with a question mark when it is to be asked, "" for none.
func what(r *claim.Reader, c *claim.Cases, lang, text string) string {
	found := c.Find(r.Read(claim.Text{Lang: lang, Text: text}))
	switch {
	case found.Clear:
		return found.Hits[0].ID
	case len(found.Hits) > 0:
		return found.Hits[0].ID + "?"
	}
	return ""
}

func TestWhatDividesRumoursIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		known []string
		texts map[string]bool // whether it is clearly the same
	}{
		"a place":                       {[]string{"The bridge in Reynosa opens on Monday"}, map[string]bool{"in reinosa the bridge is opening on monday": true, "The bridge in Tijuana opens on Monday": false, "the bridge opens on monday": false}},
		"a day does not":                {[]string{"The bridge in Reynosa opens on Monday"}, map[string]bool{"the bridge in Reynosa opens on Tuesday": true, "the bridge in reynosa opens tomorrow": true}},
		"open is not closed":            {[]string{"The bridge in Reynosa opens on Monday"}, map[string]bool{"the bridge in Reynosa closes on Monday": false, "the bridge in Reynosa does not open on Monday": false}},
		"not open is closed":            {[]string{"The bridge in Reynosa closes on Monday"}, map[string]bool{"the bridge in Reynosa does not open on Monday": true}},
		"a denial":                      {[]string{"they sell appointments at the church"}, map[string]bool{"they do not sell appointments at the church": false, "nobody sells appointments at the church": false, "is it true or not that they sell appointments at the church": true}},
		"a price does not":              {[]string{"they sell appointments for 500 dollars"}, map[string]bool{"they sell appointments for 700 dollars": true, "someone sells appointments for $ 1,000": true}},
		"a sum that nobody pays for":    {[]string{"the government gives every family 500 dollars in the shelter"}, map[string]bool{"the government gives every family 900 dollars in the shelter": false, "the government gives each family 500 dollars in the shelter": true}},
		"a number":                      {[]string{"only 200 people can enter at the bridge"}, map[string]bool{"only 900 people can enter at the bridge": false, "only 200 persons enter at the bridge": true}},
		"a year":                        {[]string{"amnesty law for those who entered before 2012"}, map[string]bool{"amnesty law for those who entered before 2022": false, "an amnesty law if you entered before 2012": true}},
		"the people of a country":       {[]string{"Venezuelans can enter without an appointment"}, map[string]bool{"Haitians can enter without an appointment": false, "venezuelans enter without appointments": true}},
		"a link":                        {[]string{"new app for asylum at asilofast.com"}, map[string]bool{"new app for asylum at cbp-visa.net": false, "there is a new asylum app www.asilofast.com/get": true}},
		"two that deny each other":      {[]string{"nobody enters the United States without a vaccine"}, map[string]bool{"you need a vaccine to enter the United States": true}},
		"what there is no need of":      {[]string{"babies do not need to register"}, map[string]bool{"babies must register": false, "no need to register babies": true}},
		"another word for the contrary": {[]string{"the buses to the border are free"}, map[string]bool{"you pay for the buses to the border": false}},
	} {
		r, cases := knowing(t, "en", map[string][]string{"it": c.known})
		for text, same := range c.texts {
			if got := what(r, cases, "en", text); (got == "it") != same {
				t.Errorf("%s: %q is %q", name, text, got)
			}
		}
	}
}

func TestARumourWithoutAnyKnownConceptIsRecognisedByItsWords(t *testing.T) {
	r, c := knowing(t, "en", map[string][]string{"dragons": {"purple dragons were spotted near the fountain"}, "circus": {"the circus hands out umbrellas at the fountain"}})
	for text, want := range map[string]string{"they say purple dragon spoted near the fountain!!": "dragons", "circus hands out umbrela at fountain": "circus", "gardeners paint benches": ""} {
		if got := what(r, c, "en", text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestATextIsReadInTheLanguageItIsWrittenIn(t *testing.T) {
	r, c := seeded(t)
	for _, chosen := range []string{"en", "es", "ru", "xx", ""} {
		if got := what(r, c, chosen, "me dijeron que en la iglesia hay una lista para las citas"); got != "church" {
			t.Errorf("chosen %q: %q", chosen, got)
		}
	}
}

func TestATextThatSaysNothingBelongsToNoCase(t *testing.T) {
	r, c := seeded(t)
	for _, text := range []string{"", " ", "👍", "🙏🙏🙏", "?", "...", "\xff\xfe", "ok", "hola", "is it true?", "500", strings.Repeat("a", 10000), strings.Repeat("ha ", 5000), strings.Repeat("不", 10000)} {
		if got := what(r, c, "en", text); got != "" {
			t.Errorf("%.20q is %q", text, got)
		}
		before := c.Len()
		c.Put("nothing", r.Read(claim.Text{Lang: "en", Text: strings.Repeat("👍", 3)}))
		if c.Len() != before {
			t.Error("a text that says nothing made a case")
		}
	}
}

func TestACaseThatWasDroppedIsNotFound(t *testing.T) {
	r, c := seeded(t)
	before := c.Len()
	c.Drop("church")
	c.Drop("church")
	c.Drop("there is none")
	if c.Len() != before-1 {
		t.Error(c.Len(), before)
	}
	if got := what(r, c, "en", "the church has a list, put your name down and you get an appointment"); strings.HasPrefix(got, "church") {
		t.Error(got)
	}
}

func TestACaseKeepsTextsThatDiffer(t *testing.T) {
	r, c := claim.NewReader(nil), claim.NewCases()
	for i := range 100 {
		c.Put("bus", r.Read(claim.Text{Lang: "en", Text: fmt.Sprintf("free buses go to the border number%c", 'a'+i%26)}))
	}
	c.Put("bus", r.Read(claim.Text{Lang: "es", Text: "camiones gratis a la frontera desde el albergue"}))
	for i := range 100 {
		c.Put("bus", r.Read(claim.Text{Lang: "en", Text: fmt.Sprintf("free buses go to the border number%c", 'a'+i%26)}))
	}
	if got := what(r, c, "es", "hay camiones gratis desde el albergue hasta la frontera"); got != "bus" {
		t.Error(got)
	}
}

func TestTheSameTextIsFoundInTheSameCaseAlways(t *testing.T) {
	first := ""
	for range 10 {
		r, c := seeded(t)
		now := fmt.Sprint(c.Find(r.Read(claim.Text{Lang: "es", Text: "venden citas gratis en la iglesia y en el albergue"})))
		if first == "" {
			first = now
		}
		if now != first {
			t.Fatalf("%s, and then %s", first, now)
		}
	}
}

func FuzzFind(f *testing.F) {
	r, c := seeded(f)
	for _, s := range []string{"", "free buses", "1 000 1.000 1,000 $5", "http://a.b/c x.com", "\xff", "不不不", strings.Repeat("é", 5000), "no no no sin not never", "ال وال"} {
		f.Add("en", s)
		f.Add("ar", s)
	}
	f.Fuzz(func(t *testing.T, lang, s string) {
		p := r.Read(claim.Text{Lang: lang, Text: s})
		found := c.Find(p)
		if len(found.Hits) > claim.MaxHits || found.Clear && len(found.Hits) == 0 || p.Empty() && len(found.Hits) > 0 {
			t.Errorf("%q: %+v", s, found)
		}
		for i, h := range found.Hits {
			if h.Score < claim.Least || h.Score > 1.001 || i > 0 && h.Score > found.Hits[i-1].Score {
				t.Errorf("%q: %+v", s, found)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := claim.NewReader(places(b))
	texts := lines(b, "test.tsv")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l := texts[i%len(texts)]
		r.Read(claim.Text{Lang: l.lang, Text: l.text})
	}
}

// BenchmarkReadLong reads texts of 10,000 letters in which no word is known.
func BenchmarkReadLong(b *testing.B) {
	r := claim.NewReader(places(b))
	text := strings.Repeat("flumoxed quatervois ", 500)
	for b.Loop() {
		r.Read(claim.Text{Lang: "en", Text: text})
	}
}

// BenchmarkFind looks texts up among 2,000 cases of twelve texts.
func BenchmarkFind(b *testing.B) {
	r := claim.NewReader(places(b))
	c := claim.NewCases()
	var prints []claim.Print
	for _, l := range append(lines(b, "test.tsv"), lines(b, "dev.tsv")...) {
		prints = append(prints, r.Read(claim.Text{Lang: l.lang, Text: l.text}))
	}
	for i := range 2000 {
		for j := range claim.MaxPrints {
			c.Put(fmt.Sprint(i), prints[(i*7+j*13)%len(prints)])
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Find(prints[i%len(prints)])
	}
}
