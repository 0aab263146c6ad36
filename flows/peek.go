// A look at a stored session without the whole of it: for whoever looks at a
// million of them.
package flows

import "fmt"

// PeekSession reads the language of an encoded session, and whether the person
// said stop. Where DecodeSession reads the session, it says the same; it does
// not look at the rest, and so may read some that DecodeSession refuses.
// Anything else is ErrSession.
func PeekSession(raw []byte) (lang string, stopped bool, err error) {
	if len(raw) < 3 || raw[0] != sessionFormat {
		return "", false, fmt.Errorf("%w: unknown format", ErrSession)
	}
	_, rest, ok := peekText(raw[3:]) // the book's version
	if ok {
		var text []byte
		text, _, ok = peekText(rest)
		lang = string(text)
	}
	if !ok {
		return "", false, fmt.Errorf("%w: cut or changed", ErrSession)
	}
	return lang, raw[1]&flagStopped != 0, nil
}

// peekText cuts a string off the front, as decoder.text does.
func peekText(raw []byte) (text, rest []byte, ok bool) {
	var n uint64
	for i := 0; i < len(raw) && i < 9; i++ {
		n |= uint64(raw[i]&0x7f) << (7 * i)
		if raw[i] < 0x80 {
			rest = raw[i+1:]
			if n > uint64(len(rest)) {
				return nil, nil, false
			}
			return rest[:n], rest[n:], true
		}
	}
	return nil, nil, false
}
