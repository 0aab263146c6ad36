// The office: officers, their desks and their console, with what they need of the
// rest of the house.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"posada/bot"
	"posada/bot/bulletin"
	"posada/bot/rumour"
	"posada/bot/staff"
	"posada/bot/withdraw"
	"posada/channel/twilio"
	"posada/console"
	"posada/flows"
	"posada/flows/claim"
	"posada/store/bolt"
)

// officeFlags are the settings of the console and of what officers send.
type officeFlags struct {
	ConsoleListen string `default:"127.0.0.1:8082" help:"Where the console of the staff listens: a loopback address, or behind the TLS proxy of --console-url." placeholder:"HOST:PORT"`
	ConsoleURL    string `name:"console-url" help:"The https address under which a TLS proxy publishes the console; without it the console answers on this computer alone." placeholder:"URL"`

	Links []string `help:"Links that bulletins and answers may hold beside the directory: hosts (unhcr.org) or whole addresses." placeholder:"LINK"`

	OrganisationName string `name:"organisation" help:"Who answers rumours, as the public feed names it." placeholder:"NAME"`
	OrganisationURL  string `name:"organisation-url" help:"The organisation's own page." placeholder:"URL"`

	Currency      string  `default:"USD" help:"The currency of the prices." placeholder:"CODE"`
	SMSPrice      float64 `name:"sms-segment-price" help:"What one SMS segment costs, to tell officers what a bulletin will; 0: not known." placeholder:"PRICE"`
	WhatsAppPrice float64 `name:"whatsapp-price" help:"What one WhatsApp message costs; 0: not known." placeholder:"PRICE"`
	NudgePrice    float64 `name:"whatsapp-template-price" help:"What one template outside of 24 hours costs; 0: not known." placeholder:"PRICE"`
}

// check refuses settings that would put the console on the internet in the clear.
func (c *officeFlags) check() error {
	if c.ConsoleURL == "" {
		return loopback("--console-listen", c.ConsoleListen)
	}
	u, err := url.Parse(c.ConsoleURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil {
		return errors.New("--console-url is an https address without a path: https://console.example.org")
	}
	return nil
}

// hosts are the names the console answers by behind a proxy; nil for none.
func (c *officeFlags) hosts() []string {
	u, err := url.Parse(c.ConsoleURL)
	if c.ConsoleURL == "" || err != nil {
		return nil
	}
	return []string{u.Hostname()}
}

// office is everything of the staff.
type office struct {
	store       *bolt.Store
	audit       *staff.Audit
	staff       *staff.Staff
	desk        *rumour.Desk
	bulletins   *bulletin.Desk
	withdrawals *withdraw.Withdrawals
	board       *board
	today       *today
	rates       map[string]float64 // messages a second, by channel
	report      func(error)
}

// officeNeeds is what an office needs of the rest of the house.
type officeNeeds struct {
	book     *flows.Book
	store    *bolt.Store
	call     rumour.Call
	wake     func()
	forms    []flows.Form
	channels []string
	rates    map[string]float64
	template func(lang string) bool
	page     string // where answered rumours are published, "" for nowhere
	trial    bool   // there are no real channels: simulated people count
	report   func(part string) func(error)
}

// open makes the office and starts nothing.
func (c *officeFlags) open(n officeNeeds) (*office, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	o := &office{store: n.store, board: &board{book: n.book}, rates: n.rates, report: n.report("office")}
	o.audit = staff.NewAudit(n.store)
	o.staff = staff.New(n.store, o.audit)
	o.withdrawals = withdraw.New(n.store, func(kind, id string) bool { return n.book.CanWithdraw(kind, id) == nil }, o.board.withdrawn)
	o.withdrawals.Apart, o.withdrawals.Log, o.withdrawals.Edition = o.staff.Apart, o.audit.Log, n.book.Edition
	approved := func() bulletin.Directory { return c.directory(n.book, time.Now()) }
	o.desk = rumour.New(rumour.Config{
		Notes: n.store, Shelf: n.store, Log: o.audit.Log, Call: n.call, Match: rumour.NewClaims(claim.NewReader(n.book.PlaceWords())), Langs: codes(n.book),
		Link:    func(link string) bool { return bulletin.LinkApproved(link, approved().Links) },
		Number:  func(digits string) bool { return listed(digits, approved().Phones) },
		Meeting: bulletin.Meeting,
		Publish: o.board.answers, Opened: o.board.desk, Withdrawn: n.book.WithdrawnAnswer, Report: n.report("rumours"),
		Alarm:  func(a rumour.Alarm) { o.report(fmt.Errorf("alarm: %s, case %s: %d", a.Kind, a.Case, a.Count)) },
		Author: rumour.Author{Name: c.OrganisationName, URL: c.OrganisationURL, Page: n.page},
	})
	world := bulletin.World{
		Composer: n.book, Forms: n.forms, Languages: codes(n.book), Channels: n.channels, Places: n.book.PlaceIDs(), Programmes: programmes(n.book),
		Directory: approved, PlaceWords: func() []string { return keys(n.book.PlaceWords()) }, Locked: locked(n.book), Template: n.template,
		MayApprove: o.mayApprove, Apart: o.staff.Apart, Rates: n.rates, Trial: n.trial,
		Prices: bulletin.Prices{Currency: c.Currency, Segment: c.SMSPrice, WhatsApp: c.WhatsAppPrice, Nudge: c.NudgePrice},
		Wake:   n.wake, Changed: o.changed, Log: o.audit.Log, Report: n.report("bulletins"),
	}
	o.bulletins = bulletin.New(n.store, world)
	o.today = newToday(n.store, o.desk, n.channels, n.report("today"))
	return o, nil
}

// changed puts the texts of bulletins up anew.
func (o *office) changed() {
	if err := o.board.sent(context.Background(), o.bulletins); err != nil {
		o.report(err)
	}
}

func (o *office) mayApprove(ctx context.Context, id string) (bool, error) {
	officer, err := o.staff.Officer(ctx, id)
	if errors.Is(err, staff.ErrNoOfficer) {
		return false, nil
	}
	return err == nil && !officer.Ended && officer.Role.Can(staff.ActApprove), err
}

// load puts up what was there before the start: the first message finds it.
func (o *office) load(ctx context.Context) error {
	if err := o.withdrawals.Publish(ctx); err != nil {
		return fmt.Errorf("read what is withdrawn: %w", err)
	}
	if err := o.board.sent(ctx, o.bulletins); err != nil {
		return fmt.Errorf("read texts of bulletins: %w", err)
	}
	if err := o.desk.Load(ctx, time.Now()); err != nil {
		return fmt.Errorf("read cases: %w", err)
	}
	return nil
}

// run works until ctx ends.
func (o *office) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { o.desk.Run(ctx) })
	all.Go(func() { o.bulletins.Run(ctx) })
	all.Go(func() { o.today.run(ctx) })
	all.Wait()
}

