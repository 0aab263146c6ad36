// Texts in base64, and texts that only look so.
package twilio

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestATextInBase64IsRead(t *testing.T) {
	for _, text := range []string{
		"Necesito saber qué papeles llevar a la cita, y si puedo ir con mi hija de tres años.",
		"Mwen bezwen konnen ki papye pou m pote, epi si m ka ale ak pitit mwen.",
		"مرحبا، أريد أن أعرف ما هي الأوراق المطلوبة للموعد",
		"我想知道面谈需要带什么文件我可以带我的女儿去吗谢谢你们的帮助",
		"Line one\nline two\r\nline three, with a 'quote' and 100 %.",
		"አዲስ አበባ ውስጥ ነኝ። ምን ማድረግ አለብኝ? እባክዎ ይርዱኝ።",
		strings.Repeat("hola ", 60),
		"Family 👨‍👩‍👧‍👦 of four, and the flag 🏳️‍🌈 too, thank you",
	} {
		packed := base64.StdEncoding.EncodeToString([]byte(text))
		for _, body := range []string{packed, packed + "\r", packed + "\r\n"} {
			if got := plain(body); got != text {
				t.Errorf("%q is read as %q", text, got)
			}
		}
	}
}

func TestATextThatWasCutWithinALetterIsReadUpToIt(t *testing.T) {
	text := "Bannon explica el mundo, dice él, “en el campo de los santos"
	whole := []byte(text + "”")
	got := plain(base64.StdEncoding.EncodeToString(whole[:len(whole)-1]))
	if got != text {
		t.Errorf("read as %q", got)
	}
}

func TestWhatIsNoBase64StaysAsItIs(t *testing.T) {
	for _, body := range []string{
		"", "hola", "SGVsbG8=", // too short to be of several parts
		strings.Repeat("a", 64), strings.Repeat("A", 64), strings.Repeat("ja", 40), strings.Repeat("JAJA", 20), strings.Repeat("0", 160), strings.Repeat("1234567890", 16),
		"DonaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaftX",
		"anticonstitucionalisimamenteanticonstitucionalisimamente", "https://www.uscis.gov/i/589/asylum/forms/all/of/them/more",
		"Necesito saber qué papeles llevar a la cita, y si puedo ir con mi hija.",
		base64.StdEncoding.EncodeToString([]byte("\x00\x01\x02 binary \x00\x01\x02 and more of it, a good deal more")),
		base64.StdEncoding.EncodeToString([]byte(strings.Repeat("9", 60))), // digits alone are no text
		base64.RawURLEncoding.EncodeToString([]byte("Necesito saber qué papeles llevar a la cita ¿?>>>???")),
	} {
		if got := plain(body); got != body {
			t.Errorf("%q is read as %q", body, got)
		}
	}
}

func TestNoWordAtRandomIsMistakenForBase64(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for range 200_000 {
		word := make([]byte, minEncoded+4*random.IntN(8))
		set := letters[:[]int{26, 52, 62}[random.IntN(3)]]
		for i := range word {
			word[i] = set[random.IntN(len(set))]
		}
		if got := plain(string(word)); got != string(word) {
			t.Fatalf("%q is read as %q", word, got)
		}
	}
}
