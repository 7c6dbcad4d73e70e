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
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// MaxBody is the largest body that keeps to hookline's contract, in bytes: 1
	// MiB.
	MaxBody = 1 << 20
	// MaxDepth is how deep arrays and objects of a body may nest.
	MaxDepth = 64
)

// decoder reads one JSON text strictly: RFC 8259, and of what that leaves open,
// the strict side of RFC 7493. It checks the whole text, and keeps of it what a
// schema looks at.
type decoder struct {
	tokens     *jsontext.Decoder
	buffer     bytes.Buffer
	tree       tree
	names      names
	wants      wants
	depth      int // how deep arrays and objects may nest
	violations []Violation
}

// errStop ends the decoding of a text that has been reported as beyond reading.
var errStop = errors.New("openapi: the text cannot be read on")

var decoders = sync.Pool{New: func() any {
	d := &decoder{}
	d.tokens = jsontext.NewDecoder(&d.buffer)
	return d
}}

func newDecoder(depth int) *decoder {
	d := decoders.Get().(*decoder) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	d.depth = depth
	return d
}

// decode reads a text for a schema, or all of it where the schema is nil. It
// returns what is wrong with the text itself, and false where that leaves
// nothing to validate. The tree is good until release, and as long as the text
// does not change.
func (d *decoder) decode(text []byte, s *schema) ([]Violation, bool) {
	if at, valid := validUTF8(text); !valid {
		return []Violation{invalidUTF8(at)}, false
	}
	// A copy would cost as much as the text, and nothing of it outlives the
	// evaluation: violations copy the names that they repeat.
	d.tree.text = unsafe.String(unsafe.SliceData(text), len(text)) //nolint:gosec // read only, within validateJSON
	d.names.text = d.tree.text
	d.reset(text)
	root := d.wants.begin()
	root.all, root.keep = s == nil, true
	d.wants.add(&root, s)
	var steps [usualDepth]step
	if err := d.value(root, steps[:0]); err != nil {
		d.syntax(err)
		return d.violations, false
	}
	d.end()
	return d.violations, true
}

// reset gives the tokenizer a text. It reads straight from the slice, which it
// neither changes nor copies.
func (d *decoder) reset(text []byte) {
	d.buffer = *bytes.NewBuffer(text)
	d.tokens.Reset(&d.buffer, jsontext.AllowDuplicateNames(true))
}

// release keeps the decoder for the next text, and nothing of this one.
func (d *decoder) release() {
	d.tree.release()
	d.names = names{starts: d.names.starts[:0]}
	if cap(d.names.starts) > blockSize {
		d.names.starts = nil
	}
	clear(d.wants.schemas[:cap(d.wants.schemas)])
	d.wants.schemas = d.wants.schemas[:0]
	d.violations = nil
	d.reset(nil)
	decoders.Put(d)
}

// value reads a value. It becomes part of the tree if it is to be kept.
func (d *decoder) value(w want, at path) error {
	switch d.tokens.PeekKind() {
	case '{':
		return d.object(w, at)
	case '[':
		return d.array(w, at)
	default:
		return d.scalar(w, at)
	}
}

func (d *decoder) scalar(w want, at path) error {
	raw, err := d.tokens.ReadValue()
	if err != nil {
		return err
	}
	end := d.offset()
	start := end - len(raw)
	k, flags := kindString, uint32(0)
	switch raw.Kind() {
	case 'n':
		k = kindNull
	case 't', 'f':
		k = kindBool
	case '0':
		k = kindNumber
		if tooLarge(d.tree.text[start:end]) {
			place := span{start: start, end: end}
			d.violation(place, at, CodeNumberRange, " is a number too large for a 64-bit float")
		}
	default:
		flags = flagsOf(raw)
	}
	if w.keep {
		d.tree.add(newEntry(k, start, end, flags))
	}
	return nil
}

// flagsOf tells whether a string has escapes.
func flagsOf(raw []byte) uint32 {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return escaped
	}
	return 0
}

// tooLarge tells whether a number is beyond what a double holds (RFC 7493,
// section 2.2), and hence beyond what encoding/json decodes. A short literal
// without an exponent cannot be.
func tooLarge(literal string) bool {
	if len(literal) < 300 && !strings.ContainsAny(literal, "eE") {
		return false
	}
	value, _ := strconv.ParseFloat(literal, 64) // only its range can be off
	return math.IsInf(value, 0)
}

