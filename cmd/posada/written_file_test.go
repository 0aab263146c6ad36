// Files of officers: what is right is read whole, and what is wrong is refused
// with its line.
package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"posada/bot/bulletin"
	"posada/bot/rumour"
)

// contentOf reads a bulletin's text as a file called b.yaml.
func contentOf(text, kind string) (bulletin.Content, error) {
	var f bulletinFile
	d, err := parseDocument("b.yaml", []byte(text), &f)
	if err != nil {
		return bulletin.Content{}, err
	}
	return f.content(d, kind)
}

func readVerdict(text string) (rumour.Verdict, error) {
	var f verdictFile
	d, err := parseDocument("v.yaml", []byte(text), &f)
	if err != nil {
		return rumour.Verdict{}, err
	}
	return f.verdict(d)
}

func TestABulletinIsReadWhole(t *testing.T) {
	got, err := contentOf(`title: " A title "
source: es
texts:
  es: |
    Una línea.
    Otra.
  en: One line.
audience:
  languages: [es, en]
  channels: [sms]
  places: [tijuana]
  programmes: [cbp-one]
  got: [b00000001]
  seen: 7 days
  except: {channels: [telegram], got: [b00000002]}
at: 2026-11-23T09:00-06:00
`, kindBulletin)
	want := bulletin.Content{
		Title: "A title", Source: "es", Texts: map[string]string{"es": "Una línea.\nOtra.", "en": "One line."},
		Audience: bulletin.Audience{
			Filter:     bulletin.Filter{Languages: []string{"es", "en"}, Channels: []string{"sms"}, Places: []string{"tijuana"}, Programmes: []string{"cbp-one"}, Got: []string{"b00000001"}},
			SeenWithin: 7 * 24 * time.Hour,
			Except:     bulletin.Filter{Channels: []string{"telegram"}, Got: []string{"b00000002"}},
		},
		At: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC),
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestEveryVerdictIsReadThoughYAMLHasWordsOfItsOwn(t *testing.T) {
	for _, word := range []string{rumour.False, rumour.True, rumour.Misleading, rumour.NotKnown} {
		v, err := readVerdict("verdict: " + word + "\nsources: [{publisher: A, title: B, date: 2026-11-01}]\nreview: 2027-01-02\n")
		if err != nil || v.Verdict != word || v.Review != 20270102 || len(v.Sources) != 1 || v.Sources[0].Date != 20261101 {
			t.Errorf("%s: %+v, %v", word, v, err)
		}
	}
}

func TestAMistakeIsRefusedWithItsLine(t *testing.T) {
	const right = "title: a\nsource: es\ntexts: {es: b}\n"
	for _, c := range []struct{ text, kind, want string }{
		{right + "titel: c\n", kindBulletin, `b.yaml:4: unknown field "titel"`},
		{right + "title: c\n", kindBulletin, "b.yaml:4: "},
		{right + "audience: {languages: es}\n", kindBulletin, "b.yaml:4: "},
		{right + "audience:\n  lang: [es]\n", kindBulletin, `b.yaml:5: unknown field "lang"`},
		{right + "at: tomorrow\n", kindBulletin, `b.yaml:4: "tomorrow" is no time with a zone`},
		{right + "at: 2026-11-23T09:00\n", kindBulletin, "b.yaml:4: "},
		{right + "audience:\n  places: []\n  seen: 5 weeks\n", kindBulletin, `b.yaml:6: "5 weeks" is no number of days`},
		{right + "kind: letter\n", kindBulletin, "b.yaml:4: kind is bulletin or correction"},
		{right + "kind: correction\n", kindBulletin, "b.yaml:4: this is no bulletin but a correction"},
		{right + "kind: bulletin\n", kindCorrection, "b.yaml:4: this is no correction but a bulletin"},
		{right + "audience: {languages: [es]}\n", kindCorrection, "b.yaml:4: a correction has no audience"},
		{"title: a\ntexts: {es: b}\n", kindBulletin, "b.yaml:1: source is missing"},
		{"title: a\nsource: en\ntexts: {es: b}\n", kindBulletin, "b.yaml:2: there is no text in the source language, en"},
		{"title: [a\n", kindBulletin, "b.yaml:"},
		{"", kindBulletin, "b.yaml:1: it is empty"},
		{right + "---\n" + right, kindBulletin, "more than one document"},
		{"- a\n", kindBulletin, "b.yaml:1: "},
	} {
		if _, err := contentOf(c.text, c.kind); err == nil || !strings.HasPrefix(err.Error(), "b.yaml:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %s", c.text, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"verdict: maybe\n": "v.yaml:1: verdict is one of",
		"verdict: false\nsources:\n  - {publisher: a, date: 2026-02-30}\n": `v.yaml:3: "2026-02-30" is no day`,
		"verdict: false\nreview: soon\n":                                   `v.yaml:2: "soon" is no day`,
		"verdict: false\nclaims: {}\n":                                     `v.yaml:2: unknown field "claims"`,
	} {
		if _, err := readVerdict(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

func TestAFileWithAMistakeAsksForNoPassword(t *testing.T) {
	dir := homeless(t)
	h := &desks{t: t, dir: dir}
	for _, args := range [][]string{
		{"bulletin", "draft", h.file("b.yaml", "titel: x\n"), "--as", "Ada"},
		{"bulletin", "recall", "b00000001", h.file("b.yaml", "titel: x\n"), "--as", "Ada"},
		{"rumour", "answer", "aaaaaaaaaaaa", h.file("v.yaml", "titel: x\n"), "--as", "Ada"},
	} {
		if code, _, errs := posada(t, "", args...); code != 1 || !strings.Contains(errs, `yaml:1: unknown field "titel"`) {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}

func FuzzFilesOfOfficers(f *testing.F) {
	f.Add("title: a\nsource: es\ntexts: {es: b}\naudience: {seen: 3 days}\nat: 2026-11-23T09:00-06:00\n")
	f.Add("verdict: false\nclaim: {es: a}\nsources: [{date: 2026-11-01}]\nreview: 2027-01-01\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{kindBulletin, kindCorrection} {
			c, err := contentOf(text, kind)
			if err == nil && (c.Source == "" || c.Audience.SeenWithin < 0) {
				t.Errorf("%q is read as %+v", text, c)
			}
		}
		if v, err := readVerdict(text); err == nil && v.Verdict == "" {
			t.Errorf("%q has no verdict", text)
		}
	})
}

func TestTheFilesOfTheReadmeAreRight(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, block := range strings.Split(string(readme), "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		switch {
		case strings.HasPrefix(block, "kind: bulletin"):
			_, err = contentOf(block, kindBulletin)
		case strings.HasPrefix(block, "verdict:"):
			_, err = readVerdict(block)
		default:
			continue
		}
		if read++; err != nil {
			t.Errorf("%v:\n%s", err, block)
		}
	}
	if read != 2 {
		t.Errorf("%d files", read)
	}
}
