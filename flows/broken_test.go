// A small valid book, and what happens when one thing in it is wrong: every
// fault is named with its file and line.
package flows

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"posada/locales"
)

// fixtureFiles is a whole book in little: one flow of every kind of node, one
// programme, one rumour. Tests break it one change at a time.
func fixtureFiles() map[string]string {
	crisis := ""
	for _, kind := range append(slices.Clip(locales.CrisisKinds), crisisUnsure) {
		crisis += "  " + kind + ": help/danger\n"
	}
	return map[string]string{
		"sources.yaml": `sources:
  paper: {publisher: "The Paper", title: "A report", date: 2024-05, standing: source}
`,
		"facts.yaml": `facts:
  helps:
    about: "who helps"
    kind: statement
    care: none
    review_by: 2027-02-20
    history:
      - {value: "people help", from: 2020-01-01, source: [paper], standing: source, reviewed: 2026-11-22}
  start_day:
    about: "a day"
    kind: date
    care: law
    review_by: 2027-02-20
    history:
      - {value: 2023-05-11, from: 2020-01-01, source: [paper], standing: source, reviewed: 2026-11-22}
      - value: 2023-06-11
        from: 2024-01-01
        source: [paper]
        standing: source
        reviewed: 2026-11-22
  court:
    about: "where the court stands"
    kind: state
    values: [asked, held]
    care: law
    review_by: 2027-02-20
    history:
      - {value: asked, from: 2020-01-01, source: [paper], standing: source, reviewed: 2026-11-22}
`,
		"places.yaml": `places:
  tijuana: {name: place.tijuana, zone: America/Tijuana, also: "tj"}
  nogales: {name: place.nogales, zone: America/Hermosillo}
`,
		"programmes.yaml": `programmes:
  prog:
    name: programme.prog.name
    facts: [helps]
    open:
      - {from: 2023-01-12, until: 2025-01-20T12:00, zone: America/New_York, source: [paper], standing: source, reviewed: 2026-11-22}
    windows:
      - from: 2023-05-12
        until: 2024-03-04
        source: [paper]
        readings:
          - {opens: "11:00", closes: "10:00", next_day: true, zone: Etc/GMT+6}
      - from: 2024-03-04
        source: [paper]
        readings:
          - {opens: "12:00", closes: "23:59", zone: America/New_York}
    places: [tijuana]
    steps:
      - {id: one, say: [step.words], facts: [helps], troubles: [slow]}
      - {id: two, say: [step.words], facts: [helps]}
    troubles:
      - {id: slow, label: trouble.slow, say: [trouble.words], facts: [helps]}
`,
		"rumours.yaml": `rumours:
  - {id: gossip, label: rumour.label, verdict: "false", say: [rumour.words], facts: [helps]}
`,
		"directory.yaml": `entries:
  - {id: police, kind: emergency, country: MX, name: "Police", phone: "911", checked: 2026-11-22, review_by: 2027-02-20, source: [paper]}
`,
		"digits.yaml": `allowed:
  ui.more: "the key itself"
`,
		"book.yaml": `roles:
  first: first
  menu: menu
  away: away
  language: language
  help: help
  data: data
  diary: diary
  date: date
  search: search
  person: person
  news: news
  sent: sent
  rumours: rumours
delete: data/confirm
begins: 2023-05-12
crisis:
` + crisis,
		"flow/first.yaml": `flow: first
start: language
nodes:
  language: {ask: language.choose, plain: "itself", choices_from: languages, next: set_language}
  oral: {ask: oral.ask, plain: "itself", choices_from: bridges, next: set_language}
  set_language: {do: language, next: what}
  suggest:
    ask: language.suggest
    plain: "itself"
    choices:
      - {key: "yes", label: language.suggest.yes, next: set_language}
      - {key: another, label: language.suggest.another, next: language}
  what: {say: [first.what], plain: "itself", next: consent}
  consent:
    ask: first.consent
    plain: "itself"
    choices:
      - {key: go_on, label: first.yes, next: agreed}
      - {key: erase, label: first.no, next: refused}
  agreed: {do: consent, next: fin}
  refused: {do: forget}
  fin: {end: true}
`,
		"answers.yaml": `answers:
  - {id: topic, at: topic, label: menu.topic}
`,
		"oral.yaml": `helper: help/danger
languages:
  - {code: mam, name: "Qyol Mam", bridges: [en], also: "mam"}
`,
		"flow/person.yaml": `flow: person
start: look
answers: {desk: [open, closed, none], letter: text}
nodes:
  look: {do: desk, next: write}
  write: {ask: person.write.ask, plain: "a question", type: text, into: letter, invalid: person.write.bad, next: send}
  send: {do: letter, next: hours}
  hours: {list: hours, plain: "itself", next: fin}
  come: {ask: person.line.ask, plain: "itself", line: true, choices: [{key: read, label: person.reply.yes, next: read}]}
  read: {list: letters, plain: "itself", next: fin}
  fin: {end: true}
`,
		"flow/news.yaml": `flow: news
start: answer
answers: {which: text}
nodes:
  come: {ask: news.ask, plain: "itself", line: true, choices: [{key: read, label: person.reply.yes, next: answer}]}
  answer: {list: board, plain: "itself", next: fin}
  fin: {end: true}
`,
		"flow/sent.yaml": `flow: sent
start: ask
answers: {message: text, traced: text}
nodes:
  ask: {ask: sent.ask, plain: "a question", type: text, into: message, invalid: person.write.bad, next: trace}
  trace: {do: trace, next: told}
  told: {list: traced, plain: "itself", next: fin}
  fin: {end: true}
`,
		"flow/rumours.yaml": `flow: rumours
start: tell
answers: {heard: text, matched: [sent, clear, some, none]}
nodes:
  tell: {ask: rumours.tell.ask, plain: "a question", type: text, into: heard, keep: true, invalid: person.write.bad, next: weigh}
  weigh: {do: weigh, next: send}
  send: {do: rumour, from: {text: heard}, next: fin}
  known: {ask: rumours.known.ask, plain: "a question", choices: [{key: "no", label: rumours.known.no, next: send}]}
  fin: {end: true}
`,
		"flow/search.yaml": `flow: search
start: which
answers: {found: text}
nodes:
  which: {ask: search.ask, plain: "navigation", choices_from: found, next: fin}
  nothing: {ask: search.nothing.ask, plain: "itself", choices: [{key: topics, label: search.choice.topics, restart: true}, {key: back, label: search.choice.go_on, end: true}]}
  starting: {ask: search.nothing.ask, plain: "itself", choices: [{key: topics, label: search.choice.topics, restart: true}, {key: back, label: search.choice.go_on, end: true}]}
  fin: {end: true}
`,
		"flow/menu.yaml": `flow: menu
anytime: true
start: menu
nodes:
  menu:
    ask: menu.ask
    plain: "navigation"
    choices:
      - {key: topic, label: menu.topic, next: topic}
      - {key: steps, label: menu.steps, next: steps}
      - {key: rumours, label: menu.rumours, next: rumours}
      - {key: reminders, label: menu.reminders, next: reminders}
  reminders: {call: reminders, next: menu}
  topic: {call: topic, next: menu}
  steps: {call: steps-prog, next: menu}
  rumours: {call: rumour-answers, next: menu}
`,
		"flow/away.yaml": `flow: away
start: away
nodes:
  away:
    ask: away.ask
    plain: "itself"
    choices:
      - {key: go_on, label: away.go_on, end: true}
      - {key: again, label: away.again, restart: true}
`,
		"flow/language.yaml": `flow: language
anytime: true
start: choose
nodes:
  choose: {ask: language.choose, plain: "itself", choices_from: languages, next: set_language}
  oral: {ask: oral.ask, plain: "itself", choices_from: bridges, next: set_language}
  set_language: {do: language, next: fin}
  fin: {end: true}
`,
		"flow/help.yaml": `flow: help
anytime: true
start: danger
nodes:
  danger:
    say: [help.words]
    facts: [helps]
    directory: emergency
    ask: help.ask
    choices:
      - {key: back, label: help.back, end: true}
`,
		"flow/data.yaml": `flow: data
start: confirm
nodes:
  confirm:
    ask: data.ask
    plain: "itself"
    choices:
      - {key: "yes", label: first.yes, next: erase}
      - {key: "no", label: first.no, end: true}
  erase: {do: forget}
`,
		"flow/diary.yaml": `flow: diary
start: all
nodes:
  all:
    list: diary-export
    plain: "the person's own"
    ask: help.ask
    choices:
      - {key: erase, label: first.yes, next: erase}
      - {key: back, label: help.back, end: true}
  erase: {do: diary-erase, next: fin}
  fin: {end: true}
`,
		"flow/date.yaml": `flow: date
start: look
answers:
  state: [none, closed, locked, chosen, same, differ, open, erased, passed, kept, failed]
  door: [left, right]
  new: pin
  day: sealed_day
nodes:
  look: {do: vault-look, next: new}
  new: {ask: topic.feel, plain: "a question", type: pin, into: new, invalid: topic.bad, next: day}
  day: {ask: topic.when, plain: "a question", type: sealed_day, within: [0, 58], into: day, invalid: topic.bad, next: view}
  view: {list: vault, plain: "the person's own", next: fin}
  three: {ask: topic.feel, plain: "itself", line: true, choices: [{key: ok, label: topic.glad, end: true}]}
  eve: {ask: topic.feel, plain: "itself", choices: [{key: ok, label: topic.glad, end: true}]}
  fin: {end: true}
`,
		"flow/topic.yaml": `flow: topic
about: "the flow that tests break"
start: begin
lifetime: 24h
programme: prog
answers:
  mood: [glad, sad]
  entry: month
  place: place
nodes:
  begin:
    say: [topic.words]
    facts: [helps]
    next: feel
  feel:
    ask: topic.feel
    plain: "a question"
    into: mood
    choices:
      - {key: glad, label: topic.glad, next: when}
      - {key: sad, label: topic.sad, also: words.sad, next: route}
  when:
    ask: topic.when
    plain: "a question"
    type: month
    into: entry
    invalid: topic.bad
    next: where
  where:
    ask: topic.where
    plain: "a question"
    type: place
    into: place
    invalid: topic.bad
    next: route
  route:
    decide:
      - {if: 'mood == "sad" and prog_open', to: told}
      - {if: 'entry < start_day_month or court == "held" or place == "nogales"', to: told}
      - {else: told}
  told:
    say:
      - topic.told
      - {text: topic.place, if: 'place != ""'}
    next: subscribe
  subscribe:
    do: subscribe
    with: {programme: prog, when: opens}
    from: {place: place}
    next: clear
  clear: {do: set, with: {mood: ""}, next: help}
  help: {call: help, next: fin}
  fin: {end: true}
`,
	}
}

