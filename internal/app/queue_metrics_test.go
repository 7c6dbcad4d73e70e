package app_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

// TestQueueMetrics has a process that delivers nothing, so that what is
// published waits: the queue's depth is that of the database.
func TestQueueMetrics(t *testing.T) {
	for name, database := range map[string]string{
		"sqlite": filepath.Join(t.TempDir(), "hookline.db"), "postgres": postgrestest.EmptyURL(t),
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, func(c *app.Config) { c.Database, c.Role, c.Metrics = database, app.RoleAPI, true })
			s.do(call{method: http.MethodPost, path: configs, body: withField("", "")})
			for range 3 {
				got := s.do(call{
					method: http.MethodPost, path: "/v4/core/webhook-events", body: `{"webhook_type":"CONNECTION_CHANGED","payload":{}}`,
				})
				assert.Equal(t, http.StatusAccepted, got.status, "%s", got.body)
			}
			metrics := string(s.do(call{method: http.MethodGet, path: "/metrics"}).body)
			pool := map[string]string{"sqlite": `go_sql_max_open_connections{db_name="writer"} `, "postgres": "hookline_database_pool_max_connections "}
			for _, line := range []string{
				pool[name],
				`hookline_queue_due_deliveries{lane="deliveries"} 3`,
				`hookline_queue_due_deliveries{lane="failing"} 0`,
				`hookline_queue_oldest_due_age_seconds{lane="deliveries"} `,
				`hookline_queue_oldest_due_age_seconds{lane="bulk"} 0`,
				`hookline_events_published_total 3`,
				`hookline_events_matched_total 3`,
				`hookline_http_requests_total{class="2xx",operation="publishWebhookEvent"} 3`,
			} {
				assert.Contains(t, metrics, line)
			}
		})
	}
}
