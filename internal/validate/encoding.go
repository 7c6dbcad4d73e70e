package validate

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// maxDecoded bounds what a compressed body grows to, in bytes.
const maxDecoded = 16 << 20

// decoded returns a body without its Content-Encoding (RFC 9110, section 8.4),
// and whether it is known. Most recordings and files hold the decoded text
// already. What is compressed stands where the body begins.
func decoded(fields []source.Field, body source.Text) (text source.Text, known bool) {
	encodings := fieldsNamed(fields, "Content-Encoding")
	if len(encodings) == 0 || body.Value == "" || !body.Known() || isPlain(body.Value) {
		return body, true
	}
	data := []byte(body.Value)
	var names []string
	for _, field := range encodings {
		names = append(names, strings.Split(strings.ToLower(field.Value.Value), ",")...)
	}
	for _, name := range slices.Backward(names) { // the last one was applied last
		var ok bool
		if data, ok = decode(strings.TrimSpace(name), data); !ok {
			return body, false
		}
	}
	return source.NewText(string(data), source.Fixed(body, 0)), true
}

// isPlain tells a text from compressed data.
func isPlain(body string) bool {
	start := strings.TrimLeft(body, " \t\r\n")
	return utf8.ValidString(body) && start != "" && strings.IndexByte("{[\"<-0123456789tfn", start[0]) >= 0
}

// decode takes one encoding away. It returns false where the data is not of it,
// grows beyond the bound, or the encoding is another one.
func decode(encoding string, data []byte) (plain []byte, ok bool) {
	var reader io.Reader
	switch encoding {
	case "", "identity":
		return data, true
	case "gzip", "x-gzip":
		unzip, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, false
		}
		reader = unzip
	case "deflate":
		// Some programs send it without the wrapping of zlib.
		if unwrap, err := zlib.NewReader(bytes.NewReader(data)); err == nil {
			reader = unwrap
		} else {
			reader = flate.NewReader(bytes.NewReader(data))
		}
	case "br":
		reader = brotli.NewReader(bytes.NewReader(data))
	default:
		return nil, false
	}
	plain, err := io.ReadAll(io.LimitReader(reader, maxDecoded+1))
	return plain, err == nil && len(plain) <= maxDecoded
}
