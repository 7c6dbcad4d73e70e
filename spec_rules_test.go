package hookline_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUpdateHasTheBoundsOfCreate sees to it that a field of an update takes what
// the field of a create takes, and null where the contract says so. The bounds
// stand once, under an anchor; this finds the one that is written a second time.
func TestUpdateHasTheBoundsOfCreate(t *testing.T) {
	schemas := load(t).Components.Schemas
	create := schemas["CreateWebhookConfigRequest"].Value.Properties
	update := schemas["UpdateWebhookConfigRequest"].Value.Properties
	require.ElementsMatch(t, slices.Collect(maps.Keys(create)), slices.Collect(maps.Keys(update)))
	for name, ref := range update {
		assert.Equal(t, bounds(create[name].Value), bounds(ref.Value), name)
	}
}

// bounds lists what a schema asks of a value other than null.
func bounds(s *openapi3.Schema) map[string]any {
	if len(s.AllOf) == 1 {
		return bounds(s.AllOf[0].Value)
	}
	list := map[string]any{
		"type": s.Type.Slice(), "format": s.Format, "pattern": s.Pattern, "minLength": s.MinLength, "minItems": s.MinItems,
		"x-pattern-description": s.Extensions["x-pattern-description"], "x-secret": s.Extensions["x-secret"],
		"enum": slices.DeleteFunc(slices.Clone(s.Enum), func(value any) bool { return value == nil }),
	}
	if s.MaxLength != nil {
		list["maxLength"] = *s.MaxLength
	}
	if s.MaxItems != nil {
		list["maxItems"] = *s.MaxItems
	}
	if s.Items != nil {
		list["items"] = s.Items.Ref
	}
	if s.Not != nil {
		list["not"] = bounds(s.Not.Value)
	}
	return list
}

// TestStoredTextsHaveNoNUL sees to it that no request brings a text with the
// character NUL, which PostgreSQL cannot store. A payload is stored as bytes.
func TestStoredTextsHaveNoNUL(t *testing.T) {
	document, tried := load(t), map[string]bool{}
	try := func(place string, s *openapi3.Schema) {
		if s.Type == nil || !s.Type.Is(openapi3.TypeString) || len(s.Enum) > 0 || checkedByFormat[s.Format] {
			return
		}
		tried[place] = true
		example, ok := s.Example.(string)
		if !ok {
			example = "a" // of an inline schema, whose place has the example
		}
		assert.Error(t, s.VisitJSON(example+"\x00"), "%s accepts NUL: give it the pattern of the others", place)
	}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				eachText(p.Value.Name, p.Value.Schema.Value, try)
			}
			if operation.RequestBody != nil {
				body := operation.RequestBody.Value.Content["application/json"]
				eachText(operation.OperationID, body.Schema.Value, try)
			}
		}
	}
	require.GreaterOrEqual(t, len(tried), 12)
}

// checkedByFormat are the formats whose texts cannot hold NUL: the engine
// enforces them.
var checkedByFormat = map[string]bool{"uuid": true, "date-time": true}

// eachText calls try with every schema that a value's parts may have.
func eachText(place string, s *openapi3.Schema, try func(string, *openapi3.Schema)) {
	try(place, s)
	for _, part := range s.AllOf {
		eachText(place, part.Value, try)
	}
	if s.Items != nil {
		eachText(place+"[]", s.Items.Value, try)
	}
	for name, property := range s.Properties {
		eachText(place+"."+name, property.Value, try)
	}
}

// TestNoConstantOfNull sees to it that no null of an enum has become a
// constant.
func TestNoConstantOfNull(t *testing.T) {
	found := nullConstants(t, "sample.go", "package sample\n\nconst (\n\tHigh Level = \"HIGH\"\n\tLessThanNil Level = \"<nil>\"\n)\n")
	require.Equal(t, []string{"sample.go:5:2: LessThanNil"}, found, "the search finds nothing")

	files := 0
	require.NoError(t, filepath.WalkDir("gen", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".go") {
			files++
			assert.Empty(t, nullConstants(t, path, nil), "an enum with null becomes a constant \"<nil>\": "+
				"refer to the plain enum's type with x-go-type, as CONTRIBUTING.md shows under \"An enum or null\"")
		}
		return err
	}))
	require.Greater(t, files, 1)
}

// nullConstants returns the places and names of constants that stand for the
// null of an enum.
func nullConstants(t *testing.T, path string, source any) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok && value.Value == `"<nil>"` {
			found = append(found, fmt.Sprintf("%s: %s", set.Position(spec.Pos()), spec.Names[0].Name))
		}
		return true
	})
	return found
}

// TestLinksLead sees to it that each link names an operation and parameters that
// it has, and takes them from where the answer's example has them.
func TestLinksLead(t *testing.T) {
	document, links := load(t), 0
	operations := map[string][]*openapi3.ParameterRef{}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			operations[operation.OperationID] = slices.Concat(item.Parameters, operation.Parameters)
		}
	}
	for name, response := range document.Components.Responses {
		for link, ref := range response.Value.Links {
			links++
			parameters, ok := operations[ref.Value.OperationID]
			require.True(t, ok, "%s: the link %s leads nowhere", name, link)
			for parameter, expression := range ref.Value.Parameters {
				assert.True(t, slices.ContainsFunc(parameters, func(p *openapi3.ParameterRef) bool {
					return p.Value.Name == parameter
				}), "%s has no parameter %s", ref.Value.OperationID, parameter)
				pointer, ok := strings.CutPrefix(fmt.Sprint(expression), "$response.body#/")
				require.True(t, ok, "%v", expression)
				for _, example := range response.Value.Content["application/json"].Examples {
					assert.True(t, has(example.Value.Value, strings.Split(pointer, "/")), "%s: no %s", name, pointer)
				}
			}
		}
	}
	require.Greater(t, links, 8)
}

func has(value any, names []string) bool {
	if len(names) == 0 {
		return true
	}
	object, ok := value.(map[string]any)
	if !ok {
		return false
	}
	inner, ok := object[names[0]]
	return ok && has(inner, names[1:])
}
