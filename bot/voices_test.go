// What is said and what is heard are sent one by one.

package bot_test

import (
	"context"
	"slices"
	"testing"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

// speaker is a book that says what a test wants.
type speaker struct {
	bot.Book
	says []flows.Message
}

func (s speaker) Step(in flows.Session, _ flows.Input, _ flows.Form, _ flows.At) (flows.Session, []flows.Message, []flows.Effect) {
	in.Language, in.Flow, in.Node = "es", "menu", "menu"
	return in, s.says, nil
}

func (speaker) WantsDiary(flows.Session, flows.Input) bool { return false }

func (speaker) WantsLetters(flows.Session, flows.Input) bool { return false }
func (speaker) Urgent(string) bool                           { return false }

func TestEachRecordingIsAMessageOfItsOwnAfterItsWords(t *testing.T) {
	one, two, three := flows.Voice{Lang: "mam", ID: "a"}, flows.Voice{Lang: "mam", ID: "b"}, flows.Voice{Lang: "es", ID: "c"}
	book := speaker{says: []flows.Message{
		{Voices: []flows.Voice{one}},
		{Text: "words", Lang: "es", Flow: "f", Node: "n", Voices: []flows.Voice{two, three}},
		{Text: "more", Lang: "es"},
	}}
	a := bot.New(book, memory.New())
	r, err := a.Receive(context.Background(), bot.Inbound{ID: "1", From: ana, Form: flows.Telegram, Text: "hola", At: now, Pressed: "55"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range r.Out {
		if o.Message.Text != "" && len(o.Message.Voices) > 0 || len(o.Message.Voices) > 1 || o.Kind != bot.Reply || o.Pressed != "" {
			t.Errorf("it is more than one thing: %d recordings, pressed %q", len(o.Message.Voices), o.Pressed)
		}
		got = append(got, o.Message.Text)
		for _, v := range o.Message.Voices {
			got[len(got)-1] = v.String()
		}
	}
	if want := []string{"mam/a", "words", "mam/b", "es/c", "more"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	book.says = []flows.Message{{Text: "menu", Home: true, Voices: []flows.Voice{one}}}
	r, err = bot.New(book, memory.New()).Receive(context.Background(), bot.Inbound{ID: "2", From: ana, Form: flows.Telegram, Text: "hola", At: now, Pressed: "55"})
	if err != nil || len(r.Out) != 2 || r.Out[0].Pressed != "55" || r.Out[1].Pressed != "" {
		t.Errorf("a recording takes the place of the message that was pressed: %v", err)
	}
}
