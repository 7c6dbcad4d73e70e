package postman

import (
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// read reads a request, which is an object, or only a URL.
func read(n *jsontree.Node, s *scope, name string) *source.Request {
	r := &source.Request{Name: name, Start: n.Raw().Slice(0, 0)}
	r.Method = r.Start.Named("GET")
	if n.IsString() {
		r.URL = s.expand(n.Text())
		return r
	}
	if method := n.Get("method").Text(); method.Given() {
		r.Method = s.expand(method)
	}
	r.URL = address(n.Get("url"), s)
	if !r.URL.Given() {
		r.URL = r.Start
	}
	r.Header = headers(n.Get("header"), s)
	body(r, n.Get("body"), s)
	return r
}

// address returns a URL as Postman sends it: the raw one, or the one that is put
// together from its parts, with its ":name" segments replaced.
func address(n *jsontree.Node, s *scope) source.Text {
	raw := n.Get("raw").Text()
	switch {
	case n.IsString():
		raw = n.Text()
	case n.IsObject() && raw.Value == "":
		raw = assembled(n)
	}
	if !raw.Given() {
		return raw
	}
	params := map[string]source.Text{}
	for _, v := range n.Get("variable").Elements() {
		params[v.Get("key").Text().Value] = v.Get("value").Text()
	}
	return s.expand(source.WithPathParameters(raw, params))
}

// assembled puts a URL together from protocol, host, port, path and query.
func assembled(n *jsontree.Node) source.Text {
	b := source.Builder{Parent: n.Raw()}
	if protocol := n.Get("protocol").Text(); protocol.Value != "" {
		b.Text(protocol)
		b.Atom("://", 0)
	}
	join(&b, n.Get("host"), ".")
	if port := n.Get("port").Text(); port.Value != "" {
		b.Atom(":", 0)
		b.Text(port)
	}
	if path := n.Get("path"); path.IsArray() || !strings.HasPrefix(path.Text().Value, "/") {
		b.Atom("/", 0)
	}
	join(&b, n.Get("path"), "/")
	separator := "?"
	for _, q := range n.Get("query").Elements() {
		if q.Get("disabled").IsTrue() || q.Get("key").Text().Value == "" {
			continue
		}
		b.Atom(separator, 0)
		separator = "&"
		b.Text(q.Get("key").Text())
		if value := q.Get("value").Text(); value.Given() {
			b.Atom("=", 0)
			b.Text(value)
		}
	}
	return b.Build()
}

// join appends a text, or a list of texts or of objects that have one.
func join(b *source.Builder, n *jsontree.Node, separator string) {
	if !n.IsArray() {
		if text := n.Text(); text.Given() {
			b.Text(text)
		}
		return
	}
	for i, item := range n.Items {
		if i > 0 {
			b.Atom(separator, 0)
		}
		if item.IsObject() {
			item = item.Get("value")
		}
		if text := item.Text(); text.Given() {
			b.Text(text)
		}
	}
}

// headers reads a list, or the lines of one text, as older formats have it.
func headers(n *jsontree.Node, s *scope) []source.Field {
	var fields []source.Field
	if n.IsString() {
		text := n.Text()
		at := 0
		for line := range strings.Lines(text.Value) {
			part := text.Slice(at, at+len(line))
			at += len(line)
			if colon := strings.IndexByte(line, ':'); colon > 0 {
				fields = append(fields, source.Field{
					Name: s.expand(part.Slice(0, colon).Trim()), Value: s.expand(part.Slice(colon+1, len(line)).Trim()),
				})
			}
		}
		return fields
	}
	for _, h := range n.Elements() {
		name, value := h.Get("key").Text(), h.Get("value").Text()
		if name.Value == "" || h.Get("disabled").IsTrue() {
			continue
		}
		if !value.Given() {
			value = name.Named("")
		}
		fields = append(fields, source.Field{Name: s.expand(name), Value: s.expand(value)})
	}
	return fields
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
	response := &source.Response{
		Start: n.Raw().Slice(0, 0), Status: status, StatusText: code, Header: headers(n.Get("header"), nil),
		Body: n.Get("body").Text(), BodyUnknown: !n.Get("body").IsString(),
	}
	// Of an example without headers, only how Postman shows it is known.
	if mediaType := rawTypes[n.Get("_postman_previewlanguage").Text().Value]; mediaType != "" &&
		response.Body.Value != "" && !source.HasField(response.Header, "Content-Type") {
		response.Header = append(response.Header, source.GuessedType(n.Get("_postman_previewlanguage").Raw(), mediaType))
	}
	return response
}
