package hooklinetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hookline-go/hookline/receiver"
)

// Delivery is a delivery that arrived at a [Receiver].
type Delivery struct {
	// ID is the event's id: the header webhook-id, the same on every attempt.
	ID string
	// Header is the header of the request.
	Header http.Header
	// Payload is the body of the request.
	Payload []byte
	// Status is the status that the receiver answered with.
	Status int
	// Path is the path of the URL.
	Path string
}

// Verify checks the signature with the secrets, one of which must fit. The
// signature may be of any time, because a test can move the service's clock.
func (d *Delivery) Verify(secrets ...string) error {
	claimed, err := strconv.ParseInt(d.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		claimed = 0 // the verifier says what is wrong
	}
	at := func() time.Time { return time.Unix(claimed, 0) }
	verifier, err := receiver.NewVerifier(secrets, receiver.WithClock(at))
	if err != nil {
		return err
	}
	return verifier.Verify(d.Payload, d.Header)
}

// Receiver is an endpoint for deliveries, on the loopback interface. It records
// what arrives, and answers 204 unless it is told otherwise. It is safe for
// concurrent use, except for WaitFor, which can fail the test.
type Receiver struct {
	// URL is the address to put into a config. Every path below it works too.
	URL string

	tb      testing.TB
	server  *Server
	mu      sync.Mutex
	got     []Delivery
	answers []int
	arrived chan struct{} // closed and replaced at each delivery
}

// Receiver starts an endpoint that ends with the test.
func (s *Server) Receiver() *Receiver {
	s.tb.Helper()
	r := &Receiver{tb: s.tb, server: s, arrived: make(chan struct{})}
	front := httptest.NewServer(http.HandlerFunc(r.receive))
	r.URL = front.URL
	s.tb.Cleanup(front.Close)
	return r
}

// maxPayload is more than any event has, in bytes.
const maxPayload = 1 << 20

func (r *Receiver) receive(w http.ResponseWriter, request *http.Request) {
	payload, err := io.ReadAll(io.LimitReader(request.Body, maxPayload))
	if err != nil {
		return // the attempt was given up
	}
	r.mu.Lock()
	status := http.StatusNoContent
	if len(r.answers) > 0 {
		status, r.answers = r.answers[0], r.answers[1:]
	}
	r.got = append(r.got, Delivery{
		ID: request.Header.Get("webhook-id"), Header: request.Header.Clone(), Payload: payload, Status: status,
		Path: request.URL.Path,
	})
	close(r.arrived)
	r.arrived = make(chan struct{})
	r.mu.Unlock()
	w.WriteHeader(status)
}

// Answer sets the statuses that the next deliveries are answered with, one each.
// Later ones get 204 again.
func (r *Receiver) Answer(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = append(r.answers, statuses...)
}

// Deliveries returns what has arrived, in order.
func (r *Receiver) Deliveries() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// waitTimeout is how long WaitFor waits, in real time.
const waitTimeout = 30 * time.Second

// WaitFor waits until at least n deliveries have arrived, and returns all that
// have. The test fails if that takes longer than 30 seconds. It then says what
// was published, how many configs each event matched, which configs send here,
// and how the deliveries stand, with their last errors.
func (r *Receiver) WaitFor(n int) []Delivery {
	r.tb.Helper()
	timeout := time.NewTimer(waitTimeout)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		got, arrived := slices.Clone(r.got), r.arrived
		r.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-arrived:
		case <-timeout.C:
			r.tb.Fatalf("hooklinetest: %d deliveries arrived within %s, not %d%s", len(got), waitTimeout, n, r.server.report(r.URL))
		case <-r.tb.Context().Done():
			r.tb.Fatalf("hooklinetest: the test ended with %d deliveries, not %d%s", len(got), n, r.server.report(r.URL))
		}
	}
}
