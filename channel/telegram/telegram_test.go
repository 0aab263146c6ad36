// A channel and its people: what the tests of this package share.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"posada/bot"
	"posada/bot/deliver"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
	"posada/locales"
)

var _ deliver.Sender = (*Channel)(nil)

// loadCatalogue loads once: it is only read.
var loadCatalogue = sync.OnceValues(locales.Embedded)

func catalogue(t testing.TB) *locales.Catalogue {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// record is everything that a channel told its surroundings.
type record struct {
	mu       sync.Mutex
	inbound  []bot.Inbound
	reached  []bool
	reports  []error
	kinds    map[string]int
	fail     func(bot.Inbound) error // nil: never
	failures int
	happened chan struct{} // closed and made anew with every change
}

func newRecord() *record {
	return &record{kinds: map[string]int{}, happened: make(chan struct{})}
}

func (r *record) change() {
	close(r.happened)
	r.happened = make(chan struct{})
}

func (r *record) Receive(_ context.Context, in bot.Inbound) (bot.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.change()
	if r.fail != nil {
		if err := r.fail(in); err != nil {
			r.failures++
			return bot.Receipt{}, err
		}
	}
	r.inbound = append(r.inbound, in)
	return bot.Receipt{}, nil
}

func (r *record) Reach(_ context.Context, who bot.Address, reachable bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.change()
	r.reached = append(r.reached, reachable)
	return nil
}

func (r *record) Report(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.change()
	r.reports = append(r.reports, err)
}

func (r *record) Update(kind string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.change()
	r.kinds[kind]++
}

func (r *record) look(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *record) received() []bot.Inbound {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.inbound)
}

func (r *record) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprint(errors.Join(r.reports...))
}

// await returns when ok, which holds the lock, is true.
func (r *record) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), telegramtest.Patience)
	defer cancel()
	for {
		r.mu.Lock()
		changed, done := r.happened, ok()
		r.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s; told: %s", what, r.said())
		}
	}
}

const testSecret = "webhook-Secret_1"

