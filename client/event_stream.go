package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/hookline-go/hookline/gen"
)

const (
	// streamSilence is how long a stream may say nothing before its connection is
	// taken for dead. The contract promises a sign of life every 15 seconds.
	streamSilence = 40 * time.Second
	// maxStreamLine bounds a line of a stream: an event of 256 KiB, each byte of
	// which is escaped.
	maxStreamLine = 2 << 20

	headerLastEventID = "Last-Event-ID"
	mediaTypeStream   = "text/event-stream"
)

var errStreamEnded = errors.New("the server ended the stream")

// Stream yields the organisation's events as they are published, in the order
// in which they were stored (GET /core/webhook-stream), until the context ends.
// It is an extension of hookline.
//
// A connection that breaks is made again, as often as it takes, unless
// [WithMaxRetries] is 0; the stream goes on where it was, so that no event is
// left out or repeated. The waits between attempts are those of other calls.
// [WithTimeout] and [WithTotalTimeout] do not hold. To go on in another process,
// set LastEventID to the ID of the last event. What ends the stream is yielded
// last: a refusal, such as [ErrNotFound] for an unknown LastEventID, or the
// context's error.
func (s *Events) Stream(
	ctx context.Context, params *StreamWebhookEventsParams, options ...Option,
) iter.Seq2[*WebhookStreamEvent, error] {
	return func(yield func(*WebhookStreamEvent, error) bool) {
		c, err := prepare(s.settings, operation{
			id: "streamWebhookEvents",
			build: func(base string, _ io.Reader) (*http.Request, error) {
				return gen.NewStreamWebhookEventsRequest(base, params)
			},
		}, options)
		if err != nil {
			yield(nil, err)
			return
		}
		f := &follower{call: c, yield: yield}
		if err := f.follow(ctx); err != nil {
			yield(nil, err)
		}
	}
}

// follower follows a stream over any number of connections.
type follower struct {
	*call

	yield   func(*WebhookStreamEvent, error) bool
	last    string // the latest id, empty before the first
	stopped bool   // yield wants no more
	begun   bool   // the connection has said something
}

// follow connects until the stream must end. It returns nil where yield wants no
// more.
func (f *follower) follow(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		f.begun = false
		failure := f.connect(ctx)
		if f.stopped {
			return nil
		}
		if f.begun {
			attempt = 1
		}
		failure.Attempts = 1 // whatever came before, it may be tried again
		if !f.retriable(ctx, failure) {
			return f.end(failure)
		}
		failure.Attempts = attempt
		if !f.waitForNext(ctx, failure) {
			return f.end(failure)
		}
	}
}

// connect follows one connection to its end.
func (f *follower) connect(ctx context.Context) *Error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	silence := time.AfterFunc(streamSilence, cancel)
	defer silence.Stop()
	request, err := f.fresh(within)
	if err != nil {
		return f.failure(CodeConnection, err)
	}
	request.Header = request.Header.Clone()
	request.Header[headerAccept] = []string{mediaTypeStream}
	if f.last != "" {
		request.Header[headerLastEventID] = []string{f.last}
	}
	answer, err := f.send(request)
	if err != nil {
		return f.connectionFailure(ctx, err)
	}
	if answer.StatusCode != http.StatusOK {
		response, _ := read(answer) // the status says enough
		return f.refusal(response)
	}
	defer answer.Body.Close() //nolint:errcheck // it is given up
	lines := bufio.NewReader(answer.Body)
	for {
		message, err := readMessage(lines, func() { silence.Reset(streamSilence) })
		if err != nil {
			return f.connectionFailure(ctx, &bodyError{err})
		}
		f.begun = true
		if failure := f.accept(message); failure != nil || f.stopped {
			return failure
		}
	}
}

// accept yields the event of a message, where it has one.
func (f *follower) accept(message streamMessage) *Error {
	if len(message.data) > 0 {
		var event WebhookStreamEvent
		if err := json.Unmarshal(message.data, &event); err != nil {
			return f.failure(CodeInvalidResponse, fmt.Errorf("a message of the stream is not an event: %w", err))
		}
		f.stopped = !f.yield(&event, nil)
	}
	if message.id != "" {
		f.last = message.id
	}
	return nil
}

// streamMessage is a message of a stream (WHATWG HTML, server-sent events,
// interpreting an event stream).
type streamMessage struct {
	id   string
	data []byte
}

// readMessage reads up to the next empty line. alive is called for each line.
func readMessage(lines *bufio.Reader, alive func()) (streamMessage, error) {
	var m streamMessage
	for {
		line, err := readLine(lines)
		if err != nil {
			return m, err
		}
		alive()
		if len(line) == 0 {
			return m, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			m.id = string(value)
		case "data":
			if m.data != nil {
				m.data = append(m.data, '\n')
			}
			m.data = append(m.data, value...)
		}
	}
}

// readLine reads a line without its end.
func readLine(lines *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxStreamLine:
			return nil, errTooLarge
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil, errStreamEnded
		case err != nil:
			return nil, err
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}
