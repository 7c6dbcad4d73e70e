// Command clientspec derives the contract for generators of clients from the
// contract. Both describe the same API. Generators of many languages stumble
// over what only validators need, so the derived document leaves it out:
//
//   - `not`, which generators read as a type, or crash on;
//   - extensions, which name things of Go or speak to hookline's own tools;
//   - `allOf` around one reference, which some turn into a class of its own:
//     the reference takes its place;
//   - null in an enum, which becomes a constant in many languages: nullable says
//     it already;
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
	if err := encoder.Encode(simplify(document.Content[0])); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// simplify returns a copy for generators.
func simplify(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	plain := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
	switch n.Kind {
	case yaml.MappingNode:
		if ref := onlyReference(n); ref != nil {
			return simplify(ref)
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if leavesOut(key.Value, value) {
				continue
			}
			plain.Content = append(plain.Content, simplify(key), simplify(withoutNull(key.Value, value)))
		}
	default:
		for _, item := range n.Content {
			plain.Content = append(plain.Content, simplify(item))
		}
	}
	return plain
}

// leavesOut tells whether a key is for validators and Go only. Links have a
// mapping as their value, unlike a field of that name would in an example.
func leavesOut(key string, value *yaml.Node) bool {
	return strings.HasPrefix(key, "x-") || key == "not" || key == "links" && value.Kind == yaml.MappingNode
}

// onlyReference returns the one reference that a schema wraps in allOf, to give
// it a description or a default, and nil for any other mapping.
func onlyReference(n *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		all := n.Content[i+1]
		if n.Content[i].Value == "allOf" && all.Kind == yaml.SequenceNode && len(all.Content) == 1 {
			return all.Content[0]
		}
	}
	return nil
}

// withoutNull takes null out of an enum.
func withoutNull(key string, value *yaml.Node) *yaml.Node {
	if key != "enum" || value.Kind != yaml.SequenceNode {
		return value
	}
	plain := *value
	plain.Content = nil
	for _, item := range value.Content {
		if item.Tag != "!!null" {
			plain.Content = append(plain.Content, item)
		}
	}
	return &plain
}
