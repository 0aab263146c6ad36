// The oracle: what a screening must conclude, written from the law alone.

package flows

import "testing"

// The oracle states, apart from the flow, what a screening of the asylum rule
// must conclude. It was written from the dated facts of the rule and the
// issue text alone, without sight of the flow, its conditions or its messages.
//
// It is not a tree of questions. It is a list of grounds in legal order of
// precedence; the first that holds decides. Each ground reads the facts it needs
// and no others, so answers to questions that a real conversation would not have
// asked may be present and must not matter. An answer that is missing, "unsure" or
// "private" establishes nothing: it neither gives nor takes away a ground.

type screeningAnswers struct {
	Entered   string // yes, no: has the person entered the US
	Entry     int    // month of entry, yyyymm
	EdgeStart string // before, from: read only for an entry in May 2023 (relative to 11 May 2023)
	EdgeEnd   string // until, after: read only for an entry in May 2025 (until 11 May 2025 inclusive, or after)
	Minor     string // yes, no: under 18 then, no parent or guardian available in the US
	Mexican   string // yes, no
	Direct    string // yes, no: from Mexico without passing through another country; read only for Mexicans
	Way       string // appointment, port, between, another: port with a CBP One appointment; port without; between ports; not the southern land border
	Parole    string // me, family, no, unsure
	Obstacle  string // language, reading, technical, another, none
	Denied    string // me, family, no, unsure: final denial of asylum in a country on the way
	Happened  string // me, family, another, no, private: emergency, imminent threat, trafficking at the time of entry; another = another very serious reason
}

type verdict struct {
	Result     string // "not screened", "not subject", "may have an exception", "may rebut", "presumed ineligible"
	Reason     string // not_entered, after, way | before, minor, mexican | appointment, parole, obstacle, denied | rebut | open, presumed
	SecondRule bool   // the extra line about the second rule must be said
}

// oracleGround is one line of the law: if it holds, and none above it did, it decides.
type oracleGround struct {
	result, reason string
	holds          func(a screeningAnswers) bool
}

const (
	oracleRuleBegan   = 202305 // "between 11 May 2023 ...": the month needs EdgeStart
	oracleWindowEnds  = 202505 // "... and 11 May 2025": the month needs EdgeEnd
	oracleSecondBegan = 202406 // "Entries from 5 June 2024"
)

