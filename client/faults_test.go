package client_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// fault is what the proxy does to one request instead of letting it through.
type fault http.HandlerFunc

// proxy lets the faults happen to the first requests, one each, and every other
// one through. A nil fault lets it through too.
func proxy(faults []fault, next http.Handler) http.HandlerFunc {
	var count atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		i := int(count.Add(1)) - 1
		if i < len(faults) && faults[i] != nil {
			faults[i](w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// reset breaks the connection after the request has been read.
func reset(w http.ResponseWriter, _ *http.Request) {
	hijack(w, func(*bufio.ReadWriter) {})
}

// slow does not answer before the caller is gone.
func slow(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// raw writes bytes as they are and breaks the connection.
func raw(text string) fault {
	return func(w http.ResponseWriter, _ *http.Request) {
		hijack(w, func(connection *bufio.ReadWriter) {
			_, _ = connection.WriteString(text)
			_ = connection.Flush()
		})
	}
}

func hijack(w http.ResponseWriter, do func(*bufio.ReadWriter)) {
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	do(buffer)
	_ = connection.Close()
}

// status answers with headers, as name and value by turns.
func status(code int, header ...string) fault {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"code":"some_code","detail":"Some detail."}`)
	}
}

// in gives a header's value once the time is known.
func in(code int, name string, value func(now time.Time) string) fault {
	return func(w http.ResponseWriter, r *http.Request) { status(code, name, value(time.Now()))(w, r) }
}

func httpDate(after time.Duration) func(time.Time) string {
	return func(now time.Time) string { return now.Add(after).UTC().Format(http.TimeFormat) }
}

func epoch(after time.Duration) func(time.Time) string {
	return func(now time.Time) string { return strconv.FormatInt(now.Add(after).Unix(), 10) }
}

func epochMilli(after time.Duration) func(time.Time) string {
	return func(now time.Time) string { return strconv.FormatInt(now.Add(after).UnixMilli(), 10) }
}

// The methods of the table.
var (
	create = func(ctx context.Context, c *client.Client, o ...client.Option) error {
		_, err := c.WebhookConfigs.Create(ctx, seedConfig, o...)
		return err
	}
	get = func(ctx context.Context, c *client.Client, o ...client.Option) error {
		_, err := c.WebhookConfigs.Get(ctx, 12, o...)
		return err
	}
	update = func(ctx context.Context, c *client.Client, o ...client.Option) error {
		_, err := c.WebhookConfigs.Update(ctx, 12, client.UpdateWebhookConfigRequest{Name: client.Ptr("n")}, o...)
		return err
	}
	test = func(ctx context.Context, c *client.Client, o ...client.Option) error {
		_, err := c.WebhookConfigs.Test(ctx, 12, o...)
		return err
	}
)

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	vendor     = client.WithBaseURL(client.BaseURLCommenda)
	always     = client.WithPOSTRetries(client.PostRetriesAlways)
	unsent     = client.WithPOSTRetries(client.PostRetriesUnsent)
)

const second = time.Second

type faultCase struct {
	call    func(context.Context, *client.Client, ...client.Option) error // create, unless it is given
	options []client.Option
	dial    []error
	faults  []fault
	waits   []time.Duration // between the requests that reached the proxy
	took    time.Duration   // the sum of the waits, unless it is given
	// Without a code or a status, the call succeeds.
	code     string
	status   int
	attempts int // one more than there are waits, unless it is given
}

func (f faultCase) run(t *testing.T) {
	n := newNetwork(t, proxy(f.faults, api()))
	n.dial = f.dial
	call := f.call
	if call == nil {
		call = create
	}
	var response client.Response
	c := n.client(t, f.options...)
	begun := time.Now()
	err := call(t.Context(), c, client.WithResponseInto(&response))
	took := time.Since(begun)

	waits := f.waitsBetween(t, n.seen())
	assert.Equal(t, f.waits, waits)
	want := f.took
	for i := 0; i < len(waits) && f.took == 0; i++ {
		want += waits[i]
	}
	assert.Equal(t, want, took)
	attempts := cmp.Or(f.attempts, len(f.waits)+1)
	if f.code == "" && f.status == 0 {
		require.NoError(t, err)
		assert.Equal(t, attempts, response.Attempts)
		return
	}
	failure := asError(t, err)
	assert.Equal(t, f.code, failure.Code, err)
	assert.Equal(t, f.status, failure.StatusCode, err)
	assert.Equal(t, attempts, failure.Attempts)
}

// waitsBetween also holds the attempts of the call against each other.
func (faultCase) waitsBetween(t *testing.T, seen []received) []time.Duration {
	t.Helper()
	var waits []time.Duration
	for i := 1; i < len(seen); i++ {
		waits = append(waits, seen[i].at.Sub(seen[i-1].at))
		assert.Equal(t, seen[0].header, seen[i].header, "every attempt sends the same, the idempotency key included")
		assert.Equal(t, seen[0].body, seen[i].body)
	}
	return waits
}

// TestFaults is what the issue promises about faults: how many attempts there
// are, how far apart, and what comes of it.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]faultCase{
		"nothing":         {},
		"a reset":         {faults: []fault{reset}, waits: []time.Duration{second / 2}},
		"resets, get":     {call: get, faults: []fault{reset, reset}, waits: []time.Duration{second / 2, second}},
		"resets, update":  {call: update, faults: []fault{reset, reset}, waits: []time.Duration{second / 2, second}},
		"resets, all the": {faults: []fault{reset, reset, reset, reset}, waits: []time.Duration{second / 2, second, 2 * second}, code: client.CodeConnection},
		"backoff has a bound": {
			options: []client.Option{client.WithMaxRetries(6)},
			faults:  []fault{reset, reset, reset, reset, reset, reset},
			waits:   []time.Duration{second / 2, second, 2 * second, 4 * second, 8 * second, 8 * second},
		},
		"no retries": {options: []client.Option{client.WithMaxRetries(0)}, faults: []fault{reset}, code: client.CodeConnection},

		"501":                 {faults: []fault{status(501)}, status: 501, code: "some_code"},
		"505":                 {faults: []fault{status(505)}, status: 505, code: "some_code"},
		"500 twice, then 201": {faults: []fault{status(500), status(500)}, waits: []time.Duration{second / 2, second}},
		"503, 502, 504": {
			faults: []fault{status(503), status(502), status(504)}, waits: []time.Duration{second / 2, second, 2 * second},
		},
		"500 for good": {
			faults: []fault{status(500), status(500), status(500), status(500)},
			waits:  []time.Duration{second / 2, second, 2 * second}, status: 500, code: "some_code",
		},
		"408": {faults: []fault{status(408)}, waits: []time.Duration{second / 2}},
		"400": {faults: []fault{status(400)}, status: 400, code: "some_code"},
		"401": {faults: []fault{status(401)}, status: 401, code: "some_code"},
		"409": {faults: []fault{status(409)}, status: 409, code: "some_code"},

		"429, Retry-After in seconds": {faults: []fault{status(429, "Retry-After", "7")}, waits: []time.Duration{7 * second}},
		"429, Retry-After as a date":  {faults: []fault{in(429, "Retry-After", httpDate(9*second))}, waits: []time.Duration{9 * second}},
		"503, Retry-After in seconds": {faults: []fault{status(503, "Retry-After", "3")}, waits: []time.Duration{3 * second}},
		"429, a date that is past":    {faults: []fault{in(429, "Retry-After", httpDate(-second))}, waits: []time.Duration{second / 2}},
		"429, Retry-After: 0":         {faults: []fault{status(429, "Retry-After", "0")}, waits: []time.Duration{second / 2}},
		"429, nonsense":               {faults: []fault{status(429, "Retry-After", "soon")}, waits: []time.Duration{second / 2}},
		"429, a negative number":      {faults: []fault{status(429, "Retry-After", "-5")}, waits: []time.Duration{second / 2}},
		"429, nothing":                {faults: []fault{status(429)}, waits: []time.Duration{second / 2}},
		"429, reset as an epoch":      {faults: []fault{in(429, "X-RateLimit-Reset", epoch(11*second))}, waits: []time.Duration{11 * second}},
		"429, reset in milliseconds":  {faults: []fault{in(429, "X-RateLimit-Reset", epochMilli(11*second))}, waits: []time.Duration{11 * second}},
		"429, reset in seconds":       {faults: []fault{status(429, "X-RateLimit-Reset", "5")}, waits: []time.Duration{5 * second}},
		"429, Retry-After comes first": {
			faults: []fault{status(429, "Retry-After", "2", "X-RateLimit-Reset", "50")}, waits: []time.Duration{2 * second},
		},
		"500, reset is for 429 only": {faults: []fault{status(500, "X-RateLimit-Reset", "50")}, waits: []time.Duration{second / 2}},
		"429, further than the call may take": {
			faults: []fault{status(429, "Retry-After", "121")}, status: 429, code: "some_code",
		},
		"429, further than numbers go": {
			options: []client.Option{client.WithTotalTimeout(0)}, call: untilAnHour,
			faults: []fault{status(429, "Retry-After", "9223372036854775807")}, status: 429, code: "some_code",
		},
		"429, for an hour, with time enough": {
			options: []client.Option{client.WithTotalTimeout(0)},
			faults:  []fault{status(429, "Retry-After", "3600")}, waits: []time.Duration{time.Hour},
		},

		"slow headers": {faults: []fault{slow}, waits: []time.Duration{client.DefaultTimeout + second/2}},
		"slow headers, a short timeout": {
			options: []client.Option{client.WithTimeout(second)}, faults: []fault{slow, slow},
			waits: []time.Duration{second + second/2, second + second},
		},
		"slow headers for good": {
			faults: []fault{slow, slow, slow, slow}, code: client.CodeTimeout,
			waits: []time.Duration{30*second + second/2, 31 * second, 32 * second}, took: 2 * time.Minute,
		},
		"slow headers, no timeout but the call's": {
			options: []client.Option{client.WithTimeout(0), client.WithTotalTimeout(5 * time.Minute)}, faults: []fault{slow},
			code: client.CodeTimeout, took: 5 * time.Minute,
		},

		"truncated JSON, cut by the connection": {
			faults: []fault{raw("HTTP/1.1 201 Created\r\nContent-Length: 400\r\n\r\n{\"data\":{\"da")}, waits: []time.Duration{second / 2},
		},
		"truncated JSON, cut in a chunk": {
			faults: []fault{raw("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"data\"")}, waits: []time.Duration{second / 2},
		},
		"truncated JSON, whole to HTTP": {
			faults: []fault{fault(answer(201, "application/json", createdJSON[:50]))}, status: 201, code: client.CodeInvalidResponse,
		},
		"HTML and 200":     {faults: []fault{fault(answer(200, "text/html", "<html>Hello</html>"))}, status: 200, code: client.CodeInvalidResponse},
		"HTML and 502":     {faults: []fault{fault(answer(502, "text/html", "<html>Bad</html>"))}, waits: []time.Duration{second / 2}},
		"HTML and 403":     {faults: []fault{fault(answer(403, "text/html", "<html>No</html>"))}, status: 403},
		"an empty 200":     {faults: []fault{fault(answer(200, "application/json", ""))}, status: 200, code: client.CodeInvalidResponse},
		"another envelope": {faults: []fault{fault(answer(200, "application/json", `{"result":{}}`))}, status: 200, code: client.CodeInvalidResponse},
		"no HTTP":          {faults: []fault{raw("SSH-2.0-OpenSSH_9.9\r\n")}, waits: []time.Duration{second / 2}},
		"a broken-off 404": {faults: []fault{raw("HTTP/1.1 404 Not Found\r\nContent-Length: 400\r\n\r\n{\"code\":")}, status: 404},
		"a connection that is refused": {
			dial: []error{errRefused, errRefused}, took: second/2 + second, attempts: 3,
		},

		"the vendor's, a refused connection": {options: []client.Option{vendor}, dial: []error{errRefused, errRefused}, took: second/2 + second, attempts: 3},
		"the vendor's, a reset":              {options: []client.Option{vendor}, faults: []fault{reset}, code: client.CodeConnection},
		"the vendor's, 500":                  {options: []client.Option{vendor}, faults: []fault{status(500)}, status: 500, code: "some_code"},
		"the vendor's, 429":                  {options: []client.Option{vendor}, faults: []fault{status(429, "Retry-After", "1")}, status: 429, code: "some_code"},
		"the vendor's, slow headers":         {options: []client.Option{vendor}, faults: []fault{slow}, code: client.CodeTimeout, took: client.DefaultTimeout},
		"the vendor's, opted in":             {options: []client.Option{vendor, always}, faults: []fault{reset, status(500)}, waits: []time.Duration{second / 2, second}},
		"the vendor's, get":                  {call: get, options: []client.Option{vendor}, faults: []fault{reset, status(429, "Retry-After", "4")}, waits: []time.Duration{second / 2, 4 * second}},
		"the vendor's, update":               {call: update, options: []client.Option{vendor}, faults: []fault{status(500)}, waits: []time.Duration{second / 2}},
		"opted out, a reset":                 {options: []client.Option{unsent}, faults: []fault{reset}, code: client.CodeConnection},
		"without a key, a reset":             {call: test, faults: []fault{reset}, code: client.CodeConnection},
		"without a key, refused":             {call: test, dial: []error{errRefused}, took: second / 2, attempts: 2},
		"without a key, opted in":            {call: test, options: []client.Option{always}, faults: []fault{reset}, waits: []time.Duration{second / 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, test.run)
		})
	}
}

// untilAnHour is a create that may take an hour.
func untilAnHour(ctx context.Context, c *client.Client, o ...client.Option) error {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	return create(ctx, c, o...)
}

// TestContextEnds cancels calls at each of the points where they wait.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault fault
		code  string
	}{
		"while the server is slow":                   {slow, client.CodeCanceled},
		"during the wait for the next":               {status(503, "Retry-After", "20"), "some_code"},
		"while the body is on its way":               {slowBody, client.CodeCanceled},
		"during the wait, after a broken connection": {reset, client.CodeConnection},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, proxy([]fault{test.fault}, api()))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(second/4, cancel)
				begun := time.Now()
				err := create(ctx, n.client(t))
				assert.Equal(t, second/4, time.Since(begun))
				assert.Len(t, n.seen(), 1)
				require.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, test.code, asError(t, err).Code)
			})
		})
	}
}

// slowBody sends a whole header and not the whole body.
func slowBody(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"data":`)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// TestDeadline never begins a wait that the context would cut short.
func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, proxy([]fault{status(429, "Retry-After", "20")}, api()))
		ctx, cancel := context.WithTimeout(t.Context(), 10*second)
		defer cancel()
		begun := time.Now()
		err := create(ctx, n.client(t))
		assert.Zero(t, time.Since(begun))
		require.ErrorIs(t, err, client.ErrRateLimited)
		assert.Equal(t, 20*second, asError(t, err).RetryAfter)
	})
}

// TestTimeoutWraps is what programs look for.
func TestTimeoutWraps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, proxy([]fault{slow}, api()))
		err := create(t.Context(), n.client(t, client.WithMaxRetries(0)))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var timeout net.Error
		require.True(t, errors.As(err, &timeout) && timeout.Timeout(), "%v is a net.Error", err)
	})
}
