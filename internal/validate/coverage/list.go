package coverage

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
)

// lister walks a document.
type lister struct{ root *jsontree.Node }

// maxReferences is how many references may lead to one another.
const maxReferences = 16

// resolve follows references within the document.
func (l *lister) resolve(n *jsontree.Node) *jsontree.Node {
	for range maxReferences {
		reference := n.Get("$ref").Text().Value
		names, err := jsonpointer.ParseFragment(reference)
		if reference == "" || err != nil {
			return n
		}
		n = l.root
		for _, name := range names {
			n = n.Get(name)
		}
	}
	return n
}

func (l *lister) operation(path string, m jsontree.Member, shared *jsontree.Node) *Operation {
	o := &Operation{ID: m.Value.Get("operationId").Text().Value, Method: strings.ToUpper(m.Name.Value), Path: path, index: map[key]*Item{}}
	if o.ID == "" {
		o.ID = o.Method + " " + path
	}
	for _, parameter := range slices.Concat(m.Value.Get("parameters").Elements(), shared.Elements()) {
		p := l.resolve(parameter)
		name := p.Get("name").Text().Value
		if p.Get("in").Text().Value == "header" {
			name = strings.ToLower(name)
		}
		where := p.Get("in").Text().Value + " " + name
		o.add(KindParameter, where, "")
		l.enum(o, where, l.resolve(p.Get("schema")))
	}
	l.content(o, "request body", l.resolve(m.Value.Get("requestBody")), "readOnly")
	for _, response := range members(m.Value.Get("responses")) {
		status := strings.ToUpper(response.Name.Value)
		if status == "DEFAULT" {
			status = "default"
		}
		o.add(KindStatus, status, "")
		l.content(o, "response "+status, l.resolve(response.Value), "writeOnly")
	}
	slices.SortFunc(o.Items, func(a, b *Item) int {
		return cmp.Or(strings.Compare(a.Where, b.Where), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Value, b.Value))
	})
	return o
}

// add lists a part, once.
func (o *Operation) add(kind Kind, where, value string) {
	k := key{kind, where, value}
	if o.index[k] == nil {
		o.index[k] = &Item{Kind: kind, Where: where, Value: value}
		o.Items = append(o.Items, o.index[k])
	}
}

// status returns the name under which the operation documents a status.
func (o *Operation) status(code int) string {
	exact := strconv.Itoa(code)
	for _, name := range []string{exact, exact[:1] + "XX", "default"} {
		if o.index[key{KindStatus, name, ""}] != nil {
			return name
		}
	}
	return exact
}

// content lists the fields of the bodies in JSON. Hidden names the keyword of
// fields that this direction does not have.
func (l *lister) content(o *Operation, where string, n *jsontree.Node, hidden string) {
	for _, media := range members(n.Get("content")) {
		if strings.Contains(media.Name.Value, "json") {
			w := walk{lister: l, operation: o, where: where + " ", hidden: hidden}
			w.schema("", media.Value.Get("schema"))
		}
	}
}

// walk lists the fields of a schema.
type walk struct {
	*lister

	operation *Operation
	where     string
	hidden    string
	open      []*jsontree.Node // the schemas around, so that recursion ends
}

func (w *walk) schema(pointer string, n *jsontree.Node) {
	n = w.resolve(n)
	if !n.IsObject() || slices.Contains(w.open, n) {
		return
	}
	w.open = append(w.open, n)
	defer func() { w.open = w.open[:len(w.open)-1] }()
	w.enum(w.operation, strings.TrimSpace(w.where+pointer), n)
	for _, property := range members(n.Get("properties")) {
		schema := w.resolve(property.Value)
		if schema.Get(w.hidden).IsTrue() {
			continue
		}
		name := pointer + jsonpointer.Name(property.Name.Value)
		w.operation.add(KindField, w.where+name, "")
		w.schema(name, schema)
	}
	for _, every := range []string{"items", "additionalProperties"} {
		w.schema(pointer+"/*", n.Get(every))
	}
	for _, composition := range []string{"allOf", "anyOf", "oneOf"} {
		for _, part := range n.Get(composition).Elements() {
			w.schema(pointer, part)
		}
	}
}

// enum lists the values of an enum.
func (l *lister) enum(o *Operation, where string, n *jsontree.Node) {
	for _, value := range n.Get("enum").Elements() {
		if value.Kind != '{' && value.Kind != '[' {
			o.add(KindValue, where, value.Raw().Value)
		}
	}
}

func quote(text string) string {
	data, _ := json.Marshal(text) //nolint:errchkjson // a string
	return string(data)
}
