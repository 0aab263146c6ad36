// The book: everything Posada knows and every way it says it.
package flows

import (
	"embed"
	"io/fs"
	"sync"
	"sync/atomic"

	"posada/locales"
)

//go:embed book
var files embed.FS

// Book is the loaded book. It does not change after loading and is safe for
// concurrent use.
type Book struct {
	Catalogue *locales.Catalogue

	version     string
	overlaid    bool // an operator's files stand in the place of some of its own
	facts       []*Fact
	factByID    map[string]*Fact
	sources     map[string]*Source
	sourceIDs   []string
	programmes  []*Programme
	rumours     []*Rumour
	spots       []*Spot
	spotByID    map[string]*Spot
	spotWords   map[string]*Spot // folded name in any language → place
	elsewhere   []string         // folded states and countries with places of the same names
	denied      []string         // folded words beside a place's name with which a person is not there
	directory   []*Contact
	flows       []*Flow
	flowByID    map[string]*Flow
	roles       roles
	crisis      map[string]*Node
	erase       *Node // of the word delete
	begins      Date  // the first day the book can tell of
	timeWords   []timeWord
	timeFillers []string // words before a time of day that say nothing
	digits      map[string]string
	digitLines  map[string]int
	folded      map[string]string    // label → folded
	lists       map[textKey][]string // synonyms, folded
	nearDiary   map[Place]bool       // from where one answer may lead to the diary
	pins        *stretcher           // makes keys of PINs
	personal    map[string]bool      // messages that show a person's own values
	textAt      map[string]place     // messages that a file of the book brings itself
	borrowed    map[textKey]string   // such a message that stands in another language, and in which
	forbidden   []string             // folded words that no reminder may hold
	drafts      Drafts
	vetted      []*Vetted
	orals       []*Oral
	helper      *Node          // where a human helper is found who speaks such a language
	recordings  map[Voice]bool // that there are
	recorded    map[string]int // of each language
	spokenOnce  sync.Once
	spoken      []string
	built       atomic.Pointer[built]  // nil until BuildSearch
	board       atomic.Pointer[raised] // nil until SetBoard
	standing    standing

	mu   sync.Mutex
	days map[dayKey]*Day
}

// roles are the flows the engine itself leads to.
type roles struct {
	First    string `yaml:"first"`
	Menu     string `yaml:"menu"`
	Away     string `yaml:"away"`
	Language string `yaml:"language"`
	Help     string `yaml:"help"`
	Data     string `yaml:"data"`
	Diary    string `yaml:"diary"`
	Date     string `yaml:"date"` // the day behind a PIN
	Search   string `yaml:"search"`
	Person   string `yaml:"person"` // a human of the staff
	News     string `yaml:"news"`   // their answers to rumours
	Sent     string `yaml:"sent"`   // did you send this?
	Rumours  string `yaml:"rumours"`
}

// Rumour is something people say, and what the facts answer.
type Rumour struct {
	ID      string   `yaml:"id"`
	Label   string   `yaml:"label"`
	Verdict string   `yaml:"verdict"` // false, true, misleading or unknown
	Say     []Item   `yaml:"say"`
	Facts   []string `yaml:"facts"`
	Plain   string   `yaml:"plain"`
}

// Contact is an entry of the directory of help.
type Contact struct {
	ID       string   `yaml:"id"`
	Kind     string   `yaml:"kind"`    // which nodes list it, by their directory
	Country  string   `yaml:"country"` // US or MX; "": it helps in both
	Name     string   `yaml:"name"`
	Phone    string   `yaml:"phone"`
	Note     string   `yaml:"note"` // a message id
	Checked  Date     `yaml:"checked"`
	ReviewBy Date     `yaml:"review_by"`
	Source   []string `yaml:"source"`

	line int
}

// Embedded loads the book built into the binary.
func Embedded(c *locales.Catalogue) (*Book, error) { return Load(embeddedFiles(), c) }

// EmbeddedUnder loads the book built into the binary with an operator's files
// over it, as Overlay lays them.
func EmbeddedUnder(over fs.FS, c *locales.Catalogue) (*Book, error) {
	return Load(Overlay(embeddedFiles(), over), c)
}

// embeddedFiles are the files of the book built into the binary.
func embeddedFiles() fs.FS {
	dir, err := fs.Sub(files, "book")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	return dir
}

// Version tells two books apart: it changes with any byte of any file.
func (b *Book) Version() string { return b.version }

// Facts lists all facts, by id.
func (b *Book) Facts() []*Fact { return b.facts }

// Programmes lists all programmes, by id.
func (b *Book) Programmes() []*Programme { return b.programmes }

// Source returns a source by id, nil if there is none.
func (b *Book) Source(id string) *Source { return b.sources[id] }

// SourceIDs lists the ids of all sources, sorted.
func (b *Book) SourceIDs() []string { return b.sourceIDs }

// Begins is the first day the book can tell of: before it, what it says would
// not be true yet.
func (b *Book) Begins() Date { return b.begins }

// Rumours lists all answered rumours, as the book orders them.
func (b *Book) Rumours() []*Rumour { return b.rumours }

// NewestReview is the last day on which anything of the book was reviewed. A
// clock that stands before it is wrong.
func (b *Book) NewestReview() Date {
	var newest Date
	for _, f := range b.facts {
		for _, e := range f.History {
			newest = max(newest, e.Reviewed)
		}
	}
	return newest
}

func (b *Book) node(p Place) *Node {
	if f := b.flowByID[p.Flow]; f != nil {
		return f.Nodes[p.Node]
	}
	return nil
}

// openName is the name under which conditions ask whether a programme is open.
func openName(p *Programme) string { return underscored(p.ID) + "_open" }

// reopensName is the name under which conditions ask whether a programme that is
// closed opens again, as far as the book knows.
func reopensName(p *Programme) string { return underscored(p.ID) + "_reopens" }

// endedName is the name under which conditions ask whether a programme was open
// and is closed again.
func endedName(p *Programme) string { return underscored(p.ID) + "_ended" }

// withheldName is the name under which conditions ask whether a fact was not
// reviewed for so long that it is no longer said.
func withheldName(f *Fact) string { return f.ID + "_withheld" }

func underscored(id string) string {
	out := []byte(id)
	for i, c := range out {
		if c == '-' {
			out[i] = '_'
		}
	}
	return string(out)
}

func (b *Book) programme(id string) *Programme {
	for _, p := range b.programmes {
		if p.ID == id {
			return p
		}
	}
	return nil
}
