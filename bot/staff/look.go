// Names that look alike: an officer must not be taken for another in the audit
// log, or below what was approved.

package staff

import (
	"slices"
	"strings"

	"posada/locales"
)

// alike are letters that a reader takes for others, large or small, as they are
// folded; Cyrillic, Greek, and the digits.
var alike = strings.NewReplacer(
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "ё", "e", "є", "e", "һ", "h", "н", "h", "і", "l", "ї", "l", "ӏ", "l", "ј", "j", "к", "k", "м", "m",
	"о", "o", "р", "p", "ԛ", "q", "ѕ", "s", "т", "t", "у", "y", "ү", "y", "ѵ", "v", "ԝ", "w", "х", "x", "з", "3",
	"α", "a", "β", "b", "ε", "e", "ζ", "z", "η", "h", "ι", "l", "κ", "k", "μ", "m", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "y", "χ", "x", "γ", "y", "ϲ", "c", "ϳ", "j",
	"i", "l", "ı", "l", "1", "l", "0", "o", "ɡ", "g", "ɑ", "a", "rn", "m", "vv", "w",
)

// look is how a name looks: names with the same look are one to a reader.
func look(name string) string { return alike.Replace(squashed(name)) }

// resembles tells whether somebody who works here, or did, is called so that a
// reader takes one for the other.
func resembles(officers []held, name string) bool {
	own := look(name)
	return slices.ContainsFunc(officers, func(h held) bool { return look(h.Name) == own || locales.Fold(h.Name) == locales.Fold(name) })
}
