// The signature, against vectors of Twilio's own signer.
package twilio

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"posada/channel/twilio/twiliotest"
)

// vector is one of testdata/signatures.json, which tells of its making itself:
// the npm package twilio signed it, and accepts it.
type vector struct {
	Why, Token, Public, Path, Query string
	Params                          [][2]string
	Signature                       string
}

func (v vector) form() url.Values {
	form := url.Values{}
	for _, p := range v.Params {
		form.Add(p[0], p[1])
	}
	return form
}

// account checks signatures for the vector's public URL, and does nothing else.
func (v vector) account(tokens ...string) *Account {
	a := &Account{public: spellings(v.Public)}
	for _, t := range tokens {
		a.signers = append(a.signers, []byte(t))
	}
	return a
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 30 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	return file.Vectors
}

func TestWhatTwilioSignedIsGenuine(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Why, func(t *testing.T) {
			if !v.account(v.Token).genuine(v.Signature, v.Path, v.Query, v.form()) {
				t.Error("it is refused")
			}
		})
	}
}

func TestBothTokensAreAcceptedWhileTheyAreChanged(t *testing.T) {
	for _, v := range vectors(t) {
		for _, tokens := range [][]string{{v.Token, "other"}, {"other", v.Token}} {
			if !v.account(tokens...).genuine(v.Signature, v.Path, v.Query, v.form()) {
				t.Errorf("%s: refused", v.Why)
			}
		}
	}
}

func TestAChangedWebhookIsForged(t *testing.T) {
	for _, v := range vectors(t) {
		a := v.account(v.Token)
		for what, forged := range map[string]bool{
			"another token":      v.account(v.Token+"0").genuine(v.Signature, v.Path, v.Query, v.form()),
			"no token":           v.account().genuine(v.Signature, v.Path, v.Query, v.form()),
			"another path":       a.genuine(v.Signature, v.Path+"/", v.Query, v.form()),
			"another query":      a.genuine(v.Signature, v.Path, v.Query+"&m=1", v.form()),
			"no signature":       a.genuine("", v.Path, v.Query, v.form()),
			"a shorter one":      a.genuine(v.Signature[:27], v.Path, v.Query, v.form()),
			"one in other case":  a.genuine(swapCase(v.Signature), v.Path, v.Query, v.form()),
			"one in quotes":      a.genuine(`"`+v.Signature+`"`, v.Path, v.Query, v.form()),
			"a further value":    a.genuine(v.Signature, v.Path, v.Query, with(v.form(), "Zz", "1")),
			"a value with space": a.genuine(v.Signature, v.Path, v.Query, with(v.form(), "Body", v.form().Get("Body")+" ")),
		} {
			if forged {
				t.Errorf("%s: with %s it is taken for genuine", v.Why, what)
			}
		}
	}
}

func with(form url.Values, name, value string) url.Values {
	form.Set(name, value)
	return form
}

func swapCase(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b[i] = c ^ 0x20
		}
	}
	return string(b)
}

func TestKnownVectors(t *testing.T) {
	for want, v := range map[string]struct {
		address string
		form    url.Values
	}{
		"RSOYDt4T1cUTdK1PDd93/VVr8B8=": {"https://mycompany.com/myapp.php?foo=1&bar=2", url.Values{
			"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}},
		"a35EDNiLUeE6SWHTU0IWq1Vzdbs=": {"https://x.org/sms", url.Values{"Body": {"ሰላም 👋 +1&x=y"}, "From": {"whatsapp:+251911000000"}}},
	} {
		if got := sign([]byte("12345"), v.address, v.form); got != want {
			t.Errorf("%s: %s, want %s", v.address, got, want)
		}
		if got := twiliotest.Sign("12345", v.address, v.form); got != want {
			t.Errorf("the double signs %s: %s, want %s", v.address, got, want)
		}
	}
}

func TestBytesThatAreNoTextAreSignedAsTheyCame(t *testing.T) {
	form := url.Values{"Body": {"a\xffb"}}
	if sign([]byte("1"), "https://x", form) == sign([]byte("1"), "https://x", url.Values{"Body": {"ab"}}) {
		t.Error("they were mended before they were signed")
	}
}
