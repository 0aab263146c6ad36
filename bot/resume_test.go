// Words that a provider takes for the wish to begin again.

package bot_test

import (
	"testing"

	"posada/bot"
	"posada/flows"
	"posada/store/memory"
)

func TestAWordToBeginAgainIsOneOnlyOfWhoHadStopped(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		b := &script{effects: []flows.Effect{{Kind: flows.EffectConsent}}}
		store := memory.New()
		a := bot.New(b, store)
		who := inbound("1", "hola")
		receive(t, a, who)
		if stopped {
			snap, err := store.Load(t.Context(), who.From, "stop")
			if err != nil {
				t.Fatal(err)
			}
			turn := bot.Turn{Snapshot: snap, Now: now, OptOut: bot.MarkOut, Session: flows.Session{Language: "es", Stopped: true}.Encode()}
			if _, err := store.Commit(t.Context(), turn); err != nil {
				t.Fatal(err)
			}
		}
		in := inbound("2", "yes")
		in.Resumes = true
		receipt := receive(t, a, in)
		read := b.heard[len(b.heard)-1].Text
		if want := map[bool]string{false: "yes", true: "start"}[stopped]; read != want || len(receipt.Out) > 0 == stopped {
			t.Errorf("stopped %v: read as %q, %d answers", stopped, read, len(receipt.Out))
		}
	}
}
