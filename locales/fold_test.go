// Folding: what people type becomes what matching compares.

package locales

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFoldBringsSpellingsTogether(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"menu", "menu"},
		{"  MENÚ!! ", "menu"},
		{"Me\u0301nu", "menu"},
		{"¿Cuándo   abre\n\tla oficina?", "cuando abre la oficina"},
		{"m'ap", "map"}, {"m’ap", "map"}, {"m‘ap", "map"}, {"map", "map"}, {"m`ap", "map"}, {"m´ap", "map"}, {"m＇ap", "map"},
		{"Kʼicheʼ", "kiche"}, {"K'iche'", "kiche"}, {"Qꞌanjobꞌal", "qanjobal"}, {"Oʻzbek", "ozbek"},
		{"HAYIR", "hayir"}, {"hayır", "hayir"}, {"İptal", "iptal"},
		{"Łódź, straße, Ærø, œuf", "lodz strasse aero oeuf"},
		{"ɓarawo ƘASA", "barawo kasa"},
		{"ＭＥＮＵ １", "menu 1"},
		{"ﬁn", "fin"},
		// keys
		{"*", "*"}, {"#", "#"}, {"＊", "*"}, {"＃", "#"}, {"٭", "*"}, {"*️⃣", "*"}, {"#️⃣", "#"}, {" * ", "*"}, {"#menu", "#menu"},
		{"1️⃣", "1"}, {"1)", "1"}, {"(2).", "2"}, {"①", "1"}, {"⑩", "10"},
		// a question mark alone asks for help
		{"?", "?"}, {" ¿? ", "?"}, {"؟", "?"}, {"？", "?"}, {"???", "?"}, {"?!", "?"}, {"፧", "?"},
		{"!", ""}, {"...", ""}, {"'", ""}, {"–", ""}, {"¿", ""}, {" \n\u200b", ""},
		// digits of every script
		{"٣", "3"}, {"۵", "5"}, {"३", "3"}, {"３", "3"}, {"৭", "7"}, {"๙", "9"}, {"០", "0"}, {"၂", "2"}, {"𝟘", "0"}, {"𞥑", "1"}, {"٢٠٢٥", "2025"},
		{"一", "1"}, {"三", "3"}, {"十。", "10"}, {"十月", "十月"}, {"三 四", "三 四"}, {"፫", "3"},
		{"11½", "11 1/2"}, {"½1", "1/2 1"},
		// separators live between digits alone
		{"8:30", "8:30"}, {"٨:٣٠", "8:30"}, {"８：３０", "8:30"}, {"8:\u200e30", "8:30"}, {"8.30.", "8.30"}, {"12/05/2025", "12/05/2025"}, {"١٢٫٥", "12.5"},
		{"8: 30", "8 30"}, {"8 :30", "8 30"}, {"8..30", "8 30"}, {"8:", "8"}, {":8", "8"}, {"a.m.", "a m"}, {"8.am", "8 am"}, {"and/or", "and or"}, {"8:é", "8 e"},
		{"+1 (555) 010-99", "1 555 010 99"},
		// scripts
		{"ПІДТВЕРДЖУЮ Її", "підтверджую іі"},
		{"Ёлка й", "елка и"},
		{"Ὀδυσσεύς", "οδυσσευσ"},
		{"مُحَمَّد", "محمد"}, {"مـــرحبا", "مرحبا"}, {"أإآا", "اااا"}, {"می\u200cخواهم", "ميخواهم"}, {"كلمة", "كلمه"}, {"کمک", "كمك"},
		{"हिन्दी में", "हिन्दी में"}, {"ਪੰਜਾਬੀ", "ਪੰਜਾਬੀ"},
		{"ሰላም።", "ሰላም"},
		{"한국어", "한국어"}, {"\u1112\u1161\u11ab", "한"},
		{"がぎ", "がぎ"}, {"ｶﾞ", "ガ"},
		{"菜单！", "菜单"},
		// what cannot be seen
		{"me\u200bnu\u202e", "menu"}, {"\ufeffmenu\x00\x7f", "menu"}, {"me\xffnu", "menu"}, {"so\u00adlo", "solo"}, {"e\u0336x", "ex"},
		{"a\u00a0b\u3000c\u0085d", "a b c d"},
		// emoji beside words are ornament, alone they are an answer
		{"🏠 Menú", "menu"}, {"✅ 1", "1"}, {"👍", "👍"}, {"👍🏽", "👍"}, {"👍!", "👍"},
		{"$5 & 6%", "5 6"}, {"a_b-c", "a b c"},
	} {
		if got := Fold(test.text); got != test.want {
			t.Errorf("Fold(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestFoldReadsTheDigitsOfEveryScript(t *testing.T) {
	digits := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsDigit(r) {
			continue
		}
		// Unicode places the ten digits of a script in a row from zero, so a script's zero is where a count of ten begins.
		if got, want := Fold(string(r)), string(rune('0'+digits%10)); got != want {
			t.Errorf("Fold(%q) = %q, want %q", r, got, want)
		}
		digits++
	}
	if digits < 600 {
		t.Errorf("only %d digits", digits)
	}
}

func TestFoldOfEveryCharacterIsSettled(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			checkFold(t, string(r))
			checkFold(t, "1"+string(r)+"2")
		}
	}
}

