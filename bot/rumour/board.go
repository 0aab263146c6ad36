// What the desk puts up for the conversation, by the names of the board.
package rumour

import "posada/flows"

type (
	// Answered is a rumour with its answer, as the conversation tells and finds it.
	Answered = flows.Answered
	// BoardSource is what an answer stands on.
	BoardSource = flows.BoardSource
	// Opening tells whether letters are read.
	Opening = flows.Desk
)
