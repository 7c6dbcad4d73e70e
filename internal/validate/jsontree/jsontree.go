// Package jsontree reads JSON files into trees that know where every value
// stands.
package jsontree

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// MaxDepth is how deep values may nest.
const MaxDepth = 200

// Node is a JSON value.
type Node struct {
	// Kind is the first byte of the value as JSON writes it, with '0' for all
	// numbers: one of n f t " 0 { [.
	Kind jsontext.Kind
	// Start and End are its place in the file, in bytes.
	Start, End int
	// Members are those of an object, in order, duplicates included.
	Members []Member
	// Items are those of an array.
	Items []*Node

	text source.Text // the file's
}

// Member is a name and a value of an object.
type Member struct {
	Name  source.Text
	Value *Node
}

// Parse reads a text that holds one JSON value.
func Parse(text source.Text) (*Node, error) {
	p := parser{text: text}
	p.decoder = jsontext.NewDecoder(bytes.NewBufferString(text.Value), jsontext.AllowDuplicateNames(true))
	root, err := p.value()
	if err == nil {
		if _, err = p.decoder.ReadToken(); errors.Is(err, io.EOF) {
			return root, nil
		}
	}
	return nil, p.problem(err)
}

type parser struct {
	text    source.Text
	decoder *jsontext.Decoder
}

func (p *parser) offset() int { return int(p.decoder.InputOffset()) }

func (p *parser) value() (*Node, error) {
	kind := p.decoder.PeekKind()
	n := &Node{Kind: kind, text: p.text}
	if kind != '{' && kind != '[' {
		raw, err := p.decoder.ReadValue()
		n.Start, n.End = p.offset()-len(raw), p.offset()
		return n, err
	}
	if _, err := p.decoder.ReadToken(); err != nil {
		return nil, err
	}
	n.Start = p.offset() - 1
	if p.decoder.StackDepth() > MaxDepth {
		return nil, errDepth
	}
	if err := p.children(n); err != nil {
		return nil, err
	}
	_, err := p.decoder.ReadToken()
	n.End = p.offset()
	return n, err
}

func (p *parser) children(n *Node) error {
	for {
		if kind := p.decoder.PeekKind(); kind == '}' || kind == ']' {
			return nil
		}
		var name source.Text
		if n.Kind == '{' {
			raw, err := p.decoder.ReadValue()
			if err != nil {
				return err
			}
			name = source.JSONString(string(raw), p.text, p.offset()-len(raw))
		}
		value, err := p.value()
		if err != nil {
			return err
		}
		if n.Kind == '{' {
			n.Members = append(n.Members, Member{Name: name, Value: value})
		} else {
			n.Items = append(n.Items, value)
		}
	}
}

var errDepth = errors.New("the values nest too deep")

func (p *parser) problem(err error) error {
	at := p.offset()
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at = min(int(syntactic.ByteOffset), len(p.text.Value))
	}
	return source.ErrorAt(p.text.Place(at), "%s", Reason(err))
}

// Reason says why a text is not JSON, and nothing of what it holds.
func Reason(err error) string {
	switch {
	case errors.Is(err, errDepth):
		return "the JSON nests deeper than 200 levels"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the file ends in the middle of its JSON"
	case err == nil:
		return "the file goes on after the end of its JSON"
	default:
		return "the file is not valid JSON"
	}
}

// Get returns the first member of that name. It returns nil where n is nil, no
// object, or has none.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for _, m := range n.Members {
		if m.Name.Value == name {
			return m.Value
		}
	}
	return nil
}

// IsString tells whether the value is a string. Like those below, it is false
// for nil.
func (n *Node) IsString() bool { return n != nil && n.Kind == '"' }

// IsObject tells whether the value is an object.
func (n *Node) IsObject() bool { return n != nil && n.Kind == '{' }

// IsArray tells whether the value is an array.
func (n *Node) IsArray() bool { return n != nil && n.Kind == '[' }

// Raw returns the value as the file has it, or an absent text for nil.
func (n *Node) Raw() source.Text {
	if n == nil {
		return source.Text{}
	}
	return n.text.Slice(n.Start, n.End)
}

// Text returns what a string means, a number or boolean as it is written, and
// an absent text for anything else.
func (n *Node) Text() source.Text {
	switch {
	case n == nil:
		return source.Text{}
	case n.Kind == '"':
		return source.JSONString(n.text.Value[n.Start:n.End], n.text, n.Start)
	case n.Kind == '0', n.Kind == 't', n.Kind == 'f':
		return n.Raw()
	default:
		return source.Text{}
	}
}

// IsTrue tells whether the value is the boolean true.
func (n *Node) IsTrue() bool { return n != nil && n.Kind == 't' }

// Elements returns the items of an array, and nothing for anything else.
func (n *Node) Elements() []*Node {
	if !n.IsArray() {
		return nil
	}
	return n.Items
}
