// Command clientspec derives the contract for generators of clients from the
// contract. Both describe the same API. Generators of many languages stumble
// over what only validators need, so the derived document leaves it out:
//
//   - `not`, which generators read as a type, or crash on;
//   - extensions, which name things of Go or speak to hookline's own tools;
//   - `allOf` around one reference, which some turn into a class of its own:
//     the reference takes its place;
//   - an enum with null, which becomes a constant, or several types: the plain
//     enum, nullable, takes its place;
//   - links, anchors and comments.
//
// A request that keeps to the derived document may still break the contract; the
// service says so. It is run by make generate:
//
//	clientspec openapi.yaml openapi.client.yaml
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clientspec contract derived")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "clientspec:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	contract, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	derived, err := derive(contract)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, derived, 0o644)
}

const header = `# Code generated from openapi.yaml by make generate. DO NOT EDIT.
# Generators of clients use this document, validators use openapi.yaml: see docs/other-languages.md.
`

var errNoDocument = errors.New("it is no OpenAPI document")

// derive returns the document for generators.
func derive(contract []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(contract, &document); err != nil {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || document.Content[0].Kind != yaml.MappingNode {
		return nil, errNoDocument
	}
	var out bytes.Buffer
	out.WriteString(header)
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(newDeriver(document.Content[0]).simplify(document.Content[0])); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// deriver copies a document for generators.
type deriver struct {
	// orNull are the components that are another one or null, by reference:
	// the name of that other one.
	orNull map[string]string
}

func newDeriver(document *yaml.Node) *deriver {
	d := &deriver{orNull: map[string]string{}}
	schemas := child(child(document, "components"), "schemas")
	if schemas == nil {
		return d
	}
	for i := 0; i+1 < len(schemas.Content); i += 2 {
		name, schema := schemas.Content[i].Value, schemas.Content[i+1]
		// The house pattern of an enum or null: see CONTRIBUTING.md.
		plain := child(schema, "x-go-type")
		if plain != nil && child(schema, "enum") != nil && child(schemas, plain.Value) != nil {
			d.orNull[schemaPrefix+name] = plain.Value
		}
	}
	return d
}

const schemaPrefix = "#/components/schemas/"

// simplify returns a copy for generators.
func (d *deriver) simplify(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		plain := copyOf(n)
		for _, item := range n.Content {
			plain.Content = append(plain.Content, d.simplify(item))
		}
		return plain
	}
	if ref := child(n, "$ref"); ref != nil && d.orNull[ref.Value] != "" {
		return nullable(d.orNull[ref.Value])
	}
	if ref := onlyReference(n); ref != nil {
		return d.simplify(ref)
	}
	plain := copyOf(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !d.leavesOut(key.Value, value) {
			plain.Content = append(plain.Content, copyOf(key), d.simplify(value))
		}
	}
	return plain
}

// leavesOut tells whether a key is for validators and Go only. Links have a
// mapping as their value, unlike a field of that name would in an example.
func (d *deriver) leavesOut(key string, value *yaml.Node) bool {
	if value.Kind == yaml.MappingNode && (key == "links" || d.orNull[schemaPrefix+key] != "") {
		return true
	}
	return strings.HasPrefix(key, "x-") || key == "not"
}

// onlyReference returns the one reference that a schema wraps in allOf, to give
// it a description or a default, and nil for any other mapping.
func onlyReference(n *yaml.Node) *yaml.Node {
	all := child(n, "allOf")
	if all == nil || len(all.Content) != 1 || child(n, "nullable") != nil {
		return nil
	}
	return all.Content[0]
}

// nullable is a reference or null, in the form that most generators know.
func nullable(name string) *yaml.Node {
	reference := mapping(text("$ref"), text(schemaPrefix+name))
	all := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{reference}}
	return mapping(text("nullable"), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}, text("allOf"), all)
}

func mapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: content}
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

func copyOf(n *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
}

// child returns the value of a mapping's key, and nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
