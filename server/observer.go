package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Observer hears of every request that the server answers, whatever the answer
// is. Logs, metrics and traces are observers. The methods are called from the
// goroutine of the request: they must be quick, and safe for concurrent use.
type Observer interface {
	// RequestStarted is called first. The request goes on with the context that
	// it returns, so that a trace can put its span there.
	RequestStarted(ctx context.Context, r *http.Request) context.Context
	// RequestEnded is called once, with the context of RequestStarted, when the
	// answer has been handed to the connection or was given up.
	RequestEnded(ctx context.Context, result Result)
}

// Fault says on whose side the reason for an error is.
type Fault string

// The sides.
const (
	// FaultNone is that of a request that succeeded.
	FaultNone Fault = ""
	// FaultCaller is that of an error that the caller was told.
	FaultCaller Fault = "caller"
	// FaultGone is that of an error after the caller has left, which says
	// little.
	FaultGone Fault = "gone"
	// FaultServer is that of an error whose text is for operators only: a bug,
	// a timeout, storage that does not answer.
	FaultServer Fault = "server"
)

// Result is what is known about a request at its end. Of what a caller sends
// there is nothing in it but its address, so that it can be logged and counted.
type Result struct {
	// Method is one of the methods that HTTP defines, or "other".
	Method string
	// Operation is the operationId. It is empty where the request is for none.
	Operation string
	// Route is the template of the path. It is empty where there is no such
	// path.
	Route string
	// Status is the answer's.
	Status int
	// Size is that of the answer's body in bytes, before it is compressed.
	Size int64
	// Duration is the time from the request's header to the end of the answer.
	Duration time.Duration
	// RequestID is what the caller gets as X-Request-Id.
	RequestID uuid.UUID
	// RemoteAddr is the address of the caller, or of a proxy in front.
	RemoteAddr string
	// Fault says whose the error is, if there is one.
	Fault Fault
	// Err is the reason for an answer that is an error, nil for others. Only
	// that of a FaultServer tells more than the answer does.
	Err error
}

// WithObserver adds observers. They are called in their order, after the log.
func WithObserver(observers ...Observer) Option {
	return func(s *settings) { s.observers = append(s.observers, observers...) }
}

// started tells the observers, and returns the request that goes on.
func (s *settings) started(r *http.Request) *http.Request {
	ctx := r.Context()
	for _, observer := range s.observers {
		ctx = observer.RequestStarted(ctx, r) //nolint:fatcontext // each observer adds to what the one before returned
	}
	if ctx == r.Context() {
		return r
	}
	return r.WithContext(ctx)
}

func (s *settings) ended(x *exchange, r *http.Request) {
	result := Result{
		Method: knownMethod(r.Method), Operation: x.operation, Route: x.route, Status: x.status, Size: x.size,
		Duration: s.now().Sub(x.begun), RequestID: x.id, RemoteAddr: r.RemoteAddr, Fault: x.fault, Err: x.err,
	}
	for _, observer := range s.observers {
		observer.RequestEnded(r.Context(), result)
	}
}

var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions,
	http.MethodPatch, http.MethodConnect, http.MethodTrace,
}

// knownMethod keeps what a caller makes up, at any length, out of logs and
// labels.
func knownMethod(method string) string {
	if slices.Contains(methods, method) {
		return method
	}
	return "other"
}
