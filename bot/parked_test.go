// What lies parked for a person's word, and what that word does.

package bot_test

import (
	"os"
	"testing"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

// nudged is a person on WhatsApp for whom a reminder lies parked: the first of
// theirs came within a day of their last word, the second later.
type nudged struct {
	*testing.T
	store interface {
		bot.Store
		bot.Outbox
	}
	assistant *bot.Assistant
	who       bot.Address
	at        time.Time
}

func parkedReminder(t *testing.T, w *witness) *nudged {
	t.Helper()
	catalogue, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := flows.EmbeddedUnder(os.DirFS("../flows/testdata/operator"), catalogue)
	if err != nil {
		t.Fatal(err)
	}
	store := w.kept.(interface {
		bot.Store
		bot.Outbox
	})
	n := &nudged{T: t, store: store, assistant: bot.New(book, store), who: bot.Address{Channel: "whatsapp", ID: "+15550100"}, at: time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)}
	for _, text := range []string{"hola", "1", "5", "2", "Ciudad de México", "1", "1"} {
		n.says(text)
		n.comes(bot.Reply, bot.FateSent)
	}
	for _, fate := range []bot.Fate{bot.FateSent, bot.FateParked} {
		_, n.at, err = store.Due(t.Context(), n.at, 9)
		if err != nil {
			t.Fatal(err)
		}
		due, _, err := store.Due(t.Context(), n.at, 9)
		if err != nil || len(due) != 1 {
			t.Fatalf("%d are due, %v", len(due), err)
		}
		if _, err := n.assistant.Fire(t.Context(), due[0], due[0].Timers[0], n.at); err != nil {
			t.Fatal(err)
		}
		if said := n.comes(bot.Reminder, fate); len(said) != 1 {
			t.Fatalf("reminded by %q", said)
		}
	}
	n.at = n.at.Add(20 * time.Minute)
	return n
}

func (n *nudged) says(text string) {
	n.Helper()
	n.at = n.at.Add(time.Minute)
	form, _ := flows.FormNamed("whatsapp")
	if _, err := n.assistant.Receive(n.Context(), bot.Inbound{ID: n.at.String(), From: n.who, Form: form, At: n.at, Text: text, Lang: "es"}); err != nil {
		n.Fatal(err)
	}
}

// comes takes what is ready of a kind out of the queue, or parks it.
func (n *nudged) comes(kind bot.Kind, fate bot.Fate) (said []string) {
	n.Helper()
	got, err := n.store.Claim(n.Context(), n.at, bot.ClaimOrder{Channel: "whatsapp", Kind: kind, Lines: 99, Each: 99, Lease: time.Second})
	if err != nil {
		n.Fatal(err)
	}
	var settled []bot.Settlement
	for _, c := range got {
		said = append(said, c.Message.Text)
		settled = append(settled, bot.Settlement{Token: c.Token, Fate: fate, Due: c.At.Add(time.Hour)})
	}
	if _, err := n.store.Settle(n.Context(), n.at, settled); err != nil {
		n.Fatal(err)
	}
	return said
}

func (n *nudged) diary() (outcomes []string) {
	n.Helper()
	entries, err := n.store.Diary(n.Context(), n.who)
	if err != nil {
		n.Fatal(err)
	}
	for _, e := range entries {
		outcomes = append(outcomes, e.Outcome)
	}
	return outcomes
}

// Whoever answers the template gets the reminder once, and answers it after.
func TestAReminderThatLayParkedComesOnceAndIsAnsweredAfterwards(t *testing.T) {
	for _, word := range []string{"hola", "sí", "👍", "1", "2", "menú"} {
		withStores(t, 0, func(t *testing.T, w *witness) {
			n := parkedReminder(t, w)
			n.says(word)
			if said := n.comes(bot.Reply, bot.FateSent); len(said) > 0 {
				t.Errorf("%q: answered by %q", word, said)
			}
			if said := n.comes(bot.Reminder, bot.FateSent); len(said) != 1 {
				t.Errorf("%q: reminded by %q", word, said)
			}
			if diary := n.diary(); len(diary) > 0 {
				t.Errorf("%q: a reminder that nobody read is answered by %v", word, diary)
			}
			n.says("1")
			if diary := n.diary(); len(diary) != 1 || diary[0] != flows.OutcomeDone {
				t.Errorf("%q: then 1 is kept as %v", word, diary)
			}
		})
	}
}
