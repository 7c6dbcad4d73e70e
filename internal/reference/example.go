package reference

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jsonOf writes a value as indented JSON, with its members in the order of the
// document.
func jsonOf(n node) string {
	var text strings.Builder
	writeJSON(&text, n, "")
	return text.String()
}

const indentation = "  "

func writeJSON(text *strings.Builder, n node, indent string) {
	at := n.plain()
	switch {
	case at == nil:
		text.WriteString("null")
	case at.Kind == yaml.MappingNode:
		writeObject(text, n, indent)
	case at.Kind == yaml.SequenceNode:
		writeArray(text, n, indent)
	default:
		text.WriteString(scalarJSON(at))
	}
}

func writeObject(text *strings.Builder, n node, indent string) {
	separator := "{\n"
	for name, member := range n.members() {
		text.WriteString(separator + indent + indentation + quote(name) + ": ")
		writeJSON(text, member, indent+indentation)
		separator = ",\n"
	}
	if separator == "{\n" {
		text.WriteString("{}")
		return
	}
	text.WriteString("\n" + indent + "}")
}

// writeArray writes short arrays in one line.
func writeArray(text *strings.Builder, n node, indent string) {
	items := n.items()
	if len(items) == 0 {
		text.WriteString("[]")
		return
	}
	flat := true
	for _, item := range items {
		flat = flat && item.plain().Kind == yaml.ScalarNode
	}
	open, between, end := "[", ", ", "]"
	if !flat {
		open, between, end = "[\n"+indent+indentation, ",\n"+indent+indentation, "\n"+indent+"]"
	}
	text.WriteString(open)
	for i, item := range items {
		if i > 0 {
			text.WriteString(between)
		}
		writeJSON(text, item, indent+indentation)
	}
	text.WriteString(end)
}

// scalarJSON writes a scalar by the type that YAML gives it, and numbers as they
// are written.
func scalarJSON(at *yaml.Node) string {
	switch at.Tag {
	case "!!null":
		return "null"
	case "!!bool", "!!int", "!!float":
		if json.Valid([]byte(at.Value)) {
			return at.Value
		}
	}
	return quote(at.Value)
}

// quote is a JSON string without the escapes for HTML, which the template makes.
func quote(text string) string {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) //nolint:errchkjson // a string never fails
	return strings.TrimSuffix(quoted.String(), "\n")
}
