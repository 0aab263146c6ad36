// The desk: what bulletins need of the rest of the house.
package bulletin

import (
	"context"
	"sync"
	"time"

	"posada/bot"
	"posada/flows"
)

// Actor is the officer who acts. Whether their role allows it is judged before;
// here it is judged who they are.
type Actor struct{ ID string }

// Shelf keeps papers; see bot.Shelf.
type Shelf interface {
	Paper(ctx context.Context, kind, id string) (bot.Paper, error)
	Papers(ctx context.Context, kind, after string, limit int) ([]bot.Paper, error)
	File(ctx context.Context, papers ...*bot.Paper) (bot.Outcome, error)
}

// Mailings queue one message for many; see bot.Mailings.
type Mailings interface {
	Survey(ctx context.Context, got []bot.MailingID, each func(bot.Person)) error
	OpenMailing(ctx context.Context, m bot.Mailing) error
	QueueMailing(ctx context.Context, id bot.MailingID, got []bot.MailingID, choose func(bot.Person) bool) (bot.MailingProgress, error)
	SetMailing(ctx context.Context, id bot.MailingID, state bot.MailingState) error
	DropMailing(ctx context.Context, id bot.MailingID) (more bool, err error)
	MailingReport(ctx context.Context, id bot.MailingID) (bot.MailingReport, bool, error)
}

// Phone is where one test message is queued; see bot.Store.
type Phone interface {
	Load(ctx context.Context, from bot.Address, messageID string) (bot.Snapshot, error)
	Queue(ctx context.Context, out []bot.Outbound) (queued int, err error)
}

// Store is all of what is asked of it.
type Store interface {
	Shelf
	Mailings
	Phone
}

// Composer makes the message of a text in one form and language: with the head
// that says whose it is and of which day, and the foot that says how it is ended.
// corrects is the day of the bulletin that it corrects, 0 for none; day 0 leaves
// the day out. It is flows.Book.
type Composer interface {
	Bulletin(form flows.Form, lang, text string, day, corrects flows.Date) flows.Message
}

// Directory is what a text may lead to.
type Directory struct {
	Links  []string // hosts ("unhcr.org") or whole addresses ("https://t.me/PosadaBot")
	Phones []string // as the directory writes them
}

// Prices are what the provider takes; 0: not known.
type Prices struct {
	Currency string  // "USD"
	Segment  float64 // of one SMS
	WhatsApp float64 // of one message
	Nudge    float64 // of the template that asks a person to write
}

// World is what surrounds the desk. Functions may be nil where it says so, and
// are called by several goroutines.
type World struct {
	Composer   Composer
	Forms      []flows.Form // of the channels, with the operator's settings; nil: flows.Forms
	Languages  []string     // of Posada
	Channels   []string     // that people write on: "telegram", "whatsapp", "sms", "simulator"
	Places     []string     // ids of places of the book
	Programmes []string     // ids of programmes of the book

	Directory  func() Directory                 // nil: it is empty
	PlaceWords func() []string                  // how people write the places of the book, in any script; nil: none
	Locked     func(lang, text string) []string // words that no locked screen should show; nil: none
	Template   func(lang string) bool           // whether there is an approved WhatsApp template for bulletins; nil: none
	MayApprove func(ctx context.Context, officer string) (bool, error)
	// Apart tells whether an officer is somebody else than others; nil: whoever has
	// another id.
	Apart func(ctx context.Context, officer string, others []string, now time.Time) (bool, error)

	Rates  map[string]float64 // messages a second, by channel; 0: no limit
	Prices Prices
	Trial  bool // simulated contacts count as people: for training and tests

	Wake    func()         // something was queued; nil: nobody sends
	Live    func(Progress) // how it goes, once a second at most for each bulletin; nil: nobody looks
	Changed func()         // SentTexts are others than they were; nil: nobody asks
	Log     bot.Log        // told of every Event, as "bulletin." and what was done; nil: there is none
	Report  func(error)    // faults of Run
}

// Desk is where officers work on bulletins, and what sends them. There is one
// for each store.
type Desk struct {
	store Store
	world World
	kick  chan struct{} // Run looks at once

	counting chan struct{} // one walk over all people at a time

	mu    sync.Mutex // guards what the store is told of mailings
	tries tries

	live live
}

// New makes a desk.
func New(store Store, world World) *Desk {
	if world.Forms == nil {
		world.Forms = flows.Forms
	}
	if world.Report == nil {
		world.Report = func(error) {}
	}
	return &Desk{store: store, world: world, kick: make(chan struct{}, 1), counting: make(chan struct{}, 1)}
}

// look lets Run look at once.
func (d *Desk) look() {
	select {
	case d.kick <- struct{}{}:
	default:
	}
}

func (d *Desk) directory() Directory {
	if d.world.Directory == nil {
		return Directory{}
	}
	return d.world.Directory()
}

// zone is the book's: no reader's midnight is more than a few hours away.
var zone = time.FixedZone("UTC-6", -6*60*60)

func dayOf(t time.Time) flows.Date { return flows.DateOf(t.In(zone)) }
