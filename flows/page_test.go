// Pages that keep every letter, and the menu that may take a message's place.
package flows

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"posada/locales"
)

// exactSMS keeps the letters of every language that has any.
var exactSMS = func() Form {
	f := SMS
	f.Exact = "es, ht"
	return f
}()

func TestAnSMSKeepsTheLettersOfALanguageThatIsListed(t *testing.T) {
	b := realBook(t)
	begin := func(form Form, lang string) string {
		k := newTalker(t, b, lang, form, reviewed(b))
		k.say("hola")
		return strings.Join(k.allPages(), "\n")
	}
	if text := begin(exactSMS, "es"); !strings.Contains(text, "información") || !strings.Contains(text, "¿Está") || !strings.Contains(text, "0 más * atrás # menú") {
		t.Errorf("letters are lost: %q", text)
	}
	if text := begin(exactSMS, "ht"); !strings.Contains(text, "Èske") || strings.Contains(begin(SMS, "ht"), "Èske") {
		t.Errorf("letters are lost: %q", text)
	}
	for _, form := range []Form{SMS, {Name: "sms", Join: true, Transliterate: true, MaxSegments: 2, MaxChars: 1600, Exact: "ht"}} {
		if text := begin(form, "es"); strings.ContainsAny(text, "áíóú") || !strings.Contains(text, "informacion") {
			t.Errorf("with %q: %q", form.Exact, text)
		}
	}
	if begin(exactSMS, "en") != begin(SMS, "en") {
		t.Error("English is written otherwise")
	}
}

// Every node of the book, after a miss, as pages that keep their letters: each
// within two segments as a carrier counts them, and nothing lost.
func TestPagesThatKeepTheirLettersHoldTwoSegmentsAndLoseNothing(t *testing.T) {
	b := realBook(t)
	most, dear := 0, 0
	for _, code := range []string{"es", "ht"} {
		l := b.Catalogue.Language(code)
		for _, f := range b.flows {
			for _, n := range f.order {
				if !n.isAsk() {
					continue
				}
				s := Session{Language: code, Consented: true, Flow: f.ID, Node: n.id, Seen: reviewed(b).Unix() / 60, Version: b.version}
				k := &talker{t: t, book: b, s: s, form: exactSMS, at: At{Now: reviewed(b)}}
				k.s.Shown = []Shown{{Place: n.place(), Items: 1<<len(n.Say) - 1}}
				var pages []string
				if k.say("repeat"); k.last[0].Fault != "" {
					continue // it shows what the person chose, and nobody chose
				}
				for page := 0; ; page++ {
					m := k.last[0]
					if m.Segments != locales.Segments(m.Text) || m.Segments > exactSMS.MaxSegments {
						t.Fatalf("%s, %s, page %d: %d segments: %q", code, n.name(), page, m.Segments, m.Text)
					}
					if _, _, gsm := locales.Cost(m.Text); !gsm {
						dear++
					}
					pages = append(pages, m.Text)
					if k.s.Page+1 >= k.s.Pages {
						break
					}
					k.say("0")
				}
				most = max(most, k.s.Pages)
				if k.s.Pages > MaxPages {
					t.Errorf("%s, %s: %d pages", code, n.name(), k.s.Pages)
				}
				plain := *k
				plain.form, plain.s.Page = SMS, 0
				plain.say("repeat")
				if got, want := bareExact(l, pages), bareExact(l, plain.allPages()); got != want {
					t.Errorf("%s, %s: the pages say\n%q, not\n%q", code, n.name(), got, want)
				}
			}
		}
	}
	t.Logf("at most %d pages; %d pages are UCS-2", most, dear)
	if dear == 0 {
		t.Error("no page has a letter that GSM-7 lacks")
	}
}

// bareExact is bare for pages in any letters.
func bareExact(l *locales.Language, pages []string) string {
	var plain []string
	for _, p := range pages {
		plain = append(plain, locales.Transliterate(p))
	}
	return bare(l, plain)
}

