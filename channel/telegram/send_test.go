// Sending: every fault of the provider, counted there; edits; keyboards.
package telegram

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
)

func TestEveryFaultHasOneClassAndOnlyAnUnknownOneMayHaveArrived(t *testing.T) {
	hello := flows.Message{Text: "hello"}
	for _, c := range []struct {
		fault telegramtest.Fault
		want  deliver.Result
		there int // messages that reached the person
	}{
		{telegramtest.Slow(0), deliver.Result{Outcome: deliver.Sent}, 1},
		{telegramtest.Flood(7), deliver.Result{Outcome: deliver.Retry, After: 7 * time.Second, Reason: "429"}, 0},
		{telegramtest.Blocked, deliver.Result{Outcome: deliver.Unreachable, Reason: "403"}, 0},
		{telegramtest.Deleted, deliver.Result{Outcome: deliver.Unreachable, Reason: "403"}, 0},
		{telegramtest.NoChat, deliver.Result{Outcome: deliver.Unreachable, Reason: "400-chat"}, 0},
		{telegramtest.Rejected, deliver.Result{Outcome: deliver.Drop, Reason: "400"}, 0},
		{telegramtest.NoToken, deliver.Result{Outcome: deliver.Misconfigured, Reason: "401"}, 0},
		{telegramtest.Internal, deliver.Result{Outcome: deliver.Unknown, Reason: "500"}, 0},
		{telegramtest.After(telegramtest.Internal), deliver.Result{Outcome: deliver.Unknown, Reason: "500"}, 1},
		{telegramtest.HTML, deliver.Result{Outcome: deliver.Unknown, Reason: "502"}, 0},
		{telegramtest.After(telegramtest.HTML), deliver.Result{Outcome: deliver.Unknown, Reason: "502"}, 1},
		{telegramtest.HTML200, deliver.Result{Outcome: deliver.Unknown, Reason: "answer"}, 0},
		{telegramtest.HTML403, deliver.Result{Outcome: deliver.Unknown, Reason: "403"}, 0},
		{telegramtest.Redirect, deliver.Result{Outcome: deliver.Unknown, Reason: "302"}, 0},
		{telegramtest.BadJSON, deliver.Result{Outcome: deliver.Unknown, Reason: "answer"}, 0},
		{telegramtest.After(telegramtest.BadJSON), deliver.Result{Outcome: deliver.Unknown, Reason: "answer"}, 1},
		{telegramtest.OddJSON, deliver.Result{Outcome: deliver.Unknown, Reason: "answer"}, 0},
		{telegramtest.Reset, deliver.Result{Outcome: deliver.Unknown, Reason: "network"}, 0},
		{telegramtest.After(telegramtest.Reset), deliver.Result{Outcome: deliver.Unknown, Reason: "network"}, 1},
	} {
		t.Run(c.fault.Name, func(t *testing.T) {
			s := telegramtest.New(t)
			s.Meet(1)
			ch := channel(t, s, newRecord())
			s.Fail("sendMessage", 1, c.fault)
			if got := ch.Send(t.Context(), claimed(1, hello)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if n := len(s.Received(1)); n != c.there {
				t.Errorf("%d messages arrived, want %d", n, c.there)
			}
			if n := s.Calls("sendMessage"); n != 1 {
				t.Errorf("it was tried %d times", n)
			}
		})
	}
}

func TestATimeOutAfterTheRequestLeftIsUnknown(t *testing.T) {
	for _, f := range []telegramtest.Fault{telegramtest.TimeOut, telegramtest.After(telegramtest.TimeOut)} {
		s := telegramtest.New(t)
		s.Meet(1)
		ch := channel(t, s, newRecord())
		s.Fail("sendMessage", 1, f)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan deliver.Result, 1)
		go func() { done <- ch.Send(ctx, claimed(1, flows.Message{Text: "hello"})) }()
		s.Await("the call", func() bool { return s.Calls("sendMessage") == 1 })
		cancel()
		if got := <-done; got.Outcome != deliver.Unknown {
			t.Errorf("%s: got %+v", f.Name, got)
		}
	}
}

