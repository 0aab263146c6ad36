// Conditions: expressions over the declared answers and the facts alone,
// compiled and type-checked when the book is loaded.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// Names every condition knows beside answers and facts.
const (
	varToday     = "today"      // yyyymmdd, as of
	varThisMonth = "this_month" // yyyymm, as of
	varLanguage  = "language"   // the person's
)

type condition struct {
	source  string
	program *vm.Program
	answers []string // the answers it reads
	facts   []string // the other names it reads
}

// scope declares what the conditions of a flow may read.
type scope struct {
	env     map[string]any // name → zero value: its type
	answers map[string]answerType
	states  map[string][]string
	places  []string
}

// compile type-checks one condition. Comparing an answer with a value it can
// never have is an error: such a branch would be silently dead.
func (s *scope) compile(source string) (*condition, error) {
	program, err := expr.Compile(source, expr.Env(s.env), expr.AsBool(), expr.DisableAllBuiltins())
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("condition %q: %s", source, first)
	}
	c := &condition{source: source, program: program}
	root := program.Node()
	v := &reader{scope: s, cond: c}
	ast.Walk(&root, v)
	if v.err != nil {
		return nil, fmt.Errorf("condition %q: %w", source, v.err)
	}
	return c, nil
}

type reader struct {
	scope *scope
	cond  *condition
	err   error
}

// Visit collects the names a condition reads and checks compared values.
func (r *reader) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		list := &r.cond.facts
		if _, ok := r.scope.answers[n.Value]; ok {
			list = &r.cond.answers
		}
		if !slices.Contains(*list, n.Value) {
			*list = append(*list, n.Value)
		}
	case *ast.BinaryNode:
		r.compare(n.Left, n.Right)
		r.compare(n.Right, n.Left)
	}
}

func (r *reader) compare(name, value ast.Node) {
	id, ok := name.(*ast.IdentifierNode)
	if !ok {
		return
	}
	values := r.scope.states[id.Value]
	if t, ok := r.scope.answers[id.Value]; ok {
		if values = t.values; t.kind == TypePlace {
			values = r.scope.places
		}
	}
	if values == nil {
		return
	}
	var texts []string
	switch v := value.(type) {
	case *ast.StringNode:
		texts = []string{v.Value}
	case *ast.ArrayNode:
		for _, e := range v.Nodes {
			if s, ok := e.(*ast.StringNode); ok {
				texts = append(texts, s.Value)
			}
		}
	case *ast.ConstantNode:
		if set, ok := v.Value.(map[string]struct{}); ok {
			for s := range set {
				texts = append(texts, s)
			}
			slices.Sort(texts)
		}
	}
	for _, s := range texts {
		if s != "" && !slices.Contains(values, s) && r.err == nil {
			r.err = fmt.Errorf("%s is never %q: it is one of %v", id.Value, s, values)
		}
	}
}

var (
	machines = sync.Pool{New: func() any { return new(vm.VM) }}
	envs     = sync.Pool{New: func() any { return map[string]any{} }}
)

// holds evaluates the condition; nil always holds.
func (c *condition) holds(day *Day, flow *Flow, s *Session) (bool, error) {
	if c == nil {
		return true, nil
	}
	env := envs.Get().(map[string]any)
	defer func() { clear(env); envs.Put(env) }()
	for _, name := range c.facts {
		env[name] = day.env[name]
	}
	env[varLanguage] = s.Language
	for _, name := range c.answers {
		a, _ := s.answer(flow.ID, name)
		if t := flow.answers[name].kind; t == TypeMonth || t == TypeTime || t == TypeCount {
			env[name] = a.Number
		} else {
			env[name] = a.Text
		}
	}
	m := machines.Get().(*vm.VM)
	defer machines.Put(m)
	out, err := m.Run(c.program, env)
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.source, err)
	}
	return out.(bool), nil
}
