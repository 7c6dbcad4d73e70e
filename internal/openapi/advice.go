package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// What Advice reports. None of it breaks a contract.
const (
	// CodeDeprecated is an operation, a parameter or a field that the document
	// marks as deprecated.
	CodeDeprecated Code = "deprecated"
	// CodeSecret is a credential of a security scheme, or a field that the
	// document marks as a secret: with x-secret, or the format password.
	CodeSecret Code = "secret"
)

// Advice returns what of a request is deprecated, and where it holds secrets,
// as the document marks them. It reads the body anew, so it is for tools rather
// than for servers.
func (c *Document) Advice(o *Operation, r *Request) []Violation {
	item := c.document.Paths.Value(o.Path)
	if item == nil {
		return nil
	}
	source := item.GetOperation(o.Method)
	base := "#/paths" + jsonpointer.Fragment(o.Path)
	pointer := base + "/" + lowerMethods[o.Method]
	a := advisor{}
	// What is wrong with a query is a violation of its own.
	a.query, _ = parseQuery(r.RawQuery)
	a.header = r.Header
	if source.Deprecated {
		a.add(InPath, CodeDeprecated, "", "the operation "+o.ID+" is deprecated", pointer+"/deprecated", nowhere)
	}
	a.parameters(item.Parameters, base)
	a.parameters(source.Parameters, pointer)
	a.credentials(c.document.Components)
	if source.RequestBody == nil || source.RequestBody.Value == nil {
		return a.violations
	}
	media := source.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return a.violations
	}
	d := newDecoder(MaxDepth)
	defer d.release()
	if _, ok := d.decode(r.Body, nil); ok {
		at := referredTo(source.RequestBody.Ref, pointer+"/requestBody")
		a.value(media.Schema, d.tree.root(), "", at+"/content"+jsonpointer.Fragment("application/json")+"/schema", 0)
	}
	return a.violations
}

var lowerMethods = map[string]string{
	"CONNECT": "connect", "DELETE": "delete", "GET": "get", "HEAD": "head", "OPTIONS": "options", "PATCH": "patch",
	"POST": "post", "PUT": "put", "TRACE": "trace",
}

// advisor gathers advice about one request.
type advisor struct {
	query      query
	header     http.Header
	violations []Violation
}

func (a *advisor) add(in In, code Code, pointer, message, schema string, at span) {
	a.violations = append(a.violations, Violation{
		In: in, Pointer: pointer, Code: code, Message: message, Schema: schema, Start: at.start, End: at.end,
	})
}

// given returns where the request has a parameter, and whether it has it.
func (a *advisor) given(in, name string) (span, bool) {
	switch in {
	case openapi3.ParameterInQuery:
		if i := slices.Index(a.query.names, name); i >= 0 {
			return a.query.texts[i].span, true
		}
	case openapi3.ParameterInHeader:
		if values := a.header.Values(name); len(values) > 0 {
			return span{end: len(values[0])}, true
		}
	}
	return nowhere, false
}

func (a *advisor) parameters(parameters openapi3.Parameters, pointer string) {
	for i, ref := range parameters {
		p := ref.Value
		deprecated := p.Deprecated || p.Schema != nil && p.Schema.Value != nil && p.Schema.Value.Deprecated
		if place, given := a.given(p.In, p.Name); deprecated && given {
			at := referredTo(ref.Ref, pointer+"/parameters/"+strconv.Itoa(i))
			a.add(In(p.In), CodeDeprecated, jsonpointer.Name(p.Name), strconv.Quote(p.Name)+" is deprecated",
				at+"/deprecated", place)
		}
	}
}

func (a *advisor) credentials(components *openapi3.Components) {
	if components == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(components.SecuritySchemes)) {
		ref := components.SecuritySchemes[name]
		if ref.Value == nil {
			continue
		}
		in, parameter := ref.Value.In, ref.Value.Name
		if ref.Value.Type != "apiKey" {
			in, parameter = openapi3.ParameterInHeader, "Authorization"
		}
		if place, given := a.given(in, parameter); given {
			a.add(In(in), CodeSecret, jsonpointer.Name(parameter), strconv.Quote(parameter)+" is a secret",
				"#/components/securitySchemes"+jsonpointer.Fragment(name), place)
		}
	}
}

// value looks at n, which stands at a place of the body, and at what it holds.
func (a *advisor) value(ref *openapi3.SchemaRef, n node, at, pointer string, depth int) {
	if ref == nil || ref.Value == nil || depth > MaxDepth {
		return
	}
	s := ref.Value
	pointer = referredTo(ref.Ref, pointer)
	for i, part := range s.AllOf {
		a.value(part, n, at, pointer+"/allOf/"+strconv.Itoa(i), depth+1)
	}
	switch n.kind() {
	case kindArray:
		for i, item := range n.items() {
			a.value(s.Items, item, at+jsonpointer.Index(i), pointer+"/items", depth+1)
		}
	case kindObject:
		for name, value := range n.members() {
			text := name.str()
			if property := s.Properties[text]; property != nil && property.Value != nil {
				here := at + jsonpointer.Name(shorten(text))
				a.property(property, name, value, here, pointer+"/properties"+jsonpointer.Fragment(text), depth)
			}
		}
	default:
	}
}

func (a *advisor) property(property *openapi3.SchemaRef, name, value node, at, pointer string, depth int) {
	quoted, place := label(name.str()), referredTo(property.Ref, pointer)
	if property.Value.Deprecated {
		a.add(InBody, CodeDeprecated, at, quoted+" is deprecated", place+"/deprecated", name.span())
	}
	if mark := secretMark(property.Value); mark != "" && value.kind() == kindString && value.str() != "" {
		a.add(InBody, CodeSecret, at, quoted+" is a secret", place+mark, value.span())
	}
	a.value(property, value, at, pointer, depth+1)
}

// secretMark returns which keyword marks a schema's values as secrets, and
// nothing where none does. The format password is OpenAPI's own hint, for forms
// that hide what is typed; x-secret says it without that.
func secretMark(s *openapi3.Schema) string {
	switch {
	case s.Extensions["x-secret"] == true:
		return "/x-secret"
	case s.Format == "password":
		return "/format"
	default:
		return ""
	}
}

// referredTo returns the place of what stands at pointer, which is elsewhere if
// it is a reference.
func referredTo(ref, pointer string) string {
	if ref != "" {
		return ref
	}
	return pointer
}
