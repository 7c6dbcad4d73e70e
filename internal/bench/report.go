package bench

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Report is what a benchmark found.
type Report struct {
	Acknowledged          int     `json:"acknowledged"`
	Delivered             int     `json:"delivered"`
	Lost                  int     `json:"lost"`
	Duplicated            int     `json:"duplicated"`
	AcknowledgedPerSecond float64 `json:"acknowledged_per_second"`
	DeliveredPerSecond    float64 `json:"delivered_per_second"`
	Acknowledge           Latency `json:"acknowledge"`
	EndToEnd              Latency `json:"end_to_end"`
	// CPUPerEvent is the processor time of the service for each acknowledged
	// event, in milliseconds; with publishers and receiver, unless they have a
	// process of their own. 0 where it cannot be told.
	CPUPerEvent float64 `json:"cpu_ms_per_event"`
	// ExchangesPerSecond is how many bare HTTP exchanges the same connections
	// made just before, and ExchangeRatio what deliveries are of that: it says
	// more than a rate does when machines are compared.
	ExchangesPerSecond float64 `json:"exchanges_per_second"`
	ExchangeRatio      float64 `json:"exchange_ratio"`
	// Database is there for PostgreSQL.
	Database *Database `json:"database,omitempty"`
}

// Database is what a PostgreSQL server had to do.
type Database struct {
	WALPerEvent     float64 `json:"wal_bytes_per_event"`
	SequentialScans int64   `json:"sequential_scans"` // of the tables that grow with events
}

// spend notes how much processor time it took.
func (r *Report) spend(took time.Duration) {
	if r.Acknowledged > 0 {
		r.CPUPerEvent = took.Seconds() * 1000 / float64(r.Acknowledged)
	}
}

// compare notes the rate of bare exchanges.
func (r *Report) compare(exchanges float64) {
	if exchanges > 0 {
		r.ExchangesPerSecond, r.ExchangeRatio = exchanges, r.DeliveredPerSecond/exchanges
	}
}

// work notes what the database did meanwhile.
func (r *Report) work(before, after databaseWork) {
	r.Database = &Database{SequentialScans: after.scans - before.scans}
	if r.Acknowledged > 0 {
		r.Database.WALPerEvent = float64(after.wal-before.wal) / float64(r.Acknowledged)
	}
}

// Latency is in milliseconds.
type Latency struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

func newLatency(all []time.Duration) Latency {
	slices.Sort(all)
	return Latency{P50: quantile(all, 0.50), P99: quantile(all, 0.99)}
}

// quantile returns one of sorted durations, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(q*float64(len(sorted)-1))]) / float64(time.Millisecond)
}

func perSecond(count int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return float64(count) / took.Seconds()
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `                  count      a second    p50         p99
acknowledged   %8d  %12.0f  %8.1f ms  %8.1f ms
delivered      %8d  %12.0f  %8.1f ms  %8.1f ms   (end to end)
lost           %8d
duplicated     %8d

CPU an event             %8.3f ms
bare HTTP exchanges      %8.0f a second; deliveries are %.3f of that
`,
		r.Acknowledged, r.AcknowledgedPerSecond, r.Acknowledge.P50, r.Acknowledge.P99,
		r.Delivered, r.DeliveredPerSecond, r.EndToEnd.P50, r.EndToEnd.P99, r.Lost, r.Duplicated,
		r.CPUPerEvent, r.ExchangesPerSecond, r.ExchangeRatio)
	if err == nil && r.Database != nil {
		_, err = fmt.Fprintf(w, `WAL an event             %8.0f bytes
sequential scans         %8d
`, r.Database.WALPerEvent, r.Database.SequentialScans)
	}
	return err
}
