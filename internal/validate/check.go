package validate

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// check validates one request.
func (v *validator) check(r *source.Request) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	if v.old != nil {
		return v.compare(r)
	}
	c, ours, err := v.evaluate(r)
	switch {
	case err != nil:
		return err
	case !ours:
		v.result.Summary.OtherServers++
	default:
		c.exercised()
		v.record(c, c.status())
	}
	return nil
}

// evaluate finds everything that is wrong with a request. Ours is false for a
// request to another server. It fails with a *source.FileError where the file
// names an operation that the contract does not have.
func (v *validator) evaluate(r *source.Request) (c *checked, ours bool, err error) {
	c = &checked{v: v, request: r}
	if r.Operation != "" {
		operation, ok := v.contract.Operation(r.Operation)
		if !ok {
			return c, true, source.ErrorAt(r.Start.Place(0), "%v", v.noOperation(r.Operation))
		}
		c.match = &openapi.Match{Operation: operation, QueryStart: -1}
	} else if !c.route() {
		return c, false, nil
	}
	if c.match != nil {
		c.validate()
	}
	c.judged()
	return c, true, nil
}

// checked is a request with what was found in it.
type checked struct {
	v        *validator
	request  *source.Request
	match    *openapi.Match
	urlStart int  // where the part of the URL begins that was matched
	head     bool // a HEAD request that was matched with the operation of GET
	findings []report.Finding
}

// route finds the operation. It returns false for a request to another server.
func (c *checked) route() bool {
	method, target := c.request.Method, c.request.URL
	if !method.Known() {
		c.unmatched(openapi.CodeNotFound, "the method is not known before the program runs", "", method)
		return true
	}
	masked, start, ok := knownTarget(target)
	if !ok {
		c.unmatched(openapi.CodeNotFound, "the URL is not known before the program runs", "", target)
		return true
	}
	c.urlStart = start
	match, err := c.v.router.Match(strings.ToUpper(method.Value), masked)
	failure, failed := errors.AsType[*openapi.MatchError](err)
	if failed && c.request.Recorded && method.Value == http.MethodHead && slices.Contains(failure.Methods, http.MethodGet) {
		// Servers answer HEAD wherever they answer GET (RFC 9110, section 9.3.2).
		match, err = c.v.router.Match(http.MethodGet, masked)
		failure, failed = errors.AsType[*openapi.MatchError](err)
		c.head = !failed
	}
	switch {
	case !failed:
		c.match = match
	case failure.Code == openapi.CodeOtherServer || isPreflight(c.request):
		return false
	case failure.Code == openapi.CodeMethodNotAllowed:
		c.unmatched(failure.Code, failure.Error(), "", method)
	default:
		c.unmatched(failure.Code, failure.Error(), failure.Suggestion(), target)
	}
	return true
}

// isPreflight tells the requests that browsers send by themselves before those
// to another origin (the Fetch standard).
func isPreflight(r *source.Request) bool {
	return r.Method.Value == http.MethodOptions && len(fieldsNamed(r.Header, "Access-Control-Request-Method")) > 0
}

func (c *checked) unmatched(code openapi.Code, message, suggestion string, at source.Text) {
	c.findings = append(c.findings, report.Finding{
		Place: at.Place(0), Severity: report.Warning, Code: string(code), In: string(openapi.InPath), Message: message,
		Suggestion: suggestion, Request: c.request.Name,
	})
}

// knownTarget returns a URL with letters in the place of what is unknown, so
// that it can be parsed. Where the server is unknown, it is only the path,
// which begins at start. It returns false where the path is unknown too.
func knownTarget(u source.Text) (masked string, start int, ok bool) {
	masked = mask(u.Value, u.Unknown)
	host := 0
	if i := strings.Index(u.Value, "://"); i >= 0 && !strings.ContainsAny(u.Value[:i], "/?#") {
		host = i + len("://")
	}
	end := host
	for _, unknown := range u.Unknown {
		slash := strings.IndexAny(masked[end:], "/?#")
		if slash >= 0 && unknown.Start > end+slash {
			break
		}
		start, end = unknown.End, unknown.End
	}
	if start == 0 {
		return masked, 0, u.Value != ""
	}
	slash := strings.IndexByte(masked[start:], '/')
	if slash < 0 {
		return "", 0, false
	}
	return masked[start+slash:], start + slash, true
}

// mask replaces parts of a text by letters, byte by byte.
func mask(text string, parts []source.Span) string {
	if len(parts) == 0 {
		return text
	}
	data := []byte(text)
	for _, part := range parts {
		for i := part.Start; i < part.End; i++ {
			data[i] = 'x'
		}
	}
	return string(data)
}

