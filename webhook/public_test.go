// The face to the providers, over real sockets: what is answered, and with what
// a stranger is left.

package webhook

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	base = "https://posada.example.org/base"
	hook = "/base/twilio/message" // where the route of the tests is

	// secret stands for whatever a person wrote or is called.
	secret = "+15550100777"
)

// face is a running server of the webhooks.
type face struct {
	t       *testing.T
	addr    string
	metrics *Metrics
	client  *http.Client
	stop    func() error // ends it, and returns what Serve returned

	mu       sync.Mutex
	reported []error
}

// start serves one route under limits, until the test ends.
func start(t *testing.T, limits Limits, h http.HandlerFunc) *face {
	t.Helper()
	f := &face{t: t, metrics: NewMetrics()}
	s, err := Public(base, map[string]http.Handler{"/twilio/message": h}, limits, f.metrics, f.report)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.serve(s, l)
	return f
}

func (f *face) serve(s *Server, l net.Listener) {
	f.addr = l.Addr().String()
	f.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	f.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	f.t.Cleanup(func() {
		f.client.CloseIdleConnections()
		_ = f.stop() // a test that wants to know asks before
	})
}

func (f *face) report(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reported = append(f.reported, err)
}

func (f *face) reports() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.reported)
}

// ask makes a request and returns status, headers and body.
func (f *face) ask(method, path string, body io.Reader) (int, http.Header, string) {
	f.t.Helper()
	r, err := http.NewRequest(method, "http://"+f.addr+path, body)
	if err != nil {
		f.t.Fatal(err)
	}
	res, err := f.client.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(raw)
}

// post is the status of a right request.
func (f *face) post() int {
	f.t.Helper()
	status, _, _ := f.ask("POST", hook, strings.NewReader("Body=hola"))
	return status
}

// raw opens a connection and writes to it.
func (f *face) raw(text string) (net.Conn, *bufio.Reader) {
	f.t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		f.t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// scrape is what Prometheus would read.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func wantMetrics(t *testing.T, m *Metrics, lines ...string) {
	t.Helper()
	said := scrape(t, m)
	for _, line := range lines {
		if !strings.Contains(said, "\n"+line+"\n") {
			t.Errorf("the metrics lack %q", line)
		}
	}
}

func ok(w http.ResponseWriter, r *http.Request) {}

func TestOnlyTheExactPathOfARouteIsAnswered(t *testing.T) {
	var reached atomic.Int64
	f := start(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response/>")
	})
	for path, want := range map[string]int{
		hook: 200, hook + "?m=7": 200,
		"/": 404, "/base": 404, "/base/": 404, "/twilio/message": 404, hook + "/": 404, hook + "/x": 404, "/base/twilio": 404,
		"/base//twilio/message": 404, "/base/./twilio/message": 404, "/base/x/../twilio/message": 404, "/base/twilio%2Fmessage": 404,
		"/base/twilio/messag%65": 404, "/BASE/twilio/message": 404, "/healthz": 404, "/metrics": 404, "/base/metrics": 404,
	} {
		status, header, body := f.ask("POST", path, strings.NewReader("Body=hola"))
		if status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
		if want == 200 && (body != "<Response/>" || header.Get("Content-Type") != "text/xml") || want == 404 && body != "" {
			t.Errorf("%s: %s %q", path, header.Get("Content-Type"), body)
		}
	}
	if n := reached.Load(); n != 2 {
		t.Errorf("the handler was reached %d times", n)
	}
	wantMetrics(t, f.metrics, `posada_webhook_requests_total{class="2xx",route="/twilio/message"} 2`, `posada_webhook_requests_total{class="4xx",route="other"} 16`)
}

func TestOnlyPostReachesAHandler(t *testing.T) {
	f := start(t, Limits{}, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s reached the handler", r.Method) })
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "post", "BREW"} {
		if status, header, body := f.ask(method, hook, nil); status != 405 || header.Get("Allow") != "POST" || body != "" {
			t.Errorf("%s: %d, allowed %q, said %q", method, status, header.Get("Allow"), body)
		}
	}
	_, r := f.raw("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, " 404 ") {
		t.Errorf("OPTIONS *: %q, %v", line, err)
	}
}

