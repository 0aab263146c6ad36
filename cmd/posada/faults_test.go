// The fault matrix: each fault of a provider, each kind of message, and how
// often it reached the provider's other side. What may be lost or doubled there
// is written in bot/deliver; in the queue nothing is.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/telegram"
	"posada/channel/telegram/telegramtest"
	"posada/channel/twilio"
	"posada/channel/twilio/twiliotest"
	"posada/flows"
	"posada/locales"
	"posada/store/bolt"
	"posada/store/seal"
)

// class is what a fault leaves certain.
type class int

const (
	late        class = iota // it was sent, slowly
	refused                  // it was not sent, and may be later
	lostBefore               // nobody can know: it was not sent
	lostAfter                // nobody can know: it was sent
	told                     // the same, and a delivery report tells
	hopeless                 // it can never be sent
	unreachable              // nor can anything else to this person
	settings                 // somebody has to mend the settings
)

// fate is what the written rule makes of a class: how often the message reaches
// the other side, and whether it ends as a dead letter. The fault comes once.
func (c class) fate(kind bot.Kind) (arrives, dead int) {
	switch {
	case c == hopeless || c == unreachable:
		return 0, 1
	case c == lostBefore && kind == bot.Bulletin: // maybe never
		return 0, 1
	case c == lostAfter && kind == bot.Bulletin:
		return 1, 1
	case c == lostAfter: // maybe twice
		return 2, 0
	}
	return 1, 0
}

// outlet is a provider's double with a person, and a fault waiting for the next
// message.
type outlet struct {
	channel string
	person  string
	sender  deliver.Sender
	arrived func() int
}

// faultCase is one fault of one provider.
type faultCase struct {
	name  string
	class class
	open  func(t *testing.T, delivered func(context.Context, deliver.Report) error) outlet
}

const maria = "+5215512345678"

func telegramFault(f telegramtest.Fault, c class) faultCase {
	return faultCase{"telegram, " + f.Name, c, func(t *testing.T, _ func(context.Context, deliver.Report) error) outlet {
		double := telegramtest.New(t)
		double.Meet(7)
		double.Fail("sendMessage", 1, f)
		catalogue, err := locales.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		channel, err := telegram.New(telegram.Config{Token: double.Token, API: double.URL, Catalogue: catalogue})
		if err != nil {
			t.Fatal(err)
		}
		return outlet{telegram.Name, "7", channel, func() int { return len(double.Received(7)) }}
	}}
}

