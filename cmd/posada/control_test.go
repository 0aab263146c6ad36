// Officers' commands, each beside a running server and without one: who may do
// what, what is refused and why, and what the audit log says of it.
package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

const aBulletin = `kind: bulletin
title: Nobody sells appointments
source: es
texts:
  es: Nadie vende citas. Quien le pide dinero le engaña.
  en: Nobody sells appointments.
audience:
  languages: [es, en]
  seen: 30 days
`

func TestABulletinGoesByCommandFromAFileToItsSending(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		file := h.file("b.yaml", aBulletin)
		out := h.run(0, "Draft", h.lines("Wanda"), "bulletin", "draft", file, "--as", "Wanda")
		id := bulletinID.FindString(out)
		if id == "" || strings.Contains(out, "must be changed") {
			t.Fatalf("draft prints %s", out)
		}
		// Changed, and so another hash: the old one approves nothing.
		before := hashLine.FindStringSubmatch(h.run(0, "Hash: ", "", "bulletin", "preview", id))[1]
		h.file("b.yaml", strings.Replace(aBulletin, "le engaña", "la engaña", 1))
		h.run(0, "must be changed: English: The first language changed", h.lines("Wanda"), "bulletin", "draft", file, "--as", "Wanda", "--change", id)
		h.run(0, id, h.lines("Wanda"), "bulletin", "draft", file, "--as", "Wanda", "--change", id, "--still", "en")
		look := h.run(0, "la engaña", "", "bulletin", "preview", id)
		for _, want := range []string{"Written by Wanda", "--- es on sms, people: <20, SMS segments: ", "--- es on telegram, people: 30", "People: 30", "Languages: en, es", "Wrote in the last: 720h0m0s"} {
			if !strings.Contains(look, want) {
				t.Errorf("preview does not say %q:\n%s", want, look)
			}
		}
		hash := hashLine.FindStringSubmatch(look)[1]
		if hash == before {
			t.Fatal("another text has the same hash")
		}
		h.run(0, "Waits for approval", phrase+"\n", "bulletin", "hand-over", id, "--as", "Wanda")
		h.run(1, "its hash is another one", h.lines("Abel"), "bulletin", "approve", id, "--hash", before, "--as", "Abel")
		h.run(0, "Approved", h.lines("Abel"), "bulletin", "approve", id, "--hash", hash, "--as", "Abel")
	})
}

func TestWhoMayNotApproveIsTold(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		file := h.file("b.yaml", aBulletin)
		id := bulletinID.FindString(h.run(0, "Draft", phrase+"\n", "bulletin", "draft", file, "--as", "Abel"))
		hash := hashLine.FindStringSubmatch(h.run(0, "Hash: ", "", "bulletin", "preview", id))[1]
		approve := func(code int, want, stdin, as, hash string) {
			h.t.Helper()
			h.run(code, want, stdin, "bulletin", "approve", id, "--as", as, "--hash", hash)
		}
		approve(1, "cannot be done where it stands now. (Draft)", h.lines("Ada"), "Ada", hash)
		h.run(0, "Waits for approval", phrase+"\n", "bulletin", "hand-over", id, "--as", "Abel")
		approve(1, "the name or the password is not right", phrase+"\n123456\n", "Nobody", hash)
		approve(1, "the name or the password is not right", "gato-rojo-camina-lento\n123456\n", "Ada", hash)
		approve(1, "read the password", "", "Ada", hash)
		approve(1, "needs a code of the second factor", phrase+"\n", "Ada", hash)
		approve(1, "the code is not right", phrase+"\n000000x\n", "Ada", hash)
		approve(1, "has none yet", phrase+"\n123456\n", "Bea", hash)
		approve(1, "the role of this officer may not do that", phrase+"\n", "Wanda", hash)
		approve(1, "You wrote some of it", h.lines("Abel"), "Abel", hash)
		approve(1, "its hash is another one", h.lines("Alma"), "Alma", strings.Repeat("ab", 32))
		h.run(1, "cannot be done where it stands now", phrase+"\n", "bulletin", "send", id, "--as", "Wanda")
		if log := h.audited(100); strings.Contains(log, "bulletin.approve") || strings.Contains(log, "bulletin.send") {
			t.Errorf("the log says that something was done:\n%s", log)
		}
		stdin := h.lines("Ada")
		approve(0, "Approved", stdin, "Ada", hash)
		log := h.audited(6)
		if !strings.Contains(log, "bulletin.approve  "+id) || !strings.Contains(log, hash) || !strings.Contains(log, "staff.signout") {
			t.Errorf("the log says:\n%s", log)
		}
		// A code opens once.
		h.run(1, "was given before", stdin, "withdraw", "propose", "flow", "menu", "--reason", "a test", "--as", "Ada")
		h.run(1, "For another time change its file", phrase+"\n", "bulletin", "send", id, "--as", "Wanda", "--at", time.Now().Add(time.Hour).Format(time.RFC3339))
		h.run(0, id, phrase+"\n", "bulletin", "send", id, "--as", "Wanda")
		h.run(0, "whole", "", "audit", "verify")
	})
}

