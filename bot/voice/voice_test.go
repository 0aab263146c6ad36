// What is a recording and what is not, and what becomes of one that vanishes.

package voice_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/voice"
	"posada/bot/voice/voicetest"
	"posada/flows"
)

func TestAVoiceMessageTellsHowLongItIs(t *testing.T) {
	for _, want := range []time.Duration{20 * time.Millisecond, time.Second, 63 * time.Second} {
		if got, err := voice.Duration(voicetest.Opus(want, "x")); err != nil || got != want {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
}

// broken are files that are nearly voice messages, and what is said of each.
func broken() map[string]struct {
	raw  []byte
	want string
} {
	good := voicetest.Opus(10*time.Second, "x")
	head := func(change func([]byte)) []byte {
		h := append([]byte("OpusHead\x01\x01"), 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0)
		change(h)
		return h
	}
	with := func(first []byte) []byte {
		return slices.Concat(voicetest.Page(2, 0, 0, first), voicetest.Page(0, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00")), voicetest.Page(4, 960, 2, []byte{0xf8, 0xff, 0xfe}))
	}
	same := head(func([]byte) {})
	tags := voicetest.Page(0, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"))
	changed := slices.Clone(good)
	changed[len(changed)-1] ^= 1
	other := slices.Clone(voicetest.Page(4, 960, 2, []byte{0xf8, 0xff, 0xfe}))
	binary.LittleEndian.PutUint32(other[14:], 8)
	return map[string]struct {
		raw  []byte
		want string
	}{
		"empty":               {nil, "no sound"},
		"a text":              {[]byte("this is no sound at all, it is only words"), "page 1 does not begin with OggS"},
		"an MP3":              {append([]byte("ID3\x03"), make([]byte, 500)...), "page 1 does not begin with OggS"},
		"Vorbis":              {with([]byte("\x01vorbis\x00\x00\x00\x00\x01\x80\xbb\x00\x00\x00\x00\x00\x00")), "not Opus"},
		"stereo":              {with(head(func(h []byte) { h[9] = 2 })), "2 channels"},
		"another version":     {with(head(func(h []byte) { h[8] = 0x10 })), "version"},
		"cut":                 {good[:len(good)-100], "is cut off"},
		"cut between pages":   {good[:len(good)-len(lastPage(good))], "its end is missing"},
		"changed":             {changed, "checksum"},
		"no beginning":        {slices.Concat(voicetest.Page(0, 0, 0, same), tags), "beginning is missing"},
		"a page that is lost": {slices.Concat(voicetest.Page(2, 0, 0, same), tags, voicetest.Page(4, 960, 3, []byte{0xf8})), "a page is missing before page 3"},
		"a second stream":     {slices.Concat(voicetest.Page(2, 0, 0, same), tags, voicetest.Page(2, 0, 2, same)), "another stream"},
		"no tags":             {slices.Concat(voicetest.Page(2, 0, 0, same), voicetest.Page(4, 960, 1, []byte{0xf8, 0xff, 0xfe})), "OpusTags"},
		"nothing said":        {slices.Concat(voicetest.Page(2, 0, 0, same), voicetest.Page(4, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"))), "no sound"},
		"a wrong length":      {slices.Concat(voicetest.Page(2, 0, 0, same), tags, voicetest.Page(4, 1<<62, 2, []byte{0xf8})), "no sound"},
	}
}

func lastPage(raw []byte) []byte { return raw[bytes.LastIndex(raw, []byte("OggS")):] }

func TestWhatIsNoVoiceMessageIsRefusedAndWhyIsSaid(t *testing.T) {
	for name, c := range broken() {
		if _, err := voice.Duration(c.raw); !errors.Is(err, voice.ErrOpus) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// book refuses what a real one refuses.
func book(v flows.Voice) string {
	switch {
	case v.Lang != "mam" && v.Lang != "es":
		return "there is no language " + v.Lang
	case !strings.HasPrefix(v.ID, "rule."):
		return "there is no message " + v.ID
	}
	return ""
}

func TestEveryFileOfTheFolderIsCheckedAndNamed(t *testing.T) {
	dir := voicetest.Folder(t, "mam/rule.one", "es/rule.two", "mam/rulle.three", "xx/rule.one", ".git/rule.one")
	voicetest.Write(t, dir, "es/rule.text.ogg", []byte("no sound"))
	voicetest.Write(t, dir, "es/rule.large.ogg", voicetest.Opus(2*time.Hour, "x"))
	voicetest.Write(t, dir, "es/rule.one.mp3", []byte("ID3"))
	voicetest.Write(t, dir, "LIESMICH.txt", []byte("words"))
	voicetest.Write(t, dir, "mam/deep/rule.one.ogg", voicetest.Opus(time.Second, "x"))
	voicetest.Write(t, dir, "es/.DS_Store", []byte("x"))
	outside := voicetest.Folder(t, "es/rule.out")
	if err := os.Symlink(filepath.Join(outside, "es", "rule.out.ogg"), filepath.Join(dir, "es", "rule.link.ogg")); err != nil {
		t.Fatal(err)
	}
	l, faults, err := voice.Open(dir, book)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if got, want := l.Voices(), []flows.Voice{{Lang: "es", ID: "rule.two"}, {Lang: "mam", ID: "rule.one"}}; !slices.Equal(got, want) {
		t.Errorf("taken: %v, want %v", got, want)
	}
	said := map[string]string{}
	for _, f := range faults {
		said[f.File] = f.String()
	}
	for file, want := range map[string]string{
		"mam/rulle.three.ogg": "there is no message rulle.three", "xx/rule.one.ogg": "there is no language xx", "es/rule.text.ogg": "does not begin with OggS",
		"es/rule.large.ogg": "larger than 1024 KB", "es/rule.one.mp3": "it is no recording", "LIESMICH.txt": "LANG/MESSAGE_ID.ogg",
		"mam/deep/rule.one.ogg": "it is no recording", "es/rule.link.ogg": "it cannot be read",
	} {
		if got := said[file]; !strings.HasPrefix(got, file+": ") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
		delete(said, file)
	}
	if len(said) > 0 {
		t.Errorf("of nothing was said: %v", said)
	}
	if _, _, err := voice.Open(filepath.Join(dir, "nowhere"), book); err == nil {
		t.Error("a folder that is not there is taken")
	}
}

func TestARecordingThatVanishedIsNoRecordingAnyMore(t *testing.T) {
	dir := voicetest.Folder(t, "mam/rule.one", "mam/rule.two")
	l, _, err := voice.Open(dir, book)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	one, two := flows.Voice{Lang: "mam", ID: "rule.one"}, flows.Voice{Lang: "mam", ID: "rule.two"}
	if r, err := l.Get(one); err != nil || voicetest.Mark(r.Opus) != "mam/rule.one" || r.Duration != time.Second {
		t.Fatalf("%v, %v", r.Duration, err)
	}
	if err := os.Remove(filepath.Join(dir, "mam", "rule.one.ogg")); err != nil {
		t.Fatal(err)
	}
	voicetest.Write(t, dir, "mam/rule.two.ogg", []byte("spoilt"))
	for _, v := range []flows.Voice{one, two, {Lang: "mam", ID: "rule.never"}, {Lang: "..", ID: "../etc/passwd"}, {}} {
		if _, err := l.Get(v); !errors.Is(err, bot.ErrNoRecording) {
			t.Errorf("%s: %v", v, err)
		}
	}
	if l.Lost() != 2 {
		t.Errorf("%d were counted as lost", l.Lost())
	}
	var none *voice.Library
	if _, err := none.Get(one); !errors.Is(err, bot.ErrNoRecording) || none.Voices() != nil || none.Close() != nil {
		t.Errorf("no library: %v", err)
	}
}