func twilioFault(f twiliotest.Fault, code int, reports twiliotest.Order, c class) faultCase {
	name := "twilio, " + f.Name
	if code > 0 {
		name += fmt.Sprintf(" %d", code)
	}
	if f.Processed {
		name += ", sent"
	}
	if reports != twiliotest.Never {
		name += ", reported"
	}
	return faultCase{name, c, func(t *testing.T, delivered func(context.Context, deliver.Report) error) outlet {
		double := twiliotest.New(t)
		double.SetReports(reports, false)
		account, err := twilio.New(twilio.Config{
			AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, API: double.URL, PublicURL: "https://posada.test",
			SMS: twilio.Sender{From: twiliotest.SMSNumber}, SMSForm: flows.SMS, WhatsAppForm: flows.WhatsApp, Delivered: delivered,
			Receive: func(context.Context, bot.Inbound) (bot.Receipt, error) { return bot.Receipt{}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		for path, h := range account.Routes() {
			mux.Handle(path, h)
		}
		hooks := httptest.NewServer(mux)
		t.Cleanup(hooks.Close)
		double.Connect("https://posada.test", hooks.URL)
		double.Next(f)
		return outlet{twilio.SMS, maria, account.Sender(twilio.SMS), func() int { return double.Counts().Sends }}
	}}
}

func faultCases() []faultCase {
	return []faultCase{
		telegramFault(telegramtest.Slow(300*time.Millisecond), late),
		telegramFault(telegramtest.Flood(1), refused),
		telegramFault(telegramtest.TimeOut, lostBefore),
		telegramFault(telegramtest.After(telegramtest.TimeOut), lostAfter),
		telegramFault(telegramtest.Reset, lostBefore),
		telegramFault(telegramtest.After(telegramtest.Reset), lostAfter),
		telegramFault(telegramtest.Internal, lostBefore),
		telegramFault(telegramtest.After(telegramtest.Internal), lostAfter),
		telegramFault(telegramtest.HTML, lostBefore),
		telegramFault(telegramtest.After(telegramtest.HTML), lostAfter),
		telegramFault(telegramtest.After(telegramtest.BadJSON), lostAfter),
		telegramFault(telegramtest.Rejected, hopeless),
		telegramFault(telegramtest.Blocked, unreachable),
		telegramFault(telegramtest.NoChat, unreachable),
		telegramFault(telegramtest.NoToken, settings),
		twilioFault(twiliotest.Slow(300*time.Millisecond), 0, twiliotest.Never, late),
		twilioFault(twiliotest.TooMany("1"), 0, twiliotest.Never, refused),
		twilioFault(twiliotest.Hang(false), 0, twiliotest.Never, lostBefore),
		twilioFault(twiliotest.Hang(true), 0, twiliotest.Never, lostAfter),
		twilioFault(twiliotest.Reset(false), 0, twiliotest.Never, lostBefore),
		twilioFault(twiliotest.Reset(true), 0, twiliotest.Never, lostAfter),
		twilioFault(twiliotest.Internal(false), 0, twiliotest.Never, lostBefore),
		twilioFault(twiliotest.Internal(true), 0, twiliotest.Never, lostAfter),
		twilioFault(twiliotest.HTML(false), 0, twiliotest.Never, lostBefore),
		twilioFault(twiliotest.HTML(true), 0, twiliotest.Never, lostAfter),
		twilioFault(twiliotest.Garbage(), 0, twiliotest.Never, lostAfter),
		// A delivery report tells that it had left: then once is enough.
		twilioFault(twiliotest.Reset(true), 0, twiliotest.InOrder, told),
		twilioFault(twiliotest.Hang(true), 0, twiliotest.InOrder, told),
		twilioFault(twiliotest.Refuse(400, 21617), 21617, twiliotest.Never, hopeless),
		twilioFault(twiliotest.Refuse(400, 21211), 21211, twiliotest.Never, unreachable),
		twilioFault(twiliotest.Refuse(400, 21610), 21610, twiliotest.Never, unreachable),
		twilioFault(twiliotest.Refuse(401, 20003), 20003, twiliotest.Never, settings),
	}
}

func TestFaultsOfProvidersAgainstKindsOfMessages(t *testing.T) {
	t.Parallel()
	kinds := []bot.Kind{bot.Reply, bot.Reminder, bot.Bulletin}
	cases := faultCases()
	rows := make([][3]string, len(cases))
	// They wait for one another's pauses: all of them go on at once.
	var running sync.WaitGroup
	for i, c := range cases {
		for j, kind := range kinds {
			try := c.begin(t, kind)
			running.Go(func() {
				arrived, dead, err := try()
				if err != nil {
					t.Errorf("%s, %s: %v", c.name, kind, err)
				}
				rows[i][j] = fmt.Sprintf("%d sent, %d dead", arrived, dead)
			})
		}
	}
	running.Wait()
	for i, c := range cases {
		t.Logf("%-40s reply %s | reminder %s | bulletin %s", c.name, rows[i][0], rows[i][1], rows[i][2])
	}
}

// begin prepares a queue with one message while the fault waits for it, and
// returns what sends it and tells what became of it.
func (c faultCase) begin(t *testing.T, kind bot.Kind) (try func() (arrived, dead int, err error)) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	store, err := bolt.Open(filepath.Join(t.TempDir(), "posada.db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	var dispatcher *deliver.Dispatcher
	out := c.open(t, func(ctx context.Context, r deliver.Report) error { return dispatcher.Report(ctx, r) })
	who := bot.Address{Channel: out.channel, ID: out.person}
	dispatcher = deliver.New(store, []deliver.Lane{{Channel: out.channel, Sender: out.sender, Workers: 2, Timeout: faultTimeout}}, nil, func(err error) {
		if strings.Contains(err.Error(), out.person) {
			t.Errorf("a report holds an address: %v", err)
		}
	})
	say(t, store, who, kind, "1")
	return func() (arrived, dead int, err error) {
		ctx, stop := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { dispatcher.Run(ctx) })
		defer func() {
			stop()
			running.Wait()
			if closing := store.Close(); err == nil {
				err = closing
			}
		}()
		wantArrived, wantDead := c.class.fate(kind)
		err = await(func() error {
			counts, err := store.Counts(ctx)
			if err != nil {
				return err
			}
			arrived, dead = out.arrived(), counts.Dead
			// A bulletin of which nobody can know is given up, but for a report that
			// is quicker than that.
			either := c.class == told && kind == bot.Bulletin && dead <= 1
			if counts.Queued > 0 || arrived != wantArrived || dead != wantDead && !either {
				return fmt.Errorf("%d queued, %d arrived (want %d), %d dead (want %d)", counts.Queued, arrived, wantArrived, dead, wantDead)
			}
			return nil
		})
		return arrived, dead, err
	}
}

// say queues one message of a kind to somebody who wrote.
func say(t *testing.T, store *bolt.Store, who bot.Address, kind bot.Kind, text string) {
	t.Helper()
	now := time.Now()
	snap, err := store.Load(t.Context(), who, "hello")
	if err != nil {
		t.Fatal(err)
	}
	m := bot.Outbound{To: who, Kind: kind, At: now, Message: flows.Message{Text: text, Lang: "es"}}
	turn := bot.Turn{Snapshot: snap, Now: now, Contact: &bot.Contact{Address: who, Since: now}, Session: []byte("s")}
	if kind == bot.Reply {
		turn.Out = []bot.Outbound{m}
	}
	if outcome, err := store.Commit(t.Context(), turn); err != nil || outcome != bot.Committed {
		t.Fatal(outcome, err)
	}
	if kind != bot.Reply {
		if n, err := store.Queue(t.Context(), []bot.Outbound{m}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
}

const (
	// faultTimeout of a send is long enough for a busy machine.
	faultTimeout = 8 * time.Second
	// faultPatience is longer than the longest pause that a fault may cause.
	faultPatience = 3 * time.Minute
)

// await returns when all is well, or what is not when patience ends.
func await(well func() error) error {
	deadline := time.After(faultPatience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := well()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return err
		}
	}
}
