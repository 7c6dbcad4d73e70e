package validate_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
)

// recorded is one request of a browser's recording, with the headers, cookies
// and timings that browsers write.
const recorded = `    {"_initiator": {"type": "script"}, "_priority": "High", "startedDateTime": "2026-05-15T18:17:02.052Z", "time": 12.5,
      "request": {"method": "POST", "url": "https://api.integrations.commenda.io/v4/core/webhook-config", "httpVersion": "http/2.0",
        "headers": [{"name": ":authority", "value": "api.integrations.commenda.io"}, {"name": ":method", "value": "POST"},
          {"name": "accept", "value": "application/json"}, {"name": "accept-encoding", "value": "gzip, deflate, br, zstd"},
          {"name": "accept-language", "value": "en-GB,en;q=0.9"}, {"name": "api_key", "value": "<api-key>"},
          {"name": "content-type", "value": "application/json"}, {"name": "origin", "value": "https://app.example.com"},
          {"name": "user-agent", "value": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"}],
        "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 151,
        "postData": {"mimeType": "application/json", "text": "{\"webhook_type\":\"%s\",\"name\":\"Connection webhook %d\",\"url\":\"https://example.com/webhooks/rootfi\",\"state\":\"ENABLED\"}"}},
      "response": {"status": 201, "statusText": "", "httpVersion": "http/2.0", "headers": [{"name": "content-type", "value": "application/json"},
          {"name": "x-request-id", "value": "a1b2c3d4-e5f6-7890-abcd-ef1234567890"}], "cookies": [],
        "content": {"size": 412, "mimeType": "application/json", "text": "{\"data\":{\"data\":{\"rootfi_id\":12,\"rootfi_created_at\":\"2026-05-15T18:17:02.052Z\",\"rootfi_updated_at\":\"2026-05-15T18:17:02.052Z\",\"rootfi_organisation_id\":1,\"webhook_type\":\"CONNECTION_CHANGED\",\"integration_type\":null,\"name\":\"Connection webhook\",\"url\":\"https://example.com/webhooks/rootfi\",\"state\":\"ENABLED\",\"topics\":[],\"headers\":null,\"signature_header\":\"X-RootFi-Signature\"}},\"request_id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\"}"},
        "redirectURL": "", "headersSize": -1, "bodySize": 412}, "cache": {}, "timings": {"send": 0.1, "wait": 12.1, "receive": 0.3}}`

// writeRecording writes a recording in which every hundredth request is wrong.
func writeRecording(tb testing.TB, requests int) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "recording.har")
	file, err := os.Create(name)
	require.NoError(tb, err)
	w := bufio.NewWriter(file)
	fmt.Fprint(w, "{\"log\": {\"version\": \"1.2\", \"creator\": {\"name\": \"WebInspector\", \"version\": \"537.36\"}, \"pages\": [], \"entries\": [\n")
	for i := range requests {
		if i > 0 {
			fmt.Fprint(w, ",\n")
		}
		kind := "CONNECTION_CHANGED"
		if i%100 == 99 {
			kind = "CONNECTION_CHANGE"
		}
		fmt.Fprintf(w, recorded, kind, i)
	}
	fmt.Fprint(w, "\n]}}\n")
	require.NoError(tb, w.Flush())
	require.NoError(tb, file.Close())
	return name
}

// BenchmarkHAR validates 10,000 requests and their responses in one recording
// of 21 MB.
func BenchmarkHAR(b *testing.B) {
	name := writeRecording(b, 10_000)
	info, err := os.Stat(name)
	require.NoError(b, err)
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		result, err := validate.Run(b.Context(), validate.Options{Paths: []string{name}})
		require.NoError(b, err)
		require.Equal(b, 10_000, result.Summary.Requests)
		require.Equal(b, 100, result.Summary.Invalid)
	}
}

// TestHARMemory shows that the memory in use does not grow with the recording.
func TestHARMemory(t *testing.T) {
	liveHeap(t, writeRecording(t, 10)) // so that the contract is in memory already
	small := liveHeap(t, writeRecording(t, 2_000))
	large := liveHeap(t, writeRecording(t, 20_000))
	t.Logf("most live heap: %d KiB for 2,000 requests, %d KiB for 20,000", small>>10, large>>10)
	assert.Less(t, large, small+1<<20)
}

// liveHeap returns the most that was in use, garbage left aside, while a file
// was validated.
func liveHeap(t *testing.T, name string) uint64 {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	g := &gauge{reader: file}
	before := g.measure()
	_, err = validate.Run(t.Context(), validate.Options{Paths: []string{"-"}, Stdin: g})
	require.NoError(t, err)
	return g.most - min(before, g.most)
}

// gauge measures the live heap for every MiB that is read.
type gauge struct {
	reader io.Reader
	since  int
	most   uint64
}

func (g *gauge) Read(p []byte) (int, error) {
	if g.since >= 1<<20 {
		g.since = 0
		g.measure()
	}
	n, err := g.reader.Read(p)
	g.since += n
	return n, err
}

func (g *gauge) measure() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	g.most = max(g.most, now.HeapAlloc)
	return now.HeapAlloc
}

// TestHARPositions shows that positions stay right far into a streamed file.
func TestHARPositions(t *testing.T) {
	name := writeRecording(t, 300)
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	result, err := validate.Run(t.Context(), validate.Options{Paths: []string{name}})
	require.NoError(t, err)
	require.Len(t, result.Findings, 3)
	lines := strings.Split(string(data), "\n")
	for i, f := range result.Findings {
		line := lines[f.Place.Line-1]
		assert.Contains(t, line, fmt.Sprintf("Connection webhook %d", i*100+99))
		assert.True(t, strings.HasPrefix(line[f.Place.Column-1:], `\"CONNECTION_CHANGE\"`), line[f.Place.Column-1:])
	}
}