func TestWhatCertainlyDidNotLeaveMayBeTriedAgain(t *testing.T) {
	s := telegramtest.New(t)
	ch := channel(t, s, newRecord())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := ch.Send(ended, claimed(1, flows.Message{Text: "hello"})); got.Outcome != deliver.Retry || got.Reason != "ended" {
		t.Errorf("no time left: got %+v", got)
	}
	if n := s.Calls("sendMessage"); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	s.Close()
	if got := ch.Send(t.Context(), claimed(1, flows.Message{Text: "hello"})); got.Outcome != deliver.Retry || got.Reason != "refused" {
		t.Errorf("nobody there: got %+v", got)
	}
	nowhere := channel(t, s, newRecord(), func(c *Config) { c.API = "https://nowhere.invalid" })
	if got := nowhere.Send(t.Context(), claimed(1, flows.Message{Text: "hello"})); got.Outcome != deliver.Retry {
		t.Errorf("no such name: got %+v", got)
	}
}

func TestMessagesThatCanNeverBeSentAreDroppedWithoutACall(t *testing.T) {
	s := telegramtest.New(t)
	s.Meet(1)
	ch := channel(t, s, newRecord())
	odd := claimed(1, flows.Message{Text: "x"})
	odd.To.ID = "@channel"
	for want, m := range map[string]bot.Claimed{
		"length":  claimed(1, flows.Message{Text: strings.Repeat("𝒳", 2049)}),
		"empty":   claimed(1, flows.Message{Text: " \n "}),
		"address": odd,
	} {
		if got := ch.Send(t.Context(), m); got != (deliver.Result{Outcome: deliver.Drop, Reason: want}) {
			t.Errorf("%s: got %+v", want, got)
		}
	}
	if n := s.Calls("sendMessage"); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	if got := ch.Send(t.Context(), claimed(1, flows.Message{Text: strings.Repeat("𝒳", 2048)})); got.Outcome != deliver.Sent {
		t.Errorf("the longest text: got %+v", got)
	}
	errand := bot.Claimed{Outbound: bot.Outbound{Kind: bot.Errand, To: bot.Address{Channel: Name, ID: "whatever"}}}
	if got := ch.Send(t.Context(), errand); got.Outcome != deliver.Sent {
		t.Errorf("an errand: got %+v", got)
	}
	refusals(t, s)
}

func TestTextIsShownAsItIsWritten(t *testing.T) {
	s := telegramtest.New(t)
	s.Meet(1)
	ch := channel(t, s, newRecord())
	text := "*no* _markup_ <b>here</b> & \\ [a](https://a.example) ١٢٣"
	if got := ch.Send(t.Context(), claimed(1, flows.Message{Text: text})); got.Outcome != deliver.Sent {
		t.Fatal(got)
	}
	if got := s.Received(1)[0].Text; got != text {
		t.Errorf("arrived as %q", got)
	}
}

func menu(n int) flows.Message {
	return flows.Message{Text: fmt.Sprint("Menu ", n), Home: true, Choices: []flows.Choice{{Key: "1", Label: "Rule", Payload: "m/rule"}}}
}

func pressed(m bot.Claimed, on int64) bot.Claimed {
	m.Pressed = fmt.Sprint(on)
	return m
}

func TestTheMenuTakesThePlaceOfThePressedMessage(t *testing.T) {
	s := telegramtest.New(t)
	s.Meet(1)
	ch := channel(t, s, newRecord())
	send := func(m bot.Claimed, texts ...string) {
		t.Helper()
		if got := ch.Send(t.Context(), m); got.Outcome != deliver.Sent {
			t.Fatalf("got %+v", got)
		}
		var have []string
		for _, m := range s.Received(1) {
			have = append(have, m.Text)
		}
		if !slices.Equal(have, texts) {
			t.Fatalf("the chat shows %q, want %q", have, texts)
		}
	}
	send(claimed(1, menu(1)), "Menu 1")
	first := s.Received(1)[0].ID
	send(pressed(claimed(1, menu(2)), first), "Menu 2")
	send(pressed(claimed(1, menu(2)), first), "Menu 2") // nothing changes: that is well too
	if n := s.Calls("editMessageText"); n != 2 {
		t.Errorf("%d edits", n)
	}
	// The person has written since: an edit above their words is not seen.
	u, _ := parse([]byte(fmt.Sprintf(`{"update_id":1,"message":{"message_id":%d,"from":{"id":1},"chat":{"id":1,"type":"private"},"text":"x"}}`, first+1)))
	ch.begin(u, nil)
	send(pressed(claimed(1, menu(3)), first), "Menu 2", "Menu 3")
	// After a restart nothing is known.
	ch = channel(t, s, newRecord())
	last := s.Received(1)[1].ID
	send(pressed(claimed(1, menu(4)), last), "Menu 2", "Menu 3", "Menu 4")
	// A message that is gone cannot be edited.
	ch.last.note(1, last+50)
	send(pressed(claimed(1, menu(5)), last+50), "Menu 2", "Menu 3", "Menu 4", "Menu 5")
}

