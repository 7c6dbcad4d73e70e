package validate

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/loopback"
	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Codes of advice, which only the strict mode gives, besides
// openapi.CodeDeprecated and openapi.CodeSecret.
const (
	// CodePlainHTTP is a URL that sends what it carries in the clear.
	CodePlainHTTP openapi.Code = "plain_http"
	// CodeUnknownValue is a value that only the program that runs knows, so
	// that nothing can be said about it.
	CodeUnknownValue openapi.Code = "unknown_value"
)

// advise adds what the strict mode says about a request.
func (c *checked) advise(message *openapi.Request, p *part) {
	for _, violation := range c.v.contract.Advice(c.match.Operation, message) {
		if violation.Code == openapi.CodeSecret && c.isPlaceholder(&violation, p) {
			continue
		}
		if violation.Code == openapi.CodeSecret {
			violation.Message += ", and it is written into the file: put a variable in its place, and change it if it was real"
		}
		c.add(&violation, p, report.Warning)
	}
	c.advisePlainHTTP(p)
	c.adviseUnknown(p)
}

func (c *checked) warn(in openapi.In, pointer string, code openapi.Code, message string, at source.Place) {
	c.findings = append(c.findings, report.Finding{
		Place: at, Severity: report.Warning, Code: string(code), In: string(in), Pointer: pointer, Message: message,
		Operation: c.match.Operation.ID, Request: c.request.Name,
	})
}

// advisePlainHTTP looks at the request's own URL and at the URLs in its body.
func (c *checked) advisePlainHTTP(p *part) {
	if isPlainHTTP(c.request.URL.Value) {
		c.warn(openapi.InPath, "", CodePlainHTTP, "the request is sent over plain http, so that everybody on the way can read it",
			c.request.URL.Place(0))
	}
	if !p.body.Known() {
		return
	}
	root, err := jsontree.Parse(p.body)
	if err != nil {
		return // a violation says so
	}
	c.plainHTTPIn(root, "")
}

func (c *checked) plainHTTPIn(n *jsontree.Node, pointer string) {
	if n.IsString() && isPlainHTTP(n.Text().Value) {
		c.warn(openapi.InBody, pointer, CodePlainHTTP, "the URL is a plain http one, so that everybody on the way can read what is sent to it",
			n.Raw().Place(0))
	}
	for i, item := range n.Items {
		c.plainHTTPIn(item, pointer+jsonpointer.Index(i))
	}
	for _, m := range n.Members {
		c.plainHTTPIn(m.Value, pointer+jsonpointer.Name(m.Name.Value))
	}
}

// isPlainHTTP leaves out the loopback interface, from which nothing leaves the
// machine.
func isPlainHTTP(text string) bool {
	if len(text) < len("http://") || !strings.EqualFold(text[:len("http://")], "http://") {
		return false
	}
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	return u.Hostname() != "" && !loopback.IsHost(u.Hostname())
}

// adviseUnknown reports values that were not checked, one for each.
func (c *checked) adviseUnknown(p *part) {
	const message = "the value is not known before the program runs, so it was not checked"
	for _, unknown := range p.body.Unknown {
		c.warn(openapi.InBody, "", CodeUnknownValue, message, p.body.Place(unknown.Start))
	}
	for _, field := range c.request.Query {
		if !field.Value.Known() {
			c.warn(openapi.InQuery, jsonpointer.Name(unescapeQuery(field.Name.Value)), CodeUnknownValue, message, field.Value.Place(0))
		}
	}
	for _, unknown := range c.request.URL.Unknown {
		if unknown.Start >= c.urlStart {
			c.warn(openapi.InPath, "", CodeUnknownValue, message, c.request.URL.Place(unknown.Start))
		}
	}
}

// placeholder is what people write where a secret would be.
var placeholder = regexp.MustCompile(`(?i)^\W*$|^<.*>$|^\[.*\]$|^\{.*\}$|^\$|^%.*%$|^(x+|\*+|\.{3,})$` +
	`|redacted|placeholder|example|changeme|change-me|your[-_ ]|dummy|^(secret|token|api[-_ ]?key|key|test|dev-key|null)$`)

// isPlaceholder tells whether a secret is none: a variable, or a word that only
// stands for one.
func (c *checked) isPlaceholder(violation *openapi.Violation, p *part) bool {
	value := c.secretText(violation, p)
	if !value.Known() {
		return true
	}
	text := strings.TrimSpace(value.Value)
	for _, scheme := range []string{"Bearer ", "Basic ", "ApiKey "} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			text = strings.TrimSpace(text[len(scheme):])
		}
	}
	return placeholder.MatchString(text)
}

func (c *checked) secretText(violation *openapi.Violation, p *part) source.Text {
	text := c.textOf(violation, p)
	if violation.In == openapi.InBody && text.Known() {
		return source.JSONString(text.Value, text, 0)
	}
	return text
}
