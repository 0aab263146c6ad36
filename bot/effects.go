// What a step asked for, as changes to a turn.
package bot

import (
	"slices"
	"time"

	"posada/flows"
)

// apply writes the effects of a step into the turn. A contact record is made
// with the first message, for the answer must find its way; c is the record
// as loaded, and is not changed. form is the name of the form in use.
func (t *Turn) apply(c Contact, form, lang string, effects []flows.Effect) {
	now := t.Now.UTC().Truncate(time.Second)
	changed := !c.Known()
	if changed {
		from := t.Snapshot.From
		c = Contact{Address: from, Since: now, Simulated: from.Channel == Simulator}
	}
	if c.Form != form {
		c.Form, changed = form, true
	}
	subs, timers := slices.Clone(c.Subscriptions), slices.Clone(c.Timers)
	set := func(programme string, state State) {
		for i := range subs {
			if programme == "" || subs[i].Programme == programme {
				subs[i].State = state
			}
		}
		changed = true
	}
	for _, e := range effects {
		switch e.Kind {
		case flows.EffectConsent:
			c.Consent, changed = now, true
		case flows.EffectSubscribe:
			s := Subscription{Programme: e.Programme, Place: e.Place, Zone: e.Zone, When: e.When, Minute: e.Minute, State: On, Since: now}
			if i := slices.IndexFunc(subs, func(old Subscription) bool { return old.Programme == e.Programme }); i >= 0 {
				subs[i] = s
			} else {
				subs = append(subs, s)
			}
			changed = true
		case flows.EffectPause:
			set(e.Programme, Paused)
			if e.Programme == "" {
				timers = nil
			}
		case flows.EffectResume:
			set(e.Programme, On)
		case flows.EffectUnsubscribe:
			subs = slices.DeleteFunc(subs, func(s Subscription) bool { return e.Programme == "" || s.Programme == e.Programme })
			changed = true
		case flows.EffectReport:
			t.Diary = append(t.Diary, Entry{At: now, Programme: e.Programme, Place: e.Place, Outcome: e.Outcome})
		case flows.EffectDiaryErase:
			t.EraseDiary, t.Diary = true, nil
		case flows.EffectRumour:
			t.Notes = append(t.Notes, Note{Kind: NoteRumour, At: now, From: c.Address, Lang: lang, Place: c.place(), Text: e.Text})
		case flows.EffectLetter:
			t.Notes = append(t.Notes, Note{Kind: NoteLetter, At: now, From: c.Address, Lang: lang, Place: c.place(), Text: e.Text})
		case flows.EffectOptOut:
			// Who said stop is reminded of nothing, not even after start.
			t.OptOut = MarkOut
			changed = changed || len(subs)+len(timers) > 0
			subs, timers = nil, nil
		case flows.EffectTimer:
			name := flows.Timer{Kind: e.Timer, Programme: e.Programme}
			timers = slices.DeleteFunc(timers, func(old Timer) bool { return old.Timer == name })
			if !e.Moment.IsZero() {
				timers = append(timers, Timer{name, e.Moment.UTC()})
			}
			changed = true
		case flows.EffectOptIn:
			t.OptOut = MarkIn
		case flows.EffectForget:
			t.Forget = true
		}
	}
	if changed {
		c.Subscriptions, c.Timers = subs, timers
		t.Contact = &c
	}
	if t.Forget {
		t.Contact, t.Session, t.Diary, t.Notes = nil, nil, nil, nil
	}
}

// place is where a person is reminded, as far as they said.
func (c Contact) place() string {
	for _, s := range c.Subscriptions {
		if s.Place != "" {
			return s.Place
		}
	}
	return ""
}
