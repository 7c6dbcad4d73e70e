package client

import (
	"encoding/json"
	"strings"

	"github.com/hookline-go/hookline/gen"
)

// problem is the body of an error: a problem document (RFC 9457) as
// openapi.yaml has it, or one of the shapes that other servers and proxies
// answer with. The vendor does not document its own. No member makes another
// one unreadable.
type problem struct {
	Title       words           `json:"title"`
	Detail      words           `json:"detail"`
	Code        string          `json:"-"`
	RawCode     words           `json:"code"`
	RequestID   words           `json:"request_id"`
	Errors      json.RawMessage `json:"errors"`
	Text        words           `json:"message"`
	Err         words           `json:"error"`
	Description words           `json:"error_description"`
}

// words is a string, the strings of a list, or the message of an object.
// Everything else is no words.
type words struct{ text, code string }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (w *words) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &w.text) == nil {
		return nil
	}
	var list []string
	if json.Unmarshal(data, &list) == nil {
		w.text = strings.Join(list, "; ")
		return nil
	}
	var object struct {
		Message, Detail, Code any
	}
	if json.Unmarshal(data, &object) == nil {
		w.text, _ = object.Message.(string)
		if w.text == "" {
			w.text, _ = object.Detail.(string)
		}
		w.code, _ = object.Code.(string)
	}
	return nil
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

// message is the finest text that there is.
func (p *problem) message() string {
	for _, candidate := range []words{p.Detail, p.Text, p.Description, p.Err, p.Title} {
		if candidate.text != "" {
			return candidate.text
		}
	}
	return ""
}

// violations are nil where the body's errors have another shape.
func (p *problem) violations() []Violation {
	var violations []gen.Violation
	if json.Unmarshal(p.Errors, &violations) != nil {
		return nil
	}
	for _, v := range violations {
		if v.Code == "" && v.Detail == "" {
			return nil
		}
	}
	return violations
}