func TestAnswersWorkOnPagesThatKeepTheirLetters(t *testing.T) {
	for _, code := range []string{"es", "ht"} {
		b := realBook(t)
		k := newTalker(t, b, code, exactSMS, reviewed(b)).atMenu()
		if k.s.Pages < 2 && code == "es" {
			t.Fatal("the menu has one page")
		}
		for i, o := range b.flowByID["menu"].start.Choices {
			if o.Staffed {
				continue // nobody reads letters here
			}
			want := newTalker(t, b, code, SMS, reviewed(b)).atMenu()
			want.pick(o.Key)
			shown, late := *k, *k
			shown.pick(o.Key)
			for late.s.Page+1 < late.s.Pages {
				late.say("0")
			}
			late.say(strconv.Itoa(i + 1))
			for _, got := range []talker{shown, late} {
				if got.s.Flow != want.s.Flow || got.s.Node != want.s.Node || !slices.Equal(got.s.Shown, want.s.Shown) {
					t.Errorf("%s: choice %d leads to %s/%s", code, i+1, got.s.Flow, got.s.Node)
				}
			}
		}
	}
}

// What is said last of all has no next page: after it there is no session to
// ask for one.
func TestLastWordsFitOnOnePageInAnyLetters(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		k := newTalker(t, b, l.Code, exactSMS, reviewed(b)).atMenu()
		k.say("delete")
		one := func(what string) {
			if len(k.last) != 1 || len(k.choices()) > 0 || strings.Contains(k.last[0].Text, l.Raw(msgMore)) {
				t.Errorf("%s is not one page: %q, choices %v", what, textOf(k.last), k.choices())
			}
		}
		k.pick("yes")
		one("forgotten")
		k = newTalker(t, b, l.Code, exactSMS, reviewed(b)).atMenu()
		k.input(Input{Text: "1", Flood: true})
		one("slow")
		for _, text := range []string{"stop", "hm", "start"} {
			k.say(text)
			one(text)
		}
	})
}

func TestAListOfLanguagesIsCheckedAgainstTheCatalogue(t *testing.T) {
	c := realBook(t).Catalogue
	for _, list := range []string{"", " ", "es", "es,ht", "es, ht", "en,es,ht"} {
		if err := CheckExact(list, c); err != nil {
			t.Errorf("%q: %v", list, err)
		}
	}
	for list, want := range map[string]string{"xx": `"xx"`, "es,kreyol": `"kreyol"`, "es;ht": `"es;ht"`, "es,": `""`, "ES": `"ES"`} {
		if err := CheckExact(list, c); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "es, en, ht, ") {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestOnlyTheMenuAndNothingElseIsHome(t *testing.T) {
	allLanguages(t, func(t *testing.T, b *Book, l *locales.Language) {
		for _, form := range Forms {
			home := func(k *talker, what string, want bool) {
				t.Helper()
				got := slices.ContainsFunc(k.last, func(m Message) bool { return m.Home })
				want = want && (!form.Join || k.s.Pages == 1)
				if got != want || want && (len(k.last) != 1 || k.s.Flow != "menu") {
					t.Errorf("%s on %s: home %v, %q", what, form.Name, got, textOf(k.last))
				}
			}
			k := newTalker(t, b, l.Code, form, reviewed(b))
			k.say("hola")
			home(k, "first contact", false)
			k.pick("go_on")
			home(k, "consent", true)
			k.say("blargh")
			home(k, "a miss at the menu", false)
			k.input(Input{Media: MediaPhoto})
			home(k, "a photo at the menu", false)
			k.say("source")
			home(k, "the source of the menu", false)
			k.say("#")
			home(k, "the menu", true)
			k.pick("rule")
			home(k, "a topic", false)
			k.input(Input{Payload: payloadMenu})
			home(k, "the button", true)
			k.input(Input{Payload: "screening/way#port"})
			home(k, "an old button", false)
			k.say("language")
			home(k, "another question", false)
			k.say("#")
			k.wait(Idle)
			k.say("1")
			home(k, "idle", false)
			k.pick("again")
			home(k, "start again", l.Code == locales.Source) // drafts are said to be drafts, once a conversation
			k.at.AsOf = reviewed(b)
			k.say("#")
			home(k, "in training", true)
			k.input(Input{Text: "1", Flood: true})
			home(k, "too many", false)
			k.say("delete")
			k.pick("yes")
			home(k, "forgotten", false)
		}
	})
	b := realBook(t)
	k := newTalker(t, b, "es", exactSMS, reviewed(b)).atMenu()
	if k.s.Pages < 2 || k.last[0].Home {
		t.Errorf("a page of the menu is taken for the menu: %+v", k.last)
	}
}