func TestARefusalIsAStatusWithoutAWord(t *testing.T) {
	f := start(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "Posada 1.0")
		w.Header().Set("X-Signature-Wanted", secret)
		w.Header().Set("Retry-After", "9")
		http.Error(w, "the signature should be "+secret, http.StatusForbidden)
		if _, err := io.WriteString(w, secret); err != nil {
			t.Errorf("the handler is troubled with %v", err)
		}
	})
	status, header, body := f.ask("POST", hook, strings.NewReader("Body=hola"))
	if status != 403 || body != "" {
		t.Errorf("%d %q", status, body)
	}
	header.Del("Date")
	want := http.Header{"Content-Length": {"0"}, "Retry-After": {"9"}, "X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}}
	if len(header) != len(want) {
		t.Errorf("the headers are %v, want %v", header, want)
	}
	for name := range want {
		if header.Get(name) != want.Get(name) {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want.Get(name))
		}
	}
}

func TestTheHandlerGetsTheBodyAsItWasSent(t *testing.T) {
	var got []byte
	var length int64
	f := start(t, Limits{BodyBytes: 100}, func(_ http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		length = r.ContentLength
	})
	sent := bytes.Repeat([]byte("\xff\x00a"), 33)
	for name, body := range map[string]io.Reader{"at once": bytes.NewReader(sent), "in chunks": io.MultiReader(bytes.NewReader(sent))} {
		if status, _, _ := f.ask("POST", hook, body); status != 200 || !bytes.Equal(got, sent) || length != int64(len(sent)) {
			t.Errorf("%s: %d, %d bytes of length %d", name, status, len(got), length)
		}
	}
}

func TestABodyOverTheLimitIs413(t *testing.T) {
	f := start(t, Limits{BodyBytes: 100}, func(http.ResponseWriter, *http.Request) { t.Error("it reached the handler") })
	long := strings.Repeat("a", 101)
	for name, body := range map[string]io.Reader{"with its length": strings.NewReader(long), "in chunks": io.MultiReader(strings.NewReader(long))} {
		if status, _, said := f.ask("POST", hook, body); status != 413 || said != "" {
			t.Errorf("%s: %d %q", name, status, said)
		}
	}
}

func TestAHeaderOverTheLimitIsRefused(t *testing.T) {
	f := start(t, Limits{HeaderBytes: 1 << 10}, func(http.ResponseWriter, *http.Request) { t.Error("it reached the handler") })
	// net/http allows 4 KiB more than the limit.
	_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 6<<10) + "\r\n\r\n")
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, " 431 ") {
		t.Errorf("%q, %v", line, err)
	}
}

func TestASlowHeaderIsCutOff(t *testing.T) {
	f := start(t, Limits{Header: 20 * time.Millisecond}, ok)
	_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nX-Wait: " + secret)
	if said, err := io.ReadAll(r); err != nil || len(said) > 0 && !strings.HasSuffix(string(said), "\r\n\r\n400 Bad Request") {
		t.Errorf("it said %q before it closed: %v", said, err)
	}
	if f.post() != 200 {
		t.Error("others are no longer answered")
	}
}

func TestASlowBodyIsCutOff(t *testing.T) {
	f := start(t, Limits{Body: 20 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 9 {
			t.Error("half a body reached the handler")
		}
	})
	_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nBody=")
	said, err := io.ReadAll(r)
	if head, body, _ := strings.Cut(string(said), "\r\n\r\n"); err != nil || !strings.HasPrefix(head, "HTTP/1.1 408 ") || body != "" || !strings.Contains(head, "Connection: close") {
		t.Errorf("it said %q, %v", said, err)
	}
	if f.post() != 200 {
		t.Error("others are no longer answered")
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	f := start(t, Limits{Idle: 20 * time.Millisecond}, ok)
	_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
	if said, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 200 ") {
		t.Errorf("it said %q, %v", said, err)
	}
}

func TestWhoTakesNoAnswerIsCutOff(t *testing.T) {
	wrote := make(chan error, 1)
	f := start(t, Limits{Write: 50 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for chunk := make([]byte, 1<<20); err == nil; {
			_, err = w.Write(chunk)
		}
		wrote <- err
	})
	f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
	<-wrote
}

