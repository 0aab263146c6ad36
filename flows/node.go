// Flows and their nodes, as the book's files write them.
package flows

import (
	"fmt"
	"slices"
	"time"
)

// Flow is one conversation of the book.
type Flow struct {
	ID        string           `yaml:"flow"`
	About     string           `yaml:"about"`
	Anytime   bool             `yaml:"anytime"` // its old buttons still lead somewhere
	Start     string           `yaml:"start"`
	Lifetime  string           `yaml:"lifetime"`
	Programme string           `yaml:"programme"`
	Answers   map[string]any   `yaml:"answers"`
	Nodes     map[string]*Node `yaml:"nodes"`

	file     string
	line     int
	order    []*Node // as written
	start    *Node
	lifetime time.Duration
	answers  map[string]answerType
	reminds  *Programme // of which this flow reminds
}

// Node is one step of a flow. Exactly one of Ask, Decide, Do, Call, End or a
// bare Say decides what it is.
type Node struct {
	Say       []Item   `yaml:"say"`
	Facts     []string `yaml:"facts"` // what its words stand on
	Plain     string   `yaml:"plain"` // or why they need no fact
	Directory string   `yaml:"directory"`
	List      string   `yaml:"list"` // something of the person's own that the engine shows
	Progress  []int    `yaml:"progress"`
	Keep      bool     `yaml:"keep"` // its typed text is kept until the flow erases it, or an hour
	Line      bool     `yaml:"line"` // its choices stand on one line, and nothing else with them
	Next      string   `yaml:"next"`

	Ask         string   `yaml:"ask"`
	Why         string   `yaml:"why"`
	Into        string   `yaml:"into"`
	Type        string   `yaml:"type"`
	Invalid     string   `yaml:"invalid"`
	Within      []int    `yaml:"within"` // of a day: how many days from today, first and last
	Choices     []Option `yaml:"choices"`
	ChoicesFrom string   `yaml:"choices_from"`

	Decide []Branch          `yaml:"decide"`
	Do     string            `yaml:"do"`
	With   map[string]string `yaml:"with"`
	From   map[string]string `yaml:"from"`
	Call   string            `yaml:"call"`
	End    bool              `yaml:"end"`

	id     string
	flow   *Flow
	line   int
	next   *Node
	target *Node   // of a call
	facts  []*Fact // of the node as a whole
	asks   []*Fact // shown by its question
	whys   []*Fact // shown by its reason
	set    []assignment
}

// Item is one message of a node, with the condition under which it is said and
// the facts it stands on where these are not those of the whole node.
type Item struct {
	Text  string
	If    string
	Facts []string

	cond  *condition
	facts []*Fact // what it stands on, its placeholders among them
}

// UnmarshalYAML reads a message id, or {text, if, facts}.
func (i *Item) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&i.Text); err == nil {
		return nil
	}
	var long struct {
		Text  string   `yaml:"text"`
		If    string   `yaml:"if"`
		Facts []string `yaml:"facts"`
	}
	if err := unmarshal(&long); err != nil {
		return err
	}
	i.Text, i.If, i.Facts = long.Text, long.If, long.Facts
	return nil
}

// Option is one choice of a question.
type Option struct {
	Key     string            `yaml:"key"`
	Label   string            `yaml:"label"`
	Also    string            `yaml:"also"` // a message with its synonyms
	Icon    string            `yaml:"icon"`
	If      string            `yaml:"if"`
	Next    string            `yaml:"next"`
	Staffed bool              `yaml:"staffed"` // shown only where somebody reads letters, at times
	End     bool              `yaml:"end"`     // back to the caller, or to the menu
	Restart bool              `yaml:"restart"` // forget where we were, to the menu
	Set     map[string]string `yaml:"set"`

	cond    *condition
	next    *Node
	set     []assignment
	payload string
}

// Branch is one way of a decision: a condition and where it leads, or else.
type Branch struct {
	If   string `yaml:"if"`
	To   string `yaml:"to"`
	Else string `yaml:"else"`

	cond *condition
	to   *Node
}

// assignment sets an answer of a flow to a constant; "" erases it.
type assignment struct{ name, value string }

// Types of answers.
const (
	TypeChoice = "choice"
	TypeMonth  = "month"
	TypeTime   = "time"
	TypePlace  = "place"
	TypeText   = "text"
	TypeWords  = "words" // the person's own words for a message, which are kept
	TypeCount  = "count" // a number that Posada itself keeps
)

// answerType is what a declared answer may hold.
type answerType struct {
	kind   string
	values []string // of a choice
}

