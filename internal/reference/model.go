package reference

import (
	"bytes"
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
)

// view is Markdown that has been rendered. HTML in it is left out.
type view = template.HTML

// model is what the template shows.
type model struct {
	Title, Version, DocumentURL, StyleURL string
	Style                                 template.CSS
	Policy                                string
	Description                           view
	Servers                               []serverView
	Security                              []securityView
	Groups                                []group
	Schemas                               []schemaView
	Problems                              []problemView
}

type serverView struct{ URL, Description string }

type securityView struct {
	Name, Where string
	Description view
}

// group is the operations of a tag.
type group struct {
	Name, Anchor string
	Description  view
	Operations   []operationView
}

type operationView struct {
	Anchor, ID, Method, Path, Summary string
	Extension, Deprecated             bool
	Description                       view
	Parameters                        []parameterView
	Body                              *bodyView
	Responses                         []responseView
	Curl, Go                          string
	Callbacks                         []operationView

	security node
}

type parameterView struct {
	Name, In    string
	Required    bool
	Type        typeView
	Description view
	Rules       []string

	sample string
}

type bodyView struct {
	Required    bool
	Description view
	Content     []contentView
}

type contentView struct {
	MediaType string
	Type      typeView
	Rows      []row // of a schema that is no component
	Examples  []exampleView
}

type exampleView struct{ Summary, Text string }

type responseView struct {
	Status      string
	Description view
	Headers     []string
	Content     []contentView
}

// problemView is a problem of the examples: what a program can act on.
type problemView struct{ Status, Code, Detail string }

// builder makes a model. The first error ends it.
type builder struct {
	tree     *tree
	options  Options
	markdown func(text string) view
	names    map[string]bool // of the component schemas
	problems map[problemView]bool
	err      error
}

func newModel(t *tree, options Options) (*model, error) {
	b := &builder{tree: t, options: options, names: map[string]bool{}, problems: map[problemView]bool{}}
	b.markdown = func(text string) view {
		var rendered bytes.Buffer
		if err := goldmark.Convert([]byte(text), &rendered); err != nil {
			b.fail(err)
		}
		return view(rendered.String()) // goldmark leaves HTML and odd links out
	}
	top := t.top()
	for name := range top.get("components", "schemas").members() {
		b.names[name] = true
	}
	m := &model{
		Title: top.text("info", "title"), Version: top.text("info", "version"), Description: b.markdown(top.text("info", "description")),
		DocumentURL: options.DocumentURL, StyleURL: options.StyleURL,
	}
	for _, server := range top.get("servers").items() {
		m.Servers = append(m.Servers, serverView{server.text("url"), server.text("description")})
	}
	if b.options.Server == "" && len(m.Servers) > 0 {
		b.options.Server = m.Servers[0].URL
	}
	m.Security = b.security(top)
	m.Groups = b.groups(top)
	for name, schema := range top.get("components", "schemas").members() {
		shown := b.schema(schema)
		shown.Name, shown.Anchor = name, schemaAnchor(name)
		shown.Type = typeView{Before: plainType(b.resolve(schema))}
		m.Schemas = append(m.Schemas, shown)
	}
	for problem := range b.problems {
		m.Problems = append(m.Problems, problem)
	}
	slices.SortFunc(m.Problems, func(x, y problemView) int {
		return cmp.Or(cmp.Compare(x.Status, y.Status), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Detail, y.Detail))
	})
	return m, b.err
}

func (b *builder) fail(err error) { b.err = cmp.Or(b.err, err) }

func (b *builder) resolve(n node) node {
	target, _, err := n.resolve()
	if err != nil {
		b.fail(err)
	}
	return target
}

// nameOf is the component that a schema refers to, empty for none.
func (b *builder) nameOf(n node) string {
	name, ok := strings.CutPrefix(n.text("$ref"), "#/components/schemas/")
	if !ok || !b.names[name] {
		return ""
	}
	return name
}

func schemaAnchor(name string) string { return "schema-" + name }

func (b *builder) security(top node) []securityView {
	var schemes []securityView
	for name, reference := range top.get("components", "securitySchemes").members() {
		scheme := b.resolve(reference)
		where := scheme.text("type") + " " + scheme.text("scheme")
		if in := scheme.text("in"); in != "" {
			where = in + " " + scheme.text("name")
		}
		schemes = append(schemes, securityView{name, strings.TrimSpace(where), b.markdown(scheme.text("description"))})
	}
	return schemes
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// groups are the operations by their first tag, in the order of the document's
// tags; operations without one come last.
func (b *builder) groups(top node) []group {
	byTag := map[string][]operationView{}
	var order []string
	add := func(tag string, operation operationView) {
		if !slices.Contains(order, tag) {
			order = append(order, tag)
		}
		byTag[tag] = append(byTag[tag], operation)
	}
	descriptions := map[string]string{}
	for _, tag := range top.get("tags").items() {
		order = append(order, tag.text("name"))
		descriptions[tag.text("name")] = tag.text("description")
	}
	for path, reference := range top.get("paths").members() {
		for tag, operation := range b.operations(path, b.resolve(reference)) {
			request := b.sample(&operation)
			operation.Curl, operation.Go = request.curl(), request.program()
			add(tag, operation)
		}
	}
	for name, reference := range top.get("webhooks").members() {
		for tag, operation := range b.operations(name, b.resolve(reference)) {
			add(tag, operation)
		}
	}
	var groups []group
	for _, tag := range order {
		if len(byTag[tag]) > 0 {
			groups = append(groups, group{
				Name: cmp.Or(tag, "Operations"), Anchor: "tag-" + slug(tag), Description: b.markdown(descriptions[tag]), Operations: byTag[tag],
			})
		}
	}
	return groups
}

func slug(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
}
