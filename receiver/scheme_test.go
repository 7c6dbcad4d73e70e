package receiver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// The deliveries below have the shapes that their senders document, with keys
// of our own. The signatures were computed with Python's hmac.
const (
	schemeBody   = `{"event":"invoice.create","invoice_id":88}`
	textSecret   = "a-secret-of-our-own"
	whsecSecret  = "whsec_b3VyIG93biBrZXksIDMyIGJ5dGVzIGluIGxlbmd0aCE=" //nolint:gosec // of these tests
	schemeID     = "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b10"
	schemeMoment = 1778869022
)

var captured = map[string]map[string]string{
	"calendly":   {"Calendly-Webhook-Signature": "t=1778869022,v1=b39dc6984cf4bb1d499e6f1267b9f328db804eb7f32f758788eeaaa3a0d94cb0"},
	"dropbox":    {"X-Dropbox-Signature": "560530f0d1778662bc22f497ad286037b1564626b0977c9649076f82425a9890"},
	"github":     {"X-Hub-Signature-256": "sha256=560530f0d1778662bc22f497ad286037b1564626b0977c9649076f82425a9890"},
	"linear":     {"Linear-Signature": "560530f0d1778662bc22f497ad286037b1564626b0977c9649076f82425a9890"},
	"paddle":     {"Paddle-Signature": "ts=1778869022;h1=3389dd437b1d927a91d1aead87882a995656c686e5d2e3c203dc0df9ee381507"},
	"quickbooks": {"intuit-signature": "VgUw8NF3hmK8IvSXrShgN7FWRiawl3yWSQdvgkJamJA="},
	"shopify":    {"X-Shopify-Hmac-Sha256": "VgUw8NF3hmK8IvSXrShgN7FWRiawl3yWSQdvgkJamJA="},
	"slack": {
		"X-Slack-Request-Timestamp": "1778869022",
		"X-Slack-Signature":         "v0=28868b827e00ff5e98643bca7331b43939260f1118ee60460cb8c02047163591",
	},
	"standard-webhooks": {
		"webhook-id": schemeID, "webhook-timestamp": "1778869022",
		"webhook-signature": "v1a,AAAA v1,Y7JKJLVMtknyOxioQ1v/vb7OMTruDs2jvggW+s5BClg=",
	},
	"stripe": {
		"Stripe-Signature": "t=1778869022,v1=b39dc6984cf4bb1d499e6f1267b9f328db804eb7f32f758788eeaaa3a0d94cb0," +
			"v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39",
	},
	"svix":        {"svix-id": schemeID, "svix-timestamp": "1778869022", "svix-signature": "v1,Y7JKJLVMtknyOxioQ1v/vb7OMTruDs2jvggW+s5BClg="},
	"typeform":    {"Typeform-Signature": "sha256=VgUw8NF3hmK8IvSXrShgN7FWRiawl3yWSQdvgkJamJA="},
	"woocommerce": {"X-WC-Webhook-Signature": "VgUw8NF3hmK8IvSXrShgN7FWRiawl3yWSQdvgkJamJA="},
	"xero":        {"x-xero-signature": "VgUw8NF3hmK8IvSXrShgN7FWRiawl3yWSQdvgkJamJA="},
	"zoom": {
		"x-zm-request-timestamp": "1778869022",
		"x-zm-signature":         "v0=28868b827e00ff5e98643bca7331b43939260f1118ee60460cb8c02047163591",
	},
}

func at(seconds int64) receiver.VerifyOption {
	return receiver.WithClock(func() time.Time { return time.Unix(seconds, 0) })
}

func secretFor(scheme receiver.Scheme) string {
	if scheme.Secret == receiver.SecretStandard {
		return whsecSecret
	}
	return textSecret
}

func capturedHeader(name string) http.Header {
	header := http.Header{}
	for key, value := range captured[name] {
		header.Set(key, value)
	}
	return header
}

