// A bulletin and a process that is killed while it sends one.
package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"posada/bot"
	"posada/channel/telegram/telegramtest"
	"posada/flows"
	"posada/store/bolt"
	"posada/store/seal"
)

// crowdChat is the first chat of a crowd.
const crowdChat = 8_000_000

// group is people of a crowd with one language.
type group struct {
	lang string
	n    int
}

// crowd makes a database with people who agreed to go on, on Telegram, and tells
// their chats by language.
func crowd(t *testing.T, data []string, tg *telegramtest.Server, groups ...group) map[string][]int64 {
	t.Helper()
	keys, err := seal.Create(data[3])
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(data[1], keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	book, err := new(bookFlags).load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	a := bot.New(book, s)
	chats, next := map[string][]int64{}, int64(crowdChat)
	var wg sync.WaitGroup
	for _, g := range groups {
		for range g.n {
			chat := next
			next++
			chats[g.lang] = append(chats[g.lang], chat)
			tg.Meet(chat)
			wg.Go(func() {
				for i, text := range []string{book.Catalogue.Language(g.lang).List("language.greetings")[0], "1", "1"} {
					in := bot.Inbound{ID: fmt.Sprint(chat, " ", i), From: bot.Address{Channel: "telegram", ID: strconv.FormatInt(chat, 10)}, Form: flows.Telegram, Text: text, Silent: true, At: time.Now()}
					if _, err := a.Receive(t.Context(), in); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	var mu sync.Mutex
	agreed, want := map[string]int{}, map[string]int{}
	err = s.Survey(t.Context(), nil, func(p bot.Person) {
		mu.Lock()
		defer mu.Unlock()
		if !p.Consent.IsZero() {
			agreed[p.Lang]++
		}
	})
	for _, g := range groups {
		want[g.lang] += g.n
	}
	if err != nil || !maps.Equal(agreed, want) {
		t.Fatalf("there are %v, want %v: %v", agreed, want, err)
	}
	return chats
}

// approved has one officer write a bulletin and another approve it, and returns
// its page.
func approved(t *testing.T, writer, approver *visitor, texts ...string) (path string) {
	t.Helper()
	writer.get("/bulletins")
	writer.send("/bulletins", "title", "No lines by group", "source", "es")
	path = writer.path
	writer.send("/edit", append([]string{"title", "No lines by group", "do", "save"}, texts...)...)
	writer.send("/hand-over")
	approver.get(path + "/approve")
	approver.send("/approve", "read", "yes")
	writer.get(path)
	return path
}

// number is one of the numbers of a bulletin's page.
func (v *visitor) number(path, id string) int {
	v.t.Helper()
	v.get(path)
	n, err := strconv.Atoi(v.sees(`data-live="` + id + `">(\d+)<`))
	if err != nil {
		v.t.Fatal(err)
	}
	return n
}

// kill ends the process at once.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

func TestABulletinOutlivesKillsInTheMiddleOfSending(t *testing.T) {
	t.Parallel()
	const people, workers, kills = 200, 8, 3
	tg := telegramtest.New(t)
	dir := t.TempDir()
	data := []string{"--db", filepath.Join(dir, "posada.db"), "--key-file", filepath.Join(dir, "posada.key")}
	chats := crowd(t, data, tg, group{"es", people})["es"]
	args := append(data, "--telegram-api", tg.URL, "--telegram-token", tg.Token, "--telegram-rate", "200", "--workers", strconv.Itoa(workers))
	p := start(t, args...)
	console, first := p.console()
	ana, eva, wim := visit(t, console, "Ana"), visit(t, console, "Eva"), visit(t, console, "Wim")
	ana.joins(first, true)
	eva.joins(ana.invites("approver"), true)
	wim.joins(ana.invites("writer"), false)
	const text = "No hay filas por grupo. Nadie entra antes por ir en grupo."
	path := approved(t, wim, eva, "text.es", text)

	arrived := func() (n, persons int) {
		for _, chat := range chats {
			got := 0
			for _, m := range tg.Received(chat) {
				if strings.Contains(m.Text, text) {
					got++
				}
			}
			if n += got; got > 0 {
				persons++
			}
		}
		return n, persons
	}
	tg.Fail("sendMessage", -1, telegramtest.Slow(100*time.Millisecond))
	wim.send("/send")
	for i := range kills {
		p.await("a part of the bulletin", func() bool { n, _ := arrived(); return n > (i+1)*people/(kills+2) })
		p.kill()
		if n, _ := arrived(); n >= people {
			t.Errorf("all had it before kill %d", i+1)
		}
		p = start(t, args...)
		wim.base, _ = p.console()
	}
	p.await("a bulletin to everybody", func() bool { _, persons := arrived(); return persons == people })
	p.await("the end of the bulletin", func() bool {
		return wim.number(path, "waiting") == 0 && regexp.MustCompile(`data-live="state">Sent<`).MatchString(wim.page)
	})
	n, _ := arrived()
	t.Logf("%d people, killed %d times with up to %d under way: %d heard it twice", people, kills, workers, n-people)
	if n-people > kills*workers {
		t.Errorf("%d heard it twice, more than were under way", n-people)
	}
	if queued, sent := wim.number(path, "queued"), wim.number(path, "sent"); queued != people || sent != people {
		t.Errorf("the console says %d queued and %d sent", queued, sent)
	}
	p.stop()
}
