package api

import (
	"errors"
	"net/http"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/webhook"
)

// statuses is the one table from the domain's codes to HTTP. A code that it
// leaves out is the server's own fault, and its text is for the log.
var statuses = map[webhook.Code]int32{
	webhook.CodeInvalid:                 http.StatusBadRequest,
	webhook.CodeUnauthenticated:         http.StatusUnauthorized,
	webhook.CodeNotFound:                http.StatusNotFound,
	webhook.CodeConflict:                http.StatusConflict,
	webhook.CodeIdempotencyKeyReused:    http.StatusConflict,
	webhook.CodeConfigLimitReached:      http.StatusConflict,
	webhook.CodeConfigDisabled:          http.StatusConflict,
	webhook.CodeConfigDeleted:           http.StatusConflict,
	webhook.CodeAttemptUnderWay:         http.StatusConflict,
	webhook.CodeIntegrationTypeRequired: http.StatusUnprocessableEntity,
	webhook.CodeUnavailable:             http.StatusServiceUnavailable,
}

// unavailable is the text for callers when storage fails. The error's own says
// what the store was doing, for the log.
const unavailable = "The database cannot serve the request now. Repeat the request later."

// Problem renders an error of the domain as a problem document; ok is false for
// an error whose text no caller may see. The title and the request id are left
// to the server.
func Problem(err error) (problem gen.Problem, ok bool) {
	var failure *webhook.Error
	if !errors.As(err, &failure) {
		return gen.Problem{}, false
	}
	status, ok := statuses[failure.Code]
	if !ok {
		return gen.Problem{}, false
	}
	detail := failure.Message
	if failure.Code == webhook.CodeUnavailable {
		detail = unavailable
	}
	problem = gen.Problem{Status: status, Code: string(failure.Code), Detail: &detail}
	if failure.Pointer != "" {
		problem.Errors = &[]gen.Violation{{
			In: gen.ViolationInBody, Pointer: failure.Pointer, Code: string(failure.Code), Detail: failure.Message,
		}}
	}
	return problem, true
}
