package openapi

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Router finds the operation that a request is for. It is immutable and safe
// for concurrent use.
type Router struct {
	groups    []*serverGroup
	templates []string
}

// serverGroup are the operations on the same servers: those of the document, or
// those that operations or paths have for themselves.
type serverGroup struct {
	own     []*server // without those that are given apart from the document
	servers []*server
	root    routeNode
}

// routeNode is a place in the tree of path templates, a segment below its
// parent.
type routeNode struct {
	literals map[string]*routeNode
	mixed    []*mixedSegment // the longer text first
	any      *routeNode      // {parameter}
	// operations are those whose template ends here, by method.
	operations map[string]*target
}

// mixedSegment is a segment with parameters and text, such as {id}.json.
type mixedSegment struct {
	template string
	pattern  *regexp.Regexp
	next     *routeNode
}

// target is an operation, and the names of its path's parameters in their
// order: templates that differ only in those share a place.
type target struct {
	operation *Operation
	names     []string
}

// NewRouter prepares the matching of requests. Besides the document's own
// servers it takes those of the arguments, as absolute URLs, for all
// operations. It fails where a URL or a path template cannot be read.
func NewRouter(d *Document, servers ...string) (*Router, error) {
	var extra []*server
	for _, address := range servers {
		s, err := parseServer(address)
		if err != nil {
			return nil, err
		}
		extra = append(extra, s)
	}
	r := &Router{}
	for _, operation := range d.operations {
		own := d.servers
		if operation.servers != nil {
			own = operation.servers
		}
		if err := r.group(own, extra).root.add(operation); err != nil {
			return nil, fmt.Errorf("the path %q: %w", operation.Path, err)
		}
		if !slices.Contains(r.templates, operation.Path) {
			r.templates = append(r.templates, operation.Path)
		}
	}
	return r, nil
}

// group returns that of some servers.
func (r *Router) group(own, extra []*server) *serverGroup {
	for _, g := range r.groups {
		if slices.Equal(g.own, own) {
			return g
		}
	}
	all := slices.Concat(own, extra)
	g := &serverGroup{own: own, servers: all}
	if len(own) == 0 {
		g.servers = append(g.servers, &server{}) // OpenAPI's default is /
	}
	r.groups = append(r.groups, g)
	return g
}

var templateParam = regexp.MustCompile(`\{([^{}]*)\}`)

// templateNames returns the parameters of a path template in their order.
func templateNames(template string) (names []string) {
	for _, found := range templateParam.FindAllStringSubmatch(template, -1) {
		names = append(names, found[1])
	}
	return names
}

func (n *routeNode) add(operation *Operation) error {
	at := n
	for step := range strings.SplitSeq(strings.TrimPrefix(operation.Path, "/"), "/") {
		next, err := at.child(step)
		if err != nil {
			return err
		}
		at = next
	}
	if at.operations == nil {
		at.operations = map[string]*target{}
	}
	if _, taken := at.operations[operation.Method]; taken {
		return nil // the first one counts; loading has told of it
	}
	at.operations[operation.Method] = &target{operation: operation, names: templateNames(operation.Path)}
	return nil
}

// child returns the place of a segment, which it makes if need be.
func (n *routeNode) child(step string) (*routeNode, error) {
	names := templateParam.FindAllString(step, -1)
	switch {
	case len(names) == 0:
		if n.literals[step] == nil {
			if n.literals == nil {
				n.literals = map[string]*routeNode{}
			}
			n.literals[step] = &routeNode{}
		}
		return n.literals[step], nil
	case len(names) == 1 && names[0] == step:
		if n.any == nil {
			n.any = &routeNode{}
		}
		return n.any, nil
	}
	form := templateParam.ReplaceAllString(step, "{}")
	for _, known := range n.mixed {
		if known.template == form {
			return known.next, nil
		}
	}
	pattern, err := regexp.Compile("^" + templatePattern(step, func(string) string { return `([^/]+)` }) + "$")
	if err != nil {
		return nil, err
	}
	added := &mixedSegment{template: form, pattern: pattern, next: &routeNode{}}
	n.mixed = append(n.mixed, added)
	slices.SortStableFunc(n.mixed, func(a, b *mixedSegment) int { return len(b.template) - len(a.template) })
	return added.next, nil
}

