package telemetry

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/testpart"
)

const (
	rules = "../../deploy/prometheus/hookline.rules.yml"
	board = "../../deploy/grafana/hookline.json"
)

// described returns the names of all metrics of a service on PostgreSQL.
func described(t *testing.T) map[string]bool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/none")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	m := NewMetrics("1.2.3")
	descriptions := make(chan *prometheus.Desc, 1000)
	m.registry.Describe(descriptions)
	NewQueueCollector(lanesOf{}).Describe(descriptions)
	NewPoolCollector(pool).Describe(descriptions)
	close(descriptions)
	names := map[string]bool{}
	name := regexp.MustCompile(`fqName: "([^"]+)"`)
	for d := range descriptions {
		names[name.FindStringSubmatch(d.String())[1]] = true
	}
	return names
}

// TestDeployKnowsTheMetrics finds that rules and board ask for metrics that are
// there.
func TestDeployKnowsTheMetrics(t *testing.T) {
	t.Parallel()
	names := described(t)
	used := regexp.MustCompile(`\bhookline_[a-z_]+\b`)
	for _, path := range []string{rules, board} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		found := used.FindAllString(string(text), -1)
		require.NotEmpty(t, found)
		for _, name := range found {
			base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
			assert.True(t, names[name] || names[base], "%s: there is no metric %s", path, name)
		}
	}
}

func TestBoardIsJSON(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(board)
	require.NoError(t, err)
	var decoded struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &decoded))
	require.NotEmpty(t, decoded.Panels)
	seen := map[int]bool{}
	for _, panel := range decoded.Panels {
		assert.False(t, seen[panel.ID], "two panels have the id %d", panel.ID)
		seen[panel.ID] = true
		for _, target := range panel.Targets {
			assert.NotEmpty(t, target.Expr, panel.Title)
		}
	}
}

// TestRules runs the rules' own tests, where Prometheus' promtool is there
// (Debian's package prometheus).
func TestRules(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		testpart.Missing(t, "promtool", "there is no promtool in PATH; install the package prometheus")
	}
	folder, err := filepath.Abs(filepath.Dir(rules))
	require.NoError(t, err)
	for _, arguments := range [][]string{
		{"check", "rules", "hookline.rules.yml"}, {"test", "rules", "hookline.rules_test.yml"},
	} {
		command := exec.CommandContext(context.WithoutCancel(t.Context()), promtool, arguments...) //nolint:gosec // of this test
		command.Dir = folder
		output, err := command.CombinedOutput()
		assert.NoError(t, err, "%s", output)
	}
}
