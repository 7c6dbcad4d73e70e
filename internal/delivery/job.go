package delivery

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/hookline-go/hookline/internal/webhook"
)

// laneRecoveries is the queue of recoveries.
const laneRecoveries webhook.Lane = "recoveries"

// attemptArgs is a [webhook.Job] as the queue keeps it. The lane is the queue.
type attemptArgs struct {
	DeliveryID webhook.ID `json:"delivery_id"`
	// OrganisationID is 0 in jobs of versions before fair shares.
	OrganisationID int64 `json:"organisation_id"`
	ConfigID       int64 `json:"config_id"`
	Attempt        int   `json:"attempt"`
	// At is left out where the attempt is due at once, so that no worker
	// compares its own clock with that of the process that queued the job.
	At time.Time `json:"at,omitzero"`
}

// Kind implements [river.JobArgs].
func (attemptArgs) Kind() string { return "delivery_attempt" }

func readArgs(encoded []byte) (args attemptArgs, err error) {
	if err := json.Unmarshal(encoded, &args); err != nil {
		return attemptArgs{}, fmt.Errorf("read a queued job: %w", err)
	}
	return args, nil
}

func (a attemptArgs) job(lane webhook.Lane) webhook.Job {
	return webhook.Job{
		DeliveryID: a.DeliveryID, OrganisationID: a.OrganisationID, ConfigID: a.ConfigID,
		Attempt: a.Attempt, Lane: lane, At: a.At,
	}
}

// recoveryArgs is a [webhook.Recovery] as the queue keeps it. Jobs wait across
// upgrades: the names of the fields do not change.
type recoveryArgs struct {
	Recovery queuedRecovery `json:"recovery"`
}

type queuedRecovery struct {
	OrganisationID int64     `json:"OrganisationID"`
	ConfigID       int64     `json:"ConfigID"`
	Since          time.Time `json:"Since"`
	Until          time.Time `json:"Until"`
	FailedBefore   time.Time `json:"FailedBefore"`
}

// Kind implements [river.JobArgs].
func (recoveryArgs) Kind() string { return "delivery_recovery" }

// schedulerInterval is how often River makes jobs available whose time has
// come. A job is due that much early, and then waits with precision.
const schedulerInterval = 5 * time.Second

// earliness is how long a job has to wait that the queue has made available.
// The queue does so at most schedulerInterval early, by its own clock, and a job
// waits once: a worker whose clock is slow would send it away again and again.
func earliness(at, now time.Time, metadata []byte) time.Duration {
	var queued struct {
		Snoozes int `json:"snoozes"` // River counts them
	}
	if at.IsZero() || json.Unmarshal(metadata, &queued) == nil && queued.Snoozes > 0 {
		return 0
	}
	return min(at.Sub(now), schedulerInterval)
}

// attemptParams describes a job to River. A job that is due soon is available
// at once, and waits itself.
func attemptParams(job webhook.Job, now time.Time) river.InsertManyParams {
	options := &river.InsertOpts{Queue: string(job.Lane), MaxAttempts: maxAttempts}
	if !job.At.After(now) {
		job.At = time.Time{}
	}
	if early := job.At.Add(-schedulerInterval); early.After(now) {
		options.ScheduledAt = early
	}
	return river.InsertManyParams{
		Args: attemptArgs{
			DeliveryID: job.DeliveryID, OrganisationID: job.OrganisationID, ConfigID: job.ConfigID,
			Attempt: job.Attempt, At: job.At,
		},
		InsertOpts: options,
	}
}

// maxAttempts is how often River runs a job that fails because the database
// does; a delivery's own retries are new jobs. With [retryPolicy] it is a week.
const maxAttempts = 20_000
