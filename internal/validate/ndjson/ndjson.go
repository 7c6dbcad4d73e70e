// Package ndjson reads logs that have a JSON object in each line, such as access
// logs, with a request and often a response in it.
package ndjson

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// MaxLine is how long a line may be, in bytes. It bounds the memory that a log
// takes.
const MaxLine = 4 << 20

// Read yields the requests of a log, line by line. Lines that are no JSON or
// hold no request are passed over. Its errors are *source.FileError, joined, or
// the first other one of yield.
func Read(name string, r io.Reader, yield source.Yield) error {
	var problems source.Problems
	lines := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		line, err := readLine(lines)
		place := source.Place{File: name, Line: number, Column: 1}
		switch {
		case errors.Is(err, errTooLong):
			_ = problems.Add(source.ErrorAt(place, "the line is longer than 4 MiB")) // a FileError
			continue
		case err != nil && !errors.Is(err, io.EOF):
			_ = problems.Add(source.ErrorAt(place, "the file cannot be read to its end")) // a FileError
			return problems.Err()
		}
		if request := read(line, place); request != nil {
			if err := problems.Add(yield(request)); err != nil {
				return err
			}
		}
		if err != nil {
			return problems.Err()
		}
	}
}

var errTooLong = errors.New("ndjson: the line is too long")

// readLine returns a line, and io.EOF with the last one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > MaxLine; !tooLong {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case tooLong && err == nil:
			return nil, errTooLong
		default:
			return line, err
		}
	}
}

// The names that loggers give to the parts of an exchange, as paths of members.
var (
	methodNames = [][]string{
		{"method"},
		{"http_method"},
		{"request_method"},
		{"verb"},
		{"http.method"},
		{"http.request.method"},
		{"request", "method"},
		{"req", "method"},
		{"http", "method"},
		{"http", "request", "method"},
		{"httpRequest", "requestMethod"},
	}
	urlNames = [][]string{
		{"url"},
		{"uri"},
		{"request_uri"},
		{"path"},
		{"target"},
		{"http.target"},
		{"http.url"},
		{"url.full"},
		{"url.path"},
		{"request", "url"},
		{"request", "uri"},
		{"request", "path"},
		{"req", "url"},
		{"req", "path"},
		{"http", "url"},
		{"http", "path"},
		{"url", "original"},
		{"url", "path"},
		{"httpRequest", "requestUrl"},
	}
	queryNames  = [][]string{{"query"}, {"query_string"}, {"request", "query"}, {"url", "query"}}
	statusNames = [][]string{
		{"status"},
		{"status_code"},
		{"statusCode"},
		{"response_status"},
		{"http.status_code"},
		{"http.response.status_code"},
		{"response", "status"},
		{"response", "status_code"},
		{"response", "statusCode"},
		{"res", "status"},
		{"res", "statusCode"},
		{"http", "status_code"},
		{"http", "response", "status_code"},
		{"httpRequest", "status"},
	}
	requestBodies  = [][]string{{"request_body"}, {"request", "body"}, {"req", "body"}}
	responseBodies = [][]string{{"response_body"}, {"response", "body"}, {"res", "body"}}
	requestHeaders = [][]string{{"request_headers"}, {"request", "headers"}, {"req", "headers"}}
	answerHeaders  = [][]string{{"response_headers"}, {"response", "headers"}, {"res", "headers"}}
)

// find returns the first of several members that is there.
func find(root *jsontree.Node, names [][]string) *jsontree.Node {
	for _, path := range names {
		n := root
		for _, name := range path {
			n = n.Get(name)
		}
		if n != nil && n.Kind != 'n' {
			return n
		}
	}
	return nil
}

// read returns the request of a line, or nil where it has none.
func read(line []byte, place source.Place) *source.Request {
	if start := bytes.TrimLeft(line, " \t"); len(start) == 0 || start[0] != '{' {
		return nil
	}
	fragment := &source.Fragment{Data: line, Start: place}
	root, err := jsontree.Parse(source.NewText(string(line), fragment))
	if err != nil {
		return nil
	}
	method, address := find(root, methodNames), find(root, urlNames)
	if !method.IsString() || !address.IsString() {
		return nil
	}
	r := &source.Request{Start: root.Raw().Slice(0, 0), Method: method.Text(), URL: address.Text(), Recorded: true}
	if query := find(root, queryNames); query.IsString() && query.Text().Value != "" {
		b := source.Builder{Parent: root.Raw()}
		b.Text(r.URL)
		b.Atom("?", 0)
		b.Text(query.Text())
		r.URL = b.Build()
	}
	// Logs leave headers and bodies out as they like, so those that are missing are
	// not known to be. contract.Recorder leaves nothing out.
	whole := root.Get("recorder").Text().Value == "hookline"
	r.Body, r.Header = part(find(root, requestBodies), find(root, requestHeaders))
	r.Partial, r.BodyUnknown = !whole, !whole && !r.Body.Given()
	r.Response = response(root)
	if r.Response != nil {
		r.Response.Partial, r.Response.BodyUnknown = !whole, !whole && !r.Response.Body.Given()
	}
	return r
}

func response(root *jsontree.Node) *source.Response {
	status := find(root, statusNames)
	code, err := strconv.Atoi(status.Text().Value)
	if err != nil || code < 100 || code > 599 {
		return nil
	}
	response := &source.Response{Start: status.Raw().Slice(0, 0), Status: code, StatusText: status.Text()}
	response.Body, response.Header = part(find(root, responseBodies), find(root, answerHeaders))
	return response
}

// part reads a body, which is a text or JSON, and the headers.
func part(body, headers *jsontree.Node) (text source.Text, fields []source.Field) {
	for _, m := range members(headers) {
		values := []*jsontree.Node{m.Value}
		if m.Value.IsArray() {
			values = m.Value.Items
		}
		for _, value := range values {
			if v := value.Text(); v.Given() {
				fields = append(fields, source.Field{Name: m.Name, Value: v})
			}
		}
	}
	switch {
	case body.IsString():
		text = body.Text()
	case body.IsObject() || body.IsArray():
		text = body.Raw()
	}
	if text.Given() && !source.HasField(fields, "Content-Type") {
		fields = append(fields, source.GuessedType(text, "application/json"))
	}
	return text, fields
}

func members(n *jsontree.Node) []jsontree.Member {
	if n == nil {
		return nil
	}
	return n.Members
}
