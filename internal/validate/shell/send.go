package shell

import (
	"net/http"
	"path"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// send yields a request for each URL.
func (c *curl) send() {
	for _, address := range c.targets() {
		if c.broken || c.script.err != nil {
			return
		}
		if err := c.script.yield(c.request(address)); err != nil {
			c.script.fail(err)
		}
	}
}

// targets returns the URLs. A word that is not known at all may be an option as
// well, so it counts only where nothing else can be the URL.
func (c *curl) targets() []source.Text {
	var known []source.Text
	for _, address := range c.urls {
		if address.Known() || len(address.Unknown) > 1 || address.Unknown[0].End-address.Unknown[0].Start < len(address.Value) {
			known = append(known, address)
		}
	}
	if len(known) == 0 && len(c.urls) > 0 {
		return c.urls[:1]
	}
	return known
}

func (c *curl) request(address source.Text) *source.Request {
	r := &source.Request{Start: c.start, URL: c.address(address)}
	body, mediaType := c.body()
	inQuery := c.get || c.head
	for _, part := range c.query {
		r.Query = append(r.Query, parameters(part)...)
	}
	if inQuery && len(c.data) > 0 {
		r.Query = append(r.Query, parameters(body)...)
	}
	if !inQuery {
		r.Body, r.BodyUnknown = body, c.unknown
	}
	r.Method = c.effectiveMethod()
	r.Header = c.fields(mediaType)
	return r
}

func (c *curl) effectiveMethod() source.Text {
	if c.method.Given() {
		return c.method
	}
	method := http.MethodGet
	switch {
	case c.head:
		method = http.MethodHead
	case c.get:
	case c.upload:
		method = http.MethodPut
	case len(c.data) > 0, len(c.parts) > 0, c.unknown:
		method = http.MethodPost
	}
	return source.NewText(method, source.Fixed(c.start, 0))
}

// fields returns the headers of the options, and those that curl sends of its
// own accord unless one of the options has them.
func (c *curl) fields(mediaType string) []source.Field {
	own := []source.Field{}
	if mediaType != "" {
		own = append(own, c.field("Content-Type", mediaType))
	}
	if c.json {
		own = append(own, c.field("Accept", "application/json"))
	}
	var fields []source.Field
	for _, h := range c.header {
		if !h.removed {
			fields = append(fields, h.Field)
		}
	}
	for _, field := range own {
		if !c.hasHeader(field.Name.Value) {
			fields = append(fields, field)
		}
	}
	return fields
}

func (c *curl) field(name, value string) source.Field {
	at := source.Fixed(c.start, 0)
	return source.Field{Name: source.NewText(name, at), Value: source.NewText(value, at)}
}

func (c *curl) hasHeader(name string) bool {
	for _, h := range c.header {
		if strings.EqualFold(h.Name.Value, name) {
			return true
		}
	}
	return false
}

// address returns the URL that is asked for: with the scheme that curl guesses,
// the name of a file that is uploaded into a folder, and the target that
// --request-target puts in the path's place.
func (c *curl) address(address source.Text) source.Text {
	b := source.Builder{Parent: address}
	if !isAbsolute(address) {
		b.Atom("http://", 0)
	}
	end := len(address.Value)
	if at := strings.IndexByte(address.Value, '#'); at >= 0 && address.KnownIn(source.Span{Start: at, End: at + 1}) {
		end = at // a fragment is not sent
	}
	if c.target.Given() {
		b.Text(address.Slice(0, pathStart(address.Value[:end])))
		b.Text(c.target)
		return b.Build()
	}
	b.Text(address.Slice(0, end))
	if c.upload && strings.HasSuffix(address.Value[:end], "/") && c.uploaded.Value != "-" {
		b.Text(c.uploaded.Named(escape(path.Base(c.uploaded.Value))))
	}
	return b.Build()
}

func isAbsolute(address source.Text) bool {
	return strings.Contains(address.Value, "://") || strings.HasPrefix(address.Value, "/") ||
		!address.Known() && address.Unknown[0].Start == 0
}

// pathStart returns where the path of a URL begins.
func pathStart(address string) int {
	host := 0
	if i := strings.Index(address, "://"); i >= 0 {
		host = i + len("://")
	}
	if i := strings.IndexAny(address[host:], "/?"); i >= 0 {
		return host + i
	}
	return len(address)
}

// body returns the body and its media type: the parts of a form, or the values
// of several options, which --data joins with "&" and --json with nothing.
func (c *curl) body() (body source.Text, mediaType string) {
	switch {
	case len(c.parts) > 0:
		return source.Multipart(c.parts[0].Name, c.parts), source.MultipartType
	case c.get || c.head || c.upload:
	case c.json:
		mediaType = "application/json"
	case len(c.data) > 0 || c.unknown:
		mediaType = source.URLEncodedType
	}
	switch len(c.data) {
	case 0:
		return source.Text{}, mediaType
	case 1:
		return c.data[0], mediaType
	}
	b := source.Builder{Parent: c.data[0]}
	for i, part := range c.data {
		if i > 0 && !c.json {
			b.Atom("&", 0)
		}
		b.Text(part)
	}
	return b.Build(), mediaType
}

// parameters splits form data into query parameters, still escaped.
func parameters(data source.Text) []source.Field {
	var fields []source.Field
	at := 0
	for part := range strings.SplitSeq(data.Value, "&") {
		text := data.Slice(at, at+len(part))
		at += len(part) + 1
		name, _, _ := strings.Cut(part, "=")
		if part != "" {
			fields = append(fields, source.Field{
				Name: text.Slice(0, len(name)), Value: text.Slice(min(len(name)+1, len(part)), len(part)),
			})
		}
	}
	return fields
}
