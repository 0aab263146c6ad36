// What officers write, and what may not stand in it.

package rumour_test

import (
	"strings"
	"testing"

	"posada/bot/rumour"
	"posada/flows"
)

func TestAVerdictIsHeldToAccount(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	type v = *rumour.Verdict
	for name, c := range map[string]struct {
		change func(v)
		want   string // code field lang
	}{
		"nothing wrong":        {func(v) {}, ""},
		"English alone":        {func(v v) { delete(v.Claim, "es"); delete(v.Reason, "es") }, ""},
		"a date in a reason":   {func(v v) { v.Reason["es"] = "Desde el 2025-01-20 y el 20.01.2025, no en 2019-2024." }, ""},
		"an approved number":   {func(v v) { v.Reason["es"] = "Llame al 800-200-0100." }, ""},
		"an approved link":     {func(v v) { v.Reason["es"] = "Vea help.unhcr.org/mexico." }, ""},
		"blank languages":      {func(v v) { v.Claim["fr"], v.Reason["fr"] = " \n", "\u202e" }, ""},
		"not known, no source": {func(v v) { v.Verdict, v.Sources = rumour.NotKnown, nil }, ""},
		"300 letters":          {func(v v) { v.Reason["es"] = strings.Repeat("ع", 300) }, ""},
		"HTML":                 {func(v v) { v.Reason["es"] = "<script>alert(1)</script>" }, ""},

		"no verdict":             {func(v v) { v.Verdict = "perhaps" }, "verdict verdict "},
		"no bridge":              {func(v v) { v.Claim, v.Reason = map[string]string{"fr": "a"}, map[string]string{"fr": "b"} }, "no-bridge claim "},
		"no reason":              {func(v v) { delete(v.Reason, "es") }, "no-reason reason es"},
		"no claim":               {func(v v) { v.Reason["fr"] = "oui" }, "no-claim claim fr"},
		"301 letters":            {func(v v) { v.Reason["es"] = strings.Repeat("ع", 301) }, "too-long reason es"},
		"a long claim":           {func(v v) { v.Claim["en"] = strings.Repeat("a", 10_000) }, "too-long claim en"},
		"no source":              {func(v v) { v.Sources = nil }, "no-source source "},
		"a source of tomorrow":   {func(v v) { v.Sources[0].Date = 20260311 }, "bad-source source "},
		"a source without a day": {func(v v) { v.Sources[0].Date = 20260300 }, "bad-source source "},
		"a nameless source":      {func(v v) { v.Sources[0].Publisher = " " }, "bad-source source "},
		"a source elsewhere":     {func(v v) { v.Sources[0].URL = "https://evil.example" }, "link source "},
		"a script as a source":   {func(v v) { v.Sources[0].URL = "javascript:alert('unhcr.org')" }, "link source "},
		"six sources": {func(v v) {
			for range 5 {
				v.Sources = append(v.Sources, v.Sources[0])
			}
		}, "too-many source "},
		"a review of today":   {func(v v) { v.Review = 20260310 }, "review review "},
		"no day of review":    {func(v v) { v.Review = 20260231 }, "review review "},
		"a review in years":   {func(v v) { v.Review = 20280101 }, "review review "},
		"no review":           {func(v v) { v.Review = 0 }, "review review "},
		"a strange language":  {func(v v) { v.Claim["xx"], v.Reason["xx"] = "a", "b" }, "language claim xx"},
		"a phone number":      {func(v v) { v.Reason["es"] = "Llame al (664) 123-45-67" }, "number reason es"},
		"in Arabic digits":    {func(v v) { v.Claim["en"] = "call ٦٦٤١٢٣٤٥٦٧" }, "number claim en"},
		"a messenger":         {func(v v) { v.Reason["es"] = "wa.me/526641234567" }, "link reason es"},
		"a handle":            {func(v v) { v.Reason["es"] = "escriba a @posada_help" }, "link reason es"},
		"a scheme":            {func(v v) { v.Reason["es"] = "tel:x tg://resolve?domain=x" }, "link reason es"},
		"a wide full stop":    {func(v v) { v.Reason["es"] = "mire evil。example/x" }, "link reason es"},
		"a wide link":         {func(v v) { v.Reason["es"] = "mire ｅｖｉｌ．ｅｘａｍｐｌｅ" }, "link reason es"},
		"one dot for many":    {func(v v) { v.Reason["es"] = "mire evil\u2024example" }, "link reason es"},
		"hidden in a link":    {func(v v) { v.Reason["es"] = "mire ev\u200di\ufe0fl.\u034fexample" }, "link reason es"},
		"an address of a net": {func(v v) { v.Reason["es"] = "mire 192.0.2.7/x" }, "link reason es"},
		"a meeting place":     {func(v v) { v.Reason["es"] = "vaya a la iglesia a las 5" }, "meeting reason es"},
		"one in both": {func(v v) {
			v.Claim["es"], v.Reason["es"] = "salen de la iglesia", "a las 5 no sale nadie"
		}, "meeting reason es"},
		"one in the rumour":  {func(v v) { v.Claim["es"] = "salen de la iglesia a las 5" }, "meeting claim es"},
		"heard of a meeting": {func(v v) { v.Heard = map[string][]string{"es": {"salen de la iglesia a las 5"}} }, ""},
		"circled digits":     {func(v v) { v.Reason["es"] = "llame al ⑥⑥④①②③④⑤⑥⑦" }, "number reason es"},
		"heard too much":     {func(v v) { v.Heard = map[string][]string{"es": strings.Split(strings.Repeat("a", 21), "")} }, ""},
		"heard with a link":  {func(v v) { v.Heard = map[string][]string{"es": {"mire evil.example/x"}} }, "link heard es"},
	} {
		v := verdict()
		c.change(&v)
		var got []string
		for _, p := range w.Check(v, start) {
			if got = append(got, p.Code+" "+p.Field+" "+p.Lang); !strings.Contains(strings.Join(rumour.Codes, " "), p.Code) {
				t.Errorf("%s: code %s is not listed", name, p.Code)
			}
		}
		switch {
		case c.want == "" && len(got) > 0, c.want != "" && (len(got) == 0 || got[0] != c.want):
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWithProblemsNothingIsFiled(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(1, "es", groups, start)
	w.pass(start)
	c := w.only(rumour.Filter{}, start)
	v := verdict()
	v.Review = flows.Date(20200101)
	if problems, err := w.Answer(t.Context(), "ana", c.ID, c.Revision, v, start); err != nil || len(problems) != 1 {
		t.Errorf("%v, %v", problems, err)
	}
	if c := w.only(rumour.Filter{}, start); c.Status != rumour.Open || c.Revision != 0 || len(w.board) != 0 {
		t.Errorf("it is %s", c.Status)
	}
}

func FuzzCheckedTexts(f *testing.F) {
	w := newWorld(f, stores["memory"](f))
	for _, text := range []string{"Llame al 664 123 4567", "2025-01-20", "t.me/x", "@a", "٦٦٤١٢٣٤٥٦٧", "a.b.c/d?e#f", "+(0)", "1.1.1.1.1.1.1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := verdict()
		v.Claim["es"], v.Reason["es"] = text, text+" 664 123 4567"
		found := false
		for _, p := range w.Check(v, start) {
			found = found || p.Field == "reason" && (p.Code == rumour.BadNumber || p.Code == rumour.BadLink || p.Code == rumour.TooLong)
		}
		if !found {
			t.Errorf("a number after %q is not found", text)
		}
	})
}
