// What comes from outside, at random: nothing breaks, and no digit is ever changed unseen.
package sent

import (
	"strings"
	"testing"
	"unicode/utf8"

	"posada/locales"
)

var bulletins = []Known{
	{ID: "1", Lang: "en", Text: "The shelter at the bridge opens at 8:30 on 14 March. It has 120 places. Nobody pays. Call +52 800 226 8769 or see https://posada.example.org/p/17."},
	{ID: "2", Lang: "ar", Text: "يفتح المأوى في الساعة 8:30 يوم 14 مارس. فيه 120 مكانا. لا أحد يدفع. الهاتف 8002268769"},
	{ID: "3", Lang: "zh-Hans", Text: "收容所3月14日8:30开门，有120个床位。谁也不用付钱。电话8002268769，网址posada.example.org/p/17"},
	{ID: "4", Lang: "hi", Text: "आश्रय 14 मार्च को 8:30 बजे खुलता है। इसमें 120 जगहें हैं। किसी को पैसे नहीं देने हैं। फ़ोन 8002268769"},
	{ID: "5", Lang: "ru", Text: "Приют откроется 14 марта в 8:30. В нём 120 мест. Никто не платит. Телефон 8002268769, сайт posada.example.org/p/17"},
}

// FuzzNoDigitIsChangedUnseen puts another digit in the place of one, in a piece of a text.
func FuzzNoDigitIsChangedUnseen(f *testing.F) {
	x := New(bulletins)
	for which := range bulletins {
		for at := range 12 {
			f.Add(which, at, at*7, 1000, byte('0'+at%10), which%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, which, at, from, to int, digit byte, upper bool) {
		if which < 0 || at < 0 || digit < '0' || digit > '9' {
			return
		}
		k := bulletins[which%len(bulletins)]
		var places []int
		for i := range len(k.Text) {
			if k.Text[i] >= '0' && k.Text[i] <= '9' {
				places = append(places, i)
			}
		}
		i := places[at%len(places)]
		if k.Text[i] == digit {
			return
		}
		changed := k.Text[:i] + string(digit) + k.Text[i+1:]
		// A piece that holds the whole of the number.
		from, to = max(0, min(from, i)), min(len(changed), max(to, i+1))
		for from > 0 && (!utf8.RuneStart(changed[from]) || from == i || isWord(changed[from-1])) {
			from--
		}
		for to < len(changed) && (!utf8.RuneStart(changed[to]) || isWord(changed[to])) {
			to++
		}
		piece := changed[from:to]
		if strings.Contains(k.Text, piece) {
			return
		}
		if upper {
			piece = "> " + strings.ToUpper(piece)
		}
		if a := x.Find(piece); a.Verdict == Sent {
			t.Errorf("%+v: %q of %q", a, piece, k.Text)
		}
	})
}

// isWord tells whether a cut must not go beside a byte: within a number or a link.
func isWord(c byte) bool { return c > ' ' && c < 0x80 }

// FuzzFind asks about anything. A text that is called ours has no digit that is none of ours: its digits, one after another, stand
// so in ours. How they are grouped is free, for "+52 800 226" and "52800226" are dialled alike.
func FuzzFind(f *testing.F) {
	x := New(bulletins)
	for _, k := range bulletins {
		f.Add(k.Text)
		f.Add("Fwd: " + k.Text[:len(k.Text)/2])
	}
	for _, s := range []string{"", "\xff", "[12/3/26, 1:01] Posada:", "> > >", "a.b@c", "1 2 3 4 5 6 7 8", "www.", "不不不不不不不不不不不不不不", strings.Repeat("8", 11000),
		"NoBodY pAYs CA'l 52800 2268769 or  "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := x.Find(s)
		if (a.Verdict == Foreign) != (a.ID == "") || a.Verdict == Foreign && a.Part {
			t.Errorf("%q: %+v", s, a)
		}
		if a.Verdict != Sent {
			return
		}
		if asked, ours := onlyDigits(Unframed(s)), onlyDigits(bulletins[a.ID[0]-'1'].Text); !strings.Contains(ours, asked) {
			t.Errorf("%q: %+v: its digits are %s, ours %s", s, a, asked, ours)
		}
	})
}

// onlyDigits leaves the digits of a text, of any script, as Latin ones.
func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, locales.Fold(text))
}