// What a node may do.
const (
	doConsent     = "consent"
	doLanguage    = "language"
	doSubscribe   = "subscribe"
	doPause       = "pause"
	doResume      = "resume"
	doUnsubscribe = "unsubscribe"
	doReport      = "report"
	doRumour      = "rumour"
	doErase       = "erase"
	doForget      = "forget"
	doSet         = "set"
	doWait        = "wait"  // to be told when a closed programme opens
	doLater       = "later" // to be reminded once more today
)

var doings = []string{doConsent, doLanguage, doSubscribe, doPause, doResume, doUnsubscribe, doReport, doRumour, doErase, doForget, doSet, doWait, doLater,
	doDesk, doLetter, doNewsTake, doNewsLook, doTrace, doWeigh, doDiaryErase, doOfferLook, doOfferReckon, doOfferEnd, doVaultLook, doVaultErase, doVaultQuiet}

// acts are what nodes do that needs more than an effect: with a person's diary,
// offer and vault, with what they heard and asked, and with letters to a human.
var acts = map[string]func(*turn, *Node){
	doDiaryErase:  (*turn).eraseDiary,
	doOfferLook:   (*turn).lookAtOffer,
	doOfferReckon: (*turn).reckonOffer,
	doOfferEnd:    (*turn).endOffer,
	doVaultLook:   (*turn).lookAtVault,
	doVaultErase:  func(t *turn, _ *Node) { t.dropVault() },
	doVaultQuiet:  func(t *turn, _ *Node) { t.quietVault() },
	doDesk:        (*turn).lookAtDesk,
	doLetter:      (*turn).sendLetter,
	doNewsTake:    (*turn).takeNews,
	doNewsLook:    (*turn).lookAtNews,
	doTrace:       (*turn).trace,
	doWeigh:       (*turn).weigh,
}

// fromLanguages makes a question's choices of the catalogue's languages.
const fromLanguages = "languages"

// choicesFrom are the choices that the engine makes.
var choicesFrom = []string{fromLanguages, fromBridges, fromFound}

func (n *Node) place() Place { return Place{n.flow.ID, n.id} }

func (n *Node) name() string { return n.flow.ID + "/" + n.id }

// isAsk tells whether the node waits for the person.
func (n *Node) isAsk() bool { return n.Ask != "" }

// shape checks that the node is one thing only.
func (n *Node) shape() error {
	kinds := 0
	for _, is := range []bool{n.Ask != "", len(n.Decide) > 0, n.Do != "", n.Call != "", n.End} {
		if is {
			kinds++
		}
	}
	says := len(n.Say) > 0 || n.Directory != "" || n.List != ""
	switch {
	case kinds > 1:
		return fmt.Errorf("a node is one of ask, decide, do, call, end")
	case kinds == 0 && !says:
		return fmt.Errorf("a node says, asks, decides, does, calls or ends: this one does nothing")
	case says && (len(n.Decide) > 0 || n.Do != "" || n.Call != "" || n.End):
		return fmt.Errorf("only an ask may stand beside a say")
	case n.Ask == "" && (n.Into != "" || n.Type != "" || n.Invalid != "" || n.Why != "" || len(n.Choices) > 0 || n.ChoicesFrom != ""):
		return fmt.Errorf("into, type, invalid, why and choices belong to an ask")
	case n.Ask != "" && (len(n.Choices) == 0) == (n.Type == "" && n.ChoicesFrom == ""):
		return fmt.Errorf("an ask has either choices or a type")
	case n.Ask != "" && n.Type != "" && n.Invalid == "":
		return fmt.Errorf("a typed ask says what is wrong with a bad answer: invalid is missing")
	case n.Ask != "" && len(n.Choices) > 0 && n.Next != "":
		return fmt.Errorf("next belongs to the choices")
	case (n.Type == TypeDay || n.Type == TypeSealedDay) != (len(n.Within) == 2 && n.Within[0] <= n.Within[1]):
		return fmt.Errorf("a question for a day, and no other, says within which days: [first, last], counted from today")
	case n.List != "" && !slices.Contains([]string{listDiary, listExport, listVault, listBoard, listTraced, listLetters, listHours}, n.List):
		return fmt.Errorf("there is no list %q", n.List)
	case n.Next == "" && (kinds == 0 || n.Do != "" && n.Do != doForget || n.Call != "" || n.Type != "" || n.ChoicesFrom != ""):
		return fmt.Errorf("it leads nowhere: next is missing")
	case n.Next != "" && (len(n.Decide) > 0 || n.End || n.Do == doForget):
		return fmt.Errorf("next cannot stand here")
	case len(n.Progress) != 0 && (len(n.Progress) != 2 || n.Progress[0] < 1 || n.Progress[0] > n.Progress[1]):
		return fmt.Errorf("progress is [step, steps]")
	}
	return nil
}
