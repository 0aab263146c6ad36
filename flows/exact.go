// Which languages keep their letters on SMS, dear as they are.
package flows

import (
	"fmt"
	"strings"

	"posada/locales"
)

// keeps tells whether the form keeps the letters of a language.
func (f Form) keeps(code string) bool {
	for c := range strings.SplitSeq(f.Exact, ",") {
		if strings.TrimSpace(c) == code {
			return true
		}
	}
	return false
}

// CheckExact tells what is wrong with a list of languages for Form.Exact
// ("es,ht"; "" for none): each must be a language of the catalogue.
func CheckExact(list string, c *locales.Catalogue) error {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	for code := range strings.SplitSeq(list, ",") {
		if code = strings.TrimSpace(code); c.Language(code) == nil {
			var known []string
			for _, l := range c.Languages() {
				known = append(known, l.Code)
			}
			return fmt.Errorf("%q is no language of Posada; there are %s", code, strings.Join(known, ", "))
		}
	}
	return nil
}
