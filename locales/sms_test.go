// Counting SMS segments as the standard does, and writing for GSM-7.

package locales

import (
	"strings"
	"testing"
	"unicode/utf16"
)

func TestCostCountsWhatCarriersBill(t *testing.T) {
	for name, test := range map[string]struct {
		text            string
		segments, units int
		gsm             bool
	}{
		"nothing":                                  {"", 0, 0, true},
		"160 letters alone":                        {strings.Repeat("a", 160), 1, 160, true},
		"161 letters need headers":                 {strings.Repeat("a", 161), 2, 161, true},
		"two full parts":                           {strings.Repeat("a", 306), 2, 306, true},
		"one more than two full parts":             {strings.Repeat("a", 307), 3, 307, true},
		"80 euros alone":                           {strings.Repeat("€", 80), 1, 160, true},
		"81 euros, 76 a part":                      {strings.Repeat("€", 81), 2, 162, true},
		"152 euros":                                {strings.Repeat("€", 152), 2, 304, true},
		"153 euros":                                {strings.Repeat("€", 153), 3, 306, true},
		"a brace is not split over parts":          {strings.Repeat("a", 152) + "{" + strings.Repeat("a", 152), 3, 306, true},
		"every extension character":                {`^{}\[~]|€`, 1, 18, true},
		"Spanish that GSM-7 has":                   {"¿Qué? ¡ñ!", 1, 9, true},
		"Spanish that GSM-7 lacks":                 {"¿Cuánto?", 1, 8, false},
		"Haitian Creole stays cheap":               {strings.Repeat("è ò à é ", 20), 1, 160, true},
		"70 Cyrillic letters alone":                {strings.Repeat("ж", 70), 1, 70, false},
		"71 Cyrillic letters need headers":         {strings.Repeat("ж", 71), 2, 71, false},
		"134 Cyrillic letters":                     {strings.Repeat("ж", 134), 2, 134, false},
		"135 Cyrillic letters":                     {strings.Repeat("ж", 135), 3, 135, false},
		"one á makes 160 letters cost three":       {strings.Repeat("a", 159) + "á", 3, 160, false},
		"35 emoji alone":                           {strings.Repeat("👋", 35), 1, 70, false},
		"36 emoji, 33 a part":                      {strings.Repeat("👋", 36), 2, 72, false},
		"67 emoji":                                 {strings.Repeat("👋", 67), 3, 134, false},
		"an emoji is not split over parts":         {strings.Repeat("ж", 66) + "👋" + strings.Repeat("ж", 66), 3, 134, false},
		"a byte that is no text is one UCS-2 unit": {"\xff", 1, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			segments, units, gsm := Cost(test.text)
			if segments != test.segments || units != test.units || gsm != test.gsm {
				t.Errorf("Cost = %d, %d, %v, want %d, %d, %v", segments, units, gsm, test.segments, test.units, test.gsm)
			}
			if got := Segments(test.text); got != test.segments {
				t.Errorf("Segments = %d, want %d", got, test.segments)
			}
			if got := IsGSM7(test.text); got != test.gsm {
				t.Errorf("IsGSM7 = %v, want %v", got, test.gsm)
			}
		})
	}
}

func TestGSM7HasExactlyTheCharactersOfTheStandard(t *testing.T) {
	const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	const extension = `^{}\[~]|€`
	for r := rune(0); r <= 0x2FFFF; r++ {
		want := 0
		switch {
		case strings.ContainsRune(basic, r):
			want = 1
		case strings.ContainsRune(extension, r):
			want = 2
		}
		if got := gsmWidth(r); got != want {
			t.Errorf("gsmWidth(%q) = %d, want %d", r, got, want)
		}
	}
}

func TestTransliterateReadsLatinTextInGSM7(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"¿Dónde está la OFICINA? Mañana, ÁÍÓÚ áíóú", "¿Donde esta la OFICINA? Mañana, AIOU aiou"},
		{"Mwen pa gen kè kontan, ò à é", "Mwen pa gen kè kontan, ò à é"},
		{"ÈÒÀ", "EOA"},
		{"ação, Çok güzel, français", "acao, Çok güzel, francais"},
		{"“sí” – no… ‘m’ap’", `"si" - no... 'm'ap'`},
		{"«\u00a0oui\u00a0»", `" oui "`},
		{"a\u00a0b\u2009c\td", "a b c d"},
		{"e\u0301 n\u0303 a\u0301", "é ñ a"},
		{"Œuvre œuf Łódź Şırnak İzmir ğ ẞ", "OEuvre oeuf Lodz Sirnak Izmir g SS"},
		{"ɓarawo ɗaya ƙasa ŋ ə", "barawo daya kasa n e"},
		{"Kʼicheʼ, Oʻzbek, Qꞌanjobꞌal", "K'iche', O'zbek, Q'anjob'al"},
		{"Tiếng Việt", "Tieng Viet"},
		{"ﬁn ５º", "ﬁn ５º"},
		{"ﬁn 5º", "fin 5o"},
		{"a\u200bb\u00adc\ufeff", "abc"},
		{"Ajustes → Idioma", "Ajustes -> Idioma"},
		{"Да – “нет”…", "Да – “нет”…"},
		{"está 👋", "está 👋"},
		{"مرحبا á", "مرحبا á"},
		{"10² 11½ 30°", "10² 11½ 30°"},
		{"á\xff", "á\xff"},
	} {
		if got := Transliterate(test.text); got != test.want {
			t.Errorf("Transliterate(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzTransliterate(f *testing.F) {
	for _, seed := range []string{"está – “sí”…", "Œ\u0301", "жá", "a\xff", "👋🏽", "ﬃ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain := Transliterate(s)
		if plain != s && !IsGSM7(plain) {
			t.Errorf("Transliterate(%q) = %q changed the text and did not reach GSM-7", s, plain)
		}
		if again := Transliterate(plain); again != plain {
			t.Errorf("Transliterate(%q) = %q, and again %q", s, plain, again)
		}
		segments, units, gsm := Cost(s)
		if !gsm && units != len(utf16.Encode([]rune(s))) {
			t.Errorf("Cost(%q) counts %d units", s, units)
		}
		if (segments == 0) != (s == "") {
			t.Errorf("Cost(%q) = %d segments", s, segments)
		}
	})
}

func TestCountingSegmentsAllocatesNothing(t *testing.T) {
	for _, text := range []string{strings.Repeat("hola ", 100), strings.Repeat("где 👋 ", 100)} {
		if n := testing.AllocsPerRun(100, func() { Segments(text); IsGSM7(text) }); n != 0 {
			t.Errorf("%v allocations for %.10q…", n, text)
		}
	}
}

func BenchmarkSegments(b *testing.B) {
	for name, text := range map[string]string{"gsm": strings.Repeat("¿Hola, Peña? ", 23), "ucs": strings.Repeat("Где вы? ", 16)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Segments(text)
			}
		})
	}
}

func BenchmarkTransliterate(b *testing.B) {
	text := strings.Repeat("¿Dónde está “él”? ", 17)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Transliterate(text)
	}
}
