// The staff's side of a running server: the console's listener, the public page
// of answered rumours, and what the desks are told of messages.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/staff"
	"posada/channel/twilio"
	"posada/console"
	"posada/flows"
	"posada/locales"
	"posada/webhook"
)

// answeredPaths are the pages of answered rumours, for everybody.
var answeredPaths = []string{console.PublicPage, console.PublicJSON, console.PublicCSS}

// officeNeeds is what the office needs of this server.
func (c *channelFlags) officeNeeds(s *server) officeNeeds {
	n := officeNeeds{
		book: s.book, store: s.store, call: s.assistant.Call, wake: s.wakeAll, report: s.report,
		rates: map[string]float64{}, trial: !c.any(), channels: []string{bot.Simulator},
		template: func(lang string) bool { return twilio.Config{Templates: c.WhatsAppTemplate}.Nudges(bot.Bulletin, lang) },
	}
	if c.PublicURL != "" {
		n.page = webhook.Join(c.PublicURL, console.PublicPage)
	}
	for _, f := range flows.Forms {
		form, _ := c.formNamed(f.Name)
		n.forms = append(n.forms, form)
	}
	if c.TelegramToken != "" {
		n.channels, n.rates["telegram"] = append(n.channels, "telegram"), c.TelegramRate
	}
	if c.WhatsAppFrom != "" {
		n.channels, n.rates[twilio.WhatsApp] = append(n.channels, twilio.WhatsApp), c.WhatsAppRate
	}
	if c.SMSFrom != "" {
		n.channels, n.rates[twilio.SMS] = append(n.channels, twilio.SMS), c.SMSRate
	}
	return n
}

func (s *server) wakeAll() {
	for _, state := range s.dispatcher.States() {
		s.dispatcher.Wake(state.Channel)
	}
}

// openConsole makes the console and its listener, and the link of the first
// admin where there is none.
func (s *server) openConsole(c *officeFlags) (err error) {
	if err := s.office.load(context.Background()); err != nil {
		return err
	}
	if s.console, err = c.console(s.office, s.book, "http://"+s.private.Addr().String()+"/"); err != nil {
		return err
	}
	if s.staff, err = net.Listen("tcp", c.ConsoleListen); err != nil {
		return fmt.Errorf("listen for the console: %w; if another program has the port, give another: --console-listen 127.0.0.1:0 takes any free one", err)
	}
	if c.ConsoleURL == "" {
		s.desks = webhook.Private(s.console.Handler(), webhook.Limits{}, s.metrics, s.report("console"))
	} else {
		s.desks = webhook.Behind(s.console.Handler(), webhook.Limits{}, s.metrics, s.report("console"))
	}
	token, ok, err := s.office.staff.FirstToken(context.Background(), time.Now())
	if err != nil {
		return fmt.Errorf("make the link of the first admin: %w", err)
	}
	if ok {
		s.first = staff.JoinPath + token
	}
	return nil
}

// openCommands makes the socket on which commands are answered. Without one the
// server runs all the same, and says so.
func (s *server) openCommands(c *serveCmd) (err error) {
	s.socket, err = listenSocket(c.socket())
	if errors.Is(err, errNoSocket) {
		s.socket, s.deaf = nil, err
		return nil
	}
	if err != nil {
		return err
	}
	answers := newControl(s.office, &c.officeFlags, s.book)
	answers.outcomes = s.tally.Outcomes
	// The time for a body ends what is under way too, and a preview takes long.
	s.commands = webhook.Private(answers.Handler(), webhook.Limits{Body: askLongest, Write: askLongest}, s.metrics, s.report("commands"))
	return nil
}

// consoleURL is where a browser finds the console.
func (s *server) consoleURL(c *officeFlags) string {
	if c.ConsoleURL != "" {
		return strings.TrimRight(c.ConsoleURL, "/")
	}
	return "http://" + s.staff.Addr().String()
}

// answeredPages are the public page and feed of answered rumours.
func (s *server) answeredPages() (http.Handler, error) {
	var tongues []console.Tongue
	for _, l := range s.book.Catalogue.Languages() {
		tongues = append(tongues, console.Tongue{Code: l.Code, Name: l.Raw("language.name"), RightToLeft: l.RightToLeft()})
	}
	return console.PublicHandler(s.office.desk, tongues, s.report("answered rumours"))
}

// below takes the path of the public URL off before a handler sees a request.
func below(public string, h http.Handler) http.Handler {
	if u, err := url.Parse(public); err == nil {
		return http.StripPrefix(u.Path, h)
	}
	return h
}

// heard tells the desks of a message that was received.
func (s *server) heard(ctx context.Context, in bot.Inbound, receipt bot.Receipt) {
	now := time.Now()
	if receipt.Filed {
		s.office.desk.Filed()
	}
	s.office.today.answered(receipt.Out, now)
	if receipt.Forgotten {
		if err := s.office.bulletins.Erased(ctx, in.From); err != nil {
			s.office.report(err)
		}
	}
}

// links tells whether a message is the code of an officer, and links the phone
// that it is sent from. It comes before the conversation, which is to confirm it.
func (s *server) links(ctx context.Context, in bot.Inbound) bool {
	folded := locales.Fold(in.Text)
	if in.Payload != "" || !bulletin.IsCode(folded) {
		return false
	}
	linked, err := s.office.bulletins.Linked(ctx, folded, in.From, time.Now())
	if err != nil {
		s.office.report(err)
	}
	return linked
}

// sweepStaff ends old sessions and invitations until ctx ends.
func (s *server) sweepStaff(ctx context.Context) {
	tick := time.NewTicker(bot.SweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.office.staff.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.office.report(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
