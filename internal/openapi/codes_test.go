package openapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// TestEveryCode sees to it that the tables of the tests meet every code of
// violation.go, and no other one.
func TestEveryCode(t *testing.T) {
	met := map[string]bool{}
	meet := func(violations []openapi.Violation) {
		for _, v := range violations {
			met[string(v.Code)] = true
		}
	}
	for _, c := range badRequests() {
		meet(operation(t, c.operation).ValidateRequest(c.request()))
	}
	for _, c := range schemaCases {
		op := bodyOperation(t, c.schema, c.components...)
		for body := range c.invalid {
			meet(op.ValidateRequest(jsonRequest(body)))
		}
	}
	op := bodyOperation(t, "{properties: {r: {readOnly: true}, w: {writeOnly: true}}}")
	for _, body := range []string{"", "{", "{} {}", "\xff", nested(65), text(openapi.MaxBody + 1), `{"r":1,"r":1}`} {
		meet(op.ValidateRequest(jsonRequest(body)))
	}
	meet(op.ValidateRequest(&openapi.Request{Body: []byte("{}")}))
	meet(formOperation(t, "application/x-www-form-urlencoded").ValidateRequest(&openapi.Request{
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("%"),
	}))
	meet(op.ValidateResponse(&openapi.Response{Status: 200, Header: jsonRequest("").Header, Body: []byte(`{"w":1}`)}))
	meet(op.ValidateResponse(&openapi.Response{Status: 204}))

	delete(met, "no_both") // a code of a document's own
	declared := codesOf(t, "violation.go")
	require.Greater(t, len(declared), 30)
	assert.ElementsMatch(t, declared, slices.Collect(maps.Keys(met)))
}

// codesOf returns the constants of type Code of a file: their values.
func codesOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	codes := []string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
			return true
		}
		value, ok := spec.Values[0].(*ast.BasicLit)
		require.True(t, ok)
		text, err := strconv.Unquote(value.Value)
		require.NoError(t, err)
		codes = append(codes, text)
		return true
	})
	return codes
}
