// Sending: one attempt, and what became of it.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"posada/bot"
	"posada/bot/deliver"
	"posada/flows"
)

// maxText is the most UTF-16 units of a message's body.
const maxText = 1600

// sender sends on one channel.
type sender struct {
	account *Account
	channel string
	from    string
	now     func() time.Time
}

// Send makes one attempt: a message, a nudge where only that is allowed, or
// the erasing of a text at Twilio.
func (s *sender) Send(ctx context.Context, m bot.Claimed) deliver.Result {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if m.Kind == bot.Errand {
		return s.erase(ctx, m.To.ID)
	}
	to := recipient(s.channel, m.To.ID)
	voices := m.Message.Voices
	switch size := units(m.Message.Text); {
	case to == "":
		return deliver.Result{Outcome: deliver.Unreachable, Reason: "address"}
	case len(voices) > 0 && !s.speaks(voices[0]):
		return deliver.Result{Outcome: deliver.Drop, Reason: bot.NoRecording}
	case len(voices) > 0:
	case size == 0:
		return deliver.Result{Outcome: deliver.Drop, Reason: "empty"}
	case size > maxText:
		return deliver.Result{Outcome: deliver.Drop, Reason: "too long"}
	}
	now := s.now()
	// Who has just written is answered, whatever a late report says of a message
	// before.
	fresh := answers(m) && now.Sub(m.At) < freshFor
	if s.channel == WhatsApp && !fresh && !s.account.windows.opened(m.To, heard(m), now) {
		return s.nudge(ctx, m, to, now)
	}
	params := s.params(to)
	if len(voices) > 0 {
		// Without a word beside it: on WhatsApp a voice message carries none.
		params.SetMediaUrl([]string{s.account.config.PublicURL + RecordingPath(voices[0])})
	} else {
		params.SetBody(m.Message.Text)
	}
	// Its query names the message and no person.
	params.SetStatusCallback(s.account.config.PublicURL + StatusPath + "?" + messageParam + "=" + strconv.FormatUint(m.ID, 10))
	result := s.create(ctx, params)
	if result.Outcome == deliver.Parked {
		// The window is shut, whatever we know of it.
		s.account.windows.shut(m.To, now)
		return s.nudge(ctx, m, to, now)
	}
	return result
}

// speaks tells whether a recording can be sent: one that is gone is given up
// before Twilio finds nothing at its address.
func (s *sender) speaks(v flows.Voice) bool {
	if s.channel != WhatsApp || s.account.config.Recording == nil {
		return false
	}
	_, err := s.account.config.Recording(v)
	return err == nil
}

// Probe asks whether Twilio answers. It is deliver.Prober.
func (s *sender) Probe(ctx context.Context) deliver.Result {
	if _, err := s.account.api.call(ctx).api().FetchAccount(s.account.config.AccountSID); err != nil {
		return outcome(err)
	}
	return deliver.Result{Outcome: deliver.Sent}
}

// nudge asks the person to write. No reports are asked for: there is nothing
// behind them that waits, is erased or is sent again.
func (s *sender) nudge(ctx context.Context, m bot.Claimed, to string, now time.Time) deliver.Result {
	parked := deliver.Result{Outcome: deliver.Parked, Reason: "window"}
	template := s.account.config.template(m.Kind, m.Message.Lang)
	if template == "" {
		return parked
	}
	undo, ok := s.account.windows.nudge(m.To, m.Kind, now)
	if !ok {
		return parked
	}
	params := s.params(to)
	params.SetContentSid(template)
	result := s.create(ctx, params)
	switch result.Outcome {
	case deliver.Sent, deliver.Parked, deliver.Unknown:
		return parked // where it may have left it is not to be repeated at once
	case deliver.Drop:
		// The template cannot be sent. What waits for the person is as good as
		// ever, and they may write by themselves.
		s.account.report(fmt.Errorf("nudge on %s: the template is refused (%s)", s.channel, result.Reason))
		return parked
	}
	undo()
	return result
}

func (s *sender) params(to string) *api.CreateMessageParams {
	params := new(api.CreateMessageParams).SetTo(to)
	switch {
	case serviceSID.MatchString(s.from):
		params.SetMessagingServiceSid(s.from)
	case s.channel == WhatsApp:
		params.SetFrom(whatsappPrefix + s.from)
	default:
		params.SetFrom(s.from)
	}
	return params
}

func (s *sender) create(ctx context.Context, params *api.CreateMessageParams) deliver.Result {
	answer, err := s.account.api.call(ctx).api().CreateMessage(params)
	if err == nil && (answer.Sid == nil || !messageSID.MatchString(*answer.Sid)) {
		err = errLost
	}
	if err != nil {
		result := outcome(err)
		s.account.health.saw(err, result.Outcome)
		return result
	}
	s.account.health.saw(nil, deliver.Sent)
	return deliver.Result{Outcome: deliver.Sent, Ref: *answer.Sid}
}

// erase has Twilio forget the text of a message. What it does not know (any
// more) is erased.
func (s *sender) erase(ctx context.Context, sid string) deliver.Result {
	if !messageSID.MatchString(sid) {
		return deliver.Result{Outcome: deliver.Drop, Reason: "address"}
	}
	err := s.eraseMedia(ctx, sid)
	if err == nil {
		// An empty body is the request: a parameter left out would change nothing.
		_, err = s.account.api.call(ctx).api().UpdateMessage(sid, new(api.UpdateMessageParams).SetBody(""))
	}
	if err == nil {
		s.account.health.saw(nil, deliver.Sent)
		return deliver.Result{Outcome: deliver.Sent}
	}
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return deliver.Result{Outcome: deliver.Sent}
	}
	result := outcome(err)
	s.account.health.saw(err, result.Outcome)
	if result.Outcome == deliver.Unknown {
		result.Outcome = deliver.Retry // to erase twice does no harm
	}
	return result
}

// eraseMedia has Twilio forget what came with a message: which recording somebody
// was sent tells what was said to them, and a photo that they sent tells more.
func (s *sender) eraseMedia(ctx context.Context, sid string) error {
	if !strings.HasPrefix(sid, mediaPrefix) {
		return nil
	}
	media, err := s.account.api.call(ctx).api().ListMedia(sid, new(api.ListMediaParams).SetLimit(maxMedia))
	if err != nil {
		return err
	}
	for _, m := range media {
		if m.Sid == nil || !mediaSID.MatchString(*m.Sid) {
			continue
		}
		err := s.account.api.call(ctx).api().DeleteMedia(sid, *m.Sid, nil)
		var refused *refusal
		if err != nil && !(errors.As(err, &refused) && refused.status == http.StatusNotFound) {
			return err
		}
	}
	return nil
}

const (
	// mediaPrefix begins the id of a message with media.
	mediaPrefix = "MM"
	// maxMedia is the most media of one message.
	maxMedia = 10
)

// units is the length of a text as Twilio measures it.
func units(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
