package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// MaxBody is the largest body that keeps to any contract, in bytes: 1 MiB.
	MaxBody = 1 << 20
	// MaxDepth is how deep arrays and objects of a body may nest.
	MaxDepth = 64
)

// decoder reads one JSON text strictly: RFC 8259, and of what that leaves open,
// the strict side of RFC 7493.
type decoder struct {
	tokens     *jsontext.Decoder
	buffer     bytes.Buffer
	text       string // the whole text; names and strings without escapes are parts of it
	violations []Violation
}

// errStop ends the decoding of a text that has been reported as beyond reading.
var errStop = errors.New("contract: the text cannot be read on")

var decoders = sync.Pool{New: func() any {
	d := &decoder{}
	d.tokens = jsontext.NewDecoder(&d.buffer)
	return d
}}

// decode returns the tree of text and what is wrong with the text itself. It
// returns false where that leaves nothing to validate.
func decode(text []byte) (root node, violations []Violation, ok bool) {
	if at, valid := validUTF8(text); !valid {
		return node{}, []Violation{{
			In: InBody, Code: CodeInvalidUTF8, Message: "the body is not valid UTF-8", Position: "byte " + strconv.Itoa(at),
			Start: at, End: at + 1,
		}}, false
	}
	d := decoders.Get().(*decoder) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	defer d.release()
	d.text = string(text)
	d.reset(text)
	var steps [usualDepth]step
	if err := d.value(&root, steps[:0]); err != nil {
		d.syntax(err)
		return node{}, d.violations, false
	}
	d.end()
	return root, d.violations, true
}

// reset gives the tokenizer a text. It reads straight from the slice, which it
// neither changes nor copies.
func (d *decoder) reset(text []byte) {
	d.buffer = *bytes.NewBuffer(text)
	d.tokens.Reset(&d.buffer, jsontext.AllowDuplicateNames(true))
}

// release keeps the decoder for the next text, and nothing of this one.
func (d *decoder) release() {
	d.text, d.violations = "", nil
	d.reset(nil)
	decoders.Put(d)
}

func (d *decoder) value(n *node, at path) error {
	switch d.tokens.PeekKind() {
	case '{':
		return d.object(n, at)
	case '[':
		return d.array(n, at)
	default:
		return d.scalar(n, at)
	}
}

func (d *decoder) scalar(n *node, at path) error {
	raw, err := d.tokens.ReadValue()
	if err != nil {
		return err
	}
	n.span = d.span(raw)
	switch raw.Kind() {
	case 'n':
		n.kind = kindNull
	case 't', 'f':
		n.kind, n.text = kindBool, d.text[n.start:n.end]
	case '0':
		n.kind, n.text = kindNumber, d.text[n.start:n.end]
		if tooLarge(n) {
			d.violation(n.span, at, CodeNumberRange, at.label()+" is a number too large for a 64-bit float")
		}
	default:
		n.kind = kindString
		n.text, err = d.unquote(raw)
	}
	return err
}

// tooLarge tells whether a number is beyond what a double holds (RFC 7493,
// section 2.2), and hence beyond what encoding/json decodes. A short literal
// without an exponent cannot be.
func tooLarge(n *node) bool {
	if len(n.text) < 300 && !strings.ContainsAny(n.text, "eE") {
		return false
	}
	return math.IsInf(n.number(), 0)
}

func (d *decoder) object(n *node, at path) error {
	if err := d.open(n, kindObject, at); err != nil {
		return err
	}
	var names nameSet
	n.members = make([]member, 0, usualMembers)
	for d.tokens.PeekKind() != '}' {
		if err := d.member(n, &names, at); err != nil {
			return err
		}
	}
	return d.close(n)
}

// member reads a name and its value.
func (d *decoder) member(n *node, names *nameSet, at path) error {
	raw, err := d.tokens.ReadValue()
	if err != nil {
		return err
	}
	place := d.span(raw)
	name, err := d.unquote(raw)
	if err != nil {
		return err
	}
	here := at.field(name)
	if !names.add(n, name) {
		d.violation(place, here, CodeDuplicateKey, here.label()+" is given twice")
	}
	n.members = append(n.members, member{name: name, span: place})
	return d.value(&n.members[len(n.members)-1].value, here)
}

