package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/internal/webhook"
)

// attemptLog logs each attempt in one line. It is safe for concurrent use.
type attemptLog struct {
	logger  *slog.Logger
	success slog.Level
	// local bounds how often it is said that this machine lacks something:
	// every attempt of that time has the same trouble.
	local rate.Sometimes
}

// localEvery is how often the log repeats that this machine lacks something.
const localEvery = 10 * time.Second

// NewAttemptLog returns an observer that logs each attempt: WARN if it failed,
// ERROR if its config was disabled, and successes at the given level. Of the
// URL the log has the host alone.
func NewAttemptLog(logger *slog.Logger, success slog.Level) Observer {
	return &attemptLog{logger: logger, success: success, local: rate.Sometimes{Interval: localEvery}}
}

// AttemptStarted implements [Observer].
func (*attemptLog) AttemptStarted(ctx context.Context, _ *webhook.Dispatch) context.Context {
	return ctx
}

// AttemptEnded implements [Observer].
func (l *attemptLog) AttemptEnded(ctx context.Context, e *Ended) {
	if e.Outcome == nil {
		l.givenBack(ctx, e)
		return
	}
	level := l.success
	switch {
	case e.Outcome.Disable != "":
		level = slog.LevelError
	case !e.Result.Success:
		level = slog.LevelWarn
	}
	if l.logger.Enabled(ctx, level) {
		l.logger.LogAttrs(ctx, level, "delivery attempt", attributes(e)...)
	}
}

// givenBack tells of attempts that this machine could not make. Those that the
// service's own stop interrupts are nothing to tell.
func (l *attemptLog) givenBack(ctx context.Context, e *Ended) {
	if e.Result.Kind != KindLocal {
		return
	}
	l.local.Do(func() {
		l.logger.LogAttrs(ctx, slog.LevelError, "this machine cannot make attempts; fewer are made at a time, and none is lost",
			slog.String("reason", e.Result.ErrorMessage))
	})
}

// maxAttributes is the number of those that attributes can return.
const maxAttributes = 13

// attributes are what the line of an attempt says.
func attributes(e *Ended) []slog.Attr {
	d, r, o := e.Dispatch, e.Result, e.Outcome
	attrs := make([]slog.Attr, 0, maxAttributes)
	attrs = append(attrs,
		slog.String("event", d.EventID.String()), slog.String("delivery", d.DeliveryID.String()),
		slog.Int64("organisation", d.OrganisationID),
		slog.Int64("config", d.ConfigID), slog.String("config_name", d.ConfigName), slog.String("host", targetHost(d.URL)),
		slog.Int("attempt", d.Attempt), slog.Duration("duration", r.Duration.Round(time.Microsecond)))
	if r.StatusCode != nil {
		attrs = append(attrs, slog.Int("status", *r.StatusCode))
	}
	attrs = append(attrs, slog.String("outcome", cmp.Or(r.ErrorMessage, "delivered")))
	if o.Reason != "" {
		attrs = append(attrs, slog.String("given_up", o.Reason))
	}
	if o.Disable != "" {
		attrs = append(attrs, slog.String("config_disabled", o.Disable))
	}
	if o.State == webhook.DeliveryPending {
		attrs = append(attrs, slog.Time("next_attempt", o.RetryAt.UTC()))
	}
	return attrs
}

// targetHost returns the host and port of a URL, "" if it has none.
func targetHost(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
