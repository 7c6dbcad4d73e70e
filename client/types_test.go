package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEnums finds constants of gen that a user of the SDK would have to import
// gen for.
func TestEnums(t *testing.T) {
	t.Parallel()
	generated, own := constants(t, "../gen/gen.go"), constants(t, "types.go")
	assert.Greater(t, len(generated), 20)
	for name := range generated {
		assert.Contains(t, own, name)
	}
}

// constants are the exported constants of a file.
func constants(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value, _ := spec.(*ast.ValueSpec)
			for _, name := range value.Names {
				names[name.Name] = name.IsExported()
			}
		}
	}
	return names
}
