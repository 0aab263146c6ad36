// The socket for commands: whose it is, how long it is there, and that nobody
// else is taken for it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// short is a folder with a short name, for a socket's must be.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "p-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestTheSocketIsTheOwnersAloneAndGoesWithItsServer(t *testing.T) {
	t.Parallel()
	h := newDesks(t)
	path := h.data.DB + ".sock"
	stale, err := listenSocket(path)
	h.must(err)
	h.must(stale.(*socketListener).Listener.Close()) // as a killed server leaves it
	h.run(0, "Wanda", "", "staff", "list")           // nobody answers there: the database is opened
	h.serve()
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Fatalf("the socket: %v, %v", info.Mode(), err)
	}
	h.run(0, "Wanda", "", "staff", "list")

	// A second server on the same database ends, and takes nothing with it.
	code, _, errs := posada(t, "", "serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0", "--db", h.data.DB, "--key-file", h.data.KeyFile)
	if code == 0 || !strings.Contains(errs, "stop it first") {
		t.Fatalf("a second server: exit %d, %s", code, errs)
	}
	again, err := os.Lstat(path)
	if err != nil || !os.SameFile(info, again) {
		t.Fatalf("the second server changed the socket: %v", err)
	}
	h.run(0, "Wanda", "", "staff", "list")
	// By another name it is the same database.
	link := filepath.Join(h.dir, "link.db")
	h.must(os.Symlink(h.data.DB, link))
	if code, _, errs := posada(t, "", "staff", "list", "--db", link, "--key-file", h.data.KeyFile); code != 0 {
		t.Errorf("by a link: %s", errs)
	}
	h.halt()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the end the socket: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(h.dir, ".sock-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestNobodyElseIsGivenAPassword(t *testing.T) {
	dir := short(t)
	db := filepath.Join(dir, "p.db")
	if err := os.WriteFile(db, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := db + ".sock"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := dialSocket(t.Context(), path, db); err == nil || !strings.Contains(err.Error(), "was not made by a server") {
		t.Errorf("a socket that others may use: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	conn, err := dialSocket(t.Context(), path, db)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if os.Geteuid() == 0 { // only root can give a file away
		if err := os.Chown(path, 4711, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := dialSocket(t.Context(), path, db); err == nil || errors.Is(err, errNoServer) {
			t.Errorf("another user's socket: %v", err)
		}
	}
}

func TestWhatIsNoSocketStaysWhereItIs(t *testing.T) {
	path := filepath.Join(short(t), "p.db.sock")
	if err := os.WriteFile(path, []byte("a diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listenSocket(path); !errors.Is(err, errNoSocket) {
		t.Errorf("over a file: %v", err)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "a diary" {
		t.Errorf("the file: %q, %v", raw, err)
	}
	if _, err := dialSocket(t.Context(), path, path); !errors.Is(err, errNoServer) {
		t.Errorf("dial a file: %v", err)
	}
	long := filepath.Join(short(t), strings.Repeat("x", 120)+".sock")
	if _, err := listenSocket(long); !errors.Is(err, errNoSocket) || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a long name: %v", err)
	}
}

func TestAServerRunsWithoutASocketAndSaysSo(t *testing.T) {
	homeless(t)
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 90))
	data := dataFlags{DB: filepath.Join(dir, "p.db"), KeyFile: filepath.Join(dir, "p.key")}
	ctx, stop := context.WithCancel(t.Context())
	out, errs := &synced{got: make(chan struct{}, 1)}, &synced{got: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0", "--db", data.DB, "--key-file", data.KeyFile}, streams{strings.NewReader(""), out, errs})
	}()
	for !strings.Contains(out.String(), "Stop with") {
		select {
		case <-out.got:
		case code := <-ended:
			t.Fatalf("serve ended with %d: %s", code, errs)
		}
	}
	if !strings.Contains(out.String(), "wait until the server is stopped") {
		t.Errorf("serve greets with %s", out)
	}
	code, _, said := posada(t, "", "staff", "list", "--db", data.DB, "--key-file", data.KeyFile)
	if code == 0 || !strings.Contains(said, "does not answer commands at") {
		t.Errorf("a command: exit %d, %s", code, said)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("stopped with %d: %s", code, errs)
	}
}

func TestARequestThatCannotBeReadShowsNothingOfItself(t *testing.T) {
	c := &control{report: func(err error) { t.Error(err) }}
	client := &http.Client{Transport: inProcess{c.Handler()}}
	for _, body := range []string{"", "{", `{"Who":{"Password":12345678}}`, `{"Sesame":"12345678"}`, `["12345678"]`, strings.Repeat(" ", maxAsk+1) + "{}"} {
		res, err := client.Post("http://localhost"+controlBase+"staff/list", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		var no refusal
		if err := json.NewDecoder(res.Body).Decode(&no); err != nil || res.StatusCode != http.StatusUnprocessableEntity || strings.Contains(no.Refused, "1234") || no.Refused == "" {
			t.Errorf("%.40q is answered %d %q, %v", body, res.StatusCode, no.Refused, err)
		}
	}
	asks := &controlClient{http: client}
	if _, err := asked[printed](t.Context(), asks, "sesame", operatorAsk{}); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("a request that nobody knows: %v", err)
	}
}

func TestSecretsAreShownByNothingButJSON(t *testing.T) {
	who := credentials{As: "Ada", Password: "sesame", Code: "123456"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(verb, who); strings.Contains(text, "sesame") || strings.Contains(text, "123456") || strings.Contains(text, "736573616d65") {
			t.Errorf("%s shows %s", verb, text)
		}
	}
	raw, err := json.Marshal(who)
	if err != nil || !strings.Contains(string(raw), "sesame") {
		t.Errorf("JSON: %s, %v", raw, err)
	}
}

func TestSecretsAreReadALineEach(t *testing.T) {
	s := streams{in: strings.NewReader("first word\r\nsecond\n\nlast"), err: new(strings.Builder)}
	for _, want := range []string{"first word", "second", "", "last"} {
		if got, err := s.secret(""); err != nil || string(got) != want {
			t.Fatalf("%q, %v; want %q", string(got), err, want)
		}
	}
	if _, err := s.secret(""); err == nil {
		t.Error("a line after the last")
	}
	s.in = strings.NewReader(strings.Repeat("x", maxSecret+1) + "\n")
	if _, err := s.secret(""); err == nil {
		t.Error("a line of any length is read")
	}
}

func TestAServerThatEndsMidwayIsNotTakenForARefusal(t *testing.T) {
	dir := short(t)
	db := filepath.Join(dir, "p.db")
	if err := os.WriteFile(db, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := listenSocket(db + ".sock")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetReadDeadline(time.Now().Add(time.Second))
			_, _ = conn.Read(make([]byte, 1))
			conn.Close()
		}
	}()
	defer l.Close()
	client, err := (&dataFlags{DB: db}).dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := asked[printed](t.Context(), client, "staff/list", operatorAsk{}); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("a connection that is cut: %v", err)
	}
}
