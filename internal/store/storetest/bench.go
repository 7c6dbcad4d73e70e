package storetest

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Seed says what deliveries a benchmark finds in its database: those of
// organisation 1, in the order of time, at equal distances.
type Seed struct {
	Deliveries int
	// First is when the first was made, and Span how long it took to make all.
	First time.Time
	Span  time.Duration
}

// What the deliveries of a seed are like: of every thousand, so many are
// delivered, failed and pending, and the rest are processing.
const (
	SeedDelivered = 900
	SeedFailed    = 80
	SeedPending   = 19
	SeedWebhooks  = 10 // with the ids from 1 on
	SeedSyncs     = 20 // sync-0 and so on, for every other delivery
)

// BenchmarkDeliveries measures the first page of delivery logs, the count
// included, with 10,000 and with 1,000,000 deliveries, alternating, and reports
// the medians and their ratio. seeded opens a database with the deliveries.
func BenchmarkDeliveries(b *testing.B, seeded func(b *testing.B, seed Seed) Store) {
	for _, span := range []struct {
		name string
		Span time.Duration
	}{{"in 30 days", 30 * 24 * time.Hour}, {"in a day", 24 * time.Hour}, {"in 10 minutes", 10 * time.Minute}} {
		b.Run(span.name, func(b *testing.B) {
			first := time.Now().Add(-span.Span)
			few := seeded(b, Seed{Deliveries: 10_000, First: first, Span: span.Span})
			many := seeded(b, Seed{Deliveries: 1_000_000, First: first, Span: span.Span})
			at := func(share float64) *time.Time { return new(first.Add(time.Duration(share * float64(span.Span)))) }
			for _, test := range seedFilters(at) {
				b.Run(test.name, func(b *testing.B) { compare(b, few, many, test.filter) })
			}
		})
	}
}

type namedFilter struct {
	name   string
	filter webhook.DeliveryFilter
}

// seedFilters are filters that find at least one full page in the smaller
// database, so that both answer the same number of rows. at returns a moment
// between the first delivery, 0, and the last, 1.
func seedFilters(at func(share float64) *time.Time) []namedFilter {
	webhookID := new(int64(1))
	from, to := at(0.2213), at(0.7991)
	return []namedFilter{
		{"none", webhook.DeliveryFilter{}},
		{"state delivered", webhook.DeliveryFilter{State: webhook.DeliveryDelivered}},
		{"state failed", webhook.DeliveryFilter{State: webhook.DeliveryFailed}},
		{"webhook", webhook.DeliveryFilter{WebhookID: webhookID}},
		{"webhook and state", webhook.DeliveryFilter{WebhookID: webhookID, State: webhook.DeliveryFailed}},
		{"sync", webhook.DeliveryFilter{SyncID: "sync-3"}},
		{"sync and state", webhook.DeliveryFilter{SyncID: "sync-3", State: webhook.DeliveryDelivered}},
		{"sync and webhook", webhook.DeliveryFilter{SyncID: "sync-3", WebhookID: webhookID}},
		{"sync, webhook and state", webhook.DeliveryFilter{SyncID: "sync-3", WebhookID: webhookID, State: webhook.DeliveryDelivered}},
		{"from", webhook.DeliveryFilter{From: from}},
		{"to", webhook.DeliveryFilter{To: to}},
		{"from and to", webhook.DeliveryFilter{From: from, To: to}},
		{"from, to and state", webhook.DeliveryFilter{From: from, To: to, State: webhook.DeliveryFailed}},
		{"from, to and webhook", webhook.DeliveryFilter{From: from, To: to, WebhookID: webhookID}},
		{"from, to, webhook and state", webhook.DeliveryFilter{From: from, To: to, WebhookID: webhookID, State: webhook.DeliveryFailed}},
		{"from, to and sync", webhook.DeliveryFilter{From: from, To: to, SyncID: "sync-3"}},
		{"all", webhook.DeliveryFilter{From: from, To: to, SyncID: "sync-3", WebhookID: webhookID, State: webhook.DeliveryDelivered}},
	}
}