// fixtureEnglish is the catalogue of the small book. Spanish is made of it.
func fixtureEnglish() string {
	var b strings.Builder
	shows := map[string]string{
		msgOverdue: "{{.checked}}", msgSourceWhen: "{{.checked}}", msgProgress: "{{.n}} / {{.total}}",
		msgSourceLine: "{{.publisher}} {{.title}} {{.date}}", msgMore: "0", msgLate: "{{.wording}}",
		msgOralNone: "{{.language}}", msgOralSome: "{{.language}}",
	}
	for _, id := range engineMessages {
		if id != msgForbidden {
			fmt.Fprintf(&b, "%s: \"Words of %s. %s\"\n", id, inLetters(id), shows[id])
		}
	}
	b.WriteString(`language.name: "English"
language.choose: "Choose your language"
oral.ask: "In which may we write?"
language.greetings: "hello"
language.status: "source"
language.also: "anglo"
number.group: ","
date.long: "{{.day}} {{.month}} {{.year}}"
date.month_year: "{{.month}} {{.year}}"
time.am: "{{.hour}}:{{.minute}} am"
time.pm: "{{.hour}}:{{.minute}} pm"
time.words.am: "am"
time.words.pm: "pm"
time.words.noon: "noon"
time.words.midnight: "midnight"
time.words.filler: "at"
first.what: "This is a book for tests."
first.consent: "Go on?"
first.yes: "Yes"
first.no: "No"
menu.ask: "What do you need?"
menu.topic: "The topic"
menu.steps: "The steps"
menu.rumours: "Rumours"
menu.reminders: "Each day"
away.ask: "What now?"
away.go_on: "Go on"
away.again: "Start again"
help.words: "Call for help."
help.ask: "And now?"
help.back: "Leave this"
data.ask: "Erase all?"
topic.words: "People help."
topic.feel: "How do you feel?"
topic.glad: "Glad"
topic.sad: "Sad"
words.sad: "sorry, low"
words.forbidden: "court, border*"
topic.when: "When did you come?"
topic.where: "Where are you?"
topic.bad: "We could not read that."
topic.told: "It began on {{.start_day}}."
topic.place: "In {{.a_place}} it opens at {{.opens_at}}."
place.tijuana: "Tijuana"
place.nogales: "Nogales"
programme.prog.name: "The programme"
step.words: "Do this."
trouble.slow: "It is slow"
trouble.words: "Wait a little."
rumour.label: "They say so"
rumour.words: "It is not so."
`)
	for _, id := range []string{msgStepsResume, msgStepsGoOn, msgStepsOver, msgStepsAsk, msgStepsDone, msgStepsProblem, msgStepsStop, msgWordsDone, msgWordsReminded, msgWordsProblem,
		msgStepsStopped, msgStepsFinished, msgTroubleAsk, msgTroubleAnother, msgTroubleBack, msgRumourPick, msgBackMenu} {
		fmt.Fprintf(&b, "%s: \"Words of %s\"\n", id, strings.ReplaceAll(id, ".", " "))
	}
	for _, id := range []string{"language.suggest", "language.suggest.yes", "language.suggest.another", "search.ask", "search.nothing.ask", "search.choice.topics", "search.choice.go_on",
		"person.write.ask", "person.write.bad", "person.line.ask", "person.reply.yes", "news.ask", "sent.ask", "rumours.tell.ask", "rumours.known.ask", "rumours.known.no"} {
		fmt.Fprintf(&b, "%s: \"Words of %s\"\n", id, strings.ReplaceAll(id, ".", " "))
	}
	for m := 1; m <= 12; m++ {
		fmt.Fprintf(&b, "date.month.m%02d: \"month%c\"\ndate.month_also.m%02d: \"also%c\"\n", m, 'a'+m, m, 'a'+m)
	}
	for _, k := range locales.Keywords {
		fmt.Fprintf(&b, "keyword.%s: \"%s\"\n", k, k)
	}
	for _, k := range locales.CrisisKinds {
		fmt.Fprintf(&b, "crisis.%s: \"%s crisis here\"\n", k, k)
	}
	for _, id := range remindersSay() {
		if !strings.Contains("\n"+b.String(), "\n"+id+":") {
			text, short := strings.CutPrefix(id, "reminders.answer.") // five of them stand on one line
			if !short {
				text = "Words of " + inLetters(id)
			}
			fmt.Fprintf(&b, "%s: \"%s\"\n", id, text)
		}
	}
	b.WriteString("number.digits: \"0123456789\"\n")
	// Lists of words that no test needs, so that the engine may come to read more.
	for i, id := range slices.Sorted(maps.Keys((&Book{}).usedMessages())) {
		if !strings.Contains("\n"+b.String(), "\n"+id+":") {
			fmt.Fprintf(&b, "%s: \"list%c\"\n", id, 'a'+i%26)
		}
	}
	return b.String()
}