// channel makes a channel to a double, without running it.
func channel(t testing.TB, s *telegramtest.Server, r *record, change ...func(*Config)) *Channel {
	t.Helper()
	cfg := Config{
		Token: s.Token, API: s.URL, Secret: testSecret, Catalogue: catalogue(t),
		Receive: r.Receive, Reach: r.Reach, Report: r.Report, Meter: r,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs a channel until the test ends.
func run(t testing.TB, c *Channel) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// each runs a test on both ways in.
func each(t *testing.T, f func(t *testing.T, s *telegramtest.Server, r *record, c *Channel)) {
	t.Run("polling", func(t *testing.T) {
		s, r := telegramtest.New(t), newRecord()
		c := channel(t, s, r)
		run(t, c)
		f(t, s, r, c)
		refusals(t, s)
	})
	t.Run("webhook", func(t *testing.T) {
		s, r := telegramtest.New(t), newRecord()
		c := channel(t, s, r, func(cfg *Config) { cfg.Webhook = "https://posada.example/hook/telegram" })
		server := httptest.NewServer(c.Handler())
		t.Cleanup(server.Close)
		s.Route("https://posada.example", server.URL)
		run(t, c)
		f(t, s, r, c)
		refusals(t, s)
	})
}

// refusals fails the test when the double refused what the channel sent, but
// for what it should refuse.
func refusals(t *testing.T, s *telegramtest.Server) {
	t.Helper()
	for _, no := range s.Refusals() {
		if !strings.Contains(no, "query is too old") && !strings.Contains(no, "not a member") {
			t.Errorf("the double refused: %s", no)
		}
	}
}

// leaks fails the test when a text holds the token or a part of it.
func leaks(t *testing.T, what, text string) {
	t.Helper()
	_, half, _ := strings.Cut(telegramtest.Token, ":")
	for _, secret := range []string{telegramtest.Token, url.QueryEscape(telegramtest.Token), url.PathEscape(telegramtest.Token), half, testSecret} {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds a secret: %s", what, strings.ReplaceAll(text, secret, "[SECRET]"))
		}
	}
}

// fields prints an inbound message's fields, which it does not do by itself.
func fields(in bot.Inbound) string {
	return fmt.Sprint(in.ID, " ", in.From.ID, " ", in.Form.Name, " ", in.Text, " ", in.Payload, " ", in.Lang, " ", in.Media, " ", in.Pressed, " ", in.Erase)
}

func texts(all []bot.Inbound, chat string) (out []string) {
	for _, in := range all {
		if in.From.ID == chat {
			out = append(out, in.Text)
		}
	}
	return out
}

func TestMalformedSettingsAreRefusedWithoutRepeatingThem(t *testing.T) {
	good := Config{Token: telegramtest.Token, Secret: testSecret, Catalogue: catalogue(t)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   error
	}{
		"no token":                     {func(c *Config) { c.Token = "" }, ErrToken},
		"a token without its number":   {func(c *Config) { c.Token = "AAF-telegramtest_SecretHalfOfTheToken" }, ErrToken},
		"a token with a slash":         {func(c *Config) { c.Token = telegramtest.Token + "/x" }, ErrToken},
		"a token with a line end":      {func(c *Config) { c.Token = telegramtest.Token + "\n" }, ErrToken},
		"a secret with a space":        {func(c *Config) { c.Secret = "webhook Secret_1 " + testSecret }, ErrSecret},
		"a secret too long":            {func(c *Config) { c.Secret = strings.Repeat("a", 257) }, ErrSecret},
		"a webhook without a secret":   {func(c *Config) { c.Secret, c.Webhook = "", "https://a.example/x" }, ErrSecret},
		"a webhook without TLS":        {func(c *Config) { c.Webhook = "http://a.example/x" }, ErrWebhook},
		"a webhook on an odd port":     {func(c *Config) { c.Webhook = "https://a.example:9000/x" }, ErrWebhook},
		"a webhook with a user":        {func(c *Config) { c.Webhook = "https://u:p@a.example/x" }, ErrWebhook},
		"an API elsewhere without TLS": {func(c *Config) { c.API = "http://a.example" }, ErrAPI},
		"an API with a query":          {func(c *Config) { c.API = "https://a.example/?x=" + telegramtest.Token }, ErrAPI},
		"an API that is no URL":        {func(c *Config) { c.API = "https://a.example:x" }, ErrAPI},
		"no catalogue":                 {func(c *Config) { c.Catalogue = nil }, ErrCatalogue},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			c.change(&cfg)
			_, err := New(cfg)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			leaks(t, "the error", err.Error())
		})
	}
}

func TestWhatPeopleWriteArrivesInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, c *Channel) {
		const chats, each = 7, 40
		for i := range each {
			for chat := range chats {
				s.Say(int64(1000+chat), fmt.Sprint("line ", i))
			}
		}
		r.await(t, "all messages", func() bool { return len(r.inbound) >= chats*each })
		s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
		all := r.received()
		for chat := range chats {
			got := texts(all, fmt.Sprint(1000+chat))
			for i := range got {
				if got[i] != fmt.Sprint("line ", i) {
					t.Fatalf("message %d of a chat is %q", i, got[i])
				}
			}
		}
		if in := all[0]; !strings.HasPrefix(in.ID, "u7") || in.From.Channel != Name || in.Form != flows.Telegram || in.At.IsZero() || in.Payload != "" || in.Pressed != "" {
			t.Errorf("a message arrived as %s", fields(in))
		}
		if why := c.Down(); why != "" {
			t.Errorf("it says that it is down: %s", why)
		}
	})
}

func TestMediaArriveByTheirKindAlone(t *testing.T) {
	want := map[string]flows.Media{
		"photo": flows.MediaPhoto, "live_photo": flows.MediaPhoto, "voice": flows.MediaVoice, "audio": flows.MediaVoice,
		"video": flows.MediaVideo, "video_note": flows.MediaVideo, "animation": flows.MediaVideo, "sticker": flows.MediaSticker,
		"contact": flows.MediaContact, "location": flows.MediaLocation, "venue": flows.MediaLocation,
		"document": flows.MediaFile, "dice": flows.MediaFile,
	}
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, _ *Channel) {
		for i, kind := range telegramtest.MediaKinds() {
			s.Media(int64(100+i), kind, "")
			s.Media(int64(500+i), kind, "a caption")
		}
		r.await(t, "all media", func() bool { return len(r.inbound) >= 2*len(want) })
		for i, kind := range telegramtest.MediaKinds() {
			for _, in := range r.received() {
				caption := ""
				switch in.From.ID {
				case fmt.Sprint(500 + i):
					caption = "a caption"
				case fmt.Sprint(100 + i):
				default:
					continue
				}
				if in.Media != want[kind] || in.Text != caption {
					t.Errorf("%s arrived as %q with %q", kind, in.Media, in.Text)
				}
			}
		}
		for _, in := range r.received() {
			for _, private := range telegramtest.Private {
				if strings.Contains(fields(in), private) {
					t.Errorf("%s left the parser", private)
				}
			}
		}
	})
}

