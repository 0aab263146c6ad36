// Who is chosen, and what is told of how many they are.

package bulletin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/store/memory"
)

func TestNoSmallNumberCanBeGotOutOfACount(t *testing.T) {
	for n := range 20 {
		c := bulletin.CountOf(n)
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range []string{c.String(), fmt.Sprint(c), fmt.Sprintf("%d %#v %+v", c, c, c), string(raw)} {
			if rest := strings.NewReplacer("<20", "", `\u003c20`, "", `"`, "", " ", "").Replace(shown); rest != "" || shown == "" {
				t.Errorf("%d shows as %s", n, shown)
			}
		}
		if about, told := c.Told(); about != 0 || told {
			t.Errorf("%d is told as %d", n, about)
		}
	}
	for n, want := range map[int]string{20: "20", 29: "20", 30: "30", 1009: "1000"} {
		if got := bulletin.CountOf(n).String(); got != want {
			t.Errorf("%d shows as %s", n, got)
		}
	}
}

// crowd is people of many kinds.
func crowd(o *office) {
	at := func(place string) []bot.Subscription {
		return []bot.Subscription{{Programme: "cbp_one", Place: place, State: bot.On}}
	}
	o.enrol(50, bot.Person{})
	o.enrol(30, bot.Person{Lang: "en", Contact: bot.Contact{Address: bot.Address{Channel: "whatsapp"}}, Seen: day.Add(-48 * time.Hour)})
	o.enrol(40, bot.Person{Lang: "ht", Contact: bot.Contact{Address: bot.Address{Channel: "telegram"}}})
	o.enrol(25, bot.Person{Contact: bot.Contact{Subscriptions: at("tijuana")}})
	o.enrol(10, bot.Person{Contact: bot.Contact{Subscriptions: at("nogales")}, Seen: day.Add(-240 * time.Hour)})
	o.enrol(60, bot.Person{Contact: bot.Contact{Simulated: true, Address: bot.Address{Channel: "simulator"}, Form: "sms"}})
}

func TestAnAudienceIsWhoeverIsOfEveryListAndOfNoExclusion(t *testing.T) {
	for name, open := range stores {
		o := newOffice(t, open(t))
		crowd(o)
		for _, c := range []struct {
			about    string
			audience bulletin.Audience
			want     string
		}{
			{"everybody", bulletin.Audience{}, "110"}, // 50 + 30 + 25 + 10: Haitian Creole has no text
			{"a language", bulletin.Audience{Filter: bulletin.Filter{Languages: []string{"en"}}}, "30"},
			{"channels", bulletin.Audience{Filter: bulletin.Filter{Channels: []string{"sms"}}}, "80"},
			{"a place", bulletin.Audience{Filter: bulletin.Filter{Places: []string{"tijuana"}}}, "20"},
			{"too few", bulletin.Audience{Filter: bulletin.Filter{Places: []string{"nogales"}}}, "<20"},
			{"a programme", bulletin.Audience{Filter: bulletin.Filter{Programmes: []string{"cbp_one"}}}, "30"},
			{"seen lately", bulletin.Audience{SeenWithin: 24 * time.Hour}, "70"},
			{"but not of a channel", bulletin.Audience{Except: bulletin.Filter{Channels: []string{"whatsapp"}}}, "80"},
			{"a language without text", bulletin.Audience{Filter: bulletin.Filter{Languages: []string{"ht"}}}, "<20"},
			{"simulated", bulletin.Audience{Filter: bulletin.Filter{Channels: []string{"simulator"}}}, "<20"},
		} {
			in := content()
			in.Audience = c.audience
			b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, in, day))
			p, err := o.Preview(t.Context(), b, day)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.People.String(); got != c.want {
				t.Errorf("%s: %s are %s, want %s", name, c.about, got, c.want)
			}
			if few := hasCode(p.Problems, bulletin.CodeFew, false); few != (c.want == "<20") {
				t.Errorf("%s: %s: too few: %v", name, c.about, few)
			}
		}
	}
}

