package insomnia

import (
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

func (r *reader) request(n *jsontree.Node, s *scope, name string) error {
	request := &source.Request{Name: name, Start: n.Raw().Slice(0, 0), Comment: n.Get("description").Text()}
	if !request.Comment.Given() {
		request.Comment = n.Get("meta").Get("description").Text()
	}
	request.Method = s.expand(n.Get("method").Text())
	if request.Method.Value == "" {
		request.Method = request.Start.Named("GET")
	}
	address := n.Get("url").Text()
	if address.Value == "" {
		return source.ErrorAt(n.Raw().Place(0), "the request has no url")
	}
	parameters := map[string]source.Text{}
	for _, p := range n.Get("pathParameters").Elements() {
		if value := p.Get("value").Text(); value.Value != "" {
			parameters[p.Get("name").Text().Value] = value
		}
	}
	request.URL = s.expand(source.WithPathParameters(address, parameters))
	for _, field := range pairs(n.Get("parameters"), s) {
		request.Query = append(request.Query, source.Field{
			Name: field.Name.Named(url.QueryEscape(field.Name.Value)), Value: field.Value.Named(url.QueryEscape(field.Value.Value)),
		})
	}
	request.Header = pairs(n.Get("headers"), s)
	body(request, n.Get("body"), s)
	return r.yield(request)
}

// pairs reads a list of names and values.
func pairs(list *jsontree.Node, s *scope) []source.Field {
	var all []source.Field
	for _, item := range list.Elements() {
		name, value := item.Get("name").Text(), item.Get("value").Text()
		if name.Value == "" || item.Get("disabled").IsTrue() {
			continue
		}
		if !value.Given() {
			value = name.Named("")
		}
		all = append(all, source.Field{Name: s.expand(name), Value: s.expand(value)})
	}
	return all
}

// body reads a body, and adds the Content-Type that Insomnia sends for it.
func body(r *source.Request, n *jsontree.Node, s *scope) {
	mediaType := n.Get("mimeType").Text().Value
	text, params := n.Get("text").Text(), n.Get("params")
	switch {
	case strings.HasPrefix(mediaType, "multipart/"):
		r.Body, mediaType = source.Multipart(n.Raw(), parts(params, s)), source.MultipartType
	case mediaType == source.URLEncodedType && params.IsArray():
		r.Body = source.URLEncoded(n.Raw(), pairs(params, s))
	case mediaType == "application/graphql":
		r.Body, mediaType = s.expand(text), "application/json" // the text is the JSON already
	case n.Get("fileName").Text().Value != "":
		r.BodyUnknown = true
	case text.Value != "":
		r.Body = s.expand(text)
	default:
		return
	}
	r.Header = source.WithDefault(r.Header, n.Raw(), "Content-Type", mediaType)
}

func parts(list *jsontree.Node, s *scope) []source.FormPart {
	var all []source.FormPart
	for _, item := range list.Elements() {
		name := item.Get("name").Text()
		if name.Value == "" || item.Get("disabled").IsTrue() {
			continue
		}
		part := source.FormPart{Name: s.expand(name), Value: s.expand(item.Get("value").Text())}
		if item.Get("type").Text().Value == "file" {
			part.File, part.Value = true, name.Placeholder("file")
		} else if !part.Value.Given() {
			part.Value = name.Named("")
		}
		all = append(all, part)
	}
	return all
}