func TestAHandlerIsToldWhenItsTimeIsUp(t *testing.T) {
	f := start(t, Limits{Work: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if status := f.post(); status != 503 {
		t.Errorf("%d", status)
	}
}

func TestAPanicIs500AndTheNextRequestIsAnswered(t *testing.T) {
	f := start(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "before":
			w.Header().Set("X-Half", "done")
			panic("a text: " + secret)
		case "runtime":
			_ = strings.Fields(secret)[len(r.Header)+9]
		case "after":
			fmt.Fprint(w, "half an answer")
			panic(errors.New(secret))
		}
	})
	for range 3 {
		status, header, body := f.ask("POST", hook+"?before", nil)
		if status != 500 || body != "" || header.Get("X-Half") != "" {
			t.Errorf("%d %q %v", status, body, header)
		}
	}
	if status, _, _ := f.ask("POST", hook+"?runtime", nil); status != 500 {
		t.Errorf("%d", status)
	}
	res, err := f.client.Post("http://"+f.addr+hook+"?after", "text/plain", nil)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks whole")
	}
	if f.post() != 200 {
		t.Error("others are no longer answered")
	}
	// Many are told once, all are counted, and where is said, not what.
	reports := f.reports()
	if len(reports) != 1 || !errors.Is(reports[0], ErrPanic) || !strings.Contains(reports[0].Error(), "(string at public_test.go:") ||
		!strings.Contains(reports[0].Error(), "/twilio/message") || strings.Contains(reports[0].Error(), secret) {
		t.Errorf("reported %v", reports)
	}
	wantMetrics(t, f.metrics, `posada_server_faults_total{kind="panic"} 5`, `posada_webhook_requests_total{class="5xx",route="/twilio/message"} 4`)
}

func TestAFloodIs503AndAfterItAllIsAsBefore(t *testing.T) {
	const atOnce, waiting, all = 2, 1, 10
	release := make(chan struct{})
	var most, now atomic.Int64
	f := start(t, Limits{UnderWay: atOnce, Waiting: waiting}, func(http.ResponseWriter, *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		<-release
		now.Add(-1)
	})
	type result struct {
		status int
		after  string
	}
	results := make(chan result)
	for range all {
		go func() {
			status, header, _ := f.ask("POST", hook, strings.NewReader("Body=hola"))
			results <- result{status, header.Get("Retry-After")}
		}()
	}
	for range all - atOnce - waiting {
		if r := <-results; r.status != 503 || r.after != retryAfter {
			t.Fatalf("beyond the limit: %+v", r)
		}
	}
	close(release)
	for range atOnce + waiting {
		if r := <-results; r.status != 200 {
			t.Errorf("within the limit: %+v", r)
		}
	}
	if f.post() != 200 {
		t.Error("afterwards others are not answered")
	}
	if most.Load() > atOnce {
		t.Errorf("%d were worked on at once", most.Load())
	}
}

func TestToWaitForAPlaceHasAnEnd(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{}, 2)
	f := start(t, Limits{UnderWay: 1, Waiting: 1, Work: 20 * time.Millisecond}, func(http.ResponseWriter, *http.Request) {
		began <- struct{}{}
		<-release // whatever its context says
	})
	first := make(chan int)
	go func() { first <- f.post() }()
	<-began
	if status := f.post(); status != 503 {
		t.Errorf("who waited: %d", status)
	}
	close(release)
	if status := <-first; status != 200 {
		t.Errorf("who was waited for: %d", status)
	}
	if f.post() != 200 {
		t.Error("a place was lost")
	}
}

func TestSlowSendersHoldNobodysPlace(t *testing.T) {
	f := start(t, Limits{UnderWay: 1, Waiting: 1}, ok)
	for range 8 {
		_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
		if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
			t.Fatalf("%q, %v", line, err) // from here on it is being read
		}
	}
	if status := f.post(); status != 200 {
		t.Errorf("%d", status)
	}
}

