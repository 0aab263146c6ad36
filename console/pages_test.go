// Every page in both languages.
package console

import (
	"net/http"
	"strings"
	"testing"

	"posada/bot/staff"
)

func TestEveryPageIsWholeSmallAndInBothLanguages(t *testing.T) {
	h := newHouse(t)
	admin := h.hire("Ana", staff.RoleAdmin, true)
	h.hire("Bea", staff.RoleWriter, false)
	for _, lang := range languages {
		admin.post("/account/language", "lang", lang).want(t, http.StatusSeeOther)
		for _, r := range h.console.table {
			if r.Menu == "" {
				continue
			}
			path := strings.TrimSuffix(r.path(), "{$}")
			got := admin.get(path)
			got.want(t, http.StatusOK, `<html lang="`+lang+`">`, `</html>`, h.say(lang, r.Menu), `aria-current="page"`)
			if n := len(got.text) + assetBytes(h); n > 100<<10 {
				t.Errorf("%s weighs %d bytes with its assets", path, n)
			}
		}
	}
}

func assetBytes(h *house) (n int) {
	for _, a := range h.console.assets.files {
		n += len(a.body)
	}
	return n
}

// say is a word of the console.
func (h *house) say(lang, key string) string {
	h.t.Helper()
	texts, err := readWords(wordFiles)
	if err != nil {
		h.t.Fatal(err)
	}
	return texts[lang].say(key)
}