func TestEveryPressIsAnsweredAndArrivesWithItsMessage(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, c *Channel) {
		s.Meet(5)
		if got := c.Send(t.Context(), claimed(5, flows.Message{Text: "Yes?", Choices: []flows.Choice{{Key: "1", Label: "Yes", Payload: "flow/node/yes"}}})); got.Outcome != deliver.Sent {
			t.Fatal(got)
		}
		s.Press(5, "Yes")
		s.PressOn(5, 1, "from a keyboard of last year")
		group := s.GroupPress
		s.AddToGroup(-77, "group", 5)
		group(-77, 5, "x")
		old := s.OldQuery(5)
		s.Raw(`{"update_id":0,"callback_query":{"id":"` + old + `","from":{"id":5,"is_bot":false,"first_name":"x"},"data":7}}`)
		s.Await("every query to be answered", func() bool {
			for _, q := range s.Queries() {
				if q.Answers == 0 {
					return false
				}
			}
			return true
		})
		r.await(t, "both presses", func() bool { return len(r.inbound) == 2 })
		in := r.received()[0]
		if in.Payload != "flow/node/yes" || in.Pressed != fmt.Sprint(s.Received(5)[0].ID) || in.Text != "" {
			t.Errorf("a press arrived as %s", fields(in))
		}
		s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
		r.look(func() {
			if len(r.inbound) != 2 || r.kinds[kindCallback] != 2 || r.kinds[kindBroken] != 1 {
				t.Errorf("%d arrived; counted %v", len(r.inbound), r.kinds)
			}
		})
	})
}

func TestAGroupIsToldOnceAndLeft(t *testing.T) {
	cat := catalogue(t)
	var all []string
	for _, l := range cat.Languages() {
		all = append(all, l.Raw(textGroup))
	}
	for _, c := range []struct{ kind, lang, want string }{
		{"group", "es", cat.Language("es").Raw(textGroup)},
		{"supergroup", "xx", strings.Join(all, "\n")},
		{"channel", "ht", cat.Language("ht").Raw(textGroup)},
		{"group", "", strings.Join(all, "\n")},
	} {
		t.Run(c.kind+" "+c.lang, func(t *testing.T) {
			each(t, func(t *testing.T, s *telegramtest.Server, r *record, ch *Channel) {
				s.Language(9, c.lang)
				for round := 1; round <= 2; round++ {
					s.AddToGroup(-500, c.kind, 9)
					s.GroupSay(-500, 9, "who knows a lawyer?")
					s.Await("the group to be left", func() bool { return s.Left(-500) })
					s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
					ch.chores.all.Wait() // nothing more is added: all updates are taken
					got := s.Received(-500)
					if len(got) != round || got[round-1].Text != c.want {
						t.Fatalf("round %d: the group was told %d times: %v", round, len(got), got)
					}
				}
				if n := len(r.received()); n != 0 {
					t.Errorf("%d messages of a group reached the conversation", n)
				}
			})
		})
	}
}

func TestAGroupThatCouldNotBeLeftIsLeftAtItsNextMessage(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, ch *Channel) {
		s.Fail("leaveChat", 1, telegramtest.Internal)
		s.AddToGroup(-500, "channel", 9)
		r.await(t, "a report", func() bool { return len(r.reports) == 1 })
		s.GroupSay(-500, 9, "still there?")
		s.Await("the group to be left", func() bool { return s.Left(-500) })
		if n := len(s.Received(-500)); n != 1 {
			t.Errorf("it was told %d times", n)
		}
	})
}

func TestBlockingAndUnblockingAreNoted(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, _ *Channel) {
		s.Say(3, "hello")
		s.Block(3)
		s.Unblock(3)
		r.await(t, "both", func() bool { return len(r.reached) == 2 })
		if !slices.Equal(r.reached, []bool{false, true}) {
			t.Errorf("noted %v", r.reached)
		}
	})
}

