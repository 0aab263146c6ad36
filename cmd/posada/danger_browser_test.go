// Danger in words that nobody foresaw, on the phone's page of the built binary.
package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestWordsThatSoundLikeDangerAreAnsweredOnThePhone(t *testing.T) {
	browser := chromium(t)
	dir := t.TempDir()
	p := start(t, "--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key"))
	p.await("its understanding of own words", func() bool { return strings.Contains(page(t, p, "metrics"), "\nposada_understands 1\n") })
	for lang, c := range map[string]struct{ hello, danger string }{
		"es": {"hola", "hay unos weyes armados afuera del albergue preguntando por los hondureños"},
		"ar": {"مرحبا", "خاطفين ابن عمي بالمكسيك وعم يبعتولنا فيديو وهو عم ينضرب وبدهن عشر تلاف دولار"},
	} {
		phone := phoneTab{openTab(t, browser, p.pages), lang}
		phone.visit("/")
		phone.want(`(document.querySelector('input[value="telegram"]').click(), document.body.dataset.channel === "telegram")`)
		phone.says(c.hello, "language.suggest")
		phone.says("1", "first.consent.ask")
		phone.says("1", "menu.ask")
		phone.says(c.danger, "help.police", "ui.unsure")
		phone.shot("danger-" + lang)
	}
}