// Match finds the operation for a method and a URL as it is written, with its
// percent-encoding. The URL is absolute, or a path that begins with a server's
// base path, or the path of an operation alone. Schemes are not compared, and a
// server on the loopback interface stands for all of its ports. The error is a
// *MatchError.
func (r *Router) Match(method, url string) (*Match, error) {
	address := url
	if i := strings.IndexByte(address, '#'); i >= 0 {
		address = address[:i]
	}
	m := &Match{QueryStart: -1}
	if i := strings.IndexByte(address, '?'); i >= 0 {
		m.QueryStart, m.RawQuery, address = i+1, address[i+1:], address[:i]
	}
	host, path := splitURL(address)
	w := walk{method: method, path: path}
	onServer := false
	for _, g := range r.groups {
		for _, start := range g.starts(host, path) {
			onServer = true
			if found := w.from(&g.root, start); found != nil {
				w.fill(m, found, len(address)-len(path))
				return m, nil
			}
		}
	}
	switch {
	case !onServer:
		return nil, &MatchError{Code: CodeOtherServer}
	case len(w.methods) > 0:
		slices.Sort(w.methods)
		return nil, &MatchError{Code: CodeMethodNotAllowed, Methods: slices.Compact(w.methods)}
	default:
		return nil, &MatchError{Code: CodeNotFound, path: path, router: r}
	}
}

// starts returns where the operation's path may begin: behind the base path of
// each server that the URL is on.
func (g *serverGroup) starts(host, path string) []int {
	var starts []int
	for _, s := range g.servers {
		if !s.isHost(host) {
			continue
		}
		end, ok := s.base(path)
		if !ok && host != "" {
			continue
		}
		if !slices.Contains(starts, end) {
			starts = append(starts, end)
		}
	}
	if host == "" && !slices.Contains(starts, 0) {
		starts = append(starts, 0)
	}
	return starts
}

// walk goes through the tree of templates with one path.
type walk struct {
	method, path string
	captured     [][2]int // the parameters' places in the path
	methods      []string // of templates that match, and have not this method
}

// from matches the path from a place on.
func (w *walk) from(n *routeNode, start int) *target {
	w.captured = w.captured[:0]
	if start < len(w.path) && w.path[start] == '/' {
		start++
	} else if start < len(w.path) {
		return nil
	}
	return w.step(n, start)
}

// step matches the segment that begins at a place, and all after it: text wins
// over text with parameters, and that over a parameter alone.
func (w *walk) step(n *routeNode, start int) *target {
	end := len(w.path)
	if slash := strings.IndexByte(w.path[start:], '/'); slash >= 0 {
		end = start + slash
	}
	segment := w.path[start:end]
	if next := n.literal(segment); next != nil {
		if found := w.next(next, end); found != nil {
			return found
		}
	}
	depth := len(w.captured)
	for _, mixed := range n.mixed {
		at := mixed.pattern.FindStringSubmatchIndex(segment)
		if at == nil {
			continue
		}
		for i := 2; i < len(at); i += 2 {
			w.captured = append(w.captured, [2]int{start + at[i], start + at[i+1]})
		}
		if found := w.next(mixed.next, end); found != nil {
			return found
		}
		w.captured = w.captured[:depth]
	}
	if n.any == nil || segment == "" {
		return nil
	}
	w.captured = append(w.captured, [2]int{start, end})
	if found := w.next(n.any, end); found != nil {
		return found
	}
	w.captured = w.captured[:depth]
	return nil
}

func (n *routeNode) literal(segment string) *routeNode {
	if next := n.literals[segment]; next != nil || strings.IndexByte(segment, '%') < 0 {
		return next
	}
	return n.literals[unescape(segment)]
}

// next goes on after a segment.
func (w *walk) next(n *routeNode, end int) *target {
	if end < len(w.path) {
		return w.step(n, end+1)
	}
	if found := n.operations[w.method]; found != nil {
		return found
	}
	for method := range n.operations {
		w.methods = append(w.methods, method)
	}
	return nil
}

// fill says what was matched. The offset is where the path begins in the URL.
func (w *walk) fill(m *Match, found *target, offset int) {
	m.Operation = found.operation
	if len(found.names) == 0 {
		m.PathParams = map[string]string{}
		return
	}
	m.PathParams, m.RawPathParams = make(map[string]string, len(found.names)), make(map[string]string, len(found.names))
	m.spans = make(map[string][2]int, len(found.names))
	for i, name := range found.names {
		at := w.captured[i]
		raw := w.path[at[0]:at[1]]
		m.RawPathParams[name], m.PathParams[name] = raw, unescape(raw)
		m.spans[name] = [2]int{offset + at[0], offset + at[1]}
	}
}
