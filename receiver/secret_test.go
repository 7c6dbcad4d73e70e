package receiver_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

func TestSecretsThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		secrets []string
		want    *receiver.Error
	}{
		"none":                  {nil, receiver.ErrNoSecret},
		"empty":                 {[]string{""}, receiver.ErrNoSecret},
		"one of them empty":     {[]string{vectorSecret, ""}, receiver.ErrNoSecret},
		"nothing after whsec_":  {[]string{"whsec_"}, receiver.ErrInvalidSecret},
		"padding only":          {[]string{"whsec_=="}, receiver.ErrInvalidSecret},
		"four of padding":       {[]string{"whsec_===="}, receiver.ErrInvalidSecret},
		"line break only":       {[]string{"whsec_\n"}, receiver.ErrInvalidSecret},
		"not base64":            {[]string{"whsec_SUPERSECRET!"}, receiver.ErrInvalidSecret},
		"URL alphabet":          {[]string{"whsec_SUPERSECRET-_AA"}, receiver.ErrInvalidSecret},
		"impossible length":     {[]string{"whsec_SUPER"}, receiver.ErrInvalidSecret},
		"too little padding":    {[]string{"whsec_SUPERSECRE="}, receiver.ErrInvalidSecret},
		"too much padding":      {[]string{"whsec_SUPERSECRET=="}, receiver.ErrInvalidSecret},
		"padding in the middle": {[]string{"whsec_SU==SECRET=="}, receiver.ErrInvalidSecret},
		"a space before":        {[]string{"whsec_ SUPERSECRET"}, receiver.ErrInvalidSecret},
		"one of several":        {[]string{vectorSecret, "whsec_SUPERSECRET!"}, receiver.ErrInvalidSecret},
	} {
		t.Run(name, func(t *testing.T) {
			_, inSigner := receiver.NewSigner(c.secrets...)
			_, inVerifier := receiver.NewVerifier(c.secrets)
			_, inHandler := receiver.NewHandler(c.secrets, handled)
			inVerify := receiver.Verify(vectorPayload, vectorHeader(nil), c.secrets...)
			for _, err := range []error{inSigner, inVerifier, inHandler, inVerify} {
				require.ErrorIs(t, err, c.want)
				require.ErrorIs(t, err, receiver.ErrConfiguration)
				require.NotErrorIs(t, err, receiver.ErrUnverified)
				assert.NotContains(t, err.Error(), "SUPER")
			}
		})
	}
}

// Without the prefix a secret is its bytes, even where they look like base64:
// that is what the contract says.
func TestRawSecrets(t *testing.T) {
	for _, secret := range []string{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", "\x00\xff", "whsec", "WHSEC_AAAA", " whsec_AAAA"} {
		header := signed(t, secret, "id", vectorPayload)
		require.NoError(t, receiver.Verify(vectorPayload, header, secret))
		require.ErrorIs(t, receiver.Verify(vectorPayload, header, vectorSecret), receiver.ErrNoMatchingSignature)
	}
}

// Whoever prints one of the values gets no secret.
func TestNothingPrintsSecrets(t *testing.T) {
	const secret = "SUPERSECRET"
	signer, err := receiver.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := receiver.NewVerifier([]string{secret})
	require.NoError(t, err)
	handler, err := receiver.NewHandler([]string{secret}, handled)
	require.NoError(t, err)
	for _, value := range []any{signer, *signer, verifier, *verifier, handler} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, value)
			for _, form := range []string{secret, "83 85 80 69", fmt.Sprintf("%x", secret), "0x53, 0x55"} {
				assert.NotContains(t, text, form, verb)
			}
		}
	}
}

// What a sender submitted is in no error.
func TestNothingPrintsWhatWasSubmitted(t *testing.T) {
	const submitted = "SUBMITTED"
	for _, change := range []http.Header{
		{receiver.HeaderID: {submitted + "."}},
		{receiver.HeaderID: {submitted, submitted}},
		{receiver.HeaderTimestamp: {submitted}},
		{receiver.HeaderTimestamp: {"1", submitted}},
		{receiver.HeaderSignature: {submitted}},
		{receiver.HeaderSignature: {submitted, submitted}},
		{receiver.HeaderID: {submitted}},
	} {
		verifier, err := receiver.NewVerifier([]string{vectorSecret}, atVectorTime)
		require.NoError(t, err)
		err = verifier.Verify([]byte(submitted), vectorHeader(change))
		require.ErrorIs(t, err, receiver.ErrUnverified)
		for ; err != nil; err = errors.Unwrap(err) {
			assert.NotContains(t, err.Error(), submitted)
		}
	}
}

func TestCodes(t *testing.T) {
	document, err := os.ReadFile("../docs/receiver.md")
	require.NoError(t, err)
	codes := make(map[string]bool)
	for _, kind := range []*receiver.Error{receiver.ErrConfiguration, receiver.ErrUnverified} {
		codes[kind.Code()] = true
		require.NoError(t, errors.Unwrap(kind))
	}
	for _, reason := range []*receiver.Error{
		receiver.ErrNoSecret, receiver.ErrInvalidSecret, receiver.ErrInvalidOption,
		receiver.ErrMissingHeader, receiver.ErrDuplicateHeader, receiver.ErrMalformedID, receiver.ErrMalformedTimestamp,
		receiver.ErrTimestampTooOld, receiver.ErrTimestampTooNew, receiver.ErrNoMatchingSignature,
	} {
		assert.NotEmpty(t, reason.Code())
		assert.False(t, codes[reason.Code()], "two errors have the code %s", reason.Code())
		codes[reason.Code()] = true
		assert.Contains(t, string(document), "`"+reason.Code()+"`")
		assert.NotEqual(t, errors.Is(reason, receiver.ErrConfiguration), errors.Is(reason, receiver.ErrUnverified))
	}
}