// approved drafts, hands over and approves.
func (h *desks) approved(approver string, args ...string) (id string) {
	h.t.Helper()
	id = bulletinID.FindString(h.run(0, "Draft", phrase+"\n", append(args, "--as", "Wanda")...))
	h.run(0, "Waits for approval", phrase+"\n", "bulletin", "hand-over", id, "--as", "Wanda")
	hash := hashLine.FindStringSubmatch(h.run(0, "Hash: ", "", "bulletin", "preview", id))[1]
	h.run(0, "Approved", h.lines(approver), "bulletin", "approve", id, "--as", approver, "--hash", hash)
	return id
}

func TestWhatIsSentIsSteeredAndRecalledWithAndWithoutItsServer(t *testing.T) {
	t.Parallel()
	h := newDesks(t)
	id := h.approved("Abel", "bulletin", "draft", h.file("b.yaml", aBulletin))
	// No server runs: it is planned, and sent by the next one.
	_, _, errs := posada(t, phrase+"\n", "bulletin", "send", id, "--as", "Wanda", "--db", h.data.DB, "--key-file", h.data.KeyFile)
	if !strings.Contains(errs, "sent when one runs") {
		t.Errorf("send says %q", errs)
	}
	h.run(0, "Scheduled", "", "bulletin", "status", id)
	act := func(do, want string) {
		h.t.Helper()
		h.run(0, want, phrase+"\n", "bulletin", do, id, "--as", "Wanda")
	}
	for _, running := range []bool{true, false} {
		if running {
			h.serve()
			h.until("Being sent", "bulletin", "status", id)
			got := h.until("all are in the queue", "bulletin", "status", id)
			if !regexp.MustCompile(`(?m)^queued +30$`).MatchString(got) || !regexp.MustCompile(`(?m)^approved by +Abel$`).MatchString(got) {
				t.Errorf("status:\n%s", got)
			}
		} else {
			h.halt()
		}
		act("pause", "Paused")
		h.run(0, "Paused", "", "bulletin", "status")
		h.run(1, "(Paused)", phrase+"\n", "bulletin", "hand-over", id, "--as", "Wanda")
		act("go-on", "Being sent")
	}
	correction := h.file("c.yaml", "kind: correction\ntitle: Correction\nsource: es\ntexts: {es: No es así., en: It is not so.}\n")
	fix := bulletinID.FindString(h.run(0, "Draft", phrase+"\n", "bulletin", "recall", id, correction, "--halt", "--as", "Wanda"))
	h.run(0, "Stopped", "", "bulletin", "status", id)
	h.run(0, "exactly those who were sent", "", "bulletin", "preview", fix)
	h.serve()
	h.run(0, "Draft", phrase+"\n", "bulletin", "draft", h.file("d.yaml", aBulletin), "--as", "Wanda")
	log := h.audited(100)
	for _, did := range []string{"bulletin.draft", "bulletin.hand-over", "bulletin.approve", "bulletin.send", "bulletin.pause", "bulletin.go-on", "bulletin.correct  " + id + "  " + fix} {
		if !strings.Contains(strings.Join(strings.Fields(log), " "), strings.Join(strings.Fields(did), " ")) {
			t.Errorf("the log does not say %s:\n%s", did, log)
		}
	}
}

