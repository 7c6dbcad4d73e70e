package delivery

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// TestStoredJobs holds the format of jobs, which wait across an upgrade.
func TestStoredJobs(t *testing.T) {
	id := webhook.ID(uuid.MustParse(testEventID))
	at := time.Date(2026, 5, 15, 18, 17, 2, 52_123_000, time.UTC)
	recovery := webhook.Recovery{OrganisationID: 1, ConfigID: 12, Since: at, Until: at.Add(time.Hour), FailedBefore: at.Add(2 * time.Hour)}
	requireGolden(t, "attempt_job.json", attemptArgs{DeliveryID: id, OrganisationID: 1, ConfigID: 12, Attempt: 3, At: at})
	requireGolden(t, "attempt_job_due.json", attemptArgs{DeliveryID: id, OrganisationID: 1, ConfigID: 12, Attempt: 1})
	requireGolden(t, "recovery_job.json", recoveryArgs{Recovery: queuedRecovery(recovery)})
}

func requireGolden[Args any](t *testing.T, name string, args Args) {
	t.Helper()
	stored, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	encoded, err := json.Marshal(args)
	require.NoError(t, err)
	require.JSONEq(t, string(stored), string(encoded))
	var decoded Args
	require.NoError(t, json.Unmarshal(stored, &decoded))
	require.Equal(t, args, decoded)
}

// TestDueJobsHaveNoTime keeps the clock of the process that queues a job from
// being compared with that of the worker.
func TestDueJobsHaveNoTime(t *testing.T) {
	at := func(params any) time.Time {
		args, ok := params.(attemptArgs)
		require.True(t, ok)
		return args.At
	}
	for _, late := range []time.Duration{0, time.Second, time.Hour} {
		params := attemptParams(webhook.Job{At: testNow.Add(-late)}, testNow)
		assert.Zero(t, at(params.Args), late)
		assert.Zero(t, params.InsertOpts.ScheduledAt, late)
	}
	soon := attemptParams(webhook.Job{At: testNow.Add(time.Second)}, testNow)
	assert.Equal(t, testNow.Add(time.Second), at(soon.Args))
	assert.Zero(t, soon.InsertOpts.ScheduledAt)
	later := attemptParams(webhook.Job{At: testNow.Add(time.Minute)}, testNow)
	assert.Equal(t, testNow.Add(time.Minute-schedulerInterval), later.InsertOpts.ScheduledAt)
}

// TestEarliness bounds what a wrong clock of a worker can do to a retry.
func TestEarliness(t *testing.T) {
	none, snoozed := []byte(`{}`), []byte(`{"snoozes":1}`)
	for _, c := range []struct {
		name     string
		at       time.Time
		metadata []byte
		want     time.Duration
	}{
		{"due at once", time.Time{}, none, 0},
		{"early", testNow.Add(3 * time.Second), none, 3 * time.Second},
		{"by a clock that is 20 s slow", testNow.Add(23 * time.Second), none, schedulerInterval},
		{"by a slow clock, and has waited", testNow.Add(18 * time.Second), snoozed, 0},
		{"metadata of no use", testNow.Add(time.Second), nil, time.Second},
	} {
		assert.Equal(t, c.want, earliness(c.at, testNow, c.metadata), c.name)
	}
	assert.Negative(t, earliness(testNow.Add(-time.Second), testNow, none), "late")
}
