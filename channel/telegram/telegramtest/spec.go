// The machine-readable description of the Bot API, where there is one: every
// request, and every update of the double itself, is held against it.
package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// EnvSpecs names the folder of the descriptions.
const EnvSpecs = "POSADA_SPECS"

type spec struct {
	Methods map[string]specType `json:"methods"`
	Types   map[string]specType `json:"types"`
}

type specType struct {
	Fields   []specField `json:"fields"`
	Subtypes []string    `json:"subtypes"`
}

type specField struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

var readSpec = sync.OnceValues(func() (*spec, error) {
	folder := os.Getenv(EnvSpecs)
	if folder == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(filepath.Join(folder, "telegram_bot_api.json"))
	if err != nil {
		return nil, err
	}
	s := &spec{}
	return s, json.Unmarshal(raw, s)
})

// loadSpec is nil, which checks nothing, without the environment variable.
func loadSpec(t testing.TB) *spec {
	t.Helper()
	s, err := readSpec()
	if err != nil {
		t.Fatalf("telegramtest: read the description of the Bot API: %v", err)
	}
	return s
}

// Fields lists the fields of a type of the Bot API with their first types, nil
// without the description.
func Fields(t testing.TB, typeName string) map[string]string {
	s := loadSpec(t)
	if s == nil {
		return nil
	}
	out := map[string]string{}
	for _, f := range s.Types[typeName].Fields {
		out[f.Name] = f.Types[0]
	}
	return out
}

// Minimal makes the smallest value of a type of the Bot API that has all its
// required fields. It needs the description.
func Minimal(t testing.TB, typeName string) any { return loadSpec(t).minimal(typeName, 0) }

func (s *spec) minimal(name string, depth int) any {
	if item, ok := strings.CutPrefix(name, "Array of "); ok {
		if depth > 8 {
			return []any{}
		}
		return []any{s.minimal(item, depth+1)}
	}
	switch name {
	case "Integer":
		return 7
	case "Float":
		return 19.432608
	case "Boolean":
		return true
	case "String":
		return "Guadalupe"
	}
	t := s.Types[name]
	if len(t.Subtypes) > 0 {
		return s.minimal(t.Subtypes[0], depth+1)
	}
	out := map[string]any{}
	for _, f := range t.Fields {
		if f.Required && depth < 8 {
			out[f.Name] = s.minimal(f.Types[0], depth+1)
		}
	}
	return out
}

// call says what is wrong with the parameters of a method, "" for nothing.
func (s *spec) call(method string, p url.Values) string {
	if s == nil {
		return ""
	}
	m, ok := s.Methods[method]
	if !ok {
		return "there is no method " + method
	}
	known := map[string]specField{}
	for _, f := range m.Fields {
		known[f.Name] = f
		if f.Required && p.Get(f.Name) == "" {
			return f.Name + " is required"
		}
	}
	for name := range p {
		f, ok := known[name]
		if !ok {
			return "there is no parameter " + name
		}
		raw := []byte(p.Get(name))
		if slices.Contains(f.Types, "String") {
			continue
		}
		if problem := s.anyOf(f.Types, raw); problem != "" {
			return name + ": " + problem
		}
	}
	return ""
}

func (s *spec) anyOf(types []string, raw json.RawMessage) string {
	problem := ""
	for _, t := range types {
		if problem = s.value(t, raw); problem == "" {
			return ""
		}
	}
	return problem
}

// value says what is wrong with a JSON value of a type, "" for nothing.
func (s *spec) value(name string, raw json.RawMessage) string {
	if s == nil {
		return ""
	}
	if item, ok := strings.CutPrefix(name, "Array of "); ok {
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil || items == nil {
			return "no list of " + item
		}
		for i, r := range items {
			if problem := s.value(item, r); problem != "" {
				return strconv.Itoa(i) + ": " + problem
			}
		}
		return ""
	}
	into := map[string]any{"Integer": new(int64), "Float": new(float64), "Boolean": new(bool), "String": new(string)}[name]
	if into != nil {
		if string(raw) == "null" || json.Unmarshal(raw, into) != nil {
			return "no " + name
		}
		return ""
	}
	t, ok := s.Types[name]
	if !ok {
		return "there is no type " + name
	}
	if len(t.Subtypes) > 0 {
		return s.anyOf(t.Subtypes, raw)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return "no " + name
	}
	known := map[string]bool{}
	for _, f := range t.Fields {
		known[f.Name] = true
		value, given := fields[f.Name]
		switch {
		case !given && f.Required:
			return fmt.Sprintf("%s of %s is required", f.Name, name)
		case given:
			if problem := s.anyOf(f.Types, value); problem != "" {
				return f.Name + ": " + problem
			}
		}
	}
	for field := range fields {
		if !known[field] {
			return fmt.Sprintf("%s has no field %s", name, field)
		}
	}
	return ""
}
