package bench

import (
	"context"
	"sync"
	"time"
)

// ledger records when each event was published and delivered. It is safe for concurrent use.
type ledger struct {
	mu           sync.Mutex
	events       map[string]*entry
	acknowledges int
	deliveries   int
	changed      chan struct{} // has one for deliveries since it was last looked at
}

// entry is one event. Its delivery can come before its acknowledgement.
type entry struct {
	began, acknowledged time.Time
	delivered           time.Time // the first time
	deliveries          int
}

func newLedger() *ledger {
	return &ledger{events: map[string]*entry{}, changed: make(chan struct{}, 1)}
}

func (l *ledger) entry(id string) *entry {
	e, ok := l.events[id]
	if !ok {
		e = &entry{}
		l.events[id] = e
	}
	return e
}

func (l *ledger) acknowledged(id string, began, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(id)
	e.began, e.acknowledged = began, at
	l.acknowledges++
}

func (l *ledger) received(id string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(id)
	e.deliveries++
	if e.deliveries > 1 {
		return
	}
	e.delivered = at
	l.deliveries++
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *ledger) counts() (acknowledged, delivered int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acknowledges, l.deliveries
}

// wait returns when every acknowledged event has been delivered, or after a
// while.
func (l *ledger) wait(ctx context.Context, most time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for {
		if acknowledged, delivered := l.counts(); delivered >= acknowledged {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
	}
}

// report sums up. Rates count from the beginning to the last event of their
// kind.
func (l *ledger) report(began time.Time, published time.Duration) Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	var acknowledge, endToEnd []time.Duration
	var last time.Time
	report := Report{}
	for _, e := range l.events {
		if e.acknowledged.IsZero() {
			continue
		}
		report.Acknowledged++
		acknowledge = append(acknowledge, e.acknowledged.Sub(e.began))
		report.Duplicated += max(e.deliveries-1, 0)
		if e.deliveries == 0 {
			report.Lost++
			continue
		}
		report.Delivered++
		endToEnd = append(endToEnd, e.delivered.Sub(e.began))
		if e.delivered.After(last) {
			last = e.delivered
		}
	}
	report.AcknowledgedPerSecond = perSecond(report.Acknowledged, published)
	report.DeliveredPerSecond = perSecond(report.Delivered, last.Sub(began))
	report.Acknowledge, report.EndToEnd = newLatency(acknowledge), newLatency(endToEnd)
	return report
}
