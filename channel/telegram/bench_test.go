// How fast the outbox is emptied: from the file, through the dispatcher and the
// channel, to a double that answers at once.
package telegram

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// BenchmarkSend reports messages a second; the double runs on the same cores.
func BenchmarkSend(b *testing.B) {
	const contacts = 500
	keys, err := seal.New()
	if err != nil {
		b.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(b.TempDir(), "posada.db"), keys)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	}()
	s := telegramtest.New(b)
	now := time.Now()
	for i := range contacts {
		s.Meet(int64(i + 1))
		who := address(int64(i + 1))
		snap, err := store.Load(b.Context(), who, fmt.Sprint("seed ", i))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := store.Commit(b.Context(), bot.Turn{Snapshot: snap, Now: now, Contact: &bot.Contact{Address: who, Since: now, Consent: now}}); err != nil {
			b.Fatal(err)
		}
	}
	for begin := 0; begin < b.N; begin += 1000 {
		var out []bot.Outbound
		for i := begin; i < min(begin+1000, b.N); i++ {
			out = append(out, bot.Outbound{To: address(int64(i%contacts + 1)), Kind: bot.Reminder, At: now, Message: flows.Message{
				Text: fmt.Sprint("¿Pudo pedir su cita hoy? ", i), Lang: "es",
				Choices: []flows.Choice{{Key: "1", Label: "Sí", Payload: "day/ask/yes"}, {Key: "2", Label: "No", Payload: "day/ask/no"}, {Key: "#", Label: "Menú", Payload: "#"}},
			}})
		}
		if n, err := store.Queue(b.Context(), out); err != nil || n != len(out) {
			b.Fatalf("queued %d: %v", n, err)
		}
	}
	ch := channel(b, s, newRecord())
	d := deliver.New(store, []deliver.Lane{{Channel: Name, Sender: ch, Workers: 64, Timeout: 10 * time.Second}}, nil, func(err error) { b.Error(err) })
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	b.ResetTimer()
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	s.Await("all messages", func() bool { return s.Calls("sendMessage") >= b.N })
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	<-done
	if n := s.Total(); n != b.N || len(s.Refusals()) > 0 {
		b.Errorf("%d messages arrived of %d; refused: %q", n, b.N, s.Refusals())
	}
}
