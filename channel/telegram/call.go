// One call of the Bot API: bound to a context, bounded in size, and with errors
// that can be shown to anybody.
package telegram

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// callLimit bounds a call whose caller sets no earlier end.
	callLimit = 30 * time.Second
	// maxAnswer bounds what is read of an answer. The largest is a hundred
	// updates.
	maxAnswer = 16 << 20
)

// newClient makes the client of all calls. A redirect is not followed: the new
// address would be told the token.
func newClient(rt http.RoundTripper) *http.Client {
	if rt == nil {
		rt = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			MaxIdleConns:        128,
			MaxIdleConnsPerHost: 128,
			// Shorter than the server's: a message written to a connection that
			// the server just closed has an unknown fate.
			IdleConnTimeout:       30 * time.Second,
			ResponseHeaderTimeout: pollTimeout + pollGrace,
			ForceAttemptHTTP2:     true,
			// A long poll on a dead line would otherwise be noticed late.
			HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
		}
	}
	return &http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fault is the class of a call that failed.
type fault uint8

const (
	faultUnsent  fault = iota + 1 // it certainly did not reach Telegram
	faultLost                     // it may have been done: there was no answer that says
	faultRefused                  // Telegram says no, and has not done it
)

// Refusals that somebody acts on, by Telegram's own words.
const (
	aboutChat     = "chat"     // there is no such chat
	aboutSame     = "same"     // an edit that would change nothing
	aboutQuery    = "query"    // a callback query that is too old
	aboutWebhook  = "webhook"  // polling while a webhook is set
	aboutFile     = "file"     // a file_id that is not known (any more)
	aboutVoice    = "voice"    // the person takes no voice messages
	aboutMigrated = "migrated" // a group that became a supergroup
)

// failure is why a call failed. It holds neither URL, for there stands the
// token, nor anything that was sent.
type failure struct {
	method string
	fault  fault
	status int           // HTTP status or Telegram's error_code; 0 for none
	after  time.Duration // the pause that Telegram asks for
	code   string        // for counting: "429", "timeout", "dns"
	about  string
	words  string // what happened, for the operator
	cause  error  // the context's end, nil for anything else
}

func (f *failure) Error() string { return "telegram " + f.method + ": " + f.words }

// Unwrap gives the end of a context, and nothing else: what lies below a
// network error names the URL.
func (f *failure) Unwrap() error { return f.cause }

// answer is what a call that succeeded brought.
type answer struct {
	result json.RawMessage
	date   string // the server's clock, an HTTP date
}

// call makes one call within limit. Its error is always a *failure.
func (c *Channel) call(ctx context.Context, limit time.Duration, method string, params tgbotapi.Params) (answer, error) {
	return c.upload(ctx, limit, method, params, nil)
}

// upload is a call that brings a file, nil for none.
func (c *Channel) upload(ctx context.Context, limit time.Duration, method string, params tgbotapi.Params, f *file) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, &failure{method: method, fault: faultUnsent, code: "ended", words: "there was no time left to begin", cause: err}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	x := &exchange{ctx: ctx, client: c.client, file: f}
	resp, err := c.api(x).MakeRequest(method, params)
	if err == nil && x.status < 300 {
		return answer{result: resp.Result, date: x.header.Get("Date")}, nil
	}
	return answer{}, x.failure(method, err)
}

// exchange is the library's HTTPClient for one call. It carries the context
// because the library knows none.
type exchange struct {
	ctx    context.Context
	client *http.Client
	file   *file

	asked, connected atomic.Bool // a connection was asked for, and was there
	status           int
	header           http.Header
	err              error // of the network
}

// errNetwork stands for a network error: the library's caller must not see the
// real one.
var errNetwork = errors.New("network error")

