package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline-go/hookline/internal/delivery"
)

// Queue is what waits to be delivered.
type Queue interface {
	// Backlog returns what is due in each lane.
	Backlog(ctx context.Context) ([]delivery.LaneBacklog, error)
}

// queueTimeout bounds how long a scrape waits for the database: to know less is
// better than to know nothing.
const queueTimeout = 2 * time.Second

// queueCollector asks the queue when somebody scrapes.
type queueCollector struct {
	queue      Queue
	depth, age *prometheus.Desc
}

// NewQueueCollector returns the collector of the queue's depth and age. Every
// process of a service says the same: take the maximum, not the sum.
func NewQueueCollector(queue Queue) prometheus.Collector {
	lane := []string{"lane"}
	return &queueCollector{
		queue: queue,
		depth: prometheus.NewDesc("hookline_queue_due_deliveries",
			"Deliveries in the queue that are due, by lane; every process of a service says the same.", lane, nil),
		age: prometheus.NewDesc("hookline_queue_oldest_due_age_seconds",
			"How long the oldest due delivery of the queue has been due, by lane, 0 if there is none.", lane, nil),
	}
}

// Describe implements [prometheus.Collector].
func (c *queueCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.depth
	ch <- c.age
}

// Collect implements [prometheus.Collector]. A database that does not answer is
// a metric that is missing, which alert rules can see.
func (c *queueCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), queueTimeout)
	defer cancel()
	lanes, err := c.queue.Backlog(ctx)
	if err != nil {
		return
	}
	for _, l := range lanes {
		ch <- prometheus.MustNewConstMetric(c.depth, prometheus.GaugeValue, float64(l.Due), string(l.Lane))
		ch <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, l.OldestAge.Seconds(), string(l.Lane))
	}
}
