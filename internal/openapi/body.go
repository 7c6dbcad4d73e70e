package openapi

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// bodyRule says what a body may be.
type bodyRule struct {
	required bool
	media    []media // the more specific first
	types    []string
}

// media is a media type that a body may have.
type media struct {
	name       string // without parameters, in lower case; a range ends with *
	parameters map[string]string
	schema     *schema
	shape      *shape
	json       map[string]bool // a form's fields that are JSON texts
}

// reading is how a body is looked into.
type reading uint8

const (
	readNothing reading = iota
	readJSON
	readForm
	readMultipart
	readText
)

// content prepares the media types of a body. It returns nil where there is
// none.
func (c *compiler) content(source node, pointer string, _ direction) *bodyRule {
	if !source.exists() || source.kind() != kindObject || !source.holds() {
		return nil
	}
	rule := &bodyRule{}
	for name, value := range source.members() {
		key := c.keep(name.str())
		m := media{name: withoutParameters(key), parameters: mediaParameters(key)}
		at := pointer + "/content" + jsonpointer.Fragment(key)
		value, at, ok := c.follow(value, at)
		if !ok {
			continue
		}
		m.schema = c.schema(value.field("schema"), at+"/schema")
		c.mediaSamples(&m, value)
		m.shape = c.shape(m.schema)
		m.json = c.jsonFields(value.field("encoding"), m.shape)
		rule.media, rule.types = append(rule.media, m), append(rule.types, key)
	}
	slices.Sort(rule.types)
	slices.SortStableFunc(rule.media, func(a, b media) int { return b.rank() - a.rank() })
	return rule
}

// mediaParameters returns those of a media type. What is none, such as a word
// alone, tells media types apart too.
func mediaParameters(key string) map[string]string {
	_, rest, found := strings.Cut(key, ";")
	if !found {
		return nil
	}
	if _, parameters, err := mime.ParseMediaType(key); err == nil {
		return parameters
	}
	return map[string]string{"": strings.TrimSpace(rest)}
}

// rank is higher for media types that say more.
func (m *media) rank() int {
	return 4*len(m.parameters) - 2*strings.Count(m.name, "*")
}

func (c *compiler) mediaSamples(m *media, source node) {
	if m.schema == nil || readingOf(m.name) != readJSON {
		return // an example of another media type may be written in any way
	}
	if value := source.field("example"); value.exists() {
		c.samples = append(c.samples, sample{schema: m.schema, value: value, what: "example"})
	}
	examples := source.field("examples")
	if !examples.exists() || examples.kind() != kindObject {
		return
	}
	for _, item := range examples.members() {
		example, _, ok := c.follow(item, "")
		if value := example.field("value"); ok && value.exists() {
			c.samples = append(c.samples, sample{schema: m.schema, value: value, what: "example"})
		}
	}
}

// jsonFields returns the fields of a form that are JSON texts: those whose
// encoding says so, and objects, which are sent so if nothing is said.
func (c *compiler) jsonFields(encoding node, s *shape) map[string]bool {
	fields := map[string]bool{}
	for name, field := range s.fields {
		if field.isObject() {
			fields[name] = true
		}
	}
	if encoding.exists() && encoding.kind() == kindObject {
		for name, value := range encoding.members() {
			if mediaType, ok := value.field("contentType").string(); ok {
				fields[c.keep(name.str())] = isJSON(withoutParameters(mediaType))
			}
		}
	}
	return fields
}

func readingOf(mediaType string) reading {
	switch {
	case isJSON(mediaType):
		return readJSON
	case mediaType == "application/x-www-form-urlencoded":
		return readForm
	case mediaType == "multipart/form-data":
		return readMultipart
	case mediaType == "text/plain":
		return readText
	default:
		return readNothing
	}
}

