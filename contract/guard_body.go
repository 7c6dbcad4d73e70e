package contract

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/openapi"
)

// validate holds the request against its operation. The body is replaced by one
// that begins anew, if it has to be read.
func (g *Guard) validate(w http.ResponseWriter, r *http.Request, found *openapi.Match) *Refusal {
	operation := found.Operation
	violations := violationsOf(operation.ValidateParameters(&openapi.Request{
		PathParams: found.PathParams, RawPathParams: found.RawPathParams, RawQuery: r.URL.RawQuery, Header: r.Header,
	}))
	if g.settings.passUnknownQuery {
		violations = slices.DeleteFunc(violations, func(v Violation) bool { return v.Code == CodeUnknownParameter })
	}
	if operation.HasBody() {
		more, refusal := g.body(w, r, operation)
		if refusal != nil {
			return refusal
		}
		violations = append(violations, more...)
	}
	if len(violations) == 0 {
		return nil
	}
	return &Refusal{
		Status: http.StatusBadRequest, Code: CodeInvalidRequest, Violations: violations[:min(len(violations), MaxViolations)],
	}
}

func (g *Guard) body(w http.ResponseWriter, r *http.Request, operation *openapi.Operation) ([]Violation, *Refusal) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, unsupported(Violation{
			In: InHeader, Pointer: "/Content-Encoding", Code: CodeUnsupportedMediaType, Start: -1, End: -1,
			Message: "the body must not have a content coding",
		})
	}
	plan := operation.PlanBody(r.Header)
	empty := r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0
	switch {
	case empty && (!operation.RequiresBody() || !plan.Read):
		return violationsOf(operation.ValidateBody(r.Header, nil)), nil
	case len(plan.Violations) > 0:
		return nil, unsupported(violationsOf(plan.Violations)...)
	case !plan.Read:
		return nil, nil // an upload goes to the handler as it comes
	}
	most := int64(plan.Most)
	if g.settings.maxBody > 0 {
		most = min(most, g.settings.maxBody)
	}
	if g.settings.report != nil {
		return reportBody(r, operation, most)
	}
	data, refusal := readBody(w, r, most)
	if refusal != nil {
		return nil, refusal
	}
	return violationsOf(operation.ValidateBody(r.Header, data)), nil
}

func unsupported(violations ...Violation) *Refusal {
	return &Refusal{Status: http.StatusUnsupportedMediaType, Code: CodeUnsupportedMediaType, Violations: violations}
}

// readBody reads a body, in a buffer that grows with what arrives, and lets it
// be read again.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, *Refusal) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > most {
		return nil, tooLarge(most)
	}
	source := r.Body
	// Of net/http's own writer, the reader has the connection closed rather
	// than the rest of the body read.
	data, err := io.ReadAll(http.MaxBytesReader(w, source, most))
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return nil, tooLarge(most)
	}
	if err != nil {
		return nil, &Refusal{Status: http.StatusBadRequest, Code: CodeInvalidRequest, Err: err}
	}
	r.Body = &again{Reader: bytes.NewReader(data), Closer: source}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return data, nil
}

// reportBody is for requests that pass whatever they hold: what was read comes
// again.
func reportBody(r *http.Request, operation *openapi.Operation, most int64) ([]Violation, *Refusal) {
	data, rest, err := peek(r.Body, most)
	r.Body = rest
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr // it comes again when the handler reads
	case int64(len(data)) > most:
		return nil, tooLarge(most)
	}
	return violationsOf(operation.ValidateBody(r.Header, data)), nil
}

func tooLarge(most int64) *Refusal {
	return &Refusal{
		Status: http.StatusRequestEntityTooLarge, Code: CodeBodyTooLarge,
		Violations: []Violation{{
			In: InBody, Code: CodeBodyTooLarge, Start: int(most), End: int(most),
			Message: "the body is larger than " + strconv.FormatInt(most, 10) + " bytes",
		}},
	}
}
