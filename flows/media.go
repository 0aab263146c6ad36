// What is answered before anything is read: media, and too much at once. And
// which words must not wait for it.
package flows

import "posada/locales"

// media lists the kinds of media.
var media = []Media{MediaPhoto, MediaVoice, MediaVideo, MediaSticker, MediaContact, MediaLocation, MediaFile}

// note is the message that says what became of it, "" for no media. A kind
// that is not known is a file.
func (m Media) note() string {
	switch m {
	case "":
		return ""
	case MediaPhoto, MediaVoice, MediaVideo, MediaSticker, MediaContact, MediaLocation:
	default:
		m = MediaFile
	}
	return "ui.media." + string(m)
}

func mediaNotes() []string {
	var out []string
	for _, m := range media {
		out = append(out, m.note())
	}
	return out
}

// slow answers one of too many messages without reading it. Who stopped hears
// nothing.
func (t *turn) slow() []Message {
	t.silent = t.s.Stopped
	t.confirm(msgSlow)
	return t.render()
}

// Urgent tells whether a text must not wait behind others: the word stop, or
// words of a crisis, in any language, as Step reads them. What Step only guesses
// to be one waits as any text does.
func (b *Book) Urgent(text string) bool {
	text, _ = locales.Clean(text, MaxText)
	folded := locales.Fold(text)
	if b.Catalogue.Keyword(folded) == locales.KeyStop {
		return true
	}
	crisis, _ := b.danger(folded)
	return crisis != ""
}

// danger finds words of a crisis in a folded text, and their language; "" for
// none.
func (b *Book) danger(folded string) (crisis, lang string) {
	if len(folded) <= 3 { // a number, a key: most of what people send
		return "", ""
	}
	return b.Catalogue.Crisis(folded)
}
