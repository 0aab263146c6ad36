// posada serve: the assistant and everything it runs with.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"posada/bot"
	"posada/bot/deliver"
	"posada/bot/remind"
	"posada/channel/simulator"
	"posada/console"
	"posada/flows"
	"posada/store/bolt"
	"posada/webhook"
)

type serveCmd struct {
	bookFlags
	dataFlags
	audioFlags
	officeFlags
	Listen string `default:"127.0.0.1:8080" help:"Where the phone in the browser, health and metrics listen: a loopback address, for they ask for no password." placeholder:"HOST:PORT"`
	channelFlags
}

func (c *serveCmd) Run(ctx context.Context, std streams) error {
	s, err := c.prepare(std)
	if err != nil {
		return err
	}
	defer s.store.Close()
	defer s.closeListeners()
	defer s.voices.Close()
	c.greet(std, s)
	return s.run(ctx)
}

// server is everything that runs together.
type server struct {
	log        *slog.Logger
	book       *flows.Book
	store      *bolt.Store
	assistant  *bot.Assistant
	channels   *channels
	dispatcher *deliver.Dispatcher
	sweeper    *bot.Sweeper
	clockwork  *remind.Clockwork
	survey     *remind.Watch
	tally      *remind.Tally
	phone      *simulator.Simulator
	metrics    *webhook.Metrics
	voices     *recordings
	office     *office
	console    *console.Console

	private, public, staff net.Listener // public: nil without webhooks
	pages, hooks, desks    *webhook.Server
	socket                 net.Listener // for commands, nil where none could be made
	commands               *webhook.Server
	deaf                   error // why it could not

	first string // where the first admin joins; "" when there is one
}

// prepare makes everything and starts nothing; what can be refused is refused
// here, before anything is touched.
func (c *serveCmd) prepare(std streams) (_ *server, err error) {
	s := &server{log: slog.New(slog.NewTextHandler(std.err, nil))}
	if err := loopback("--listen", c.Listen); err != nil {
		return nil, err
	}
	if s.book, err = c.load(time.Now()); err != nil {
		return nil, err
	}
	if err := c.channelFlags.check(s.book); err != nil {
		return nil, err
	}
	if err := c.officeFlags.check(); err != nil {
		return nil, err
	}
	if s.voices, err = c.audioFlags.open(s.book); err != nil {
		return nil, err
	}
	store, keys, err := c.dataFlags.open()
	if err != nil {
		return nil, errors.Join(err, s.voices.Close())
	}
	s.store = store
	defer func() {
		if err != nil {
			s.closeListeners()
			err = errors.Join(err, store.Close(), s.voices.Close())
		}
	}()
	secret, err := hookSecret(keys)
	if err != nil {
		return nil, err
	}
	s.metrics = webhook.NewMetrics()
	s.assistant = bot.New(s.book, store)
	if s.office, err = c.officeFlags.open(c.officeNeeds(s)); err != nil {
		return nil, err
	}
	s.channels, err = c.channelFlags.open(surroundings{
		book: s.book, secret: secret, receive: s.receive, reach: store.Reach, delivered: s.delivered, report: s.report("channel"), metrics: s.metrics, voices: s.voices,
	})
	if err != nil {
		return nil, err
	}
	if c.any() {
		s.assistant.Trial = s.trial
	}
	s.assistant.FormNamed = c.formNamed
	s.tally = remind.NewTally(s.metrics)
	s.clockwork = remind.New(store, s.fire, s.tally, s.report("reminders"))
	s.survey = remind.NewWatch(store, s.report("reminders"))
	s.sweeper = bot.NewSweeper(s.book, store)
	s.sweeper.Erase = c.Redact && s.channels.twilio != nil
	s.phone = simulator.New(s.receive, s.book.Catalogue, s.report("phone"))
	s.phone.Recording = s.voices.Get
	lanes := append(c.lanes(s.channels), deliver.Lane{Channel: bot.Simulator, Sender: s.phone, Workers: 1, Timeout: c.Timeout})
	for i := range lanes {
		lanes[i].Current = s.book.Current
	}
	s.dispatcher = deliver.New(store, lanes, counting{s.metrics, s.office.today}, s.report("delivery"))
	s.office.today.states = s.dispatcher.States
	s.metrics.Watch(s.levels)

	if s.private, err = net.Listen("tcp", c.Listen); err != nil {
		return nil, fmt.Errorf("listen for the phone: %w; if another program has the port, give another: --listen 127.0.0.1:0 takes any free one", err)
	}
	if err := s.openConsole(&c.officeFlags); err != nil {
		return nil, err
	}
	if err := s.openCommands(c); err != nil {
		return nil, err
	}
	answered, err := s.answeredPages()
	if err != nil {
		return nil, err
	}
	s.pages = webhook.Private(s.privateRoutes(answered), webhook.Limits{}, s.metrics, s.report("pages"))
	if routes := s.channels.routes(); len(routes) > 0 {
		for _, path := range answeredPaths {
			routes[path] = webhook.Page(below(c.PublicURL, answered))
		}
		if s.public, err = net.Listen("tcp", c.WebhookListen); err != nil {
			return nil, fmt.Errorf("listen for webhooks: %w; give another address: --webhook-listen", err)
		}
		if s.hooks, err = webhook.Public(c.PublicURL, routes, webhook.Limits{}, s.metrics, s.report("webhooks")); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *server) closeListeners() {
	for _, l := range []net.Listener{s.private, s.public, s.staff, s.socket} {
		if l != nil {
			_ = l.Close() // already closed where its server ran
		}
	}
}

// receive takes a message to its end and lets its answers go at once.
func (s *server) receive(ctx context.Context, in bot.Inbound) (bot.Receipt, error) {
	in.Taken = s.links(ctx, in)
	receipt, err := s.assistant.Receive(ctx, in)
	if in.From.Channel != bot.Simulator {
		s.metrics.Received(in.From.Channel, receipt, err)
	}
	if err == nil {
		s.dispatcher.Wake(in.From.Channel)
		s.heard(ctx, in, receipt)
	}
	return receipt, err
}

// fire lets a timer run out, and what it says go at once.
func (s *server) fire(ctx context.Context, c bot.Contact, timer bot.Timer, now time.Time) (bot.Receipt, error) {
	receipt, err := s.assistant.Fire(ctx, c, timer, now)
	if len(receipt.Out) > 0 {
		s.dispatcher.Wake(c.Channel)
	}
	return receipt, err
}

// remind lets timers run out, and meanwhile sets right those that another book
// had set: nobody waits for it, for a conversation knows by itself when its
// timer is of another book.
func (s *server) remind(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { s.clockwork.Run(ctx) })
	both.Go(func() { s.recheck(ctx) })
	both.Wait()
}

