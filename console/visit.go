// One visit: a request, who makes it, what the form holds, and the ways to
// answer it.
package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"posada/bot/staff"
	"posada/locales"
)

// maxForm is the largest form, in bytes: twelve languages of the longest
// bulletin, escaped.
const maxForm = 512 << 10

// maxLine bounds a field of one line, in characters.
const maxLine = 300

// visit is a request on its way through a page. now is when it came: pages ask
// no clock.
type visit struct {
	c      *Console
	w      http.ResponseWriter
	r      *http.Request
	route  route
	now    time.Time
	cookie string

	Who  staff.Session // whose ID is "" when nobody signed in
	Lang string        // en or es
}

// reply is how a visit is answered. Pages make it by show, refused, goTo,
// missing or stream.
type reply struct {
	status int
	page   string // a template
	data   any
	to     string // a path to go on to
	flash  flash  // what is said there
	live   func() (map[string]string, error)
	done   bool // the page wrote its answer itself
}

// show answers with the route's page.
func (v *visit) show(data any) reply {
	return reply{status: http.StatusOK, page: v.route.Page, data: data}
}

// showAgain answers a form that could not be taken with a page, which holds what
// was typed: 409 when something changed meanwhile, 422 when it has to be mended.
func showAgain(status int, page string, data any) reply {
	return reply{status: status, page: page, data: data}
}

// goTo answers a form that was taken: with another page, and a word there.
func goTo(path, word string, args ...string) reply {
	return reply{status: http.StatusSeeOther, to: path, flash: flash{Word: word, Args: args}}
}

// refused answers with a sentence.
func refused(status int, word string) reply {
	return reply{status: status, page: "refused", data: word}
}

func missing() reply { return refused(http.StatusNotFound, "refused.missing") }

// admit lets a visit through to its page, or answers it.
func (v *visit) admit() (*reply, error) {
	if v.route.Who == anyone {
		return v.readForm(), nil
	}
	v.cookie = readCookie(v.r, v.c.Secure)
	if v.cookie == "" {
		return v.turnAway(), nil
	}
	session, err := v.c.Staff.Session(v.r.Context(), v.cookie, v.now)
	if errors.Is(err, staff.ErrNoSession) {
		return v.turnAway(), nil
	}
	if err != nil {
		return nil, err
	}
	v.Who = session
	if has(languages, session.Lang) {
		v.Lang = session.Lang
	}
	if v.route.Who == officers && !v.may(v.route.Act) {
		out := refused(http.StatusForbidden, "refused.role")
		return &out, nil
	}
	if out := v.readForm(); out != nil {
		return out, nil
	}
	if v.route.fresh() && !session.Confirmed {
		return v.confirm()
	}
	return nil, nil
}

// confirm takes the code that a form brought with it: what is asked for and the
// code that it needs are one step.
func (v *visit) confirm() (*reply, error) {
	code := v.line(codeField)
	if code == "" {
		out := v.again(http.StatusForbidden, "again.code")
		return &out, nil
	}
	err := v.c.Staff.ConfirmCode(v.r.Context(), v.cookie, code, v.now)
	var slow staff.ErrSlow
	switch {
	case errors.As(err, &slow):
		out := v.again(http.StatusTooManyRequests, "again.slow")
		return &out, nil
	case errors.Is(err, staff.ErrRefused):
		out := v.again(http.StatusForbidden, "again.wrong")
		return &out, nil
	case err != nil:
		return nil, err
	}
	v.Who.Confirmed = true
	return nil, nil
}

// turnAway asks who this is. What a form held is not lost by it.
func (v *visit) turnAway() *reply {
	if !v.route.changes() {
		to := "/sign-in"
		if v.r.URL.Path != "/" {
			to += "?next=" + url.QueryEscape(v.r.URL.Path)
		}
		return &reply{status: http.StatusSeeOther, to: to}
	}
	if out := v.readForm(); out != nil {
		return out
	}
	out := v.again(http.StatusUnauthorized, "again.session")
	return &out
}

// readForm reads what was sent; the answer says why it cannot be read.
func (v *visit) readForm() *reply {
	if !v.route.changes() {
		return nil
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	err := v.r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		out := refused(http.StatusRequestEntityTooLarge, "refused.large")
		return &out
	case err != nil:
		out := refused(http.StatusBadRequest, "refused.form")
		return &out
	}
	return nil
}

const codeField = "confirm-code"

// again is a page that holds a form which was not taken, to be sent again when
// the officer has signed in or given a code.
type again struct {
	Word    string
	Path    string
	Fields  []field
	Code    bool // it asks for a code, and sends it along
	Session bool // it asks to sign in first, in another tab
}

type field struct{ Name, Value string }

func (v *visit) again(status int, word string) reply {
	a := again{Word: word, Path: v.r.URL.Path, Code: status != http.StatusUnauthorized && v.Who.HasCode, Session: status == http.StatusUnauthorized}
	if status != http.StatusUnauthorized && !v.Who.HasCode {
		a.Word = "again.none"
	}
	for _, name := range sortedKeys(v.r.PostForm) {
		if name == codeField || strings.Contains(name, "password") || name == "code" {
			continue
		}
		for _, value := range v.r.PostForm[name] {
			a.Fields = append(a.Fields, field{name, value})
		}
	}
	return reply{status: status, page: "again", data: a}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// line is a field of one line, cleaned.
func (v *visit) line(name string) string {
	s, _ := locales.Clean(strings.Join(strings.Fields(v.r.PostForm.Get(name)), " "), maxLine)
	return strings.TrimSpace(s)
}

// text is a field of many lines as it was typed, with line ends of one kind. It
// is for those who judge its length to do so.
func (v *visit) text(name string) string {
	return strings.ReplaceAll(v.r.PostForm.Get(name), "\r\n", "\n")
}

// version of what the form changes, as it was shown; 0 when it names none.
func (v *visit) version() uint64 {
	n, err := strconv.ParseUint(v.r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// once is the id that a form which makes something new was given when it was
// shown: sent twice it makes one thing. false when it is no id.
func (v *visit) once() (id string, ok bool) {
	id = v.r.PostForm.Get("once")
	return id, isOnce(id)
}

// newOnce makes such an id; it can be that of a paper.
func newOnce() string { return strings.ToLower(rand.Text()) }

func isOnce(s string) bool {
	return len(s) == 26 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// own is a path of this console, "/" when it is anything else: nobody is sent on
// to another site.
func own(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	// As it was escaped: what stands for a slash must not become one.
	clean := u.EscapedPath()
	if !strings.HasPrefix(clean, "/") || strings.HasPrefix(clean, "//") {
		return "/"
	}
	return clean
}