// TestSchemes verifies a delivery of each sender, and none that was changed.
func TestSchemes(t *testing.T) {
	schemes := receiver.Schemes()
	require.Len(t, captured, len(schemes))
	for _, scheme := range schemes {
		t.Run(scheme.Name, func(t *testing.T) {
			secret := secretFor(scheme)
			verifier, err := receiver.NewVerifier([]string{"another", secret}, receiver.WithScheme(scheme), at(schemeMoment))
			require.NoError(t, err)
			header := capturedHeader(scheme.Name)
			require.NoError(t, verifier.Verify([]byte(schemeBody), header))
			require.ErrorIs(t, verifier.Verify([]byte(schemeBody+" "), header), receiver.ErrNoMatchingSignature)
			require.ErrorIs(t, verifier.Verify([]byte(schemeBody), http.Header{}), receiver.ErrMissingHeader)

			other, err := receiver.NewVerifier([]string{"another"}, receiver.WithScheme(scheme), at(schemeMoment))
			require.NoError(t, err)
			require.ErrorIs(t, other.Verify([]byte(schemeBody), header), receiver.ErrNoMatchingSignature)
			if strings.Contains(scheme.Signed, "{timestamp}") {
				late, err := receiver.NewVerifier([]string{secret}, receiver.WithScheme(scheme), at(schemeMoment+3600))
				require.NoError(t, err)
				require.ErrorIs(t, late.Verify([]byte(schemeBody), header), receiver.ErrTimestampTooOld)
			}

			signed := http.Header{}
			require.NoError(t, scheme.SetHeader(signed, []string{secret}, schemeID, time.Unix(schemeMoment, 0), []byte(schemeBody)))
			require.NoError(t, verifier.Verify([]byte(schemeBody), signed))
		})
	}
}

// TestSchemeByHand describes a sender field by field: milliseconds, a key in
// hex, a rotation.
func TestSchemeByHand(t *testing.T) {
	scheme := receiver.Scheme{
		SignatureHeader: "x-acme-signature", Separator: ", ", Prefix: "v1=", TimestampHeader: "x-acme-time", TimestampUnit: time.Millisecond,
		Signed: "{timestamp}\n{body}", Secret: receiver.SecretHex,
	}
	oldKey, newKey := strings.Repeat("0a", 32), strings.Repeat("0b", 32)
	header := http.Header{}
	require.NoError(t, scheme.SetHeader(header, []string{oldKey, newKey}, "", time.UnixMilli(schemeMoment*1000+5), []byte(schemeBody)))
	assert.Equal(t, strconv.Itoa(schemeMoment*1000+5), header.Get("X-Acme-Time"))
	for _, key := range []string{oldKey, newKey} {
		verifier, err := receiver.NewVerifier([]string{key}, receiver.WithScheme(scheme), at(schemeMoment))
		require.NoError(t, err)
		require.NoError(t, verifier.Verify([]byte(schemeBody), header))
	}
	verifier, err := receiver.NewVerifier([]string{newKey}, receiver.WithScheme(scheme), at(schemeMoment))
	require.NoError(t, err)
	for value, want := range map[string]error{
		"0" + header.Get("X-Acme-Time"): receiver.ErrMalformedTimestamp,
		"+1":                            receiver.ErrMalformedTimestamp,
		"1":                             receiver.ErrTimestampTooOld,
	} {
		changed := header.Clone()
		changed.Set("X-Acme-Time", value)
		require.ErrorIs(t, verifier.Verify([]byte(schemeBody), changed), want, value)
	}
	header.Add("X-Acme-Signature", "v1=00")
	require.ErrorIs(t, verifier.Verify([]byte(schemeBody), header), receiver.ErrDuplicateHeader)
}

// TestSchemeBounds gives a receiver more signatures than it will look at.
func TestSchemeBounds(t *testing.T) {
	stripe := receiver.Schemes()[9]
	require.Equal(t, "stripe", stripe.Name)
	verifier, err := receiver.NewVerifier([]string{textSecret}, receiver.WithScheme(stripe), at(schemeMoment))
	require.NoError(t, err)
	good := captured["stripe"]["Stripe-Signature"]
	header := http.Header{}
	for value, want := range map[string]error{
		"t=1778869022," + strings.Repeat("v1=00,", 20) + strings.TrimPrefix(good, "t=1778869022,"): receiver.ErrNoMatchingSignature,
		"t=1778869022," + good:                       receiver.ErrDuplicateHeader,
		strings.TrimPrefix(good, "t=1778869022,"):    receiver.ErrMissingHeader,
		good + "," + strings.Repeat("x", 10_000):     receiver.ErrMissingHeader,
		"t=1778869022":                               receiver.ErrNoMatchingSignature,
		"t=1778869022,v1=" + strings.Repeat("g", 64): receiver.ErrNoMatchingSignature,
	} {
		header.Set("Stripe-Signature", value)
		require.ErrorIs(t, verifier.Verify([]byte(schemeBody), header), want, "%.80s", value)
	}
}

