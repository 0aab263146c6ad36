// What officers see of rumours and write about them. Nothing here can carry an
// address, nor the moment at which somebody wrote.
package rumour

import (
	"time"

	"posada/flows"
)

// Status is where a case stands. They are stored: their words stay.
type Status string

// The states of a rumour and of a letter.
const (
	Open     Status = "open"
	Answer   Status = "answered"
	Closed   Status = "closed"
	Anything Status = "" // of a filter
)

// The verdicts.
const (
	False      = "false"
	True       = "true"
	Misleading = "misleading"
	NotKnown   = "unknown"
)

// Order is how cases are listed.
type Order string

// The orders; what is greatest, or oldest, comes first.
const (
	ByCount    Order = "count"
	BySpeed    Order = "speed"
	ByAge      Order = "age"      // longest known first
	ByLanguage Order = "language" // by the language most heard it in, then by count
	ByPlace    Order = "place"    // by the place most heard it at, then by count
)

// Filter chooses cases of rumours; its zero value is all of them, by count.
type Filter struct {
	Status Status
	Lang   string // heard in this language
	Place  string // named at this place, often enough to be shown
	Sort   Order
}

// Share is a part of a count: of a language, a place or a day.
type Share struct {
	Of string // language code, place id, or 2006-01-02
	N  int
}

// Summary is one line of the list.
type Summary struct {
	ID          string
	Status      Status
	Count       int       // people who reported it
	Speed       float64   // reports in the last 24 hours against the mean day of the 7 before; of those with none it is their number
	Today       int       // reports in the last 24 hours
	ByLang      []Share   // most first
	Places      []Share   // most first; only those that at least 5 reports name
	First, Last time.Time // days, UTC
	Alarm       bool
	Verdict     string            // of an answered one
	Claim       map[string]string // by language, in an officer's words; nil until answered
	Withdrawn   flows.Date        // since when its answer is out of use, and it is to be answered anew; 0: it is not
}

// Case is all an officer sees of a rumour.
type Case struct {
	Summary
	Revision uint64   // of what officers did to it: to be given back by whoever changes it
	Days     []Share  // reports by day, the oldest first
	Words    []Words  // what people wrote, newest day first; at most 100
	More     int      // how many more there are
	Waiting  int      // people to whom the answer has yet to go back
	Told     int      // people it went back to, as far as is still known
	Like     []string // ids of other cases that may be the same, the likest first
	Written  *Verdict // nil until answered
	By       string   // id of the officer who answered
	Hand     string   // id of the officer who changed it last
}

// Words is what one person wrote, for as long as they let it stand.
type Words struct {
	Key   string // names it within its case; says nothing of who wrote
	Day   time.Time
	Lang  string
	Place string // "" unless at least 5 reports of the case name it
	Text  string // as it was written: it is no HTML
}

// Verdict is an officer's answer.
type Verdict struct {
	Verdict string              // False, True, Misleading or NotKnown
	Claim   map[string]string   // by language: what is said, in the officer's words
	Reason  map[string]string   // by language: at most 300 characters
	Heard   map[string][]string // by language: how people say it; for the search, may be empty
	Sources []Source
	Review  flows.Date // when it must be looked at again
}

// Source is what an answer stands on.
type Source struct {
	Publisher, Title, URL string
	Date                  flows.Date
}

// Problem is why something cannot be filed as it is; the reader's words for it
// are the console's.
type Problem struct {
	Code  string // one of Codes
	Field string // verdict, claim, reason, heard, source, review, text, hours
	Lang  string // "" where it is of no language
	What  string // the link or number meant; "" where there is none
	Max   int    // the limit that was passed; 0 for none
}

// The codes of problems.
const (
	BadVerdict = "verdict"    // it is none of the four
	NoBridge   = "no-bridge"  // neither English nor Spanish is there
	NoReason   = "no-reason"  // a claim without its reason in that language
	NoClaim    = "no-claim"   // a reason without its claim in that language
	TooLong    = "too-long"   // longer than Max characters
	TooMany    = "too-many"   // more than Max of them
	NoSource   = "no-source"  // only what is not known needs none
	BadSource  = "bad-source" // a source has a publisher, a title and a date that has been
	BadLink    = "link"       // not an approved one
	BadNumber  = "number"     // not one of the directory
	BadMeeting = "meeting"    // a place with a time: others would know where people will be
	BadReview  = "review"     // not a day between tomorrow and a year from now
	BadLang    = "language"   // a language that Posada does not speak
	NoText     = "no-text"    // nothing is written
)

// Codes lists all codes of problems.
var Codes = []string{BadVerdict, NoBridge, NoReason, NoClaim, TooLong, TooMany, NoSource, BadSource, BadLink, BadNumber, BadMeeting, BadReview, BadLang, NoText}

// The limits of what officers write, in characters.
const (
	MaxClaim  = 200
	MaxReason = 300
	MaxReply  = 600
	MaxHours  = 120
	MaxHeard  = 20 // phrases of a language
	MaxSource = 5  // sources
)

// AlarmKind is what an alarm is about.
type AlarmKind string

// The kinds of alarms.
const (
	AlarmSpike  AlarmKind = "spike"  // a rumour spreads
	AlarmLetter AlarmKind = "letter" // somebody wrote to a person
)

// Alarm is what cannot wait.
type Alarm struct {
	Kind  AlarmKind
	Case  string
	Count int // reports within the last 24 hours; letters that wait
	At    time.Time
}

// Stands tells whether another officer's answer would be replaced by one that is
// given on the case as it was seen. It went to people: what takes its place is
// for whoever may approve, and not for whoever could only write the first.
func (c Case) Stands(by string, seen uint64) bool {
	return c.Written != nil && c.By != by && c.Revision == seen
}
