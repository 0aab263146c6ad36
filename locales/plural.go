// plural.go knows the plural forms of the languages as gettext counts them: which CLDR category each msgstr[n] is.

package locales

// pluralRule is how gettext chooses a form by a whole number n. The categories are those of CLDR in the order of msgstr[0],
// msgstr[1]...; where CLDR has one more for fractions (Russian and Ukrainian "other"), gettext has no place for it.
type pluralRule struct {
	categories []string
	expression string // in C, over n
}

// pluralRules by language, from CLDR's rules for whole numbers. A test holds them against go-i18n's.
var pluralRules = func() map[string]pluralRule {
	oneOther := []string{"one", "other"}
	oneManyOther := []string{"one", "many", "other"}
	slavic := pluralRule{[]string{"one", "few", "many"}, "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"}
	return map[string]pluralRule{
		"ar":      {[]string{"zero", "one", "two", "few", "many", "other"}, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"},
		"en":      {oneOther, "n!=1"},
		"es":      {oneManyOther, "n==1 ? 0 : n!=0 && n%1000000==0 ? 1 : 2"},
		"fa-AF":   {oneOther, "n>1"},
		"fr":      {oneManyOther, "n<2 ? 0 : n%1000000==0 ? 1 : 2"},
		"hi":      {oneOther, "n>1"},
		"ht":      {oneOther, "n!=1"},
		"pt":      {oneManyOther, "n<2 ? 0 : n%1000000==0 ? 1 : 2"},
		"ru":      slavic,
		"tr":      {oneOther, "n!=1"},
		"uk":      slavic,
		"zh-Hans": {[]string{"other"}, "0"},
	}
}()

// needs lists the categories that a text with a count must have in a language: CLDR's, the one for fractions among them.
func (r pluralRule) needs() []string {
	if r.categories[len(r.categories)-1] == "other" {
		return r.categories
	}
	return append(r.categories[:len(r.categories):len(r.categories)], "other")
}

// MissingForms lists the plural categories that a message changes by in the source language, and the language has no form for.
func (c *Catalogue) MissingForms(l *Language, id string) []string {
	rule, known := pluralRules[l.Code]
	if !known || c.byCode[Source].Forms(id) == nil || l.messages[id] == nil {
		return nil
	}
	var out []string
	for _, category := range rule.needs() {
		if l.form(id, category) == "" {
			out = append(out, category)
		}
	}
	return out
}

// form is one plural form of a message, "" when it has none.
func (l *Language) form(id, category string) string {
	for _, f := range l.messages[id].forms {
		if f.Category == category {
			return f.Text
		}
	}
	return ""
}
