// The feed: answered rumours as schema.org's ClaimReview, for others to quote.
package rumour

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Feed is all answered rumours, the newest first, one review for each language, and
// what is withdrawn of them.
// It holds nothing of people, but how many they are where they are many.
type Feed struct {
	Author  Author
	Changed time.Time // day of the newest review or withdrawal; zero when there is none
	Reviews []Review
	Gone    []Gone // in the place of answers that are withdrawn
}

// Gone is an answer that was withdrawn.
type Gone struct {
	ID    string
	Langs []string // it stood in
	Since time.Time
}

// Review is one answered rumour in one language.
type Review struct {
	ID, Lang, Verdict, Claim, Reason, URL string
	Published                             time.Time // day, UTC
	Review                                time.Time // day on which it must be looked at again
	Overdue                               bool      // that day is past
	Sources                               []Source
	Reports                               int // people who reported it, rounded down to tens; 0 below 20
}

// countShown is how many people a count is shown of.
const countShown = 20

// Feed is what stands answered at now.
func (d *Desk) Feed(now time.Time) Feed {
	f := Feed{Author: d.with.Author}
	for id, p := range d.rumours.all() {
		if p.Status != Answer {
			continue
		}
		on := day(p.Answered)
		if since := d.outSince(id, p); since != 0 {
			on = since.Time(time.UTC)
			f.Gone = append(f.Gone, Gone{id, sorted(p.Verdict.Claim), on})
		} else {
			f.Reviews = append(f.Reviews, p.reviews(id, d.with.Author.Page, now)...)
		}
		if on.After(f.Changed) {
			f.Changed = on
		}
	}
	slices.SortStableFunc(f.Reviews, func(a, b Review) int { return b.Published.Compare(a.Published) })
	return f
}

func (p *rumourPaper) reviews(id, page string, now time.Time) (out []Review) {
	v := p.Verdict
	for _, lang := range sorted(v.Claim) {
		r := Review{
			ID: id, Lang: lang, Verdict: v.Verdict, Claim: v.Claim[lang], Reason: v.Reason[lang], URL: page + "#" + id + "-" + lang,
			Published: day(p.Answered), Review: v.Review.Time(time.UTC), Sources: slices.Clone(v.Sources),
		}
		r.Overdue = day(now).After(r.Review)
		if p.Count >= countShown {
			r.Reports = p.Count / 10 * 10
		}
		out = append(out, r)
	}
	return out
}

// ratings are the verdicts on schema.org's scale, from 1, false, to 5, true, and
// in words. What is not known has no place on it.
var ratings = map[string]struct {
	value int
	en    string
	es    string
}{
	False:      {1, "False", "Falso"},
	Misleading: {3, "Misleading", "Engañoso"},
	True:       {5, "True", "Verdadero"},
	NotKnown:   {0, "Not known", "No se sabe"},
}

// The types of schema.org that the feed uses.
type (
	ldFeed struct {
		Context  string   `json:"@context"`
		Type     string   `json:"@type"`
		Name     string   `json:"name"`
		Modified string   `json:"dateModified,omitempty"`
		Elements []ldItem `json:"dataFeedElement"`
	}
	ldItem struct {
		Type    string      `json:"@type"`
		Created string      `json:"dateCreated"`
		Item    ldClaimView `json:"item"`
	}
	ldClaimView struct {
		Context   string    `json:"@context"`
		Type      string    `json:"@type"`
		URL       string    `json:"url"`
		Claimed   string    `json:"claimReviewed"`
		Published string    `json:"datePublished"`
		Expires   string    `json:"expires"`
		Lang      string    `json:"inLanguage"`
		Author    ldAuthor  `json:"author"`
		Rating    ldRating  `json:"reviewRating"`
		Reviewed  ldClaim   `json:"itemReviewed"`
		Body      string    `json:"reviewBody"`
		Citations []ldCited `json:"citation,omitempty"`
	}
	ldAuthor struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	ldRating struct {
		Type  string `json:"@type"`
		Value int    `json:"ratingValue,omitempty"`
		Best  int    `json:"bestRating,omitempty"`
		Worst int    `json:"worstRating,omitempty"`
		Name  string `json:"alternateName"`
	}
	ldClaim struct {
		Type    string     `json:"@type"`
		Text    string     `json:"text"`
		Lang    string     `json:"inLanguage"`
		Counted *ldCounter `json:"interactionStatistic,omitempty"`
	}
	ldCounter struct {
		Type  string `json:"@type"`
		Of    string `json:"interactionType"`
		Count int    `json:"userInteractionCount"`
	}
	ldCited struct {
		Type      string   `json:"@type"`
		Name      string   `json:"name"`
		URL       string   `json:"url,omitempty"`
		Published string   `json:"datePublished"`
		Publisher ldAuthor `json:"publisher"`
	}
)

const schema = "https://schema.org"

// JSON is the feed as a DataFeed of ClaimReviews, in JSON-LD. The verdict is
// named in Spanish to who reads Spanish, and in English to all others; its
// number is the same in all languages.
func (f Feed) JSON() ([]byte, error) {
	author := ldAuthor{"Organization", f.Author.Name, f.Author.URL}
	out := ldFeed{Context: schema, Type: "DataFeed", Name: strings.TrimSpace("Answered rumours " + f.Author.Name), Elements: []ldItem{}}
	if !f.Changed.IsZero() {
		out.Modified = f.Changed.Format(time.DateOnly)
	}
	for _, r := range f.Reviews {
		published := r.Published.Format(time.DateOnly)
		view := ldClaimView{
			Context: schema, Type: "ClaimReview", URL: r.URL, Claimed: r.Claim, Published: published,
			Expires: r.Review.Format(time.DateOnly), Lang: r.Lang, Author: author, Body: r.Reason,
			Rating: rating(r.Verdict, r.Lang), Reviewed: ldClaim{Type: "Claim", Text: r.Claim, Lang: r.Lang},
		}
		if r.Reports > 0 {
			view.Reviewed.Counted = &ldCounter{"InteractionCounter", schema + "/AskAction", r.Reports}
		}
		for _, s := range r.Sources {
			view.Citations = append(view.Citations, ldCited{"CreativeWork", s.Title, s.URL, s.Date.String(), ldAuthor{Type: "Organization", Name: s.Publisher}})
		}
		out.Elements = append(out.Elements, ldItem{"DataFeedItem", published, view})
	}
	raw, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the feed: %w", err)
	}
	return raw, nil
}

func rating(verdict, lang string) ldRating {
	is := ratings[verdict]
	r := ldRating{Type: "Rating", Value: is.value, Name: is.en}
	if lang == "es" {
		r.Name = is.es
	}
	if r.Value > 0 {
		r.Best, r.Worst = ratings[True].value, ratings[False].value
	}
	return r
}
