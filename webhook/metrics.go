// The metrics: how much comes and goes, how fast, and what is given up. Every
// label is of a fixed set or a short code, so none can hold an address.
// Simulated contacts are not counted.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"posada/bot"
	"posada/bot/deliver"
)

// Metrics count what happens. They are safe for use by many goroutines, and
// fit deliver.Meter and what channels ask for.
type Metrics struct {
	registry *prometheus.Registry
	// What may stand in labels.
	channels, webhooks, results, updateKinds, reasons *few

	inbound         *prometheus.CounterVec
	timers          *prometheus.CounterVec
	setBack         prometheus.Counter
	timerKinds      *few
	programmes      *few
	zones           *few
	webhookResults  *prometheus.CounterVec
	updates         *prometheus.CounterVec
	requests        *prometheus.CounterVec
	requestDuration *prometheus.HistogramVec
	faults          *prometheus.CounterVec
	attempts        *prometheus.CounterVec
	sendDuration    *prometheus.HistogramVec
	withheld        *prometheus.CounterVec
	refused         *prometheus.CounterVec
	dead            *prometheus.CounterVec
	late            *prometheus.CounterVec
	reports         *prometheus.CounterVec
}

var _ deliver.Meter = (*Metrics)(nil)

// Levels are what stands at a moment, rather than what happened.
type Levels struct {
	Lanes                       []deliver.State
	Queue                       *Queue // nil: it was not counted
	Reminded                    []Reminded
	SessionsLost, ValuesDamaged int64 // since the start
	DatabaseBytes               int64
	Understands                 bool // own words: what that needs is made behind a start
}

// Queue counts the outbox as bot.Counts does, without simulated contacts.
type Queue struct{ Queued, Waiting, Parked, Dead int }

// Reminded counts who has a subscription to a programme, by the zone of their
// place. 0 also stands for a number too small to be told.
type Reminded struct {
	Programme, Zone                  string
	On, Paused, Waiting, DueNextHour int
}

// NewMetrics makes metrics of everything but levels, which Watch adds.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		channels: &few{shape: name, most: 8}, webhooks: &few{shape: name, most: 16}, results: &few{shape: name, most: 32}, updateKinds: &few{shape: name, most: 32}, reasons: &few{shape: code, most: 128},
		timerKinds:      &few{shape: name, most: 16},
		programmes:      &few{shape: name, most: 64},
		zones:           &few{shape: zone, most: 64},
		timers:          counter("posada_timers_total", "Timers that ran out, reminders among them, by what came of it.", "channel", "timer", "programme", "outcome"),
		setBack:         prometheus.NewCounter(prometheus.CounterOpts{Name: "posada_clock_set_back_total", Help: "Times that the clock was set back by more than ten minutes: reminders that came too early do not come again at their time."}),
		inbound:         counter("posada_inbound_total", "Messages from people, by what became of them.", "channel", "outcome"),
		webhookResults:  counter("posada_webhook_results_total", "What came by a webhook, by what its channel made of it.", "webhook", "result"),
		updates:         counter("posada_telegram_updates_total", "Updates from Telegram, by kind.", "kind"),
		requests:        counter("posada_webhook_requests_total", "Requests to the webhooks.", "route", "class"),
		requestDuration: histogram("posada_webhook_request_seconds", "How long requests to the webhooks took, body included.", 15, "route"),
		faults:          counter("posada_server_faults_total", "Panics of handlers, and faults below them.", "kind"),
		attempts:        counter("posada_sends_total", "Attempts to send, by their outcome.", "channel", "kind", "outcome"),
		sendDuration:    histogram("posada_send_seconds", "How long attempts to send took.", 30, "channel"),
		withheld:        counter("posada_withheld_total", "Messages that were claimed and rightly not sent.", "channel", "kind"),
		refused:         counter("posada_tokens_refused_total", "Outcomes that came too late to be kept.", "channel", "kind", "outcome"),
		dead:            counter("posada_dead_letters_total", "Messages that were given up.", "channel", "kind", "reason"),
		late:            counter("posada_late_reminders_total", "Daily reminders that left more than ten minutes after their minute.", "channel"),
		reports:         counter("posada_delivery_reports_total", "Delivery reports, by state and by what they did.", "channel", "state", "did"),
	}
	m.registry.MustRegister(m.inbound, m.timers, m.setBack, m.webhookResults, m.updates, m.requests, m.requestDuration, m.faults, m.attempts, m.sendDuration, m.withheld, m.refused, m.dead, m.late, m.reports,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch adds the levels, once. They are asked for each time the metrics are
// read; when that fails they are left out, and posada_levels_up is 0.
func (m *Metrics) Watch(levels func(context.Context) (Levels, error)) {
	m.registry.MustRegister(&levelCollector{levels, m.channels, m.programmes, m.zones})
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// histogram has buckets from five milliseconds to most, in seconds.
func histogram(name, help string, most float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help,
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, most}}, labels)
}