func (d *decoder) object(w want, at path) error {
	i, err := d.open(kindObject, w, at)
	if err != nil {
		return err
	}
	inner := d.wants.inside(w, kindObject)
	first := len(d.names.starts)
	for d.tokens.PeekKind() != '}' {
		if err := d.member(inner, first, at); err != nil {
			return err
		}
	}
	d.names.end(first)
	d.wants.end(inner)
	return d.close(i, w)
}

// member reads a name and its value.
func (d *decoder) member(object want, first int, at path) error {
	raw, err := d.tokens.ReadValue()
	if err != nil {
		return err
	}
	end := d.offset()
	start := end - len(raw)
	flags := flagsOf(raw)
	var name string
	if flags == 0 {
		// What is no string is no name, and a syntax error of its own.
		name = d.tree.text[start+1 : max(end-1, start+1)]
	} else {
		name = unquote(d.tree.text[start:end])
	}
	here := at.field(name)
	if !d.names.add(first, start, name) {
		d.violation(span{start: start, end: end}, here, CodeDuplicateKey, " is given twice")
	}
	if !object.nobody() {
		d.tree.add(newEntry(kindName, start, end, flags))
	}
	w := d.wants.member(object, name)
	err = d.value(w, here)
	d.wants.end(w)
	return err
}

func (d *decoder) array(w want, at path) error {
	i, err := d.open(kindArray, w, at)
	if err != nil {
		return err
	}
	inner := d.wants.inside(w, kindArray)
	for index := 0; d.tokens.PeekKind() != ']'; index++ {
		item := d.wants.item(inner, index)
		err := d.value(item, at.item(index))
		d.wants.end(item)
		if err != nil {
			return err
		}
	}
	d.wants.end(inner)
	return d.close(i, w)
}

// open reads the bracket that begins an array or an object.
func (d *decoder) open(k kind, w want, at path) (i uint32, err error) {
	if _, err := d.tokens.ReadToken(); err != nil {
		return 0, err
	}
	end := d.offset()
	if d.tokens.StackDepth() > d.depth {
		d.violations = append(d.violations, Violation{
			In: InBody, Pointer: at.pointer(), Code: CodeTooDeep, Start: end - 1, End: end,
			Message: "arrays and objects nest deeper than " + strconv.Itoa(d.depth) + " levels",
		})
		return 0, errStop
	}
	if w.keep {
		i = d.tree.add(newEntry(k, end-1, end, 0))
	}
	return i, nil
}

// close reads the bracket that ends an array or an object.
func (d *decoder) close(i uint32, w want) error {
	_, err := d.tokens.ReadToken()
	if w.keep {
		d.tree.close(i, d.offset())
	}
	return err
}

// end sees to it that nothing follows the value.
func (d *decoder) end() {
	rest := strings.TrimLeft(d.tree.text[d.offset():], jsonSpace)
	if rest != "" {
		at := len(d.tree.text) - len(rest)
		d.violationAt(at, CodeTrailingData, "the body goes on after the end of its JSON value")
	}
}

// syntax reports why the text is not JSON. It says where, and nothing of what
// stands there.
func (d *decoder) syntax(err error) {
	text := d.tree.text
	at, message := 0, "the body is not valid JSON"
	switch {
	case errors.Is(err, errStop):
		return
	case strings.Trim(text, jsonSpace) == "":
		d.violations = append(d.violations, Violation{In: InBody, Code: CodeRequired, Message: bodyRequired})
		return
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		at, message = len(text), "the body ends in the middle of its JSON value"
	default:
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			at = min(int(syntactic.ByteOffset), len(text))
		}
	}
	d.violationAt(at, CodeInvalidJSON, message)
}

const (
	jsonSpace    = " \t\r\n"
	bodyRequired = "the body is required"
)

// violation reports what is wrong with the value at a place. The message is
// what follows the value's label.
func (d *decoder) violation(place span, at path, code Code, message string) {
	if len(d.violations) < MaxViolations {
		d.violations = append(d.violations, Violation{
			In: InBody, Pointer: at.pointer(), Code: code, Message: at.label() + message,
			Start: place.start, End: place.end,
		})
	}
}

// violationAt reports where the text stops being JSON.
func (d *decoder) violationAt(at int, code Code, message string) {
	d.violations = append(d.violations, Violation{
		In: InBody, Code: code, Message: message, Position: position(d.tree.text, at),
		Start: at, End: min(at+1, len(d.tree.text)),
	})
}

// offset is where the token that was read last ends.
func (d *decoder) offset() int { return int(d.tokens.InputOffset()) }

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