func TestLongBodiesHoldBoundedMemoryAndNoShortOneUp(t *testing.T) {
	const more = 8
	f := start(t, Limits{}, ok)
	half := "POST " + hook + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("a", small)
	release, statuses := make(chan struct{}), make(chan string)
	for range larges + more {
		c, r := f.raw(half)
		go func() {
			line, _ := r.ReadString('\n')
			statuses <- strings.TrimSpace(line)
		}()
		go func() {
			<-release
			_, _ = io.WriteString(c, strings.Repeat("a", 100000-small)) // those that were refused are closed
		}()
	}
	for range more {
		if line := <-statuses; line != "HTTP/1.1 503 Service Unavailable" {
			t.Fatalf("beyond the limit: %q", line)
		}
	}
	if status := f.post(); status != 200 {
		t.Errorf("a short one: %d", status)
	}
	close(release)
	for range larges {
		if line := <-statuses; line != "HTTP/1.1 200 OK" {
			t.Errorf("within the limit: %q", line)
		}
	}
	for range larges + 1 {
		if status, _, _ := f.ask("POST", hook, strings.NewReader(strings.Repeat("a", 100000))); status != 200 {
			t.Fatalf("a long one afterwards: %d", status)
		}
	}
}

func TestTooManyConnectionsAreClosedAndThereIsRoomAgain(t *testing.T) {
	f := start(t, Limits{Connections: 2}, ok)
	const request = "POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
	var open []net.Conn
	for range 2 {
		c, r := f.raw(request)
		if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
			t.Fatalf("%q, %v", line, err)
		}
		open = append(open, c)
	}
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Errorf("one too many was answered with %d bytes", n)
	}
	open[0].Close()
	for t.Context().Err() == nil { // the server sees it in its own time
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(c, request)
		if err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		c.Close()
		if err == nil {
			return
		}
	}
}

// broken is a listener whose Accept fails at first.
type broken struct {
	net.Listener
	failures atomic.Int64
}

type passing struct{}

func (passing) Error() string   { return "accept from " + secret }
func (passing) Timeout() bool   { return false }
func (passing) Temporary() bool { return true }

func (b *broken) Accept() (net.Conn, error) {
	if b.failures.Add(-1) >= 0 {
		return nil, passing{}
	}
	return b.Listener.Accept()
}

func TestNothingOfARequestIsInAnyLog(t *testing.T) {
	var out bytes.Buffer
	log.SetOutput(&out)
	t.Cleanup(func() { log.SetOutput(io.Discard) })
	f := &face{t: t, metrics: NewMetrics()}
	s, err := Public(base, map[string]http.Handler{"/twilio/message": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.WriteHeader(500) // net/http would complain of it
		if err := r.ParseForm(); err != nil {
			panic(err)
		}
		panic(secret)
	})}, Limits{}, f.metrics, f.report)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &broken{Listener: l}
	b.failures.Store(2)
	f.serve(s, b)
	for _, text := range []string{
		secret + "\r\n\r\n",
		"POST " + hook + " HTTP/1.1\r\n\r\n" + secret,
		"POST " + hook + " HTTP/1.1\r\nHost: " + secret + " " + secret + "\r\n\r\n",
		"POST " + hook + " HTTP/9.9\r\nHost: x\r\n\r\n" + secret,
		"POST " + hook + "?" + secret + ";a=%zz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"POST " + hook + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + secret + "\r\n\r\n",
		"POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n" + secret,
		"POST /" + secret + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + secret,
		"\x16\x03\x01\x02\x00" + secret + "\r\n\r\n",
	} {
		_, r := f.raw(text)
		if said, err := io.ReadAll(r); strings.Contains(string(said), secret) {
			t.Errorf("the answer repeats it: %q, %v", said, err)
		}
	}
	if err := f.stop(); err != nil {
		t.Error(err)
	}
	if out.Len() > 0 {
		t.Errorf("a log says %q", out.String())
	}
	var connection, panicked int
	for _, err := range f.reports() {
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("reported %v", err)
		}
		if errors.Is(err, ErrConnection) {
			connection++
		}
		if errors.Is(err, ErrPanic) {
			panicked++
		}
	}
	if connection != 1 || panicked != 1 {
		t.Errorf("reported %v", f.reports())
	}
	said := scrape(t, f.metrics)
	if strings.Contains(said, secret) || !strings.Contains(said, `posada_server_faults_total{kind="connection"}`) {
		t.Error("the metrics hold it, or did not count")
	}
}