// Handler serves the metrics to Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}

// counted tells under which name a channel is counted, and whether it is.
func (m *Metrics) counted(channel string) (name string, ok bool) {
	return m.channels.of(channel), channel != bot.Simulator
}

// Fired implements remind.Meter.
func (m *Metrics) Fired(channel, kind, programme string, r bot.Receipt) {
	outcome := "silent"
	switch {
	case r.Skipped:
		outcome = "skipped"
	case r.Late:
		outcome = "late"
	case len(r.Out) > 0:
		outcome = "sent"
	}
	m.timers.WithLabelValues(m.channels.of(channel), m.timerKinds.of(kind), m.programmes.of(programme), outcome).Inc()
}

// SetBack implements remind.Meter.
func (m *Metrics) SetBack() { m.setBack.Inc() }

// Received counts a message from a person by how Assistant.Receive took it.
func (m *Metrics) Received(channel string, r bot.Receipt, err error) {
	name, ok := m.counted(channel)
	if !ok {
		return
	}
	outcome := "answered"
	switch {
	case errors.Is(err, bot.ErrInbound), errors.Is(err, bot.ErrAsOf):
		outcome = "refused"
	case err != nil:
		outcome = "failed"
	case r.Duplicate:
		outcome = "duplicate"
	case r.Slowed:
		outcome = "slowed"
	}
	m.inbound.WithLabelValues(name, outcome).Inc()
}

// Webhook counts what a channel made of a request to one of its webhooks.
func (m *Metrics) Webhook(webhook, result string) {
	m.webhookResults.WithLabelValues(m.webhooks.of(webhook), m.results.of(result)).Inc()
}

// Update counts an update from Telegram, for telegram.Meter.
func (m *Metrics) Update(kind string) { m.updates.WithLabelValues(m.updateKinds.of(kind)).Inc() }

// request counts a request to a webhook. The route is as it was mounted.
func (m *Metrics) request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, class(status)).Inc()
	m.requestDuration.WithLabelValues(route).Observe(took.Seconds())
}

func class(status int) string {
	switch status / 100 {
	case 2:
		return "2xx"
	case 3:
		return "3xx"
	case 4:
		return "4xx"
	case 5:
		return "5xx"
	}
	return other
}

func (m *Metrics) fault(kind string) { m.faults.WithLabelValues(kind).Inc() }

// Attempted implements deliver.Meter.
func (m *Metrics) Attempted(channel string, kind bot.Kind, outcome deliver.Outcome, took time.Duration) {
	if name, ok := m.counted(channel); ok {
		m.attempts.WithLabelValues(name, kindName(kind), outcome.String()).Inc()
		m.sendDuration.WithLabelValues(name).Observe(took.Seconds())
	}
}

// Withheld implements deliver.Meter.
func (m *Metrics) Withheld(channel string, kind bot.Kind) {
	if name, ok := m.counted(channel); ok {
		m.withheld.WithLabelValues(name, kindName(kind)).Inc()
	}
}

// Refused implements deliver.Meter.
func (m *Metrics) Refused(channel string, kind bot.Kind, outcome deliver.Outcome) {
	if name, ok := m.counted(channel); ok {
		m.refused.WithLabelValues(name, kindName(kind), outcome.String()).Inc()
	}
}

// Died implements deliver.Meter.
func (m *Metrics) Died(channel string, kind bot.Kind, reason string) {
	if name, ok := m.counted(channel); ok {
		m.dead.WithLabelValues(name, kindName(kind), m.reasons.of(reason)).Inc()
	}
}

// Late implements deliver.Meter.
func (m *Metrics) Late(channel string) {
	if name, ok := m.counted(channel); ok {
		m.late.WithLabelValues(name).Inc()
	}
}

