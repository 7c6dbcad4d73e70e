package delivery

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/webhook"
)

// logged returns the lines that an attempt makes, without their time.
func logged(t *testing.T, ended ...*Ended) []string {
	t.Helper()
	var kept bytes.Buffer
	handler := slog.NewTextHandler(&kept, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})
	observer := NewAttemptLog(slog.New(handler), slog.LevelDebug)
	for _, e := range ended {
		observer.AttemptEnded(observer.AttemptStarted(t.Context(), e.Dispatch), e)
	}
	return strings.Split(strings.TrimSuffix(kept.String(), "\n"), "\n")
}

func TestAttemptLog(t *testing.T) {
	d := dispatchTo("https://me:pass@hook.example:8443" + testPath)
	d.DeliveryID, d.OrganisationID, d.ConfigID, d.ConfigName, d.Attempt = d.EventID, 7, 42, "my hook", 3
	const who = `msg="delivery attempt" event=` + testEventID +
		` delivery=` + testEventID + ` organisation=7 config=42 config_name="my hook" host=hook.example:8443 attempt=3 duration=20ms`
	took := webhook.Attempt{Duration: 20 * time.Millisecond}
	failing := Result{Kind: KindStatus, Attempt: took}
	failing.StatusCode, failing.ErrorMessage = new(500), "status 500 Internal Server Error"
	success := Result{Kind: KindDelivered, Attempt: took}
	success.StatusCode, success.Success = new(204), true
	tests := map[string]struct {
		result  Result
		outcome webhook.Outcome
		want    string
	}{
		"delivered": {success, webhook.Outcome{State: webhook.DeliveryDelivered}, `level=DEBUG ` + who + ` status=204 outcome=delivered`},
		"tried again": {
			failing,
			webhook.Outcome{State: webhook.DeliveryPending, RetryAt: testNow},
			`level=WARN ` + who + ` status=500 outcome="status 500 Internal Server Error" next_attempt=2026-03-01T12:30:15.999Z`,
		},
		"given up": {
			failing,
			webhook.Outcome{State: webhook.DeliveryFailed, Reason: "no retry is left"},
			`level=WARN ` + who + ` status=500 outcome="status 500 Internal Server Error" given_up="no retry is left"`,
		},
		"disabled": {
			failing,
			webhook.Outcome{State: webhook.DeliveryFailed, Reason: "gone", Disable: "gone"},
			`level=ERROR ` + who + ` status=500 outcome="status 500 Internal Server Error" given_up=gone config_disabled=gone`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := logged(t, &Ended{Dispatch: d, Result: &test.result, Outcome: &test.outcome})
			assert.Equal(t, []string{test.want}, got)
		})
	}
}

// TestAttemptLogOfGivenBackAttempts tells once of what all attempts of that
// moment lack, and nothing of those that the service's own stop interrupts.
func TestAttemptLogOfGivenBackAttempts(t *testing.T) {
	local := Result{Kind: KindLocal, Attempt: webhook.Attempt{ErrorMessage: "this machine: memory is short"}}
	interrupted := Result{Kind: KindInterrupted, Attempt: webhook.Attempt{ErrorMessage: "interrupted"}}
	d := dispatchTo("https://hook.example/")
	got := logged(t, &Ended{Dispatch: d, Result: &interrupted}, &Ended{Dispatch: d, Result: &local}, &Ended{Dispatch: d, Result: &local})
	if assert.Len(t, got, 1) {
		assert.Contains(t, got[0], "level=ERROR")
		assert.Contains(t, got[0], `reason="this machine: memory is short"`)
	}
}
