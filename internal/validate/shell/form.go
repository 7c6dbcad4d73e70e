package shell

import (
	"path"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// newPart reads "name=content".
func newPart(value source.Text) (source.FormPart, error) {
	equals := strings.IndexByte(value.Value, '=')
	if equals < 0 {
		return source.FormPart{}, source.ErrorAt(value.Place(0), "the value of curl's option --form must be name=content")
	}
	return source.FormPart{Name: value.Slice(0, equals), Value: value.Slice(equals+1, len(value.Value))}, nil
}

// addPart reads "name=content", "name=@file" and "name=<file", with ";type=…" and
// the like behind.
func (c *curl) addPart(value source.Text) error {
	p, err := newPart(value)
	if err != nil {
		return err
	}
	sign := strings.TrimLeft(p.Value.Value, " ")
	p.File = strings.HasPrefix(sign, "@")
	fromFile := p.File || strings.HasPrefix(sign, "<")
	p.Value, p.MediaType = attributes(p.Value)
	if fromFile {
		name := p.Value.Trim()
		file, known, err := c.file(name.Slice(1, len(name.Value)).Trim())
		switch {
		case err != nil:
			return err
		case known:
			if p.File && p.MediaType == "" {
				p.MediaType = fileTypes[strings.ToLower(path.Ext(name.Value))]
			}
			p.Value = file
		default:
			p.Value.Unknown = []source.Span{{Start: 0, End: len(p.Value.Value)}}
		}
	}
	c.parts = append(c.parts, p)
	return nil
}

// fileTypes are the media types that curl knows by the end of a file's name.
var fileTypes = map[string]string{
	".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml",
	".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".pdf": "application/pdf", ".xml": "application/xml",
}

// attributes cuts what follows the content, and returns the type.
func attributes(value source.Text) (content source.Text, mediaType string) {
	if strings.HasPrefix(value.Value, `"`) {
		if end := strings.IndexByte(value.Value[1:], '"'); end >= 0 {
			_, mediaType = attributes(value.Slice(end+2, len(value.Value)))
			return value.Slice(1, end+1), mediaType
		}
	}
	for _, name := range []string{";type=", ";filename=", ";headers=", ";encoder="} {
		if at := strings.Index(value.Value, name); at >= 0 {
			if name == ";type=" {
				mediaType, _, _ = strings.Cut(value.Value[at+len(name):], ";")
			}
			value = value.Slice(0, at)
		}
	}
	return value, mediaType
}
