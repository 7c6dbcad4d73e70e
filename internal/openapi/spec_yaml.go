package openapi

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mostExpanded bounds what aliases may expand to: so many times the nodes that
// the text has.
const mostExpanded = 20

var errAliases = errors.New("its aliases expand to too much")

func parseYAML(name string, data []byte) (*file, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	y := &yamlReader{left: mostExpanded * (len(data)/4 + 1000)}
	if err := y.value(document.Content[0], 0); err != nil {
		return nil, err
	}
	f := &file{name: name, tree: y.values.tree, places: y.places}
	f.tree.text = string(y.values.buffer)
	f.tree.spans = nil
	return f, nil
}

// yamlReader turns the nodes of a YAML text into a tree.
type yamlReader struct {
	values values
	places []place
	left   int // how many values there may be yet
}

func (y *yamlReader) add(k kind, content string, flags uint32, at *yaml.Node) uint32 {
	y.places = append(y.places, place{line: int32(at.Line), column: int32(at.Column)}) //nolint:gosec // of a text in memory
	return y.values.add(k, content, flags, nowhere)
}

func (y *yamlReader) value(n *yaml.Node, depth int) error {
	y.left--
	switch {
	case y.left < 0:
		return errAliases
	case depth > deepestSpec:
		return fmt.Errorf("line %d: it nests deeper than %d levels", n.Line, deepestSpec)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return y.value(n.Alias, depth+1)
	case yaml.MappingNode:
		i := y.add(kindObject, "", 0, n)
		if err := y.members(n, depth); err != nil {
			return err
		}
		y.values.close(i)
	case yaml.SequenceNode:
		i := y.add(kindArray, "", 0, n)
		for _, item := range n.Content {
			if err := y.value(item, depth+1); err != nil {
				return err
			}
		}
		y.values.close(i)
	default:
		y.scalar(n)
	}
	return nil
}

func (y *yamlReader) members(n *yaml.Node, depth int) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			if err := y.merge(n, value, depth); err != nil {
				return err
			}
			continue
		}
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		y.add(kindName, key.Value, bare, key)
		if err := y.value(value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// merge adds the members of other mappings, but for those that the mapping has
// itself.
func (y *yamlReader) merge(into, from *yaml.Node, depth int) error {
	for from.Kind == yaml.AliasNode {
		from = from.Alias
	}
	if from.Kind == yaml.SequenceNode {
		for _, each := range from.Content {
			if err := y.merge(into, each, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if from.Kind != yaml.MappingNode || depth > deepestSpec {
		return fmt.Errorf("line %d: only mappings can be merged", from.Line)
	}
	own := map[string]bool{}
	for i := 0; i+1 < len(into.Content); i += 2 {
		own[into.Content[i].Value] = true
	}
	rest := yaml.Node{Kind: yaml.MappingNode, Line: from.Line, Column: from.Column}
	for i := 0; i+1 < len(from.Content); i += 2 {
		if !own[from.Content[i].Value] {
			rest.Content = append(rest.Content, from.Content[i], from.Content[i+1])
		}
	}
	return y.members(&rest, depth+1)
}

// scalar reads a scalar by its tag, as YAML's core schema does. What JSON has
// no value for is a string.
func (y *yamlReader) scalar(n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		y.add(kindNull, "null", 0, n)
	case "!!bool":
		y.add(kindBool, strconv.FormatBool(strings.EqualFold(n.Value, "true")), 0, n)
	case "!!int", "!!float":
		if literal, ok := numberLiteral(n); ok {
			y.add(kindNumber, literal, 0, n)
			return
		}
		y.add(kindString, n.Value, bare, n)
	default:
		y.add(kindString, n.Value, bare, n)
	}
}

// numberLiteral returns a YAML number as JSON writes it.
func numberLiteral(n *yaml.Node) (string, bool) {
	if jsonNumber.MatchString(n.Value) {
		return n.Value, true
	}
	var integer int64
	if n.Decode(&integer) == nil {
		return strconv.FormatInt(integer, 10), true
	}
	var number float64
	if n.Decode(&number) != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return "", false
	}
	return strconv.FormatFloat(number, 'g', -1, 64), true
}