func TestSimulatedContactsCountInTrainingAlone(t *testing.T) {
	o := newOffice(t, memory.New())
	o.enrol(60, bot.Person{Contact: bot.Contact{Simulated: true, Address: bot.Address{Channel: "simulator"}, Form: "sms"}})
	b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, content(), day))
	for trial, want := range map[bool]string{false: "<20", true: "60"} {
		o.world.Trial = trial
		p, err := bulletin.New(o.s, o.world).Preview(t.Context(), b, day)
		if err != nil || p.People.String() != want {
			t.Errorf("trial %v: %v, %v", trial, p.People, err)
		}
	}
}

func TestAPreviewTellsWhatIsSentToHowManyAtWhatCost(t *testing.T) {
	o := newOffice(t, memory.New())
	crowd(o)
	b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, content(), day))
	p, err := o.Preview(t.Context(), b, day)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cells) != 6 || p.Cells[0].Lang != "es" || p.Cells[0].Form != "sms" || p.Cells[0].Message.Text != "Nadie vende citas." || p.Cells[0].Segments != 1 {
		t.Fatalf("cells %+v", p.Cells)
	}
	if got := p.Cells[0].People.String(); got != "80" {
		t.Errorf("Spanish by SMS: %s", got)
	}
	if len(p.LeftOut) != 1 || p.LeftOut[0].Reason != bulletin.ReasonNoText || p.LeftOut[0].Lang != "ht" || p.LeftOut[0].People.String() != "40" {
		t.Errorf("left out %+v", p.LeftOut)
	}
	// 80 and at most 20 SMS, at most 20 and 30 on WhatsApp, 30 nudges.
	if want := 100*0.01 + 50*0.005 + 30*0.02; !p.Cost.Known || p.Cost.Amount < want-1e-9 || p.Cost.Amount > want+1e-9 {
		t.Errorf("costs %+v, want %v", p.Cost, want)
	}
	if p.Takes != 8*time.Second || p.Outside.String() != "30" {
		t.Errorf("takes %v, outside %v", p.Takes, p.Outside)
	}
	for _, w := range []struct {
		code bulletin.Code
		lang string
	}{{bulletin.CodeMissing, "ht"}, {bulletin.CodeTemplate, "en"}} {
		found := false
		for _, pr := range p.Problems {
			found = found || pr.Code == w.code && pr.Lang == w.lang && pr.Warning
		}
		if !found {
			t.Errorf("no %s for %s: %+v", w.code, w.lang, p.Problems)
		}
	}
	if len(bulletin.Blocking(p.Problems)) != 0 {
		t.Errorf("it is refused: %+v", p.Problems)
	}
	o.world.Prices = bulletin.Prices{}
	p, err = bulletin.New(o.s, o.world).Preview(t.Context(), b, day)
	if err != nil || p.Cost.Known || p.Cost.Amount != 0 {
		t.Errorf("without prices it costs %+v, %v", p.Cost, err)
	}
}

func TestAnExclusionLeavesOutTwentyPeopleAtLeast(t *testing.T) {
	for n, refused := range map[int]bool{0: true, 1: true, 19: true, 20: false} {
		o := newOffice(t, memory.New())
		o.enrol(40, bot.Person{})
		o.enrol(n, bot.Person{Lang: "en"})
		c := content()
		c.Audience.Except.Languages = []string{"en"}
		b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, c, day))
		problems, err := o.Check(t.Context(), b, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := hasCode(problems, bulletin.CodeExcept, false); got != refused {
			t.Errorf("%d people excluded: refused is %v", n, got)
		}
	}
	// Each of them: a second exclusion does not hide behind a first.
	o := newOffice(t, memory.New())
	o.enrol(40, bot.Person{})
	o.enrol(30, bot.Person{Lang: "en"})
	o.enrol(1, bot.Person{Contact: bot.Contact{Address: bot.Address{Channel: "telegram"}}})
	c := content()
	c.Audience.Except = bulletin.Filter{Languages: []string{"en"}, Channels: []string{"telegram"}}
	b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, c, day))
	if problems, err := o.Check(t.Context(), b, day); err != nil || !hasCode(problems, bulletin.CodeExcept, false) {
		t.Errorf("one person is told apart: %v, %v", problems, err)
	}
}

