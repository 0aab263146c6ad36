// How plain texts are: syllables of known words, known sentences, the formulas as published.

package locales

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestSyllablesOfKnownWords(t *testing.T) {
	for lang, words := range map[string]string{
		"en": "rule 1 the 1 asylum 3 people 2 appointment 3 officer 3 interview 3 presumption 3 lawyer 2 exception 3 questions 2 table 2 asked 1 wanted 2 needed 2 places 2 makes 1 boxes 2 dangerous 3 period 3 " +
			"year 1 countries 2 legal 2 fear 1 reason 2 permission 3 special 2 torture 2 before 2 phone 1 us 1 id 1 family 3 guardian 3 language 2 try 1 judge 1 case 1 cases 2 united 3 organization 5 emergency 4 little 2",
		"es": "asilo 3 país 2 cita 2 miedo 2 creíble 3 día 2 días 2 guerra 2 que 1 quien 1 aeropuerto 5 ley 1 leyes 2 y 1 público 3 abogado 4 entrevista 4 excepción 3 ciudad 2 frío 2 pingüino 3 teoría 4 huir 1 leer 2 uno 2 estadounidense 6",
		"fr": "asile 2 règle 1 entretien 3 juge 1 avocat 3 présomption 3 rendez-vous 3 pays 1 maïs 2 océan 3 que 1 qui 1 personne 2 personnes 2 d'asile 2 l'entretien 3 peut 1 question 2 langue 1 demander 3 crainte 1 vie 1",
		"pt": "asilo 3 não 1 mãe 1 põe 1 país 2 juiz 1 advogado 4 entrevista 4 presunção 3 exceção 3 que 1 quem 1 guerra 2 você 2 saída 3 dia 1 língua 2 pessoas 3 telefone 4",
		"ru": "убежище 4 закон 2 судья 2 я 1 интервью 3 нет 1 если 2 cbp 0 bot 1",
	} {
		f := strings.Fields(words)
		wrong := []string{}
		for i := 0; i < len(f); i += 2 {
			if got := fmt.Sprint(formulas[lang].syllables(f[i])); got != f[i+1] {
				wrong = append(wrong, f[i]+" "+got+" not "+f[i+1])
			}
		}
		if len(wrong) > 0 {
			t.Errorf("%s: %v", lang, wrong)
		}
	}
}

func TestSentencesEndWhereAReaderStops(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "One.": 1, "One. Two! Three? Four: five": 5, "At 8:30 a.m. it opens": 2, "In the U.S. and Mexico.": 1, "See cbp.gov now.": 1, "a\nb": 2, "...": 0,
		"他说。好！": 2, "है। ठीक।": 2, "«Так.» Да": 2,
	} {
		if got := (&Language{}).Read(text).Sentences; got != want {
			t.Errorf("%q has %d sentences, not %d", text, got, want)
		}
	}
	if r := (&Language{}).Read("我要9个 CBP 号"); r.Words != 5 || r.Longest != 5 {
		t.Errorf("%+v", r)
	}
}

func TestTheFormulasAreThosePublished(t *testing.T) {
	for lang, want := range map[string]float64{
		"en": 0.39*10 + 11.8*1.5 - 15.59, "es": 206.84 - 0.60*150 - 1.02*10, "fr": 207 - 1.015*10 - 73.6*1.5, "pt": 248.835 - 1.015*10 - 84.6*1.5, "ru": 206.835 - 1.3*10 - 60.1*1.5,
	} {
		f := formulas[lang]
		if got := f.score(10, 1.5); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %f, not %f", lang, got, want)
		}
		if f.Misses(f.Bound) || f.Grade != f.Misses(f.Bound+1) || f.Grade == f.Misses(f.Bound-1) {
			t.Errorf("%s: its bound is wrong", lang)
		}
	}
	l := &Language{Code: "en"}
	if r := l.Read("The cat sat on the mat.", "It is a big cat"); r.Words != 11 || r.Sentences != 2 || r.Syllables != 11 || r.Longest != 6 || math.Abs(r.Score-(0.39*5.5+11.8-15.59)) > 1e-9 {
		t.Errorf("%+v", r)
	}
	if r := l.Read(""); r.Score != 0 || r.Mean() != 0 {
		t.Errorf("of nothing: %+v", r)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("U.S. 8:30, «où».")
	f.Fuzz(func(t *testing.T, text string) {
		for code := range formulas {
			r := (&Language{Code: code}).Read(text)
			if math.IsNaN(r.Score) || r.Syllables < r.Words || r.Words < r.Sentences || r.Longest > r.Words {
				t.Errorf("%s: %q: %+v", code, text, r)
			}
		}
	})
}
