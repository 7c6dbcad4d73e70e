package receiver_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

func TestSignVectors(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		secret, id string
		timestamp  time.Time
		payload    string
		want       string
	}{
		"all libraries": {vectorSecret, vectorID, vectorTime, string(vectorPayload), vectorSignature},
		"Rust": {
			"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", time.Unix(1649367553, 0),
			`{"email":"test@example.com","username":"test_user"}`, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
		},
		"the same secret as bytes":      {string(raw), vectorID, vectorTime, string(vectorPayload), vectorSignature},
		"a fraction of a second":        {vectorSecret, vectorID, vectorTime.Add(999999999), string(vectorPayload), vectorSignature},
		"in another time zone":          {vectorSecret, vectorID, vectorTime.In(time.FixedZone("", 3600)), string(vectorPayload), vectorSignature},
		"a line break at the end of it": {vectorSecret + "\r\n", vectorID, vectorTime, string(vectorPayload), vectorSignature},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := receiver.Sign(c.secret, c.id, c.timestamp, []byte(c.payload))
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// whsec_ with and without padding are the same key, whatever the padding's
// length.
func TestSignPadding(t *testing.T) {
	for _, key := range []string{"0123456789abcdefghijklmn", "0123456789abcdefghijklmno", "0123456789abcdefghijklmnop"} {
		want, err := receiver.Sign(key, vectorID, vectorTime, vectorPayload)
		require.NoError(t, err)
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
			got, err := receiver.Sign("whsec_"+encoding.EncodeToString([]byte(key)), vectorID, vectorTime, vectorPayload)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		id        string
		timestamp time.Time
		want      error
	}{
		"no id":            {"", vectorTime, receiver.ErrMalformedID},
		"full stop in id":  {"a.b", vectorTime, receiver.ErrMalformedID},
		"line break in id": {"a\r\nb", vectorTime, receiver.ErrMalformedID},
		"long id":          {strings.Repeat("a", receiver.MaxIDLength+1), vectorTime, receiver.ErrMalformedID},
		"before 1970":      {vectorID, time.Unix(-1, 0), receiver.ErrMalformedTimestamp},
		"zero time":        {vectorID, time.Time{}, receiver.ErrMalformedTimestamp},
		"year 10000":       {vectorID, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), receiver.ErrMalformedTimestamp},
	} {
		t.Run(name, func(t *testing.T) {
			signature, err := receiver.Sign(vectorSecret, c.id, c.timestamp, vectorPayload)
			require.ErrorIs(t, err, c.want)
			assert.Empty(t, signature)

			signer, err := receiver.NewSigner(vectorSecret)
			require.NoError(t, err)
			header := http.Header{"A": {"b"}}
			require.ErrorIs(t, signer.SetHeader(header, c.id, c.timestamp, vectorPayload), c.want)
			assert.Equal(t, http.Header{"A": {"b"}}, header)
			dst, err := signer.AppendSignature([]byte("as it was"), c.id, c.timestamp, vectorPayload)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, "as it was", string(dst))
		})
	}
}

// A sender that changes its secret signs with both, and receivers with either
// verify.
func TestSignerRotation(t *testing.T) {
	signer, err := receiver.NewSigner("new", "old", "older")
	require.NoError(t, err)
	header := make(http.Header)
	require.NoError(t, signer.SetHeader(header, "id", time.Now(), vectorPayload))
	assert.Len(t, strings.Split(header.Get("webhook-signature"), " "), 3)
	for _, secret := range []string{"new", "old", "older"} {
		require.NoError(t, receiver.Verify(vectorPayload, header, secret))
	}
	require.ErrorIs(t, receiver.Verify(vectorPayload, header, "oldest"), receiver.ErrNoMatchingSignature)
}

// Signer and Verifier share their hashes between goroutines; what one signs
// must not depend on the others.
func TestConcurrentUse(t *testing.T) {
	signer, err := receiver.NewSigner(vectorSecret)
	require.NoError(t, err)
	verifier, err := receiver.NewVerifier([]string{"another", vectorSecret})
	require.NoError(t, err)
	var group sync.WaitGroup
	for i := range 8 {
		payload := []byte(strings.Repeat("x", i))
		group.Go(func() {
			for range 200 {
				header := make(http.Header)
				assert.NoError(t, signer.SetHeader(header, "id", time.Now(), payload))
				assert.NoError(t, verifier.Verify(payload, header))
			}
		})
	}
	group.Wait()
}