// checkFold checks what holds for the fold of any text.
func checkFold(t *testing.T, s string) {
	t.Helper()
	folded := Fold(s)
	if again := Fold(folded); again != folded {
		t.Errorf("Fold(%q) = %q, and again %q", s, folded, again)
	}
	if !utf8.ValidString(folded) || !norm.NFC.IsNormalString(folded) {
		t.Errorf("Fold(%q) = %q is not NFC", s, folded)
	}
	if strings.Join(Words(folded), " ") != folded {
		t.Errorf("Fold(%q) = %q has spaces where there is no gap", s, folded)
	}
	for _, r := range folded {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsDigit(r) && r > '9' || unicode.ToLower(r) != r {
			t.Errorf("Fold(%q) = %q keeps %q", s, folded, r)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"¿Cuándo abre? 8:30", "m’ap", "٨:\u200f٣٠", "👍🏽", "#️⃣", "ｶﾞ한ς", "a\xff\u0301", "İI", "½1/2.", "三。"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkFold(t, s)
		if up, down := Fold(strings.ToUpper(s)), Fold(s); isASCII(s) && up != down {
			t.Errorf("Fold(%q) = %q, in capitals %q", s, down, up)
		}
		if dirty := "\u200b" + s + "\u202c\x00"; Fold(dirty) != Fold(s) {
			t.Errorf("Fold(%q) = %q, and %q between what cannot be seen", s, Fold(s), Fold(dirty))
		}
		if !Near(Fold(s), Fold(s)) {
			t.Errorf("%q is not near itself", s)
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func TestFoldOfShortASCIIAllocatesAtMostOnce(t *testing.T) {
	for text, want := range map[string]float64{"menu principal": 0, "MENU!": 1, "Where is the OFFICE, at 8:30 or 9:00?": 1} {
		if n := testing.AllocsPerRun(100, func() { Fold(text) }); n > want {
			t.Errorf("Fold(%q) allocates %v times, want %v", text, n, want)
		}
	}
}

func TestWordsAreThoseOfTheFold(t *testing.T) {
	if got, want := Words(Fold("¡Quiero ir, a las 8:30!")), []string{"quiero", "ir", "a", "las", "8:30"}; !slices.Equal(got, want) {
		t.Errorf("Words = %q, want %q", got, want)
	}
	if got := Words(""); len(got) != 0 {
		t.Errorf("Words of nothing = %q", got)
	}
}

func TestNearForgivesASlipOfTheFinger(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"si", "si", true}, {"si", "so", false}, {"yes", "yas", false}, {"men", "menu", false},
		{"menu", "menu", true}, {"menu", "manu", true}, {"menu", "meun", true}, {"menu", "menuu", true}, {"menu", "emnu", true},
		{"menu", "mano", false}, {"menu", "menuss", false}, {"menu", "unem", false}, {"menus", "mnse", false},
		{"registro", "rejistro", true}, {"registro", "rejitro", false}, {"registro", "rejisrto", true}, {"registro", "registroos", true},
		{"registrar", "rejitrar", true}, {"registrar", "egistrra", true}, {"registrar", "egistra", false}, {"registrar", "abcistrar", false},
		{"регистрация", "ригистрацыя", true}, {"регистрация", "ригистроцыя", false},
		{"меню", "меню", true}, {"меню", "мену", true}, {"ме", "мо", false},
		{"12:30", "12:20", false}, {"zone 1234", "zone 1235", false}, {"2025", "2025", true},
		{strings.Repeat("a", 64), strings.Repeat("a", 63) + "b", true}, {strings.Repeat("a", 65), strings.Repeat("a", 64) + "b", false},
	} {
		if got := Near(test.a, test.b); got != test.want {
			t.Errorf("Near(%q, %q) = %v, want %v", test.a, test.b, got, test.want)
		}
		if got := Near(test.b, test.a); got != test.want {
			t.Errorf("Near(%q, %q) = %v, want %v", test.b, test.a, got, test.want)
		}
	}
}

// slips is the distance of the whole table, written plainly to check the band that Near computes.
func slips(x, y []rune) int {
	table := make([][]int, len(x)+1)
	for i := range table {
		table[i] = make([]int, len(y)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
				continue
			case x[i-1] == y[j-1]:
				table[i][j] = table[i-1][j-1]
			default:
				table[i][j] = 1 + min(table[i-1][j-1], table[i-1][j], table[i][j-1])
			}
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				table[i][j] = min(table[i][j], table[i-2][j-2]+1)
			}
		}
	}
	return table[len(x)][len(y)]
}

