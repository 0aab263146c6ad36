// The metrics: what is counted, and that no label can hold an address or grow
// without end.

package webhook

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
)

func TestWhatHappensIsCounted(t *testing.T) {
	m := NewMetrics()
	m.Received("sms", bot.Receipt{}, nil)
	m.Received("sms", bot.Receipt{Duplicate: true}, nil)
	m.Received("sms", bot.Receipt{Slowed: true}, nil)
	m.Received("telegram", bot.Receipt{}, fmt.Errorf("x: %w", bot.ErrInbound))
	m.Received("telegram", bot.Receipt{}, errors.New("disk full"))
	m.Webhook("status", "forged")
	m.Update("callback")
	m.Attempted("whatsapp", bot.Bulletin, deliver.Retry, 30*time.Millisecond)
	m.Withheld("whatsapp", bot.Reminder)
	m.Refused("whatsapp", bot.Reply, deliver.Sent)
	m.Died("sms", bot.Reply, "21610")
	m.Died("sms", bot.Reply, "too old")
	m.Died("sms", bot.Errand, "http 502")
	m.Died("telegram", bot.Reply, "403-chat")
	m.Late("sms")
	m.Reported("sms", bot.DeliveryDelivered, bot.ReportMoved)
	wantMetrics(t, m,
		`posada_inbound_total{channel="sms",outcome="answered"} 1`,
		`posada_inbound_total{channel="sms",outcome="duplicate"} 1`,
		`posada_inbound_total{channel="sms",outcome="slowed"} 1`,
		`posada_inbound_total{channel="telegram",outcome="refused"} 1`,
		`posada_inbound_total{channel="telegram",outcome="failed"} 1`,
		`posada_webhook_results_total{result="forged",webhook="status"} 1`,
		`posada_telegram_updates_total{kind="callback"} 1`,
		`posada_sends_total{channel="whatsapp",kind="bulletin",outcome="retry"} 1`,
		`posada_send_seconds_bucket{channel="whatsapp",le="0.025"} 0`,
		`posada_send_seconds_bucket{channel="whatsapp",le="0.05"} 1`,
		`posada_withheld_total{channel="whatsapp",kind="reminder"} 1`,
		`posada_tokens_refused_total{channel="whatsapp",kind="reply",outcome="sent"} 1`,
		`posada_dead_letters_total{channel="sms",kind="reply",reason="21610"} 1`,
		`posada_dead_letters_total{channel="sms",kind="reply",reason="too old"} 1`,
		`posada_dead_letters_total{channel="sms",kind="errand",reason="http 502"} 1`,
		`posada_dead_letters_total{channel="telegram",kind="reply",reason="403-chat"} 1`,
		`posada_late_reminders_total{channel="sms"} 1`,
		`posada_delivery_reports_total{channel="sms",did="moved",state="delivered"} 1`,
	)
	if said := scrape(t, m); !strings.Contains(said, "\ngo_goroutines ") || !strings.Contains(said, "\nprocess_resident_memory_bytes ") {
		t.Error("the process is not measured")
	}
}

// call counts everything there is to count, with the same words everywhere.
func call(m *Metrics, word string, n int) {
	m.Received(word, bot.Receipt{}, nil)
	m.Webhook(word, word)
	m.Update(word)
	m.Attempted(word, bot.Kind(n), deliver.Outcome(n), time.Millisecond)
	m.Withheld(word, bot.Kind(n))
	m.Refused(word, bot.Kind(n), deliver.Outcome(n))
	m.Died(word, bot.Kind(n), word)
	m.Late(word)
	m.Reported(word, bot.DeliveryState(n), bot.Reported(n))
}

func TestSimulatedContactsAreNotCounted(t *testing.T) {
	m := NewMetrics()
	before := strings.Count(scrape(t, m), "posada_")
	call(m, bot.Simulator, 1)
	m.Watch(func(context.Context) (Levels, error) {
		return Levels{Lanes: []deliver.State{{Channel: bot.Simulator, Up: true}}}, nil
	})
	said := scrape(t, m)
	if strings.Contains(said, `channel="simulator"`) || strings.Contains(said, "posada_inbound") || strings.Contains(said, "posada_sends") {
		t.Errorf("before there were %d lines, and now:\n%s", before, said)
	}
}

var label = regexp.MustCompile(`(\w+)="((?:[^"\\]|\\.)*)"`)

