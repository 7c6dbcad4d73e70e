package validate

import (
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/coverage"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// loadCoverage lists what there is to exercise, if somebody wants to know.
func (v *validator) loadCoverage() error {
	if !v.options.Coverage {
		return nil
	}
	document, err := v.contract.JSON()
	if err != nil {
		return &UsageError{Err: err}
	}
	if v.result.Coverage, err = coverage.New(v.result.SpecFile, document); err != nil {
		return &UsageError{Err: err}
	}
	return nil
}

// exercised counts what of its operation a request exercises, if somebody wants
// to know.
func (c *checked) exercised() {
	if c.v.result.Coverage == nil || c.match == nil {
		return
	}
	r := c.request
	m := &coverage.Message{Parameters: map[string][]string{}}
	if !r.ResponseOnly {
		m.Body = r.Body
		for name, value := range c.match.PathParams {
			m.Parameters["path "+name] = []string{value}
		}
		for pair := range strings.SplitSeq(c.query(), "&") {
			name, value, _ := strings.Cut(pair, "=")
			where := "query " + unescapeQuery(name)
			m.Parameters[where] = append(m.Parameters[where], unescapeQuery(value))
		}
		for _, field := range r.Header {
			where := "header " + strings.ToLower(field.Name.Value)
			m.Parameters[where] = append(m.Parameters[where], field.Value.Value)
		}
		for _, cookie := range cookies(r.Header) {
			name, value, _ := strings.Cut(cookie, "=")
			where := "cookie " + strings.TrimSpace(name)
			m.Parameters[where] = append(m.Parameters[where], value)
		}
	}
	if r.Response != nil {
		m.Status, m.ResponseBody = r.Response.Status, r.Response.Body
	}
	c.v.result.Coverage.Add(c.match.Operation.ID, m)
}

func cookies(fields []source.Field) []string {
	var all []string
	for _, field := range fieldsNamed(fields, "Cookie") {
		all = append(all, strings.Split(field.Value.Value, ";")...)
	}
	return all
}

// unescapeQuery returns a name or a value as url.ParseQuery has it.
func unescapeQuery(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
