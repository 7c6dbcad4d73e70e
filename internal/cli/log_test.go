package cli

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Of errors that repeat themselves the first few are written, and how many
// there were in all.
func TestRepeatedErrors(t *testing.T) {
	var output bytes.Buffer
	now := time.Unix(0, 0)
	handler := slog.NewTextHandler(&output, &slog.HandlerOptions{ReplaceAttr: withoutTime})
	logger := slog.New(&sampled{Handler: handler, seen: newRepetitions(handler, func() time.Time { return now })})
	written := func() string {
		defer output.Reset()
		return output.String()
	}
	component := logger.With(slog.String("component", "queue")).WithGroup("job")

	for i := range 1000 {
		component.Error("cannot be reached", slog.Int("attempt", i))
		logger.Warn("slow")
		logger.Error("another", slog.Int("i", 1))
	}
	lines := written()
	require.Equal(t, sampleFirst, strings.Count(lines, "cannot be reached"))
	require.Contains(t, lines, `level=ERROR msg="cannot be reached" component=queue job.attempt=0`)
	require.Equal(t, sampleFirst, strings.Count(lines, "another"))
	require.Equal(t, 1000, strings.Count(lines, "slow"), "only errors are counted")

	now = now.Add(sampleWindow)
	logger.Info("a request")
	lines = written()
	require.Contains(t, lines, "level=ERROR msg=\"cannot be reached\" repeated=990\n")
	require.Contains(t, lines, "level=ERROR msg=another repeated=990\n")

	now = now.Add(sampleWindow)
	component.Error("cannot be reached", slog.Int("attempt", 1001))
	require.Equal(t, "level=ERROR msg=\"cannot be reached\" component=queue job.attempt=1001\n", written())
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