func TestADraftIsThrownAwayHeldAndTakenBack(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		at := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Minute)
		file := h.file("b.yaml", aBulletin+"at: "+at.Format("2006-01-02T15:04Z07:00")+"\n")
		id := h.approved("Abel", "bulletin", "draft", file)
		h.run(0, "for "+at.Format(timeShown), phrase+"\n", "bulletin", "send", id, "--as", "Wanda", "--at", at.Format(time.RFC3339))
		h.run(0, "Approved", phrase+"\n", "bulletin", "hold", id, "--as", "Wanda")
		h.run(0, "Draft", phrase+"\n", "bulletin", "take-back", id, "--as", "Wanda")
		h.run(0, "thrown away", phrase+"\n", "bulletin", "discard", id, "--as", "Wanda")
		h.run(1, "there is no such bulletin", "", "bulletin", "status", id)
		h.run(1, "there is no such bulletin", "", "bulletin", "preview", "nonsense")
		h.run(0, "There are no bulletins yet", "", "bulletin", "status")
	})
}

const aVerdict = `verdict: false
claim: {es: La frontera abre para todos., en: The border opens for all.}
reason: {es: No hay tal anuncio., en: There is no such announcement.}
heard: {es: [mañana abren la frontera]}
sources:
  - {publisher: UNHCR, title: Notice, date: 2026-11-01}
review: %s
`

func TestARumourIsListedReadAndAnsweredByCommand(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		list := h.until("es 2", "rumour", "list", "--heard-in", "es")
		id := strings.TrimSpace(caseID.FindString(list))
		if strings.Contains(list, "frontera") {
			t.Errorf("the list holds a person's words:\n%s", list)
		}
		if case_ := h.run(0, "Reports: 2", "", "rumour", "show", id); !strings.Contains(case_, "| "+saying) || strings.Contains(case_, "7000") {
			t.Errorf("show:\n%s", case_)
		}
		file := h.file("v.yaml", fmt.Sprintf(aVerdict, time.Now().AddDate(0, 2, 0).Format(time.DateOnly)))
		h.run(1, "there is no such case", phrase+"\n", "rumour", "answer", "aaaaaaaaaaaa", file, "--as", "Wanda")
		h.run(1, "the name or the password is not right", "wrong\n", "rumour", "answer", id, file, "--as", "Wanda")
		bad := h.file("w.yaml", fmt.Sprintf(strings.ReplaceAll(aVerdict, "No hay tal anuncio.", "Llame a evil.example"), "2020-01-01"))
		h.run(1, "must be changed: Why, Español: evil.example is not an approved link", phrase+"\n", "rumour", "answer", id, bad, "--as", "Wanda")
		h.run(0, "answered", phrase+"\n", "rumour", "answer", id, file, "--as", "Wanda")
		h.run(0, "false: The border opens for all.", "", "rumour", "list", "--status", "answered")
		shows := h.run(0, "Answered by Wanda: false", "", "rumour", "show", id)
		h.run(1, "it has an answer already", phrase+"\n", "rumour", "answer", id, file, "--as", "Wanda")
		h.run(1, "Somebody else changed this meanwhile", phrase+"\n", "rumour", "answer", id, file, "--as", "Wanda", "--revision", "0")
		seen := revision.FindStringSubmatch(shows)[1]
		h.run(0, "answered", phrase+"\n", "rumour", "answer", id, file, "--as", "Bea", "--revision", seen)
		seen = revision.FindStringSubmatch(h.run(0, "Answered by Bea", "", "rumour", "show", id))[1]
		h.run(1, "Another officer answered this", phrase+"\n", "rumour", "answer", id, file, "--as", "Wanda", "--revision", seen)
		if log := h.audited(10); !strings.Contains(log, "rumour.answer") || strings.Contains(log, "frontera") {
			t.Errorf("the log says:\n%s", log)
		}
	})
}