func (d *decoder) array(n *node, at path) error {
	if err := d.open(n, kindArray, at); err != nil {
		return err
	}
	for d.tokens.PeekKind() != ']' {
		n.items = append(n.items, node{})
		last := len(n.items) - 1
		if err := d.value(&n.items[last], at.item(last)); err != nil {
			return err
		}
	}
	return d.close(n)
}

// nameSet tells whether an object has a name already. Objects are small as a
// rule, so it looks through the members first, and keeps a map only of a large
// object, where looking through would take quadratic time.
type nameSet map[string]struct{}

const smallObject = 16

// usualMembers is room for the members of most objects, so that reading one
// allocates once.
const usualMembers = 4

func (s *nameSet) add(n *node, name string) bool {
	if len(n.members) < smallObject {
		return n.get(name) == nil
	}
	if *s == nil {
		*s = make(nameSet, 2*smallObject)
		for i := range n.members {
			(*s)[n.members[i].name] = struct{}{}
		}
	}
	_, seen := (*s)[name]
	(*s)[name] = struct{}{}
	return !seen
}

// open reads the bracket that begins an array or an object.
func (d *decoder) open(n *node, k kind, at path) error {
	if _, err := d.tokens.ReadToken(); err != nil {
		return err
	}
	n.kind, n.span = k, span{start: d.offset() - 1, end: d.offset()}
	if d.tokens.StackDepth() > MaxDepth {
		d.violation(n.span, at, CodeTooDeep, "arrays and objects nest deeper than "+strconv.Itoa(MaxDepth)+" levels")
		return errStop
	}
	return nil
}

// close reads the bracket that ends an array or an object.
func (d *decoder) close(n *node) error {
	_, err := d.tokens.ReadToken()
	n.stop = d.offset()
	return err
}

// end sees to it that nothing follows the value.
func (d *decoder) end() {
	rest := strings.TrimLeft(d.text[d.offset():], jsonSpace)
	if rest != "" {
		at := len(d.text) - len(rest)
		d.violationAt(at, CodeTrailingData, "the body goes on after the end of its JSON value")
	}
}

// syntax reports why the text is not JSON. It says where, and nothing of what
// stands there.
func (d *decoder) syntax(err error) {
	at, message := 0, "the body is not valid JSON"
	switch {
	case errors.Is(err, errStop):
		return
	case strings.Trim(d.text, jsonSpace) == "":
		d.violation(span{}, nil, CodeRequired, bodyRequired)
		return
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		at, message = len(d.text), "the body ends in the middle of its JSON value"
	default:
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			at = min(int(syntactic.ByteOffset), len(d.text))
		}
	}
	d.violationAt(at, CodeInvalidJSON, message)
}

const (
	jsonSpace    = " \t\r\n"
	bodyRequired = "the body is required"
)

func (d *decoder) violation(place span, at path, code Code, message string) {
	if len(d.violations) < MaxViolations {
		d.violations = append(d.violations, Violation{
			In: InBody, Pointer: at.pointer(), Code: code, Message: message, Start: place.start, End: place.end,
		})
	}
}

// violationAt reports where the text stops being JSON.
func (d *decoder) violationAt(at int, code Code, message string) {
	d.violation(span{start: at, end: min(at+1, len(d.text))}, nil, code, message)
	d.violations[len(d.violations)-1].Position = position(d.text, at)
}

// span is where the token stands that was read last.
func (d *decoder) span(raw jsontext.Value) span {
	return span{start: d.offset() - len(raw), end: d.offset()}
}

// offset is where the token that was read last ends.
func (d *decoder) offset() int { return int(d.tokens.InputOffset()) }

// unquote returns the value of the JSON string that was read last. Most hold no
// escape, and are parts of the text.
func (d *decoder) unquote(raw jsontext.Value) (string, error) {
	if len(raw) >= 2 && bytes.IndexByte(raw, '\\') < 0 {
		end := d.offset()
		return d.text[end-len(raw)+1 : end-1], nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

func validUTF8(text []byte) (at int, ok bool) {
	if utf8.Valid(text) {
		return 0, true
	}
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at, false
}

// position says where the byte at an offset stands, as editors count: lines and
// columns from 1.
func position(text string, at int) string {
	before := text[:at]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[1+strings.LastIndexByte(before, '\n'):])
	return fmt.Sprintf("line %d, column %d", line, column)
}
