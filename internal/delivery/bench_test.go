package delivery

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/hookline-go/hookline/internal/delivery/egress"
)

// BenchmarkAttempt compares an attempt with the least that net/http can do: a
// POST of the same bytes to the same server, over a connection that is kept.
func BenchmarkAttempt(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	payload := bytes.Repeat([]byte(" "), 300)
	b.Run("Send", func(b *testing.B) { benchmarkSend(b, server.URL, payload) })
	b.Run("http.Client", func(b *testing.B) { benchmarkClient(b, server.URL, payload) })
}

func benchmarkSend(b *testing.B, target string, payload []byte) {
	b.Helper()
	guard := egress.New(egress.Options{AllowTargets: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	transport := egress.NewTransport(guard, egress.TransportOptions{})
	defer transport.CloseIdleConnections()
	sender := NewSender(SenderOptions{Transport: transport, Version: testVersion})
	d := dispatchTo(target)
	d.Payload = payload
	b.ReportAllocs()
	for b.Loop() {
		if result := sender.Send(b.Context(), d); !result.Success {
			b.Fatal(result.ErrorMessage)
		}
	}
}

func benchmarkClient(b *testing.B, target string, payload []byte) {
	b.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, target, bytes.NewReader(payload))
		if err != nil {
			b.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
}

// BenchmarkRequest is what an attempt costs before anything is sent: headers
// and signatures.
func BenchmarkRequest(b *testing.B) {
	sender := NewSender(SenderOptions{})
	for name, size := range map[string]int{"300B": 300, "256KiB": 256 << 10} {
		b.Run(name, func(b *testing.B) {
			d := dispatchTo("https://hook.example/")
			d.Payload = make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sender.request(b.Context(), d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
