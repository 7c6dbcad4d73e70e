package delivery

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// closesIdle is a receiver that closes each kept connection at the moment when
// its second request arrives. It counts the requests that it answered.
func closesIdle(answered *atomic.Int64) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		answered.Add(1)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_, _ = reader.ReadByte()
		_ = conn.Close()
	}
}

// TestSendAgainOnANewConnection meets receivers whose patience with an idle
// connection ends just when it is used again: that is nobody's failure, and
// needs no retry.
func TestSendAgainOnANewConnection(t *testing.T) {
	noLeak(t)
	var answered atomic.Int64
	target := rawReceiver(t, closesIdle(&answered))
	sender := newTestSender(t, testEgress{})
	const attempts = 5
	for range attempts {
		result := send(t, sender, dispatchTo(target))
		assert.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
	}
	assert.EqualValues(t, attempts, answered.Load())
}

// A connection that is new is not tried twice: the receiver may have taken the
// request, and does not want to answer.
func TestSendOnceOnANewConnection(t *testing.T) {
	noLeak(t)
	var requests atomic.Int64
	target := rawReceiver(t, then(readRequest, func(conn net.Conn) {
		requests.Add(1)
		_ = conn.Close()
	}))
	result := send(t, newTestSender(t, testEgress{}), dispatchTo(target))
	assert.Equal(t, KindReset, result.Kind)
	assert.EqualValues(t, 1, requests.Load())
}

// What allows the transport to send again is not sent itself, and leaves a
// config's own header of that name alone.
func TestReplayIsNotAHeader(t *testing.T) {
	for name, change := range map[string]string{"none": "X-A", "its own": replayKey} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			var got http.Header
			server := httpReceiver(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
			d := dispatchTo(server.URL)
			with(change, "1")(d)
			assert.True(t, send(t, newTestSender(t, testEgress{}), d).Success)
			assert.Equal(t, "1", got.Get(change))
			assert.Equal(t, change == replayKey, len(got.Values(replayKey)) > 0)
		})
	}
}
