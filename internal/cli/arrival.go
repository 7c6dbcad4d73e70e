package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// arrival is a request that receive or listen shows.
type arrival struct {
	at        time.Time
	request   *http.Request
	body      []byte
	signature signatureCheck
	attempt   int // how often its webhook-id has come, 0 for one without
	status    int // of the answer
	// showSecrets shows the values of all headers.
	showSecrets bool
}

// openHeaders are those whose values are no secrets. The signature is none: it
// is worth nothing for another body.
var openHeaders = []string{
	"Content-Type", "Content-Length", "User-Agent", "Accept-Encoding", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature",
}

// isOpen tells whether the value of a header may be shown.
func isOpen(name string) bool {
	return slices.Contains(openHeaders, name) || strings.HasSuffix(name, "-Signature")
}

// headers returns the request's headers as they may be shown, sorted.
func (a *arrival) headers() [][2]string {
	var shown [][2]string
	for name, values := range a.request.Header {
		for _, value := range values {
			if !a.showSecrets && !isOpen(name) {
				value = masked
			}
			shown = append(shown, [2]string{name, value})
		}
	}
	slices.SortStableFunc(shown, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return shown
}

func (a *arrival) print(p *page) {
	colour := green
	if a.status >= http.StatusMultipleChoices {
		colour = red
	}
	again := ""
	if a.attempt > 1 {
		again = ", again"
	}
	p.linef("\n%s %s %s, %s%s, %s", a.at.Local().Format(time.TimeOnly), a.request.Method, printable(a.request.URL.Path), //nolint:gosmopolitan // people read it
		a.signature.text, again, p.colour(colour, "answered "+statusLine(a.status)))
	for _, header := range a.headers() {
		p.linef("  %s: %s", header[0], printable(header[1]))
	}
	p.indented(string(indentJSON(a.body)))
}

func (a *arrival) writeJSON(w io.Writer) {
	headers := map[string][]string{}
	for _, header := range a.headers() {
		headers[header[0]] = append(headers[header[0]], header[1])
	}
	var body any = string(a.body)
	if json.Valid(a.body) {
		body = json.RawMessage(a.body)
	}
	line, err := json.Marshal(map[string]any{
		"at": a.at.UTC(), "method": a.request.Method, "path": a.request.URL.Path, "headers": headers, "body": body,
		"signature": a.signature.text, "attempt": a.attempt, "status": a.status,
	})
	if err == nil { // all of these can be JSON
		_, _ = w.Write(append(line, '\n'))
	}
}