func TestNoLabelHoldsAnAddressOrGrowsWithoutEnd(t *testing.T) {
	m := NewMetrics()
	hostile := []string{
		secret, "15550100777", "whatsapp:+15550100777", "tg-123456789", "a1555", "555010", "ana@example.org", "tengo miedo de volver a casa", "Ana", "AnaLucia",
		"", " ", "too  old", "a\nposada_up 1", `a"} 1`, "\xff\xfe", "ñ", "429 ", " 429", "http 15550100", "err 42", "https://posada.example.org/t/15550100",
		strings.Repeat("a", 200), strings.Repeat("a ", 30),
	}
	for n, word := range hostile {
		call(m, word, n)
	}
	for n := range 20_000 {
		// Even words of the right shape, and codes: more than there can be.
		call(m, word(n), n%256)
		call(m, fmt.Sprint(100+n), n%256)
	}
	said := scrape(t, m)
	lines := strings.Split(said, "\n")
	values := map[string]map[string]bool{}
	for _, line := range lines {
		if strings.HasPrefix(line, "#") || !strings.HasPrefix(line, "posada_") {
			continue
		}
		for _, l := range label.FindAllStringSubmatch(line, -1) {
			if values[l[1]] == nil {
				values[l[1]] = map[string]bool{}
			}
			values[l[1]][l[2]] = true
			if regexp.MustCompile(`[0-9]{6}`).MatchString(l[2]) || len(l[2]) > 50 {
				t.Errorf("a label says %q", l[2])
			}
		}
	}
	for _, bad := range []string{"miedo", "ana@", "Ana", "\\n", "tg-", "a1555", "posada_up 1"} {
		if strings.Contains(said, bad) {
			t.Errorf("the metrics hold %q", bad)
		}
	}
	for name, most := range map[string]int{"channel": 9, "webhook": 17, "result": 33, "reason": 129, "kind": 33 + 5, "outcome": 12, "state": 7, "did": 4} {
		if n := len(values[name]); n == 0 || n > most {
			t.Errorf("%s has %d values, want 1 to %d", name, n, most)
		}
	}
}

// word is the nth word of letters alone.
func word(n int) string {
	var b strings.Builder
	for ; n > 0; n /= 26 {
		b.WriteByte('a' + byte(n%26))
	}
	return "w" + b.String()
}

func TestLevelsAreReadWhenTheMetricsAre(t *testing.T) {
	m := NewMetrics()
	var l Levels
	var fault error
	m.Watch(func(ctx context.Context) (Levels, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("it may take for ever")
		}
		return l, fault
	})
	l = Levels{Lanes: []deliver.State{{Channel: "sms", Up: true}, {Channel: "telegram", Why: "down"}, {Channel: "sms"}},
		Queue: &Queue{Queued: 5, Waiting: 2, Parked: 1, Dead: 4}, SessionsLost: 3, ValuesDamaged: 6, DatabaseBytes: 1 << 20, Understands: true,
		Reminded: []Reminded{{"cbp-one", "America/Tijuana", 60, 21, 33, 40}, {"cbp-one", "", 30, 0, 0, 0}, {"+15551234567", "UTC", 30, 0, 0, 0}, {"list", "Etc/GMT+6", 25, 0, 0, 20}}}
	wantMetrics(t, m, `posada_subscriptions{programme="cbp-one",state="on",zone="America/Tijuana"} 60`, `posada_subscriptions{programme="cbp-one",state="paused",zone="America/Tijuana"} 21`,
		`posada_subscriptions{programme="cbp-one",state="waiting",zone="America/Tijuana"} 33`, `posada_subscriptions{programme="cbp-one",state="due next hour",zone="America/Tijuana"} 40`, `posada_subscriptions{programme="cbp-one",state="on",zone=""} 30`,
		`posada_subscriptions{programme="list",state="on",zone="Etc/GMT+6"} 25`)
	if strings.Contains(scrape(t, m), "15551234567") {
		t.Error("what is no programme is a label")
	}
	wantMetrics(t, m, `posada_levels_up 1`, `posada_lane_up{channel="sms"} 1`, `posada_lane_up{channel="telegram"} 0`,
		`posada_queue{state="queued"} 5`, `posada_queue{state="waiting"} 2`, `posada_queue{state="parked"} 1`, `posada_queue{state="dead"} 4`,
		`posada_sessions_lost_total 3`, `posada_values_damaged_total 6`, `posada_database_bytes 1.048576e+06`, `posada_understands 1`)
	l.Queue.Queued = 7
	wantMetrics(t, m, `posada_queue{state="queued"} 7`)
	l.Queue = nil
	if strings.Contains(scrape(t, m), "posada_queue{") {
		t.Error("a queue that nobody counted is shown as empty")
	}
	fault = errors.New("no store at " + secret)
	said := scrape(t, m)
	if !strings.Contains(said, "\nposada_levels_up 0\n") || strings.Contains(said, "posada_queue{") || strings.Contains(said, secret) {
		t.Errorf("after a fault:\n%s", said)
	}
}

func TestAClockThatWasSetBackIsCounted(t *testing.T) {
	m := NewMetrics()
	wantMetrics(t, m, "posada_clock_set_back_total 0")
	m.SetBack()
	wantMetrics(t, m, "posada_clock_set_back_total 1")
}
