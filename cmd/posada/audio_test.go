// The built binary with recordings: a person who speaks a language that is not
// written hears them on Telegram and on WhatsApp; what the operator is told.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"posada/bot"
	"posada/bot/voice/voicetest"
	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio/twiliotest"
)

// heard lists what stands on a screen: recordings by name, words by "words".
func heard(words string, sound []byte) string {
	if sound != nil {
		return voicetest.Mark(sound)
	}
	if words == "" {
		return "nothing"
	}
	return "words"
}

// listener is a person who speaks Mam.
type listener struct {
	say    func(string)
	screen func() []string
}

// listens is what becomes of a conversation in which recordings are there, one
// of them vanishes, and one is asked for again.
func listens(t *testing.T, p *process, dir string, l listener) {
	t.Helper()
	shown := 0
	// until waits for what an act brings, and returns all of it. A recording is
	// fetched by the phone: it may show before or after words that left later.
	until := func(last string, least int) (got []string) {
		t.Helper()
		p.await(fmt.Sprintf("%q and %d in all", last, least), func() bool {
			got = l.screen()[shown:]
			return len(got) >= least && slices.Contains(got, last)
		})
		shown += len(got)
		return got
	}
	l.say("Mam")
	until("mam/oral.ask", 2)
	l.say("1") // Spanish
	until("mam/first.consent.ask", 2)
	l.say("1")
	until("words", 1)
	l.say("1") // the rule
	got := until("mam/rule.more.ask", 4)
	if i, j := slices.Index(got, "mam/rule.what.1"), slices.Index(got, "mam/rule.what.3"); i < 1 || j < i+2 {
		t.Errorf("the rule is said as %v", got)
	}
	if err := os.Remove(filepath.Join(dir, "mam", "rule.what.1.ogg")); err != nil {
		t.Fatal(err)
	}
	l.say("🔊")
	again := until("words", 3)
	slices.Sort(again)
	if !slices.Equal(again, []string{"mam/rule.more.ask", "mam/rule.what.3", "words"}) {
		t.Errorf("once more: %v", again)
	}
	p.await("a recording that is missed in the metrics", func() bool {
		return strings.Contains(page(t, p, "metrics"), `reason="`+bot.NoRecording+`"`)
	})
}

var mamRecordings = []string{"mam/oral.ask", "mam/first.consent.ask", "mam/rule.what.1", "mam/rule.what.3", "mam/rule.more.ask"}

func TestALanguageThatIsNotWrittenIsHeardOnTelegramAndWhatsApp(t *testing.T) {
	const public = "https://posada.test/bot"
	t.Run("telegram", func(t *testing.T) {
		t.Parallel()
		const chat = 7002
		dir, home := voicetest.Folder(t, mamRecordings...), t.TempDir()
		tg := telegramtest.New(t)
		p := start(t, "--audio", dir, "--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-chat-rate", "100",
			"--db", filepath.Join(home, "posada.db"), "--key-file", filepath.Join(home, "posada.key"))
		if !strings.Contains(p.greeting, "5 recordings: mam 5") || !strings.Contains(p.greeting, "in mam ") {
			t.Errorf("start-up says nothing of the recordings: %s", p.greeting)
		}
		listens(t, p, dir, listener{
			say: func(text string) { tg.Say(chat, text) },
			screen: func() []string {
				var out []string
				for _, m := range tg.Received(chat) {
					out = append(out, heard(m.Text, m.Voice))
				}
				return out
			},
		})
		p.stop()
	})
	t.Run("whatsapp", func(t *testing.T) {
		t.Parallel()
		const number = "+5215512345679"
		dir, home := voicetest.Folder(t, mamRecordings...), t.TempDir()
		tw := twiliotest.New(t)
		p := start(t, "--audio", dir, "--twilio-api", tw.URL, "--twilio-account-sid", twiliotest.AccountSID, "--twilio-auth-token", twiliotest.AuthToken,
			"--public-url", public, "--webhook-listen", "127.0.0.1:0", "--whatsapp-from", twiliotest.WhatsAppNumber,
			"--db", filepath.Join(home, "posada.db"), "--key-file", filepath.Join(home, "posada.key"))
		tw.Connect(public, p.webhook+"/bot")
		listens(t, p, dir, listener{
			say: func(text string) {
				tw.Settle() // what is fetched comes when it comes
				tw.Say(twiliotest.WhatsApp, number, text)
			},
			screen: func() []string {
				tw.Settle()
				var out []string
				for _, m := range tw.Phone(twiliotest.WhatsApp, number) {
					out = append(out, heard(m.Text, m.Voice))
				}
				return out
			},
		})
		tw.WaitErased()
		p.stop()
	})
}

func TestDoctorTellsOfRecordings(t *testing.T) {
	t.Parallel()
	dir := voicetest.Folder(t, "mam/rule.what.3", "mam/rule.what.1", "es/menu.ask", "es/menu.askk", "yy/menu.ask")
	voicetest.Write(t, dir, "es/rule.what.3.ogg", []byte("no sound"))
	_, out, _ := posada(t, "", "doctor", "--audio", dir)
	for _, want := range []string{
		"recordings: 3 recordings: es 1, mam 2.", "not taken: es/menu.askk.ogg: there is no message menu.askk.", "not taken: yy/menu.ask.ogg: there is no language yy.",
		"not taken: es/rule.what.3.ogg: it is no OGG file with one Opus stream", "recordings, mam: ", "1 of them say a date or a number",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "recordings, mam: ") && (strings.Contains(line, "rule.what.3,") || !strings.Contains(line, "rule.what.2,")) {
			t.Errorf("of what is missing it says %q", line)
		}
	}
	if _, out, _ := posada(t, "", "doctor"); strings.Contains(out, "recording") {
		t.Errorf("without a folder it speaks of recordings:\n%s", out)
	}
	if _, out, _ := posada(t, "", "doctor", "--audio", t.TempDir()); !strings.Contains(out, "there are none in the folder") {
		t.Errorf("of an empty folder it says\n%s", out)
	}
}

func TestChatPrintsRecordingsByTheirNames(t *testing.T) {
	t.Parallel()
	dir := voicetest.Folder(t, "mam/oral.ask", "mam/nothing")
	code, out, errs := posada(t, "Mam\n", "chat", "--audio", dir)
	if code != 0 || !strings.Contains(out, "[voice: mam/oral.ask]") || !strings.Contains(errs, "mam/nothing.ogg: there is no message nothing") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
	_, out, _ = posada(t, "Mam\n", "chat", "--json", "--audio", dir)
	if !strings.Contains(out, `"voice":"mam/oral.ask"`) {
		t.Errorf("%s", out)
	}
}
