// The command line, as its users give it: arguments in, output and exit code
// out.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/flows"
	"posada/locales"
)

// posada runs one command and returns what it printed.
func posada(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, streams{strings.NewReader(stdin), &out, &err})
	return code, out.String(), err.String()
}

// TestMain keeps all tests away from the user's own folders.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "posada-test")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME"} { // not HOME, where Go keeps what it built
		if err := os.Setenv(name, dir); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// homeless gives a test folders of its own there.
func homeless(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_DATA_HOME", filepath.Join(dir, "data"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	return dir
}

func chatLines(t *testing.T, stdout string) []chatMessage {
	t.Helper()
	var out []chatMessage
	for line := range strings.Lines(stdout) {
		var m chatMessage
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&m); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		out = append(out, m)
	}
	return out
}

func TestChatAnswersAGreetingInTraining(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := posada(t, "hola\n", "chat", "--lang", "es", "--json", "--as-of", "2024-03-15")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	msgs := chatLines(t, stdout)
	if len(msgs) == 0 {
		t.Fatal("no answer")
	}
	for _, m := range msgs {
		if !strings.HasPrefix(m.Text, "TRAINING\n") || m.Lang != "es" || m.To != "terminal" || m.Channel != "whatsapp" || m.Flow == "" || m.Node == "" {
			t.Errorf("message %+v", m)
		}
	}
	if last := msgs[len(msgs)-1]; len(last.Choices) != 2 || last.Choices[0].Key != "1" {
		t.Errorf("the consent question has choices %v", last.Choices)
	}
	for _, key := range []string{`"to"`, `"channel"`, `"lang"`, `"text"`, `"choices"`, `"flow"`, `"node"`, `"segments"`} {
		if !strings.Contains(stdout, key) {
			t.Errorf("no %s in %s", key, stdout)
		}
	}
}

func TestChatSaysTodayThatTheProgrammeIsClosed(t *testing.T) {
	t.Parallel()
	code, stdout, _ := posada(t, "hello\n1\n4\n", "chat", "--lang", "en", "--json")
	if code != 0 {
		t.Fatalf("exit %d", code)
	}
	if strings.Contains(stdout, "TRAINING") || !strings.Contains(stdout, "20 January 2025") {
		t.Errorf("registration does not say that it is closed:\n%s", stdout)
	}
}

func TestChatReadsToTheEndWhateverItIsGiven(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing": "", "no line end": "hola", "empty lines": "\n\n\n", "10,000 characters": strings.Repeat("a ", 5000) + "\n",
		"invalid UTF-8": "\xff\xfe\n", "control and bidi": "\x00\x1b[2J\u202eabc\n", "emoji": "😀😀\n", "other digits": "hola\n٢\n",
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := posada(t, in, "chat", "--channel", "sms", "--json")
			if code != 0 || stderr != "" {
				t.Errorf("exit %d, %s", code, stderr)
			}
			if in != "" && len(chatLines(t, stdout)) == 0 {
				t.Error("no answer")
			}
		})
	}
}

func TestChatComesBackToWhereItWas(t *testing.T) {
	dir := homeless(t)
	db := filepath.Join(dir, "chat.db")
	args := []string{"chat", "--lang", "en", "--json", "--db", db, "--key-file", filepath.Join(dir, "chat.key")}
	if code, _, stderr := posada(t, "hi\n1\n2\n1\n", args...); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := posada(t, "repeat\n", args...)
	if code != 0 {
		t.Fatal(stderr)
	}
	if msgs := chatLines(t, stdout); len(msgs) != 1 || msgs[0].Flow != "screening" || msgs[0].Node != "entry" {
		t.Errorf("the next day begins with %s", stdout)
	}
	// Another name is another person.
	_, stdout, _ = posada(t, "repeat\n", append(args, "--from", "somebody else")...)
	if msgs := chatLines(t, stdout); len(msgs) == 0 || msgs[0].Flow != "first" {
		t.Errorf("another person stands at %s", stdout)
	}
	// A new key, everything sealed anew: the conversation goes on.
	for _, cmd := range [][]string{{"keys", "rotate"}, {"compact"}} {
		if code, out, stderr := posada(t, "", append(cmd, args[4:8]...)...); code != 0 {
			t.Fatalf("%v: %s%s", cmd, out, stderr)
		}
	}
	_, stdout, stderr = posada(t, "repeat\n", args...)
	if msgs := chatLines(t, stdout); len(msgs) != 1 || msgs[0].Node != "entry" {
		t.Errorf("after a rotation: %s%s", stdout, stderr)
	}
}

func TestCommandLineFaultsAreClear(t *testing.T) {
	dir := homeless(t)
	if err := os.WriteFile(filepath.Join(dir, "orphan.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"dance"}, 2, "unexpected argument dance"},
		{[]string{"chat", "--lang", "xx"}, 1, `no language "xx"; there are`},
		{[]string{"chat", "--as-of", "yesterday"}, 1, "write 2024-03-15"},
		{[]string{"chat", "--as-of", "2024-02-30"}, 1, "write 2024-03-15"},
		{[]string{"chat", "--as-of", "2020-01-01"}, 1, "from 2023-05-12 on"},
		{[]string{"chat", "--channel", "pigeon"}, 2, "must be one of"},
		{[]string{"chat", "--db", filepath.Join(dir, "orphan.db"), "--key-file", filepath.Join(dir, "none.key")}, 1, "cannot be read without it"},
		{[]string{"flows", "nowhere"}, 1, `no flow "nowhere"; there are`},
		{[]string{"serve", "--listen", "0.0.0.0:8080"}, 1, "other machines"},
		{[]string{"serve", "--listen", "8080"}, 1, "127.0.0.1:8080"},
		{[]string{"compact"}, 1, "no key file"},
		{[]string{"health", "--listen", "127.0.0.1:1"}, 1, "ask the server"},
	} {
		code, stdout, stderr := posada(t, "", c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("posada %s: exit %d, %q; wanted %d and %q\n%s", strings.Join(c.args, " "), code, stderr, c.code, c.want, stdout)
		}
	}
}

func TestHelpTeaches(t *testing.T) {
	code, stdout, _ := posada(t, "", "--help")
	if code != 0 {
		t.Fatalf("exit %d", code)
	}
	for _, want := range []string{"posada serve", "posada chat --lang es", "--as-of", "POSADA_", "--config"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("--help does not speak of %s", want)
		}
	}
}

