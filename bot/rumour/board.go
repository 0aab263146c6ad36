// What the desk puts up for the conversation: answered rumours, and whether
// somebody reads letters.
package rumour

import "posada/flows"

// Answered is a rumour with its answer, as the conversation tells and finds it.
type Answered struct {
	ID            string
	Day           flows.Date
	Verdict       string
	Claim, Reason map[string]string // by language
	Sources       []BoardSource
	Review        flows.Date
	Heard         map[string][]string // by language: how people say it, in an officer's words
}

// BoardSource is what an answer stands on.
type BoardSource struct {
	Publisher, Title, URL string
	Date                  flows.Date
}

// Opening tells whether letters are read.
type Opening struct {
	Open    bool              // somebody reads them now
	Staffed bool              // somebody ever does
	Hours   map[string]string // the staff's hours in words, by language
}

// The timers with which a person is told.
const (
	timerNews   flows.TimerKind = "news"   // there is an answer to what they asked; Programme: the case
	timerLetter flows.TimerKind = "letter" // an officer answered; Programme: the case
)
