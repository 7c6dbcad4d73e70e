package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/gen"
)

// bareCreate is a create as one writes it by hand with net/http and
// encoding/json.
func bareCreate(ctx context.Context, c *http.Client, base string) (*gen.WebhookConfig, error) {
	body, err := json.Marshal(&seedConfig)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/core/webhook-config", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("api_key", testKey)
	response, err := c.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // as one writes it by hand
	if response.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	var created gen.WebhookConfigResponse
	if err := json.NewDecoder(response.Body).Decode(&created); err != nil {
		return nil, err
	}
	return &created.Data.Data, nil
}

// stub answers every create, as little as a server can do.
func stub(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	header := w.Header()
	header["Content-Type"] = []string{"application/json"}
	header["X-Request-Id"] = []string{seedID}
	header["Content-Length"] = []string{strconv.Itoa(len(createdJSON))}
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, createdJSON)
}

// BenchmarkCreate compares creates with the SDK and by hand against a stub on
// the loopback interface. They take turns, one each, so that both see the same
// machine. The figures are medians, which a busy machine moves less than means;
// overhead-ns is their difference.
func BenchmarkCreate(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(stub))
	defer server.Close()
	sdk, bare := sides(b, server.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}})
	var inSDK, inBare []time.Duration
	for b.Loop() {
		inSDK = append(inSDK, timed(b, sdk))
		inBare = append(inBare, timed(b, bare))
	}
	medianSDK, medianBare := median(inSDK), median(inBare)
	b.ReportMetric(medianSDK, "sdk-ns")
	b.ReportMetric(medianBare, "bare-ns")
	b.ReportMetric(medianSDK-medianBare, "overhead-ns")
	b.ReportMetric(medianSDK/medianBare, "ratio")
}

// median is in nanoseconds.
func median(samples []time.Duration) float64 {
	slices.Sort(samples)
	return float64(samples[len(samples)/2].Nanoseconds())
}

// BenchmarkCreateWithoutNetwork is the same with a transport that answers by
// itself, so that nothing but the two is measured.
func BenchmarkCreateWithoutNetwork(b *testing.B) {
	sdk, bare := sides(b, "http://127.0.0.1", &http.Client{Transport: roundTripper(stubRoundTrip)})
	b.Run("sdk", func(b *testing.B) { benchmark(b, sdk) })
	b.Run("bare", func(b *testing.B) { benchmark(b, bare) })
}

func benchmark(b *testing.B, do func() error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		timed(b, do)
	}
}

func timed(b *testing.B, do func() error) time.Duration {
	b.Helper()
	begun := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}

// sides are a create with the SDK and one by hand.
func sides(tb testing.TB, base string, httpClient *http.Client) (sdk, bare func() error) {
	tb.Helper()
	c, err := client.New(client.WithAPIKey(testKey), client.WithBaseURL(base+"/v4"), client.WithHTTPClient(httpClient))
	require.NoError(tb, err)
	ctx := context.Background()
	sdk = func() error {
		_, err := c.WebhookConfigs.Create(ctx, seedConfig)
		return err
	}
	bare = func() error {
		_, err := bareCreate(ctx, httpClient, base+"/v4")
		return err
	}
	return sdk, bare
}

// TestAllocations keeps the promise that the SDK adds at most 40 allocations to
// a create by hand.
func TestAllocations(t *testing.T) { //nolint:paralleltest // other tests' allocations would count
	sdk, bare := sides(t, "http://127.0.0.1", &http.Client{Transport: roundTripper(stubRoundTrip)})
	count := func(do func() error) float64 {
		return testing.AllocsPerRun(100, func() {
			if err := do(); err != nil {
				t.Fatal(err)
			}
		})
	}
	added := count(sdk) - count(bare)
	t.Logf("the SDK adds %g allocations", added)
	assert.LessOrEqual(t, added, 40.0)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func stubRoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{
		StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {seedID}},
		Body: io.NopCloser(strings.NewReader(createdJSON)), ContentLength: int64(len(createdJSON)), Request: r,
	}, nil
}
