package interop_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/interop"
)

// The test vector that every reference library has.
const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // published, to test with
	id        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	payload   = `{"test": 2432232314}`
	signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var signedAt = time.Unix(1614265330, 0)

func TestPeers(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			got, err := peer.Sign(secret, id, signedAt, []byte(payload))
			require.NoError(t, err)
			assert.Equal(t, signature, got)

			for _, secret := range []string{secret, "raw \xff"} {
				header := headerNow(t, peer, secret)
				require.NoError(t, peer.Verify(secret, header, []byte(payload)))
				require.NoError(t, interop.Verify(t, language, secret, header, []byte(payload)))
				require.ErrorIs(t, peer.Verify(secret, header, []byte(payload+" ")), interop.ErrRefused)
				require.ErrorIs(t, peer.Verify("another", header, []byte(payload)), interop.ErrRefused)
				header.Del("Webhook-Id")
				require.ErrorIs(t, peer.Verify(secret, header, []byte(payload)), interop.ErrRefused)
			}
		})
	}
}

// What goes wrong in the library is not taken for a refusal.
func TestPeerFailures(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			_, err := peer.Sign("whsec_!", id, signedAt, []byte(payload))
			require.Error(t, err)
			err = peer.Verify("whsec_!", headerNow(t, peer, secret), []byte(payload))
			require.Error(t, err)
			require.NotErrorIs(t, err, interop.ErrRefused)
		})
	}
}

func TestPeersAreConcurrent(t *testing.T) {
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			peer := interop.Start(t, language)
			var want [4]string
			for i := range want {
				signature, err := peer.Sign(secret, strconv.Itoa(i), signedAt, nil)
				require.NoError(t, err)
				want[i] = signature
			}
			var group sync.WaitGroup
			for i := range want {
				group.Go(func() {
					id := strconv.Itoa(i)
					for range 20 {
						got, err := peer.Sign(secret, id, signedAt, nil)
						assert.Equal(t, want[i], got, err)
					}
				})
			}
			group.Wait()
		})
	}
}

func headerNow(t *testing.T, peer interop.Peer, secret string) http.Header {
	t.Helper()
	now := time.Now()
	signature, err := peer.Sign(secret, id, now, []byte(payload))
	require.NoError(t, err)
	header := make(http.Header)
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	header.Set("webhook-signature", signature)
	return header
}
