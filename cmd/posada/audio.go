// The operator's recordings: opened, handed to the book and to the channels, and
// told of.
package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"posada/bot"
	"posada/bot/voice"
	"posada/channel/twilio"
	"posada/flows"
	"posada/webhook"
)

// audioFlags are shared by every command that speaks.
type audioFlags struct {
	Audio string `help:"A folder of recordings: DIR/LANG/MESSAGE_ID.ogg, OGG with Opus, mono, at most 1 MB each. Telegram and WhatsApp send them as voice messages." placeholder:"DIR" type:"existingdir"`
}

// recordings are those of --audio.
type recordings struct {
	*voice.Library // nil: there is no folder
	book           *flows.Book
	faults         []voice.Fault
}

// open reads the folder and tells the book which recordings there are. A file
// that is not taken is told of, and stops nothing.
func (f *audioFlags) open(b *flows.Book) (*recordings, error) {
	r := &recordings{book: b}
	if f.Audio == "" {
		return r, nil
	}
	var err error
	if r.Library, r.faults, err = voice.Open(f.Audio, b.MayRecord); err != nil {
		return nil, fmt.Errorf("--audio: %w", err)
	}
	b.SetRecordings(r.Voices())
	return r, nil
}

// route serves the recordings to Twilio; nil where there are none.
func (r *recordings) route() http.Handler {
	if len(r.Voices()) == 0 {
		return nil
	}
	return webhook.Audio(func(lang, id string) ([]byte, bool) {
		recording, err := r.Get(flows.Voice{Lang: lang, ID: id})
		return recording.Opus, err == nil
	})
}

// count is how many there are, by language: "3 recordings: es 1, mam 2".
func (r *recordings) count() string {
	by := r.book.Recorded()
	var parts []string
	for _, lang := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s %d", lang, by[lang]))
	}
	return fmt.Sprintf("%d recordings: %s", len(r.Voices()), strings.Join(parts, ", "))
}

// dated counts the recordings that say a value of the book.
func (r *recordings) dated() (n int) {
	for _, v := range r.Voices() {
		if len(r.book.Dated(v.ID)) > 0 {
			n++
		}
	}
	return n
}

// describe says for the operator what there is, in lines; nil without a folder.
func (r *recordings) describe() []string {
	if r.Library == nil {
		return nil
	}
	if len(r.Voices()) == 0 {
		return append([]string{"Audio     no recordings"}, r.refused()...)
	}
	out := []string{"Audio     " + r.count()}
	for _, lang := range slices.Sorted(maps.Keys(r.book.Recorded())) {
		if missing, of := r.book.Unrecorded(lang); len(missing) > 0 {
			out = append(out, fmt.Sprintf("          in %s %d of %d messages of law, deadlines, danger or health have none: posada doctor names them", lang, len(missing), of))
		}
	}
	return append(out, r.refused()...)
}

// refused names the files that are not taken.
func (r *recordings) refused() (out []string) {
	for _, f := range r.faults {
		out = append(out, "          not taken: "+f.String())
	}
	return out
}

// look is what doctor says of the recordings.
func (r *recordings) look() (out []bot.Finding) {
	if r.Library == nil {
		return nil
	}
	const subject = "recordings"
	for _, f := range r.faults {
		out = append(out, bot.Finding{Subject: subject, Level: bot.Warn, Text: "not taken: " + f.String() + ".", Mend: "Until it is mended the message is sent in writing alone."})
	}
	if len(r.Voices()) == 0 {
		return append(out, bot.Finding{Subject: subject, Level: bot.Warn, Text: "there are none in the folder.", Mend: "Call them LANG/MESSAGE_ID.ogg, such as mam/rule.what.3.ogg."})
	}
	out = append(out, bot.Finding{Subject: subject, Text: r.count() + "."})
	for _, lang := range slices.Sorted(maps.Keys(r.book.Recorded())) {
		if missing, of := r.book.Unrecorded(lang); len(missing) > 0 {
			out = append(out, bot.Finding{Subject: subject + ", " + lang, Level: bot.Warn,
				Text: fmt.Sprintf("%d of %d messages of law, deadlines, danger or health have none: %s.", len(missing), of, strings.Join(missing, ", "))})
		}
	}
	if n := r.dated(); n > 0 {
		out = append(out, bot.Finding{Subject: subject, Text: fmt.Sprintf("%d of them say a date or a number of the book: they are to be made anew when it changes.", n)})
	}
	return out
}

// hear fetches a recording over the public URL, as Twilio does.
func hear(ctx context.Context, public string, v flows.Voice) bot.Finding {
	f := bot.Finding{Subject: "public URL, " + twilio.AudioPath, Text: "recordings are found there."}
	ctx, cancel := context.WithTimeout(ctx, knockTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, webhook.Join(public, twilio.RecordingPath(v)), nil)
	if err != nil {
		f.Level, f.Text = bot.Fail, "it cannot be asked."
		return f
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		f.Level, f.Text, f.Mend = bot.Fail, "nobody answers, or not with a valid certificate.", "Check the TLS proxy and its firewall; it must lead to --webhook-listen."
		return f
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "audio/ogg" {
		f.Level, f.Text, f.Mend = bot.Fail, fmt.Sprintf("WhatsApp would get no recording from there (%d).", res.StatusCode),
			"Start posada serve with the same --audio, and let the proxy lead this path to --webhook-listen, unchanged and for GET too."
	}
	return f
}
