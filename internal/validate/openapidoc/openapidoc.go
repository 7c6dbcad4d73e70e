// Package openapidoc reads the examples of an OpenAPI document, as requests and
// responses of its operations.
package openapidoc

import (
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Is tells whether a value is an OpenAPI document with operations.
func Is(root *jsontree.Node) bool {
	return root.Get("openapi").IsString() && root.Get("paths").IsObject()
}

// Example is an example of a body, and the operation that it is for.
type Example struct {
	Method, Path string // Path is the template
	Request      *source.Request
}

// Parse calls yield with every example of a body in JSON. It stops at an error of
// yield, and returns it.
func Parse(root *jsontree.Node, yield func(*Example) error) error {
	r := &reader{root: root, yield: yield}
	for _, path := range members(root.Get("paths")) {
		for _, operation := range members(r.resolve(path.Value)) {
			if methods[operation.Name.Value] {
				r.operation(path.Name.Value, operation)
			}
		}
	}
	return r.err
}

var methods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true, "query": true,
}

type reader struct {
	root  *jsontree.Node
	yield func(*Example) error
	err   error
}

func members(n *jsontree.Node) []jsontree.Member {
	if n == nil {
		return nil
	}
	return n.Members
}

// maxReferences is how many references may lead to one another.
const maxReferences = 16

// resolve follows references within the document.
func (r *reader) resolve(n *jsontree.Node) *jsontree.Node {
	for range maxReferences {
		reference := n.Get("$ref").Text().Value
		names, err := jsonpointer.ParseFragment(reference)
		if reference == "" || err != nil {
			return n
		}
		n = r.root
		for _, name := range names {
			n = n.Get(name)
		}
	}
	return n
}

func (r *reader) operation(path string, m jsontree.Member) {
	id := m.Value.Get("operationId").Text().Value
	method := strings.ToUpper(m.Name.Value)
	if id == "" {
		id = method + " " + path
	}
	o := operation{reader: r, method: method, path: path, id: id}
	o.bodies(r.resolve(m.Value.Get("requestBody")), func(request *source.Request, text source.Text) { request.Body = text })
	for _, answer := range members(m.Value.Get("responses")) {
		status, err := strconv.Atoi(strings.ReplaceAll(strings.ToUpper(answer.Name.Value), "XX", "00"))
		if err != nil {
			continue // the default says nothing about the status
		}
		o.bodies(r.resolve(answer.Value), func(request *source.Request, text source.Text) {
			request.ResponseOnly = true
			request.Response = &source.Response{
				Start: request.Start, Status: status, StatusText: answer.Name, Header: request.Header, Body: text, Partial: true,
			}
		})
	}
}

type operation struct {
	*reader

	method, path, id string
}

// bodies yields the examples of a request body or a response. Set puts the text
// into its place.
func (o *operation) bodies(n *jsontree.Node, set func(*source.Request, source.Text)) {
	for _, media := range members(n.Get("content")) {
		if !strings.Contains(media.Name.Value, "json") {
			continue
		}
		examples := []jsontree.Member{}
		if single := media.Value.Get("example"); single != nil {
			examples = append(examples, jsontree.Member{Value: single})
		}
		for _, named := range members(media.Value.Get("examples")) {
			if value := o.resolve(named.Value).Get("value"); value != nil {
				examples = append(examples, jsontree.Member{Name: named.Name, Value: value})
			}
		}
		for _, example := range examples {
			o.example(media.Name, example, set)
		}
	}
}

func (o *operation) example(mediaType source.Text, m jsontree.Member, set func(*source.Request, source.Text)) {
	text := m.Value.Raw()
	request := &source.Request{
		Name: m.Name.Value, Start: text.Slice(0, 0), Operation: o.id, BodyOnly: true,
		Header: []source.Field{{Name: mediaType.Named("Content-Type"), Value: mediaType}},
	}
	set(request, text)
	if o.err == nil {
		o.err = o.yield(&Example{Method: o.method, Path: o.path, Request: request})
	}
}
