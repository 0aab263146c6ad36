// The phone as its user has it: in a browser, by touch and by keyboard.

package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
	"posada/locales"
	"posada/store/memory"
)

// The browser tests drive the real page in headless Chromium. Without one they
// skip, unless POSADA_BROWSER=require. POSADA_SCREENSHOTS names a folder for
// pictures of what they saw.

// step is one thing that is done in a tab.
type step = chromedp.Action[chromedp.Void]

// chromium starts one browser for a test and its subtests.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("POSADA_CHROMIUM")
	if path == "" {
		path, _ = exec.LookPath("chromium")
	}
	if path == "" {
		if os.Getenv("POSADA_BROWSER") == "require" {
			t.Fatal("there is no chromium, and POSADA_BROWSER=require: install it, or name it in POSADA_CHROMIUM")
		}
		t.Skip("there is no chromium: install it, or name it in POSADA_CHROMIUM")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		// The browser closes, and takes its folder with it.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the browser: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is one tab with the phone in it.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	faults []string // what the page's console complained of
}

// open opens the page in a tab of its own, on a screen of the given size. The
// page must never complain, unless it may.
func open(t *testing.T, browser context.Context, url string, width, height int64, mayComplain bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(e any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			b.faults = append(b.faults, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			b.faults = append(b.faults, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !mayComplain {
		t.Cleanup(func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.faults) > 0 {
				t.Errorf("the page complained: %q", b.faults)
			}
		})
	}
	b.media("light")
	b.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2)), chromedp.Navigate(url))
	return b
}

// media makes the tab that of a person who wants no movement, by day or night.
func (b *tab) media(scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "prefers-color-scheme", Value: scheme}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(steps ...step) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.broken(err)
	}
}

func (b *tab) broken(err error) {
	b.t.Helper()
	b.shot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(b.t.Name()))
	b.t.Fatal(err)
}

// eval is the value of an expression on the page, or what it promises.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.broken(fmt.Errorf("%w: %s", err, expression))
	}
	return v
}

// until waits, without asking again and again, until a condition on the page
// holds.
func (b *tab) until(condition string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`new Promise((done) => {
		const holds = () => %s;
		if (holds()) return done(true);
		const watch = new MutationObserver(() => holds() && (watch.disconnect(), done(true)));
		watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
	})`, condition))
}

func (b *tab) want(condition string) {
	b.t.Helper()
	if !eval[bool](b, condition) {
		b.t.Errorf("on the page this does not hold: %s", condition)
	}
}

// shot saves what the tab shows, when pictures are wanted.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("POSADA_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 10*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no picture %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// received is a bubble of the assistant.
type received struct {
	Flow, Node, Text string
	Segments         int
	Choices          []struct{ Key, Payload string }
	Buttons          int
}

func (m received) place() string { return m.Flow + "/" + m.Node }

// payload finds the choice whose payload ends in #key.
func (m received) choice(key string) (typed, payload string, ok bool) {
	for _, c := range m.Choices {
		if strings.HasSuffix(c.Payload, "#"+key) {
			return c.Key, c.Payload, true
		}
	}
	return "", "", false
}