// Do is http.Client.Do with the whole body read.
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{
		// The transport asks anew only when nothing was written the first time.
		GetConn: func(string) { x.asked.Store(true); x.connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	}
	if x.file != nil {
		if err := x.file.attach(req); err != nil {
			x.err = err
			return nil, errNetwork
		}
	}
	resp, err := x.client.Do(req.WithContext(httptrace.WithClientTrace(x.ctx, trace)))
	if err != nil {
		x.err = err
		return nil, errNetwork
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		x.err = err
		return nil, errNetwork
	}
	x.status, x.header = resp.StatusCode, resp.Header
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// failure classifies. What is not known for certain counts as lost.
func (x *exchange) failure(method string, err error) *failure {
	if x.err != nil {
		return x.network(method)
	}
	f := &failure{method: method, fault: faultLost, status: x.status, code: strconv.Itoa(x.status)}
	var said *tgbotapi.Error
	structured := errors.As(err, &said)
	if structured && said.Code != 0 {
		f.status, f.code = said.Code, strconv.Itoa(said.Code)
	}
	switch {
	case x.status == http.StatusTooManyRequests || f.status == http.StatusTooManyRequests:
		f.fault, f.status, f.code = faultRefused, http.StatusTooManyRequests, "429"
		f.after = x.retryAfter(said)
		f.words = "too many requests"
	case x.status >= 500 || f.status >= 500:
		f.words = fmt.Sprintf("the server is at fault (%d)", f.status)
	case structured && f.status >= 400:
		f.fault = faultRefused
		f.about = about(said)
		f.words = fmt.Sprintf("refused (%d)", f.status)
		if setUp[method] {
			if q := quote(said.Message); q != "" {
				f.words = "refused: " + q
			}
		}
	case x.status >= 300:
		f.words = fmt.Sprintf("the answer (%d) is not Telegram's", x.status)
	default:
		f.code, f.words = "answer", "the answer cannot be read"
	}
	return f
}

// setUp are the methods that carry nothing of a person: what Telegram says of
// them may be repeated.
var setUp = map[string]bool{"getMe": true, "getUpdates": true, "setWebhook": true, "deleteWebhook": true, "getWebhookInfo": true, "setMyCommands": true}

func (x *exchange) retryAfter(said *tgbotapi.Error) time.Duration {
	seconds := 0
	if said != nil {
		seconds = said.RetryAfter
	}
	if seconds <= 0 {
		seconds, _ = strconv.Atoi(x.header.Get("Retry-After"))
	}
	// A day is more than was ever asked for, and keeps a slip from silencing
	// the channel for good.
	return min(max(time.Duration(seconds), 1), 86_400) * time.Second
}

func about(said *tgbotapi.Error) string {
	words := strings.ToLower(said.Message)
	switch {
	case said.MigrateToChatID != 0:
		return aboutMigrated
	case strings.Contains(words, "chat not found"), strings.Contains(words, "user not found"), strings.Contains(words, "peer_id_invalid"):
		return aboutChat
	case strings.Contains(words, "message is not modified"):
		return aboutSame
	case strings.Contains(words, "query is too old"), strings.Contains(words, "query id is invalid"):
		return aboutQuery
	case strings.Contains(words, "voice_messages_forbidden"):
		return aboutVoice
	case strings.Contains(words, "file identifier"), strings.Contains(words, "wrong remote file"), strings.Contains(words, "file_reference"):
		return aboutFile
	case strings.Contains(words, "webhook is active"):
		return aboutWebhook
	}
	return ""
}

// network classifies an error of the network by its kind; its words are not
// repeated.
func (x *exchange) network(method string) *failure {
	f := &failure{method: method, fault: faultLost}
	var dial *net.OpError
	var name *net.DNSError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	if x.asked.Load() && !x.connected.Load() || errors.As(x.err, &name) || errors.As(x.err, &dial) && dial.Op == "dial" {
		f.fault = faultUnsent
	}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(x.err, end) || x.ctx.Err() == end {
			f.cause = end
		}
	}
	switch {
	case f.cause == context.Canceled:
		f.code, f.words = "ended", "it was broken off"
	case errors.As(x.err, &name):
		f.code, f.words = "dns", "the server's name is not found"
	case errors.As(x.err, &certificate):
		f.code, f.words = "tls", "the server's certificate is not to be trusted"
	case f.cause != nil, errors.As(x.err, &timeout) && timeout.Timeout():
		f.code, f.words = "timeout", "there was no answer in time"
	case errors.Is(x.err, syscall.ECONNREFUSED):
		f.code, f.words = "refused", "nobody answers at the server's address"
	case f.fault == faultUnsent:
		f.code, f.words = "dial", "no connection can be made"
	default:
		f.code, f.words = "network", "the connection broke"
	}
	return f
}

// An address in a provider's words is a number of more than three digits, an IP
// address, a host name, a URL or a handle.
var addressLike = regexp.MustCompile(`\d{4}|[\pL\pN]\.[\pL\pN]|://|@|:[0-9A-Fa-f]{0,4}:`)

// maxQuote bounds what is repeated of a provider's words, in bytes.
const maxQuote = 200

// quote is what Telegram said, "" where it might hold an address.
func quote(words string) string {
	words = strings.TrimSpace(words)
	if words == "" || len(words) > maxQuote || addressLike.MatchString(words) || strings.ContainsFunc(words, unprintable) {
		return ""
	}
	return strings.TrimSuffix(words, ".")
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }
