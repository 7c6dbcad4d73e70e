package delivery

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// In a bubble time passes when everybody waits: the figures are exact, and
// nobody does wait. The connections are pipes, because the network is outside.

// sendInBubble makes one attempt with the default timeout, over a pipe whose
// other end plays the script.
func sendInBubble(t *testing.T, script func(conn net.Conn)) Result {
	t.Helper()
	var receiver sync.WaitGroup
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		receiver.Go(func() { playOn(theirs, script) })
		return ours, nil
	}}
	d := dispatchTo("http://hook.example" + testPath)
	d.Payload = bytes.Repeat([]byte(" "), 64<<10) // more than the transport writes ahead
	result := NewSender(SenderOptions{Transport: transport}).Send(t.Context(), d)
	assertShowable(t, result)
	transport.CloseIdleConnections()
	receiver.Wait() // a connection that stays open is a deadlock, which fails the test
	return result
}

func TestTimeoutSaysHowFarItCame(t *testing.T) {
	tests := map[string]struct {
		script  func(conn net.Conn)
		message string
		status  int
	}{
		"takes nothing":           {script: takeNothing, message: "timeout after 15s while sending the request"},
		"answers nothing":         {script: readRequest, message: "timeout after 15s while waiting for the response"},
		"stops in the header":     {script: answer("HTTP/1.1 200 OK\r\nX-A: 1"), message: "timeout after 15s while waiting for the response"},
		"stops after the header":  {script: answer("HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\n"), status: 500, message: "status 500 Internal Server Error; timeout after 15s while reading the response body"},
		"trickles its header":     {script: then(readRequest, trickle("HTTP/1.1 200 OK\r\n", "X-Slow: 1\r\n")), message: "timeout after 15s while waiting for the response"},
		"trickles its body":       {script: then(readRequest, trickle("HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\n", "x")), status: 500, message: "status 500 Internal Server Error; timeout after 15s while reading the response body"},
		"trickles chunks":         {script: then(readRequest, trickle("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")), status: 500, message: "status 500 Internal Server Error; timeout after 15s while reading the response body"},
		"trickles without length": {script: then(readRequest, trickle("HTTP/1.1 500 Oh\r\n\r\n", "x")), status: 500, message: "status 500 Internal Server Error; timeout after 15s while reading the response body"},
		"trickles early hints":    {script: then(readRequest, trickle("", "HTTP/1.1 103 Early Hints\r\n\r\n")), message: "timeout after 15s while waiting for the response"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				result := sendInBubble(t, test.script)
				want := KindTimeout
				if test.status != 0 {
					want = KindStatus
				}
				assert.Equal(t, want, result.Kind)
				assert.Equal(t, test.message, result.ErrorMessage)
				assert.Equal(t, DefaultTimeout, result.Duration)
				assertStatus(t, test.status, result)
			})
		})
	}
}

// TestSuccessWithoutTheRestOfItsBody has receivers that say 200 and then no
// more than a part of what they announced: the event has arrived.
func TestSuccessWithoutTheRestOfItsBody(t *testing.T) {
	tests := map[string]struct {
		script func(conn net.Conn)
		body   string
	}{
		"stops after the header": {script: answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")},
		"trickles its body": {
			script: then(readRequest, trickle("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun", "x")), body: "begun",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				result := sendInBubble(t, test.script)
				assert.True(t, result.Success)
				assert.Empty(t, result.ErrorMessage)
				assert.Equal(t, DefaultTimeout, result.Duration)
				assert.Equal(t, test.body, strings.TrimRight(string(result.ResponseBody), "x"))
				assertStatus(t, 200, result)
			})
		})
	}
}

// takeNothing does not read: a pipe has no buffers, so the request stays where
// it is until the sender closes the pipe.
func takeNothing(conn net.Conn) {
	for {
		<-time.After(time.Second)
		if _, err := conn.Write(nil); err != nil {
			return
		}
	}
}

// trickle writes the beginning at once and the rest a byte a second, again and
// again until the sender has gone.
func trickle(beginning, rest string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := io.WriteString(conn, beginning); err != nil {
			return
		}
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := 0; ; i++ {
			<-tick.C
			if _, err := conn.Write([]byte{rest[i%len(rest)]}); err != nil {
				return
			}
		}
	}
}

// A receiver that takes its time, but not too much, is a receiver.
func TestSendWaitsForSlowReceivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const body = "thirteen byte"
		result := sendInBubble(t, func(conn net.Conn) {
			answer("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n")(conn)
			for part := range strings.SplitSeq(body, "") {
				<-time.After(time.Second)
				_, _ = io.WriteString(conn, part)
			}
		})
		assert.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
		assert.Equal(t, body, string(result.ResponseBody))
		assert.Equal(t, 13*time.Second, result.Duration)
	})
}

// What gives up before the attempt does is a timeout too, but not after the
// attempt's time.
func TestTimeoutOfSomethingElse(t *testing.T) {
	for name, err := range map[string]error{
		"the kernel's":   &net.OpError{Op: "dial", Err: timedOutError{}},
		"the resolver's": &net.DNSError{Err: "i/o timeout", IsTimeout: true},
	} {
		t.Run(name, func(t *testing.T) {
			kind, message := NewSender(SenderOptions{}).explain(t.Context(), err, phaseConnect)
			assert.Equal(t, KindTimeout, kind)
			assert.Equal(t, "timeout while connecting", message)
		})
	}
}

// timedOutError is an error as net has them.
type timedOutError struct{}

// Error implements error.
func (timedOutError) Error() string { return "timed out" }

// Timeout and Temporary are what makes it a net.Error.
func (timedOutError) Timeout() bool { return true }

// Temporary is the other half.
func (timedOutError) Temporary() bool { return true }
