package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

func (c *compiler) compileOperation(
	method, template string, item *openapi3.PathItem, source *openapi3.Operation,
) (*Operation, error) {
	o := &Operation{ID: source.OperationID, Method: method, Path: template, responses: map[string]*responseRule{}}
	if o.ID == "" {
		o.ID = method + " " + template
	}
	pointer := "#/paths" + jsonpointer.Fragment(template)
	if err := c.compileParameters(o, item.Parameters, pointer); err != nil {
		return nil, err
	}
	pointer += "/" + strings.ToLower(method)
	if err := c.compileParameters(o, source.Parameters, pointer); err != nil {
		return nil, err
	}
	slices.SortStableFunc(o.path, func(a, b *parameter) int {
		return strings.Index(template, "{"+a.name+"}") - strings.Index(template, "{"+b.name+"}")
	})
	if source.RequestBody != nil {
		body := source.RequestBody.Value
		rule, err := c.compileContent(body.Content, c.place(body, source.RequestBody.Ref, pointer+"/requestBody"))
		if err != nil {
			return nil, err
		}
		rule.required = body.Required
		o.body = rule
	}
	return o, c.compileResponses(o, source.Responses, pointer+"/responses")
}

// compileParameters adds parameters to an operation. One that an operation
// states itself replaces its path's.
func (c *compiler) compileParameters(o *Operation, sources openapi3.Parameters, pointer string) error {
	for i, ref := range sources {
		compiled, err := c.compileParameter(ref.Value, c.place(ref.Value, ref.Ref, pointer+"/parameters/"+strconv.Itoa(i)))
		if err != nil {
			return err
		}
		switch compiled.in {
		case InPath:
			o.path = replace(o.path, compiled)
		case InQuery:
			o.query = replace(o.query, compiled)
		case InHeader:
			if !ignoredHeaders[compiled.header] {
				o.header = replace(o.header, compiled)
			}
		default: // cookies are not looked at
		}
	}
	o.queryNames = nil
	for _, p := range o.query {
		o.queryNames = append(o.queryNames, p.name)
	}
	return nil
}

// ignoredHeaders are described by other parts of OpenAPI, which says that
// parameters of these names are ignored.
var ignoredHeaders = map[string]bool{"Accept": true, "Authorization": true, "Content-Type": true}

func (c *compiler) compileParameter(source *openapi3.Parameter, pointer string) (*parameter, error) {
	s, err := c.compile(source.Schema, pointer+"/schema")
	if err != nil {
		return nil, err
	}
	p := newParameter(In(source.In), source.Name, pointer, s)
	p.required = source.Required
	p.allowEmpty = source.AllowEmptyValue
	method, err := source.SerializationMethod()
	if err != nil {
		return nil, err
	}
	switch method.Style {
	case openapi3.SerializationForm, openapi3.SerializationSimple:
	case openapi3.SerializationSpaceDelimited:
		p.separator = " "
	case openapi3.SerializationPipeDelimited:
		p.separator = "|"
	default:
		p.opaque = true
	}
	p.exploded = method.Explode && p.in == InQuery
	p.claim(method)
	return p, nil
}

// newParameter returns a parameter, or a header of a response, that is written
// in OpenAPI's simple style.
func newParameter(in In, name, pointer string, s *schema) *parameter {
	p := &parameter{
		name: name, header: http.CanonicalHeaderKey(name), in: in, pointer: pointer, schema: s, separator: ",",
	}
	here := path{}.field(name)
	p.label = partNames[in] + " " + here.label()
	p.types = s.valueTypes()
	if p.types&typeArray != 0 {
		i := slices.IndexFunc(s.parts(deepestComposition), func(part *schema) bool { return part.items != nil })
		if i >= 0 {
			p.items = s.parts(deepestComposition)[i].items
		}
		p.itemTypes = p.items.valueTypes()
	}
	p.opaque = s == nil || p.types&typeObject != 0
	return p
}

// claim notes the names of the query that belong to an object: one for each of
// its fields.
func (p *parameter) claim(method *openapi3.SerializationMethod) {
	switch {
	case p.in != InQuery:
	case method.Style == openapi3.SerializationDeepObject:
		p.prefix = p.name + "["
	case p.types&typeObject != 0 && p.exploded:
		p.fields = map[string]bool{}
		for _, part := range p.schema.parts(deepestComposition) {
			p.freeForm = p.freeForm || part.additional != nil || part.additionalAllowed
			for name := range part.properties {
				p.fields[name] = true
			}
		}
	}
}

func (c *compiler) compileResponses(o *Operation, responses *openapi3.Responses, pointer string) error {
	documented := responses.Map()
	for _, status := range slices.Sorted(maps.Keys(documented)) {
		ref := documented[status]
		rule, err := c.compileResponse(ref.Value, c.place(ref.Value, ref.Ref, pointer+"/"+status))
		if err != nil {
			return err
		}
		if o.Method == http.MethodHead {
			rule.body = nil
		}
		o.responses[status] = rule
	}
	return nil
}

func (c *compiler) compileResponse(source *openapi3.Response, pointer string) (rule *responseRule, err error) {
	rule = &responseRule{}
	if len(source.Content) > 0 {
		if rule.body, err = c.compileContent(source.Content, pointer); err != nil {
			return nil, err
		}
		rule.body.required = true
	}
	for _, name := range slices.Sorted(maps.Keys(source.Headers)) {
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			continue // OpenAPI says that it is ignored
		}
		ref := source.Headers[name]
		at := c.place(ref.Value, ref.Ref, pointer+"/headers"+jsonpointer.Fragment(name))
		s, err := c.compile(ref.Value.Schema, at+"/schema")
		if err != nil {
			return nil, err
		}
		header := newParameter(InHeader, name, at, s)
		header.required = ref.Value.Required
		rule.headers = append(rule.headers, header)
	}
	return rule, nil
}

func (c *compiler) compileContent(content openapi3.Content, pointer string) (*bodyRule, error) {
	rule := &bodyRule{schemas: map[string]*schema{}, types: slices.Sorted(maps.Keys(content))}
	for _, key := range rule.types {
		ref := &openapi3.SchemaRef{Value: &openapi3.Schema{}}
		if content[key] != nil && content[key].Schema != nil {
			ref = content[key].Schema
		}
		s, err := c.compile(ref, pointer+"/content"+jsonpointer.Fragment(key)+"/schema")
		if err != nil {
			return nil, err
		}
		rule.schemas[withoutParameters(key)] = s
	}
	return rule, nil
}

// withoutParameters returns a media type as mime.ParseMediaType does, of a
// range such as "text/*" too.
func withoutParameters(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

func replace(parameters []*parameter, p *parameter) []*parameter {
	i := slices.IndexFunc(parameters, func(known *parameter) bool {
		return known.name == p.name || p.in == InHeader && known.header == p.header
	})
	if i < 0 {
		return append(parameters, p)
	}
	parameters[i] = p
	return parameters
}
