// Package console is the staff's side of Posada: pages that a server writes, in
// English and Spanish, for the officers of an NGO. It never shows an address,
// and of people only what they wrote to be read, and numbers of twenty and more.
package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"posada/bot/staff"
	"posada/bot/withdraw"
	"posada/flows"
)

// Staff is what the console needs of bot/staff, which records what it does in
// the audit log itself.
type Staff interface {
	Invited(ctx context.Context, token string, now time.Time) (staff.Invitation, error)
	Accept(ctx context.Context, token, name, password string, now time.Time) (cookie string, err error)
	SignIn(ctx context.Context, name, password, from string, now time.Time) (cookie string, err error)
	Session(ctx context.Context, cookie string, now time.Time) (staff.Session, error)
	SignOut(ctx context.Context, cookie string, now time.Time) error

	SetPassword(ctx context.Context, cookie, old, next string, now time.Time) (fresh string, err error)
	SetCode(ctx context.Context, by staff.Session, now time.Time) (secret, uri string, err error)
	ConfirmCode(ctx context.Context, cookie, code string, now time.Time) error
	SetLang(ctx context.Context, by staff.Session, lang string, now time.Time) error

	Officers(ctx context.Context) ([]staff.Officer, error)
	SetRole(ctx context.Context, by staff.Session, id string, role staff.Role, now time.Time) error
	End(ctx context.Context, by staff.Session, id string, now time.Time) error
	Reset(ctx context.Context, by staff.Session, id string, now time.Time) (token string, err error)
	Invite(ctx context.Context, by staff.Session, role staff.Role, now time.Time) (token string, err error)
	Invites(ctx context.Context, now time.Time) ([]staff.Invitation, error)
	Revoke(ctx context.Context, by staff.Session, id string, now time.Time) error
}

// Audit is the log of what officers did.
type Audit interface {
	Append(ctx context.Context, e staff.Entry) error
	Entries(ctx context.Context, before uint64, limit int) ([]staff.Entry, error)
	Verify(ctx context.Context) (n uint64, head [32]byte, err error)
}

// Withdrawals takes messages, facts, answers and flows out of use: bot/withdraw.
type Withdrawals interface {
	List(ctx context.Context) ([]withdraw.Item, error)
	Propose(ctx context.Context, p withdraw.Proposal, by string, now time.Time) error
	ProposeRestore(ctx context.Context, id string, seen uint64, reason, by string, now time.Time) error
	Confirm(ctx context.Context, id string, seen uint64, by string, now time.Time) error
	Drop(ctx context.Context, id string, seen uint64, by string, now time.Time) error
}

// Config is what a console stands on.
type Config struct {
	Staff       Staff
	Audit       Audit
	Withdrawals Withdrawals
	Book        *flows.Book
	Desk        Desk      // nil: there are no pages of rumours and letters
	Bulletins   Bulletins // nil: there are none of bulletins
	Supply      Supply
	// Numbers counts what the page of today shows. It is asked at most every
	// few seconds, however many look at it.
	Numbers func(ctx context.Context, now time.Time) (Numbers, error)

	// Phone is the address of the practice phone, "" when it does not run.
	Phone string

	// Secure says that browsers reach the console by TLS alone.
	Secure bool
	// Hosts are the names it answers by, without a port; none: those of this
	// computer, localhost and the loopback addresses.
	Hosts []string
	// From is where a request comes from, by which the signing in of one
	// stranger is slowed and of nobody else; nil: the other end of the
	// connection. Behind a proxy it has to be given.
	From func(*http.Request) string
	// Report takes what went wrong. It holds nothing of a person.
	Report func(error)
}

// Console serves the pages.
type Console struct {
	Config
	table   []route
	pages   pages
	assets  assets
	counted counted
	kept    kept
	flashes [32]byte // signs messages over a redirect
	stopped chan struct{}

	censuses      censuses
	bulletinsMade onceMade
}

