package receiver_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/hookline-go/hookline/receiver"
)

// benchPayloads are of the size that `hookline bench` publishes, and of the largest that hookline accepts.
var benchPayloads = []int{300, 256 << 10}

func benchPayload(size int) []byte {
	return []byte(`{"event":"a","x":"` + strings.Repeat("x", size-len(`{"event":"a","x":""}`)) + `"}`)
}

func forSizes(b *testing.B, run func(b *testing.B, payload []byte)) {
	b.Helper()
	for _, size := range benchPayloads {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			run(b, benchPayload(size))
		})
	}
}

func BenchmarkSigner(b *testing.B) {
	forSizes(b, func(b *testing.B, payload []byte) {
		signer, err := receiver.NewSigner(vectorSecret)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := signer.Sign(vectorID, vectorTime, payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSignerAppend(b *testing.B) {
	forSizes(b, func(b *testing.B, payload []byte) {
		signer, err := receiver.NewSigner(vectorSecret)
		if err != nil {
			b.Fatal(err)
		}
		var dst []byte
		for b.Loop() {
			if dst, err = signer.AppendSignature(dst[:0], vectorID, vectorTime, payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSign(b *testing.B) {
	forSizes(b, func(b *testing.B, payload []byte) {
		for b.Loop() {
			if _, err := receiver.Sign(vectorSecret, vectorID, vectorTime, payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerifier(b *testing.B) {
	forSizes(b, func(b *testing.B, payload []byte) {
		verifier, err := receiver.NewVerifier([]string{vectorSecret})
		if err != nil {
			b.Fatal(err)
		}
		header := benchHeader(b, payload)
		for b.Loop() {
			if err := verifier.Verify(payload, header); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkHandler(b *testing.B) {
	forSizes(b, func(b *testing.B, payload []byte) {
		handler, err := receiver.NewHandler([]string{vectorSecret}, handled)
		if err != nil {
			b.Fatal(err)
		}
		body := bytes.NewReader(payload)
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/", body)
		request.Header = benchHeader(b, payload)
		request.ContentLength = int64(len(payload))
		response := httptest.NewRecorder()
		for b.Loop() {
			body.Reset(payload)
			handler.ServeHTTP(response, request)
		}
		if response.Code != http.StatusNoContent {
			b.Fatal(response.Code)
		}
	})
}

// BenchmarkStandardWebhooks is the reference library, to compare with.
func BenchmarkStandardWebhooks(b *testing.B) {
	webhook, err := standardwebhooks.NewWebhook(vectorSecret)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Sign", func(b *testing.B) {
		forSizes(b, func(b *testing.B, payload []byte) {
			for b.Loop() {
				if _, err := webhook.Sign(vectorID, vectorTime, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("Verify", func(b *testing.B) {
		forSizes(b, func(b *testing.B, payload []byte) {
			header := benchHeader(b, payload)
			for b.Loop() {
				if err := webhook.Verify(payload, header); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func benchHeader(b *testing.B, payload []byte) http.Header {
	b.Helper()
	signer, err := receiver.NewSigner(vectorSecret)
	if err != nil {
		b.Fatal(err)
	}
	header := make(http.Header)
	if err := signer.SetHeader(header, vectorID, time.Now(), payload); err != nil {
		b.Fatal(err)
	}
	return header
}
