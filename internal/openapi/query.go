package openapi

import (
	"net/url"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// query holds the parts of a query in their order.
type query struct {
	names []string
	texts []text
	again []bool // whether a part has the name of one before it
	next  []int  // the next part of the same name, or 0
}

// smallQuery is how many parts are looked through. In larger ones, a map finds
// names.
const smallQuery = 32

// parseQuery returns false for a query with a percent sign that encodes nothing.
func parseQuery(raw string) (q query, ok bool) {
	count := strings.Count(raw, "&") + 1
	q = query{
		names: make([]string, 0, count), texts: make([]text, 0, count), again: make([]bool, 0, count), next: make([]int, count),
	}
	var last map[string]int
	if count > smallQuery {
		last = make(map[string]int, count)
	}
	at := 0
	for part := range strings.SplitSeq(raw, "&") {
		start := at
		at += len(part) + 1
		if part == "" {
			continue
		}
		name, value, ok := parseQueryPart(part)
		if !ok {
			return query{}, false
		}
		end := start + len(part)
		value.span = span{start: end - len(value.raw), end: end}
		q.add(name, value, last)
	}
	return q, true
}

func parseQueryPart(part string) (name string, value text, ok bool) {
	key, rest, _ := strings.Cut(part, "=")
	name, err := url.QueryUnescape(key)
	if err != nil {
		return "", text{}, false
	}
	plain, err := url.QueryUnescape(rest)
	return name, text{value: plain, raw: rest}, err == nil
}

func (q *query) add(name string, value text, last map[string]int) {
	before, again, index := 0, false, len(q.names)
	if last != nil {
		before, again = last[name]
		last[name] = index
	} else {
		for i := index - 1; i >= 0 && !again; i-- {
			before, again = i, q.names[i] == name
		}
	}
	if again {
		q.next[before] = index
	}
	q.names, q.texts, q.again = append(q.names, name), append(q.texts, value), append(q.again, again)
}

// from returns the value of a part, and those of the same name after it.
func (q *query) from(i int) []text {
	if q.next[i] == 0 {
		return q.texts[i : i+1]
	}
	values := []text{q.texts[i]}
	for i = q.next[i]; i > 0; i = q.next[i] {
		values = append(values, q.texts[i])
	}
	return values
}

// validateQuery looks at the parameters in the order in which the query has
// them, then at objects whose fields are spread over it, and at what is missing
// last.
func (o *Operation) validateQuery(raw string) (violations []Violation) {
	if raw == "" && len(o.query) == 0 || o.anyQuery {
		return nil
	}
	q, ok := parseQuery(raw)
	if !ok || strings.Contains(raw, ";") {
		return []Violation{{
			In: InQuery, Code: CodeInvalidQuery, End: len(raw),
			Message: "the query is not valid: each part must be name=value, percent-encoded, with & between parts",
		}}
	}
	owners := make([]*parameter, len(q.names))
	for i, name := range q.names {
		if len(violations) >= MaxViolations {
			return violations
		}
		if q.again[i] {
			continue
		}
		p := o.queryParameter(name)
		owners[i] = p
		switch {
		case p == nil && !slices.Contains(o.queryKeys, name):
			violations = append(violations, o.unknownParameter(name, q.texts[i]))
		case p != nil && !p.scattered():
			violations = append(violations, p.validate(q.from(i))...)
		}
	}
	for _, p := range o.query {
		given := slices.Contains(owners, p)
		switch {
		case given && p.scattered():
			violations = append(violations, p.validateScattered(&q, owners)...)
		case p.required && !given:
			violations = append(violations, p.missing())
		}
	}
	return violations
}

func (o *Operation) unknownParameter(name string, value text) Violation {
	return Violation{
		In: InQuery, Pointer: jsonpointer.Name(shorten(name)), Code: CodeUnknownParameter, Start: value.start, End: value.end,
		Message:    "the operation has no query parameter " + label(name),
		Suggestion: nearest(name, o.queryNames),
	}
}

// validateScattered gathers an object's fields from the query.
func (p *parameter) validateScattered(q *query, owners []*parameter) []Violation {
	if p.opaque || p.schema == nil {
		return nil
	}
	b := &branch{}
	for i, name := range q.names {
		if owners[i] != p {
			continue
		}
		steps := []string{name}
		if p.style == styleDeep {
			steps = bracketSteps(name[len(p.name):])
		}
		for _, value := range q.from(i) {
			b.add(steps, value)
		}
	}
	v := newValues()
	defer v.release()
	b.build(v, p.shape)
	return p.evaluate(v.root())
}

// bracketSteps returns the names in brackets: of "[a][b]", a and b.
func bracketSteps(rest string) (steps []string) {
	for rest != "" {
		name, after, found := strings.Cut(strings.TrimPrefix(rest, "["), "]")
		steps = append(steps, name)
		if rest = after; !found {
			break
		}
	}
	return steps
}

// branch is what the parts of a query with common steps are about: a value, or
// an object or an array of branches.
type branch struct {
	texts    []text
	names    []string
	branches []*branch
	index    map[string]int // of the names, where they are many
}

// find returns a name's branch, or -1.
func (b *branch) find(name string) int {
	if len(b.names) <= smallQuery {
		return slices.Index(b.names, name)
	}
	if b.index == nil {
		b.index = map[string]int{}
		for i, known := range b.names {
			b.index[known] = i
		}
	}
	if i, ok := b.index[name]; ok {
		return i
	}
	return -1
}

func (b *branch) add(steps []string, value text) {
	if len(steps) == 0 || len(steps) == 1 && steps[0] == "" && len(b.branches) == 0 {
		b.texts = append(b.texts, value)
		return
	}
	i := b.find(steps[0])
	if i < 0 {
		i = len(b.names)
		b.names, b.branches = append(b.names, steps[0]), append(b.branches, &branch{})
		if b.index != nil {
			b.index[steps[0]] = i
		}
	}
	b.branches[i].add(steps[1:], value)
}

// first is where the branch begins.
func (b *branch) first() span {
	if len(b.texts) > 0 {
		return b.texts[0].span
	}
	if len(b.branches) > 0 {
		return b.branches[0].first()
	}
	return nowhere
}

// build adds the branch as its shape wants it.
func (b *branch) build(v *values, s *shape) {
	switch {
	case len(b.branches) > 0 && s.isArray(): // a[0]=x&a[1]=y
		array := v.open(kindArray, b.first())
		for _, each := range b.branches {
			each.build(v, s.item())
		}
		v.close(array)
	case len(b.branches) > 0:
		object := v.open(kindObject, b.first())
		for i, name := range b.names {
			v.add(kindName, name, bare, b.branches[i].first())
			b.branches[i].build(v, s.field(name))
		}
		v.close(object)
	case s.isArray():
		array := v.open(kindArray, b.first())
		for i := range b.texts {
			v.scalar(s.item().schema, s.item().types, &b.texts[i])
		}
		v.close(array)
	case len(b.texts) > 0:
		v.scalar(s.schema, s.types, &b.texts[0])
	default:
		v.close(v.open(kindObject, nowhere))
	}
}
