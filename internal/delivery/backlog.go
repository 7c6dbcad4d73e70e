package delivery

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// An organisation that queues more jobs than these has the rest wait in
	// [webhook.LaneBulk], where they delay only others like them.
	promptRate  = 100 // jobs a second
	promptBurst = 200
	// forgetBacklogs is how often organisations are forgotten that have queued
	// little lately.
	forgetBacklogs = time.Minute
)

// backlogs keeps the lane of prompt deliveries short: the queue hands out jobs
// in the order in which they came, so one organisation's thousands would keep
// all others waiting. It lives in the process that queues, and is safe for
// concurrent use.
type backlogs struct {
	mu     sync.Mutex
	recent map[int64]*rate.Limiter // by organisation
	swept  time.Time
}

func newBacklogs() *backlogs { return &backlogs{recent: map[int64]*rate.Limiter{}} }

// lane returns where a job waits.
func (b *backlogs) lane(job *webhook.Job, now time.Time) webhook.Lane {
	if job.Lane != webhook.LaneDeliveries {
		return job.Lane
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweep(now)
	limiter, known := b.recent[job.OrganisationID]
	if !known {
		limiter = rate.NewLimiter(promptRate, promptBurst)
		b.recent[job.OrganisationID] = limiter
	}
	if limiter.AllowN(now, 1) {
		return webhook.LaneDeliveries
	}
	return webhook.LaneBulk
}

func (b *backlogs) sweep(now time.Time) {
	if since := now.Sub(b.swept); since >= 0 && since < forgetBacklogs {
		return
	}
	b.swept = now
	for id, limiter := range b.recent {
		if limiter.TokensAt(now) >= promptBurst {
			delete(b.recent, id)
		}
	}
}
