// told.go reads the sentences from which the ear learns what people write who are in danger, and who are not.

package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Told is a sentence and the crisis it tells of, "" for none.
type Told struct{ Kind, Text string }

// Told returns the sentences of a language, of which it may have none, and what is wrong with lines that are left out.
func (c *Catalogue) Told(code string) (all []Told, faults []Clash) {
	name := "crisis/" + code + ".txt"
	raw, err := fs.ReadFile(c.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, []Clash{{name, 1, err.Error()}}
	}
	n, calm := 0, false
	for line := range strings.Lines(string(raw)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line == "---" {
			calm = true
			continue
		}
		kind, text, found := strings.Cut(line, "|")
		kind, text = strings.TrimSpace(kind), strings.TrimSpace(text)
		wrong := ""
		switch {
		case calm && found:
			wrong = "below the line --- nobody is in danger: there is no |"
		case calm:
			kind, text = "", line
		case !slices.Contains(CrisisKinds, kind):
			wrong = fmt.Sprintf("it does not begin with a crisis (%s) and |", strings.Join(CrisisKinds, ", "))
		}
		if wrong == "" && Fold(text) == "" {
			wrong = "there are no words"
		}
		if wrong != "" {
			faults = append(faults, Clash{name, n, wrong})
			continue
		}
		all = append(all, Told{kind, text})
	}
	if !calm {
		faults = append(faults, Clash{name, n, "there is no line --- with harmless sentences below it"})
	}
	return all, faults
}
