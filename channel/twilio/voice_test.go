// Recordings on WhatsApp: fetched from the public address, alone, and erased at
// Twilio afterwards.
package twilio

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/bot/voice/voicetest"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
)

var what = flows.Voice{Lang: "mam", ID: "rule.what.3"}

// voiceRig is an account with one recording, which serve answers for.
func voiceRig(t *testing.T, serve http.HandlerFunc) *rig {
	t.Helper()
	r := newRig(t, func(c *Config) {
		c.Recording = func(v flows.Voice) (bot.Recording, error) {
			if v != what {
				return bot.Recording{}, bot.ErrNoRecording
			}
			return bot.Recording{Opus: voicetest.Opus(time.Second, v.String()), Duration: time.Second}, nil
		}
	})
	mux := http.NewServeMux()
	for path, h := range r.Routes() {
		mux.Handle("/app"+path, h)
	}
	mux.HandleFunc("/app/audio/", serve)
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	r.double.Connect(public, front.URL+"/app")
	r.double.Wrote(maria, time.Now())
	return r
}

func spoken(channel string, v flows.Voice) bot.Claimed {
	m := claimed(channel, maria, "")
	m.Message = flows.Message{Lang: "es", Voices: []flows.Voice{v}}
	return m
}

// well answers as the public listener does.
func well(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/app/audio/mam/rule.what.3.ogg" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "audio/ogg")
	_, _ = w.Write(voicetest.Opus(time.Second, what.String()))
}

func TestARecordingReachesThePhoneFromThePublicAddress(t *testing.T) {
	r := voiceRig(t, well)
	got := r.send(spoken(WhatsApp, what))
	shown := r.double.WaitPhone(WhatsApp, maria, 1)
	if got.Outcome != deliver.Sent || !strings.HasPrefix(got.Ref, "MM") || len(shown) != 1 || shown[0].Text != "" || voicetest.Mark(shown[0].Voice) != what.String() {
		t.Fatalf("%+v, the phone shows %d", got, len(shown))
	}
	r.double.Settle()
	if last := r.reported(); len(last) != 3 || last[2].State != bot.DeliveryDelivered {
		t.Errorf("%d reports", len(last))
	}
	if len(r.double.KeptMedia()) != 1 {
		t.Fatal("Twilio keeps nothing to be erased")
	}
	if e := r.send(errand(got.Ref)); e.Outcome != deliver.Sent || len(r.double.KeptMedia()) != 0 {
		t.Errorf("erased: %+v, kept %d", e, len(r.double.KeptMedia()))
	}
	if e := r.send(errand(got.Ref)); e.Outcome != deliver.Sent {
		t.Errorf("erased twice: %+v", e)
	}
}

func TestARecordingThatCannotBeSentIsGivenUp(t *testing.T) {
	r := voiceRig(t, well)
	for name, m := range map[string]bot.Claimed{
		"one that is gone": spoken(WhatsApp, flows.Voice{Lang: "mam", ID: "gone"}), "by SMS": spoken(SMS, what),
	} {
		if got := r.send(m); got.Outcome != deliver.Drop || got.Reason != bot.NoRecording {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if n := r.double.Counts().Sends; n != 0 {
		t.Errorf("%d messages were made", n)
	}
	without := newRig(t, nil)
	if got := without.send(spoken(WhatsApp, what)); got.Outcome != deliver.Drop || got.Reason != bot.NoRecording {
		t.Errorf("without recordings: %+v", got)
	}
}

// What Twilio finds at the address decides: a failure is final, for the words
// went by themselves.
func TestARecordingThatTwilioCannotFetchFailsForGood(t *testing.T) {
	for name, c := range map[string]struct {
		serve  http.HandlerFunc
		reason string
	}{
		"nothing there": {http.NotFound, "63019"},
		"a page":        {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "12300"},
		"another type": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = w.Write([]byte("ID3"))
		}, "12300"},
		"no sound": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "audio/ogg")
			_, _ = w.Write([]byte("words"))
		}, "12300"},
		"nothing in it": {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "audio/ogg") }, "63019"},
		"only to the HEAD": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "audio/ogg")
			w.WriteHeader(map[string]int{"HEAD": 200, "GET": 500}[r.Method])
		}, "63019"},
	} {
		t.Run(name, func(t *testing.T) {
			r := voiceRig(t, c.serve)
			if got := r.send(spoken(WhatsApp, what)); got.Outcome != deliver.Sent {
				t.Fatalf("%+v", got)
			}
			r.double.Settle()
			last := r.reported()
			if len(last) == 0 || last[len(last)-1].State != bot.DeliveryFailed || last[len(last)-1].Outcome != deliver.Drop || last[len(last)-1].Reason != c.reason {
				t.Errorf("%+v", last)
			}
			if n := len(r.double.Phone(WhatsApp, maria)); n != 0 {
				t.Errorf("the phone shows %d", n)
			}
		})
	}
}

func TestOutsideTheWindowARecordingWaitsAsWordsDo(t *testing.T) {
	r := voiceRig(t, well)
	r.double.Wrote(maria, time.Now().Add(-2*twiliotest.Window))
	m := spoken(WhatsApp, what)
	m.Kind, m.Heard = bot.Reminder, time.Now().Add(-2*twiliotest.Window)
	if got := r.send(m); got.Outcome != deliver.Parked {
		t.Errorf("%+v", got)
	}
}

func TestWhatSomebodySentIsErasedAtTwilioWithItsFile(t *testing.T) {
	r := voiceRig(t, well)
	answer := r.double.SendMedia(WhatsApp, maria, "image/jpeg", "mi casa")
	if got := r.send(errand(answer.SID)); got.Outcome != deliver.Sent || len(r.double.KeptMedia()) != 0 || len(r.double.Stored()) != 0 {
		t.Errorf("%+v, kept %d", got, len(r.double.KeptMedia()))
	}
}
