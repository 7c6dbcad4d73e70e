package contract

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
)

const (
	// MaxBody is the largest body that keeps to hookline's contract, in bytes:
	// 1 MiB.
	MaxBody = openapi.MaxBody
	// MaxDepth is how deep arrays and objects of a body may nest.
	MaxDepth = openapi.MaxDepth
	// MaxViolations is how many violations are reported at most. It is enough
	// for a create with every place wrong; beyond it, a small body could ask
	// for a large answer.
	MaxViolations = openapi.MaxViolations
)

// Contract is an OpenAPI document, prepared for validation. It is immutable and
// safe for concurrent use.
type Contract struct {
	document   *openapi.Document
	router     *openapi.Router
	operations []*Operation
	byEngine   map[*openapi.Operation]*Operation
	byID       map[string]*Operation
}

// Default returns hookline's own contract. It is prepared at the first call and
// shared from then on.
func Default() (*Contract, error) { return loadDefault() }

var loadDefault = sync.OnceValues(func() (*Contract, error) {
	return Load(context.Background(), hookline.OpenAPI())
})

// Load prepares a document of OpenAPI 3.0, 3.1 or 3.2, in YAML or JSON. It fails
// where the document is none, and, without [Tolerant], where it has problems:
// the error then lists them all, with their lines.
func Load(ctx context.Context, data []byte, options ...LoadOption) (*Contract, error) {
	var chosen loadSettings
	for _, option := range options {
		option(&chosen)
	}
	document, err := openapi.Load(ctx, data, chosen.engine)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	router, err := openapi.NewRouter(document)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	c := &Contract{
		document: document, router: router, byEngine: map[*openapi.Operation]*Operation{}, byID: map[string]*Operation{},
	}
	for _, engine := range document.Operations() {
		operation := &Operation{ID: engine.ID, Method: engine.Method, Path: engine.Path, engine: engine}
		c.operations = append(c.operations, operation)
		c.byEngine[engine], c.byID[operation.ID] = operation, operation
	}
	return c, nil
}

// JSON returns the document as JSON, with its references as they are.
func (c *Contract) JSON() ([]byte, error) {
	data, err := c.document.JSON()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return data, nil
}

// Operation returns the operation with that operationId. An operation without
// one has its method and path template for an id, such as "GET /things".
func (c *Contract) Operation(id string) (*Operation, bool) {
	operation, ok := c.byID[id]
	return operation, ok
}

// Operations returns all operations, by path template and then by method.
func (c *Contract) Operations() []*Operation {
	return append([]*Operation(nil), c.operations...)
}

// Match is the operation that a request is for, and the parameters of its path.
type Match struct {
	Operation *Operation
	// PathParams are unescaped, by name.
	PathParams map[string]string
}

// MatchError says why a request is for none of the operations. It repeats
// nothing of the URL.
type MatchError struct {
	// Code is CodeNotFound, CodeMethodNotAllowed or CodeOtherServer.
	Code Code
	// Suggestion is the nearest path template for CodeNotFound, or empty where
	// none is near.
	Suggestion string
	// Methods are those that the path has, for CodeMethodNotAllowed.
	Methods []string

	reason string
}

// Error implements error.
func (e *MatchError) Error() string { return e.reason }

// Match finds the operation for a method and a URL as it is written, with its
// percent-encoding. The URL is absolute, or a path that begins with a server's
// base path, or the path of an operation alone. Schemes are not compared, and a
// server on the loopback interface stands for all of its ports. The error is a
// *MatchError.
func (c *Contract) Match(method, target string) (*Match, error) {
	match, err := c.router.Match(method, target)
	if failure, failed := errors.AsType[*openapi.MatchError](err); failed {
		return nil, &MatchError{
			Code: Code(failure.Code), Suggestion: failure.Suggestion(), Methods: failure.Methods, reason: failure.Error(),
		}
	}
	return &Match{Operation: c.byEngine[match.Operation], PathParams: match.PathParams}, nil
}
