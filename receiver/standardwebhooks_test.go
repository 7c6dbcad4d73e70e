package receiver_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/interop"
	"github.com/hookline-go/hookline/receiver"
)

var interoperableSecrets = []string{
	vectorSecret,
	"whsec_" + base64.StdEncoding.EncodeToString([]byte("one byte of padding: 23")),
	"whsec_" + base64.StdEncoding.EncodeToString([]byte("two bytes of padding: 25.")),
	"whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("longer than a block ", 5))),
	"s3cr3t", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "pässwörd \U0001f511", "\x00\xff\n",
}

// interoperablePayloads are what we could be asked to sign. Those that are not
// UTF-8 are for Go only: the libraries of the other languages sign strings.
var interoperablePayloads = []string{
	`{}`, `{"test": 2432232314}`, "{\n\t\"naïve\": \"\U0001f600 \\u2028\"\r\n}", "{\"\u2028\":\"\x7f\"}", `{"n":1e400,"n":-0.0}`, "no JSON", "",
	"\ufeff{}", "\x00", "\x00\xff", `{"long":"` + strings.Repeat("x", 256<<10) + `"}`,
}

func TestTheyVerifyWhatWeSign(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			for _, secret := range interoperableSecrets {
				signer, err := receiver.NewSigner("another", secret) // a rotation: theirs is the second of two signatures
				require.NoError(t, err)
				for _, payload := range payloadsFor(language) {
					header := make(http.Header)
					require.NoError(t, signer.SetHeader(header, vectorID, time.Now(), payload))
					require.NoError(t, peer.Verify(secret, header, payload))
					require.NoError(t, peer.Verify("another", header, payload))
					require.ErrorIs(t, peer.Verify("a third", header, payload), interop.ErrRefused)
					require.ErrorIs(t, peer.Verify(secret, header, append(payload, ' ')), interop.ErrRefused)
					header.Set(receiver.HeaderID, vectorID+"2")
					require.ErrorIs(t, peer.Verify(secret, header, payload), interop.ErrRefused)
				}
			}
		})
	}
}

func TestWeVerifyWhatTheySign(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			for _, secret := range interoperableSecrets {
				for _, payload := range payloadsFor(language) {
					now := time.Now()
					header := signed(t, "another", vectorID, payload)
					signature, err := peer.Sign(secret, vectorID, now, payload)
					require.NoError(t, err)
					ours, err := receiver.Sign(secret, vectorID, now, payload)
					require.NoError(t, err)
					assert.Equal(t, signature, ours)

					header.Set(receiver.HeaderTimestamp, timestampOf(now))
					header.Set(receiver.HeaderSignature, wrongV1+" "+specsV1a+" "+signature)
					require.NoError(t, receiver.Verify(payload, header, "a third", secret))
					require.ErrorIs(t, receiver.Verify(payload, header, "a third"), receiver.ErrNoMatchingSignature)
					require.ErrorIs(t, receiver.Verify(append(payload, ' '), header, secret), receiver.ErrNoMatchingSignature)
				}
			}
		})
	}
}

// The tolerance is the same everywhere: a minute less than five minutes is
// accepted, a minute more is not.
func TestToleranceOfAll(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			signer, err := receiver.NewSigner(vectorSecret)
			require.NoError(t, err)
			for offset, theirs := range map[time.Duration]error{
				-6 * time.Minute: interop.ErrRefused, -4 * time.Minute: nil, 4 * time.Minute: nil, 6 * time.Minute: interop.ErrRefused,
			} {
				header := make(http.Header)
				require.NoError(t, signer.SetHeader(header, vectorID, time.Now().Add(offset), vectorPayload))
				require.ErrorIs(t, peer.Verify(vectorSecret, header, vectorPayload), theirs)
				ours := receiver.Verify(vectorPayload, header, vectorSecret)
				assert.Equal(t, theirs == nil, ours == nil, "%v: %v", offset, ours)
			}
		})
	}
}

func payloadsFor(language interop.Language) [][]byte {
	var payloads [][]byte
	for _, payload := range interoperablePayloads {
		if language == interop.Go || utf8.ValidString(payload) {
			payloads = append(payloads, []byte(payload))
		}
	}
	return payloads
}
