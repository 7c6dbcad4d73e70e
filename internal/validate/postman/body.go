package postman

import (
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// rawTypes are the media types of the languages that Postman offers for raw
// bodies.
var rawTypes = map[string]string{
	"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript",
	"text": "text/plain",
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
		mediaType = raw(r, n, s)
	case "urlencoded":
		mediaType, r.Body = source.URLEncodedType, source.URLEncoded(n.Raw(), fields(n.Get("urlencoded"), s))
	case "formdata":
		mediaType, r.Body = source.MultipartType, source.Multipart(n.Raw(), parts(n.Get("formdata"), s))
	case "graphql":
		mediaType = rawTypes["json"]
		query := n.Get("graphql").Get("query").Text()
		if r.BodyUnknown = !query.Given(); !r.BodyUnknown {
			r.Body = s.expand(source.GraphQL(query, n.Get("graphql").Get("variables").Text()))
		}
	case "file":
		r.BodyUnknown = true
	}
	r.Header = source.WithDefault(r.Header, n.Raw(), "Content-Type", mediaType)
}

// raw reads a text. Postman takes comments out of JSON before it sends it.
func raw(r *source.Request, n *jsontree.Node, s *scope) (mediaType string) {
	text := n.Get("raw").Text()
	if text.Value == "" {
		return ""
	}
	language := n.Get("options").Get("raw").Get("language").Text().Value
	if language == "" {
		language = "text"
	}
	if language == "json" {
		text = source.WithoutComments(text)
	}
	r.Body = s.expand(text)
	return rawTypes[language]
}

// fields reads the fields of a form.
func fields(list *jsontree.Node, s *scope) []source.Field {
	var all []source.Field
	for _, field := range list.Elements() {
		name, value := field.Get("key").Text(), field.Get("value").Text()
		if name.Value == "" || field.Get("disabled").IsTrue() {
			continue
		}
		if !value.Given() {
			value = name.Named("")
		}
		all = append(all, source.Field{Name: s.expand(name), Value: s.expand(value)})
	}
	return all
}

// parts reads the fields of a form with files, whose content nobody knows.
func parts(list *jsontree.Node, s *scope) []source.FormPart {
	var all []source.FormPart
	for _, field := range list.Elements() {
		name := field.Get("key").Text()
		if name.Value == "" || field.Get("disabled").IsTrue() {
			continue
		}
		part := source.FormPart{Name: s.expand(name), MediaType: field.Get("contentType").Text().Value}
		if field.Get("type").Text().Value == "file" {
			part.File, part.Value = true, name.Placeholder("file")
		} else if part.Value = s.expand(field.Get("value").Text()); !part.Value.Given() {
			part.Value = name.Named("")
		}
		all = append(all, part)
	}
	return all
}
