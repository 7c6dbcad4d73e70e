package hooklinetest

import (
	"net/http"
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/retryafter"
)

// faults are the failures that a test asks for. They happen before requests
// reach the service.
type faults struct {
	mu       sync.Mutex
	queue    []fault
	latency  map[string]time.Duration // by operation, "" for all
	released chan struct{}
	release  func()
}

// fault answers one request.
type fault struct {
	status     int
	retryAfter time.Duration
}

func newFaults() *faults {
	f := &faults{latency: map[string]time.Duration{}, released: make(chan struct{})}
	f.release = sync.OnceFunc(func() { close(f.released) })
	return f
}

// FailNext answers the next n requests to the API with a status and a body that
// is not the API's, as a proxy in front of the service would. They do not reach
// the service.
func (s *Server) FailNext(status, n int) { s.FailNextAfter(status, n, 0) }

// FailNextAfter is [Server.FailNext] with a Retry-After header, rounded up to
// whole seconds.
func (s *Server) FailNextAfter(status, n int, retryAfter time.Duration) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	for range n {
		s.faults.queue = append(s.faults.queue, fault{status: status, retryAfter: retryAfter})
	}
}

// SetLatency delays the requests to an operation, such as "createWebhookConfig",
// in real time. "" stands for every operation without a latency of its own. A
// latency of 0 ends the delay.
func (s *Server) SetLatency(operationID string, latency time.Duration) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.latency[operationID] = latency
}

// wrap puts the faults in front of the API, and keeps what is published.
func (s *Server) wrap(next http.Handler, operationOf func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := operationOf(r)
		if !s.faults.delay(r, operation) {
			return
		}
		failure, failing := s.faults.take()
		switch {
		case failing:
		case operation == "publishWebhookEvent":
			s.published.record(next, w, r)
			return
		default:
			next.ServeHTTP(w, r)
			return
		}
		if failure.retryAfter > 0 {
			retryafter.Set(w.Header(), failure.retryAfter)
		}
		http.Error(w, "<html><body><h1>"+http.StatusText(failure.status)+"</h1></body></html>", failure.status)
	})
}

func (f *faults) take() (failure fault, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) == 0 {
		return fault{}, false
	}
	failure = f.queue[0]
	f.queue = f.queue[1:]
	return failure, true
}

// delay waits as long as the operation is to take. It returns false if the
// caller has gone meanwhile.
func (f *faults) delay(r *http.Request, operationID string) bool {
	f.mu.Lock()
	latency, ok := f.latency[operationID]
	if !ok {
		latency = f.latency[""]
	}
	f.mu.Unlock()
	if latency <= 0 {
		return true
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-f.released:
		return true
	case <-r.Context().Done():
		return false
	}
}
