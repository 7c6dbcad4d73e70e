package reference

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tree is a document with its members in the order in which it is written.
type tree struct{ root *yaml.Node }

func parse(document []byte) (*tree, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if root.Kind != yaml.DocumentNode {
		return nil, errors.New("the document is empty")
	}
	t := &tree{root: root.Content[0]}
	version := t.top().text("openapi")
	if !strings.HasPrefix(version, "3.") {
		return nil, fmt.Errorf("the document must have an openapi field with a version of 3, not %q", version)
	}
	return t, nil
}

func (t *tree) top() node { return node{t, t.root} }

// node is a place in a tree. The zero value is one that is not there, and so is
// all that is below it.
type node struct {
	tree *tree
	yaml *yaml.Node
}

func (n node) exists() bool { return n.yaml != nil }

// plain follows aliases.
func (n node) plain() *yaml.Node {
	at := n.yaml
	for at != nil && at.Kind == yaml.AliasNode {
		at = at.Alias
	}
	return at
}

// get returns a member of an object.
func (n node) get(path ...string) node {
	for _, name := range path {
		found := node{}
		for key, member := range n.members() {
			if key == name {
				found = member
			}
		}
		n = found
	}
	return n
}

func (n node) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		at := n.plain()
		if at == nil || at.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(at.Content); i += 2 {
			if !yield(at.Content[i].Value, node{n.tree, at.Content[i+1]}) {
				return
			}
		}
	}
}

func (n node) items() []node {
	at := n.plain()
	if at == nil || at.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]node, len(at.Content))
	for i, item := range at.Content {
		items[i] = node{n.tree, item}
	}
	return items
}

// value is a scalar as it is written.
func (n node) value() string {
	at := n.plain()
	if at == nil || at.Kind != yaml.ScalarNode {
		return ""
	}
	return at.Value
}

func (n node) text(path ...string) string { return n.get(path...).value() }

func (n node) is(path ...string) bool { return n.text(path...) == "true" }

// maxReferences bounds a chain of references, which may be a circle.
const maxReferences = 32

// resolve follows references within the document. The name is the last part of
// the first one, empty for a node that is no reference.
func (n node) resolve() (target node, name string, err error) {
	for range maxReferences {
		reference := n.text("$ref")
		if reference == "" {
			return n, name, nil
		}
		path, local := strings.CutPrefix(reference, "#/")
		if !local {
			return node{}, "", fmt.Errorf("line %d: the reference %q leaves the document", n.yaml.Line, reference)
		}
		target := n.tree.top()
		for part := range strings.SplitSeq(path, "/") {
			target = target.get(unescape(part))
		}
		if !target.exists() {
			return node{}, "", fmt.Errorf("line %d: there is nothing at %q", n.yaml.Line, reference)
		}
		if name == "" {
			name = path[strings.LastIndexByte(path, '/')+1:]
		}
		n = target
	}
	return node{}, "", fmt.Errorf("line %d: the references go in a circle", n.yaml.Line)
}

// unescape reads a part of a JSON pointer in a URI fragment (RFC 6901, section
// 6).
func unescape(part string) string {
	if plain, err := url.PathUnescape(part); err == nil {
		part = plain
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}
