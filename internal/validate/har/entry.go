package har

import (
	"bytes"
	"encoding/base64"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// entry reads one entry after the other. The first reading of a file has found
// that they are JSON.
type entry struct {
	decoder  *jsontext.Decoder
	fragment *source.Fragment
}

// read returns an entry's request. It fails with a *source.FileError where
// there is none.
func (e *entry) read(data []byte, start source.Place, index int) (*source.Request, error) {
	e.fragment = &source.Fragment{Data: data, Start: start}
	if e.decoder == nil {
		e.decoder = new(jsontext.Decoder)
	}
	e.decoder.Reset(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	request := &source.Request{Start: source.NewText("", e.fragment), Name: "entry " + strconv.Itoa(index+1), Recorded: true}
	err := e.object(func(name string) error {
		switch name {
		case "request":
			return e.request(request)
		case "response":
			return e.response(request)
		case "comment":
			text, err := e.text()
			if request.Comment.Value == "" {
				request.Comment = text
			}
			return err
		default:
			return e.decoder.SkipValue()
		}
	})
	if err != nil {
		return nil, err
	}
	if !request.Method.Given() || !request.URL.Given() {
		return nil, source.ErrorAt(start, "the entry has no request with a method and a url")
	}
	return request, nil
}

func (e *entry) request(request *source.Request) error {
	var posted content
	err := e.object(func(name string) (err error) {
		switch name {
		case "method":
			request.Method, err = e.text()
		case "url":
			request.URL, err = e.text()
		case "headers":
			request.Header, err = e.headers()
		case "comment":
			request.Comment, err = e.text()
		case "postData":
			// Without a text there are params, or the exporter has left the
			// body out.
			isThere := e.decoder.PeekKind() == '{'
			posted, err = e.content(func(source.Text) bool { return isThere })
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	request.Body, request.BodyUnknown = posted.body, posted.unknown
	request.Header = posted.withMediaType(request.Header)
	return err
}

func (e *entry) response(request *source.Request) error {
	response := &source.Response{Start: source.NewText("", e.fragment)}
	var received content
	err := e.object(func(name string) (err error) {
		switch name {
		case "status":
			response.StatusText, err = e.text()
		case "headers":
			response.Header, err = e.headers()
		case "content":
			received, err = e.content(func(size source.Text) bool { return size.Given() && size.Value != "0" })
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	if err != nil || !response.StatusText.Given() {
		return err
	}
	response.Body, response.BodyUnknown = received.body, received.unknown
	response.Header = received.withMediaType(response.Header)
	response.Status, err = strconv.Atoi(response.StatusText.Value)
	if err != nil {
		return source.ErrorAt(response.StatusText.Place(0), "the status is not a whole number")
	}
	// Browsers write 0 for a request that was blocked or aborted: there was no
	// response.
	if response.Status != 0 {
		request.Response = response
	}
	return nil
}

// content is postData or content.
type content struct {
	body      source.Text
	unknown   bool
	mediaType source.Text
}

// withMediaType adds the content's mimeType to headers that have no
// Content-Type: exporters and people leave headers out. Browsers write x-unknown
// where there is none.
func (c *content) withMediaType(fields []source.Field) []source.Field {
	if c.mediaType.Value == "" || c.mediaType.Value == "x-unknown" || !c.body.Given() && !c.unknown ||
		source.HasField(fields, "Content-Type") {
		return fields
	}
	return append(fields, source.Field{Name: c.mediaType.Named("Content-Type"), Value: c.mediaType})
}

// content reads postData or content. Where neither has a text, omitted tells
// from the size whether there was one.
func (e *entry) content(omitted func(size source.Text) bool) (c content, err error) {
	var text, encoding, size source.Text
	err = e.object(func(name string) (err error) {
		switch name {
		case "text":
			text, err = e.text()
		case "encoding":
			encoding, err = e.text()
		case "size":
			size, err = e.text()
		case "mimeType":
			c.mediaType, err = e.text()
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	switch {
	case err != nil:
		return c, err
	case text.Value == "":
		c.unknown = omitted(size)
		return c, nil
	case encoding.Value != "base64":
		c.body = text
		return c, nil
	}
	data, err := base64.StdEncoding.DecodeString(text.Value)
	if err != nil {
		c.unknown = true
		return c, source.ErrorAt(text.Place(0), "the text is not base64, as its encoding says")
	}
	c.body = source.NewText(string(data), source.Fixed(text, 0))
	return c, nil
}

func (e *entry) headers() ([]source.Field, error) {
	if e.decoder.PeekKind() != '[' {
		return nil, e.decoder.SkipValue()
	}
	if _, err := e.decoder.ReadToken(); err != nil {
		return nil, err
	}
	var fields []source.Field
	for e.decoder.PeekKind() != ']' {
		field, err := e.header()
		if err != nil {
			return nil, err
		}
		// HTTP/2's pseudo headers are not headers.
		if field.Name.Value != "" && field.Name.Value[0] != ':' {
			fields = append(fields, field)
		}
	}
	_, err := e.decoder.ReadToken()
	return fields, err
}

func (e *entry) header() (field source.Field, err error) {
	err = e.object(func(name string) (err error) {
		switch name {
		case "name":
			field.Name, err = e.text()
		case "value":
			field.Value, err = e.text()
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	return field, err
}

// text reads a value and returns what it means, where that is a text or a
// number.
func (e *entry) text() (source.Text, error) {
	raw, err := e.decoder.ReadValue()
	if err != nil || raw.Kind() == '{' || raw.Kind() == '[' || raw.Kind() == 'n' {
		return source.Text{}, err
	}
	return source.JSONString(string(raw), e.fragment, int(e.decoder.InputOffset())-len(raw)), nil
}

// object reads an object and calls member for every name; member reads the
// value. What is no object has no members.
func (e *entry) object(member func(name string) error) error {
	if e.decoder.PeekKind() != '{' {
		return e.decoder.SkipValue()
	}
	if _, err := e.decoder.ReadToken(); err != nil {
		return err
	}
	for e.decoder.PeekKind() != '}' {
		token, err := e.decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := member(token.String()); err != nil {
			return err
		}
	}
	_, err := e.decoder.ReadToken()
	return err
}
