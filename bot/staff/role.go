// Package staff knows the people who work with Posada: who they are, what they
// may do, and, in the audit log, what they did.
package staff

// Role is what an officer is trusted with. They are stored: their names stay.
type Role string

// The roles. Each may all that the one before may.
const (
	RoleWriter   Role = "writer"   // answers people and rumours, writes drafts
	RoleApprover Role = "approver" // also approves what another wrote, and withdraws
	RoleAdmin    Role = "admin"    // also says who works here
)

// Roles lists them, the least trusted first.
var Roles = []Role{RoleWriter, RoleApprover, RoleAdmin}

// Act is a kind of thing that an officer does.
type Act uint8

// The acts.
const (
	ActRead     Act = iota + 1 // see pages
	ActWrite                   // answer, and write drafts
	ActApprove                 // approve what another wrote, so that it is sent
	ActWithdraw                // take something out of use everywhere
	ActStaff                   // invite, end, and give roles
)

// can is what each role may do.
var can = map[Role]map[Act]bool{
	RoleWriter:   {ActRead: true, ActWrite: true},
	RoleApprover: {ActRead: true, ActWrite: true, ActApprove: true, ActWithdraw: true},
	RoleAdmin:    {ActRead: true, ActWrite: true, ActApprove: true, ActWithdraw: true, ActStaff: true},
}

// Can tells whether officers of this role may do that. One that is no role may
// nothing.
func (r Role) Can(a Act) bool { return can[r][a] }

// NeedsCode tells whether an act needs a code of the second factor, given in
// the last minutes (Session.Confirmed).
func (a Act) NeedsCode() bool { return a == ActApprove || a == ActWithdraw || a == ActStaff }

// known tells whether it is a role at all.
func (r Role) known() bool { return can[r] != nil }
