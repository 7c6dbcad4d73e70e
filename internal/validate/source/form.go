package source

import (
	"encoding/json"
	"net/url"
	"strings"
)

// FormPart is a field of a form.
type FormPart struct {
	Name, Value Text
	// File says that the value is what a file holds.
	File bool
	// MediaType is empty where nothing says what it is.
	MediaType string
}

// boundary stands between the parts of a form. Each program makes up its own
// for each request.
const boundary = "------------------------hookline"

// MultipartType is the media type of what Multipart returns.
const MultipartType = "multipart/form-data; boundary=" + boundary

// URLEncodedType is the media type of what URLEncoded returns.
const URLEncodedType = "application/x-www-form-urlencoded"

// Multipart returns the body of a form (RFC 7578). What is not part of a field
// stands where at begins.
func Multipart(at Locator, parts []FormPart) Text {
	b := Builder{Parent: at}
	for _, p := range parts {
		b.Atom("--"+boundary+"\r\nContent-Disposition: form-data; name=\"", 0)
		b.Text(p.Name)
		b.Atom(`"`, 0)
		mediaType := p.MediaType
		if p.File {
			b.Atom(`; filename="file"`, 0)
			if mediaType == "" {
				mediaType = "application/octet-stream"
			}
		}
		if mediaType != "" {
			b.Atom("\r\nContent-Type: "+mediaType, 0)
		}
		b.Atom("\r\n\r\n", 0)
		b.Text(p.Value)
		b.Atom("\r\n", 0)
	}
	b.Atom("--"+boundary+"--\r\n", 0)
	return b.Build()
}

// URLEncoded returns the body of a form whose fields are not yet encoded, in
// their order.
func URLEncoded(at Locator, fields []Field) Text {
	b := Builder{Parent: at}
	for i, field := range fields {
		if i > 0 {
			b.Atom("&", 0)
		}
		b.Text(field.Name.Named(url.QueryEscape(field.Name.Value)))
		b.Atom("=", 0)
		b.Text(field.Value.Named(url.QueryEscape(field.Value.Value)))
	}
	return b.Build()
}

// GraphQL returns the JSON that clients of GraphQL send: a query, and its
// variables, which are JSON already, where there are any.
func GraphQL(query, variables Text) Text {
	b := Builder{Parent: query}
	b.Atom(`{"query": `, 0)
	quoted, _ := json.Marshal(strings.TrimSpace(query.Value)) //nolint:errchkjson // a string
	b.Text(query.Named(string(quoted)))
	if strings.TrimSpace(variables.Value) != "" {
		b.Atom(`, "variables": `, 0)
		b.Text(variables)
	}
	b.Atom("}", 0)
	return b.Build()
}

// WithoutComments returns JSON with spaces in the place of the comments that
// JSON does not have, and that some clients take out before they send it.
func WithoutComments(text Text) Text {
	b := Builder{Parent: text}
	value, rest := text.Value, 0
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '"':
			i = endOfString(value, i) - 1
		case strings.HasPrefix(value[i:], "//"), strings.HasPrefix(value[i:], "/*"):
			end := endOfComment(value, i)
			b.Text(text.Slice(rest, i))
			b.Atom(strings.Repeat(" ", end-i), i)
			rest, i = end, end-1
		}
	}
	if rest == 0 {
		return text
	}
	b.Text(text.Slice(rest, len(value)))
	return b.Build()
}

// endOfString returns where a JSON string ends that begins at an offset.
func endOfString(text string, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func endOfComment(text string, at int) int {
	end, skip := "\n", 0
	if text[at+1] == '*' {
		end, skip = "*/", 2
	}
	if length := strings.Index(text[at+2:], end); length >= 0 {
		return at + 2 + length + skip
	}
	return len(text)
}

// HasField tells whether there is a header of that name, whatever its case.
func HasField(fields []Field, name string) bool {
	for _, field := range fields {
		if strings.EqualFold(field.Name.Value, name) {
			return true
		}
	}
	return false
}

// WithDefault adds a header that stands where at begins, unless there is one of
// that name already.
func WithDefault(fields []Field, at Text, name, value string) []Field {
	if value == "" || HasField(fields, name) {
		return fields
	}
	start := at.Slice(0, 0)
	return append(fields, Field{Name: NewText(name, Fixed(start, 0)), Value: NewText(value, Fixed(start, 0))})
}

// GuessedType returns a Content-Type that a file does not tell for certain.
func GuessedType(at Text, mediaType string) Field {
	return Field{Name: at.Named("Content-Type"), Value: at.Placeholder(mediaType)}
}
