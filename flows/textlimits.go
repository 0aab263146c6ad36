// What a text of the book is bound to, told to translators.
package flows

import (
	"fmt"
	"slices"
)

// TextLimits says how long a message may be, and what else binds it. A limit is a note that translators' tools show beside the text.
func (b *Book) TextLimits(id string) []string {
	var out []string
	for _, f := range b.flows {
		for _, n := range f.order {
			if slices.ContainsFunc(n.Choices, func(o Option) bool { return o.Label == id }) && out == nil {
				out = append(out, fmt.Sprintf("the label of a choice: at most %d characters", MaxLabelRunes))
			}
		}
	}
	for _, key := range wordings {
		if id == msgWording(key) {
			out = append(out, "a reminder: with its answers at most one SMS")
		}
	}
	if slices.Contains(b.atLock(), id) {
		out = append(out, "it shows on a lock screen: no word of asylum, of a border or of any agency")
	}
	return out
}
