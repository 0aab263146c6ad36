// The client of the control: it asks the running server, and where none runs
// the same handler in its own process.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"posada/store/bolt"
)

// errNoServer: nobody answers beside the database.
var errNoServer = errors.New("no server runs")

// controlClient asks. Close ends what it opened.
type controlClient struct {
	http  *http.Client
	apart bool // no server runs: nothing is sent until one does
	close func() error
}

// Close closes the database where it was opened.
func (c *controlClient) Close() error { return c.close() }

// control is a client for what an operator asks.
func (d *dataFlags) control(ctx context.Context) (*controlClient, error) {
	return d.reach(ctx, func(store *bolt.Store) (*control, error) { return operatorControl(store), nil })
}

// reach finds the server, or opens the database and lets open make what answers
// in its stead. It is asked a second time when the database is held: the server
// may have come or gone meanwhile.
func (d *dataFlags) reach(ctx context.Context, open func(*bolt.Store) (*control, error)) (*controlClient, error) {
	if err := d.fill(); err != nil {
		return nil, err
	}
	client, err := d.dial(ctx)
	if !errors.Is(err, errNoServer) {
		return client, err
	}
	store, _, err := d.open()
	if errors.Is(err, bolt.ErrLocked) {
		if client, again := d.dial(ctx); again == nil {
			return client, nil
		}
		return nil, fmt.Errorf("%w; if that is a server, it does not answer commands at %s", err, d.socket())
	}
	if err != nil {
		return nil, err
	}
	c, err := open(store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &controlClient{http: &http.Client{Transport: inProcess{c.Handler()}}, apart: true, close: store.Close}, nil
}

// dial is a client of the running server; errNoServer where there is none.
func (d *dataFlags) dial(ctx context.Context) (*controlClient, error) {
	path := d.socket()
	conn, err := dialSocket(ctx, path, d.DB)
	if err != nil {
		return nil, err
	}
	_ = conn.Close() // it was there; requests have connections of their own
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, path, d.DB) }}
	return &controlClient{http: &http.Client{Transport: t}, close: func() error { t.CloseIdleConnections(); return nil }}, nil
}

// inProcess answers requests by a handler, without a network.
type inProcess struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &written{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, r)
	return &http.Response{
		StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
	}, nil
}

// written is an answer in memory.
type written struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(b []byte) (int, error) { return w.body.Write(b) }

// asked asks for one thing. A *refusal is the answer no.
func asked[A any](ctx context.Context, c *controlClient, path string, q any) (a A, err error) {
	ctx, cancel := context.WithTimeout(ctx, askLongest)
	defer cancel()
	body, err := json.Marshal(q)
	if err != nil {
		return a, errors.New("the request cannot be written") // the error may show what it holds
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+controlBase+path, bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("ask the server: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(r)
	if err != nil {
		return a, fmt.Errorf("ask the server: %w; whether it was done is not known: look before you do it again", err)
	}
	defer res.Body.Close()
	d := json.NewDecoder(res.Body)
	switch res.StatusCode {
	case http.StatusOK:
		if err := d.Decode(&a); err != nil {
			return a, fmt.Errorf("read the server's answer: %w", err)
		}
		return a, nil
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return a, errors.New("the running server does not know this command: it is another version of Posada")
	}
	var no refusal
	if err := d.Decode(&no); err != nil || no.Refused == "" {
		return a, fmt.Errorf("the server answered %s", res.Status)
	}
	return a, &no
}

// timeShown is how commands print times.
const timeShown = "2006-01-02 15:04Z"

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeShown)
}
