package contract

import (
	"net/http"

	"github.com/hookline-go/hookline/internal/openapi"
)

// Operation is one operation of a contract. It is immutable and safe for
// concurrent use.
type Operation struct {
	// ID is the operationId.
	ID string
	// Method is the HTTP method in capitals.
	Method string
	// Path is the template below the server's URL, such as
	// "/core/webhook-config/{webhookConfigId}".
	Path string

	engine *openapi.Operation
}

// Request is an HTTP request whose path has been matched with an operation. The
// host, the method and the path itself are the router's business, and the
// security schemes are the authenticator's.
type Request struct {
	// PathParams holds the path's parameters, unescaped, by name.
	PathParams map[string]string
	// RawPathParams holds them as the URL has them, with their percent-encoding,
	// so that an encoded comma is no separator. They count where they are given.
	RawPathParams map[string]string
	RawQuery      string
	// Header has canonical keys, as http.Header does everywhere.
	Header http.Header
	Body   []byte
}

// Response is an HTTP response to an operation.
type Response struct {
	Status int
	// Header has canonical keys, as http.Header does everywhere.
	Header http.Header
	Body   []byte
}

// HasBody tells whether the operation takes a request body.
func (o *Operation) HasBody() bool { return o.engine.HasBody() }

// ValidateRequest returns everything in which a request breaks the contract, in
// the order of the message: path, query, headers, body. It returns nil when the
// request keeps to it. A body that the operation does not take is not looked
// at.
func (o *Operation) ValidateRequest(r *Request) []Violation {
	return violationsOf(o.engine.ValidateRequest((*openapi.Request)(r)))
}

// ValidateResponse returns everything in which a response breaks the contract,
// an undocumented status included. It returns nil when the response keeps to
// it.
func (o *Operation) ValidateResponse(r *Response) []Violation {
	return violationsOf(o.engine.ValidateResponse((*openapi.Response)(r)))
}
