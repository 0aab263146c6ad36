// Requests to Twilio. twilio-go makes them up and reads the answers; what goes
// over the wire is ours, for its own client knows no context, no limit of the
// answer and no headers of an error.
package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	library "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	content "github.com/twilio/twilio-go/rest/content/v1"
)

const (
	// patience is how long one request may take. Twilio answers within a
	// second; a lease lasts for several such times.
	patience = 10 * time.Second
	// maxAnswer is the most bytes of an answer that are read.
	maxAnswer = 1 << 20
	// longestPause bounds what Retry-After is believed.
	longestPause = 24 * time.Hour
)

// client holds what requests have in common.
type client struct {
	http       *http.Client
	sid, token string
}

func newClient(c Config) *client {
	transport := c.Transport
	if transport == nil {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		pool.MaxIdleConnsPerHost = 128 // as many as workers send at once
		pool.MaxIdleConns = 0
		transport = pool
	}
	if c.API != "" {
		base, _ := url.Parse(c.API) // checked by New
		transport = elsewhere{transport, base}
	}
	return &client{
		sid: c.AccountSID, token: c.AuthToken,
		http: &http.Client{
			Transport:     transport,
			Timeout:       patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// elsewhere sends requests for any host to one other.
type elsewhere struct {
	http.RoundTripper
	base *url.URL
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = e.base.Scheme, e.base.Host, ""
	r.URL.Path = e.base.Path + r.URL.Path
	return e.RoundTripper.RoundTrip(r)
}

// call is one request: the client that twilio-go is given for it.
type call struct {
	*client
	ctx    context.Context
	header http.Header // of the answer; nil before there is one
}

func (c *client) call(ctx context.Context) *call { return &call{client: c, ctx: ctx} }

func (c *call) api() *api.ApiService {
	// Not NewRequestHandler, which lets the environment choose the host.
	return api.NewApiService(&library.RequestHandler{Client: c})
}

func (c *call) content() *content.ApiService {
	return content.NewApiService(&library.RequestHandler{Client: c})
}

// What twilio-go asks of a client, beside SendRequest.

func (c *call) AccountSid() string       { return c.sid }
func (c *call) SetTimeout(time.Duration) {}
func (c *call) SetOauth(library.OAuth)   {}
func (c *call) OAuth() library.OAuth     { return nil }

// refusal is an answer of Twilio's that is not a success. Twilio's words are
// left out: they name the person's number.
type refusal struct {
	status int           // of HTTP
	code   int           // Twilio's, 0 where it gave none
	after  time.Duration // the pause it asks for
}

func (r *refusal) Error() string {
	if r.code == 0 {
		return fmt.Sprintf("twilio answered %d", r.status)
	}
	return fmt.Sprintf("twilio answered %d with code %d", r.status, r.code)
}

// Errors of a request without a usable answer. What net/http says is left out:
// it holds the address, and that the account.
var (
	// errUnsent: it certainly did not reach Twilio.
	errUnsent = errors.New("twilio was not reached")
	// errLost: it may have been carried out.
	errLost = errors.New("twilio's answer was lost")
)

// SendRequest makes one request. Its error is a refusal, errUnsent or errLost.
func (c *call) SendRequest(method, address string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(data.Encode())
	} else if len(data) > 0 {
		address += "?" + data.Encode()
	}
	if c.ctx.Err() != nil {
		return nil, errUnsent
	}
	reached, traced := true, false
	ctx := httptrace.WithClientTrace(c.ctx, &httptrace.ClientTrace{
		// Both are called by the goroutine that makes the request.
		GetConn: func(string) { traced, reached = true, false },
		GotConn: func(httptrace.GotConnInfo) { reached = true },
	})
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, errUnsent
	}
	r.SetBasicAuth(c.sid, c.token)
	r.Header.Set("User-Agent", "twilio-go/"+library.LibraryVersion)
	for name, value := range headers {
		r.Header.Set(name, fmt.Sprint(value))
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if traced && !reached || !traced && undialled(err) {
			return nil, errUnsent
		}
		return nil, errLost
	}
	c.header = answer.Header
	answer.Body = limited{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	refused := &refusal{status: answer.StatusCode, after: pause(answer.Header, time.Now())}
	var told struct {
		Code int `json:"code"`
	}
	if json.NewDecoder(answer.Body).Decode(&told) == nil {
		refused.code = told.Code
	}
	return nil, refused
}

// limited reads no more than its limit, and closes what it reads from.
type limited struct {
	io.Reader
	io.Closer
}

// undialled tells of a transport that is not net/http's whether there was a
// connection.
func undialled(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// pause is what the answer's Retry-After asks for: seconds, or a date.
func pause(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	var d time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		d = date.Sub(now)
	}
	return min(max(d, 0), longestPause)
}