// oracleGrounds is in order of precedence. The lines quoted are those of the facts.
//
// Two orderings are settled here:
//
//   - The date comes first of all. A child or a Mexican who entered after 11 May 2025
//     is outside of what is screened ("Not screened here ... entered after 11 May
//     2025: §4 only"), and is not told "not subject".
//   - The three categories that are not subject to the rule come before the way in.
//     They are stated of the person ("unaccompanied children", "people who entered
//     before 11 May 2023", "Mexican nationals who came from Mexico") with no
//     condition on the way, so they hold also for one who came by another way.
//     Only of a person who is left does it matter that the rule covers entries
//     "from Mexico at the southern land border" and no others.
var oracleGrounds = []oracleGround{
	// "Not screened here: people who have not entered".
	{"not screened", "not_entered", func(a screeningAnswers) bool {
		return a.Entered == "no"
	}},
	// "Not screened here: ... or entered after 11 May 2025: §4 only."
	{"not screened", "after", func(a screeningAnswers) bool {
		return a.Entry > oracleWindowEnds || a.Entry == oracleWindowEnds && a.EdgeEnd == "after"
	}},
	// "Not subject to this rule: ... people who entered before 11 May 2023."
	{"not subject", "before", func(a screeningAnswers) bool {
		return a.Entry < oracleRuleBegan || a.Entry == oracleRuleBegan && a.EdgeStart == "before"
	}},
	// "Not subject to this rule: ... unaccompanied children (under 18, no status, no
	// parent or guardian available in the US)" [6853] [6342–6345].
	{"not subject", "minor", func(a screeningAnswers) bool {
		return a.Minor == "yes"
	}},
	// "Not subject to this rule: Mexican nationals who came from Mexico (no third
	// country)" [9879–9882] [17438] [19026]. Both halves are needed. A Mexican who
	// passed through another country is in (c) like everybody else; of anybody else
	// Mexico is itself the country on the way, so Direct is not read.
	{"not subject", "mexican", func(a screeningAnswers) bool {
		return a.Mexican == "yes" && a.Direct == "yes"
	}},
	// "It covers a person who entered (a) from Mexico at the southern land border or
	// adjacent coast ...: between ports, or at a port without an appointment" [6827]
	// [17450–17452]. Another way in is not covered, and nothing more is concluded.
	{"not screened", "way", func(a screeningAnswers) bool {
		return a.Way == "another"
	}},
	// Exception 2: "a CBP One appointment at a port of entry" [6843].
	{"may have an exception", "appointment", func(a screeningAnswers) bool {
		return a.Way == "appointment"
	}},
	// Exception 1: "travel authorised under a DHS-approved parole process"
	// [6839–6841], for oneself or family travelling along ("ask about the family for
	// both"). "One is enough": it holds at a port and between ports. It is named
	// after the appointment, the simpler of the two to show.
	{"may have an exception", "parole", func(a screeningAnswers) bool {
		return oracleOwnOrFamily(a.Parole)
	}},
	// Exception 3: "presented at a port without one and shows it was not possible to
	// access or use the app: language barrier, illiteracy, significant technical
	// failure, or other ongoing and serious obstacle" [6845–6849]. "Only at a port,
	// never between ports" [15842–15848].
	{"may have an exception", "obstacle", func(a screeningAnswers) bool {
		serious := map[string]bool{"language": true, "reading": true, "technical": true, "another": true}
		return a.Way == "port" && serious[a.Obstacle]
	}},
	// Exception 4: "applied for and was denied asylum in another country on the way"
	// [6851], finally; for oneself or family travelling along.
	{"may have an exception", "denied", func(a screeningAnswers) bool {
		return oracleOwnOrFamily(a.Denied)
	}},
	// Rebuttals "at the time of entry, for the person or a family member travelling
	// with them" [6855–6865] [17454–17475].
	{"may rebut", "rebut", func(a screeningAnswers) bool {
		return oracleOwnOrFamily(a.Happened)
	}},
	// "The list is open ...: a person with none of the three still hears that another
	// very serious reason may count, and to tell a lawyer" [17454]. It is not one of
	// the three, so the result stays the presumption, said with its own reason.
	{"presumed ineligible", "open", func(a screeningAnswers) bool {
		return a.Happened == "another"
	}},
	// "A presumption that a person cannot get asylum" [6827–6829]: what is left.
	{"presumed ineligible", "presumed", func(screeningAnswers) bool { return true }},
}

// oracleOwnOrFamily: "for the person or a family member travelling with them". Unsure
// and private are not a yes.
func oracleOwnOrFamily(answer string) bool { return answer == "me" || answer == "family" }

// oracleSecondRule: "Entries from 5 June 2024, Mexicans included, get one more line
// always". Always: whatever the result, also where the entry is outside of what is
// screened by its date or its way; only a person who has not entered has no entry.
// Only the month is known, and the line says "may apply", so all of June hears it.
func oracleSecondRule(a screeningAnswers) bool {
	return a.Entered != "no" && a.Entry >= oracleSecondBegan
}

func oracle(a screeningAnswers) verdict {
	for _, g := range oracleGrounds {
		if g.holds(a) {
			return verdict{Result: g.result, Reason: g.reason, SecondRule: oracleSecondRule(a)}
		}
	}
	panic("oracle: the last ground always holds")
}

