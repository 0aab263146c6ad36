// harmless.go refuses what a translation may not bring in: a file that comes back from outside is read by whoever is in danger.

package locales

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// anAddress is what leads out of Posada: on the web, by mail, to an account.
var anAddress = regexp.MustCompile(`(?i)[a-z]+://\S*|\bwww\.\S+|\S*@[\p{L}\p{N}]\S*|[\p{L}\p{N}-]+\.(?:com|org|net|gov|edu|int|ngo|info|mx|us|uk|eu|app|io|ly|me|xyz|site|online|link|top|shop|club|co|cc|ru|cn|tv|help|page|dev)\b\S*`)

// harmful tells what a text brings in that none of the texts it stands for have: an address, or a sign that cannot be seen. nil when
// it brings in nothing.
func harmful(text string, known ...string) error {
	for _, found := range anAddress.FindAllString(fieldsOut.ReplaceAllString(text, " "), -1) {
		if !containsAny(known, strings.TrimRight(found, ".,;:!?)")) {
			return fmt.Errorf("holds an address that the source language does not: %s", found)
		}
	}
	for _, r := range text {
		// By two of them Persian and Hindi join and part letters.
		if unicode.In(r, unicode.Cc, unicode.Cf) && !strings.ContainsRune("\n\t\u200c\u200d", r) {
			return fmt.Errorf("holds a sign that cannot be seen: %U", r)
		}
	}
	return nil
}

// fieldsOut are the values of a text, which are not the translator's.
var fieldsOut = regexp.MustCompile(`\{\{.*?\}\}`)

func containsAny(texts []string, s string) bool {
	for _, t := range texts {
		if strings.Contains(t, s) {
			return true
		}
	}
	return false
}