func TestAStopFinishesWhatIsUnderWay(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{}, 1)
	f := start(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-release
		if r.Context().Err() != nil {
			t.Error("its context ended with the server's")
		}
		fmt.Fprint(w, "kept")
	})
	answered := make(chan string)
	go func() {
		_, _, body := f.ask("POST", hook, nil)
		answered <- body
	}()
	<-began
	stopped := make(chan error, 1)
	go func() { stopped <- f.stop() }()
	for { // until nothing new is taken
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-stopped:
		t.Fatalf("it stopped before its work was done: %v", err)
	default:
	}
	close(release)
	if body := <-answered; body != "kept" {
		t.Errorf("answered %q", body)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestAStopDoesNotWaitForEver(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{}, 1)
	defer close(release)
	f := start(t, Limits{Stop: 20 * time.Millisecond}, func(http.ResponseWriter, *http.Request) {
		began <- struct{}{}
		<-release
	})
	_, r := f.raw("POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
	<-began
	if err := f.stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopped with %v", err)
	}
	if said, _ := io.ReadAll(r); len(said) != 0 {
		t.Errorf("it said %q", said)
	}
}

func TestAServerThatCannotServeSaysSo(t *testing.T) {
	s, err := Public(base, nil, Limits{}, NewMetrics(), func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := s.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
}

func TestAListenerWithoutAPublicURLOrWithAnOddRouteIsRefused(t *testing.T) {
	h := http.HandlerFunc(ok)
	for name, c := range map[string]struct {
		public, route string
		handler       http.Handler
	}{
		"no URL": {"", "/a", h}, "plain http": {"http://posada.example.org", "/a", h},
		"no slash": {base, "a", h}, "nothing": {base, "", h}, "the root": {base, "/", h}, "a slash at the end": {base, "/a/", h},
		"a pattern": {base, "/{a}", h}, "dots": {base, "/../a", h}, "an escape": {base, "/a%2f", h}, "a query": {base, "/a?b", h},
		"no handler": {base, "/a", nil},
	} {
		if _, err := Public(c.public, map[string]http.Handler{c.route: c.handler}, Limits{}, NewMetrics(), func(error) {}); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// FuzzRequest: whatever bytes arrive, a handler is reached only by POST, its
// exact path and a whole body within the limit, and a refusal has no words.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nBody",
		"POST " + hook + "?m=7 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nBody\r\n0\r\n\r\n",
		"POST " + hook + " HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n" + strings.Repeat("a", 400),
		"GET " + hook + " HTTP/1.1\r\nHost: x\r\n\r\n", "POST /base/../base/twilio/message HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	const most = 64
	reached := false
	s, err := Public(base, map[string]http.Handler{"/twilio/message": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached = true
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) > most || r.Method != http.MethodPost || r.URL.EscapedPath() != hook {
			panic("this must not be here")
		}
		fmt.Fprint(w, "ok")
	})}, Limits{BodyBytes: most}, NewMetrics(), func(error) {})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		reached = false
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, r)
		switch {
		case reached && (w.Code != 200 || w.Body.String() != "ok"):
			t.Errorf("the handler was reached, and the answer is %d %q", w.Code, w.Body)
		case !reached && (w.Code < 400 || w.Code >= 500 || w.Body.Len() > 0):
			t.Errorf("a refusal is %d %q", w.Code, w.Body)
		}
	})
}

// BenchmarkPublic is what the face itself costs: bodies as long as a webhook's,
// a handler that does nothing, 128 clients that keep their connections; and the
// same of net/http alone.
func BenchmarkPublic(b *testing.B) {
	s, err := Public(base, map[string]http.Handler{"/twilio/message": http.HandlerFunc(ok)}, Limits{}, NewMetrics(), func(error) {})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("the face", func(b *testing.B) { measure(b, s.http) })
	b.Run("net http alone", func(b *testing.B) {
		measure(b, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })})
	})
}

func measure(b *testing.B, s *http.Server) {
	// Each run of a benchmark has a server of its own, and the same handler.
	server := httptest.NewUnstartedServer(nil)
	server.Config = &http.Server{Handler: s.Handler, ConnState: s.ConnState, ReadTimeout: s.ReadTimeout, WriteTimeout: s.WriteTimeout}
	server.Start()
	defer server.Close()
	const clients = 128
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	body := "Body=" + strings.Repeat("a", 600)
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for range clients {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				res, err := client.Post(server.URL+hook, "application/x-www-form-urlencoded", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					b.Errorf("%s", res.Status)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
