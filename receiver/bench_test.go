package receiver_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// benchPayloads are of the size that `hookline bench` publishes, and of the
// largest that hookline accepts.
var benchPayloads = []int{300, 256 << 10}

func benchPayload(size int) []byte {
	return []byte(`{"event":"a","x":"` + strings.Repeat("x", size-len(`{"event":"a","x":""}`)) + `"}`)
}

// forSizes measures what prepare returns for a payload of each size, signed
// now.
func forSizes(b *testing.B, prepare func(payload []byte, header http.Header) func() error) {
	b.Helper()
	for _, size := range benchPayloads {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			payload := benchPayload(size)
			run := prepare(payload, signed(b, vectorSecret, vectorID, payload))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSigner(b *testing.B) {
	signer, err := receiver.NewSigner(vectorSecret)
	require.NoError(b, err)
	forSizes(b, func(payload []byte, _ http.Header) func() error {
		return func() error {
			_, err := signer.Sign(vectorID, vectorTime, payload)
			return err
		}
	})
}

// BenchmarkSignerRotation signs with two secrets.
func BenchmarkSignerRotation(b *testing.B) {
	signer, err := receiver.NewSigner(vectorSecret, "the one before")
	require.NoError(b, err)
	forSizes(b, func(payload []byte, _ http.Header) func() error {
		return func() error {
			_, err := signer.Sign(vectorID, vectorTime, payload)
			return err
		}
	})
}

func BenchmarkSignerAppend(b *testing.B) {
	signer, err := receiver.NewSigner(vectorSecret)
	require.NoError(b, err)
	forSizes(b, func(payload []byte, _ http.Header) func() error {
		var dst []byte
		return func() (err error) {
			dst, err = signer.AppendSignature(dst[:0], vectorID, vectorTime, payload)
			return err
		}
	})
}

// BenchmarkSignerParallel is one Signer in many goroutines.
func BenchmarkSignerParallel(b *testing.B) {
	signer, err := receiver.NewSigner(vectorSecret)
	require.NoError(b, err)
	payload := benchPayload(benchPayloads[0])
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := signer.Sign(vectorID, vectorTime, payload); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkNewSigner(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := receiver.NewSigner(vectorSecret); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign decodes the secret each time.
func BenchmarkSign(b *testing.B) {
	forSizes(b, func(payload []byte, _ http.Header) func() error {
		return func() error {
			_, err := receiver.Sign(vectorSecret, vectorID, vectorTime, payload)
			return err
		}
	})
}

func BenchmarkVerifier(b *testing.B) {
	verifier, err := receiver.NewVerifier([]string{vectorSecret})
	require.NoError(b, err)
	forSizes(b, func(payload []byte, header http.Header) func() error {
		return func() error { return verifier.Verify(payload, header) }
	})
}

// BenchmarkVerify decodes the secret each time.
func BenchmarkVerify(b *testing.B) {
	forSizes(b, func(payload []byte, header http.Header) func() error {
		return func() error { return receiver.Verify(payload, header, vectorSecret) }
	})
}

func BenchmarkHandler(b *testing.B) {
	handler, err := receiver.NewHandler([]string{vectorSecret}, handled)
	require.NoError(b, err)
	forSizes(b, func(payload []byte, header http.Header) func() error {
		body := bytes.NewReader(payload)
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/", body)
		request.Header = header
		response := httptest.NewRecorder()
		return func() error {
			body.Reset(payload)
			handler.ServeHTTP(response, request)
			if response.Code != http.StatusNoContent {
				return http.ErrNotSupported
			}
			return nil
		}
	})
}

// BenchmarkStandardWebhooks is the reference library, to compare with.
func BenchmarkStandardWebhooks(b *testing.B) {
	webhook, err := standardwebhooks.NewWebhook(vectorSecret)
	require.NoError(b, err)
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := standardwebhooks.NewWebhook(vectorSecret); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Sign", func(b *testing.B) {
		forSizes(b, func(payload []byte, _ http.Header) func() error {
			return func() error {
				_, err := webhook.Sign(vectorID, vectorTime, payload)
				return err
			}
		})
	})
	b.Run("Verify", func(b *testing.B) {
		forSizes(b, func(payload []byte, header http.Header) func() error {
			return func() error { return webhook.Verify(payload, header) }
		})
	})
}
