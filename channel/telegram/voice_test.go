// Voice messages: uploaded once, classed as other sends are, and given up where
// the recording is gone.

package telegram

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/bot/voice"
	"posada/bot/voice/voicetest"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
	"posada/locales"
)

var (
	what = flows.Voice{Lang: "mam", ID: "rule.what.3"}
	more = flows.Voice{Lang: "mam", ID: "rule.more.ask"}
)

// voiceRig is a double, a channel with a folder of recordings, and the folder.
func voiceRig(t *testing.T) (*telegramtest.Server, *Channel, string) {
	t.Helper()
	dir := voicetest.Folder(t, what.String(), more.String())
	l, faults, err := voice.Open(dir, func(flows.Voice) string { return "" })
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	t.Cleanup(func() { _ = l.Close() })
	catalogue, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s := telegramtest.New(t)
	s.Say(7, "hola")
	c, err := New(Config{Token: s.Token, API: s.URL, Catalogue: catalogue, Recording: l.Get})
	if err != nil {
		t.Fatal(err)
	}
	return s, c, dir
}

func spoken(v flows.Voice) bot.Claimed {
	return bot.Claimed{Outbound: bot.Outbound{ID: 1, To: bot.Address{Channel: Name, ID: "7"}, Kind: bot.Reply, At: time.Now(),
		Message: flows.Message{Lang: "es", Voices: []flows.Voice{v}}}}
}

func TestARecordingIsUploadedOnceAndThenSentByItsID(t *testing.T) {
	s, c, _ := voiceRig(t)
	var ids, marks []string
	for _, v := range []flows.Voice{what, more, what} {
		if r := c.Send(context.Background(), spoken(v)); r.Outcome != deliver.Sent {
			t.Fatalf("%s: %+v, %v", v, r, s.Refusals())
		}
	}
	for _, m := range s.Received(7) {
		ids, marks = append(ids, m.FileID), append(marks, voicetest.Mark(m.Voice))
		if m.Text != "" {
			t.Errorf("there are words in it: %q", m.Text)
		}
	}
	if !slices.Equal(marks, []string{what.String(), more.String(), what.String()}) || ids[0] != ids[2] || ids[0] == ids[1] {
		t.Errorf("%v, %v", marks, ids)
	}
	if d := s.Received(7)[0].Duration; d != 1 {
		t.Errorf("it is said to last %d seconds", d)
	}
	// Telegram has forgotten it.
	s.DropFiles()
	if r := c.Send(context.Background(), spoken(what)); r.Outcome != deliver.Sent {
		t.Fatalf("%+v", r)
	}
	if got := s.Received(7); len(got) != 4 || voicetest.Mark(got[3].Voice) != what.String() {
		t.Errorf("%d messages", len(got))
	}
}

func TestARecordingThatWasMadeAnewIsUploadedAnew(t *testing.T) {
	s, c, dir := voiceRig(t)
	c.Send(context.Background(), spoken(what))
	voicetest.Write(t, dir, "mam/rule.what.3.ogg", voicetest.Opus(2*time.Second, "anew"))
	c.Send(context.Background(), spoken(what))
	if got := s.Received(7); len(got) != 2 || voicetest.Mark(got[1].Voice) != "anew" {
		t.Errorf("%d messages", len(got))
	}
}

func TestARecordingThatIsGoneIsGivenUp(t *testing.T) {
	s, c, dir := voiceRig(t)
	if r := c.Send(context.Background(), spoken(what)); r.Outcome != deliver.Sent {
		t.Fatalf("%+v", r)
	}
	if err := os.Remove(filepath.Join(dir, "mam", "rule.what.3.ogg")); err != nil {
		t.Fatal(err)
	}
	for _, v := range []flows.Voice{what, {Lang: "mam", ID: "never.there"}} {
		if r := c.Send(context.Background(), spoken(v)); r.Outcome != deliver.Drop || r.Reason != bot.NoRecording {
			t.Errorf("%s: %+v", v, r)
		}
	}
	if n := s.Calls("sendVoice"); n != 1 {
		t.Errorf("%d calls were made", n)
	}
	without, err := New(Config{Token: s.Token, API: s.URL, Catalogue: c.catalogue})
	if err != nil {
		t.Fatal(err)
	}
	if r := without.Send(context.Background(), spoken(what)); r.Outcome != deliver.Drop || r.Reason != bot.NoRecording {
		t.Errorf("a channel without recordings: %+v", r)
	}
}

func TestTheOutcomeOfAVoiceMessageIsClassedAsOthersAre(t *testing.T) {
	for _, c := range []struct {
		fault  telegramtest.Fault
		want   deliver.Outcome
		reason string
	}{
		{telegramtest.Flood(3), deliver.Retry, "429"},
		{telegramtest.Blocked, deliver.Unreachable, "403"},
		{telegramtest.NoChat, deliver.Unreachable, "400-chat"},
		{telegramtest.Internal, deliver.Unknown, "500"},
		{telegramtest.After(telegramtest.Reset), deliver.Unknown, "network"},
		{telegramtest.HTML, deliver.Unknown, "502"},
		{telegramtest.NoToken, deliver.Misconfigured, "401"},
		{telegramtest.Rejected, deliver.Drop, "400"},
	} {
		for _, uploaded := range []bool{false, true} {
			s, channel, _ := voiceRig(t)
			if uploaded {
				if r := channel.Send(context.Background(), spoken(what)); r.Outcome != deliver.Sent {
					t.Fatalf("%+v", r)
				}
			}
			s.Fail("sendVoice", 1, c.fault)
			if r := channel.Send(context.Background(), spoken(what)); r.Outcome != c.want || r.Reason != c.reason {
				t.Errorf("%s, uploaded before %v: %+v, want %s %s", c.fault.Name, uploaded, r, c.want, c.reason)
			}
		}
	}
	s, channel, _ := voiceRig(t)
	s.ForbidVoices(7)
	if r := channel.Send(context.Background(), spoken(what)); r.Outcome != deliver.Drop || r.Reason != "400-voice" {
		t.Errorf("a person who takes none: %+v", r)
	}
}

func TestAFileThatIsNoVoiceMessageIsRefusedByTheDouble(t *testing.T) {
	for name, raw := range map[string][]byte{
		"empty": {}, "words": []byte("words"), "large": voicetest.Opus(2*time.Hour, "x"),
	} {
		s, c, _ := voiceRig(t)
		c.recording = func(flows.Voice) (bot.Recording, error) { return bot.Recording{Opus: raw}, nil }
		if r := c.Send(context.Background(), spoken(what)); r.Outcome != deliver.Drop || len(s.Refusals()) != 1 {
			t.Errorf("%s: %+v, %v", name, r, s.Refusals())
		}
	}
}

// A press on a message above a voice message does not edit that message: the
// person looks below it.
func TestAVoiceMessageIsTheNewestOfItsChat(t *testing.T) {
	s, c, _ := voiceRig(t)
	words := spoken(what)
	words.Message = flows.Message{Text: "menu", Home: true}
	c.Send(context.Background(), words)
	first := s.Received(7)[0].ID
	c.Send(context.Background(), spoken(what))
	if c.last.is(7, first) {
		t.Error("the words before it count as the newest")
	}
}
