package reference

import (
	"slices"
	"strings"
)

// schemaView is a schema as the page shows it.
type schemaView struct {
	Name        string // of a component
	Anchor      string
	Description view
	Type        typeView
	Rules       []string
	Rows        []row
	Example     string
}

// typeView is a type in words, with a link for a component.
type typeView struct {
	Before, Name, Anchor, After string
}

// row is a member of an object. Members of members have names with dots.
type row struct {
	Name        string
	Type        typeView
	Required    bool
	Extension   bool
	Description view
	Rules       []string
}

// maxNested is how deep members are listed that no component has.
const maxNested = 4

func (b *builder) schema(n node) schemaView {
	target := b.resolve(n)
	view := schemaView{
		Description: b.markdown(target.text("description")), Type: b.typeOf(n), Rules: rulesOf(target),
		Rows: b.rows(target, "", 0),
	}
	if example := target.get("example"); example.exists() {
		view.Example = jsonOf(example)
	}
	return view
}

// rows lists the members of an object, those of all its parts included.
func (b *builder) rows(n node, prefix string, depth int) []row {
	var rows []row
	for _, part := range n.get("allOf").items() {
		rows = append(rows, b.rows(b.resolve(part), prefix, depth)...)
	}
	required := texts(n.get("required"))
	for name, member := range n.get("properties").members() {
		target := b.resolve(member)
		rows = append(rows, row{
			Name: prefix + name, Type: b.typeOf(member), Required: slices.Contains(required, name),
			Extension:   member.is("x-hookline-extension") || target.is("x-hookline-extension"),
			Description: b.markdown(target.text("description")), Rules: rulesOf(target),
		})
		if member.get("$ref").exists() || depth == maxNested {
			continue
		}
		rows = append(rows, b.rows(member, prefix+name+".", depth+1)...)
		if items := member.get("items"); !items.get("$ref").exists() {
			rows = append(rows, b.rows(items, prefix+name+"[].", depth+1)...)
		}
	}
	return rows
}

// typeOf says what type a schema has.
func (b *builder) typeOf(n node) typeView {
	if name := b.nameOf(n); name != "" {
		return typeView{Name: name, Anchor: schemaAnchor(name)}
	}
	if items := n.get("items"); items.exists() {
		inner := b.typeOf(items)
		inner.Before = "array of " + inner.Before
		return withNull(inner, n)
	}
	for _, combination := range []string{"allOf", "oneOf", "anyOf"} {
		parts := n.get(combination).items()
		if len(parts) == 1 {
			return withNull(b.typeOf(parts[0]), n)
		}
		if len(parts) > 1 && n.text("type") == "" {
			return typeView{Before: map[string]string{"allOf": "all of several", "oneOf": "one of several", "anyOf": "any of several"}[combination]}
		}
	}
	return withNull(typeView{Before: plainType(n)}, n)
}

func withNull(t typeView, n node) typeView {
	if n.is("nullable") {
		t.After += " or null"
	}
	return t
}

// plainType is the type with its format: a text in 3.0, and a list in 3.1.
func plainType(n node) string {
	words := n.text("type")
	if list := texts(n.get("type")); len(list) > 0 {
		words = strings.Join(list, " or ")
	}
	switch format := n.text("format"); {
	case words == "" && n.get("properties").exists():
		return "object"
	case words == "":
		return "any"
	case format != "":
		return words + " (" + format + ")"
	}
	return words
}

// numberRules are the keywords that are one value, with the words around it.
var numberRules = []struct{ keyword, before, after string }{
	{"minLength", "at least ", " characters"},
	{"maxLength", "at most ", " characters"},
	{"minimum", "at least ", ""},
	{"maximum", "at most ", ""},
	{"exclusiveMinimum", "more than ", ""},
	{"exclusiveMaximum", "less than ", ""},
	{"multipleOf", "a multiple of ", ""},
	{"minItems", "at least ", " items"},
	{"maxItems", "at most ", " items"},
	{"minProperties", "at least ", " members"},
	{"maxProperties", "at most ", " members"},
	{"pattern", "matches ", ""},
	{"const", "always ", ""},
	{"default", "default ", ""},
}

// flagRules are the keywords that are true or false.
var flagRules = []struct{ keyword, words string }{
	{"uniqueItems", "no item twice"}, {"readOnly", "in answers only"}, {"writeOnly", "in requests only"}, {"deprecated", "deprecated"},
}

// rulesOf are the bounds of a schema in words.
func rulesOf(n node) []string {
	var rules []string
	if values := texts(n.get("enum")); len(values) > 0 {
		rules = append(rules, "one of "+strings.Join(values, ", "))
	}
	for _, rule := range numberRules {
		switch value := n.text(rule.keyword); {
		case value == "":
		case value == "1" && (rule.keyword == "minLength" || rule.keyword == "minItems"):
			rules = append(rules, "not empty")
		default:
			rules = append(rules, rule.before+value+rule.after)
		}
	}
	for _, rule := range flagRules {
		if n.is(rule.keyword) {
			rules = append(rules, rule.words)
		}
	}
	if n.text("additionalProperties") == "false" {
		rules = append(rules, "no other members")
	}
	if not := n.get("not"); not.text("description") != "" {
		rules = append(rules, strings.TrimPrefix(not.text("x-pointer"), "/")+" "+not.text("description"))
	}
	return rules
}

func texts(n node) []string {
	var list []string
	for _, item := range n.items() {
		list = append(list, item.value())
	}
	return list
}
