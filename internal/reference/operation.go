package reference

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// operations yields the operations of a path with their first tag.
func (b *builder) operations(path string, item node) iter.Seq2[string, operationView] {
	return func(yield func(string, operationView) bool) {
		for method, operation := range item.members() {
			if !slices.Contains(methods, method) {
				continue
			}
			tag := ""
			if tags := operation.get("tags").items(); len(tags) > 0 {
				tag = tags[0].value()
			}
			if !yield(tag, b.operation(method, path, item, operation)) {
				return
			}
		}
	}
}

func (b *builder) operation(method, path string, item, n node) operationView {
	id := cmp.Or(n.text("operationId"), method+"-"+slug(path))
	shown := operationView{
		Anchor: id, ID: n.text("operationId"), Method: strings.ToUpper(method), Path: path,
		Summary: cmp.Or(n.text("summary"), id), Description: b.markdown(n.text("description")),
		Extension: n.is("x-hookline-extension"), Deprecated: n.is("deprecated"),
		Parameters: b.parameters(item, n), Body: b.body(n.get("requestBody")), Responses: b.responses(n.get("responses")), security: n.get("security"),
	}
	for _, reference := range n.get("callbacks").members() {
		for expression, callback := range b.resolve(reference).members() {
			for _, inner := range b.operations(expression, b.resolve(callback)) {
				shown.Callbacks = append(shown.Callbacks, inner)
			}
		}
	}
	return shown
}

// parameters are those of the path and the operation; the operation's take the
// place of the path's.
func (b *builder) parameters(item, operation node) []parameterView {
	var shown []parameterView
	for _, reference := range append(item.get("parameters").items(), operation.get("parameters").items()...) {
		n := b.resolve(reference)
		p := b.parameter(n)
		replaced := false
		for i := range shown {
			if shown[i].Name == p.Name && shown[i].In == p.In {
				shown[i], replaced = p, true
			}
		}
		if !replaced {
			shown = append(shown, p)
		}
	}
	return shown
}

func (b *builder) parameter(n node) parameterView {
	schema := n.get("schema")
	target := b.resolve(schema)
	return parameterView{
		Name: n.text("name"), In: n.text("in"), Required: n.is("required"), Type: b.typeOf(schema),
		Description: b.markdown(cmp.Or(n.text("description"), target.text("description"))), Rules: rulesOf(target),
		sample: cmp.Or(n.text("example"), target.text("example"), firstExample(n), n.text("name")),
	}
}

// firstExample is the value of the first of several examples.
func firstExample(n node) string {
	for _, example := range n.get("examples").members() {
		return example.text("value")
	}
	return ""
}

func (b *builder) body(reference node) *bodyView {
	if !reference.exists() {
		return nil
	}
	n := b.resolve(reference)
	return &bodyView{
		Required: n.is("required"), Description: b.markdown(n.text("description")), Content: b.content(n.get("content")),
	}
}

func (b *builder) responses(n node) []responseView {
	var shown []responseView
	for status, reference := range n.members() {
		response := b.resolve(reference)
		view := responseView{
			Status: status, Description: b.markdown(response.text("description")), Content: b.content(response.get("content")),
		}
		for name := range response.get("headers").members() {
			view.Headers = append(view.Headers, name)
		}
		shown = append(shown, view)
	}
	return shown
}

func (b *builder) content(n node) []contentView {
	var shown []contentView
	for mediaType, media := range n.members() {
		schema := media.get("schema")
		view := contentView{MediaType: mediaType, Type: b.typeOf(schema), Examples: b.examples(media)}
		if view.Type.Name == "" {
			view.Rows = b.rows(schema, "", 0)
		}
		shown = append(shown, view)
	}
	return shown
}

// examples are those of a media type, or else that of its schema.
func (b *builder) examples(media node) []exampleView {
	var shown []exampleView
	for name, reference := range media.get("examples").members() {
		example := b.resolve(reference)
		b.noteProblem(example.get("value"))
		shown = append(shown, exampleView{cmp.Or(example.text("summary"), name), jsonOf(example.get("value"))})
	}
	if len(shown) > 0 {
		return shown
	}
	single := media.get("example")
	if !single.exists() {
		single = b.resolve(media.get("schema")).get("example")
	}
	if !single.exists() {
		return nil
	}
	b.noteProblem(single)
	return []exampleView{{"Example", jsonOf(single)}}
}

// noteProblem keeps an example that is a problem document (RFC 9457) with a
// code.
func (b *builder) noteProblem(example node) {
	if example.text("code") != "" && example.text("status") != "" {
		b.problems[problemView{example.text("status"), example.text("code"), example.text("detail")}] = true
	}
}

// sample is the request that the first examples make.
func (b *builder) sample(shown *operationView) sample {
	s := sample{
		method: shown.Method, url: strings.TrimSuffix(b.options.Server, "/") + fillPath(shown.Path, shown.Parameters),
		headers: b.requirements(shown.security),
	}
	separator := "?"
	for _, p := range shown.Parameters {
		switch {
		case p.Required && p.In == "header":
			s.headers = append(s.headers, [2]string{p.Name, p.Name})
		case p.Required && p.In == "query":
			s.url += separator + p.Name + "=" + p.sample
			separator = "&"
		}
	}
	if shown.Body == nil {
		return s
	}
	for _, content := range shown.Body.Content {
		if len(content.Examples) > 0 {
			s.body, s.mediaType = content.Examples[0].Text, content.MediaType
			return s
		}
	}
	return s
}

// requirements are the headers of the first way to authenticate.
func (b *builder) requirements(security node) [][2]string {
	if !security.exists() {
		security = b.tree.top().get("security")
	}
	ways := security.items()
	if len(ways) == 0 {
		return nil
	}
	var headers [][2]string
	for name := range ways[0].members() {
		scheme := b.resolve(b.tree.top().get("components", "securitySchemes", name))
		switch {
		case scheme.text("in") == "header":
			headers = append(headers, [2]string{scheme.text("name"), name})
		case scheme.text("type") == "http", scheme.text("type") == "oauth2":
			headers = append(headers, [2]string{"Authorization", "AUTHORIZATION"})
		}
	}
	return headers
}