// withoutParameters returns a media type as mime.ParseMediaType does, of a
// range such as "text/*" too.
func withoutParameters(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

func (b *bodyRule) validate(d direction, header http.Header, body []byte, limits Limits) []Violation {
	if len(body) == 0 && len(header[contentType]) == 0 {
		return b.missing()
	}
	if len(body) == 0 && !b.required {
		return nil
	}
	declared, violation := b.declared(header)
	if violation != nil {
		return []Violation{*violation}
	}
	if most := min(limits.Body, largestText); len(body) > most {
		return []Violation{{
			In: InBody, Code: CodeBodyTooLarge, Start: most, End: most,
			Message: "the body is larger than " + strconv.Itoa(most) + " bytes",
		}}
	}
	v := bodyReader{media: declared.media, direction: d, limits: limits}
	switch declared.read {
	case readJSON:
		return v.json(body)
	case readForm:
		return v.form(body)
	case readMultipart:
		return v.multipart(body, declared.boundary)
	case readText:
		return v.text(body)
	default:
		return nil
	}
}

func (b *bodyRule) missing() []Violation {
	if !b.required {
		return nil
	}
	return []Violation{{In: InBody, Code: CodeRequired, Message: bodyRequired}}
}

// declaration is what a message's Content-Type says of its body.
type declaration struct {
	media    *media
	read     reading
	boundary string // of the parts of a multipart body
}

// declared tells whether the Content-Type is one that the document has, and how
// the body is to be read.
func (b *bodyRule) declared(header http.Header) (declaration, *Violation) {
	values := header[contentType]
	if len(values) == 1 && values[0] == "application/json" {
		if len(b.media) == 1 && b.media[0].name == values[0] && b.media[0].parameters == nil {
			return declaration{media: &b.media[0], read: readJSON}, nil
		}
	}
	if len(values) == 1 {
		mediaType, parameters, err := mime.ParseMediaType(values[0])
		if m := b.lookUp(mediaType, parameters); m != nil && err == nil {
			read := readingOf(mediaType)
			if read != readJSON || isUTF8(parameters["charset"]) {
				return declaration{media: m, read: read, boundary: parameters["boundary"]}, nil
			}
		}
	}
	at := nowhere
	if len(values) > 0 {
		at = span{end: len(values[0])}
	}
	return declaration{}, &Violation{
		In: InHeader, Pointer: jsonpointer.Name(contentType), Code: CodeUnsupportedMediaType,
		Start: at.start, End: at.end,
		Message: "the body must be sent as " + joinOr(b.types) + ", in UTF-8",
	}
}

// lookUp finds a media type, or the range that it is in. Of those that differ
// in parameters it is the one whose parameters are given, or else the one that
// says least.
func (b *bodyRule) lookUp(mediaType string, parameters map[string]string) (found *media) {
	kind, _, _ := strings.Cut(mediaType, "/")
	for i := range b.media {
		m := &b.media[i]
		if m.name != mediaType && m.name != kind+"/*" && m.name != "*/*" {
			continue
		}
		if m.hasParameters(parameters) {
			return m
		}
		if found == nil || len(m.parameters) <= len(found.parameters) && m.name == found.name {
			found = m
		}
	}
	return found
}

func (m *media) hasParameters(given map[string]string) bool {
	for name, value := range m.parameters {
		usual := name == "charset" && isUTF8(value) && given[name] == ""
		if !usual && !strings.EqualFold(given[name], value) {
			return false
		}
	}
	return true
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }

// unchecked returns the media type of a body that is not looked into.
func (b *bodyRule) unchecked(header http.Header, body []byte) (string, bool) {
	if b == nil || len(body) == 0 {
		return "", false
	}
	declared, violation := b.declared(header)
	if violation != nil || declared.read != readNothing || declared.media.schema == nil {
		return "", false
	}
	value, _ := single(header, contentType)
	return withoutParameters(value), true
}

// bodyReader looks into one body.
type bodyReader struct {
	media     *media
	direction direction
	limits    Limits
}

// json decodes the body once, strictly, and applies the schema to what it
// holds.
func (r *bodyReader) json(body []byte) []Violation {
	decoder := newDecoder(r.limits.Depth)
	defer decoder.release()
	s := r.media.schema
	if s == nil {
		s = anySchema
	}
	violations, ok := decoder.decode(body, s)
	e := evaluation{in: InBody, direction: r.direction, violations: violations}
	if ok {
		var steps [usualDepth]step
		e.visit(s, decoder.tree.root(), steps[:0])
	}
	sortByStart(e.violations)
	return e.violations
}

var anySchema = newSchema("")

func (r *bodyReader) evaluate(n node) []Violation {
	e := evaluation{in: InBody, direction: r.direction}
	var steps [usualDepth]step
	e.visit(r.media.schema, n, steps[:0])
	return e.violations
}

// text takes the body for one string.
func (r *bodyReader) text(body []byte) []Violation {
	if r.media.schema == nil {
		return nil
	}
	if at, ok := validUTF8(body); !ok {
		return []Violation{invalidUTF8(at)}
	}
	v := newValues()
	defer v.release()
	v.scalar(r.media.schema, r.media.shape.types, &text{value: string(body), span: span{end: len(body)}})
	return r.evaluate(v.root())
}

func invalidUTF8(at int) Violation {
	return Violation{
		In: InBody, Code: CodeInvalidUTF8, Message: "the body is not valid UTF-8", Position: "byte " + strconv.Itoa(at),
		Start: at, End: at + 1,
	}
}

// mostParts is how many parts a form may have, as net/url has it for queries.
const mostParts = 10_000

// form reads application/x-www-form-urlencoded.
func (r *bodyReader) form(body []byte) []Violation {
	if at, ok := validUTF8(body); !ok {
		return []Violation{invalidUTF8(at)}
	}
	q, ok := query{}, bytes.Count(body, []byte("&")) < mostParts
	if ok {
		q, ok = parseQuery(string(body))
	}
	if !ok {
		return []Violation{{
			In: InBody, Code: CodeInvalidForm, End: len(body),
			Message: "the body is not a valid form: each part must be name=value, percent-encoded, with & between parts",
		}}
	}
	fields := &branch{}
	for i, name := range q.names {
		fields.add(r.steps(name), q.texts[i])
	}
	return r.evaluateForm(fields)
}

var invalidMultipart = Violation{
	In: InBody, Code: CodeInvalidForm, Message: "the body is not valid multipart/form-data",
}

// multipart reads multipart/form-data. What is in a file is not looked at.
func (r *bodyReader) multipart(body []byte, boundary string) []Violation {
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary)) {
		return []Violation{invalidMultipart}
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	fields := &branch{}
	for range mostParts {
		part, err := reader.NextRawPart()
		if err == io.EOF { //nolint:errorlint // as the reader promises
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if err != nil {
			return []Violation{invalidMultipart}
		}
		value := text{span: nowhere}
		if part.FileName() == "" && utf8.Valid(content) {
			value.value = string(content)
		}
		fields.add(r.steps(part.FormName()), value)
	}
	return r.evaluateForm(fields)
}

// steps returns the way to a field: of "a[b]" it is a and b, unless the form has
// a field of that name.
func (r *bodyReader) steps(name string) []string {
	open := strings.IndexByte(name, '[')
	if open <= 0 || r.media.shape.fields[name] != nil {
		return []string{name}
	}
	return append([]string{name[:open]}, bracketSteps(name[open:])...)
}

// evaluateForm applies the schema to the fields as an object.
func (r *bodyReader) evaluateForm(fields *branch) []Violation {
	if r.media.schema == nil {
		return nil
	}
	v := newValues()
	defer v.release()
	object := v.open(kindObject, span{})
	for i, name := range fields.names {
		field := fields.branches[i]
		v.add(kindName, name, bare, field.first())
		isJSON := r.media.json[name] && len(field.texts) == 1 && len(field.branches) == 0
		if !isJSON {
			field.build(v, r.media.shape.field(name))
			continue
		}
		if !v.json(&field.texts[0], r.limits.Depth) {
			return []Violation{{
				In: InBody, Pointer: jsonpointer.Name(shorten(name)), Code: CodeInvalidJSON,
				Start: field.first().start, End: field.first().end, Message: label(name) + " is not valid JSON",
			}}
		}
	}
	v.close(object)
	return r.evaluate(v.root())
}
