package server

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/internal/retryafter"
)

// exchange is a request and its answer. It is the writer of the answer: it
// holds the header back until the first byte of the body or a flush, so that an
// answer that fails earlier can still become another one.
type exchange struct {
	http.ResponseWriter

	id        uuid.UUID
	begun     time.Time
	operation string // its operationId, empty where the request is for none
	route     string // the path's template
	body      []byte // the request's, once it has been validated
	routed    error  // what the router and the operation returned
	err       error  // the reason of an answer that is an error
	fault     Fault

	bodies *budget // of which held bytes are this request's
	key    string  // the caller's API key
	held   int64

	// patience is how long a caller may take to read a piece of a stream, 0 for
	// an answer that is none.
	patience time.Duration

	head         bool // the method is HEAD, so the answer has no body
	takesGzip    bool
	status       int
	size         int64 // of the body, before it is compressed
	written      bool  // something of the body has been
	sent         bool  // the header is
	compressor   *gzip.Writer
	disconnected error // why the answer cannot reach the caller
}

// exchangeOf returns the exchange behind echo's own writer.
func exchangeOf(c echo.Context) *exchange {
	return c.Response().Writer.(*exchange) //nolint:errcheck,forcetypeassert // shell gives echo nothing else
}

type exchangeKey struct{}

// RequestID returns the id of the request that an implementation is answering,
// the same that the caller gets as X-Request-Id and request_id. It is the zero
// UUID outside of a request.
func RequestID(ctx context.Context) uuid.UUID {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return uuid.UUID{}
	}
	return x.id
}

// begin names the request. A caller that sends a UUID of its own in
// X-Request-Id keeps it, so that logs can be joined; anything else is replaced,
// as it would go into logs.
func (s *settings) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{
		ResponseWriter: w, begun: s.now(), head: r.Method == http.MethodHead, bodies: s.bodies,
		takesGzip: acceptsGzip(r.Header[echo.HeaderAcceptEncoding]),
	}
	id, ok := parseRequestID(r.Header.Get(echo.HeaderXRequestID))
	if !ok {
		id = uuid.New()
	}
	x.id = id
	return x
}

// parseRequestID takes the canonical form only: uuid.Parse would take a URN and
// braces too. The zero UUID names nothing.
func parseRequestID(text string) (id uuid.UUID, ok bool) {
	const canonical = 36
	if len(text) != canonical {
		return uuid.UUID{}, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil && id != uuid.UUID{}
}

// WriteHeader sets the status, once.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
}

// Write implements io.Writer. The first piece of a body decides whether it is
// compressed; the generated code writes bodies whole.
func (x *exchange) Write(data []byte) (int, error) {
	if !x.written {
		x.written = true
		x.WriteHeader(http.StatusOK)
		if !x.sent {
			x.chooseCoding(len(data))
		}
		if !x.sent && !x.head {
			x.send()
		}
	}
	x.size += int64(len(data))
	if x.head {
		return len(data), nil
	}
	x.extendDeadline()
	var body io.Writer = x.ResponseWriter
	if x.compressor != nil {
		body = x.compressor
	}
	n, err := body.Write(data)
	if err != nil {
		x.disconnected = err
	}
	return n, err
}

// Unwrap gives http.ResponseController the connection's own writer, for
// deadlines.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Flush implements http.Flusher, for echo.
func (x *exchange) Flush() { _ = x.FlushError() }

// FlushError sends what there is of an answer, for http.ResponseController. An
// answer to HEAD has nothing to send before its end.
func (x *exchange) FlushError() error {
	if x.head {
		return nil
	}
	if !x.sent {
		x.WriteHeader(http.StatusOK)
		x.send()
	}
	x.extendDeadline()
	if x.compressor != nil {
		if err := x.compressor.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(x.ResponseWriter).Flush()
}

// streamPatience is how long a caller may leave a piece of a stream unread
// before it is hung up on.
const streamPatience = 10 * time.Second

// stream lifts the deadlines of the connection from an answer without an end.
// From then on each piece has one of its own.
func (x *exchange) stream() {
	x.patience = streamPatience
	// A writer without deadlines has none to lift.
	_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Time{})
}

// extendDeadline gives a stream time for its next piece.
func (x *exchange) extendDeadline() {
	if x.patience > 0 {
		_ = http.NewResponseController(x.ResponseWriter).SetWriteDeadline(time.Now().Add(x.patience))
	}
}

// discard takes back an answer of which nothing has been sent yet.
func (x *exchange) discard() {
	x.status, x.size, x.written = 0, 0, false
	header := x.Header()
	header.Del(echo.HeaderContentLength)
	header.Del(echo.HeaderContentEncoding)
}

// finish sends what is left of an answer.
func (x *exchange) finish() {
	if x.compressor != nil {
		x.closeCompressor()
	}
	if x.sent {
		return
	}
	x.WriteHeader(http.StatusOK)
	if header := x.Header(); x.written && header.Get(echo.HeaderContentEncoding) == "" {
		header.Set(echo.HeaderContentLength, strconv.FormatInt(x.size, 10))
	}
	x.send()
}

// noStore is because a cache does not know that api_key, unlike Authorization,
// makes answers private (RFC 9111, section 3.5).
const noStore = "no-store"

// retryAfterUnavailable is how long a caller should wait after a 503 that does
// not say.
const retryAfterUnavailable = 5 * time.Second

// send writes the header. Whatever the answer is, some of it is the shell's to
// promise.
func (x *exchange) send() {
	x.sent = true
	header := x.Header()
	values := []string{x.id.String(), noStore} // one allocation for both
	header[echo.HeaderXRequestID] = values[0:1:1]
	if len(header[echo.HeaderCacheControl]) == 0 {
		header[echo.HeaderCacheControl] = values[1:2:2]
	}
	header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	switch x.status {
	case http.StatusUnauthorized:
		setDefault(header, echo.HeaderWWWAuthenticate, challenge)
	case http.StatusServiceUnavailable:
		if len(header[retryafter.Name]) == 0 {
			retryafter.Set(header, retryAfterUnavailable)
		}
	}
	x.ResponseWriter.WriteHeader(x.status)
}

func setDefault(header http.Header, name, value string) {
	if len(header[name]) == 0 {
		header.Set(name, value)
	}
}
