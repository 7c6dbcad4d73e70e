package bench_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/bench"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

func TestRun(t *testing.T) {
	report, err := bench.Run(t.Context(), bench.Options{
		Service:    app.Config{Logger: slog.New(slog.DiscardHandler)},
		Publishers: 4, Duration: 500 * time.Millisecond, PayloadSize: 300, Drain: time.Minute,
	})
	require.NoError(t, err)
	assert.Positive(t, report.Acknowledged)
	assert.Equal(t, report.Acknowledged, report.Delivered)
	assert.Zero(t, report.Lost)
	assert.Zero(t, report.Duplicated)
	assert.Positive(t, report.DeliveredPerSecond)
	assert.LessOrEqual(t, report.Acknowledge.P50, report.Acknowledge.P99)
	assert.LessOrEqual(t, report.EndToEnd.P50, report.EndToEnd.P99)
	assert.Positive(t, report.CPUPerEvent)
	assert.Positive(t, report.ExchangesPerSecond)
	assert.InDelta(t, report.DeliveredPerSecond/report.ExchangesPerSecond, report.ExchangeRatio, 1e-9)
	assert.Nil(t, report.Database)
}

func TestRunOnPostgres(t *testing.T) {
	report, err := bench.Run(t.Context(), bench.Options{
		Service: app.Config{
			Database: postgrestest.URL(t), EncryptionKeyFile: filepath.Join(t.TempDir(), "hookline.key"),
			Logger: slog.New(slog.DiscardHandler),
		},
		Publishers: 4, Duration: 500 * time.Millisecond, PayloadSize: 300, Drain: time.Minute,
	})
	require.NoError(t, err)
	require.NotNil(t, report.Database)
	assert.Positive(t, report.Database.WALPerEvent)
	assert.Zero(t, report.Database.SequentialScans)
}

func TestMain(m *testing.M) { os.Exit(postgrestest.Stopping(m).Run()) }

func BenchmarkPublishAndDeliver(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmark(b, app.Config{}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		benchmark(b, app.Config{
			Database: postgrestest.EmptyURL(b), EncryptionKeyFile: filepath.Join(b.TempDir(), "hookline.key"),
		})
	})
}

func benchmark(b *testing.B, config app.Config) {
	b.Helper()
	config.Logger = slog.New(slog.DiscardHandler)
	for b.Loop() {
		report, err := bench.Run(b.Context(), bench.Options{
			Service: config, Publishers: 50, Duration: 5 * time.Second, PayloadSize: 300, Drain: time.Minute,
		})
		require.NoError(b, err)
		b.ReportMetric(report.DeliveredPerSecond, "deliveries/s")
		b.ReportMetric(report.EndToEnd.P99, "p99-ms")
	}
}