func (s *server) recheck(ctx context.Context) {
	changed, err := s.assistant.Recheck(ctx, s.store, time.Now())
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Error("reminders", "error", err)
	case changed > 0:
		s.log.Info("the book has changed: reminders set anew", "people", changed)
	}
}

func (s *server) delivered(ctx context.Context, r deliver.Report) error {
	return s.dispatcher.Report(ctx, r)
}

// report logs what a part reports; parts see to it that no address and no text
// is in it.
func (s *server) report(part string) func(error) {
	return func(err error) { s.log.Error(part, "error", err) }
}

// trial tells whether newcomers have nobody to turn to.
func (s *server) trial(now time.Time) bool { return len(s.book.On(now).Gaps()) > 0 }

// privateRoutes are for this computer alone.
func (s *server) privateRoutes(answered http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, path := range answeredPaths {
		mux.Handle("GET "+path, answered)
	}
	mux.Handle("/", s.phone.Handler())
	mux.HandleFunc("GET /healthz", webhook.Healthy)
	mux.Handle("GET /readyz", webhook.Ready(s.checks(), s.notices))
	mux.Handle("GET /metrics", s.metrics.Handler())
	return mux
}

// checks tell which channel is down.
func (s *server) checks() []webhook.Check {
	var out []webhook.Check
	if t := s.channels.telegram; t != nil {
		out = append(out, webhook.Check{Name: "telegram in", Why: t.Down})
	}
	if t := s.channels.twilio; t != nil {
		out = append(out, webhook.Check{Name: "twilio", Why: t.Down})
	}
	for _, state := range s.dispatcher.States() {
		if state.Channel == bot.Simulator {
			continue
		}
		out = append(out, webhook.Check{Name: state.Channel + " out", Why: func() string {
			for _, now := range s.dispatcher.States() {
				if now.Channel == state.Channel && !now.Up {
					return now.Why
				}
			}
			return ""
		}})
	}
	return out
}

// notices are what the operator should mend though everything runs.
func (s *server) notices() []string {
	if s.channels.telegram == nil && s.channels.twilio == nil {
		return nil
	}
	return trialNotice(s.book, time.Now())
}

// trialNotice says that the service is a trial, and why; nil when it is not.
func trialNotice(b *flows.Book, now time.Time) []string {
	gaps := b.On(now).Gaps()
	if len(gaps) == 0 {
		return nil
	}
	out := []string{"TRIAL: newcomers are told that no human stands behind this yet. To mend it, fill directory.yaml (--book DIR):"}
	for _, g := range gaps {
		out = append(out, "  "+g.String())
	}
	return out
}