// all are the assistant's bubbles, oldest first.
func (b *tab) all() (out []received) {
	b.t.Helper()
	raw := eval[string](b, `JSON.stringify([...document.querySelectorAll('.theirs')].map((el) => ({
		flow: el.dataset.flow, node: el.dataset.node, text: el.querySelector('.words').textContent,
		segments: Number(el.dataset.segments ?? 0), choices: JSON.parse(el.dataset.choices),
		buttons: el.querySelectorAll('button').length})))`)
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// turn does something that sends one message, and returns what came back. On
// the way the page must never be wider than the screen.
func (b *tab) turn(steps ...step) []received {
	b.t.Helper()
	before := len(b.all())
	b.do(steps...)
	b.until(fmt.Sprintf(`document.querySelectorAll('.theirs').length > %d && document.getElementById('log').dataset.waiting === 'false'`, before))
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	b.want(`[...document.querySelectorAll('.bubble, .key, .log')].every((el) => el.scrollWidth <= el.clientWidth + 1)`)
	return b.all()[before:]
}

// typed is a text written by hand and sent with Enter.
func typed(text string) []step {
	return []step{chromedp.SendKeys(chromedp.CSS("#text"), text), chromedp.KeyEvent(kb.Enter)}
}

// press clicks a button under the last message.
func press(payload string) step {
	return click(fmt.Sprintf(`.theirs:nth-last-child(1 of .theirs) button[data-payload=%q]`, payload))
}

func click(selector string) step { return chromedp.Click(chromedp.CSS(selector)) }

// js is a step of a script that the page itself could do.
func js(script string) step { return chromedp.Evaluate[chromedp.Void](script) }

// channel chooses one, though the settings may be folded.
func channel(name string) step {
	return js(fmt.Sprintf(`document.querySelector('input[value=%s]').click()`, name))
}

// A script says what a person answers: to a question (flow/node) the key of a
// choice, with # before it, or a text.
type script map[string]string

// presumed is a whole screening that asks every question it can.
func presumed(lang, month string) script {
	return script{
		"first/suggest": "#yes", "first/language": "#" + lang, "first/consent": "#go_on", "menu/menu": "#screening",
		"screening/entered": "#yes", "screening/entry": month, "screening/minor": "#no", "screening/mexican": "#no",
		"screening/way": "#between", "screening/parole": "#no", "screening/denied": "#no", "screening/happened": "#no",
	}
}

const result = "screening/after" // the question after every result

// play answers by the script until the result, and returns all that was said
// after the greeting, and the questions that were asked.
func (b *tab) play(s script, greeting []received, answer func(m received, typedKey, payload, text string) []received) (said []received, asked []string) {
	b.t.Helper()
	for turn := greeting; len(asked) < 40; {
		last := turn[len(turn)-1]
		said = append(said, turn...)
		// A page of an SMS that is not the last one.
		if i := slices.IndexFunc(last.Choices, func(c struct{ Key, Payload string }) bool { return c.Key == "0" }); i >= 0 {
			turn = answer(last, "", "", "0")
			continue
		}
		asked = append(asked, last.place())
		if last.place() == result {
			return said, asked
		}
		reply, ok := s[last.place()]
		if !ok {
			b.t.Fatalf("the script has no answer to %s (asked so far: %v)", last.place(), asked)
		}
		if key, isChoice := strings.CutPrefix(reply, "#"); isChoice {
			typedKey, payload, found := last.choice(key)
			if !found {
				b.t.Fatalf("%s offers no %s: %v", last.place(), key, last.Choices)
			}
			turn = answer(last, typedKey, payload, "")
		} else {
			turn = answer(last, "", "", reply)
		}
	}
	b.t.Fatalf("no result after %v", asked)
	return nil, nil
}

// everyQuestion is what presumed is asked, in order.
var everyQuestion = []string{"first/suggest", "first/consent", "menu/menu", "screening/entered", "screening/entry", "screening/minor",
	"screening/mexican", "screening/way", "screening/parole", "screening/denied", "screening/happened", result}

// today is the day the browser tests are set on: the real book, and reviewed
// facts.
var today = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

// house is the real assistant with the real book behind the page.
func house(t *testing.T) (url string, catalogue *locales.Catalogue) {
	t.Helper()
	catalogue, err := locales.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := flows.Embedded(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	assistant := bot.New(book, store)
	s, d := connect(fresh{store}, func(ctx context.Context, in bot.Inbound) (bot.Receipt, error) {
		in.At = today
		return assistant.Receive(ctx, in)
	}, catalogue, func(err error) { t.Error(err) })
	return front(t, s, d), catalogue
}

// fresh is a store whose messages were queued just now, whatever day the
// assistant took it for: an old answer would not be sent.
type fresh struct{ *memory.Store }

func (f fresh) Claim(ctx context.Context, now time.Time, order bot.ClaimOrder) ([]bot.Claimed, error) {
	out, err := f.Store.Claim(ctx, now, order)
	for i := range out {
		out[i].At = now
	}
	return out, err
}

// front runs a simulator with its dispatcher, and serves its page.
func front(t *testing.T, s *Simulator, d *deliver.Dispatcher) string {
	server := serve(t, s.Handler())
	t.Cleanup(running(s, d))
	return server.URL
}

// echoing is a page whose assistant answers with the person's own words, in
// the given languages, behind a catalogue that has them.
func echoing(t *testing.T, langs ...string) string {
	t.Helper()
	catalogue, err := locales.Load(fstest.MapFS{
		"en.yaml": {Data: []byte(`language.name: "English"`)},
		"ar.yaml": {Data: []byte(`language.name: "العربية"`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	s, d := connect(store, bot.New(echo{langs}, store).Receive, catalogue, func(err error) { t.Error(err) })
	return front(t, s, d)
}

func TestPhoneInTheBrowser(t *testing.T) {
	browser := chromium(t)

	t.Run("a whole screening in Spanish by SMS on a narrow screen", func(t *testing.T) {
		url, _ := house(t)
		b := open(t, browser, url, 360, 740, false)
		b.shot("sms-360-start")
		greeting := b.turn(typed("hola")...)
		b.shot("sms-360-hola")
		said, asked := b.play(presumed("es", "junio 2023"), greeting, func(m received, key, _, text string) []received {
			return b.turn(typed(key + text)...)
		})
		b.shot("sms-360-result")
		if !slices.Equal(asked, everyQuestion) {
			t.Errorf("asked %v", asked)
		}
		for _, m := range said {
			if m.Segments < 1 || m.Segments > 2 || m.Buttons != 0 {
				t.Errorf("%s: %d segments, %d buttons", m.place(), m.Segments, m.Buttons)
			}
		}
		b.want(`[...document.querySelectorAll('.theirs')].every((el) => / · [12] segments?$/.test(el.querySelector('.meta').textContent))`)
		b.want(`[...document.querySelectorAll('.theirs')].slice(1).every((el) => el.querySelector('.words').lang === 'es')`)
		// A reload is the same phone, with all that was said.
		const texts = `[...document.querySelectorAll('.words')].map((el) => el.textContent).join('\n')`
		before := eval[string](b, texts)
		b.do(chromedp.Reload())
		b.until(fmt.Sprintf(`document.querySelectorAll('.msg').length >= %d`, 2*len(said)))
		if after := eval[string](b, texts); after != before {
			t.Errorf("after a reload the phone shows %q, before %q", after, before)
		}
	})

	t.Run("a whole screening in Haitian Creole by Telegram's buttons on a narrow screen", func(t *testing.T) {
		url, catalogue := house(t)
		b := open(t, browser, url, 360, 740, false)
		b.do(click("#toggle"))
		b.shot("telegram-360-settings")
		b.do(click(`input[value="telegram"]`), click("#toggle"))
		greeting := b.turn(typed("bonjou")...)
		b.shot("telegram-360-hello")
		month := catalogue.Language("ht").Raw("date.month.m06") + " 2023"
		said, asked := b.play(presumed("ht", month), greeting, func(m received, _, payload, text string) []received {
			if m.place() == "menu/menu" {
				b.shot("telegram-360-menu")
			}
			if payload != "" {
				return b.turn(press(payload))
			}
			return b.turn(typed(text)...)
		})
		b.shot("telegram-360-result")
		if !slices.Equal(asked, everyQuestion) {
			t.Errorf("asked %v", asked)
		}
		if !slices.ContainsFunc(said, func(m received) bool { return m.place() == "screening/result_presumed" }) {
			t.Error("no result was said")
		}
		for _, m := range said {
			if m.Buttons != len(m.Choices) || m.Segments != 0 {
				t.Errorf("%s: %d buttons for %d choices, %d segments", m.place(), m.Buttons, len(m.Choices), m.Segments)
			}
		}
		// What was pressed stands as the person's own words.
		b.want(`[...document.querySelectorAll('.theirs .key')].some((key) => key.textContent === [...document.querySelectorAll('.mine .words')].at(-1).textContent)`)
		// The keyboard of an old message is still answered.
		old := b.turn(click(`.keys button[data-payload="menu/menu#today"]`))
		if len(old) == 0 || old[len(old)-1].Flow == "screening" {
			t.Errorf("an old button led to %v", old)
		}
	})

	t.Run("the keyboard alone is enough", func(t *testing.T) {
		url, _ := house(t)
		b := open(t, browser, url, 1440, 900, false)
		b.want(`document.activeElement.id === 'text'`) // so one may write at once
		back := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
		b.tabTo(back, `document.activeElement.name === 'lang'`, 12)
		b.tabTo(back, `document.activeElement.name === 'channel'`, 3)
		b.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		b.want(`document.body.dataset.channel === 'telegram'`)
		b.tabTo(back, `document.activeElement.className === 'skip'`, 2)
		b.shot("keyboard-1440-skip")
		b.do(chromedp.KeyEvent(kb.Enter))
		b.want(`document.activeElement.id === 'text'`)
		greeting := b.turn(chromedp.KeyEvent("hello"), chromedp.KeyEvent(kb.Enter))
		_, asked := b.play(presumed("en", "June 2023"), greeting, func(_ received, _, payload, text string) []received {
			inLog := eval[bool](b, `document.getElementById('log').contains(document.activeElement)`)
			forward := step(chromedp.KeyEvent(kb.Tab))
			if payload == "" {
				b.tabTo(forward, `document.activeElement.id === 'text'`, 6)
				return b.turn(chromedp.KeyEvent(text), chromedp.KeyEvent(kb.Enter))
			}
			if !inLog {
				forward = back
			}
			b.tabTo(forward, fmt.Sprintf(`document.activeElement.dataset.payload === %q && document.activeElement.closest('.theirs') === [...document.querySelectorAll('.theirs')].at(-1)`, payload), 12)
			return b.turn(chromedp.KeyEvent(kb.Enter))
		})
		if !slices.Equal(asked, everyQuestion) {
			t.Errorf("asked %v", asked)
		}
		b.shot("keyboard-1440-result")
		b.want(`[...document.querySelectorAll('.keys')].slice(0, -1).every((keys) => keys.querySelectorAll('button:not([tabindex="-1"])').length === 1)`)
		// The arrows move within a keyboard, and the page keys through what was said.
		b.tabTo(chromedp.KeyEvent(kb.Tab), `document.activeElement.closest('.theirs') === [...document.querySelectorAll('.theirs')].at(-1)`, 12)
		b.do(js(`window.was = document.activeElement`), chromedp.KeyEvent(kb.ArrowDown))
		b.want(`document.activeElement === window.was.nextElementSibling`)
		b.do(chromedp.KeyEvent(kb.ArrowUp))
		b.want(`document.activeElement === window.was`)
		b.tabTo(chromedp.KeyEvent(kb.Tab), `document.activeElement.id === 'text'`, 10)
		b.do(js(`window.was = document.getElementById('log').scrollTop`), chromedp.KeyEvent(kb.PageUp))
		b.want(`document.getElementById('log').scrollTop < window.was`)
	})

	t.Run("another day is marked as training", func(t *testing.T) {
		url, catalogue := house(t)
		b := open(t, browser, url, 1440, 900, false)
		b.shot("sms-1440-start")
		b.do(click(`input[value="whatsapp"]`), chromedp.SetValue("#lang", "es"),
			js(`document.getElementById('lang').dispatchEvent(new Event('change', {bubbles: true}))`))
		now := b.turn(typed("hola")...)
		if last := now[len(now)-1]; last.place() != "first/consent" {
			t.Errorf("a phone set to Spanish was asked %s", last.place())
		}
		b.do(click(`input[value="other"]`))
		b.want(`document.getElementById('training-day').textContent === '2024-03-15'`)
		mark := catalogue.Language("es").Raw("ui.training")
		if past := b.turn(typed("1")...); strings.HasPrefix(now[0].Text, mark) || !strings.HasPrefix(past[0].Text, mark) {
			t.Errorf("today it said %q, the other day %q", now[0].Text, past[0].Text)
		}
		b.shot("whatsapp-1440-training")
		b.do(click(`input[value="today"]`))
		b.want(`document.getElementById('training').hidden`)
		b.do(click("#new"))
		b.want(`document.querySelectorAll('.msg').length === 0 && document.activeElement.id === 'text'`)
	})

	t.Run("a text is only ever a text", func(t *testing.T) {
		b := open(t, browser, echoing(t, "en"), 360, 740, false)
		const evil = `<img src=x onerror="document.title='gone'"><script>document.title='gone'</script> https://evil.example/ ` + "javascript:alert(1)"
		for _, kind := range []string{"sms", "whatsapp", "telegram"} {
			b.do(channel(kind))
			got := b.turn(typed(evil)...)
			if got[0].Text != evil {
				t.Errorf("%s shows %q", kind, got[0].Text)
			}
			b.want(`[...document.querySelectorAll('.words')].every((el) => el.childElementCount === 0) && document.querySelectorAll('#log a, #log img, #log script').length === 0`)
			b.want(`document.title === 'Posada: practice phone'`)
		}
		long := strings.Repeat("https://a-very-long-address.example/", 12) + strings.Repeat("ა", 300)
		b.turn(typed(long)...)
		b.shot("telegram-360-long")
		b.do(chromedp.EmulateViewport(320, 480))
		b.turn(typed(long)...)
	})

	t.Run("something attached is answered and not kept", func(t *testing.T) {
		url, catalogue := house(t)
		b := open(t, browser, url, 360, 740, false)
		b.turn(typed("hello")...)
		b.turn(typed("English")...)
		says := catalogue.Language("en")
		for _, kind := range media {
			b.do(click("#attach summary"))
			b.want(`document.querySelector('.kinds').getBoundingClientRect().top > 0 && document.querySelector('.kinds').getBoundingClientRect().right <= innerWidth`)
			if kind == flows.MediaPhoto {
				b.wantContrast()
				b.shot("sms-360-attach")
			}
			got := b.turn(click(fmt.Sprintf(".kinds [data-media=%s]", kind)))
			note, _, _ := strings.Cut(says.Raw("ui.media."+string(kind)), ".")
			if !strings.Contains(got[0].Text, note) {
				t.Errorf("a %s is answered %q, want %q in it", kind, got[0].Text, note)
			}
			b.want(`!document.getElementById('attach').open && document.activeElement.id === 'text'`)
		}
		b.want(`[...document.querySelectorAll('.mine .words')].at(-1).textContent === '[File]'`)
		// What stood in the field goes with it, and a reload shows the same.
		b.do(chromedp.SendKeys(chromedp.CSS("#text"), "look at this"), click("#attach summary"))
		b.turn(click(".kinds [data-media=location]"))
		b.want(`document.getElementById('text').value === ''`)
		const own = `[...document.querySelectorAll('.mine .words')].map((el) => el.textContent).join('|')`
		before := eval[string](b, own)
		if !strings.HasSuffix(before, "|[Location]\nlook at this") {
			t.Errorf("the phone shows %q", before)
		}
		b.shot("sms-360-attached")
		b.do(chromedp.Reload())
		b.until(fmt.Sprintf(`%s === %q`, own, before))
		// By keyboard alone: opened, left by Escape, chosen by Enter.
		b.tabTo(chromedp.KeyEvent(kb.Tab), `document.activeElement.ariaLabel === 'Attach'`, 12)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.want(`document.getElementById('attach').open`)
		b.do(chromedp.KeyEvent(kb.Escape))
		b.want(`!document.getElementById('attach').open && document.activeElement.ariaLabel === 'Attach'`)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.tabTo(chromedp.KeyEvent(kb.Tab), `document.activeElement.dataset.media === 'voice'`, 3)
		b.turn(chromedp.KeyEvent(kb.Enter))
		b.want(`[...document.querySelectorAll('.mine .words')].at(-1).textContent === '[Voice message]'`)
		// A touch elsewhere closes it.
		b.do(click("#attach summary"), click("#log"))
		b.want(`!document.getElementById('attach').open`)
	})

	t.Run("a right-to-left language turns the screen", func(t *testing.T) {
		b := open(t, browser, echoing(t, "ar"), 360, 740, false)
		b.do(channel("telegram"))
		b.turn(typed("مرحبا، هذه تجربة (CBP One) 1.")...)
		b.want(`document.getElementById('screen').dir === 'rtl'`)
		b.want(`document.querySelector('.mine .bubble').getBoundingClientRect().left < document.querySelector('.theirs .bubble').getBoundingClientRect().left`)
		b.want(`document.querySelector('.theirs .bubble').getBoundingClientRect().right > innerWidth - 40`)
		b.want(`document.getElementById('send').getBoundingClientRect().right < document.getElementById('text').getBoundingClientRect().left`)
		b.turn(typed("hello in between")...)
		b.want(`[...document.querySelectorAll('.words')].every((el) => el.dir === 'auto')`)
		b.shot("telegram-360-rtl")
	})

	t.Run("a message that was not kept is sent again as the same", func(t *testing.T) {
		catalogue, err := locales.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		store := memory.New()
		assistant := bot.New(echo{[]string{"en"}}, store)
		var mu sync.Mutex
		var ids []string
		faulty := true
		phone, d := connect(store, func(ctx context.Context, in bot.Inbound) (bot.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, in.ID)
			receipt, err := assistant.Receive(ctx, in)
			if faulty {
				return bot.Receipt{}, errors.New("kept, but the word of it was lost")
			}
			return receipt, err
		}, catalogue, func(error) {})
		b := open(t, browser, front(t, phone, d), 360, 740, true)
		b.do(typed("one")...)
		b.until(`!document.getElementById('trouble').hidden`)
		b.want(`document.getElementById('text').value === ''`)
		b.do(typed("two")...)
		b.until(`document.querySelectorAll('.mine[data-state=failed]').length === 2`)
		b.shot("sms-360-trouble")
		mu.Lock()
		faulty = false
		mu.Unlock()
		b.do(click("#again"))
		b.until(`document.querySelectorAll('.theirs').length === 2 && document.getElementById('log').dataset.waiting === 'false'`)
		b.want(`document.getElementById('trouble').hidden && document.querySelectorAll('.mine[data-state=sent]').length === 2`)
		mu.Lock()
		defer mu.Unlock()
		if slices.Sort(ids); len(slices.Compact(ids)) != 2 {
			t.Errorf("two messages were sent under %d ids", len(slices.Compact(ids)))
		}
		if got := b.all(); got[0].Text != "one" || got[1].Text != "two" {
			t.Errorf("answered %v", got)
		}
	})

	t.Run("after a restart of the server the conversation goes on", func(t *testing.T) {
		catalogue, err := locales.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		store := memory.New()
		assistant := bot.New(echo{[]string{"en"}}, store)
		// A process: its phones are lost with it, the store and the address stay.
		var mu sync.Mutex
		var after string // where the last stream went on
		process := func(address string) (stop func(), at string) {
			l, err := net.Listen("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			s, d := connect(store, assistant.Receive, catalogue, func(err error) { t.Error(err) })
			server := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/phone/events" {
					mu.Lock()
					after = r.URL.Query().Get("after")
					mu.Unlock()
				}
				s.Handler().ServeHTTP(w, r)
			})}}
			server.Start()
			end := running(s, d)
			return sync.OnceFunc(func() {
				end()
				server.Close()
			}), l.Addr().String()
		}
		stop, address := process("127.0.0.1:0")
		defer stop()
		b := open(t, browser, "http://"+address, 360, 740, true)
		b.turn(typed("one")...)
		stop()
		b.do(typed("two")...)
		b.until(`!document.getElementById('trouble').hidden && document.querySelectorAll('.mine[data-state=failed]').length === 1`)
		b.shot("sms-360-unreachable")
		stop, _ = process(address)
		defer stop()
		b.until(`document.querySelectorAll('.theirs').length === 2 && document.getElementById('trouble').hidden`)
		if got := b.turn(typed("three")...); got[0].Text != "three" {
			t.Errorf("answered %v", got)
		}
		b.want(`[...document.querySelectorAll('.words')].map((el) => el.textContent).join() === 'one,one,two,two,three,three'`)
		mu.Lock()
		defer mu.Unlock()
		if after == "" {
			t.Error("the page did not say where it stood")
		}
	})

	t.Run("every text can be read, by day and by night", func(t *testing.T) {
		url, _ := house(t)
		for _, scheme := range []string{"light", "dark"} {
			for _, kind := range []string{"sms", "whatsapp", "telegram"} {
				b := open(t, browser, url, 1440, 900, false)
				b.media(scheme)
				b.do(channel(kind))
				b.wantContrast() // of the empty phone
				b.do(click(`input[value="other"]`))
				b.turn(typed("hello")...)
				b.turn(typed("English")...)
				b.wantContrast()
				b.want(`document.getAnimations().length === 0`)
				b.shot(kind + "-1440-" + scheme)
			}
		}
		b := open(t, browser, url, 360, 740, false)
		b.media("dark")
		b.turn(typed("hello")...)
		b.shot("sms-360-dark")
		b.want(`[...document.querySelectorAll('button')].filter((el) => el.checkVisibility()).every((el) => el.getBoundingClientRect().height >= 40)`)
	})

	t.Run("a screen reader hears who spoke and what the controls are", func(t *testing.T) {
		url, _ := house(t)
		b := open(t, browser, url, 360, 740, false)
		b.do(click("#toggle"))
		b.want(`document.getElementById('log').matches('[role=log][aria-live=polite][aria-label]')`)
		b.want(`[...document.querySelectorAll('input, select, textarea')].every((el) => el.labels.length === 1)`)
		b.want(`[...document.querySelectorAll('button')].every((el) => el.textContent.trim() || el.ariaLabel)`)
		b.want(`document.getElementById('toggle').ariaExpanded === 'true'`)
		b.do(chromedp.KeyEvent(kb.Escape))
		b.want(`document.getElementById('toggle').ariaExpanded === 'false' && document.activeElement.id === 'toggle'`)
		b.turn(click("#try"))
		b.want(`document.querySelector('.mine .bubble').textContent === 'You: hola' && document.querySelector('.theirs .bubble').textContent.startsWith('Posada: ')`)
		b.want(`document.activeElement.id === 'text'`)
	})
}

// tabTo presses a key until a condition holds, at most so often. Wherever the
// focus rests on the way, it can be seen.
func (b *tab) tabTo(key step, condition string, most int) {
	b.t.Helper()
	for range most {
		b.do(key)
		b.want(`(() => {
			let el = document.activeElement;
			if (el.type === 'radio') el = el.nextElementSibling;
			const style = getComputedStyle(el), box = el.getBoundingClientRect();
			return el === document.body || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
		})()`)
		if eval[bool](b, condition) {
			return
		}
	}
	at := eval[string](b, `document.activeElement.outerHTML.slice(0, 200)`)
	b.t.Fatalf("after %d presses this does not hold: %s (the focus is on %s)", most, condition, at)
}

// wantContrast wants 4.5 to 1 for every text that is seen.
func (b *tab) wantContrast() {
	b.t.Helper()
	poor := eval[[]string](b, `(() => {
		const rgba = (s) => s.match(/[\d.]+/g).map(Number);
		const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
			.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
		const ground = (el) => {
			for (; el; el = el.parentElement) {
				const c = rgba(getComputedStyle(el).backgroundColor);
				if (c.length < 4 || c[3] === 1) return c;
				if (c[3] > 0) return null;
			}
			return [255, 255, 255];
		};
		const poor = [];
		let seen = 0;
		for (const el of document.querySelectorAll('body *')) {
			if (![...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !el.checkVisibility() || el.closest('.hidden, .skip, option, script')) continue;
			const back = ground(el), [a, c] = [light(rgba(getComputedStyle(el).color)), back && light(back)];
			const ratio = back && (Math.max(a, c) + 0.05) / (Math.min(a, c) + 0.05);
			seen++;
			if (!back || ratio < 4.5) poor.push(el.className + ' ' + el.textContent.slice(0, 30) + ' ' + ratio);
		}
		if (seen < 10) poor.push('only ' + seen + ' texts were looked at');
		return poor;
	})()`)
	if len(poor) > 0 {
		b.t.Errorf("hard to read: %q", poor)
	}
}
