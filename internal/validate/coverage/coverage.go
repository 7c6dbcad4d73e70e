// Package coverage tells what of an OpenAPI document the requests of a run
// exercise: operations, parameters, fields, values of enums, and statuses.
package coverage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Kind is what of a document can be exercised.
type Kind string

// The kinds, in the order of reports.
const (
	KindOperation Kind = "operation"
	KindParameter Kind = "parameter"
	KindField     Kind = "field"
	KindValue     Kind = "value"
	KindStatus    Kind = "status"
)

// Item is a part of an operation.
type Item struct {
	Kind Kind `json:"kind"`
	// Where names it within its operation: "query limit", "request body /name",
	// "response 200 /data/*/id", "201". A "*" stands for every item of an array,
	// and for every name that the document does not list.
	Where string `json:"where"`
	// Value is one of an enum, as JSON writes it.
	Value string `json:"value,omitempty"`
	// Count is how often it was seen.
	Count int `json:"count"`
}

// Operation is an operation of the document with its parts.
type Operation struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Path   string `json:"path"`
	// Requests counts those of the operation.
	Requests int     `json:"requests"`
	Items    []*Item `json:"items"`

	index map[key]*Item
}

type key struct {
	kind         Kind
	where, value string
}

// Report is what a run has exercised. It is not safe for concurrent use.
type Report struct {
	// Document is how the user calls the document.
	Document string `json:"document"`
	// Requests counts those that were for an operation.
	Requests   int          `json:"requests"`
	Operations []*Operation `json:"operations"`

	byID map[string]*Operation
}

// New lists what there is to exercise in a document, which is JSON. What other
// files define is left out.
func New(name string, document []byte) (*Report, error) {
	root, err := jsontree.Parse((&source.File{Name: name, Data: string(document)}).Text())
	if err != nil {
		return nil, err
	}
	r := &Report{Document: name, byID: map[string]*Operation{}}
	l := &lister{root: root}
	for _, path := range members(root.Get("paths")) {
		item := l.resolve(path.Value)
		for _, m := range members(item) {
			if !methods[m.Name.Value] {
				continue
			}
			operation := l.operation(path.Name.Value, m, item.Get("parameters"))
			r.Operations = append(r.Operations, operation)
			r.byID[operation.ID] = operation
		}
	}
	slices.SortFunc(r.Operations, func(a, b *Operation) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return r, nil
}

var methods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true, "query": true,
}

func members(n *jsontree.Node) []jsontree.Member {
	if n == nil {
		return nil
	}
	return n.Members
}

// Message is a request and its response, as far as they are known.
type Message struct {
	// Parameters are the values by place and name, such as "query limit".
	Parameters map[string][]string
	Body       source.Text
	// Status is 0 where there is no response.
	Status       int
	ResponseBody source.Text
}

// Add counts what a message of an operation exercises.
func (r *Report) Add(operation string, m *Message) {
	o := r.byID[operation]
	if o == nil {
		return
	}
	r.Requests++
	o.Requests++
	for where, values := range m.Parameters {
		o.count(KindParameter, where, "")
		for _, value := range values {
			o.count(KindValue, where, value)
			o.count(KindValue, where, quote(value))
		}
	}
	o.body("request body", m.Body)
	if m.Status == 0 {
		return
	}
	status := o.status(m.Status)
	o.count(KindStatus, status, "")
	o.body("response "+status, m.ResponseBody)
}

func (o *Operation) count(kind Kind, where, value string) bool {
	item := o.index[key{kind, where, value}]
	if item != nil {
		item.Count++
	}
	return item != nil
}

// body counts the fields and values of a body that is JSON.
func (o *Operation) body(where string, text source.Text) {
	if strings.TrimSpace(text.Value) == "" {
		return
	}
	if root, err := jsontree.Parse(text); err == nil {
		o.value(where+" ", "", root)
	}
}

func (o *Operation) value(where, pointer string, n *jsontree.Node) {
	for _, m := range n.Members {
		name := pointer + jsonpointer.Name(m.Name.Value)
		if !o.count(KindField, where+name, "") {
			name = pointer + "/*"
			o.count(KindField, where+name, "")
		}
		o.value(where, name, m.Value)
	}
	for _, item := range n.Items {
		o.value(where, pointer+"/*", item)
	}
	if len(n.Members) == 0 && len(n.Items) == 0 {
		o.count(KindValue, strings.TrimSpace(where+pointer), n.Raw().Value)
	}
}
