// Recordings on the phone in the browser: a player in a bubble of its own.

package simulator

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"posada/bot"
	"posada/bot/voice"
	"posada/bot/voice/voicetest"
	"posada/flows"
	"posada/locales"
	"posada/store/memory"
)

// speakingHouse is house with a folder of recordings.
func speakingHouse(t *testing.T, names ...string) (url, dir string) {
	t.Helper()
	catalogue, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := flows.Embedded(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	dir = voicetest.Folder(t, names...)
	library, faults, err := voice.Open(dir, book.MayRecord)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	t.Cleanup(func() { _ = library.Close() })
	book.SetRecordings(library.Voices())
	store := memory.New()
	assistant := bot.New(book, store)
	s, d := connect(fresh{store}, func(ctx context.Context, in bot.Inbound) (bot.Receipt, error) {
		in.At = today
		return assistant.Receive(ctx, in)
	}, catalogue, func(err error) { t.Error(err) })
	s.Recording = library.Get
	return front(t, s, d), dir
}

func TestARecordingIsServedToThePhoneAlone(t *testing.T) {
	url, dir := speakingHouse(t, "mam/oral.ask")
	get := func(path string) *http.Response {
		t.Helper()
		res, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	if res := get("/phone/voice/mam/oral.ask"); res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "audio/ogg" {
		t.Errorf("%s, %s", res.Status, res.Header.Get("Content-Type"))
	}
	for _, path := range []string{"/phone/voice/mam/rule.what.3", "/phone/voice/mam/", "/phone/voice/mam", "/phone/voice/..%2Fmam/oral.ask", "/phone/voice/mam/..%2Foral.ask"} {
		if res := get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if err := os.Remove(filepath.Join(dir, "mam", "oral.ask.ogg")); err != nil {
		t.Fatal(err)
	}
	if res := get("/phone/voice/mam/oral.ask"); res.StatusCode != http.StatusNotFound {
		t.Errorf("one that vanished: %s", res.Status)
	}
	without, _ := house(t)
	url = without
	if res := get("/phone/voice/mam/oral.ask"); res.StatusCode != http.StatusNotFound {
		t.Errorf("without recordings: %s", res.Status)
	}
}

func TestThePhoneInTheBrowserPlaysARecording(t *testing.T) {
	url, _ := speakingHouse(t, "mam/oral.ask")
	b := open(t, chromium(t), url, 1200, 800, false)
	b.do(channel("telegram"))
	b.turn(typed("Mam")...)
	b.until(`document.querySelectorAll('audio.voice').length === 1`)
	b.want(`document.querySelector('audio.voice').closest('.theirs').querySelector('.words').hidden`)
	b.want(`document.querySelector('audio.voice').dataset.voice === 'mam/oral.ask'`)
	b.want(`[...document.querySelectorAll('.theirs')].at(-1).querySelector('audio') !== null`)
	if long := eval[float64](b, `new Promise((done, fail) => {
		const a = document.querySelector('audio.voice');
		a.addEventListener('error', () => fail(new Error('it cannot be played')));
		a.readyState > 0 ? done(a.duration) : a.addEventListener('loadedmetadata', () => done(a.duration));
	})`); long < 0.9 || long > 1.1 {
		t.Errorf("the player shows %g seconds", long)
	}
	b.want(`document.querySelector('audio.voice').clientWidth > 180`)
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	b.shot("voice")
}
