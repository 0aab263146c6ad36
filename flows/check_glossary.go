// The terms of the law, held to one word each in every language.
package flows

import "posada/locales"

// glossary refuses translations that do not use the word of their language's glossary for a term of the original.
func (c *checker) glossary(l *locales.Language) {
	for _, f := range c.book.Catalogue.TermFaults(l) {
		if _, own := c.book.textAt[f.Message]; own {
			continue // an operator's own text
		}
		c.add("locales/"+f.File, f.Line, false, "%s", f.Text)
	}
}
