package storetest

import (
	"slices"
	"sync"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Queue records what a store queues. It is safe for concurrent use.
type Queue struct {
	mu         sync.Mutex
	jobs       []webhook.Job
	recoveries []webhook.Recovery
	err        error
}

// Add records jobs, or fails as [Queue.Fail] said.
func (q *Queue) Add(jobs []webhook.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// AddRecovery records a recovery, or fails as [Queue.Fail] said.
func (q *Queue) AddRecovery(recovery webhook.Recovery) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	q.recoveries = append(q.recoveries, recovery)
	return nil
}

// Fail makes the queue refuse everything with err, until it is nil again.
func (q *Queue) Fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
}

// Take returns the jobs that were recorded since the last call, in order.
func (q *Queue) Take() []webhook.Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	jobs := slices.Clone(q.jobs)
	q.jobs = nil
	return jobs
}

// TakeRecoveries is Take for recoveries.
func (q *Queue) TakeRecoveries() []webhook.Recovery {
	q.mu.Lock()
	defer q.mu.Unlock()
	recoveries := slices.Clone(q.recoveries)
	q.recoveries = nil
	return recoveries
}
