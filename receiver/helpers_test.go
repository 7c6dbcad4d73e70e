package receiver_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// The test vector that every reference library of Standard Webhooks has.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // published, to test with
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTimestamp = "1614265330"
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var (
	vectorPayload = []byte(`{"test": 2432232314}`)
	vectorTime    = time.Unix(1614265330, 0).UTC()
)

// atVectorTime is the clock at which the vector is fresh.
var atVectorTime = receiver.WithClock(func() time.Time { return vectorTime })

// vectorHeader returns the vector's headers, with other values for the keys of
// change; nil removes a header.
func vectorHeader(change http.Header) http.Header {
	header := http.Header{
		receiver.HeaderID:        {vectorID},
		receiver.HeaderTimestamp: {vectorTimestamp},
		receiver.HeaderSignature: {vectorSignature},
	}
	for name, values := range change {
		header[name] = values
		if values == nil {
			delete(header, name)
		}
	}
	return header
}

func timestampOf(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// signed returns the headers of a delivery that was signed now.
func signed(tb testing.TB, secret, id string, payload []byte) http.Header {
	tb.Helper()
	signer, err := receiver.NewSigner(secret)
	require.NoError(tb, err)
	header := make(http.Header)
	require.NoError(tb, signer.SetHeader(header, id, time.Now(), payload))
	return header
}