// console makes the pages.
func (c *officeFlags) console(o *office, book *flows.Book, phone string) (*console.Console, error) {
	return console.New(console.Config{
		Staff: o.staff, Audit: o.audit, Withdrawals: o.withdrawals, Book: book, Desk: o.desk, Bulletins: o.bulletins,
		Supply: c.supply(book), Numbers: o.today.numbers, Phone: phone,
		Secure: c.ConsoleURL != "", Hosts: c.hosts(), From: from(c.ConsoleURL != ""), Report: o.report,
	})
}

// from is where a request of the console comes from. Behind the proxy on this
// computer the last address that it names is the one it saw; what stands before
// was written by whoever asked.
func from(proxied bool) func(*http.Request) string {
	if !proxied {
		return nil
	}
	return func(r *http.Request) string {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		list := r.Header.Values("X-Forwarded-For")
		if ip := net.ParseIP(host); len(list) == 0 || ip == nil || !ip.IsLoopback() && !ip.IsPrivate() {
			return host
		}
		parts := strings.Split(list[len(list)-1], ",")
		if last := net.ParseIP(strings.TrimSpace(parts[len(parts)-1])); last != nil {
			return last.String()
		}
		return host
	}
}

// directory is what texts of officers may lead to today.
func (c *officeFlags) directory(b *flows.Book, now time.Time) bulletin.Directory {
	d := bulletin.Directory{Links: c.Links}
	day := b.On(now).Date
	for _, e := range b.Directory() {
		if e.Phone != "" && e.ShownOn(day) {
			d.Phones = append(d.Phones, e.Phone)
		}
	}
	return d
}

// countryCode is the most digits of one.
const countryCode = 3

// listed tells whether digits are those of a number of the directory, with or
// without the country's.
func listed(digits string, phones []string) bool {
	return slices.ContainsFunc(phones, func(phone string) bool {
		own := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, phone)
		return own == digits || len(digits) >= 7 && len(own) >= 7 && max(len(own)-len(digits), len(digits)-len(own)) <= countryCode &&
			(strings.HasSuffix(own, digits) || strings.HasSuffix(digits, own))
	})
}

// supply is what officers choose from.
func (c *officeFlags) supply(b *flows.Book) console.Supply {
	en := b.Catalogue.Language("en")
	s := console.Supply{Channels: []string{"telegram", twilio.WhatsApp, twilio.SMS, bot.Simulator}}
	for _, l := range b.Catalogue.Languages() {
		s.Languages = append(s.Languages, console.Tongue{Code: l.Code, Name: l.Raw("language.name"), RightToLeft: l.RightToLeft()})
	}
	for _, p := range b.Programmes() {
		s.Programmes = append(s.Programmes, console.Named{ID: p.ID, Name: en.Raw(p.Name)})
	}
	for _, id := range b.PlaceIDs() {
		s.Places = append(s.Places, console.Named{ID: id, Name: b.PlaceName(en, id)})
	}
	for _, link := range c.Links {
		s.Links = append(s.Links, console.Named{ID: link, Name: link})
	}
	for _, e := range b.Directory() {
		if e.Phone != "" {
			s.Numbers = append(s.Numbers, console.Named{ID: e.Phone, Name: e.Name})
		}
	}
	return s
}

// locked names the word of a text that must not show on a lock screen.
func locked(b *flows.Book) func(string, string) []string {
	return func(_, text string) []string {
		if w := b.Betrays(text); w != "" {
			return []string{strings.TrimSuffix(w, "*")}
		}
		return nil
	}
}

func codes(b *flows.Book) (out []string) {
	for _, l := range b.Catalogue.Languages() {
		out = append(out, l.Code)
	}
	return out
}

func programmes(b *flows.Book) (out []string) {
	for _, p := range b.Programmes() {
		out = append(out, p.ID)
	}
	return out
}

func keys(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