func TestWhatCannotBeReadBlocksNothing(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, c *Channel) {
		broken := []string{
			`{"update_id":0,"message":{"message_id":"x","chat":{"id":1,"type":"private"},"text":"Guadalupe"}}`,
			`{"update_id":0,"message":{"message_id":1,"chat":{"id":"Guadalupe","type":"private"},"text":"x"}}`,
			`{"update_id":0,"message":{"message_id":1,"text":"Guadalupe"}}`,
			`{"update_id":0,"message":["Guadalupe"]}`,
			`{"update_id":0,"message":{"message_id":1,"from":"Guadalupe","chat":{"id":1,"type":"private"},"text":"x"}}`,
			`{"update_id":0,"my_chat_member":{"chat":{"id":1,"type":"private"}}}`,
			`{"update_id":0,"callback_query":{}}`,
		}
		for _, raw := range broken {
			s.Raw(raw)
		}
		s.Raw(`{"update_id":0,"something_new":{"text":"Guadalupe"}}`)
		s.Raw(`{"update_id":0,"edited_message":{"message_id":1,"from":{"id":1,"is_bot":false},"chat":{"id":1,"type":"private"},"text":"Guadalupe"}}`)
		s.Raw(`{"update_id":0,"message":{"message_id":1,"from":{"id":123456789,"is_bot":true},"chat":{"id":1,"type":"private"},"text":"from the bot itself"}}`)
		s.Raw(`{"update_id":0,"message":{"message_id":1,"from":{"id":1,"is_bot":false},"chat":{"id":1,"type":"private"},"pinned_message":{"message_id":1}}}`)
		s.Say(2, "I can be read")
		r.await(t, "the good one", func() bool { return len(r.inbound) == 1 })
		s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
		r.look(func() {
			if len(r.inbound) != 1 || r.inbound[0].Text != "I can be read" {
				t.Errorf("%d messages arrived", len(r.inbound))
			}
			if r.kinds[kindBroken] != len(broken) || len(r.reports) != len(broken) || r.kinds[kindIgnored] != 4 {
				t.Errorf("counted %v, told %d times", r.kinds, len(r.reports))
			}
		})
		if strings.Contains(r.said(), "Guadalupe") {
			t.Errorf("what was told repeats the update: %s", r.said())
		}
	})
}

func TestNothingIsAcknowledgedBeforeItIsDurable(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, c *Channel) {
		full := errors.New("no space left on device")
		broken := true
		r.fail = func(in bot.Inbound) error {
			if broken && in.From.ID == "1" && in.Text != "first" {
				return full
			}
			return nil
		}
		for _, text := range []string{"first", "second", "third"} {
			s.Say(1, text)
			s.Say(2, text)
		}
		r.await(t, "a failure, and everybody else's messages", func() bool { return len(r.reports) > 0 && len(r.inbound) == 4 })
		if s.Webhook() != "" {
			// Others' messages may have come between; from now on only this one does.
			failed := 0
			r.look(func() { failed = r.failures })
			r.await(t, "two more failures", func() bool { return r.failures >= failed+2 })
		}
		if s.Pending() == 0 {
			t.Error("what failed was acknowledged")
		}
		if c.Down() == "" {
			t.Error("it does not say that nothing can be kept")
		}
		r.look(func() { broken = false })
		r.await(t, "the rest", func() bool { return len(r.inbound) >= 6 })
		s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
		if got := texts(r.received(), "1"); !slices.Equal(got, []string{"first", "second", "third"}) {
			t.Errorf("arrived as %q", got)
		}
		if n := strings.Count(r.said(), "cannot be kept"); n != 1 {
			t.Errorf("told %d times of one outage: %s", n, r.said())
		}
		if why := c.Down(); why != "" {
			t.Errorf("it still says %q", why)
		}
	})
}