func TestNoPartOfAnExclusionPointsAtAFew(t *testing.T) {
	telegram := bot.Contact{Address: bot.Address{Channel: "telegram"}}
	for about, c := range map[string]struct {
		except bulletin.Filter
		word   string // the one that points at a few; "" for none
	}{
		"two groups":                        {bulletin.Filter{Languages: []string{"en"}, Places: []string{"tijuana"}}, ""},
		"one person beside many of a list":  {bulletin.Filter{Languages: []string{"en", "ht"}}, "ht"},
		"one person whom no other list has": {bulletin.Filter{Languages: []string{"en"}, Channels: []string{"telegram"}}, "telegram"},
	} {
		o := newOffice(t, memory.New())
		o.enrol(60, bot.Person{})
		o.enrol(25, bot.Person{Lang: "en"})
		o.enrol(30, bot.Person{Lang: "en", Contact: telegram})
		o.enrol(1, bot.Person{Contact: telegram})
		o.enrol(1, bot.Person{Lang: "ht"})
		o.enrol(30, bot.Person{Contact: bot.Contact{Subscriptions: []bot.Subscription{{Programme: "cbp_one", Place: "tijuana", State: bot.On}}}})
		draft := content()
		draft.Texts["en"], draft.Texts["ht"] = "Nobody sells appointments.", "Pesonn pa vann randevou."
		draft.Audience.Except = c.except
		b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, draft, day))
		problems, err := o.Check(t.Context(), b, day)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, p := range problems {
			if p.Code == bulletin.CodeExcept {
				found = append(found, p.Word)
			}
		}
		if got := strings.Join(found, " "); got != c.word {
			t.Errorf("%s: %q points at a few, want %q", about, got, c.word)
		}
	}
}

func TestBadInputIsToldByItsCodeAndNothingIsLost(t *testing.T) {
	long := strings.Repeat("Nadie vende citas. ", 30)
	for _, c := range []struct {
		about  string
		change func(*bulletin.Content)
		code   bulletin.Code
		lang   string
		form   string
	}{
		{"no text", func(c *bulletin.Content) { c.Texts = nil }, bulletin.CodeNoText, "", ""},
		{"no title", func(c *bulletin.Content) { c.Title = " " }, bulletin.CodeNoTitle, "", ""},
		{"a long title", func(c *bulletin.Content) { c.Title = long }, bulletin.CodeTitleLong, "", ""},
		{"no source", func(c *bulletin.Content) { c.Source = "ht" }, bulletin.CodeNoSource, "ht", ""},
		{"an unknown language", func(c *bulletin.Content) { c.Texts["xx"] = "x" }, bulletin.CodeLanguage, "xx", ""},
		{"too long by SMS in one language", func(c *bulletin.Content) { c.Texts["es"] = long }, bulletin.CodeLong, "es", "sms"},
		{"far too long", func(c *bulletin.Content) { c.Texts["es"] = strings.Repeat(long, 100) }, bulletin.CodeLong, "es", ""},
		{"a link", func(c *bulletin.Content) { c.Texts["en"] = "See evil.example" }, bulletin.CodeLink, "en", ""},
		{"a number", func(c *bulletin.Content) { c.Texts["en"] = "Call 5512345678" }, bulletin.CodeNumber, "en", ""},
		{"a meeting", func(c *bulletin.Content) { c.Texts["en"] = "Come to the church at 3 pm" }, bulletin.CodeMeeting, "en", ""},
		{"the past", func(c *bulletin.Content) { c.At = day.Add(-time.Minute) }, bulletin.CodePast, "", ""},
		{"far ahead", func(c *bulletin.Content) { c.At = day.Add(31 * 24 * time.Hour) }, bulletin.CodeFar, "", ""},
	} {
		o := newOffice(t, memory.New())
		o.enrol(40, bot.Person{})
		in := content()
		c.change(&in)
		b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, in, day))
		_, err := o.HandOver(t.Context(), b.ID, b.Version, ana, day)
		if !refusedFor(err, c.code) {
			t.Errorf("%s: %v", c.about, err)
			continue
		}
		if strings.Contains(err.Error(), "evil") || strings.Contains(err.Error(), "551") || strings.Contains(err.Error(), "church") {
			t.Errorf("%s: the error shows the text: %v", c.about, err)
		}
		found := false
		p, err := o.Show(t.Context(), b, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, pr := range p.Problems {
			found = found || pr.Code == c.code && pr.Lang == c.lang && pr.Form == c.form
		}
		if !found {
			t.Errorf("%s: %+v", c.about, p.Problems)
		}
		if got := o.read(b.ID); got.State != bulletin.Draft || got.Version != b.Version {
			t.Errorf("%s: it is %s now", c.about, got.State)
		}
	}
}