func TestAnEditThatFailsIsJudgedAsASendIs(t *testing.T) {
	for _, c := range []struct {
		fault telegramtest.Fault
		want  deliver.Outcome
	}{
		{telegramtest.Flood(3), deliver.Retry}, {telegramtest.Blocked, deliver.Unreachable}, {telegramtest.Internal, deliver.Unknown},
		{telegramtest.Reset, deliver.Unknown}, {telegramtest.NoToken, deliver.Misconfigured}, {telegramtest.Rejected, deliver.Sent},
	} {
		s := telegramtest.New(t)
		s.Meet(1)
		ch := channel(t, s, newRecord())
		ch.Send(t.Context(), claimed(1, menu(1)))
		s.Fail("editMessageText", 1, c.fault)
		got := ch.Send(t.Context(), pressed(claimed(1, menu(2)), s.Received(1)[0].ID))
		if got.Outcome != c.want {
			t.Errorf("%s: got %+v", c.fault.Name, got)
		}
		if n := len(s.Received(1)); n != 1 && c.want != deliver.Sent || n != 2 && c.want == deliver.Sent {
			t.Errorf("%s: %d messages", c.fault.Name, n)
		}
	}
}

func TestOnlySoManyLastMessagesAreRemembered(t *testing.T) {
	var l lastMessages
	for chat := range int64(5 * maxLast) {
		l.note(chat, chat+1)
		if !l.is(chat, chat+1) {
			t.Fatal("the newest is forgotten")
		}
	}
	if n := len(l.now) + len(l.old); n > 2*maxLast {
		t.Errorf("%d are remembered", n)
	}
	l.note(7, 90)
	l.note(7, 80) // it was sent earlier and told later
	if !l.is(7, 90) || l.is(7, 80) || l.is(8, 0) {
		t.Error("an older message counts as the newest")
	}
}

func TestButtonsStandWhereAThumbFindsThem(t *testing.T) {
	s := telegramtest.New(t)
	s.Meet(1)
	ch := channel(t, s, newRecord())
	long := strings.Repeat("muy largo ", 12)
	got := ch.Send(t.Context(), claimed(1, flows.Message{Text: "?", Choices: []flows.Choice{
		{Key: "1", Label: "Sí", Payload: "a"}, {Key: "2", Label: "No", Payload: "b"}, {Key: "3", Label: "No sé", Payload: "c"},
		{Key: "4", Label: "Alguien me hizo daño", Payload: "d"}, {Key: "5", Label: long, Payload: "e"},
		{Key: "6", Label: "without payload"}, {Key: "7", Label: "too much", Payload: strings.Repeat("x", 65)}, {Key: "8", Label: " ", Payload: strings.Repeat("é", 32)},
		{Key: "*", Label: "Atrás", Payload: "*"}, {Key: "#", Label: "Menú", Payload: "#"},
	}}))
	if got.Outcome != deliver.Sent {
		t.Fatal(got, s.Refusals())
	}
	var rows []string
	for _, row := range s.Received(1)[0].Buttons {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Label)
		}
		rows = append(rows, strings.Join(labels, "|"))
	}
	want := []string{"Sí|No", "No sé", "Alguien me hizo daño", "muy largo muy largo muy largo muy largo muy largo muy largo muy…", "8", "Atrás|Menú"}
	if !slices.Equal(rows, want) {
		t.Errorf("got %q", rows)
	}
}