// validate applies the operation's rules.
func (c *checked) validate() {
	r := c.request
	if !r.ResponseOnly {
		text, known := decoded(r.Header, r.Body)
		body, loose := maskJSON(text)
		message := &openapi.Request{
			PathParams: c.match.PathParams, RawPathParams: c.match.RawPathParams, RawQuery: c.query(), Header: header(r.Header), Body: []byte(body),
		}
		if r.BodyOnly && len(r.Header) == 0 {
			message.Header = http.Header{"Content-Type": {"application/json"}}
		}
		part := part{start: r.Start, header: r.Header, body: text, bodyUnknown: r.BodyUnknown || !known, loose: loose, partial: r.Partial}
		for _, violation := range c.match.Operation.ValidateRequest(message) {
			if !r.BodyOnly || violation.In == openapi.InBody {
				c.add(&violation, &part, report.Error)
			}
		}
		if mediaType, ok := c.match.Operation.UncheckedRequest(message); ok {
			c.v.notLookedAt(mediaType)
		}
		if c.v.options.Strict {
			c.advise(message, &part)
		}
	}
	if r.Response != nil {
		c.validateResponse(r.Response)
	}
}

func (c *checked) validateResponse(r *source.Response) {
	text, known := decoded(r.Header, r.Body)
	body, loose := maskJSON(text)
	message := &openapi.Response{Status: r.Status, Header: header(r.Header), Body: []byte(body)}
	if c.request.BodyOnly && len(r.Header) == 0 {
		message.Header = http.Header{"Content-Type": {bareMediaType(r.Status)}}
	}
	part := part{
		start: r.Start, header: r.Header, body: text, status: r.StatusText, loose: loose, response: true,
		bodyUnknown: r.BodyUnknown || !known || c.head, partial: r.Partial,
	}
	violations := c.match.Operation.ValidateResponse(message)
	if guessed := fieldsNamed(r.Header, "Content-Type"); len(guessed) > 0 && !guessed[0].Value.Known() &&
		slices.ContainsFunc(violations, isMediaTypeViolation) {
		message.Header.Set("Content-Type", "application/problem+json")
		violations = c.match.Operation.ValidateResponse(message)
	}
	if mediaType, ok := c.match.Operation.UncheckedResponse(message); ok {
		c.v.notLookedAt(mediaType)
	}
	for _, violation := range violations {
		if !c.request.BodyOnly || violation.In == openapi.InBody || violation.In == openapi.InStatus {
			c.add(&violation, &part, report.Error)
		}
	}
}

func isMediaTypeViolation(v openapi.Violation) bool {
	return v.Code == openapi.CodeUnsupportedMediaType
}

// bareMediaType is what a response that a file holds without its headers is
// taken for: errors are problem documents.
func bareMediaType(status int) string {
	if status >= http.StatusBadRequest {
		return "application/problem+json"
	}
	return "application/json"
}

// query returns the URL's query and the parameters that the file lists apart
// from it.
func (c *checked) query() string {
	parts := make([]string, 0, 1+len(c.request.Query))
	if c.match.RawQuery != "" {
		parts = append(parts, c.match.RawQuery)
	}
	for _, field := range c.request.Query {
		name := mask(field.Name.Value, field.Name.Unknown)
		parts = append(parts, name+"="+mask(field.Value.Value, field.Value.Unknown))
	}
	return strings.Join(parts, "&")
}

// header returns the fields that are known. A media type that is not known, and
// that the reader of the file has no guess for, is taken for JSON, so that the
// body is looked at all the same.
func header(fields []source.Field) http.Header {
	h := make(http.Header, len(fields))
	for _, field := range fields {
		value := field.Value.Value
		if strings.EqualFold(field.Name.Value, "Content-Type") && !field.Value.Known() && !isMediaType(value) {
			value = "application/json"
		}
		if field.Name.Known() {
			h.Add(field.Name.Value, value)
		}
	}
	return h
}

func isMediaType(value string) bool {
	mediaType, _, err := mime.ParseMediaType(value)
	return err == nil && strings.Contains(mediaType, "/")
}

func fieldsNamed(fields []source.Field, name string) []source.Field {
	var named []source.Field
	for _, field := range fields {
		if strings.EqualFold(field.Name.Value, name) {
			named = append(named, field)
		}
	}
	return named
}

// status says how the request has fared.
func (c *checked) status() report.Status {
	if c.match == nil {
		return report.Unmatched
	}
	if hasErrors(c.findings) {
		return report.Invalid
	}
	return report.Valid
}

func hasErrors(findings []report.Finding) bool {
	return slices.ContainsFunc(findings, func(f report.Finding) bool { return f.Severity == report.Error })
}
