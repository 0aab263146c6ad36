// Pages for everybody: what an organisation publishes beside its webhooks.
package webhook

import "net/http"

// Page lets a handler answer GET and HEAD, and nothing else, at exactly the path
// that it is mounted at. It is given no body.
func Page(h http.Handler) http.Handler { return page{h} }

type page struct{ http.Handler }

// ServeHTTP hands over the request without a body, of which none is due.
func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = http.NoBody, 0
	p.Handler.ServeHTTP(w, r)
}

// reads tells whether a method only reads.
func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }
