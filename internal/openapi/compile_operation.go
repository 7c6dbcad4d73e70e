package openapi

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// methods are those of a path item's fields.
var methods = map[string]string{
	"get": http.MethodGet, "put": http.MethodPut, "post": http.MethodPost, "delete": http.MethodDelete,
	"options": http.MethodOptions, "head": http.MethodHead, "patch": http.MethodPatch, "trace": http.MethodTrace,
	"query": "QUERY",
}

// pathItem prepares the operations of a path.
func (c *compiler) pathItem(d *Document, root node, template string, item node, pointer string) {
	item, pointer, ok := c.follow(item, pointer)
	if !ok || item.kind() != kindObject {
		if ok {
			c.problems.addf(item, "a path item must be an object")
		}
		return
	}
	newest := strings.HasPrefix(d.Version, "3.2")
	p := operationParts{root: root, item: item, itemPointer: pointer}
	for name, value := range item.members() {
		text := name.str()
		p.source = value
		if method, ok := methods[text]; ok && (text != "query" || newest) {
			c.addOperation(d, &Operation{Method: method, Path: template, pointer: pointer + "/" + text}, &p)
		}
		if text != "additionalOperations" || !newest || value.kind() != kindObject {
			continue
		}
		for method, source := range value.members() {
			at := pointer + "/additionalOperations" + jsonpointer.Fragment(method.str())
			p.source = source
			c.addOperation(d, &Operation{Method: c.keep(method.str()), Path: template, pointer: at}, &p)
		}
	}
}

// addOperation prepares an operation and adds it to the document.
func (c *compiler) addOperation(d *Document, o *Operation, p *operationParts) {
	if p.source.kind() != kindObject {
		c.problems.addf(p.source, "an operation must be an object")
		return
	}
	o.document, o.responses = d, map[string]*responseRule{}
	c.operation(o, p)
	if _, twice := d.byID[o.ID]; twice {
		c.problems.addf(p.source, "the operation id %q is used twice", o.ID)
		o.ID = o.Method + " " + o.Path
	}
	form := o.Method + " " + templateParam.ReplaceAllString(o.Path, "{}")
	if c.forms[form] {
		c.problems.addf(p.source, "another path differs only in the names of its parameters, and has this method too")
	}
	c.forms[form] = true
	d.byID[o.ID] = o
	d.operations = append(d.operations, o)
}

// operationParts is what an operation is prepared from.
type operationParts struct {
	root, item, source node
	itemPointer        string
}

func (c *compiler) operation(o *Operation, p *operationParts) {
	if id, ok := p.source.get("operationId").string(); ok {
		o.ID = c.keep(id)
	}
	o.ID = cmp.Or(o.ID, o.Method+" "+o.Path)
	o.deprecated = p.source.get("deprecated").isTrue()
	c.parameters(o, p.item.get("parameters"), p.itemPointer)
	c.parameters(o, p.source.get("parameters"), o.pointer)
	c.pathParameters(o, p.source)
	for _, around := range []node{p.source, p.item} {
		if servers := around.get("servers"); servers.exists() && o.servers == nil {
			o.servers = c.serverList(servers)
		}
	}
	security := p.source.get("security")
	if !security.exists() {
		security = p.root.get("security")
	}
	o.Security = c.security(o.document, security)
	o.noteSecurity()
	if body := p.source.get("requestBody"); body.exists() {
		c.requestBody(o, body)
	}
	responses := p.source.get("responses")
	switch {
	case responses.exists() && responses.kind() == kindObject:
		c.responses(o, responses, o.pointer+"/responses")
	case responses.exists() || !c.modern:
		c.problems.addf(p.source, "the operation must have responses")
	}
}

func (c *compiler) requestBody(o *Operation, source node) {
	body, pointer, ok := c.follow(source, o.pointer+"/requestBody")
	if !ok || body.kind() != kindObject {
		return
	}
	o.body = c.content(body.get("content"), pointer, inRequest)
	if o.body == nil {
		c.problems.addf(body, "a request body must have content")
		return
	}
	o.body.required = body.get("required").isTrue()
}

func (c *compiler) responses(o *Operation, source node, pointer string) {
	for status, value := range source.members() {
		code := status.str()
		if strings.HasPrefix(code, "x-") {
			continue
		}
		response, at, ok := c.follow(value, pointer+"/"+code)
		if !ok || response.kind() != kindObject {
			continue
		}
		rule := c.response(response, at)
		if o.Method == http.MethodHead {
			rule.body = nil
		}
		if strings.HasSuffix(code, "xx") {
			code = strings.ToUpper(code)
		}
		o.responses[c.keep(code)] = rule
	}
}

func (c *compiler) response(source node, pointer string) *responseRule {
	rule := &responseRule{}
	if content := source.get("content"); content.exists() && content.holds() {
		if rule.body = c.content(content, pointer, inResponse); rule.body != nil {
			rule.body.required = true
		}
	}
	headers := source.get("headers")
	if !headers.exists() || headers.kind() != kindObject {
		return rule
	}
	for name, value := range headers.members() {
		text := c.keep(name.str())
		if http.CanonicalHeaderKey(text) == contentType {
			continue // OpenAPI says that it is ignored
		}
		header, at, ok := c.follow(value, pointer+"/headers"+jsonpointer.Fragment(text))
		if ok && header.kind() == kindObject {
			rule.headers = append(rule.headers, c.parameter(InHeader, text, header, at))
		}
	}
	slices.SortFunc(rule.headers, func(a, b *parameter) int { return strings.Compare(a.name, b.name) })
	return rule
}

// parameters adds parameters to an operation. One that an operation states
// itself replaces its path's.
func (c *compiler) parameters(o *Operation, list node, pointer string) {
	if !list.exists() {
		return
	}
	if list.kind() != kindArray {
		c.problems.addf(list, "parameters must be a list")
		return
	}
	for i, item := range list.items() {
		source, at, ok := c.follow(item, pointer+"/parameters"+jsonpointer.Index(i))
		if !ok {
			continue
		}
		name, named := source.field("name").string()
		if !named {
			c.problems.addf(item, "a parameter must have a name")
			continue
		}
		name = c.keep(name)
		switch in := In(source.get("in").text()); in {
		case InPath:
			o.path = replace(o.path, c.parameter(InPath, name, source, at))
		case InQuery:
			o.query = replace(o.query, c.parameter(InQuery, name, source, at))
		case InCookie:
			o.cookies = replace(o.cookies, c.parameter(InCookie, name, source, at))
		case InHeader:
			if p := c.parameter(InHeader, name, source, at); !ignoredHeaders[p.header] {
				o.header = replace(o.header, p)
			}
		default:
			if in != "querystring" {
				c.problems.addf(source, "a parameter must be in the path, the query, a header or a cookie")
			}
			o.anyQuery = o.anyQuery || in == "querystring"
		}
	}
}

// ignoredHeaders are described by other parts of OpenAPI, which says that
// parameters of these names are ignored.
var ignoredHeaders = map[string]bool{"Accept": true, "Authorization": true, "Content-Type": true}

// pathParameters sees to it that the path's parameters are those of its
// template, and in its order.
func (c *compiler) pathParameters(o *Operation, source node) {
	slices.SortStableFunc(o.path, func(a, b *parameter) int {
		return strings.Index(o.Path, "{"+a.name+"}") - strings.Index(o.Path, "{"+b.name+"}")
	})
	for _, name := range templateNames(o.Path) {
		if !slices.ContainsFunc(o.path, func(p *parameter) bool { return p.name == name }) {
			c.problems.addf(source, "the path's parameter %q is not described", name)
		}
	}
	o.path = slices.DeleteFunc(o.path, func(p *parameter) bool {
		missing := !strings.Contains(o.Path, "{"+p.name+"}")
		if missing {
			c.problems.addf(source, "the path has no parameter %q", p.name)
		}
		return missing
	})
	for _, p := range o.query {
		o.queryNames = append(o.queryNames, p.name)
	}
}

func replace(parameters []*parameter, p *parameter) []*parameter {
	i := slices.IndexFunc(parameters, func(known *parameter) bool {
		return known.name == p.name || p.in == InHeader && known.header == p.header
	})
	if i < 0 {
		return append(parameters, p)
	}
	parameters[i] = p
	return parameters
}
