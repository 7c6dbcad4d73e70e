package receiver_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// foreign is the Standard Webhooks library for Go, given the secret as it wants it.
func foreign(t *testing.T, secret string) *standardwebhooks.Webhook {
	t.Helper()
	if strings.HasPrefix(secret, "whsec_") {
		webhook, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		return webhook
	}
	webhook, err := standardwebhooks.NewWebhookRaw([]byte(secret))
	require.NoError(t, err)
	return webhook
}

var interoperableSecrets = []string{
	vectorSecret,
	"whsec_" + base64.StdEncoding.EncodeToString([]byte("one byte of padding: 23")),
	"whsec_" + base64.StdEncoding.EncodeToString([]byte("two bytes of padding: 25.")),
	"whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("longer than a block ", 5))),
	"s3cr3t", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "pässwörd \U0001f511", "\x00\xff\n",
}

var interoperablePayloads = []string{
	`{}`, `{"test": 2432232314}`, "{\n\t\"naïve\": \"\U0001f600 \\u2028\"\r\n}", `{"n":1e400,"n":-0.0}`, "no JSON", "", "\x00\xff",
	`{"long":"` + strings.Repeat("x", 256<<10) + `"}`,
}

func TestStandardWebhooksGo(t *testing.T) {
	for _, secret := range interoperableSecrets {
		theirs := foreign(t, secret)
		for _, payload := range interoperablePayloads {
			id, now := "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b10", time.Now()
			signer, err := receiver.NewSigner("another", secret)
			require.NoError(t, err)
			header := make(http.Header)
			require.NoError(t, signer.SetHeader(header, id, now, []byte(payload)))
			require.NoError(t, theirs.Verify([]byte(payload), header), "they verify what we signed")
			require.Error(t, theirs.Verify([]byte(payload+" "), header))

			signature, err := theirs.Sign(id, now, []byte(payload))
			require.NoError(t, err)
			header.Set(standardwebhooks.HeaderWebhookSignature, specsV1a+" "+signature)
			require.NoError(t, receiver.Verify([]byte(payload), header, secret), "we verify what they signed")
			require.Error(t, receiver.Verify([]byte(payload+" "), header, secret))

			ours, err := receiver.Sign(secret, id, now, []byte(payload))
			require.NoError(t, err)
			assert.Equal(t, signature, ours)
		}
	}
}
