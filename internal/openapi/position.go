package openapi

import (
	"errors"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// SpecIndex finds lines and columns in an OpenAPI document for the pointers of
// violations. It is apart from Contract so that a server, which never asks,
// need not read its document twice. It is safe for concurrent use.
//
// kin-openapi's loader can keep the same positions (IncludeOrigin, with which a
// test compares these), yet it keeps none of documents in JSON, and has them by
// object rather than by pointer.
type SpecIndex struct{ root *yaml.Node }

// IndexSpec reads a document, in YAML or JSON.
func IndexSpec(data []byte) (*SpecIndex, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if len(document.Content) == 0 {
		return nil, errors.New("the document is empty")
	}
	return &SpecIndex{root: document.Content[0]}, nil
}

// maxReferences ends the following of references that lead in a circle.
const maxReferences = 32

// Position returns where the key that a pointer names stands, both from 1. The
// pointer is a JSON pointer in a URI fragment, as in Violation.Schema; its
// references within the document are followed. Where the document does not
// spell a keyword out, it is the position of the nearest one around it that it
// does spell out. It returns false for what is not a pointer.
func (s *SpecIndex) Position(pointer string) (line, column int, ok bool) {
	names, err := jsonpointer.ParseFragment(pointer)
	if err != nil {
		return 0, 0, false
	}
	key, value := s.root, s.root
	for _, name := range names {
		value = s.resolve(value)
		nextKey, nextValue := child(value, name)
		if nextKey == nil {
			break
		}
		key, value = nextKey, nextValue
	}
	return key.Line, key.Column, true
}

// resolve follows aliases and references.
func (s *SpecIndex) resolve(n *yaml.Node) *yaml.Node {
	for range maxReferences {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
			continue
		}
		_, ref := child(n, "$ref")
		if ref == nil {
			return n
		}
		names, err := jsonpointer.ParseFragment(ref.Value)
		if err != nil {
			return n
		}
		target := s.root
		for _, name := range names {
			if _, target = child(target, name); target == nil {
				return n
			}
		}
		n = target
	}
	return n
}

// child returns a mapping's key and its value, or a sequence's item as both;
// nil where there is none.
func child(n *yaml.Node, name string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	case yaml.AliasNode:
		return child(n.Alias, name)
	default: // a scalar holds nothing
	}
	return nil, nil
}
