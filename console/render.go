// How pages are written: templates of html/template, which make text of
// whatever they are given, and assets under names that change with them.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"posada/bot/staff"
	"posada/flows"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// pages are the templates by language and name.
type pages map[string]map[string]*template.Template

// readPages reads templates/*.html. layout.html is around every page, and parts
// (files that begin with an underscore) can be used by all.
func readPages(a assets) (pages, error) {
	texts, err := readWords(wordFiles)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list the console's pages: %w", err)
	}
	out := pages{}
	for _, lang := range languages {
		out[lang] = map[string]*template.Template{}
		base := template.New("root").Option("missingkey=error").Funcs(functions(texts[lang], a))
		var own []string
		for _, name := range names {
			if strings.HasPrefix(path.Base(name), "_") {
				base, err = base.ParseFS(templateFiles, name)
				if err != nil {
					return nil, fmt.Errorf("read a page of the console: %w", err)
				}
				continue
			}
			own = append(own, name)
		}
		for _, name := range own {
			t, err := base.Clone()
			if err == nil {
				t, err = t.ParseFS(templateFiles, name)
			}
			if err != nil {
				return nil, fmt.Errorf("read a page of the console: %w", err)
			}
			out[lang][strings.TrimSuffix(path.Base(name), ".html")] = t
		}
	}
	return out, nil
}

// functions are what templates can call.
func functions(w words, a assets) template.FuncMap {
	return template.FuncMap{
		"t":       w.say,
		"alarm":   func(a Alarm) string { return w.say(a.Word, anyOf(a.Args)...) },
		"said":    func(f flash) string { return w.say(f.Word, anyOf(f.Args)...) },
		"asset":   a.url,
		"once":    newOnce,
		"day":     func(t time.Time) string { return flows.DateOf(t.UTC()).String() },
		"at":      func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"hex":     func(b [32]byte) string { return hex.EncodeToString(b[:]) },
		"join":    strings.Join,
		"list":    func(s ...string) []string { return s },
		"channel": func(channel string) string { return channelName(w.say, channel) }, "bars": bars, "columns": columns,
	}
}

// view is what a template is given: D is the page's own.
type view struct {
	D     any
	Who   staff.Session
	Lang  string
	Path  string
	Menu  []MenuItem
	Flash flash
	Now   time.Time
	Other string // the language the page can be switched to
}

// Signed tells whether somebody is signed in.
func (v view) Signed() bool { return v.Who.ID != "" }

// Leads tells whether the menu leads to a page.
func (v view) Leads(path string) bool {
	return slices.ContainsFunc(v.Menu, func(m MenuItem) bool { return m.Path == path })
}

// May tells whether the officer may do an act: write, approve, withdraw, staff.
func (v view) May(act string) (bool, error) {
	a, ok := map[string]staff.Act{"read": staff.ActRead, "write": staff.ActWrite, "approve": staff.ActApprove, "withdraw": staff.ActWithdraw, "staff": staff.ActStaff}[act]
	if !ok {
		return false, fmt.Errorf("there is no act %q", act)
	}
	return v.Signed() && v.Who.Role.Can(a), nil
}

// answer writes a reply. A page is written whole or not at all.
func (c *Console) answer(v *visit, a reply) {
	switch {
	case a.done:
		return
	case a.live != nil:
		c.stream(v, a.live)
		return
	case a.to != "":
		if a.flash.Word != "" {
			c.putFlash(v.w, a.flash)
		}
		v.w.Header().Set("Location", a.to)
		v.w.WriteHeader(a.status)
		return
	}
	t := c.pages[v.Lang][a.page]
	if t == nil {
		c.Report(fmt.Errorf("console, %s: there is no page %q", v.route.Pattern, a.page))
		http.Error(v.w, "This page is missing.", http.StatusInternalServerError)
		return
	}
	other := languages[0]
	if v.Lang == other {
		other = languages[1]
	}
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, "layout", view{
		D: a.data, Who: v.Who, Lang: v.Lang, Path: v.r.URL.Path, Menu: v.menu(), Flash: v.takeFlash(), Now: v.now, Other: other,
	})
	if err != nil {
		c.Report(fmt.Errorf("console, %s: write the page: %w", v.route.Pattern, err))
		http.Error(v.w, "This page could not be written.", http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	v.w.WriteHeader(a.status)
	_, _ = v.w.Write(b.Bytes()) // a reader that went away misses nothing
}

// assets are the files pages use, by the name under which they are served:
// NAME-HASH.EXT, so that a browser may keep them for ever.
type assets struct {
	files map[string]asset
	names map[string]string
}

type asset struct {
	body []byte
	kind string
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func readAssets() (assets, error) {
	out := assets{map[string]asset{}, map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return out, fmt.Errorf("list the console's assets: %w", err)
	}
	for _, e := range entries {
		raw, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return out, fmt.Errorf("read the console's assets: %w", err)
		}
		ext := path.Ext(e.Name())
		if kinds[ext] == "" {
			return out, errors.New("the console has an asset of no known kind: " + e.Name())
		}
		sum := sha256.Sum256(raw)
		served := strings.TrimSuffix(e.Name(), ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		out.files[served], out.names[e.Name()] = asset{raw, kinds[ext]}, served
	}
	return out, nil
}

// url of an asset, for a template.
func (a assets) url(name string) (string, error) {
	served, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return "/assets/" + served, nil
}

func (c *Console) serveAsset(v *visit) (reply, error) {
	a, ok := c.assets.files[v.r.PathValue("name")]
	if !ok {
		return missing(), nil
	}
	h := v.w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(a.body))
	return reply{done: true}, nil
}
