package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// Document is an OpenAPI document, prepared for validation. It and its
// operations are immutable and safe for concurrent use.
type Document struct {
	// Version is what the document says of itself, such as "3.1.0".
	Version string
	// Title is that of the info object.
	Title string

	operations []*Operation
	byID       map[string]*Operation
	servers    []*server
	schemes    map[string]*SecurityScheme
	problems   []Problem
	limits     Limits
	data       []byte
}

// Limits bound what is read of a body.
type Limits struct {
	// Body is the largest body, in bytes.
	Body int
	// Depth is how deep arrays and objects may nest.
	Depth int
}

// Options say how a document is read.
type Options struct {
	// Tolerant takes a document with problems: only what they concern is not
	// checked. Problems returns them.
	Tolerant bool
	// Files is where files that the document refers to are looked for. Nil reads
	// none.
	Files fs.FS
	// Path is the document's own place in Files.
	Path string
	// Limits are those of bodies; zero values are MaxBody and MaxDepth.
	Limits Limits
}

// Load prepares a document, in YAML or JSON. It fails where the document is no
// OpenAPI document of version 3, and, unless it is to be tolerant, with a
// *DocumentError where it has problems: what OpenAPI does not allow, and
// examples and defaults that break their own schemas.
func Load(ctx context.Context, data []byte, options Options) (*Document, error) {
	files, err := openFiles(data, options)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	d := &Document{
		byID: map[string]*Operation{}, schemes: map[string]*SecurityScheme{}, limits: options.Limits, data: data,
	}
	if d.limits.Body == 0 {
		d.limits.Body = MaxBody
	}
	if d.limits.Depth == 0 {
		d.limits.Depth = MaxDepth
	}
	root := files.main.root()
	if d.Version, err = version(root); err != nil {
		return nil, err
	}
	c := newCompiler(files)
	c.modern = !strings.HasPrefix(d.Version, "3.0.")
	if c.modern {
		files.identify()
	}
	if err := c.document(ctx, d, root); err != nil {
		return nil, err
	}
	if d.problems = c.problems.sorted(); len(d.problems) > 0 && !options.Tolerant {
		return nil, &DocumentError{Problems: d.problems}
	}
	return d, nil
}

var errNoObject = errors.New("the document is no OpenAPI document: it is not an object")

// version returns the document's version, if it is one that is read.
func version(root node) (string, error) {
	if root.kind() != kindObject {
		return "", errNoObject
	}
	if swagger := root.get("swagger"); swagger.exists() {
		return "", errors.New("the document is a Swagger 2.0 document; convert it to OpenAPI 3 first, for example with swagger2openapi")
	}
	value := root.get("openapi")
	if !value.exists() {
		return "", errors.New("the document has no openapi field, so it is no OpenAPI document")
	}
	text, ok := value.string()
	if !ok {
		text = value.literalOrKind()
	}
	for _, known := range []string{"3.0.", "3.1.", "3.2."} {
		if strings.HasPrefix(text, known) {
			return strings.Clone(text), nil
		}
	}
	return "", fmt.Errorf("the document is OpenAPI %q; only 3.0, 3.1 and 3.2 are supported", text)
}

func (n node) literalOrKind() string {
	if n.kind() == kindNumber {
		return n.literal()
	}
	return kindNames[n.kind()]
}

// document prepares everything.
func (c *compiler) document(ctx context.Context, d *Document, root node) error {
	d.Title = c.keep(root.get("info").field("title").text())
	c.checkInfo(root)
	components := root.get("components")
	c.securitySchemes(d, components.field("securitySchemes"))
	c.components(components)
	d.servers = c.serverList(root.get("servers"))
	paths := root.get("paths")
	switch {
	case !paths.exists() && !c.modern:
		c.problems.addf(root, "a document of OpenAPI 3.0 must have paths")
	case paths.exists() && paths.kind() != kindObject:
		c.problems.addf(paths, "paths must be an object")
	case paths.exists():
		for template, item := range paths.members() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if name := template.str(); strings.HasPrefix(name, "/") {
				c.pathItem(d, root, c.keep(name), item, "#/paths"+jsonpointer.Fragment(name))
			} else if !strings.HasPrefix(name, "x-") {
				c.problems.addf(template, "a path must begin with /")
			}
		}
	}
	slices.SortFunc(d.operations, func(a, b *Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	c.finishBases()
	c.noteCircles()
	c.checkSamples()
	return nil
}

func (c *compiler) checkInfo(root node) {
	info := root.get("info")
	switch {
	case !info.exists() || info.kind() != kindObject:
		c.problems.addf(root, "a document must have an info object")
	case info.get("title").text() == "" || !info.get("version").exists():
		c.problems.addf(info, "the info object must have a title and a version")
	}
}

// components prepares all schemas of the components, so that what refers to
// another one is known.
func (c *compiler) components(components node) {
	if schemas := components.field("schemas"); schemas.exists() && schemas.kind() == kindObject {
		for name, value := range schemas.members() {
			c.schema(value, "#/components/schemas"+jsonpointer.Fragment(name.str()))
		}
	}
}

// checkSamples holds examples and defaults against their schemas.
func (c *compiler) checkSamples() {
	for _, s := range c.samples {
		e := evaluation{in: InBody, direction: 0}
		e.visit(s.schema, s.value, nil)
		if len(e.violations) > 0 {
			v := &e.violations[0]
			at := s.value
			if names, err := jsonpointer.Parse(v.Pointer); err == nil {
				if found, ok := at.find(names); ok {
					at = found
				}
			}
			c.problems.addf(at, "the %s breaks its own schema: %s", s.what, strings.Replace(v.Message, "the body", "it", 1))
		}
	}
	c.samples = nil
}

// Problems returns what is wrong with a document that was loaded tolerantly, in
// its order.
func (d *Document) Problems() []Problem { return d.problems }

// JSON returns the document as JSON, with its references as they are.
func (d *Document) JSON() ([]byte, error) {
	f, err := parseFile("", d.data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(f.root().value())
}

// Operation returns the operation with that operationId. An operation without
// one has its method and path template for an id, such as "GET /things".
func (d *Document) Operation(id string) (*Operation, bool) {
	operation, ok := d.byID[id]
	return operation, ok
}

// Operations returns all operations, by path template and then by method.
func (d *Document) Operations() []*Operation { return slices.Clone(d.operations) }

// SecuritySchemes returns those of the document, by name.
func (d *Document) SecuritySchemes() map[string]*SecurityScheme { return d.schemes }

// Request is an HTTP request whose path has been matched with an operation. The
// host, the method and the path itself are the router's business, and the
// security schemes are the authenticator's.
type Request struct {
	// PathParams holds the path's parameters, unescaped, by name.
	PathParams map[string]string
	// RawPathParams holds them as the URL has them, with their percent-encoding,
	// so that an encoded comma is no separator. They count where they are given.
	RawPathParams map[string]string
	RawQuery      string
	// Header has canonical keys, as http.Header does everywhere.
	Header http.Header
	Body   []byte
}

// Response is an HTTP response to an operation.
type Response struct {
	Status int
	// Header has canonical keys, as http.Header does everywhere.
	Header http.Header
	Body   []byte
}
