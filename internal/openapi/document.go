package openapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Document is an OpenAPI 3.0 document, prepared for validation. It and its
// operations are immutable and safe for concurrent use.
type Document struct {
	document   *openapi3.T
	operations map[string]*Operation
}

// Load prepares a document, in YAML or JSON. It fails where the document is not
// valid OpenAPI 3.0, or one of its examples breaks its own schema.
func Load(ctx context.Context, data []byte) (*Document, error) {
	loader := openapi3.NewLoader()
	loader.Context = ctx
	document, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if document.OpenAPI == "" {
		return nil, errors.New("the document has no openapi field, so it is no OpenAPI 3.0 document")
	}
	if !strings.HasPrefix(document.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("the document is OpenAPI %q; only 3.0 is supported", document.OpenAPI)
	}
	if err := document.Validate(ctx, openapi3.SetRegexCompiler(matcher)); err != nil {
		return nil, fmt.Errorf("the document is not valid: %w", err)
	}
	return compile(document)
}

func compile(document *openapi3.T) (*Document, error) {
	c := &Document{document: document, operations: map[string]*Operation{}}
	schemas := newCompiler(document)
	for _, template := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		item := document.Paths.Value(template)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			compiled, err := schemas.compileOperation(method, template, item, operations[method])
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, template, err)
			}
			if _, twice := c.operations[compiled.ID]; twice {
				return nil, fmt.Errorf("the operation id %q is used twice", compiled.ID)
			}
			c.operations[compiled.ID] = compiled
		}
	}
	schemas.noteCircles()
	return c, nil
}

// matcher lets kin-openapi read patterns as this package does.
func matcher(pattern string) (openapi3.RegexMatcher, error) { return compilePattern(pattern) }

// JSON returns the document as JSON, with its references as they are.
func (c *Document) JSON() ([]byte, error) {
	data, err := c.document.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Operation returns the operation with that operationId. An operation without
// one has its method and path template for an id, such as "GET /things".
func (c *Document) Operation(id string) (*Operation, bool) {
	operation, ok := c.operations[id]
	return operation, ok
}

// Operations returns all operations, by path template and then by method.
func (c *Document) Operations() []*Operation {
	all := make([]*Operation, 0, len(c.operations))
	for _, operation := range c.operations {
		all = append(all, operation)
	}
	slices.SortFunc(all, func(a, b *Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return all
}

// Request is an HTTP request whose path has been matched with an operation. The
// host, the method and the path itself are the router's business, and the
// security schemes are the authenticator's.
type Request struct {
	// PathParams holds the path's parameters, unescaped, by name.
	PathParams map[string]string
	RawQuery   string
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