// Reported implements deliver.Meter.
func (m *Metrics) Reported(channel string, state bot.DeliveryState, did bot.Reported) {
	if name, ok := m.counted(channel); ok {
		m.reports.WithLabelValues(name, stateName(state), didName(did)).Inc()
	}
}

func kindName(k bot.Kind) string {
	if k < bot.Reply || k > bot.Errand {
		return other
	}
	return k.String()
}

func stateName(s bot.DeliveryState) string {
	switch s {
	case bot.DeliveryUnknown:
		return "unknown"
	case bot.DeliveryAccepted:
		return "accepted"
	case bot.DeliverySent:
		return "sent"
	case bot.DeliveryFailed:
		return "failed"
	case bot.DeliveryDelivered:
		return "delivered"
	case bot.DeliveryRead:
		return "read"
	}
	return other
}

func didName(r bot.Reported) string {
	switch r {
	case bot.ReportUnknown:
		return "unknown"
	case bot.ReportStale:
		return "stale"
	case bot.ReportMoved:
		return "moved"
	}
	return other
}

// levelTime bounds one look at the levels.
const levelTime = 5 * time.Second

// levelCollector asks for the levels when they are read.
type levelCollector struct {
	levels                      func(context.Context) (Levels, error)
	channels, programmes, zones *few
}

var (
	levelsUp      = desc("posada_levels_up", "1 when the store could be asked for its levels.")
	laneUp        = desc("posada_lane_up", "1 when a channel can send.", "channel")
	queueMessages = desc("posada_queue", "The outbox: messages that are queued, lines that wait for a time or for their person, messages given up.", "state")
	subscriptions = desc("posada_subscriptions", "People who are reminded, who paused that, and who wait for a programme to open; of the first the ones whose reminder is due in the next hour. Counted every ten minutes. Fewer than 20 are given as 0.", "programme", "zone", "state")
	sessionsLost  = desc("posada_sessions_lost_total", "Sessions that could not be used: their people began anew.")
	valuesDamaged = desc("posada_values_damaged_total", "Stored values that could not be opened.")
	databaseBytes = desc("posada_database_bytes", "Size of the database file.")
	understands   = desc("posada_understands", "1 when questions in people's own words are understood: some seconds after a start.")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (c *levelCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{levelsUp, laneUp, queueMessages, subscriptions, sessionsLost, valuesDamaged, databaseBytes, understands} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *levelCollector) Collect(out chan<- prometheus.Metric) {
	ctx, done := context.WithTimeout(context.Background(), levelTime)
	defer done()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	l, err := c.levels(ctx)
	if err != nil {
		gauge(levelsUp, 0)
		return
	}
	gauge(levelsUp, 1)
	told := map[string]bool{}
	for _, s := range l.Lanes {
		name := c.channels.of(s.Channel)
		if s.Channel == bot.Simulator || told[name] {
			continue // the registry refuses the same labels twice
		}
		told[name] = true
		up := 0.
		if s.Up {
			up = 1
		}
		gauge(laneUp, up, name)
	}
	if q := l.Queue; q != nil {
		gauge(queueMessages, float64(q.Queued), "queued")
		gauge(queueMessages, float64(q.Waiting), "waiting")
		gauge(queueMessages, float64(q.Parked), "parked")
		gauge(queueMessages, float64(q.Dead), "dead")
	}
	for _, r := range l.Reminded {
		programme, zone := c.programmes.of(r.Programme), c.zones.of(r.Zone)
		if id := programme + " " + zone; programme == other || zone == other || told[id] {
			continue // too many to tell apart
		} else {
			told[id] = true
		}
		gauge(subscriptions, float64(r.On), programme, zone, "on")
		gauge(subscriptions, float64(r.Paused), programme, zone, "paused")
		gauge(subscriptions, float64(r.Waiting), programme, zone, "waiting")
		gauge(subscriptions, float64(r.DueNextHour), programme, zone, "due next hour")
	}
	gauge(databaseBytes, float64(l.DatabaseBytes))
	if l.Understands {
		gauge(understands, 1)
	} else {
		gauge(understands, 0)
	}
	out <- prometheus.MustNewConstMetric(sessionsLost, prometheus.CounterValue, float64(l.SessionsLost))
	out <- prometheus.MustNewConstMetric(valuesDamaged, prometheus.CounterValue, float64(l.ValuesDamaged))
}
