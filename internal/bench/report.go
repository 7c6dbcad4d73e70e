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
`,
		r.Acknowledged, r.AcknowledgedPerSecond, r.Acknowledge.P50, r.Acknowledge.P99,
		r.Delivered, r.DeliveredPerSecond, r.EndToEnd.P50, r.EndToEnd.P99, r.Lost, r.Duplicated)
	return err
}
