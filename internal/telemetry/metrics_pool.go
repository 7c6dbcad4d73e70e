package telemetry

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolCollector tells how the connections to PostgreSQL are used, in the names
// that client_golang has for those of database/sql.
type poolCollector struct {
	pool  *pgxpool.Pool
	stats []poolStat
}

type poolStat struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*pgxpool.Stat) float64
}

// NewPoolCollector returns the collector of a pool's connections.
func NewPoolCollector(pool *pgxpool.Pool) prometheus.Collector {
	stat := func(name, help string, kind prometheus.ValueType, value func(*pgxpool.Stat) float64) poolStat {
		return poolStat{prometheus.NewDesc("hookline_database_pool_"+name, help, nil, nil), kind, value}
	}
	return &poolCollector{pool: pool, stats: []poolStat{
		stat("max_connections", "Connections that the pool may open.", prometheus.GaugeValue,
			func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }),
		stat("open_connections", "Connections that are open.", prometheus.GaugeValue,
			func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }),
		stat("used_connections", "Connections that are in use.", prometheus.GaugeValue,
			func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }),
		stat("waits_total", "Uses that had to wait for a connection.", prometheus.CounterValue,
			func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }),
		stat("wait_seconds_total", "Time that uses waited for a connection.", prometheus.CounterValue,
			func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() }),
	}}
}

// Describe implements [prometheus.Collector].
func (c *poolCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, s := range c.stats {
		ch <- s.desc
	}
}

// Collect implements [prometheus.Collector].
func (c *poolCollector) Collect(ch chan<- prometheus.Metric) {
	current := c.pool.Stat()
	for _, s := range c.stats {
		ch <- prometheus.MustNewConstMetric(s.desc, s.kind, s.value(current))
	}
}
