// Words of a crisis that no phrase and no rule foresaw, as the ear guesses them.
package flows

import (
	"slices"

	"posada/flows/ear"
	"posada/flows/search"
	"posada/locales"
)

// hearing is what the book has learnt to hear.
type hearing struct {
	of       *locales.Catalogue
	ear      *ear.Ear                     // nil: there was nothing to learn from
	concepts map[string]*search.Thesaurus // by language, of those that there are sentences of
}

const (
	// hears is how sure the ear must be. Lower, more of those in danger are led to safety, and more of those who only
	// ask a question: locales/testdata/questions/fresh.*.txt measures both.
	hears = 0.8
	// names is how sure it must be of the kind. Below it a person is asked what they need: a page about sexual violence, answered
	// to somebody who has nowhere to sleep, stays on a phone that others read.
	names = 0.9
	// crisisUnsure is a crisis of a kind that is not sure.
	crisisUnsure = "unsure"
	// A shorter text is no sentence, where signs are words neither; a longer one is listened to in parts that overlap by half.
	leastHeard, leastSigns, mostHeard = 4, 6, 40
	// mostSpoken is how many languages a person is taken to speak, where anything is known of it.
	mostSpoken = 2
)

// learn teaches the ear all languages at once: what is said of a brother and of armed men is danger in each. The harmless
// sentences are those of the catalogue, about as many of the questions that the search knows, and the book's own labels.
func (b *Book) learn(concepts map[string]*search.Thesaurus) *hearing {
	h := &hearing{of: b.Catalogue, concepts: map[string]*search.Thesaurus{}}
	var all []ear.Sentence
	for _, l := range b.Catalogue.Languages() {
		told, _ := b.Catalogue.Told(l.Code) // what is wrong with a line is the checker's to say
		if len(told) == 0 {
			continue
		}
		h.concepts[l.Code] = concepts[l.Code]
		for _, s := range told {
			all = append(all, ear.Sentence{Kind: slices.Index(locales.CrisisKinds, s.Kind) + 1, Text: h.text(l.Code, wordsOf(s.Text))})
		}
		calm := b.labels(l)
		asked := b.Examples(l)
		for i := 0; i < len(asked); i += 1 + len(asked)/len(told) {
			calm = append(calm, asked[i].Text)
		}
		for _, text := range calm {
			if w := wordsOf(text); len(w) >= leastHeard {
				all = append(all, ear.Sentence{Text: h.text(l.Code, w)})
			}
		}
	}
	if len(all) > 0 {
		h.ear = ear.Learn(len(locales.CrisisKinds), all)
	}
	return h
}

func wordsOf(text string) []string { return locales.Tokens(locales.Fold(text)) }

func (h *hearing) text(lang string, words []string) ear.Text {
	return ear.Text{Lang: lang, Words: words, Things: append(h.concepts[lang].In(words), h.of.Things(words, lang)...)}
}

// hear tells which crisis a folded text sounds like in one of some languages, crisisUnsure where that is not clear, "" for none.
func (b *Book) hear(folded string, langs func() []string) (crisis, lang string) {
	built := b.built.Load()
	if built == nil || built.hearing.ear == nil {
		return "", ""
	}
	h := built.hearing
	words, least := locales.Tokens(folded), leastHeard
	if locales.Spaceless(folded) {
		least = leastSigns
	}
	if len(words) < least {
		return "", ""
	}
	best, languages := hears, langs()
	for from := 0; ; from += mostHeard / 2 {
		part := words[from:min(from+mostHeard, len(words))]
		for _, l := range languages {
			if n := different(part); h.concepts[l] == nil || n < max(least, len(part)/3) { // the same words a hundred times are no sentence
				continue
			}
			text := h.text(l, part)
			if len(languages) > mostSpoken && len(text.Things) == 0 {
				continue // words of no language that is known
			}
			if kind, sure, this := h.ear.Hear(text); sure >= best {
				best, crisis, lang = sure, crisisUnsure, l
				if this >= names {
					crisis = locales.CrisisKinds[kind-1]
				}
			}
		}
		if from+mostHeard >= len(words) {
			break
		}
	}
	return crisis, lang
}

// different counts words, each once.
func different(words []string) (n int) {
	for i, w := range words {
		if slices.Index(words, w) == i {
			n++
		}
	}
	return n
}

// alarmed answers with safety what sounds like a crisis and answers nothing that was asked. It tells whether it did. What others
// say is not listened to, nor what officers answered already; and who asks the same once more, on the page of safety or on one
// that they came to from there, was misunderstood.
func (t *turn) alarmed() bool {
	safety := func(p Place) bool { return p.Flow == t.book.roles.Help }
	if t.passed || safety(Place{t.s.Flow, t.s.Node}) || slices.ContainsFunc(t.s.Stack, safety) || t.greeted() || t.afterRumour() != "" {
		return false
	}
	crisis, lang := t.book.hear(t.folded, t.spoken)
	if crisis == "" || t.board().heard.find(t.text, t.language().Code).Clear {
		return false
	}
	notes := t.notes
	t.notes = nil
	t.urgent(t.book.crisis[crisis], lang)
	t.after(msgUnsure)
	for _, id := range notes { // safety comes first
		t.after(id)
	}
	return true
}

// misheard leads who has agreed to nothing yet, and was misunderstood, back to where they were; their language was guessed
// from the same words, and is asked for.
func (t *turn) misheard() {
	if n := t.pop(); n != t.book.flowByID[t.book.roles.First].start {
		t.run(n)
		return
	}
	t.s = Session{}
	t.begin()
}

// spoken are the languages that the person's words may be in: their own, and what the words look like. Who has none, and whose
// words look like none, may speak any.
func (t *turn) spoken() []string {
	var out []string
	for _, code := range []string{t.s.Language, t.book.Catalogue.Suggest(t.text)} {
		if code != "" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	if len(out) == 0 {
		for _, l := range t.book.Catalogue.Languages() {
			out = append(out, l.Code)
		}
	}
	return out
}

// labels are what a language calls the choices of all flows but that of safety.
func (b *Book) labels(l *locales.Language) []string {
	var out []string
	for _, f := range b.flows {
		for _, n := range f.order {
			for i := range n.Choices {
				if label := n.Choices[i].Label; label != "" && f.ID != b.roles.Help {
					out = append(out, l.Raw(label))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
