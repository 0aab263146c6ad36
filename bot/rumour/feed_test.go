// The feed, against what schema.org asks of a ClaimReview and its readers need.

package rumour_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"posada/bot/rumour"
)

// required are the fields of the feed, by type: their kinds are those that
// schema.org expects.
var required = map[string]map[string]string{
	"DataFeed":     {"@context": "url", "name": "text", "dateModified": "date", "dataFeedElement": "list"},
	"DataFeedItem": {"dateCreated": "date", "item": "ClaimReview"},
	"ClaimReview": {
		"@context": "url", "url": "url", "claimReviewed": "text", "datePublished": "date", "expires": "date", "inLanguage": "text", "author": "Organization",
		"reviewRating": "Rating", "itemReviewed": "Claim", "reviewBody": "text",
	},
	"Organization":       {"name": "text"},
	"Rating":             {"alternateName": "text"},
	"Claim":              {"text": "text", "inLanguage": "text"},
	"CreativeWork":       {"name": "text", "datePublished": "date", "publisher": "Organization"},
	"InteractionCounter": {"interactionType": "url", "userInteractionCount": "number"},
}

var optional = map[string]map[string]string{
	"ClaimReview":  {"citation": "list"},
	"Organization": {"url": "url"},
	"Rating":       {"ratingValue": "number", "bestRating": "number", "worstRating": "number"},
	"Claim":        {"interactionStatistic": "InteractionCounter"},
	"CreativeWork": {"url": "url"},
}

func valid(t *testing.T, at string, v any, want string) {
	t.Helper()
	switch s, _ := v.(string); want {
	case "text":
		if s == "" {
			t.Errorf("%s is no text", at)
		}
	case "url":
		if !strings.HasPrefix(s, "https://") {
			t.Errorf("%s is no URL", at)
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			t.Errorf("%s is no day", at)
		}
	case "number":
		if _, ok := v.(float64); !ok {
			t.Errorf("%s is no number", at)
		}
	case "list":
		all, ok := v.([]any)
		if !ok {
			t.Errorf("%s is no list", at)
		}
		for i, v := range all {
			kind, _ := v.(map[string]any)["@type"].(string)
			valid(t, fmt.Sprintf("%s[%d]", at, i), v, kind)
		}
	default:
		object, ok := v.(map[string]any)
		if !ok || object["@type"] != want || required[want] == nil {
			t.Errorf("%s is no %s", at, want)
			return
		}
		for field, kind := range required[want] {
			valid(t, at+"."+field, object[field], kind)
		}
		for field, v := range object {
			kind := required[want][field] + optional[want][field]
			if kind == "" && field != "@type" {
				t.Errorf("%s.%s is not known", at, field)
			} else if kind != "" && required[want][field] == "" {
				valid(t, at+"."+field, v, kind)
			}
		}
	}
}

func TestTheFeedIsValidClaimReview(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	raw, err := w.Feed(start).JSON()
	if err != nil || !strings.Contains(string(raw), `"dataFeedElement": []`) {
		t.Errorf("without an answer: %s, %v", raw, err)
	}
	for i := range 27 {
		w.hears(i, "es", groups, start)
	}
	w.hears(50, "es", "autobuses salen temprano hacia frontera", start)
	w.hears(51, "es", "nadie responde llamadas", start)
	w.pass(start)
	all := w.Cases(rumour.Filter{}, start)
	if len(w.Feed(start).Reviews) != 0 {
		t.Error("what is not answered is in the feed")
	}
	v := verdict()
	v.Claim["en"] = "<script>alert(1)</script> & groups"
	w.answer(all[0].ID, v, start)
	v = verdict()
	v.Verdict, v.Sources = rumour.NotKnown, nil
	w.answer(all[1].ID, v, start.Add(48*time.Hour))
	f := w.Feed(start)
	if len(f.Reviews) != 4 || f.Reviews[0].ID != all[1].ID || f.Reviews[2].Reports != 20 || f.Reviews[0].Reports != 0 {
		t.Errorf("%+v", f.Reviews)
	}
	if raw, err = f.JSON(); err != nil {
		t.Fatal(err)
	}
	var feed any
	if err := json.Unmarshal(raw, &feed); err != nil {
		t.Fatal(err)
	}
	valid(t, "feed", feed, "DataFeed")
	text := string(raw)
	if strings.Contains(text, "<script>") || strings.Contains(text, "dicen") || strings.Contains(text, "27") || strings.Contains(text, "ana") && strings.Contains(text, `"ana"`) {
		t.Error("it holds what it must not hold")
	}
	for _, want := range []string{`"alternateName": "False"`, `"alternateName": "Falso"`, `"alternateName": "Not known"`, `"ratingValue": 1`, `"userInteractionCount": 20`, "#" + all[0].ID + "-es"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	if late := w.Feed(start.AddDate(0, 6, 0)); !late.Reviews[0].Overdue || f.Reviews[0].Overdue {
		t.Error("what is overdue is not marked so")
	}
}

func TestAWithdrawnAnswerLeavesTheFeedAndAWordStaysInItsPlace(t *testing.T) {
	w := newWorld(t, stores["memory"](t))
	w.load(start)
	w.hears(0, "es", groups, start)
	w.pass(start)
	id := w.only(rumour.Filter{}, start).ID
	w.answer(id, verdict(), start)
	w.gone = map[string]uint64{id: w.board[0].Edition}
	f := w.Feed(start)
	if len(f.Reviews) != 0 || len(f.Gone) != 1 || f.Gone[0].ID != id || len(f.Gone[0].Langs) != 2 || !f.Changed.Equal(f.Gone[0].Since) {
		t.Errorf("%+v", f)
	}
	if raw, err := f.JSON(); err != nil || strings.Contains(string(raw), "Groups get") || !strings.Contains(string(raw), `"dateModified": "2026-03-10"`) {
		t.Errorf("%s, %v", raw, err)
	}
	w.answer(id, verdict(), start)
	if f = w.Feed(start); len(f.Reviews) != 2 || len(f.Gone) != 0 {
		t.Errorf("answered anew: %+v", f)
	}
}
