// The phone in the browser: its page, what it sends, and the stream of what it
// receives.
package simulator

import (
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"posada/bot"
	"posada/flows"
	"posada/locales"
)

//go:embed assets
var assets embed.FS

var page = template.Must(template.ParseFS(assets, "assets/index.html"))

const (
	// maxBody of a message sent: more than the longest text a test of bad
	// input sends (10,000 characters of four bytes, escaped).
	maxBody = 128 << 10
	// maxLabel is the most runes of a pressed button's label that are shown
	// again.
	maxLabel = 120
	// keepAlive is the pause after which a stream says that it lives, and
	// writeTime how long a reader may take to take what is written.
	keepAlive = 20 * time.Second
	writeTime = 10 * time.Second
)

// policy lets the page use its own script, style, picture and addresses, and
// nothing else; trusted types keep the script from ever making HTML of a text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Handler serves the phone at / and what it needs under /phone/. It asks
// nobody who they are: serve it only behind webhook.Guard, on a listener of this
// computer. Event streams stay open until Run ends, and set their own write
// deadline.
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.servePage)
	for _, name := range []string{"phone.css", "phone.js", "icon.svg"} {
		mux.HandleFunc("GET /phone/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	mux.HandleFunc("POST /phone/send", s.serveSend)
	mux.HandleFunc("GET /phone/events", s.serveEvents)
	mux.HandleFunc("GET /phone/voice/{lang}/{id}", s.serveVoice)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		mux.ServeHTTP(w, r)
	})
}

// pageLanguage is a language to choose on the page.
type pageLanguage struct{ Code, Name, Dir string }

