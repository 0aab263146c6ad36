// Messages from elsewhere: a book may bring its own, in every language.
package locales

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// With is the catalogue with more messages: their ids, and the text of each in
// the languages by code. A text stands at no line of the language's file. It
// returns ErrMessage for a text that is no template; the catalogue itself is not
// changed.
func (c *Catalogue) With(more map[string]map[string]string) (*Catalogue, error) {
	if len(more) == 0 {
		return c, nil
	}
	out := *c
	out.byCode, out.order = map[string]*Language{}, make([]*Language, 0, len(c.order))
	for _, l := range c.order {
		l, err := l.with(more)
		if err != nil {
			return nil, err
		}
		out.byCode[l.Code] = l
		out.order = append(out.order, l)
	}
	return &out, nil
}

func (l *Language) with(more map[string]map[string]string) (*Language, error) {
	out := *l
	out.messages = maps.Clone(l.messages)
	out.all = slices.Clone(l.all)
	for _, id := range slices.Sorted(maps.Keys(more)) {
		text, ok := more[id][l.Code]
		if !ok {
			continue
		}
		fields, err := templateFields(text)
		if err != nil {
			return nil, fmt.Errorf("%w %s in %s: %w", ErrMessage, id, l.Code, err)
		}
		out.messages[id] = &message{text: text, fields: fields, state: l.status()}
		out.all = append(out.all, &i18n.Message{ID: id, Other: text})
	}
	return &out, out.localize()
}

// localize makes what renders the language's messages.
func (l *Language) localize() error {
	bundle := i18n.NewBundle(l.tag)
	if err := bundle.AddMessages(l.tag, l.all...); err != nil {
		return fmt.Errorf("%s: %w", l.File, err)
	}
	l.loc = i18n.NewLocalizer(bundle, l.tag.String())
	return nil
}
