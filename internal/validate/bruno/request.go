package bruno

import (
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

var methods = map[string]bool{
	"get": true, "post": true, "put": true, "patch": true, "delete": true, "head": true, "options": true, "trace": true,
}

// mediaTypes are what Bruno sends for its kinds of bodies.
var mediaTypes = map[string]string{
	"json": "application/json", "text": "text/plain", "xml": "application/xml", "form-urlencoded": source.URLEncodedType,
	"multipart-form": source.MultipartType, "graphql": "application/json", "sparql": "application/sparql-query",
}

// kinds are the bodies whose blocks have another name than the method's block
// says.
var kinds = map[string]string{"formUrlEncoded": "form-urlencoded", "multipartForm": "multipart-form"}

// Parse yields the request of a file, if it has one: the files of folders and
// environments have none. Variables that neither the file nor the environment
// sets are unknown in the texts. Its error is that of yield.
func Parse(text source.Text, environment Environment, yield source.Yield) error {
	r := &reader{environment: environment, variables: map[string]source.Text{}, blocks: map[string]*block{}}
	all := blocks(text)
	var method *block
	for i := range all {
		r.blocks[all[i].name] = &all[i]
		if methods[all[i].name] {
			method = &all[i]
		}
	}
	if method == nil {
		return nil
	}
	for _, field := range r.fields("vars:pre-request") {
		r.variables[field.Name.Value] = field.Value
	}
	return yield(r.request(method))
}

type reader struct {
	environment Environment
	variables   map[string]source.Text
	blocks      map[string]*block
}

func (r *reader) fields(name string) []source.Field {
	if b := r.blocks[name]; b != nil {
		return b.fields()
	}
	return nil
}

// lookup implements source.Lookup. What a request sets comes before what the
// environment does.
func (r *reader) lookup(name string) (source.Text, bool) {
	if value, ok := r.variables[name]; ok {
		return value, true
	}
	value, ok := r.environment[name]
	return value, ok
}

func (r *reader) expand(t source.Text) source.Text { return source.Expand(t, r.lookup) }

func (r *reader) expanded(fields []source.Field) []source.Field {
	for i := range fields {
		fields[i].Name, fields[i].Value = r.expand(fields[i].Name), r.expand(fields[i].Value)
	}
	return fields
}

func (r *reader) request(method *block) *source.Request {
	request := &source.Request{Start: method.at, Method: method.at.Named(strings.ToUpper(method.name))}
	if meta := r.blocks["meta"]; meta != nil {
		request.Name = meta.get("name").Value
	}
	if docs := r.blocks["docs"]; docs != nil {
		request.Comment = docs.content()
	}
	parameters := map[string]source.Text{}
	for _, field := range r.fields("params:path") {
		parameters[field.Name.Value] = field.Value
	}
	// The URL has the query already that params:query has once more.
	request.URL = r.expand(source.WithPathParameters(method.get("url"), parameters))
	if !request.URL.Given() {
		request.URL = request.Start
	}
	request.Header = r.expanded(r.fields("headers"))
	r.body(request, method.get("body").Value)
	return request
}

// body reads the body of the kind that the method's block names: others may be
// there and are not sent.
func (r *reader) body(request *source.Request, kind string) {
	if block, ok := kinds[kind]; ok {
		kind = block
	}
	b := r.blocks["body:"+kind]
	if b == nil && kind == "json" {
		b = r.blocks["body"]
	}
	if b == nil {
		return
	}
	switch kind {
	case "form-urlencoded":
		request.Body = source.URLEncoded(b.at, r.expanded(b.fields()))
	case "multipart-form":
		var parts []source.FormPart
		for _, field := range r.expanded(b.fields()) {
			part := source.FormPart{Name: field.Name, Value: field.Value}
			if strings.HasPrefix(field.Value.Value, "@file(") {
				part.File, part.Value = true, field.Value.Placeholder("file")
			}
			parts = append(parts, part)
		}
		request.Body = source.Multipart(b.at, parts)
	case "graphql":
		var variables source.Text
		if v := r.blocks["body:graphql:vars"]; v != nil {
			variables = v.content()
		}
		request.Body = r.expand(source.GraphQL(b.content(), variables))
	case "json":
		request.Body = r.expand(source.WithoutComments(b.content()))
	default:
		request.Body = r.expand(b.content())
	}
	request.Header = source.WithDefault(request.Header, b.at, "Content-Type", mediaTypes[kind])
}
