// The vault in a conversation: what PINs do, and its reminders.
package flows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"posada/locales"
)

// Types of answers that are never kept: they go into the vault.
const (
	TypePIN       = "pin"
	TypeSealedDay = "sealed_day"
)

// What a question wants a PIN for: the names of its answers.
const (
	pinNew        = "new"
	pinAgain      = "again"
	pinOther      = "other"
	pinOtherAgain = "other_again"
	pinOpen       = "open"
)

// Answers that a flow with PINs declares, for its decisions.
const (
	vaultState = "state"
	vaultDoor  = "door"
	// vaultRemind is "yes" when the person wants reminders of the day.
	vaultRemind = "remind"
	vaultLate   = "late" // they do, and the time for both has passed
)

// Values of vaultState.
const (
	vaultNone   = "none"   // there is no vault
	vaultClosed = "closed" // there is one
	vaultLocked = "locked" // for a time, after wrong PINs
	vaultChosen = "chosen" // a PIN was written once
	vaultSame   = "same"   // and a second time
	vaultDiffer = "differ" // the second time it was another, or the two PINs are alike
	vaultOpen   = "open"
	vaultErased = "erased" // after too many wrong PINs
	vaultPassed = "passed" // the day is over, and was erased
	vaultKept   = "kept"   // a day was put in
	vaultFailed = "failed" // nothing could be kept
)

var vaultStates = []string{vaultNone, vaultClosed, vaultLocked, vaultChosen, vaultSame, vaultDiffer, vaultOpen, vaultErased, vaultPassed, vaultKept, vaultFailed}

// vaultDoors are the values of vaultDoor.
var vaultDoors = []string{"left", "right"}

// What nodes may do with the vault.
const (
	doVaultLook  = "vault-look"  // sets the state
	doVaultErase = "vault-erase" // erases all of it
	doVaultQuiet = "vault-quiet" // ends its reminders
)

// msgPINWrong is said of a PIN that opens nothing.
const msgPINWrong = "vault.wrong"

// What a node of this kind shows.
const listVault = "vault"

// Messages of an opened vault.
const (
	msgVaultDay   = "vault.day"
	msgVaultEmpty = "vault.empty"
	msgVaultShut  = "vault.shut"
)

// dateHour is when its reminders come, in minutes after local midnight.
const dateHour = 9 * 60

// dateTimer is that of its reminders. It names no programme: what the store
// keeps of them is two days, and not what for.
var dateTimer = Timer{Kind: TimerDate}

func (t *turn) setState(f *Flow, name, value string) {
	t.s.setAnswer(Answer{Flow: f.ID, Name: name, Text: value, Given: t.minute})
}

// vault of the session, false when there is none that can be used.
func (t *turn) vault() (vault, bool) {
	v, err := decodeVault(t.s.Vault)
	return v, err == nil && !v.past(t.minute)
}

// dropVault erases it, and its timer.
func (t *turn) dropVault() {
	if v, err := decodeVault(t.s.Vault); err == nil && v.stage != stageNone {
		t.takeAway(dateTimer)
	}
	t.s.Vault = ""
}

func (t *turn) lookAtVault(n *Node) {
	v, ok := t.vault()
	switch {
	case !ok || !v.ready:
		t.dropVault()
		t.setState(n.flow, vaultState, vaultNone)
	case t.minute < v.locked:
		t.setState(n.flow, vaultState, vaultLocked)
	default:
		t.setState(n.flow, vaultState, vaultClosed)
	}
}

// typedPIN takes what was typed as a PIN. Its digits are in no session, effect
// or message.
func (t *turn) typedPIN(n *Node) {
	pin := strings.NewReplacer(" ", "", "-", "").Replace(t.folded)
	if !isPIN(pin) {
		if t.greeted() {
			t.show(n)
			return
		}
		t.s.Misses++
		t.notes = append(t.notes, n.Invalid)
		t.reask(n)
		return
	}
	if n.Into == pinOpen {
		if !t.openVault(n, pin) {
			t.notes = append(t.notes, msgPINWrong)
			t.reask(n)
			return
		}
	} else {
		t.setState(n.flow, vaultState, t.choosePIN(n, pin))
	}
	t.s.Misses = 0
	t.remember()
	t.run(n.next)
}