func TestNearAgreesWithThePlainDistance(t *testing.T) {
	var texts []string
	for n := range 1 << 10 {
		text := []byte("aaaaaaaaaa")
		for i := range text {
			text[i] += byte(n >> i & 1)
		}
		texts = append(texts, string(text[:3+n%8]))
	}
	near := 0
	for _, a := range texts {
		for _, b := range texts {
			limit := 0
			if short := min(len(a), len(b)); short >= 8 {
				limit = 2
			} else if short >= 4 {
				limit = 1
			}
			want := slips([]rune(a), []rune(b)) <= limit
			if got := Near(a, b); got != want {
				t.Fatalf("Near(%q, %q) = %v, want %v", a, b, got, want)
			}
			if want {
				near++
			}
		}
	}
	if near < len(texts) || near > len(texts)*len(texts)/2 {
		t.Errorf("%d near pairs prove little", near)
	}
}

func TestCleanKeepsTextAndNothingHidden(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
		cut   bool
	}{
		{"", 10, "", false},
		{"Hola, ¿qué tal?", 15, "Hola, ¿qué tal?", false},
		{"Hola, ¿qué tal?", 14, "Hola, ¿qué tal", true},
		{"  e\u0301  ", 1, "é", false},
		{"a\xffb\x00c\x1b[31m", 20, "abc[31m", false},
		{"a\r\nb\rc\td\u2028e\u0085f", 20, "a\nb\nc d\ne\nf", false},
		{"\u202eevil\u202c \u2066x\u2069 \u200fy\u061c", 20, "evil x y", false},
		{"so\u00adlo\u200b\ufeff\u2060", 20, "solo", false},
		{"می\u200cخواهم", 20, "می\u200cخواهم", false},
		{"👩‍👩‍👧", 5, "👩‍👩‍👧", false},
		{"ab👩‍👩‍👧", 4, "ab", true},
		{"ab cd", 3, "ab", true},
		{"👩‍👩‍👧", 3, "👩\u200d👩", true},
		{"abc", 0, "", true},
		{"abc", -1, "", true},
		{" \n", 0, "", false},
		{"", -1, "", false},
	} {
		got, cut := Clean(test.text, test.limit)
		if got != test.want || cut != test.cut {
			t.Errorf("Clean(%q, %d) = %q, %v, want %q, %v", test.text, test.limit, got, cut, test.want, test.cut)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\xffb\u202e e\u0301 👩‍👩‍👧\r\n", 4)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		got, cut := Clean(s, limit)
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.TrimSpace(got) != got {
			t.Errorf("Clean(%q, %d) = %q", s, limit, got)
		}
		if n := utf8.RuneCountInString(got); n > max(limit, 0) {
			t.Errorf("Clean(%q, %d) = %q, %d runes", s, limit, got, n)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Errorf("Clean(%q, %d) = %q keeps a control character", s, limit, got)
		}
		if again, cutAgain := Clean(got, limit); again != got || cutAgain {
			t.Errorf("Clean(%q, %d) = %q, %v, and again %q, %v", s, limit, got, cut, again, cutAgain)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, text := range map[string]string{
		"key":     "1",
		"ascii40": "Where is the OFFICE today, at 8:30 or 9?",
		"folded":  "where is the office today",
		"spanish": "¿Dónde está la oficina de migración?",
		"arabic":  "أين مكتب الهجرة؟ ٨:٣٠",
		"chinese": "移民局在哪里？",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(text)
			}
		})
	}
}

func BenchmarkNear(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Near("registracion", "rejistrasion")
	}
}

func BenchmarkClean(b *testing.B) {
	text := strings.Repeat("¿Dónde está la oficina? ", 20)
	b.ReportAllocs()
	for b.Loop() {
		Clean(text, 400)
	}
}
