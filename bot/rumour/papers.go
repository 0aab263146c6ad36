// The papers of the desk, as they are kept.
package rumour

type (
	rumourPaper struct{}
	letterPaper struct{}
	deskPaper   struct{}
	index       struct{}
)
