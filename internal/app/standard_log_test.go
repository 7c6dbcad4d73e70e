package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestStandardLogWithholdsWords has a library say a secret, again and again.
func TestStandardLogWithholdsWords(t *testing.T) {
	t.Parallel()
	var kept bytes.Buffer
	library := standardLogger(slog.New(slog.NewJSONHandler(&kept, nil)))
	for range 100 {
		library.Printf("Unsolicited response starting with %q", "HTTP/1.1 200 OK\r\nX: tOkEn\nother.go:1: tOkEn") //nolint:forbidigo // as a library does
	}
	library.Print("from another place: tOkEn") //nolint:forbidigo // likewise
	assert.NotContains(t, kept.String(), "tOkEn")
	lines := strings.Split(strings.TrimSpace(kept.String()), "\n")
	if assert.Len(t, lines, 2, "one for each place, however often it writes") {
		assert.Contains(t, lines[0], `"source":"standard_log_test.go:`)
		assert.Contains(t, lines[0], `"level":"WARN"`)
	}
	_, _ = newStandardLog(slog.New(slog.NewTextHandler(&kept, nil))).Write([]byte("tOkEn, without a place"))
	assert.NotContains(t, kept.String(), "tOkEn")
	assert.Contains(t, kept.String(), "source=unknown")
}
