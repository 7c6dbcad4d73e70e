package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/hookline-go/hookline/internal/problem"
)

// Codes of refusals, besides those of violations that have a status of their
// own.
const (
	CodeInvalidRequest Code = "invalid_request"
	CodeUnauthorized   Code = "unauthorized"
	CodeForbidden      Code = "forbidden"
)

// Refusal is a request that a middleware does not let through. Nothing that was
// submitted is part of it, but the names of fields and parameters.
type Refusal struct { //nolint:errname // it is an answer in the first place, and an error for who wants one
	// Status is the answer's: 400, 401, 403, 404, 405, 413 or 415.
	Status int
	// Code tells refusals apart: CodeInvalidRequest, CodeUnauthorized,
	// CodeForbidden, CodeNotFound, CodeMethodNotAllowed, CodeOtherServer,
	// CodeBodyTooLarge or CodeUnsupportedMediaType.
	Code Code
	// Operation is nil where the document has none for the request.
	Operation *Operation
	// Violations are those of a request that breaks the document.
	Violations []Violation
	// Allow lists the methods that the path has, for CodeMethodNotAllowed.
	Allow []string
	// Challenges are the schemes of the WWW-Authenticate header, for
	// CodeUnauthorized.
	Challenges []string
	// Err is what the Authenticator returned, or why the body did not arrive. It
	// may hold anything, so it is not part of the answer.
	Err error
}

// Error implements error. It leaves Err out.
func (r *Refusal) Error() string {
	return fmt.Sprintf("contract: %d %s: %s", r.Status, r.Code, r.detail())
}

// Unwrap returns Err.
func (r *Refusal) Unwrap() error { return r.Err }

func (r *Refusal) detail() string {
	switch {
	case len(r.Violations) == 1:
		return "The request breaks the contract in 1 place."
	case len(r.Violations) > 1:
		return fmt.Sprintf("The request breaks the contract in %d places.", len(r.Violations))
	}
	switch r.Code {
	case CodeUnauthorized:
		return "The request has no valid credentials."
	case CodeForbidden:
		return "The caller may not make this request."
	case CodeMethodNotAllowed:
		return "The path has no such method; the Allow header lists those it has."
	case CodeInvalidRequest:
		return "The body did not arrive whole."
	default:
		return "There is no such path."
	}
}

// MarshalJSON implements [json.Marshaler]: the problem document.
func (r *Refusal) MarshalJSON() ([]byte, error) {
	document := map[string]any{
		"type": problem.TypeBlank, "title": http.StatusText(r.Status), "status": r.Status, "code": r.Code, "detail": r.detail(),
	}
	if len(r.Violations) > 0 {
		document["errors"] = placesOf(r.Violations)
	}
	return json.Marshal(document)
}

// problemPlace is a violation in a problem document.
type problemPlace struct {
	In         In     `json:"in"`
	Pointer    string `json:"pointer"`
	Code       Code   `json:"code"`
	Detail     string `json:"detail"`
	Schema     string `json:"schema,omitempty"`
	Suggestion string `json:"suggestion,omitempty"`
}

func placesOf(violations []Violation) []problemPlace {
	places := make([]problemPlace, 0, len(violations))
	for i := range violations {
		v := &violations[i]
		places = append(places, problemPlace{v.In, v.Pointer, v.Code, v.Detail(), v.Schema, v.Suggestion})
	}
	return places
}

// refuse answers with the problem document.
func refuse(w http.ResponseWriter, _ *http.Request, r *Refusal) {
	header := w.Header()
	if len(r.Allow) > 0 {
		header.Set("Allow", strings.Join(r.Allow, ", "))
	}
	for _, challenge := range r.Challenges {
		header.Add("WWW-Authenticate", challenge)
	}
	problem.Write(w, r.Status, r)
}