// run starts everything and returns when all of it has ended, whoever ended
// first: what comes in stops, then what goes out, and then the store closes.
func (s *server) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 4)
	var in, out sync.WaitGroup
	serve := func(h *webhook.Server, l net.Listener, what string) {
		in.Go(func() {
			if err := h.Serve(ctx, l); err != nil {
				failed <- fmt.Errorf("serve %s: %w", what, err)
			}
			cancel()
		})
	}
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()
	out.Go(func() { s.dispatcher.Run(sending) })
	in.Go(func() { // behind: until it has ended, free text leads to the menu and to help
		s.book.BuildSearch()
		debug.FreeOSMemory() // to build takes more room than to have
	})
	in.Go(func() { s.phone.Run(ctx) })
	in.Go(func() { s.sweeper.Run(ctx, s.swept) })
	in.Go(func() { s.sweepStaff(ctx) })
	in.Go(func() { s.remind(ctx) })
	in.Go(func() { s.survey.Run(ctx) })
	in.Go(func() { s.office.run(ctx) })
	in.Go(func() { s.console.Run(ctx) })
	if s.channels.telegram != nil {
		in.Go(func() { s.channels.telegram.Run(ctx) })
	}
	serve(s.pages, s.private, "the phone")
	serve(s.desks, s.staff, "the console")
	if s.commands != nil {
		serve(s.commands, s.socket, "commands")
	}
	if s.hooks != nil {
		serve(s.hooks, s.public, "webhooks")
	}

	// Each part ends by itself when ctx does, and only after what it has under
	// way; then the rest goes out, as far as it has begun to.
	in.Wait()
	stopSending()
	out.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func (s *server) swept(swept bot.Swept, err error) {
	switch {
	case err != nil:
		s.log.Error("sweep", "error", err)
	case s.assistant.Lost()+s.store.Damaged() > 0:
		s.log.Warn("swept; some sessions or values could not be read", "sessions lost", s.assistant.Lost(), "values damaged", s.store.Damaged(), "answers erased", swept.Replaced, "contacts forgotten", swept.Forgotten)
	case swept.Replaced+swept.Forgotten+swept.Damaged > 0:
		s.log.Info("swept", "sessions", swept.Sessions, "answers erased", swept.Replaced, "contacts forgotten", swept.Forgotten, "damaged", swept.Damaged)
	}
}

// levels are what the metrics show of this moment.
func (s *server) levels(ctx context.Context) (webhook.Levels, error) {
	size, err := s.store.Size()
	if err != nil {
		return webhook.Levels{}, err
	}
	backlog, err := s.store.Backlog(ctx)
	if err != nil {
		return webhook.Levels{}, err
	}
	queue := webhook.Queue{Queued: backlog.Queued, Waiting: backlog.Waiting, Parked: backlog.Parked, Dead: backlog.Dead}
	var reminded []webhook.Reminded
	for _, c := range s.survey.Counts() {
		reminded = append(reminded, webhook.Reminded{Programme: c.Programme, Zone: c.Zone, On: c.On, Paused: c.Paused, Waiting: c.Waiting, DueNextHour: c.DueNextHour})
	}
	return webhook.Levels{
		Lanes: s.dispatcher.States(), Queue: &queue, Reminded: reminded, SessionsLost: s.assistant.Lost(), ValuesDamaged: s.store.Damaged(), DatabaseBytes: size,
		Understands: s.book.Understands(),
	}, nil
}

func (c *serveCmd) greet(std streams, s *server) {
	var b strings.Builder
	fmt.Fprintf(&b, "Posada is ready.\n\n  Open      http://%s/\n  and write hola\n\n", s.private.Addr())
	if !c.any() {
		b.WriteString("No channel has credentials: only this phone in the browser talks to Posada.\n")
	}
	for _, line := range c.describe(s.channels) {
		b.WriteString(line + "\n")
	}
	if s.public != nil {
		fmt.Fprintf(&b, "Webhooks  %s, to be published as %s by a TLS proxy, and nothing else\n", s.public.Addr(), c.PublicURL)
	}
	fmt.Fprintf(&b, "Console   %s\n", s.consoleURL(&c.officeFlags))
	if s.first != "" {
		fmt.Fprintf(&b, "  Nobody works there yet. The first admin joins once, within a day, at\n  %s%s\n", s.consoleURL(&c.officeFlags), s.first)
	}
	if s.deaf != nil {
		fmt.Fprintf(&b, "Commands  posada bulletin and the like wait until the server is stopped: %v\n", s.deaf)
	}
	for _, line := range s.voices.describe() {
		b.WriteString(line + "\n")
	}
	if c.any() {
		for _, line := range trialNotice(s.book, time.Now()) {
			b.WriteString(line + "\n")
		}
	}
	fmt.Fprintf(&b, "Data      %s\nKey file  %s (without it the data is worthless: keep a copy elsewhere)\nStop with Ctrl+C.\n", c.DB, c.KeyFile)
	fmt.Fprint(std.out, b.String())
}

// loopback refuses an address that other machines could reach.
func loopback(flag, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s %s: %w; write it as 127.0.0.1:8080", flag, addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s %s would let other machines at the phone, which asks for no password: use 127.0.0.1 or localhost", flag, addr)
	}
	return nil
}