func isPIN(s string) bool {
	return len(s) >= MinPIN && len(s) <= MaxPIN && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// choosePIN makes the vault of a new PIN, or adds the second one.
func (t *turn) choosePIN(n *Node, pin string) (state string) {
	if n.Into == pinNew {
		if t.random.none() {
			return vaultFailed
		}
		v, mine := newVault(t.book.pins, pin, t.random, t.minute)
		t.dropVault()
		t.s.Vault = v.encode()
		t.setState(n.flow, vaultDoor, vaultDoors[mine])
		return vaultChosen
	}
	v, ok := t.vault()
	mine, known := t.openedDoor(n)
	if !ok || !known {
		return vaultFailed
	}
	switch n.Into {
	case pinAgain:
		if !v.is(t.book.pins, pin, mine) {
			t.dropVault()
			return vaultDiffer
		}
		v.ready = true
		state = vaultSame
	case pinOther:
		if t.random.none() {
			return vaultFailed
		}
		if v.is(t.book.pins, pin, mine) {
			return vaultDiffer
		}
		v.doors[1-mine].public = public(t.book.pins.key(pin, v.salt))
		v.put(1-mine, 0, t.random)
		state = vaultChosen
	case pinOtherAgain:
		state = vaultSame
		if !v.is(t.book.pins, pin, 1-mine) {
			state = vaultDiffer
		}
	}
	t.s.Vault = v.encode()
	return state
}

// openedDoor is the door whose PIN was chosen or written last.
func (t *turn) openedDoor(n *Node) (int, bool) {
	a, _ := t.s.answer(n.flow.ID, vaultDoor)
	for i, name := range vaultDoors {
		if a.Text == name {
			return i, true
		}
	}
	return 0, false
}

// openVault tries a PIN. It is false for a wrong one after which another can be
// tried.
func (t *turn) openVault(n *Node, pin string) bool {
	v, ok := t.vault()
	if !ok || t.minute < v.locked {
		t.lookAtVault(n)
		return true
	}
	door, day, opened := v.open(t.book.pins, pin)
	if !opened {
		if v.wrong++; v.wrong >= EraseAfter {
			t.dropVault()
			t.setState(n.flow, vaultState, vaultErased)
			return true
		}
		if v.wrong == LockAfter {
			v.locked = t.minute + int64(LockTime.Minutes())
			t.setState(n.flow, vaultState, vaultLocked)
		}
		t.s.Vault = v.encode()
		return v.wrong == LockAfter
	}
	// Whoever was given the second PIN could try the other one for ever between
	// two right ones, if these ended the count. So one wrong PIN is forgiven,
	// once in LockTime: enough for a slip of the finger.
	if v.wrong > 0 && t.minute-v.locked >= int64(LockTime.Minutes()) {
		v.wrong, v.locked = v.wrong-1, t.minute
		t.s.Vault = v.encode()
	}
	t.setState(n.flow, vaultDoor, vaultDoors[door])
	if day != 0 && day.AddDays(1) < DateOf(t.moment().In(t.zoneOf(""))) {
		t.dropVault()
		t.setState(n.flow, vaultState, vaultPassed)
		return true
	}
	t.setState(n.flow, vaultState, vaultOpen)
	t.opened = &day
	return true
}

// sealDay puts a day behind the door that is open, and sets its first reminder
// if the person wants them.
func (t *turn) sealDay(n *Node, day Date) {
	v, ok := t.vault()
	door, known := t.openedDoor(n)
	if !ok || !known || !v.ready || t.random.none() {
		t.setState(n.flow, vaultState, vaultFailed)
		return
	}
	v.put(door, day, t.random)
	v.saved = t.minute
	had := v.stage != stageNone
	v.stage = stageNone
	if a, _ := t.s.answer(n.flow.ID, vaultRemind); a.Text == "yes" {
		at := time.Time{}
		v.stage, at = nextStage(day, t.zoneOf(""), t.moment())
		t.timer(dateTimer, at)
		if v.stage == stageOver {
			t.setState(n.flow, vaultRemind, vaultLate)
		}
	} else if had {
		t.takeAway(dateTimer)
	}
	t.s.Vault = v.encode()
	t.setState(n.flow, vaultState, vaultKept)
}

// nextStage is what comes next for a day, and when.
func nextStage(day Date, zone *time.Location, now time.Time) (stage uint8, at time.Time) {
	for stage = stageThree; stage < stageOver; stage++ {
		if at = stageAt(stage, day, zone); at.After(now) {
			return stage, at
		}
	}
	return stageOver, stageAt(stageOver, day, zone)
}

// stageDays is how far each stage lies from the day itself.
var stageDays = [...]int{stageThree: -3, stageEve: -1, stageOver: 2}

func stageAt(stage uint8, day Date, zone *time.Location) time.Time {
	minute := dateHour
	if stage == stageOver {
		minute = 0
	}
	return wallClock(day.AddDays(stageDays[stage]), minute, zone)
}

// dateEvent says a reminder of the day, or erases the vault when the day is
// over. The day itself cannot be read here: it follows from the timer.
func (t *turn) dateEvent(e Event) {
	v, ok := t.vault()
	f := t.book.flowByID[t.book.roles.Date]
	if !ok || !v.ready || v.stage == stageNone {
		t.takeAway(dateTimer)
		return
	}
	if t.moment().Before(e.Due) { // not yet
		t.timer(dateTimer, e.Due)
		return
	}
	zone := t.zoneOf("")
	day := DateOf(e.Due.In(zone)).AddDays(-stageDays[v.stage])
	due := v.stage
	for v.stage < stageOver && !t.moment().Before(stageEnd(v.stage, day, zone)) {
		v.stage++
	}
	if v.stage > due && due < stageOver {
		t.effects = append(t.effects, Effect{Kind: EffectSkip, Timer: TimerDate})
	}
	now := v.stage
	if at := stageAt(now, day, zone); at.After(t.moment()) {
		t.timer(dateTimer, at)
		t.s.Vault = v.encode()
		return
	}
	if now == stageOver {
		t.dropVault()
		return
	}
	var at time.Time
	v.stage, at = nextStage(day, zone, t.moment())
	t.s.Vault = v.encode()
	t.timer(dateTimer, at)
	name := dateThree
	if now == stageEve {
		name = dateEve
	}
	t.comes(f.Nodes[name])
	late := t.moment().After(stageAt(now, day, zone).Add(Spread))
	t.effects = append(t.effects, Effect{Kind: EffectRemind, Timer: TimerDate, Moment: stageEnd(now, day, zone), Late: late})
}

// stageEnd is when the words of a reminder are no longer true: its own day is
// over.
func stageEnd(stage uint8, day Date, zone *time.Location) time.Time {
	return wallClock(day.AddDays(stageDays[stage]+1), 0, zone)
}

// Nodes of the flow that keeps the day: its reminders.
const (
	dateThree = "three"
	dateEve   = "eve"
)

// quietVault ends its reminders: then no day stands outside of it.
func (t *turn) quietVault() {
	if v, ok := t.vault(); ok && v.stage != stageNone {
		v.stage = stageNone
		t.s.Vault = v.encode()
		t.takeAway(dateTimer)
	}
}

// renderVault says what is behind the door that was opened in this turn. Later
// it is shut: neither a page nor a repetition shows it again.
func (t *turn) renderVault(a *answerText, l *locales.Language, n *Node) {
	switch {
	case t.opened == nil:
		a.add(t.plain(a, l, msgVaultShut), n.flow.ID, n.id)
	case *t.opened == 0:
		a.add(t.plain(a, l, msgVaultEmpty), n.flow.ID, n.id)
	default:
		a.add(t.valued(a, l, msgVaultDay, map[string]any{"day": t.opened.In(l)}), n.flow.ID, n.id)
	}
}

// keepsVault checks that a flow which asks for a PIN, or for a day that is
// locked away, declares what the engine answers in it.
func (f *Flow) keepsVault(n *Node) error {
	for name, values := range map[string][]string{vaultState: vaultStates, vaultDoor: vaultDoors} {
		declared := f.answers[name]
		for _, v := range values {
			if declared.kind != TypeChoice || !slices.Contains(declared.values, v) {
				return fmt.Errorf("the flow has to declare the answer %s: [%s]", name, strings.Join(values, ", "))
			}
		}
	}
	if n.Type == TypePIN && !slices.Contains([]string{pinNew, pinAgain, pinOther, pinOtherAgain, pinOpen}, n.Into) {
		return fmt.Errorf("%q is nothing that a PIN is for", n.Into)
	}
	return nil
}
