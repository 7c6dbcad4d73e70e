package receiver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// MaxPayload is how many bytes the body of a delivery may have: 1 MiB. hookline
// sends at most 256 KiB.
const MaxPayload = 1 << 20

// settleTimeout bounds what a [Claim] may take to settle.
const settleTimeout = 5 * time.Second

// HandlerFunc handles one delivery. Its context ends when the sender hangs up,
// as after its timeout (hookline's default is 15 seconds); the event then comes
// again, whatever is returned. It is called concurrently.
//
// An error is not sent to the sender; see [NewHandler] for what is answered.
type HandlerFunc = func(ctx context.Context, delivery Delivery) error

// handler is what NewHandler returns.
type handler struct {
	verifier     *Verifier
	handle       HandlerFunc
	deduplicator Deduplicator
	logger       *slog.Logger
}

// NewHandler returns an endpoint for deliveries that are signed with one of the
// secrets. It may be mounted under any path; each delivery that is verified,
// and was not handled before (see [WithDeduplicator]), goes to handle.
//
//	204  handle returned nil, or the delivery is a duplicate
//	400  the body is no JSON object, or could not be read
//	401  the delivery is not verified (the kind [ErrUnverified])
//	405  the method is not POST
//	410  handle returned [ErrGone]
//	413  the body is longer than [MaxPayload]
//	500  handle returned another error, or panicked (with whatever value; the stack is logged)
//	503  with Retry-After: handle returned a [RetryLaterError], or the delivery is being handled already, or the
//	     Deduplicator failed
//
// Whatever is not 2xx makes the sender try again later (Standard Webhooks,
// delivery success and failure), and carries a problem document (RFC 9457) with
// the code of the reason and nothing else. Nothing of the body is looked at
// before it is verified, and it is read only if the headers may be right.
//
// How long a sender may take is for the [http.Server] to say: set
// ReadHeaderTimeout and ReadTimeout. A deadline of the handler is the caller's
// business too; see [HandlerFunc].
//
// The errors are [ErrNoSecret], [ErrInvalidSecret] and [ErrInvalidOption].
func NewHandler(secrets []string, handle HandlerFunc, options ...HandlerOption) (http.Handler, error) {
	settings := handlerSettings{verify: defaultVerifySettings(), logger: slog.Default()}
	for _, option := range options {
		option.applyTo(&settings)
	}
	if handle == nil || settings.logger == nil {
		return nil, fmt.Errorf("%w: the handler or the logger is nil", ErrInvalidOption)
	}
	if scheme := settings.verify.scheme; scheme != nil && scheme.IDHeader == "" && settings.deduplicator != nil {
		return nil, fmt.Errorf("%w: the scheme has no id to deduplicate by", ErrInvalidOption)
	}
	verifier, err := settings.verify.verifier(secrets)
	if err != nil {
		return nil, err
	}
	return &handler{verifier, handle, settings.deduplicator, settings.logger}, nil
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	delivery, result := h.receive(w, r)
	if result.ok() {
		result = h.deliver(r.Context(), delivery)
	}
	h.log(r.Context(), delivery, result)
	result.write(w)
}

// receive reads and verifies. The delivery counts only if the answer is ok.
func (h *handler) receive(w http.ResponseWriter, r *http.Request) (Delivery, answer) {
	if r.Method != http.MethodPost {
		return Delivery{}, refused(http.StatusMethodNotAllowed, codeMethodNotAllowed)
	}
	if r.ContentLength > MaxPayload {
		return Delivery{}, refused(http.StatusRequestEntityTooLarge, codePayloadTooLarge)
	}
	m, err := h.verifier.open(r.Header)
	if err != nil {
		return Delivery{}, refused(http.StatusUnauthorized, codeOf(err))
	}
	payload, result := readPayload(w, r)
	if !result.ok() {
		return Delivery{}, result
	}
	if err := h.verifier.match(m, r.Header, payload); err != nil {
		return Delivery{}, refused(http.StatusUnauthorized, codeOf(err))
	}
	if !isObject(payload) {
		return Delivery{}, refused(http.StatusBadRequest, codePayloadNotObject)
	}
	var timestamp time.Time
	if h.verifier.settings.scheme == nil || m.stamp != "" {
		timestamp = time.Unix(m.timestamp, 0).UTC()
	}
	return Delivery{
		ID:         m.id,
		Timestamp:  timestamp,
		ReceivedAt: h.verifier.settings.clock(),
		Payload:    payload,
		Header:     r.Header,
	}, accepted
}

// readPayload does not believe a Content-Length with more than a little memory.
func readPayload(w http.ResponseWriter, r *http.Request) ([]byte, answer) {
	const trusted = 64 << 10
	var payload bytes.Buffer
	payload.Grow(int(min(max(r.ContentLength, 0), trusted)) + bytes.MinRead)
	_, err := payload.ReadFrom(io.Reader(http.MaxBytesReader(w, r.Body, MaxPayload)))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, refused(http.StatusRequestEntityTooLarge, codePayloadTooLarge)
	}
	if err != nil {
		return nil, refused(http.StatusBadRequest, codePayloadUnread)
	}
	return payload.Bytes(), accepted
}

func isObject(payload []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(payload, " \t\r\n"), []byte("{")) && json.Valid(payload)
}

// deliver calls the handler unless the Deduplicator is against it.
func (h *handler) deliver(ctx context.Context, delivery Delivery) answer {
	if h.deduplicator == nil {
		return h.call(ctx, delivery)
	}
	claim, err := h.deduplicator.Begin(ctx, delivery.ID)
	switch {
	case err == nil && claim != nil:
		return h.deliverClaimed(ctx, delivery, claim)
	case errors.Is(err, ErrDuplicate):
		return accepted
	case errors.Is(err, ErrInProgress):
		return unavailable(codeInProgress, retryAfterBusy, err, slog.LevelInfo)
	default:
		return unavailable(codeUnavailable, retryAfterBusy, err, slog.LevelError)
	}
}

// deliverClaimed settles the claim whatever happens to the handler, and before
// the sender gets an answer upon which it could come again.
func (h *handler) deliverClaimed(ctx context.Context, delivery Delivery, claim Claim) answer {
	settle := claim.Release
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
		defer cancel()
		if err := settle(ctx); err != nil {
			h.logger.LogAttrs(ctx, slog.LevelError, "the claim on a delivery was not settled",
				slog.String("webhook_id", delivery.ID), slog.Any("error", err))
		}
	}()
	result := h.call(ctx, delivery)
	if result.ok() {
		settle = claim.Done
	}
	return result
}

// panicError is the failure of a handler that panicked.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// call also recovers from what the methods of the returned error do while they
// are asked for their kind.
func (h *handler) call(ctx context.Context, delivery Delivery) (result answer) {
	defer func() {
		if value := recover(); value != nil {
			result = answerTo(&panicError{value, debug.Stack()})
		}
	}()
	return answerTo(h.handle(ctx, delivery))
}

// log says nothing about success. The id is empty unless it was verified.
func (h *handler) log(ctx context.Context, delivery Delivery, result answer) {
	if result.ok() {
		return
	}
	attrs := []slog.Attr{slog.Int("status", result.status), slog.String("code", result.code)}
	if delivery.ID != "" {
		attrs = append(attrs, slog.String("webhook_id", delivery.ID))
	}
	if result.cause != nil {
		attrs = append(attrs, slog.Any("error", result.cause))
	}
	if panicked, ok := errors.AsType[*panicError](result.cause); ok {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	h.logger.LogAttrs(ctx, result.level, "a delivery was not handled", attrs...)
}
