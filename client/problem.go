package client

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/gen"
)

// problem is the body of an error: a problem document (RFC 9457) as
// openapi.yaml has it, or one of the shapes that other servers and proxies
// answer with. The vendor does not document its own. No member makes another
// one unreadable.
type problem struct {
	Title       words      `json:"title"`
	Detail      words      `json:"detail"`
	Code        string     `json:"-"`
	RawCode     words      `json:"code"`
	RequestID   words      `json:"request_id"`
	Errors      complaints `json:"errors"`
	Text        words      `json:"message"`
	Err         words      `json:"error"`
	Description words      `json:"error_description"`
}

// words is a string, the message of an object, or the words of a list's items.
// Everything else is no words.
type words struct{ text, code string }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (w *words) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &w.text) == nil {
		return nil
	}
	var list []words
	if json.Unmarshal(data, &list) == nil {
		w.text = joined(list)
		return nil
	}
	var object struct {
		Message, Detail, Title, Code any
	}
	if json.Unmarshal(data, &object) == nil {
		for _, candidate := range []any{object.Message, object.Detail, object.Title} {
			if w.text == "" {
				w.text, _ = candidate.(string)
			}
		}
		w.code, _ = object.Code.(string)
	}
	return nil
}

func joined(list []words) string {
	var texts []string
	for _, item := range list {
		if item.text != "" {
			texts = append(texts, item.text)
		}
	}
	return strings.Join(texts, "; ")
}

// complaints is the member errors: the violations of openapi.yaml, or else the
// words of a list, or of an object that has them by the name of a field.
type complaints struct {
	violations []Violation
	text       string
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (c *complaints) UnmarshalJSON(data []byte) error {
	if c.readViolations(data) {
		return nil
	}
	var fields map[string]words
	if json.Unmarshal(data, &fields) == nil {
		var list []words
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if fields[name].text != "" {
				list = append(list, words{text: name + ": " + fields[name].text})
			}
		}
		c.text = joined(list)
		return nil
	}
	var plain words
	_ = plain.UnmarshalJSON(data) // it never fails
	c.text = plain.text
	return nil
}

func (c *complaints) readViolations(data []byte) bool {
	var violations []gen.Violation
	if json.Unmarshal(data, &violations) != nil {
		return false
	}
	for _, v := range violations {
		if v.Code == "" {
			return false
		}
	}
	c.violations = violations
	return true
}

// parseProblem returns an empty problem for a body that is none.
func parseProblem(body []byte) problem {
	var p problem
	if json.Unmarshal(body, &p) != nil {
		return problem{}
	}
	p.Code = p.RawCode.text
	if p.Code == "" {
		p.Code = p.Err.code
	}
	return p
}

// message is the most precise text that there is, and what is wrong with each
// field if it is not in the form of violations.
func (p *problem) message() string {
	for _, candidate := range []words{p.Detail, p.Text, p.Description, p.Err, p.Title} {
		switch {
		case candidate.text == "":
		case p.Errors.text == "" || p.Errors.text == candidate.text:
			return candidate.text
		default:
			return candidate.text + ": " + p.Errors.text
		}
	}
	return p.Errors.text
}
