// The public page: answered rumours for everybody to read and quote, and the
// same as data. It knows no session, sets no cookie and takes nothing.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"posada/bot/rumour"
)

//go:embed public
var publicFiles embed.FS

// Feed gives what stands answered; rumour.Desk has it.
type Feed interface {
	Feed(now time.Time) rumour.Feed
}

// Paths of the public page.
const (
	PublicPage = "/rumours"
	PublicJSON = "/rumours.json"
	PublicCSS  = "/rumours.css"
)

// publicAge is how long others may keep what they read, in seconds: an answer
// that is withdrawn is gone everywhere soon after.
const publicAge = "public, max-age=60"

const publicPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// PublicHandler serves PublicPage and PublicJSON, on the public listener and
// apart from the console. languages name what reviews are written in. An error
// says that the page itself is broken.
func PublicHandler(feed Feed, languages []Tongue, report func(error)) (http.Handler, error) {
	p := &public{feed: feed, supply: Supply{Languages: languages}, report: report, pages: map[string]*template.Template{}}
	texts, err := readWords(wordFiles)
	if err != nil {
		return nil, err
	}
	for lang, w := range texts {
		t, err := template.New("public").Option("missingkey=error").Funcs(template.FuncMap{
			"t": w.say, "day": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		}).ParseFS(publicFiles, "public/public.html")
		if err != nil {
			return nil, fmt.Errorf("read the public page: %w", err)
		}
		p.pages[lang] = t.Lookup("public.html")
	}
	if p.css, err = publicFiles.ReadFile("public/public.css"); err != nil {
		return nil, fmt.Errorf("read the public page: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PublicPage, p.servePage)
	mux.HandleFunc("GET "+PublicJSON, p.serveJSON)
	mux.HandleFunc("GET "+PublicCSS, func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, "text/css; charset=utf-8", p.css) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", publicPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	}), nil
}

type public struct {
	feed   Feed
	supply Supply
	report func(error)
	pages  map[string]*template.Template
	css    []byte
}

// publicView is the page.
type publicView struct {
	Lang, Other string
	Author      rumour.Author
	JSON, CSS   string
	Cases       []publicCase
	Gone        []rumour.Gone // said where links to them lead
}

// publicCase is one rumour, in all its languages.
type publicCase struct {
	rumour.Review // of the language of the page, or the first there is
	Texts         []publicText
}

type publicText struct {
	rumour.Review
	Tongue
	ID string // its anchor
}

// beside is a path as a page next to it leads there, below whatever path all of
// them are published.
func beside(path string) string { return strings.TrimPrefix(path, "/") }

func (p *public) view(f rumour.Feed, lang string) publicView {
	out := publicView{Lang: lang, Other: languages[0], Author: f.Author, JSON: beside(PublicJSON), CSS: beside(PublicCSS), Gone: f.Gone}
	if lang == languages[0] {
		out.Other = languages[1]
	}
	at := map[string]int{}
	for _, r := range f.Reviews {
		i, known := at[r.ID]
		if !known {
			i = len(out.Cases)
			at[r.ID] = i
			out.Cases = append(out.Cases, publicCase{Review: r})
		}
		text := publicText{r, p.supply.tongue(r.Lang), r.ID + "-" + r.Lang}
		c := &out.Cases[i]
		if r.Lang == lang {
			c.Review, c.Texts = r, append([]publicText{text}, c.Texts...)
		} else {
			c.Texts = append(c.Texts, text)
		}
	}
	return out
}

func (p *public) servePage(w http.ResponseWriter, r *http.Request) {
	lang := preferred(r)
	var b bytes.Buffer
	if err := p.pages[lang].Execute(&b, p.view(p.feed.Feed(time.Now()), lang)); err != nil {
		p.failed(w, fmt.Errorf("write the public page: %w", err))
		return
	}
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Content-Language", lang)
	p.serve(w, r, "text/html; charset=utf-8", b.Bytes())
}

func (p *public) serveJSON(w http.ResponseWriter, r *http.Request) {
	raw, err := p.feed.Feed(time.Now()).JSON()
	if err != nil {
		p.failed(w, err)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	p.serve(w, r, "application/ld+json; charset=utf-8", raw)
}

// serve answers with a body that is named by its hash, so that who has it
// already is told so.
func (p *public) serve(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", publicAge)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func (p *public) failed(w http.ResponseWriter, err error) {
	if p.report != nil {
		p.report(errors.Join(errors.New("the public page"), err))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "This page could not be written. Try again later.", http.StatusInternalServerError)
}
