package cli

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// TestTable fits a terminal, and cuts nothing elsewhere.
func TestTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 30)
	render := func(width int) string {
		p := &page{width: width}
		p.table(&table{header: []string{"ID", "NAME", "URL"}, rows: [][]string{{"1", long, "https://example.com/a/path"}, {"22", "ä\x1b[31m", "x"}}})
		return p.text.String()
	}
	for line := range strings.Lines(render(60)) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 60, line)
	}
	assert.Contains(t, render(60), "…")
	assert.Contains(t, render(0), strings.TrimSpace(long))
	assert.NotContains(t, render(0), "\x1b", "a name moves no cursor")
	assert.Contains(t, render(0), "\n22  ä·[31m")
}

func TestRelative(t *testing.T) {
	t.Parallel()
	p := &page{now: time.Date(2026, 5, 15, 12, 0, 0, 0, time.UTC)}
	for want, distance := range map[string]time.Duration{
		"now": 0, "59s ago": 59 * time.Second, "1m ago": time.Minute, "47h ago": 47 * time.Hour, "3d ago": 80 * time.Hour, "in 5m": -5 * time.Minute,
	} {
		assert.Equal(t, want, p.relative(p.now.Add(-distance)))
	}
}
