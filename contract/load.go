package contract

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hookline-go/hookline/internal/openapi"
)

// LoadOption says how a document is read.
type LoadOption func(*loadSettings)

type loadSettings struct{ engine openapi.Options }

// Tolerant takes a document with problems, such as examples that break their
// own schemas or patterns that cannot be read. Only what they concern is not
// checked. [Contract.Problems] returns them.
func Tolerant() LoadOption { return func(s *loadSettings) { s.engine.Tolerant = true } }

// WithFiles says where the files are that the document refers to: the document
// itself is at path. Without it, such references are problems. The network is
// never asked.
func WithFiles(files fs.FS, path string) LoadOption {
	return func(s *loadSettings) { s.engine.Files, s.engine.Path = files, path }
}

// WithLimits bounds what is read of a body: its size in bytes, 1 MiB if nothing
// is said, and how deep arrays and objects nest, 64 if nothing is said. A body
// beyond them is a violation.
func WithLimits(body, depth int) LoadOption {
	return func(s *loadSettings) { s.engine.Limits = openapi.Limits{Body: body, Depth: depth} }
}

// FromDocument prepares a document that kin-openapi has read, such as the one
// that oapi-codegen embeds (GetSwagger). The document is not changed. The lines
// of problems are those of its JSON form.
func FromDocument(ctx context.Context, document *openapi3.T, options ...LoadOption) (*Contract, error) {
	data, err := document.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return Load(ctx, data, options...)
}

// Problem is something wrong with a document.
type Problem struct {
	// Message is a sentence for a person.
	Message string
	// File is empty for the document itself.
	File string
	// Line and Column are where it stands, both from 1.
	Line, Column int
}

// Problems returns what is wrong with a document that was loaded tolerantly, in
// its order.
func (c *Contract) Problems() []Problem {
	found := c.document.Problems()
	problems := make([]Problem, len(found))
	for i, p := range found {
		problems[i] = Problem(p)
	}
	return problems
}