func compare(b *testing.B, few, many Store, filter webhook.DeliveryFilter) {
	b.Helper()
	list := func(s Store) time.Duration {
		start := time.Now()
		page, err := s.Deliveries(context.Background(), 1, filter)
		taken := time.Since(start)
		if err != nil {
			b.Fatal(err)
		}
		if len(page.Deliveries) != webhook.DefaultPageLimit {
			b.Fatalf("a page of %d, of %d", len(page.Deliveries), page.Count)
		}
		return taken
	}
	for range 20 { // statements are prepared, pages read from the disk
		list(few)
		list(many)
	}
	var ofFew, ofMany []time.Duration
	for b.Loop() {
		ofFew = append(ofFew, list(few))
		ofMany = append(ofMany, list(many))
	}
	b.ReportMetric(0, "ns/op") // of both lists: it says nothing
	b.ReportMetric(median(ofFew), "µs/10k")
	b.ReportMetric(median(ofMany), "µs/1M")
	b.ReportMetric(median(ofMany)/median(ofFew), "ratio")
}

// median returns the middle of durations in microseconds.
func median(durations []time.Duration) float64 {
	slices.Sort(durations)
	return float64(durations[len(durations)/2].Nanoseconds()) / 1000
}

// BenchmarkThroughput measures what happens to every delivery, with many
// callers at once: publishing an event that one config wants, beginning its
// attempt, and finishing it. open opens a new database whose queue gives every
// job to the function.
func BenchmarkThroughput(b *testing.B, open func(b *testing.B, job func(webhook.Job)) Store) {
	const callers = 50
	jobs := make(chan webhook.Job, 1<<20)
	s := open(b, func(job webhook.Job) { jobs <- job })
	ctx := context.Background()
	if _, err := s.EnsureOrganisation(ctx, 1); err != nil {
		b.Fatal(err)
	}
	worker, _, err := s.RegisterWorker(ctx, "benchmark")
	if err != nil {
		b.Fatal(err)
	}
	config := webhook.Config{OrganisationID: 1, Type: "CONNECTION_CHANGED", Name: "benchmark", URL: "https://example.com/", SigningKey: "key"}
	if _, err := s.CreateConfig(ctx, config, webhook.Idempotency{}); err != nil {
		b.Fatal(err)
	}
	e := webhook.Event{OrganisationID: 1, Type: "CONNECTION_CHANGED", Payload: make([]byte, 300)}
	publish := func() error {
		_, err := s.PublishEvent(ctx, e, webhook.Idempotency{})
		return err
	}
	attempt := func() error {
		dispatch, err := s.BeginAttempt(ctx, <-jobs, worker)
		if err != nil {
			return err
		}
		outcome := webhook.Outcome{
			Attempt: webhook.Attempt{Success: true, StatusCode: new(200), CreatedAt: time.Now(), ResponseBody: []byte("ok")},
			State:   webhook.DeliveryDelivered,
		}
		_, err = s.FinishAttempt(ctx, &dispatch, outcome)
		return err
	}
	b.Run("publish", func(b *testing.B) { concurrently(b, callers, publish) })
	b.Run("begin and finish", func(b *testing.B) {
		for len(jobs) < b.N {
			fill(b, callers, b.N-len(jobs), publish)
		}
		b.ResetTimer()
		concurrently(b, callers, attempt)
	})
	b.Run("all", func(b *testing.B) {
		concurrently(b, callers, func() error {
			if err := publish(); err != nil {
				return err
			}
			return attempt()
		})
	})
}

// concurrently calls run b.N times.
func concurrently(b *testing.B, callers int, run func() error) {
	b.Helper()
	start := time.Now()
	fill(b, callers, b.N, run)
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "deliveries/s")
}

func fill(b *testing.B, callers, n int, run func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	failures := make(chan error, callers)
	for range callers {
		go func() {
			for left.Add(-1) >= 0 {
				if err := run(); err != nil {
					failures <- err
					return
				}
			}
			failures <- nil
		}()
	}
	for range callers {
		if err := <-failures; err != nil {
			b.Fatal(err)
		}
	}
}
