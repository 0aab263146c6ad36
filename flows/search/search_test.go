// The search by itself: what is clear, what is asked back, what is nothing. How
// well it answers in twelve languages is measured in flows, with the book.
package search_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"posada/flows/search"
	"posada/locales"
)

var examples = []search.Example{
	{Answer: "judge", Text: "how do i ask for a judge"}, {Answer: "judge", Text: "i want a judge to review the decision"},
	{Answer: "photo", Text: "the selfie fails"}, {Answer: "photo", Text: "my photo is not accepted by the app"},
	{Answer: "crash", Text: "the app freezes"}, {Answer: "crash", Text: "the application closes by itself"},
	{Answer: "school", Text: "can my children go to school"}, {Answer: "school", Text: "school for my daughter"},
}

func find(x *search.Index, text string) search.Result { return x.Find(locales.Fold(text)) }

func TestAnExampleFindsItsAnswerClearly(t *testing.T) {
	x := search.Build(examples, nil)
	for _, e := range examples {
		r := find(x, strings.ToUpper(e.Text)+"??")
		if !r.Clear || r.Hits[0].Answer != e.Answer || r.Hits[0].Score > 1.0001 {
			t.Errorf("%s: %+v", e.Text, r)
		}
	}
}

func TestAMisspeltQuestionIsFound(t *testing.T) {
	x := search.Build(examples, nil)
	for text, want := range map[string]string{"my foto selfie isnt acepted": "photo", "aplication freezing": "crash", "childrens scool": "school", "reviewd by judges": "judge"} {
		if r := find(x, text); len(r.Hits) == 0 || r.Hits[0].Answer != want {
			t.Errorf("%s: %+v, want %s", text, r, want)
		}
	}
}

func TestWhatNobodyAskedForFindsNothing(t *testing.T) {
	x := search.Build(examples, nil)
	for _, text := range []string{"", "?", "zzz", "qwertz uiop", "рецепт борща", "今天天气", "0", strings.Repeat("flumox ", 500)} {
		if r := find(x, text); r.Clear || len(r.Hits) > 0 {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestWhatMayMeanTwoThingsIsAskedBack(t *testing.T) {
	r := find(search.Build(examples, nil), "my photo freezes")
	if r.Clear || len(r.Hits) != 2 {
		t.Errorf("%+v", r)
	}
}

func TestNoMoreThanThreeAreEverOffered(t *testing.T) {
	var many []search.Example
	for i := range 20 {
		many = append(many, search.Example{Answer: fmt.Sprint("a", i), Text: fmt.Sprintf("the same question %c%c%c", 'a'+i, 'a'+i, 'a'+i)})
	}
	if r := find(search.Build(many, nil), "the same question"); r.Clear || len(r.Hits) > search.MaxHits {
		t.Errorf("%+v", r)
	}
}

func TestAnotherWordForTheSameThingIsFound(t *testing.T) {
	concepts := []search.Concept{
		{ID: "judge", Words: []string{"judge*", "magistrate*"}}, {ID: "ask", Words: []string{"ask", "request", "apply for"}}, {ID: "photo", Words: []string{"photo*", "selfie*", "picture of me"}},
		{ID: "crash", Words: []string{"freez*", "close* by itself", "stuck"}},
	}
	x := search.Build(examples, search.NewThesaurus(concepts))
	for text, want := range map[string]string{"request magistrates": "judge", "a picture of me": "photo", "it got stuck": "crash"} {
		if r := find(x, text); len(r.Hits) == 0 || r.Hits[0].Answer != want {
			t.Errorf("%s: %+v, want %s", text, r, want)
		}
	}
}

func TestScriptsWithoutSpacesAreSearched(t *testing.T) {
	x := search.Build([]search.Example{{"judge", "怎么要求法官复审"}, {"school", "孩子能上学吗"}, {"crash", "程序一直闪退"}}, search.NewThesaurus([]search.Concept{{ID: "crash", Words: []string{"闪退", "卡住"}}}))
	for text, want := range map[string]string{"我想要法官": "judge", "我女儿可以上学吗": "school", "总是卡住": "crash"} {
		if r := find(x, text); len(r.Hits) == 0 || r.Hits[0].Answer != want {
			t.Errorf("%s: %+v, want %s", text, r, want)
		}
	}
}

func TestTheSameQuestionFindsTheSameAlways(t *testing.T) {
	first := find(search.Build(examples, nil), "the app and my photo")
	for range 20 {
		if again := find(search.Build(examples, nil), "the app and my photo"); !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v, and then %+v", first, again)
		}
	}
}

func TestAnEmptyIndexFindsNothing(t *testing.T) {
	for _, x := range []*search.Index{nil, search.Build(nil, nil), {}} {
		if r := find(x, "anything at all"); len(r.Hits) > 0 || r.Clear {
			t.Errorf("%+v", r)
		}
	}
}

func FuzzFind(f *testing.F) {
	x := search.Build(examples, search.NewThesaurus([]search.Concept{{ID: "a", Words: []string{"*", "a*", "the *", "法*", ""}}}))
	for _, s := range []string{"", "judge", "法官", "\xff", "a b c d e f g", strings.Repeat("é", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := find(x, s)
		if len(r.Hits) > search.MaxHits || r.Clear && len(r.Hits) == 0 {
			t.Errorf("%q: %+v", s, r)
		}
		for i, h := range r.Hits {
			if h.Score < 0 || h.Score > 1.001 || i > 0 && h.Score > r.Hits[i-1].Score {
				t.Errorf("%q: %+v", s, r)
			}
		}
	})
}
