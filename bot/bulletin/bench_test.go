// What it costs to judge one person, and one text.
package bulletin

import (
	"testing"
	"time"

	"posada/bot"
)

func BenchmarkChoose(b *testing.B) {
	got := map[bot.MailingID]bool{7: true}
	p := bot.Person{
		Contact: bot.Contact{Address: bot.Address{Channel: "telegram", ID: "1"}, Form: "telegram", Consent: time.Unix(1, 0), Subscriptions: []bot.Subscription{{Programme: "cbp_one", Place: "tijuana"}}},
		Lang:    "uk", Seen: time.Unix(1000, 0), Got: func(id bot.MailingID) bool { return got[id] },
	}
	c := &chooser{
		texts: []string{"en", "es", "ht", "pt", "fr", "ru", "uk"}, forms: []string{"sms", "whatsapp", "telegram"}, ids: map[string]bot.MailingID{"b00000007": 7},
		audience: Audience{Filter: Filter{Languages: []string{"ru", "uk"}, Places: []string{"nogales", "tijuana"}, Got: []string{"b00000007"}}, Except: Filter{Channels: []string{"whatsapp"}}},
	}
	b.ReportAllocs()
	for b.Loop() {
		if !c.take(p) {
			b.Fatal("not taken")
		}
	}
}

func BenchmarkJudgeText(b *testing.B) {
	text := "El programa terminó el 20 de enero de 2025. Nadie puede vender citas: quien las vende miente. Vea https://unhcr.org/mexico o llame al +52 800 123 4567. Escriba menu para seguir."
	places := []string{"Tijuana", "Nogales", "Ciudad Juárez", "Matamoros"}
	for b.Loop() {
		strayLinks(text, []string{"unhcr.org"})
		strayNumbers(text, []string{"+52 800 123 4567"})
		meeting(text, places)
		promises(text)
	}
}
