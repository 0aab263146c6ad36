// Twilio's own description of its interface: what it does not know is a
// mistake.
package twiliotest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// specs are Twilio's OpenAPI files; nil checks nothing.
type specs struct{ api, content *openapi3.T }

// read reads them, which takes a quarter of a second, once a process.
var read = sync.OnceValues(func() (*specs, error) {
	folder := os.Getenv("POSADA_SPECS")
	if folder == "" {
		return nil, nil
	}
	var s specs
	for name, into := range map[string]**openapi3.T{"twilio_api_v2010.json": &s.api, "twilio_content_v1.json": &s.content} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, name))
		if err != nil {
			return nil, fmt.Errorf("read Twilio's interface: %w", err)
		}
		*into = doc
	}
	return &s, nil
})

func loadSpecs(t testing.TB) *specs {
	t.Helper()
	s, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check says what a request has that the interface does not know, or lacks
// that it requires; "" when all is well.
func (s *specs) check(r *http.Request) string {
	if s == nil {
		return ""
	}
	doc := s.api
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		doc = s.content
	}
	item, inPath := match(doc, r.URL.Path)
	if item == nil || item.GetOperation(r.Method) == nil {
		return "the interface has no " + r.Method + " " + r.URL.Path
	}
	op := item.GetOperation(r.Method)
	if wrong := checkParameters(op, inPath, r.URL.Query()); wrong != "" {
		return wrong
	}
	return checkForm(op, r.PostForm)
}

// match finds the path of a request, and what stands in its places.
func match(doc *openapi3.T, path string) (*openapi3.PathItem, map[string]string) {
	parts := strings.Split(path, "/")
next:
	for pattern, item := range doc.Paths.Map() {
		places := strings.Split(pattern, "/")
		if len(places) != len(parts) {
			continue
		}
		inPath := map[string]string{}
		for i, place := range places {
			name, isPlace := strings.CutPrefix(place, "{")
			if !isPlace {
				if place != parts[i] {
					continue next
				}
				continue
			}
			name, suffix, _ := strings.Cut(name, "}")
			value, ok := strings.CutSuffix(parts[i], suffix)
			if !ok {
				continue next
			}
			inPath[name] = value
		}
		return item, inPath
	}
	return nil, nil
}

func checkParameters(op *openapi3.Operation, inPath map[string]string, query url.Values) string {
	known := map[string]bool{}
	for _, ref := range op.Parameters {
		p := ref.Value
		values := query[p.Name]
		if p.In == "path" {
			values = []string{inPath[p.Name]}
		} else if p.In == "query" {
			known[p.Name] = true
		}
		if p.Required && len(values) == 0 {
			return "the parameter " + p.Name + " is missing"
		}
		for _, value := range values {
			if err := visit(p.Schema.Value, value); err != nil {
				return fmt.Sprintf("the parameter %s does not fit: %v", p.Name, err)
			}
		}
	}
	for name := range query {
		if !known[name] {
			return "the interface has no parameter " + name
		}
	}
	return ""
}

func checkForm(op *openapi3.Operation, form url.Values) string {
	var schema *openapi3.Schema
	if op.RequestBody != nil {
		if media := op.RequestBody.Value.Content.Get("application/x-www-form-urlencoded"); media != nil {
			schema = media.Schema.Value
		}
	}
	if schema == nil {
		if len(form) > 0 {
			return "the interface takes no form here"
		}
		return ""
	}
	for _, name := range schema.Required {
		if !form.Has(name) {
			return "the parameter " + name + " is missing"
		}
	}
	for name, values := range form {
		property, ok := schema.Properties[name]
		if !ok {
			return "the interface has no parameter " + name
		}
		of := property.Value
		if of.Type.Is("array") {
			of = of.Items.Value
		} else if len(values) > 1 {
			return "the parameter " + name + " comes more than once"
		}
		for _, value := range values {
			if err := visit(of, value); err != nil {
				return fmt.Sprintf("the parameter %s does not fit: %v", name, err)
			}
		}
	}
	return ""
}

// visit holds a value, which came as text, against a schema.
func visit(schema *openapi3.Schema, value string) error {
	var v any = value
	switch {
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("%q is no number", value)
		}
		v = n
	case schema.Type.Is("boolean"):
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		v = b
	}
	return schema.VisitJSON(v)
}