// New makes a console. An error says that the console itself is broken: a
// route nobody may go, a page that is missing.
func New(c Config) (*Console, error) {
	if c.Staff == nil || c.Audit == nil || c.Book == nil || c.Withdrawals == nil || c.Numbers == nil {
		return nil, errors.New("the console needs staff, an audit log, withdrawals, a book and numbers")
	}
	if c.From == nil {
		c.From = remote
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	console := &Console{Config: c, stopped: make(chan struct{})}
	rand.Read(console.flashes[:])
	console.table = console.routes()
	var err error
	if console.assets, err = readAssets(); err != nil {
		return nil, err
	}
	if console.pages, err = readPages(console.assets); err != nil {
		return nil, err
	}
	for _, r := range console.table {
		if err := r.check(console.pages); err != nil {
			return nil, err
		}
	}
	return console, nil
}

// Run waits until ctx ends, and then ends the pages' streams of numbers, for a
// server waits for what is under way. It is called once.
func (c *Console) Run(ctx context.Context) {
	<-ctx.Done()
	close(c.stopped)
}

// Handler serves every page of the console. It needs nothing around it but a
// server's limits.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range c.table {
		mux.Handle(r.Pattern, c.serve(r))
	}
	mux.Handle("/", c.serve(route{Who: anyone, Do: func(*visit) (reply, error) { return missing(), nil }}))
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header(), c.Secure)
		if !c.answersTo(r.Host) {
			http.Error(w, "This console does not answer by this name.", http.StatusMisdirectedRequest)
			return
		}
		if cross.Check(r) != nil || unsaid(r) {
			http.Error(w, "Another page sent this. Nothing was changed. Open the console by typing its address.", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// unsaid tells whether a form came without a word of the browser about the page
// it stood on. Every browser says one; whatever is between them and does not let
// it through must not make the cookie alone enough.
func unsaid(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}

// policy lets pages use their own script, style, pictures and forms, and
// nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func harden(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Under "no-referrer" a browser sends a page's own forms with "Origin: null",
	// as it would another's: whoever judges by it refuses them.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// actMost is how long an act may take: to approve is to count everybody.
const actMost = 5 * time.Minute

// serve puts what every page needs around a route.
func (c *Console) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.changes() && r.Who != anyone {
			// What an officer does is done whole and recorded, though they go away
			// in the middle of it: else whoever hangs up leaves no trace in the log.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), actMost)
			defer cancel()
			req = req.WithContext(ctx)
		}
		v := &visit{c: c, w: w, r: req, route: r, now: time.Now(), Lang: preferred(req)}
		answer, err := v.admit()
		if err == nil && answer == nil {
			var done reply
			done, err = r.Do(v)
			answer = &done
		}
		if err != nil {
			answer = c.failed(v, err)
		}
		c.answer(v, *answer)
	})
}

// failed words an error that a page did not expect. What it says of itself goes
// to the log alone.
func (c *Console) failed(v *visit, err error) *reply {
	var out reply
	switch {
	case errors.Is(err, staff.ErrForbidden):
		out = refused(http.StatusForbidden, "refused.role")
	case errors.Is(err, staff.ErrUnconfirmed):
		out = v.again(http.StatusForbidden, "again.code")
	case errors.Is(err, staff.ErrStale):
		out = refused(http.StatusForbidden, "refused.stale")
	case errors.Is(err, staff.ErrNoSession):
		out = v.again(http.StatusUnauthorized, "again.session")
	default:
		if v.r.Context().Err() == nil {
			c.Report(fmt.Errorf("console, %s: %w", v.route.Pattern, err))
		}
		out = refused(http.StatusInternalServerError, "refused.failed")
	}
	return &out
}

// may tells whether the officer may do that.
func (v *visit) may(a staff.Act) bool { return v.Who.ID != "" && v.Who.Role.Can(a) }

// has tells whether a list of choices holds one.
func has(list []string, s string) bool { return slices.Contains(list, s) }
