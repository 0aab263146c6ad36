// How fast pages are written, and how heavy they are.
package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"posada/bot/staff"
)

func BenchmarkPages(b *testing.B) {
	h := newHouse(b)
	o := h.hire("Ana", staff.RoleAdmin, true)
	for _, r := range h.console.table {
		if r.Menu == "" {
			continue
		}
		path := strings.TrimSuffix(r.path(), "{$}")
		b.Run(r.Page, func(b *testing.B) {
			bytes := 0
			for b.Loop() {
				q := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
				q.AddCookie(o.cookie)
				w := httptest.NewRecorder()
				h.handler.ServeHTTP(w, q)
				if bytes = w.Body.Len(); w.Code != http.StatusOK {
					b.Fatalf("status %d", w.Code)
				}
			}
			b.ReportMetric(float64(bytes)/1024, "KB/page")
		})
	}
}

// Whatever a link asks to go on to, it stays in the console.
func FuzzOwn(f *testing.F) {
	for _, s := range []string{"/", "/audit?x=1", "//evil.example", "/\\evil", "https:evil", "/%2f%2fevil", "/a//b", "\x00/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := own(s)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Errorf("own(%q) = %q", s, got)
		}
	})
}

// No form and no cookie breaks a page.
func FuzzForm(f *testing.F) {
	h := newHouse(f)
	o := h.hire("Ana", staff.RoleApprover, true)
	f.Add("once=x&kind=fact&target=%3Cb%3E&reason=%00", "x", "lang=fr")
	f.Add("kind=%zz", "eyJXb3JkIjoieCJ9", "%")
	f.Add("once="+newOnce()+"&kind=fact&target="+h.book.Facts()[0].ID+"&reason=because", "", "kind=fact&target=a")
	f.Fuzz(func(t *testing.T, body, flash, query string) {
		for _, q := range []*http.Request{
			httptest.NewRequest(http.MethodPost, "http://localhost/withdrawals", strings.NewReader(body)),
			httptest.NewRequest(http.MethodGet, "http://localhost/withdrawals", nil),
		} {
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			q.Header.Set("Sec-Fetch-Site", "same-origin")
			q.URL.RawQuery = query
			q.AddCookie(o.cookie)
			q.AddCookie(&http.Cookie{Name: flashName, Value: flash})
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, q)
			if w.Code >= 500 {
				t.Errorf("status %d: %v", w.Code, h.reports)
			}
			if strings.Count(w.Body.String(), "<script") > 1 {
				t.Error("a script of the form is on the page")
			}
		}
	})
}
