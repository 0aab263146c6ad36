// Flows that are made of data: the steps and the troubles of each programme,
// and the answered rumours. A new programme or rumour is an entry in the book,
// and never code.
package flows

import (
	"fmt"
	"slices"
	"strings"
)

// Messages that generated flows use beside their own.
const (
	msgStepsResume    = "steps.resume"
	msgStepsGoOn      = "steps.go_on"
	msgStepsOver      = "steps.over"
	msgStepsAsk       = "steps.ask"
	msgStepsDone      = "steps.done"
	msgStepsProblem   = "steps.problem"
	msgStepsStop      = "steps.stop"
	msgWordsDone      = "words.done"
	msgWordsReminded  = "words.reminded" // of what a reminder asks: "ok" is no word for having done it
	msgWordsProblem   = "words.problem"
	msgStepsStopped   = "steps.stopped"
	msgStepsFinished  = "steps.finished"
	msgTroubleAsk     = "trouble.ask"
	msgTroubleAnother = "trouble.another"
	msgTroubleBack    = "trouble.back"
	msgRumourPick     = "rumours.pick"
	msgBackMenu       = "ui.back_menu"
)

const plainNavigation = "navigation"

func (l *loader) generate() {
	for _, p := range l.book.programmes {
		if len(p.Steps) > 0 {
			l.add(l.stepsFlow(p))
		}
		if len(p.Troubles) > 0 {
			l.add(l.troubleFlow(p))
		}
	}
	if len(l.book.rumours) > 0 {
		l.add(l.rumourFlow())
	}
	l.addReminders()
}

// builder makes the nodes of a generated flow.
type builder struct {
	flow *Flow
	line int
}

func newBuilder(id, about, file string, line int) *builder {
	return &builder{line: line, flow: &Flow{
		ID: id, About: about, Start: "start", Lifetime: Silence.String(), Answers: map[string]any{}, Nodes: map[string]*Node{}, file: file, line: line,
	}}
}

func (b *builder) node(id string, n *Node) {
	n.id, n.line = id, b.line
	b.flow.Nodes[id] = n
	b.flow.order = append(b.flow.order, n)
}

// stepsFlow walks through a programme's steps one at a time and remembers the
// step, so that it can be taken up again days later.
func (l *loader) stepsFlow(p *Programme) *Flow {
	b := newBuilder("steps-"+p.ID, "the steps of "+p.ID+", one at a time", p.file, p.line)
	b.flow.Programme = p.ID
	at := []any{}
	for _, s := range p.Steps {
		at = append(at, s.ID)
	}
	b.flow.Answers["at"] = at
	first := "s_" + p.Steps[0].ID
	b.node("start", &Node{Decide: []Branch{{If: `at != ""`, To: "resume"}, {Else: "at_" + p.Steps[0].ID}}})
	b.node("resume", &Node{Ask: msgStepsResume, Plain: plainNavigation, Choices: []Option{
		{Key: "on", Label: msgStepsGoOn, Next: "go_on"},
		{Key: "over", Label: msgStepsOver, Next: "at_" + p.Steps[0].ID},
		{Key: "menu", Label: msgBackMenu, End: true},
	}})
	goOn := &Node{}
	for _, s := range p.Steps {
		goOn.Decide = append(goOn.Decide, Branch{If: fmt.Sprintf("at == %q", s.ID), To: "s_" + s.ID})
	}
	goOn.Decide = append(goOn.Decide, Branch{Else: first})
	b.node("go_on", goOn)
	for i, s := range p.Steps {
		next := "finished"
		if i+1 < len(p.Steps) {
			next = "at_" + p.Steps[i+1].ID
		}
		l.stepNodes(b, p, i, s, next)
	}
	b.node("stopped", &Node{Say: []Item{{Text: msgStepsStopped}}, Plain: plainNavigation, Next: "end"})
	b.node("finished", &Node{Say: []Item{{Text: msgStepsFinished}}, Plain: plainNavigation, Next: "forget_step"})
	b.node("forget_step", &Node{Do: doErase, Next: "end"})
	b.node("end", &Node{End: true})
	return b.flow
}

