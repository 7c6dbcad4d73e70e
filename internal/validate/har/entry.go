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
	request := &source.Request{Start: source.NewText("", e.fragment), Name: "entry " + strconv.Itoa(index+1)}
	err := e.object(func(name string) error {
		switch name {
		case "request":
			return e.request(request)
		case "response":
			return e.response(request)
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
	return e.object(func(name string) (err error) {
		switch name {
		case "method":
			request.Method, err = e.text()
		case "url":
			request.URL, err = e.text()
		case "headers":
			request.Header, err = e.headers()
		case "postData":
			// Without a text there are params, or the exporter has left the
			// body out.
			request.Body, request.BodyUnknown, err = e.body(func(source.Text) bool { return true })
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
}

func (e *entry) response(request *source.Request) error {
	response := &source.Response{Start: source.NewText("", e.fragment)}
	err := e.object(func(name string) (err error) {
		switch name {
		case "status":
			response.StatusText, err = e.text()
		case "headers":
			response.Header, err = e.headers()
		case "content":
			response.Body, response.BodyUnknown, err = e.body(func(size source.Text) bool {
				return size.Given() && size.Value != "0"
			})
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	if err != nil || !response.StatusText.Given() {
		return err
	}
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

// body reads postData or content. Where neither has a text, omitted tells from
// the size whether there was one.
func (e *entry) body(omitted func(size source.Text) bool) (body source.Text, unknown bool, err error) {
	var text, encoding, size source.Text
	err = e.object(func(name string) (err error) {
		switch name {
		case "text":
			text, err = e.text()
		case "encoding":
			encoding, err = e.text()
		case "size":
			size, err = e.text()
		default:
			err = e.decoder.SkipValue()
		}
		return err
	})
	if err != nil || text.Value == "" {
		return source.Text{}, omitted(size), err
	}
	if encoding.Value != "base64" {
		return text, false, nil
	}
	data, err := base64.StdEncoding.DecodeString(text.Value)
	if err != nil {
		return source.Text{}, true, source.ErrorAt(text.Place(0), "the text is not base64, as its encoding says")
	}
	return source.NewText(string(data), source.Fixed(text, 0)), false, nil
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
