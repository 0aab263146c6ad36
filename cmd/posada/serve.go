// posada serve: the assistant and everything it runs with.
package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"posada/bot"
	"posada/channel/simulator"
)

type serveCmd struct {
	dataFlags
	Listen string `default:"127.0.0.1:8080" help:"Where the phone in the browser listens: a loopback address, for it asks for no password." placeholder:"HOST:PORT"`
}

// The times an HTTP request may take. Streams of events are bounded by the
// phone itself, so there is no limit on writing.
const (
	headerTime = 5 * time.Second
	bodyTime   = 15 * time.Second
	idleTime   = 2 * time.Minute
	stopTime   = 10 * time.Second
)

func (c *serveCmd) Run(ctx context.Context, std streams) error {
	log := slog.New(slog.NewTextHandler(std.err, nil))
	if err := loopback(c.Listen); err != nil {
		return err
	}
	book, err := loadBook(time.Now())
	if err != nil {
		return err
	}
	store, err := c.open()
	if err != nil {
		return err
	}
	defer store.Close()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen for the phone: %w; if another program has the port, give another: --listen 127.0.0.1:0 takes any free one", err)
	}

	assistant := bot.New(book, store)
	phone := simulator.New(assistant.Receive, store, book.Catalogue, func(err error) { log.Error("phone", "error", err) })
	mux := http.NewServeMux()
	mux.Handle("/", phone.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime,
		ErrorLog: stdlog.New(quiet{log}, "", 0)}

	// Everything ends together, whoever ends first.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { phone.Run(ctx) })
	running.Go(func() {
		bot.NewSweeper(book, store).Run(ctx, func(swept bot.Swept, err error) {
			switch {
			case err != nil:
				log.Error("sweep", "error", err)
			case assistant.Lost()+store.Damaged() > 0:
				log.Warn("swept; some sessions or values could not be read", "sessions lost", assistant.Lost(), "values damaged", store.Damaged(), "answers erased", swept.Replaced, "contacts forgotten", swept.Forgotten)
			case swept.Replaced+swept.Forgotten+swept.Damaged > 0:
				log.Info("swept", "sessions", swept.Sessions, "answers erased", swept.Replaced, "contacts forgotten", swept.Forgotten, "damaged", swept.Damaged)
			}
		})
	})
	failed := make(chan error, 1)
	running.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve the phone: %w", err)
			cancel()
		}
	})
	c.greet(std, listener.Addr().String())

	<-ctx.Done()
	cancel()
	// New requests are refused, those under way end; only then the store closes.
	stopping, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer done()
	if err := server.Shutdown(stopping); err != nil {
		log.Error("stop", "error", err)
	}
	running.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// quiet takes what net/http would log: it may hold an address or what a person
// wrote, so only that it happened is said.
type quiet struct{ log *slog.Logger }

func (q quiet) Write(p []byte) (int, error) {
	q.log.Error("a request to the phone failed")
	return len(p), nil
}

func (c *serveCmd) greet(std streams, addr string) {
	fmt.Fprintf(std.out, `Posada is ready.

  Open      http://%s/
  and write hola

No channel has credentials: only this phone in the browser talks to Posada.
Data      %s
Key file  %s (without it the data is worthless: keep a copy elsewhere)
Stop with Ctrl+C.
`, addr, c.DB, c.KeyFile)
}

// loopback refuses an address that other machines could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--listen %s: %w; write it as 127.0.0.1:8080", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s would let other machines at the phone, which asks for no password: use 127.0.0.1 or localhost", addr)
	}
	return nil
}

type healthCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Where the server listens, as given to serve." placeholder:"HOST:PORT"`
}

// Run asks /healthz, so that a container without a shell can check itself.
func (c *healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, headerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Listen+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		if os.IsTimeout(err) {
			return fmt.Errorf("the server did not answer within %s", headerTime)
		}
		return fmt.Errorf("ask the server: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", res.Status)
	}
	return nil
}
