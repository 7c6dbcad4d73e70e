// Package postman reads Postman collections of the format 2.1.
package postman

import (
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Parse yields the requests of a collection, and its saved examples with their
// responses. Variables that the collection does not set are unknown in the
// texts. Its errors are *source.FileError, or those of yield.
func Parse(text source.Text, yield source.Yield) error {
	root, err := jsontree.Parse(text)
	if err != nil {
		return err
	}
	if !root.Get("item").IsArray() {
		return source.ErrorAt(text.Place(0), "the file is not a Postman collection: it has no item list")
	}
	c := &collection{yield: yield}
	return c.items(root, nil, "")
}

type collection struct{ yield source.Yield }

// scope has the variables of a folder, and above it those of the folders around
// it.
type scope struct {
	above  *scope
	values map[string]source.Text
}

func (s *scope) lookup(name string) (source.Text, bool) {
	for ; s != nil; s = s.above {
		if value, ok := s.values[name]; ok {
			return value, true
		}
	}
	return source.Text{}, false
}

// within adds the variables that a collection, a folder or an item sets.
func within(above *scope, n *jsontree.Node) *scope {
	variables := n.Get("variable")
	if !variables.IsArray() {
		return above
	}
	s := &scope{above: above, values: map[string]source.Text{}}
	for _, v := range variables.Items {
		name := v.Get("key").Text()
		if !name.Given() {
			name = v.Get("id").Text()
		}
		if value := v.Get("value").Text(); name.Given() && value.Value != "" && !v.Get("disabled").IsTrue() {
			s.values[name.Value] = value
		}
	}
	return s
}

// items reads the list of a collection or a folder.
func (c *collection) items(n *jsontree.Node, above *scope, path string) error {
	s := within(above, n)
	for _, item := range n.Get("item").Items {
		name := strings.TrimPrefix(path+" / "+item.Get("name").Text().Value, " / ")
		if item.Get("item").IsArray() {
			if err := c.items(item, s, name); err != nil {
				return err
			}
			continue
		}
		if err := c.item(item, within(s, item), name); err != nil {
			return err
		}
	}
	return nil
}

func (c *collection) item(item *jsontree.Node, s *scope, name string) error {
	request := item.Get("request")
	if request == nil {
		return source.ErrorAt(item.Raw().Place(0), "the item has neither a request nor items")
	}
	if err := c.yield(read(request, s, name)); err != nil {
		return err
	}
	if !item.Get("response").IsArray() {
		return nil
	}
	for _, example := range item.Get("response").Items {
		if response := readResponse(example); response != nil {
			original := request
			if o := example.Get("originalRequest"); o != nil {
				original = o
			}
			r := read(original, s, name+" / "+example.Get("name").Text().Value)
			r.Response, r.ResponseOnly = response, true
			if err := c.yield(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// read reads a request, which is an object, or only a URL.
func read(n *jsontree.Node, s *scope, name string) *source.Request {
	r := &source.Request{Name: name, Start: n.Raw().Slice(0, 0)}
	r.Method = r.Start.Named("GET")
	if n.IsString() {
		r.URL = source.Expand(n.Text(), s.lookup)
		return r
	}
	if method := n.Get("method").Text(); method.Given() {
		r.Method = source.Expand(method, s.lookup)
	}
	r.URL = address(n.Get("url"), s)
	if !r.URL.Given() {
		r.URL = r.Start
	}
	r.Header = headers(n.Get("header"), s)
	body(r, n.Get("body"), s)
	return r
}

// address returns a URL as Postman sends it: the raw one with its ":name"
// segments replaced.
func address(n *jsontree.Node, s *scope) source.Text {
	raw := n.Get("raw").Text()
	if n.IsString() {
		raw = n.Text()
	}
	if !raw.Given() {
		return raw
	}
	params := map[string]source.Text{}
	if variables := n.Get("variable"); variables.IsArray() {
		for _, v := range variables.Items {
			params[v.Get("key").Text().Value] = v.Get("value").Text()
		}
	}
	b := source.Builder{Parent: raw}
	path, rest := raw.Value, ""
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path, rest = path[:i], path[i:]
	}
	at := 0
	for i, step := range strings.Split(path, "/") {
		if i > 0 {
			b.Literal("/", at)
			at++
		}
		value, ok := params[strings.TrimPrefix(step, ":")]
		switch {
		case !strings.HasPrefix(step, ":") || len(step) == 1:
			b.Literal(step, at)
		case ok && value.Value != "":
			b.Text(value)
		default:
			b.Unknown(step, at)
		}
		at += len(step)
	}
	b.Literal(rest, at)
	return source.Expand(b.Build(), s.lookup)
}

func headers(n *jsontree.Node, s *scope) []source.Field {
	if !n.IsArray() {
		return nil
	}
	var fields []source.Field
	for _, h := range n.Items {
		name, value := h.Get("key").Text(), h.Get("value").Text()
		if name.Value == "" || h.Get("disabled").IsTrue() {
			continue
		}
		if !value.Given() {
			value = name.Named("")
		}
		fields = append(fields, source.Field{Name: source.Expand(name, s.lookup), Value: source.Expand(value, s.lookup)})
	}
	return fields
}

// body reads a request's body, and adds the Content-Type that Postman sends for
// it.
func body(r *source.Request, n *jsontree.Node, s *scope) {
	if n == nil || n.Get("disabled").IsTrue() {
		return
	}
	mediaType := ""
	switch n.Get("mode").Text().Value {
	case "raw":
		if raw := n.Get("raw").Text(); raw.Value != "" {
			r.Body = source.Expand(raw, s.lookup)
			mediaType = rawTypes[n.Get("options").Get("raw").Get("language").Text().Value]
		}
	case "urlencoded":
		mediaType, r.Body = "application/x-www-form-urlencoded", form(n.Get("urlencoded"), n)
	case "formdata":
		mediaType, r.BodyUnknown = "multipart/form-data; boundary=x", true
	case "file", "graphql":
		r.BodyUnknown = true
	}
	for _, field := range r.Header {
		if strings.EqualFold(field.Name.Value, "Content-Type") {
			return
		}
	}
	if mediaType != "" {
		at := n.Raw()
		r.Header = append(r.Header, source.Field{Name: at.Named("Content-Type"), Value: at.Named(mediaType)})
	}
}

// rawTypes are the media types of the languages that Postman offers for raw
// bodies.
var rawTypes = map[string]string{
	"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript",
	"text": "text/plain", "": "text/plain",
}

func form(list, at *jsontree.Node) source.Text {
	values := url.Values{}
	if list.IsArray() {
		for _, field := range list.Items {
			values.Add(field.Get("key").Text().Value, field.Get("value").Text().Value)
		}
	}
	return at.Raw().Named(values.Encode())
}

func readResponse(n *jsontree.Node) *source.Response {
	code := n.Get("code").Text()
	status := 0
	for _, digit := range code.Value {
		if digit < '0' || digit > '9' || status > 999 {
			return nil
		}
		status = status*10 + int(digit-'0')
	}
	if status == 0 {
		return nil
	}
	return &source.Response{
		Start: n.Raw().Slice(0, 0), Status: status, StatusText: code, Header: headers(n.Get("header"), nil),
		Body: n.Get("body").Text(), BodyUnknown: !n.Get("body").IsString(),
	}
}