func TestWhatWouldFailAgainIsAcknowledged(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, _ *Channel) {
		r.fail = func(in bot.Inbound) error {
			switch in.Text {
			case "incomplete":
				return fmt.Errorf("receive: %w", bot.ErrInbound)
			case "unsteppable":
				return fmt.Errorf("receive: %w", bot.ErrStep)
			}
			return nil
		}
		s.Say(1, "incomplete")
		s.Say(1, "unsteppable")
		s.Say(1, "good")
		r.await(t, "the good one", func() bool { return len(r.inbound) == 1 })
		s.Await("all to be acknowledged", func() bool { return s.Pending() == 0 })
		if r.failures != 2 || len(r.reports) != 2 {
			t.Errorf("%d failures, told %d times", r.failures, len(r.reports))
		}
	})
}

func TestCommandsAreSetForEachLanguage(t *testing.T) {
	each(t, func(t *testing.T, s *telegramtest.Server, r *record, _ *Channel) {
		cat := catalogue(t)
		s.Await("all commands", func() bool { return s.Calls("setMyCommands") == 1+len(cat.Languages()) })
		s.Await("them to be kept", func() bool {
			for _, l := range cat.Languages() {
				if code, _, _ := strings.Cut(l.Code, "-"); len(s.Commands(code)) != len(commandNames) {
					return false
				}
			}
			return true
		})
		if got := s.Commands("")[0]; got != (telegramtest.Command{Command: "menu", Description: cat.Language("en").Raw("telegram.command.menu")}) {
			t.Errorf("everybody else's first command is %v", got)
		}
		if got := s.Commands("ht")[8]; got != (telegramtest.Command{Command: "delete", Description: cat.Language("ht").Raw("telegram.command.delete")}) {
			t.Errorf("the last command in Haitian Creole is %v", got)
		}
	})
}

func TestCommandsThatFailStopNothing(t *testing.T) {
	s, r := telegramtest.New(t), newRecord()
	s.Fail("setMyCommands", -1, telegramtest.Rejected)
	run(t, channel(t, s, r))
	s.Say(1, "hello")
	r.await(t, "the message and the report", func() bool { return len(r.inbound) == 1 && len(r.reports) > 0 })
}

func TestTheTokenNeverAppears(t *testing.T) {
	for _, f := range []telegramtest.Fault{
		telegramtest.Reset, telegramtest.HTML, telegramtest.HTML200, telegramtest.Redirect, telegramtest.BadJSON, telegramtest.OddJSON,
		telegramtest.Internal, telegramtest.NoToken, telegramtest.Flood(1), telegramtest.Rejected, telegramtest.Blocked,
		{Name: "a word with the token", Code: 400, Description: "Bad Request: " + telegramtest.Token},
	} {
		t.Run(f.Name, func(t *testing.T) {
			s, r := telegramtest.New(t), newRecord()
			s.Fail("", -1, f)
			c := channel(t, s, r)
			s.Meet(1)
			stop := run(t, c)
			r.await(t, "a report", func() bool { return len(r.reports) > 0 })
			res := c.Send(t.Context(), claimed(1, flows.Message{Text: "x"}))
			found := fmt.Sprint(c.Diagnose(t.Context()))
			err := c.RemoveWebhook(t.Context())
			stop()
			if c.Down() == "" || err == nil || res.Outcome == deliver.Sent {
				t.Errorf("down %q, error %v, result %v", c.Down(), err, res)
			}
			leaks(t, "a printed value", fmt.Sprintf("%v %+v %#v %s %+v %#v", c.Down(), res, err, err, err, errors.Unwrap(err)))
			leaks(t, "a report", r.said())
			leaks(t, "a finding", found)
			leaks(t, "the channel", fmt.Sprintf("%v %+v %#v %s", c, c, c, c))
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		s, r := telegramtest.New(t), newRecord()
		c := channel(t, s, r)
		s.Close()
		err := c.RemoveWebhook(t.Context())
		leaks(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
		leaks(t, "a finding", fmt.Sprint(c.Diagnose(t.Context())))
	})
	t.Run("a transport that talks", func(t *testing.T) {
		s, r := telegramtest.New(t), newRecord()
		c := channel(t, s, r, func(cfg *Config) {
			cfg.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("cannot reach %s", req.URL)
			})
			leaks(t, "the settings", fmt.Sprintf("%v %+v %#v", *cfg, *cfg, cfg))
		})
		err := c.RemoveWebhook(t.Context())
		leaks(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func claimed(chat int64, m flows.Message) bot.Claimed {
	return bot.Claimed{Outbound: bot.Outbound{ID: 1, To: address(chat), Kind: bot.Reply, Message: m}}
}