func TestAnAudienceThatNobodyKnowsIsRefused(t *testing.T) {
	for field, change := range map[string]func(*bulletin.Audience){
		"languages":         func(a *bulletin.Audience) { a.Languages = []string{"xx"} },
		"channels":          func(a *bulletin.Audience) { a.Channels = []string{"fax"} },
		"places":            func(a *bulletin.Audience) { a.Places = []string{"tijuanna"} },
		"programmes":        func(a *bulletin.Audience) { a.Programmes = []string{"cbp"} },
		"got":               func(a *bulletin.Audience) { a.Got = []string{"b99999999"} },
		"except.languages":  func(a *bulletin.Audience) { a.Except.Languages = []string{"xx"} },
		"except.got":        func(a *bulletin.Audience) { a.Except.Got = []string{"../b00000001"} },
		"except.programmes": func(a *bulletin.Audience) { a.Except.Programmes = []string{"cbp"} },
	} {
		o := newOffice(t, memory.New())
		o.enrol(40, bot.Person{})
		c := content()
		change(&c.Audience)
		b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, c, day))
		p, err := o.Show(t.Context(), b, day)
		if err != nil || len(p.Problems) == 0 || p.Problems[0].Code != bulletin.CodeAudience || p.Problems[0].Field != field {
			t.Errorf("%s: %+v, %v", field, p.Problems, err)
		}
	}
}

func TestWhoStoppedOrNeverAgreedIsInNoAudience(t *testing.T) {
	for name, open := range stores {
		o := newOffice(t, open(t))
		people := o.enrol(40, bot.Person{})
		for _, who := range people[:30] {
			o.turn(who, bot.Turn{Now: day, OptOut: bot.MarkOut})
		}
		b := must[bulletin.Bulletin](o)(o.Draft(t.Context(), ana, content(), day))
		if p, err := o.Preview(t.Context(), b, day); err != nil || p.People.String() != "<20" || !hasCode(p.Problems, bulletin.CodeFew, false) {
			t.Errorf("%s: everybody stopped: %v, %v", name, p.People, err)
		}
		o.strangers = true
		o.enrol(30, bot.Person{})
		ready := must[bulletin.Bulletin](o)(o.HandOver(t.Context(), b.ID, b.Version, ana, day))
		if _, err := o.Approve(t.Context(), ready.ID, ready.Version, beto, day); !refusedFor(err, bulletin.CodeFew) {
			t.Errorf("%s: %v", name, err)
		}
		if p, err := o.Preview(t.Context(), ready, day); err != nil || !hasCode(p.Problems, bulletin.CodeNoAgreement, true) {
			t.Errorf("%s: nobody hears of who never agreed: %+v, %v", name, p.Problems, err)
		}
	}
}
