package webhook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

const hour = time.Hour

func failedAt(at time.Time) *webhook.Attempt { return &webhook.Attempt{CreatedAt: at} }

// failing is the health after failures at so many hours from now on.
func failing(hours ...int) webhook.Health {
	var h webhook.Health
	for _, n := range hours {
		h = h.Record(failedAt(testNow.Add(time.Duration(n) * hour)))
	}
	return h
}

// every returns hours from 0 to the last one.
func every(step, last int) []int {
	var hours []int
	for n := 0; n <= last; n += step {
		hours = append(hours, n)
	}
	return hours
}

func TestHopeless(t *testing.T) {
	tests := map[string]struct {
		hours []int
		want  bool
	}{
		"never failed":                          {nil, false},
		"once":                                  {[]int{0}, false},
		"every hour for less than five days":    {every(1, 119), false},
		"every hour for five days":              {every(1, 120), true},
		"every twelve hours for five days":      {every(12, 120), true},
		"once a day, too few yet":               {every(24, 120), false},
		"once a day, for ten failures":          {every(24, 9*24), true},
		"once six days ago, and once more":      {[]int{0, 144}, false},
		"often six days ago, and once more":     {append(make([]int, 20), 144), false},
		"for four days, then silence, then one": {append(every(6, 96), 200), false},
		"a pause of a little less":              {append(every(6, 96), 143), true},
		"bursts on two days only":               {append(append(make([]int, 20), 47, 47, 47), 94, 125), true},
		"bursts at the ends":                    {append(make([]int, 20), 47, 48, 48), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, failing(test.hours...).Hopeless()) })
	}
}

func TestHealthRecord(t *testing.T) {
	h := failing(0, 1, 30)
	require.Equal(t, webhook.Health{
		ConsecutiveFailures: 3, FailingSince: &testNow, FailingDays: 2, LastFailure: new(testNow.Add(30 * hour)),
	}, h)
	overlapping := h.Record(failedAt(testNow.Add(29 * hour)))
	require.Equal(t, h.LastFailure, overlapping.LastFailure, "an attempt that began before and ended after")
	require.Equal(t, 2, overlapping.FailingDays)
	anew := h.Record(failedAt(testNow.Add(100 * hour)))
	require.Equal(t, testNow.Add(100*hour), *anew.FailingSince)
	require.Equal(t, 4, anew.ConsecutiveFailures)
	require.Equal(t, webhook.Health{}, h.Record(&webhook.Attempt{Success: true}))
	before := webhook.Health{ConsecutiveFailures: 5, FailingSince: new(testNow.Add(-1000 * hour))} // of an earlier version
	require.Equal(t, testNow, *before.Record(failedAt(testNow)).FailingSince)
}

func TestLane(t *testing.T) {
	require.Equal(t, webhook.LaneDeliveries, failing(0, 0).Lane())
	require.Equal(t, webhook.LaneFailing, failing(0, 0, 0).Lane())
	require.Equal(t, webhook.LaneDeliveries, failing(0, 0, 0).Record(&webhook.Attempt{Success: true}).Lane())
}

func TestRecordDisables(t *testing.T) {
	hopeless := webhook.Config{State: webhook.StateEnabled, Health: failing(every(1, 200)...)}
	failed := webhook.Attempt{CreatedAt: testNow.Add(200 * hour)}
	tests := map[string]struct {
		config  webhook.Config
		outcome webhook.Outcome
		want    string
	}{
		"gone":                  {webhook.Config{State: webhook.StateEnabled}, webhook.Outcome{State: webhook.DeliveryFailed, Disable: "gone"}, "gone"},
		"hopeless":              {hopeless, webhook.Outcome{State: webhook.DeliveryFailed, Attempt: failed}, webhook.ReasonEndpointFailing},
		"the event in hand":     {hopeless, webhook.Outcome{State: webhook.DeliveryPending, Attempt: failed}, ""},
		"healthy, and given up": {webhook.Config{State: webhook.StateEnabled}, webhook.Outcome{State: webhook.DeliveryFailed, Attempt: failed}, ""},
		"disabled already":      {webhook.Config{State: webhook.StateDisabled}, webhook.Outcome{State: webhook.DeliveryFailed, Disable: "gone"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			next, disabled := test.config.Record(&test.outcome, testNow)
			require.Equal(t, test.want, disabled)
			if test.want == "" {
				require.Equal(t, test.config.State, next.State)
				require.Equal(t, test.config.UpdatedAt, next.UpdatedAt)
				return
			}
			require.Equal(t, webhook.StateDisabled, next.State)
			require.Equal(t, testNow, next.UpdatedAt)
		})
	}
}