func TestOracleOfHandWrittenCases(t *testing.T) {
	// plain is a person with nothing in their favour: not Mexican, adult, came in
	// between ports in the middle of the window, before the second rule.
	plain := func(change func(a *screeningAnswers)) screeningAnswers {
		a := screeningAnswers{
			Entered: "yes", Entry: 202311, EdgeStart: "from", EdgeEnd: "until",
			Minor: "no", Mexican: "no", Direct: "no", Way: "between",
			Parole: "no", Obstacle: "none", Denied: "no", Happened: "no",
		}
		change(&a)
		return a
	}
	type answers = screeningAnswers
	cases := []struct {
		name   string
		a      screeningAnswers
		result string
		reason string
		second bool
	}{
		// Nothing in their favour: the presumption.
		{"nothing", plain(func(a *answers) {}), "presumed ineligible", "presumed", false},
		// At a port without an appointment, and nothing stopped them: covered by (a) too.
		{"port, no obstacle", plain(func(a *answers) { a.Way = "port" }), "presumed ineligible", "presumed", false},

		// Not entered: no other answer counts, and a stray month says no second line.
		{"not entered", plain(func(a *answers) { a.Entered, a.Entry, a.Minor = "no", 202407, "yes" }), "not screened", "not_entered", false},
		{"not entered, no month", answers{Entered: "no"}, "not screened", "not_entered", false},

		// The end of the window: 11 May 2025 is in it, the day after is not.
		{"May 2025, until the 11th", plain(func(a *answers) { a.Entry = 202505 }), "presumed ineligible", "presumed", true},
		{"May 2025, after the 11th", plain(func(a *answers) { a.Entry, a.EdgeEnd = 202505, "after" }), "not screened", "after", true},
		{"June 2025", plain(func(a *answers) { a.Entry = 202506 }), "not screened", "after", true},
		// EdgeEnd is about May 2025 only.
		{"April 2025, stray edge", plain(func(a *answers) { a.Entry, a.EdgeEnd = 202504, "after" }), "presumed ineligible", "presumed", true},
		// The date comes before the person: even a child, even a Mexican.
		{"child after the window", plain(func(a *answers) { a.Entry, a.Minor = 202601, "yes" }), "not screened", "after", true},
		{"Mexican after the window", plain(func(a *answers) { a.Entry, a.EdgeEnd, a.Mexican, a.Direct = 202505, "after", "yes", "yes" }), "not screened", "after", true},

		// The start of the window: 11 May 2023 is in it, the day before is not.
		{"April 2023", plain(func(a *answers) { a.Entry = 202304 }), "not subject", "before", false},
		{"May 2023, before the 11th", plain(func(a *answers) { a.Entry, a.EdgeStart = 202305, "before" }), "not subject", "before", false},
		{"May 2023, from the 11th", plain(func(a *answers) { a.Entry = 202305 }), "presumed ineligible", "presumed", false},
		// EdgeStart is about May 2023 only.
		{"June 2023, stray edge", plain(func(a *answers) { a.Entry, a.EdgeStart = 202306, "before" }), "presumed ineligible", "presumed", false},
		// December 2022 is earlier although its month number is larger than May's.
		{"December 2022", plain(func(a *answers) { a.Entry = 202212 }), "not subject", "before", false},
		// Before the window and by plane: the rule did not exist; the way is not asked.
		{"before, by another way", plain(func(a *answers) { a.Entry, a.Way = 202301, "another" }), "not subject", "before", false},

		// A child alone, whatever the way in, even with an exception at hand.
		{"child between ports", plain(func(a *answers) { a.Minor = "yes" }), "not subject", "minor", false},
		{"child by another way", plain(func(a *answers) { a.Minor, a.Way = "yes", "another" }), "not subject", "minor", false},
		{"child with appointment", plain(func(a *answers) { a.Minor, a.Way = "yes", "appointment" }), "not subject", "minor", false},
		// A Mexican child alone is both; the child is named.
		{"Mexican child", plain(func(a *answers) { a.Minor, a.Mexican, a.Direct = "yes", "yes", "yes" }), "not subject", "minor", false},

		// Mexicans: not subject only when they came directly.
		{"Mexican, direct", plain(func(a *answers) { a.Mexican, a.Direct = "yes", "yes" }), "not subject", "mexican", false},
		{"Mexican, through a third country", plain(func(a *answers) { a.Mexican = "yes" }), "presumed ineligible", "presumed", false},
		// Direct means nothing for others: Mexico itself is the country on the way.
		{"not Mexican, stray direct", plain(func(a *answers) { a.Direct = "yes" }), "presumed ineligible", "presumed", false},
		{"Mexican by another way", plain(func(a *answers) { a.Mexican, a.Direct, a.Way = "yes", "yes", "another" }), "not subject", "mexican", false},
		// "Mexicans included": not subject to this rule, but told about the second.
		{"Mexican, July 2024", plain(func(a *answers) { a.Entry, a.Mexican, a.Direct = 202407, "yes", "yes" }), "not subject", "mexican", true},

		// Another way: outside, before any exception or rebuttal is weighed.
		{"another way", plain(func(a *answers) { a.Way = "another" }), "not screened", "way", false},
		{"another way, with everything", plain(func(a *answers) {
			a.Way, a.Parole, a.Obstacle, a.Denied, a.Happened = "another", "me", "language", "me", "me"
		}), "not screened", "way", false},
		// The second line is said of every entry from June 2024.
		{"another way, 2025", plain(func(a *answers) { a.Way, a.Entry = "another", 202501 }), "not screened", "way", true},

		// Appointment first, though parole and a denial would each be enough.
		{"appointment", plain(func(a *answers) { a.Way = "appointment" }), "may have an exception", "appointment", false},
		{"appointment, parole, denied", plain(func(a *answers) { a.Way, a.Parole, a.Denied = "appointment", "me", "me" }), "may have an exception", "appointment", false},

		// Parole is not bound to a port; the family's counts; unsure does not.
		{"parole between ports", plain(func(a *answers) { a.Parole = "me" }), "may have an exception", "parole", false},
		{"family's parole before obstacle", plain(func(a *answers) { a.Way, a.Parole, a.Obstacle = "port", "family", "reading" }), "may have an exception", "parole", false},
		{"unsure of parole", plain(func(a *answers) { a.Parole = "unsure" }), "presumed ineligible", "presumed", false},

		// An obstacle: each of the four kinds, at a port only.
		{"language at a port", plain(func(a *answers) { a.Way, a.Obstacle = "port", "language" }), "may have an exception", "obstacle", false},
		{"reading at a port", plain(func(a *answers) { a.Way, a.Obstacle = "port", "reading" }), "may have an exception", "obstacle", false},
		{"technical at a port", plain(func(a *answers) { a.Way, a.Obstacle = "port", "technical" }), "may have an exception", "obstacle", false},
		{"another obstacle at a port", plain(func(a *answers) { a.Way, a.Obstacle = "port", "another" }), "may have an exception", "obstacle", false},
		{"language between ports", plain(func(a *answers) { a.Obstacle = "language" }), "presumed ineligible", "presumed", false},
		{"obstacle and denied", plain(func(a *answers) { a.Way, a.Obstacle, a.Denied = "port", "technical", "me" }), "may have an exception", "obstacle", false},
		// Unsure of parole takes nothing away from the next exception.
		{"unsure, then obstacle", plain(func(a *answers) { a.Way, a.Parole, a.Obstacle = "port", "unsure", "technical" }), "may have an exception", "obstacle", false},

		// Denied elsewhere: at a port or between; the family's counts; unsure does not.
		{"denied between ports", plain(func(a *answers) { a.Denied = "me" }), "may have an exception", "denied", false},
		{"obstacle between ports does not hide denied", plain(func(a *answers) { a.Obstacle, a.Denied = "language", "family" }), "may have an exception", "denied", false},
		{"unsure of the denial", plain(func(a *answers) { a.Denied = "unsure" }), "presumed ineligible", "presumed", false},
		// An exception comes before a rebuttal.
		{"denied and rebuttal", plain(func(a *answers) { a.Denied, a.Happened = "me", "me" }), "may have an exception", "denied", false},

		// Rebuttals: own or family's, at a port or between.
		{"rebuttal", plain(func(a *answers) { a.Happened = "me" }), "may rebut", "rebut", false},
		{"family's rebuttal at a port", plain(func(a *answers) { a.Way, a.Happened = "port", "family" }), "may rebut", "rebut", false},
		{"unsure of both, rebuttal", plain(func(a *answers) { a.Parole, a.Denied, a.Happened = "unsure", "unsure", "me" }), "may rebut", "rebut", false},
		{"Mexican through a third country, rebuttal", plain(func(a *answers) { a.Mexican, a.Happened = "yes", "me" }), "may rebut", "rebut", false},

		// Another very serious reason: presumed, but with its own words. Silence is a no.
		{"another very serious reason", plain(func(a *answers) { a.Happened = "another" }), "presumed ineligible", "open", false},
		{"would rather not say", plain(func(a *answers) { a.Happened = "private" }), "presumed ineligible", "presumed", false},

		// The second rule begins with June 2024.
		{"May 2024", plain(func(a *answers) { a.Entry = 202405 }), "presumed ineligible", "presumed", false},
		{"June 2024", plain(func(a *answers) { a.Entry = 202406 }), "presumed ineligible", "presumed", true},
		{"appointment, December 2024", plain(func(a *answers) { a.Entry, a.Way = 202412, "appointment" }), "may have an exception", "appointment", true},
	}

	unproven := map[string]bool{}
	for _, g := range oracleGrounds {
		unproven[g.reason] = true
	}
	for _, c := range cases {
		want := verdict{Result: c.result, Reason: c.reason, SecondRule: c.second}
		if got := oracle(c.a); got != want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, want)
		}
		delete(unproven, c.reason)
	}
	for reason := range unproven {
		t.Errorf("no hand-written case for the ground %q", reason)
	}
}