func (l *loader) stepNodes(b *builder, p *Programme, i int, s Guide, next string) {
	here := "s_" + s.ID
	b.node("at_"+s.ID, &Node{Do: doSet, With: map[string]string{"at": s.ID}, Next: here})
	say := s.Say
	if p.History != "" {
		say = append([]Item{{Text: p.History, If: "not " + openName(p)}}, say...)
	}
	facts := append([]string{}, s.Facts...)
	if len(facts) == 0 && s.Plain == "" {
		facts = append(facts, p.Facts...)
	}
	problem := "p_" + s.ID
	b.node(here, &Node{
		Say: say, Facts: facts, Plain: s.Plain, Ask: msgStepsAsk, Progress: []int{i + 1, len(p.Steps)},
		Choices: []Option{
			{Key: "done", Label: msgStepsDone, Also: msgWordsDone, Next: next},
			{Key: "problem", Label: msgStepsProblem, Also: msgWordsProblem, Next: problem},
			{Key: "stop", Label: msgStepsStop, Next: "stopped"},
		},
	})
	ask := &Node{Ask: msgTroubleAsk, Plain: plainNavigation}
	for _, id := range s.Troubles {
		t := p.trouble(id)
		if t == nil {
			l.fault(fmt.Errorf("%s:%d: programme %s, step %s: unknown trouble %q", b.flow.file, b.line, p.ID, s.ID, id))
			continue
		}
		node := "t_" + s.ID + "_" + id
		ask.Choices = append(ask.Choices, Option{Key: id, Label: t.Label, Next: node})
		b.node(node, &Node{Say: p.historic(t.Say), Facts: t.Facts, Plain: t.Plain, Next: here})
	}
	if len(p.Troubles) > 0 {
		call := "all_" + s.ID
		ask.Choices = append(ask.Choices, Option{Key: "another", Label: msgTroubleAnother, Next: call})
		b.node(call, &Node{Call: "trouble-" + p.ID, Next: here})
	}
	ask.Choices = append(ask.Choices, Option{Key: "back", Label: msgTroubleBack, Next: here})
	b.node(problem, ask)
}

// historic labels a trouble as history when the programme is closed.
func (p *Programme) historic(say []Item) []Item {
	if p.HistoryTrouble == "" {
		return slices.Clone(say)
	}
	return append([]Item{{Text: p.HistoryTrouble, If: "not " + openName(p)}}, say...)
}

func (p *Programme) trouble(id string) *Trouble {
	for i := range p.Troubles {
		if p.Troubles[i].ID == id {
			return &p.Troubles[i]
		}
	}
	return nil
}

// troubleFlow lists everything that can go wrong in a programme.
func (l *loader) troubleFlow(p *Programme) *Flow {
	b := newBuilder("trouble-"+p.ID, "what goes wrong in "+p.ID+", and what helps", p.file, p.line)
	b.flow.Anytime = true
	ask := &Node{Ask: msgTroubleAsk, Plain: plainNavigation}
	b.node("start", ask)
	for _, t := range p.Troubles {
		ask.Choices = append(ask.Choices, Option{Key: t.ID, Label: t.Label, Next: "t_" + t.ID})
		b.node("t_"+t.ID, &Node{Say: p.historic(t.Say), Facts: t.Facts, Plain: t.Plain, Next: "start"})
	}
	ask.Choices = append(ask.Choices, Option{Key: "back", Label: msgTroubleBack, End: true})
	return b.flow
}

// rumourFlow lists the answered rumours: what people say, then the answer. The
// verdict is for the operator; the answer's own first words say it better.
func (l *loader) rumourFlow() *Flow {
	b := newBuilder("rumour-answers", "rumours and their answers", "rumours.yaml", 1)
	b.flow.Anytime = true
	ask := &Node{Ask: msgRumourPick, Plain: plainNavigation}
	b.node("start", ask)
	for _, r := range l.book.rumours {
		id := "r_" + strings.ReplaceAll(r.ID, "-", "_")
		ask.Choices = append(ask.Choices, Option{Key: r.ID, Label: r.Label, Next: id})
		b.node(id, &Node{Say: r.Say, Facts: r.Facts, Plain: r.Plain, Next: "start"})
	}
	ask.Choices = append(ask.Choices, Option{Key: "back", Label: msgBackMenu, End: true})
	return b.flow
}