// TestSchemeRefused shows that a scheme that would not protect is refused by
// the constructor.
func TestSchemeRefused(t *testing.T) {
	good := receiver.Scheme{SignatureHeader: "X-Signature", Signed: "{body}"}
	_, err := receiver.NewVerifier([]string{textSecret}, receiver.WithScheme(good))
	require.NoError(t, err)
	for name, change := range map[string]func(*receiver.Scheme){
		"no header":              func(s *receiver.Scheme) { s.SignatureHeader = "" },
		"no body":                func(s *receiver.Scheme) { s.Signed = "{timestamp}" },
		"unsigned timestamp":     func(s *receiver.Scheme) { s.TimestampHeader = "X-Time" },
		"timestamp from nowhere": func(s *receiver.Scheme) { s.Signed = "{timestamp}.{body}" },
		"unsigned id":            func(s *receiver.Scheme) { s.IDHeader = "X-Id" },
		"two timestamps": func(s *receiver.Scheme) {
			s.Signed, s.TimestampHeader, s.TimestampField, s.Separator = "{timestamp}.{body}", "X-Time", "t=", ","
		},
		"field without separator": func(s *receiver.Scheme) { s.Signed, s.TimestampField = "{timestamp}.{body}", "t=" },
		"timestamp runs into the body": func(s *receiver.Scheme) {
			s.Signed, s.TimestampHeader = "{timestamp}{body}", "X-Time"
		},
		"id runs into the body": func(s *receiver.Scheme) { s.Signed, s.IDHeader = "{id}:{body}", "X-Id" },
		"unit":                  func(s *receiver.Scheme) { s.TimestampUnit = time.Minute },
		"encoding":              func(s *receiver.Scheme) { s.Encoding = 7 },
		"secret":                func(s *receiver.Scheme) { s.Secret = -1 },
	} {
		scheme := good
		change(&scheme)
		_, err := receiver.NewVerifier([]string{textSecret}, receiver.WithScheme(scheme))
		require.ErrorIs(t, err, receiver.ErrInvalidOption, name)
		require.ErrorIs(t, scheme.SetHeader(http.Header{}, []string{textSecret}, "", time.Now(), nil), receiver.ErrInvalidOption, name)
	}
	_, err = receiver.NewVerifier([]string{textSecret}, receiver.WithScheme(good), receiver.WithSignatureHeaders("X-Other"))
	require.ErrorIs(t, err, receiver.ErrInvalidOption)
	for encoding, secret := range map[receiver.SecretEncoding]string{receiver.SecretBase64: "SUPER*SECRET", receiver.SecretHex: "SUPERSECRET", receiver.SecretText: ""} {
		good.Secret = encoding
		_, err = receiver.NewVerifier([]string{secret}, receiver.WithScheme(good))
		require.ErrorIs(t, err, receiver.ErrConfiguration)
		assert.NotContains(t, err.Error(), "SECRET")
	}
}

// TestHandlerWithScheme handles a delivery of another sender, which has no id.
func TestHandlerWithScheme(t *testing.T) {
	github := receiver.Schemes()[3]
	require.Equal(t, "github", github.Name)
	var got receiver.Delivery
	handler, err := receiver.NewHandler([]string{textSecret}, func(_ context.Context, d receiver.Delivery) error {
		got = d
		return nil
	}, receiver.WithScheme(github))
	require.NoError(t, err)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(schemeBody))
	request.Header = capturedHeader("github")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	assert.Equal(t, http.StatusNoContent, recorder.Code)
	assert.Equal(t, "invoice.create", got.EventType())
	assert.Empty(t, got.ID)
	assert.True(t, got.Timestamp.IsZero())

	seen, err := receiver.NewMemoryDeduplicator(1, time.Hour)
	require.NoError(t, err)
	_, err = receiver.NewHandler([]string{textSecret}, handled, receiver.WithScheme(github), receiver.WithDeduplicator(seen))
	require.ErrorIs(t, err, receiver.ErrInvalidOption)
}