// inLetters is an id as words: a digit in a message must come from a fact.
func inLetters(id string) string {
	return strings.NewReplacer(".", " ", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e").Replace(id)
}

// remindersSay are the messages of a programme's reminders.
func remindersSay() []string {
	l := &loader{book: &Book{}}
	f := l.remindersFlow(&Programme{ID: "prog", Troubles: []Trouble{{ID: "slow"}}})
	var out []string
	for _, n := range f.order {
		out = append(out, n.Ask, n.Why, n.Invalid)
		for _, it := range n.Say {
			out = append(out, it.Text)
		}
		for _, o := range n.Choices {
			out = append(out, o.Label, o.Also)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id string) bool { return id == "" || strings.HasPrefix(id, "trouble.") })
}

// fixture is the small book and its languages, as files that tests may change.
type fixture struct{ book, words map[string]string }

func newFixture() *fixture {
	en := fixtureEnglish()
	es := strings.NewReplacer(`"English"`, `"Español"`, `"hello"`, `"hola"`, `language.order: "a"`, `language.order: "b"`).Replace(en)
	return &fixture{book: fixtureFiles(), words: map[string]string{"en.yaml": en, "es.yaml": es}}
}

func asFS(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func (f *fixture) load(t testing.TB) (*Book, error) {
	t.Helper()
	c, err := locales.Load(asFS(f.words))
	if err != nil {
		t.Fatalf("the catalogue of the fixture: %v", err)
	}
	return Load(asFS(f.book), c)
}

func (f *fixture) mustLoad(t testing.TB) *Book {
	t.Helper()
	b, err := f.load(t)
	if err != nil {
		t.Fatalf("the fixture does not load: %v", err)
	}
	return b
}

// change replaces the first occurrence of old, which must be there.
func (f *fixture) change(t testing.TB, file, old, new string) {
	t.Helper()
	files := f.book
	if _, ok := f.words[file]; ok {
		files = f.words
	}
	if old == "" {
		files[file] += new
		return
	}
	if !strings.Contains(files[file], old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	files[file] = strings.Replace(files[file], old, new, 1)
}

// lineOf is the line on which the text stands for the first time.
func lineOf(t testing.TB, text, what string) int {
	t.Helper()
	before, _, found := strings.Cut(text, what)
	if !found {
		t.Fatalf("no line holds %q", what)
	}
	return strings.Count(before, "\n") + 1
}

func TestSmallBookIsValidAndEveryAnswerOfItLeadsOn(t *testing.T) {
	b := newFixture().mustLoad(t)
	k := newTalker(t, b, "", Telegram, on(t, "2024-01-15"))
	k.say("hello")
	k.pick("en")
	k.pick("go_on")
	k.pick("topic")
	k.pick("glad")
	k.say("monthf 2023")
	if got := k.say("tj"); !strings.Contains(got, "It began on 11 monthg 2023") || !strings.Contains(got, "In Tijuana it opens at 9:00 am") {
		t.Errorf("the small book says %q", got)
	}
	if len(k.done) != 1 || k.done[0].Kind != EffectSubscribe || k.done[0].Zone != "America/Tijuana" || k.done[0].When != "opens" {
		t.Errorf("effects %+v", k.done)
	}
}

// everyFault is one change that makes the small book wrong. at is a text on the
// line that must be named, after the change; file is the file named.
type everyFault struct {
	file, old, new string
	at             string
	want           string
}

const topicYAML = "flow/topic.yaml"

var everyFaults = map[string]everyFault{
	"unknown key of a flow":      {topicYAML, "lifetime: 24h", "lifetimes: 24h", "lifetimes", `unknown field "lifetimes"`},
	"unknown key of a node":      {topicYAML, "    type: month", "    kind: month", "kind: month", `unknown field "kind"`},
	"unknown key of an item":     {topicYAML, "topic.place, if:", "topic.place, when:", "topic.place", `unknown field "when"`},
	"unknown key of a fact":      {"facts.yaml", "    kind: date", "    type: date", "type: date", `unknown field "type"`},
	"unknown key of the book":    {"book.yaml", "delete: data/confirm", "erase: data/confirm", "erase:", `unknown field "erase"`},
	"repeated key":               {topicYAML, "    plain: \"a question\"\n", "    plain: \"a question\"\n    plain: \"twice\"\n", "plain: \"twice\"", "already defined"},
	"repeated node":              {topicYAML, "  fin: {end: true}", "  fin: {end: true}\n  begin: {end: true}", "begin: {end", "already defined"},
	"broken YAML":                {topicYAML, "  clear: {do", "  clear: [do", "  help: {call", "must be specified"},
	"text where a list stands":   {topicYAML, "facts: [helps]", "facts: {helps: 1}", "facts: {helps", ""},
	"a date that is none":        {"facts.yaml", "review_by: 2027-02-20", "review_by: soon", "review_by: soon", `"soon" is not a date`},
	"unknown node by next":       {topicYAML, "next: feel", "next: feels", "  begin:", `node begin: unknown node "feels"`},
	"unknown node by a choice":   {topicYAML, "next: when}", "next: whence}", "  feel:", `node feel: unknown node "whence"`},
	"unknown node by else":       {topicYAML, "{else: told}", "{else: tell}", "  route:", `node route: unknown node "tell"`},
	"unknown start":              {topicYAML, "start: begin", "start: began", "flow: topic", `flow topic starts at unknown node "began"`},
	"unknown flow by call":       {topicYAML, "{call: help,", "{call: helper,", "  help: {", `node help: calls unknown "helper"`},
	"unknown message":            {topicYAML, "say: [topic.words]", "say: [topic.wordy]", "  begin:", `node begin: unknown message "topic.wordy"`},
	"unknown label":              {topicYAML, "topic.glad", "topic.gladly", "  feel:", `node feel: unknown message "topic.gladly"`},
	"unknown synonyms":           {topicYAML, "words.sad", "words.sadly", "  feel:", `node feel: unknown message "words.sadly"`},
	"missing engine message":     {"en.yaml", msgTooLong + ":", "ui.too_wide:", "", `unknown message "ui.too_long"`},
	"unreachable node":           {topicYAML, "{else: told}", "{else: fin}\n  lonely: {end: true}", "  lonely:", "node lonely: nothing leads here"},
	"unreachable flow":           {"flow/lonely.yaml", "", "flow: lonely\nstart: fin\nnodes:\n  fin: {end: true}\n", "  fin:", "node fin: nothing leads here"},
	"two flows of one name":      {"flow/topic2.yaml", "", "flow: topic\nstart: fin\nnodes:\n  fin: {end: true}\n", "flow: topic", "flow topic is also flow/topic.yaml"},
	"a flow without a name":      {topicYAML, "flow: topic\n", "", "", "a flow needs its name"},
	"ill-typed condition":        {topicYAML, `mood == "sad"`, `mood > 5`, "  route:", `condition "mood > 5 and prog_open"`},
	"a condition that is none":   {topicYAML, `'mood == "sad" and prog_open'`, `mood`, "  route:", "expected bool, but got string"},
	"a value never answered":     {topicYAML, `mood == "sad"`, `mood == "angry"`, "  route:", `mood is never "angry"`},
	"never answered, in a list":  {topicYAML, `mood == "sad"`, `mood in ["sad", "angry"]`, "  route:", `mood is never "angry"`},
	"a state the court never is": {topicYAML, `court == "held"`, `court != "gone"`, "  route:", `court is never "gone"`},
	"a place that is not there":  {topicYAML, `place == "nogales"`, `place == "atlantis"`, "  route:", `place is never "atlantis"`},
	"now() in a condition":       {topicYAML, `mood == "sad"`, `now().Year() > 2024`, "  route:", "unknown name now"},
	"len() in a condition":       {topicYAML, `mood == "sad"`, `len(mood) > 2`, "  route:", "unknown name len"},
	"unknown name":               {topicYAML, `mood == "sad"`, `moody == "sad"`, "  route:", "unknown name moody"},
	"a statement in a condition": {topicYAML, `mood == "sad"`, `helps == "people help"`, "  route:", "unknown name helps"},
	"decide without else":        {topicYAML, "      - {else: told}\n", "", "  route:", "node route: decide must end with else"},
	"else in the middle":         {topicYAML, `{if: 'mood == "sad" and prog_open', to: told}`, "{else: told}", "  route:", "node route: a branch has if and to"},
	"a node of two kinds":        {topicYAML, "clear: {do: set,", "clear: {call: help, do: set,", "  clear:", "a node is one of ask, decide, do, call, end"},
	"a node of no kind":          {topicYAML, "  fin: {end: true}", "  fin: {plain: \"nothing\"}", "  fin:", "this one does nothing"},
	"an empty node":              {topicYAML, "  fin: {end: true}", "  fin:", "  fin:", "node fin is empty"},
	"ask without a way on":       {topicYAML, "    invalid: topic.bad\n    next: where", "    invalid: topic.bad", "  when:", "node when: it leads nowhere: next is missing"},
	"a choice without a way on":  {topicYAML, "label: topic.glad, next: when", "label: topic.glad", "  feel:", `choice "glad" leads to exactly one of next, end, restart`},
	"an ask without choices":     {topicYAML, "    type: month\n    into: entry\n    invalid: topic.bad\n", "", "  when:", "an ask has either choices or a type"},
	"a typed ask without invalid": {topicYAML, "    invalid: topic.bad\n    next: where", "    next: where", "  when:",
		"invalid is missing"},
	"say that leads nowhere":     {topicYAML, "    facts: [helps]\n    next: feel", "    facts: [helps]", "  begin:", "node begin: it leads nowhere"},
	"a key twice":                {topicYAML, "{key: sad,", "{key: glad,", "  feel:", `choice "glad" stands twice`},
	"undeclared answer":          {topicYAML, "into: mood", "into: moods", "  feel:", `choice "glad" is no declared value of "moods"`},
	"undeclared typed answer":    {topicYAML, "into: entry", "into: exit", "  when:", `its answer is a month, but "exit" is not declared so`},
	"a choice never declared":    {topicYAML, "{key: glad,", "{key: merry,", "  feel:", `choice "merry" is no declared value of "mood"`},
	"set to an undeclared value": {topicYAML, `with: {mood: ""}`, `with: {mood: angry}`, "  clear:", `sets mood to "angry", which is no value of a declared choice`},
	"set of an undeclared name":  {topicYAML, `with: {mood: ""}`, `with: {moods: ""}`, "  clear:", `sets moods to ""`},
	"from an undeclared answer":  {topicYAML, "from: {place: place}", "from: {place: home}", "  subscribe:", `place comes from undeclared answer "home"`},
	"an answer named as a fact":  {topicYAML, "  mood: [glad, sad]", "  court: [asked]\n  mood: [glad, sad]", "flow: topic", "answer court has the name of a fact"},
	"an answer of no type":       {topicYAML, "entry: month", "entry: year", "flow: topic", "answer entry: it is a list of values, or month, time, place, text,"},
	"words without facts": {topicYAML, "    say: [topic.words]\n    facts: [helps]\n", "    say: [topic.words]\n", "  begin:",
		"its words stand on no fact: name facts, or say in plain why they need none"},
	"facts without words":      {topicYAML, "clear: {do: set,", "clear: {facts: [helps], do: set,", "  clear:", "facts and plain belong to words, and it has none"},
	"unknown fact":             {topicYAML, "facts: [helps]", "facts: [hopes]", "  begin:", `node begin: unknown fact "hopes"`},
	"a placeholder of nothing": {"en.yaml", "It began on {{.start_day}}", "It began on {{.the_day}}", "", "{{.the_day}} is neither a fact nor a value of the flow"},
	"a statement as a value":   {"en.yaml", "It began on {{.start_day}}", "It began on {{.helps}}", "", "message topic.told shows fact helps, which has no value to show"},
	"another flow's value":     {"en.yaml", "People help.", "People help {{.a_mood}}.", "", "{{.a_mood}} is neither a fact nor a value of the flow"},
	"opening without a place":  {"en.yaml", "Call for help.", "It opens at {{.opens_at}}.", "", "{{.opens_at}} needs the flow's programme and an answer called place"},
	"a label that shows a fact": {"en.yaml", `"Glad"`, `"Since {{.start_day}}"`, "",
		"label topic.glad may not show a fact: it must match on every day"},
	"unknown source":             {"facts.yaml", "source: [paper]", "source: [pape]", "  helps:", `fact helps: unknown source "pape"`},
	"fact without a source":      {"facts.yaml", `from: 2020-01-01, source: [paper]`, "from: 2020-01-01", "  helps:", "fact helps: the entry from 2020-01-01 has no source"},
	"fact without a review":      {"facts.yaml", "standing: source, reviewed: 2026-11-22}", "standing: source}", "  helps:", "was never reviewed"},
	"fact without a history":     {"facts.yaml", "    review_by: 2027-02-20\n    history:\n      - {value: asked, from: 2020-01-01, source: [paper], standing: source, reviewed: 2026-11-22}", "    review_by: 2027-02-20", "  court:", "fact court: it has no history"},
	"history out of order":       {"facts.yaml", "from: 2024-01-01", "from: 2019-01-01", "  start_day:", "fact start_day: the entry from 2019-01-01 stands after a later one"},
	"an entry that ends early":   {"facts.yaml", "from: 2024-01-01", "from: 2024-01-01\n        until: 2023-01-01", "  start_day:", "ends before it begins"},
	"a state never declared":     {"facts.yaml", "{value: asked,", "{value: lost,", "  court:", `"lost" is none of its values`},
	"unknown kind of fact":       {"facts.yaml", "kind: state\n", "kind: feeling\n", "  court:", `unknown kind "feeling"`},
	"unknown care":               {"facts.yaml", "care: none", "care: some", "  helps:", `care is "some"`},
	"a source of no standing":    {"sources.yaml", "standing: source", "standing: hearsay", "  paper:", "source paper: standing is source or post"},
	"unknown time zone":          {"places.yaml", "America/Hermosillo", "America/Nogales", "  nogales:", `place nogales: unknown time zone "America/Nogales"`},
	"the machine's time zone":    {"places.yaml", "America/Hermosillo", "Local", "  nogales:", `place nogales: unknown time zone "Local"`},
	"a place of two names":       {"places.yaml", "zone: America/Hermosillo", "zone: America/Hermosillo, also: TJ", "  nogales:", `"tj" is two places`},
	"a reading without a zone":   {"programmes.yaml", ", next_day: true, zone: Etc/GMT+6", ", next_day: true", "      - from: 2023-05-12", `unknown time zone ""`},
	"a period without a zone":    {"programmes.yaml", "until: 2025-01-20T12:00, zone: America/New_York,", "until: 2025-01-20T12:00,", "      - {from: 2023-01-12", `unknown time zone ""`},
	"an inverted period":         {"programmes.yaml", "2025-01-20T12:00", "2022-01-20T12:00", "      - {from: 2023-01-12", "it closes before it opens"},
	"an inverted window":         {"programmes.yaml", `closes: "10:00", next_day: true`, `closes: "10:00"`, "      - from: 2023-05-12", "it closes (10:00) before it opens (11:00)"},
	"a window over a day":        {"programmes.yaml", `closes: "10:00", next_day`, `closes: "11:30", next_day`, "      - from: 2023-05-12", "is longer than a day"},
	"overlapping windows":        {"programmes.yaml", "until: 2024-03-04", "until: 2024-03-05", "      - from: 2024-03-04", "the window from 2024-03-04 overlaps another"},
	"a window that never closes": {"programmes.yaml", "        until: 2024-03-04\n", "", "      - from: 2024-03-04", "the window from 2024-03-04 overlaps another"},
	"a time of day that is none": {"programmes.yaml", `opens: "11:00"`, `opens: "25:00"`, "      - from: 2023-05-12", `"25:00" is not a time of day`},
	"unknown place":              {"programmes.yaml", "places: [tijuana]", "places: [atlantis]", "places: [atl", `programme prog: unknown place "atlantis"`},
	"unknown effect":             {topicYAML, "do: subscribe", "do: dance", "  subscribe:", `unknown effect "dance"`},
	"unknown programme":          {topicYAML, "{programme: prog,", "{programme: prigramme,", "  subscribe:", `unknown programme "prigramme"`},
	"unknown trouble":            {"programmes.yaml", "troubles: [slow]", "troubles: [fast]", "  prog:", `step one: unknown trouble "fast"`},
	"unknown verdict":            {"rumours.yaml", `"false"`, `perhaps`, "gossip", `verdict "perhaps" is not`},
	"missing role":               {"book.yaml", "  away: away\n", "", "roles:", `unknown flow or node ""`},
	"unknown role":               {"book.yaml", "  away: away\n", "  away: aways\n", "  away:", `unknown flow or node "aways"`},
	"a role that is a node":      {"book.yaml", "  help: help\n", "  help: help/danger\n", "  help:", `"help/danger" is not a flow`},
	"missing crisis target":      {"book.yaml", "  danger: help/danger\n", "", "crisis:", `unknown flow or node ""`},
	"unknown delete":             {"book.yaml", "delete: data/confirm", "delete: data/confirmed", "delete:", `unknown flow or node "data/confirmed"`},
	"missing first day":          {"book.yaml", "begins: 2023-05-12\n", "", "", "begins: the first day the book can tell of is missing"},
	"bad lifetime":               {topicYAML, "lifetime: 24h", "lifetime: soon", "flow: topic", `lifetime "soon" is not a duration`},
	"a lifetime past silence":    {topicYAML, "lifetime: 24h", "lifetime: 2000h", "flow: topic", `lifetime "2000h" is not a duration up to`},
	"bad progress":               {topicYAML, "    type: month", "    progress: [3, 2]\n    type: month", "  when:", "progress is [step, steps]"},
	"digits without a reason":    {"digits.yaml", `"the key itself"`, `""`, "ui.more", "say why digits are allowed there"},
	"an unchecked contact":       {"directory.yaml", "checked: 2026-11-22, ", "", "police", `directory entry "police" needs`},
	"a day of no range":          {"flow/date.yaml", "within: [0, 58], ", "", "  day: {ask", "a question for a day, and no other, says within which days"},
	"a range turned round":       {"flow/date.yaml", "within: [0, 58]", "within: [58, 0]", "  day: {ask", "a question for a day, and no other, says within which days"},
	"a list of nothing":          {"flow/date.yaml", "list: vault", "list: jewels", "  view:", `there is no list "jewels"`},
	"a PIN for nothing":          {"flow/date.yaml", "type: pin, into: new", "type: pin, into: newer", "  new: {ask", "its answer is a pin"},
	"a vault without its states": {"flow/date.yaml", "state: [none, closed, ", "state: [none, ", "  new: {ask", "the flow has to declare the answer state: [none, closed,"},
	"no flow for the diary":      {"book.yaml", "diary: diary", "diary: help/danger", "diary:", `"help/danger" is not a flow`},
	"an empty contact":           {"directory.yaml", "entries:\n", "entries:\n  - ~\n", "- ~", "an entry is empty"},
	"an empty rumour":            {"rumours.yaml", "rumours:\n", "rumours:\n  - ~\n", "- ~", "a rumour is empty"},
	"a contact nobody sees":      {"directory.yaml", "kind: emergency", "kind: emergencies", "police", `directory entry police: no flow lists kind "emergencies", only emergency`},
	"a contact of no country":    {"directory.yaml", "country: MX", "country: Mexico", "police", "directory entry police: country is MX or US, or left out for all of them"},
	"a source of two files":      {"directory.yaml", "", "sources:\n  paper: {publisher: \"The Paper\", title: \"Another\", date: 2024-05, standing: source}\n", "  paper:", "source paper stands in sources.yaml too"},
	"a file of another name":     {"dictionary.yaml", "", "entries: []\n", "entries", "a book has no file of this name, only facts.yaml,"},
	"a flow of another ending":   {"flow/topic.yml", "", "flow: topic\n", "flow:", "a book has no file of this name"},
	"a fact that Posada needs":   {"en.yaml", "Words of ui slow.", "Words of {{.the_number}}.", "", "message ui.slow shows {{.the_number}}, which is no fact with a value"},
	"a fact without a number":    {"en.yaml", "Words of ui trial.", "Words of {{.helps}}.", "", "message ui.trial shows {{.helps}}, which is no fact with a value"},
}

var withFileAndLine = regexp.MustCompile(`^[a-z0-9/]+\.ya?ml:[1-9][0-9]*: .`)

func TestEveryFaultOfABookIsNamedWithFileAndLine(t *testing.T) {
	faults := everyFaults
	long := "glad_" + strings.Repeat("x", MaxPayload)
	if len(faults) < 25 {
		t.Fatalf("only %d faults", len(faults))
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			fx := newFixture()
			fx.change(t, f.file, f.old, f.new)
			fx.refused(t, f)
		})
	}
	t.Run("a payload too long", func(t *testing.T) {
		fx := newFixture()
		fx.change(t, topicYAML, "[glad, sad]", "["+long+", sad]")
		fx.change(t, topicYAML, "{key: glad", "{key: "+long)
		fx.refused(t, everyFault{file: topicYAML, at: "  feel:", want: fmt.Sprintf("its button would carry %d bytes, more than %d", len("topic/feel#"+long), MaxPayload)})
	})
	t.Logf("%d faults, each named", len(faults)+1)
}

func (f *fixture) refused(t *testing.T, fault everyFault) {
	t.Helper()
	_, err := f.load(t)
	if err == nil {
		t.Fatal("the book loads")
	}
	where := fault.file + ":"
	if fault.at != "" {
		where = fmt.Sprintf("%s:%d: ", fault.file, lineOf(t, f.book[fault.file], fault.at))
	} else if _, words := f.words[fault.file]; words { // a message is at fault where a flow says it
		where = ".yaml:"
	}
	faults := strings.Split(err.Error(), "\n")
	if !slices.ContainsFunc(faults, func(line string) bool { return strings.Contains(line, where) && strings.Contains(line, fault.want) }) {
		t.Errorf("want %s … %s\ngot  %v", where, fault.want, err)
	}
	for _, line := range faults {
		if !withFileAndLine.MatchString(line) {
			t.Errorf("a fault without file and line: %q", line)
		}
	}
}

// A book whose nodes run in a circle without a question can be loaded, for
// conditions may end the circle. If they do not, the person is led out.
func TestACircleWithoutAQuestionLeadsToTheMenuWithAWord(t *testing.T) {
	for name, f := range map[string]everyFault{
		"of words":     {old: "    facts: [helps]\n    next: feel", new: "    facts: [helps]\n    next: round\n  round:\n    decide:\n      - {if: 'prog_open', to: feel}\n      - {else: begin}"},
		"of decisions": {old: "    facts: [helps]\n    next: feel", new: "    facts: [helps]\n    next: round\n  round:\n    decide:\n      - {if: 'prog_open', to: feel}\n      - {else: round}"},
		"of a call":    {old: "    facts: [helps]\n    next: feel", new: "    facts: [helps]\n    next: round\n  round:\n    decide:\n      - {if: 'prog_open', to: feel}\n      - {else: again}\n  again: {call: topic, next: fin}"},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture()
			fx.change(t, topicYAML, f.old, f.new)
			b := fx.mustLoad(t)
			k := newTalker(t, b, "en", SMS, on(t, "2026-11-23"))
			k.say("hello")
			k.pick("go_on")
			text := k.pick("topic")
			l := b.Catalogue.Language("en")
			if !strings.Contains(text, l.Raw(msgLost)) || !strings.Contains(text, l.Raw("menu.ask")) {
				t.Errorf("said %q", text)
			}
			if k.s.Flow != "menu" || len(k.s.Stack) != 0 {
				t.Errorf("the person stands at %s/%s above %v", k.s.Flow, k.s.Node, k.s.Stack)
			}
			k.pick("rumours")
			if k.s.Flow != "rumour-answers" {
				t.Errorf("from the menu nothing leads on: %s/%s", k.s.Flow, k.s.Node)
			}
		})
	}
}

func TestVersionChangesWithEveryByteOfTheBook(t *testing.T) {
	was := newFixture().mustLoad(t).Version()
	if again := newFixture().mustLoad(t).Version(); again != was {
		t.Errorf("two loads of one book: %s and %s", was, again)
	}
	fx := newFixture()
	fx.change(t, topicYAML, "that tests break", "that tests broke")
	if fx.mustLoad(t).Version() == was {
		t.Error("a changed book has the old version")
	}
}