func TestSettingsComeFromEnvironmentAndConfig(t *testing.T) {
	dir := homeless(t)
	config := filepath.Join(dir, "posada.yaml")
	if err := os.WriteFile(config, []byte("lang: en\njson: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("POSADA_CHANNEL", "sms")
	code, stdout, stderr := posada(t, "hi\n", "--config", config, "chat")
	if code != 0 {
		t.Fatal(stderr)
	}
	if msgs := chatLines(t, stdout); len(msgs) != 1 || msgs[0].Lang != "en" || msgs[0].Channel != "sms" {
		t.Errorf("the settings were not used: %s", stdout)
	}
	if err := os.WriteFile(config, []byte("lang: en\nlangg: es\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := posada(t, "hi\n", "--config", config, "chat"); code == 0 || !strings.Contains(stderr, "langg") {
		t.Errorf("a setting that nobody knows was swallowed: exit %d, %s", code, stderr)
	}
}

func TestBookTellsADay(t *testing.T) {
	_, stdout, stderr := posada(t, "", "book", "--as-of", "2024-03-15")
	for _, want := range []string{"as of 2024-03-15", "open, requests 11:00 to 23:00 (Etc/GMT+6) or 12:00 to 23:59 (America/New_York)", "1450", "OVERDUE FOR REVIEW: 0", "fr-2023"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the book of that day\n%s", want, stderr)
		}
	}
	_, stdout, _ = posada(t, "", "book", "--as-of", "2029-01-01")
	if !regexp.MustCompile(`OVERDUE FOR REVIEW: [1-9]\d+`).MatchString(stdout) || !strings.Contains(stdout, "cbp-one  closed") {
		t.Error("years later nothing is overdue, or the programme is open")
	}
}

func TestClockBeforeTheNewestReviewStopsTheStart(t *testing.T) {
	if _, err := new(bookFlags).load(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Errorf("load: %v", err)
	}
}

func TestEmbeddedBookAndLanguagesHaveNoFault(t *testing.T) {
	t.Parallel()
	if code, stdout, stderr := posada(t, "", "check"); code != 0 {
		t.Errorf("%s%s", stdout, stderr)
	}
}

func TestEveryFlowCanBeDrawn(t *testing.T) {
	t.Parallel()
	_, names, _ := posada(t, "", "flows")
	for name := range strings.FieldsSeq(names) {
		for _, format := range []string{"mermaid", "dot"} {
			if code, stdout, stderr := posada(t, "", "flows", name, "--format", format); code != 0 || len(stdout) < 40 {
				t.Errorf("%s as %s: %s", name, format, stderr)
			}
		}
	}
}

// synced is a writer that a running command and its test may share.
type synced struct {
	mu  sync.Mutex
	buf bytes.Buffer
	got chan struct{}
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.buf.Write(p)
	select {
	case s.got <- struct{}{}:
	default:
	}
	return n, err
}

func (s *synced) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func TestServeAnswersUntilItIsStopped(t *testing.T) {
	dir := homeless(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &synced{got: make(chan struct{}, 1)}
	errs := &synced{got: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"}, streams{strings.NewReader(""), out, errs})
	}()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	for !address.MatchString(out.String()) {
		select {
		case <-out.got:
		case code := <-ended:
			t.Fatalf("serve ended with %d: %s", code, errs)
		}
	}
	url := address.FindString(out.String())
	if !strings.Contains(out.String(), "hola") || !strings.Contains(out.String(), "No channel has credentials") {
		t.Errorf("serve greets with %s", out)
	}
	if code, _, stderr := posada(t, "", "health", "--listen", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")); code != 0 {
		t.Errorf("health: %s", stderr)
	}
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("<html")) {
		t.Errorf("the phone: %s, %v", res.Status, err)
	}
	// A second process on the same file is told who has it.
	code, _, stderr := posada(t, "", "compact")
	if code == 0 || !strings.Contains(stderr, "stop it first") {
		t.Errorf("a second process on the database: exit %d, %s", code, stderr)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("stopped with %d: %s", code, errs)
	}
	for file, mode := range map[string]os.FileMode{"data/posada/posada.db": 0o600, "config/posada/posada.key": 0o600} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
}

func TestEveryLanguageOffersItself(t *testing.T) {
	t.Parallel()
	c, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b, err := flows.Embedded(c)
	if err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := posada(t, "blargh\n", "chat", "--json")
	msgs := chatLines(t, stdout)
	if len(msgs) != 1 || len(msgs[0].Choices) != len(c.Languages())+len(b.Orals()) {
		t.Errorf("the first question offers %v", msgs)
	}
}