func TestTwoOfficersWithdrawByCommand(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		h.run(0, "Nothing is withdrawn", "", "withdraw", "list")
		item := itemID.FindString(h.run(0, "Another officer has to confirm it", h.lines("Abel"), "withdraw", "propose", "answer", anAnswer(h.t), "--reason", "the source is gone", "--as", "Abel"))
		if list := h.run(0, item, "", "withdraw", "list"); !strings.Contains(list, "the source is gone") || !strings.Contains(list, "Abel") {
			t.Errorf("list:\n%s", list)
		}
		h.run(1, "the role of this officer", phrase+"\n", "withdraw", "confirm", item, "--as", "Wanda")
		h.run(1, "You proposed this yourself", h.lines("Abel"), "withdraw", "confirm", item, "--as", "Abel")
		h.run(0, "counts everywhere", h.lines("Ada"), "withdraw", "confirm", item, "--as", "Ada")
		h.run(0, "out of use", "", "withdraw", "list")
		h.run(0, "stays out of use", h.lines("Ada"), "withdraw", "restore", item, "--reason", "it is back", "--as", "Ada")
		h.run(0, "was dropped", h.lines("Alma"), "withdraw", "drop", item, "--as", "Alma")
		h.run(1, "nothing of this kind and id", h.lines("Alma"), "withdraw", "propose", "answer", "nonsense", "--reason", "a test", "--as", "Alma")
		log := h.audited(40)
		for _, did := range []string{"content.withdraw.propose", "content.withdraw.confirm", "content.restore.propose", "content.restore.drop"} {
			if !strings.Contains(log, did) {
				t.Errorf("the log does not say %s:\n%s", did, log)
			}
		}
	})
}

func TestAnOperatorAsksBesideTheServer(t *testing.T) {
	t.Parallel()
	eachWay(t, func(h *desks) {
		h.run(0, "Wanda", "", "staff", "list")
		h.run(1, "there is an admin already", "", "staff", "first")
		h.run(0, "works once", "", "staff", "reset", "Wanda")
		h.run(0, "works here no more", "", "staff", "end", "Wanda")
		h.run(1, "the last admin must stay", "", "staff", "end", "Alma")
		h.run(1, "no such officer", "", "staff", "end", "Eva")
		h.run(1, "does not hold the expected hash", "", "audit", "verify", "--expect", strings.Repeat("ab", 32))
		h.run(0, "0 messages queued", "", "queue")
		if said := h.run(0, "Nobody has asked for reminders", "", "reminders"); strings.Contains(said, "No server runs") == (h.server != nil) {
			t.Errorf("said %q", said)
		}
		if log := h.audited(1); !strings.Contains(log, "staff.end") || !strings.Contains(log, "command") {
			t.Errorf("the log says:\n%s", log)
		}
	})
}

func TestGuessingByCommandIsSlow(t *testing.T) {
	t.Parallel()
	h := newDesks(t)
	h.serve()
	file := h.file("b.yaml", aBulletin)
	// The wait doubles with each try from the fifth on: it outgrows a command on the slowest machine.
	said, slow := "", "too many tries failed: nothing is read until"
	for i := 0; i < 16 && !strings.Contains(said, slow); i++ {
		_, _, said = posada(t, "wrong\n", "bulletin", "draft", file, "--as", "Wanda", "--db", h.data.DB, "--key-file", h.data.KeyFile)
	}
	if !strings.Contains(said, slow) {
		t.Errorf("the sixteenth wrong password is answered with %q", said)
	}
}