func (s *Simulator) servePage(w http.ResponseWriter, _ *http.Request) {
	var languages []pageLanguage
	for _, l := range s.catalogue.Languages() {
		name := l.Raw(languageName)
		languages = append(languages, pageLanguage{l.Code, name, direction(name)})
	}
	var b bytes.Buffer
	if err := page.Execute(&b, languages); err != nil {
		s.report(fmt.Errorf("write the phone's page: %w", err))
		http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // a reader that went away misses nothing
}

// sending is what the page sends: a text that was typed, the payload and label
// of a button, or the kind and label of something attached, with a text or none.
type sending struct {
	Phone   string `json:"phone"`   // 128 random bits in hex: the contact
	ID      string `json:"id"`      // 128 random bits in hex: the message; the same when it is sent again
	Channel string `json:"channel"` // sms, whatsapp, telegram
	Lang    string `json:"lang"`    // the language a new contact begins with; "": it is asked
	AsOf    string `json:"asOf"`    // a day (2024-03-15); "": today
	Text    string `json:"text"`
	Payload string `json:"payload"`
	Media   string `json:"media"` // photo, voice and so on; the thing itself does not exist
	Label   string `json:"label"`
}

// sent is the answer.
type sent struct {
	Replies   int  `json:"replies"` // how many messages follow in the stream
	Duplicate bool `json:"duplicate"`
}

func (s *Simulator) serveSend(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	m, status, why := readSending(w, r)
	if why != "" {
		http.Error(w, why, status)
		return
	}
	in, why := s.inbound(m, now)
	if why != "" {
		http.Error(w, why, http.StatusBadRequest)
		return
	}
	// The person's message stands before its answers, whoever delivers them.
	s.phones.add(m.Phone, mine(m, now))
	receipt, err := s.receive(r.Context(), in)
	if err != nil {
		s.phones.remove(m.Phone, m.ID)
		if r.Context().Err() == nil {
			s.report(fmt.Errorf("receive from a simulated phone: %w", err))
		}
		http.Error(w, "Posada could not keep the message. Send it again.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(sent{Replies: len(receipt.Out), Duplicate: receipt.Duplicate}) // as above
}

// readSending reads one message and nothing else, or says with which status it
// is refused, and why: never in the decoder's words, which may hold the
// person's.
func readSending(w http.ResponseWriter, r *http.Request) (m sending, status int, why string) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return m, http.StatusUnsupportedMediaType, "The message is not JSON."
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return m, http.StatusRequestEntityTooLarge, "The message is too long."
	case err != nil:
		return m, http.StatusBadRequest, "The message did not arrive whole."
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err = d.Decode(&m); err == nil {
		_, err = d.Token()
	}
	if err != io.EOF {
		return m, http.StatusBadRequest, "The message cannot be read."
	}
	return m, http.StatusOK, ""
}

// inbound is the message for the assistant, or why there is none.
func (s *Simulator) inbound(m sending, now time.Time) (in bot.Inbound, why string) {
	form, known := flows.FormNamed(m.Channel)
	switch {
	case !isID(m.Phone) || !isID(m.ID):
		return in, "The phone or the message has no id."
	case !known:
		return in, "There is no such channel."
	case m.Lang != "" && s.catalogue.Language(m.Lang) == nil:
		return in, "There is no such language."
	case len(m.Payload) > flows.MaxPayload:
		return in, "There is no such button."
	case m.Media != "" && !slices.Contains(media, flows.Media(m.Media)):
		return in, "There is nothing of that kind to attach."
	}
	in = bot.Inbound{
		// Two phones that choose the same id are two messages all the same.
		ID:   m.Phone + "/" + m.ID,
		From: bot.Address{Channel: bot.Simulator, ID: m.Phone},
		Form: form, Text: m.Text, Payload: m.Payload, Media: flows.Media(m.Media), At: now, Lang: m.Lang,
	}
	if m.AsOf != "" {
		day, err := flows.ParseDate(m.AsOf)
		if err != nil || day.Day() == 0 {
			return bot.Inbound{}, "That is not a day. Write it as 2024-03-15."
		}
		in.AsOf = flows.Noon(day)
	}
	return in, ""
}

// media are the kinds of what can be attached.
var media = []flows.Media{flows.MediaPhoto, flows.MediaVoice, flows.MediaVideo, flows.MediaSticker, flows.MediaContact, flows.MediaLocation, flows.MediaFile}

// mine is the person's own bubble: the text, the label of the button, or what
// was attached, with its text below.
func mine(m sending, now time.Time) message {
	out := message{ID: m.ID, Mine: true, At: now.UnixMilli()}
	label, _ := locales.Clean(m.Label, maxLabel)
	text, _ := locales.Clean(m.Text, flows.MaxText)
	switch {
	case m.Payload != "":
		out.Text = label
	case m.Media != "":
		out.Text = strings.TrimSpace("[" + label + "]\n" + text)
	default:
		out.Text = text
	}
	return out
}

// isID tells whether s is 128 bits in lower-case hex.
func isID(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 16 && hex.EncodeToString(raw) == s
}

// serveEvents streams a phone's messages: those after Last-Event-ID (or after
// the query's, for a page that opens a new stream), else all that are held;
// then each as it comes.
func (s *Simulator) serveEvents(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	id := query.Get("phone")
	if !isID(id) {
		http.Error(w, "The phone has no id.", http.StatusBadRequest)
		return
	}
	p, leave, ok := s.phones.watch(id)
	if !ok {
		http.Error(w, "This phone is open too often. Close a tab.", http.StatusTooManyRequests)
		return
	}
	defer leave()
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = query.Get("after")
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := stream{w, http.NewResponseController(w)}
	if !out.write(": open\n\n") {
		return
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for seq := s.phones.after(last); ; {
		events, changed, ok := s.phones.since(id, p, seq)
		if !ok {
			return
		}
		for _, e := range events {
			raw, err := json.Marshal(e.message)
			if err != nil {
				s.report(fmt.Errorf("write a simulated phone's event: %w", err))
				return
			}
			if !out.write("id: " + s.phones.eventID(e.seq) + "\ndata: " + string(raw) + "\n\n") {
				return
			}
			seq = e.seq
		}
		select {
		case <-changed:
		case <-alive.C:
			if !out.write(": alive\n\n") {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.stopped:
			return
		}
	}
}

// serveVoice is a recording, for the player in a bubble.
func (s *Simulator) serveVoice(w http.ResponseWriter, r *http.Request) {
	if s.Recording == nil {
		http.NotFound(w, r)
		return
	}
	recording, err := s.Recording(flows.Voice{Lang: r.PathValue("lang"), ID: r.PathValue("id")})
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "audio/ogg")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(recording.Opus))
}

// stream writes server-sent events.
type stream struct {
	w       io.Writer
	control *http.ResponseController
}

// write sends a part at once. It is false when the reader is gone or takes
// nothing: then it comes back by itself, and says where it stood.
func (s stream) write(part string) bool {
	// A server's own write deadline would end the stream in the middle. Where
	// none can be set there is none.
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	if _, err := io.WriteString(s.w, part); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
