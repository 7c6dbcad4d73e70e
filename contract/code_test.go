package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryCode sees to it that each constant of the engine's types In and Code
// is here too, and no other one.
func TestEveryCode(t *testing.T) {
	files, err := filepath.Glob("../internal/openapi/*.go")
	require.NoError(t, err)
	engine := map[string]bool{}
	for _, file := range files {
		if filepath.Base(file) == "advice.go" {
			continue // of a command's strict mode, which is no part of the public API
		}
		for name, kind := range constants(t, file) {
			if kind == "In" || kind == "Code" {
				engine[name] = true
			}
		}
	}
	public := map[string]bool{}
	for name := range constants(t, "code.go") {
		public[name] = true
	}
	require.Greater(t, len(engine), 40)
	assert.Equal(t, engine, public)
}

// constants returns the constants of a file, with the name of their type.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	found := map[string]string{}
	for _, declaration := range parsed.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			spec, ok := s.(*ast.ValueSpec)
			require.True(t, ok)
			kind := ""
			if named, ok := spec.Type.(*ast.Ident); ok {
				kind = named.Name
			}
			found[spec.Names[0].Name] = kind
		}
	}
	return found
}
