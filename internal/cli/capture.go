package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/har"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// capture is a delivery that somebody has recorded.
type capture struct {
	name   string
	header http.Header
	body   []byte
}

// maxCapture bounds the file that a capture is read from.
const maxCapture = 64 << 20

var (
	curlLine    = regexp.MustCompile(`(?m)^\s*(\$ )?curl\s`)
	requestLine = regexp.MustCompile(`^[A-Z]+ \S+ HTTP/1\.[01]\r?\n`)
)

// readCaptures finds the deliveries in a text: a HAR file, curl commands, a raw
// HTTP request, or header lines with an empty line and the body below them.
func readCaptures(name string, data []byte) ([]capture, error) {
	var found []capture
	keep := func(r *source.Request) error {
		if r.Body.Value != "" || r.Method.Value == http.MethodPost {
			found = append(found, captureOf(name, len(found)+1, r))
		}
		return nil
	}
	var err error
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		err = har.Read(name, bytes.NewReader(data), keep)
	case curlLine.Match(data):
		file := &source.File{Name: name, Data: string(data)}
		err = shell.Parse(file.Text(), noFiles, keep)
	default:
		var one capture
		one, err = rawCapture(data)
		one.name = name
		found = []capture{one}
	}
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no request with a body in it", name)
	}
	return found, nil
}

// noFiles refuses the files that a curl command names: they may not be what was
// sent.
func noFiles(name string) (*source.File, error) {
	return nil, fmt.Errorf("the body is in the file %s; give it with --body", name)
}

func captureOf(name string, number int, r *source.Request) capture {
	c := capture{name: fmt.Sprintf("%s, request %d", name, number), header: http.Header{}, body: []byte(r.Body.Value)}
	for _, field := range r.Header {
		c.header.Add(field.Name.Value, field.Value.Value)
	}
	return c
}

var errNoHeaders = errors.New("it is neither a HAR file, nor a curl command, nor a request with headers, an empty line and the body")

// rawCapture reads a request as it went over the wire, or its headers and its
// body. Without a length the body is everything that follows.
func rawCapture(data []byte) (capture, error) {
	reader := bufio.NewReader(bytes.NewReader(data))
	var header http.Header
	var body io.Reader = reader
	if requestLine.Match(data) {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return capture{}, fmt.Errorf("%w: %w", errNoHeaders, err)
		}
		header = request.Header
		if request.ContentLength > 0 || len(request.TransferEncoding) > 0 {
			body = request.Body
		}
	} else {
		lines, err := textproto.NewReader(reader).ReadMIMEHeader()
		if err != nil || len(lines) == 0 {
			return capture{}, errNoHeaders
		}
		header = http.Header(lines)
	}
	content, err := io.ReadAll(body)
	return capture{header: header, body: content}, err
}

// headerLines reads lines of headers, without a body.
func headerLines(data []byte) (http.Header, error) {
	text := strings.TrimRight(string(data), "\r\n") + "\n\n"
	header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(text))).ReadMIMEHeader()
	if err != nil {
		return nil, errors.New("it does not hold header lines such as Webhook-Id: 17")
	}
	return http.Header(header), nil
}
