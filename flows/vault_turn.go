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
	vaultDoor  = "door" // its number is that of the slot of the day behind it, from 1; 0: none
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

// dateHour is when its reminders come, in minutes after local midnight, wherever
// the person may be.
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
	if v, err := decodeVault(t.s.Vault); err == nil && v.reminds() {
		t.takeAway(dateTimer)
	}
	t.s.Vault = ""
}

// reminds tells whether a timer is set for the vault.
func (v *vault) reminds() bool { return v.slots[0].stage != stageNone || v.slots[1].stage != stageNone }

// keepVault writes a vault whose slots have changed, and sets the one timer of
// both to what comes first.
func (t *turn) keepVault(v vault) {
	t.s.Vault = v.encode()
	first, now := time.Time{}, t.moment()
	for _, s := range v.slots {
		if s.stage == stageNone {
			continue
		}
		if s.on == 0 { // its timer stands
			return
		}
		if at := stageAt(s.stage, s.day(), t.zones()); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if !first.IsZero() && !first.After(now) { // it let the other one go before
		first = now.Add(quiet)
	}
	t.timer(dateTimer, first)
}

// settle keeps what is left of a vault of which a day may have been erased:
// nothing, if no other can be in it.
func (t *turn) settle(v vault) {
	if !v.plain && v.slots == [2]slot{} {
		t.dropVault()
		return
	}
	t.keepVault(v)
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
		v.put(1-mine, 0, 0, t.random)
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
	i := slices.Index(vaultDoors, t.kept(n.flow, vaultDoor))
	return max(i, 0), i >= 0
}

// openVault tries a PIN. It is false for a wrong one after which another can be
// tried.
func (t *turn) openVault(n *Node, pin string) bool {
	v, ok := t.vault()
	if !ok || t.minute < v.locked {
		t.lookAtVault(n)
		return true
	}
	door, what, opened := v.open(t.book.pins, pin)
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
	t.keep(n.flow, vaultDoor, vaultDoors[door], what.slot+1)
	over := what.gone || what.day != 0 && what.day.AddDays(1) < DateOf(t.moment().In(t.zoneOf("")))
	if over && !t.random.none() {
		// This door alone is emptied: whether there is a day behind the other one
		// is not to be known, and it may be the one that counts.
		v.put(door, 0, 0, t.random)
		t.keep(n.flow, vaultDoor, vaultDoors[door], 0)
		if what.slot >= 0 {
			v.slots[what.slot] = slot{}
		}
		t.settle(v)
		t.setState(n.flow, vaultState, vaultPassed)
		return true
	}
	t.setState(n.flow, vaultState, vaultOpen)
	t.opened = &what.day
	return true
}

// sealDay puts a day behind the door that is open, and sets its first reminder
// if the person wants them. What was behind that door goes, with its reminders;
// what is behind the other one stays, with its own.
func (t *turn) sealDay(n *Node, day Date) {
	v, ok := t.vault()
	door, known := t.openedDoor(n)
	if !ok || !known || !v.ready || t.random.none() {
		t.setState(n.flow, vaultState, vaultFailed)
		return
	}
	had := v.reminds()
	own := t.number(n.flow, vaultDoor) - 1
	for i := range v.slots {
		// The timer of an older version cannot be told from another: as there, a
		// new day takes its place.
		if s := &v.slots[i]; i == own || s.stage != stageNone && s.on == 0 {
			*s = slot{}
		}
	}
	t.setState(n.flow, vaultDoor, vaultDoors[door])
	v.saved = t.minute
	if a, _ := t.s.answer(n.flow.ID, vaultRemind); a.Text == "yes" {
		s := &v.slots[v.take(t.random)]
		v.put(door, day, s.pad, t.random)
		s.set(nextStage(day, t.zones(), t.moment()), day)
		if s.stage == stageOver {
			t.setState(n.flow, vaultRemind, vaultLate)
		}
	} else {
		v.put(door, day, 0, t.random)
		v.plain = true
	}
	if had || v.reminds() {
		t.keepVault(v)
	} else {
		t.s.Vault = v.encode()
	}
	t.setState(n.flow, vaultState, vaultKept)
}

// nextStage is what comes next for a day.
func nextStage(day Date, zones []*time.Location, now time.Time) uint8 {
	for stage := uint8(stageThree); stage < stageOver; stage++ {
		if stageAt(stage, day, zones).After(now) {
			return stage
		}
	}
	return stageOver
}

// stageDays is how far each stage lies from the day itself.
var stageDays = [...]int{stageThree: -3, stageEve: -1, stageOver: 2}

// stageAt is when a stage of a day has come wherever the person may be.
func stageAt(stage uint8, day Date, zones []*time.Location) (at time.Time) {
	minute := dateHour
	if stage == stageOver {
		minute = 0
	}
	for _, zone := range zones {
		if here := wallClock(day.AddDays(stageDays[stage]), minute, zone); here.After(at) {
			at = here
		}
	}
	return at
}

// dateEvent says a reminder of a day, or erases a day that is over. The day
// itself cannot be read here: it follows from its slot.
func (t *turn) dateEvent(e Event) {
	v, ok := t.vault()
	f := t.book.flowByID[t.book.roles.Date]
	if !ok || !v.ready || !v.reminds() {
		t.takeAway(dateTimer)
		return
	}
	now, zones, said := t.moment(), t.zones(), uint8(stageNone)
	reminder := Effect{Kind: EffectRemind, Timer: TimerDate}
	for i := range v.slots {
		s := &v.slots[i]
		if s.stage == stageNone {
			continue
		}
		if s.on == 0 {
			s.on = DateOf(e.Due.In(t.zoneOf("")))
		}
		day, due := s.day(), s.stage
		if now.Before(stageAt(due, day, zones)) {
			continue
		}
		for s.stage < stageOver && !now.Before(stageEnd(s.stage, day, zones)) {
			s.set(s.stage+1, day)
		}
		if s.stage > due && due < stageOver {
			t.effects = append(t.effects, Effect{Kind: EffectSkip, Timer: TimerDate})
		}
		switch at := stageAt(s.stage, day, zones); {
		case now.Before(at):
		case s.stage == stageOver:
			*s = slot{}
		case said == stageNone:
			said = s.stage
			reminder.Moment, reminder.Late = stageEnd(said, day, zones), now.After(at.Add(Spread))
			s.set(nextStage(day, zones, now), day)
		case said == s.stage: // the same words for both
			s.set(nextStage(day, zones, now), day)
		}
	}
	t.settle(v)
	if said == stageNone {
		return
	}
	name := dateThree
	if said == stageEve {
		name = dateEve
	}
	t.comes(f.Nodes[name])
	t.effects = append(t.effects, reminder)
}

// stageEnd is from when a reminder no longer comes: its own day is over, and its
// words are not true any more. Where another one follows by day it does not come
// at night either; the last one does rather than never.
func stageEnd(stage uint8, day Date, zones []*time.Location) (end time.Time) {
	minute := 24 * 60
	if stage == stageThree {
		minute = dayEnds * 60
	}
	for _, zone := range zones {
		if here := wallClock(day.AddDays(stageDays[stage]), minute, zone); end.IsZero() || here.Before(end) {
			end = here
		}
	}
	return end
}

// Nodes of the flow that keeps the day: its reminders.
const (
	dateThree = "three"
	dateEve   = "eve"
)

// quietVault ends its reminders, of whichever day: then no day stands outside of
// it. One that came after these words would tell that there is another.
func (t *turn) quietVault() {
	v, ok := t.vault()
	if !ok || !v.reminds() {
		return
	}
	for i := range v.slots {
		v.slots[i].stage, v.slots[i].on = stageNone, 0
	}
	t.keepVault(v)
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
