package openapi

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Reasons why a request is for none of a contract's operations. They are the
// codes of the server's problem documents.
const (
	// CodeNotFound is a path that the contract does not have.
	CodeNotFound Code = "not_found"
	// CodeMethodNotAllowed is a path that the contract has, though not with
	// that method.
	CodeMethodNotAllowed Code = "method_not_allowed"
	// CodeOtherServer is a URL outside of the contract's servers, so that the
	// contract says nothing about it.
	CodeOtherServer Code = "other_server"
)

// Router finds the operation that a request is for. It is immutable and safe
// for concurrent use.
type Router struct {
	servers   []*server
	routes    map[int][]*route // by the number of segments
	templates []string
}

// Match is a request's operation, and what its URL says.
type Match struct {
	Operation *Operation
	// PathParams are unescaped, by name.
	PathParams map[string]string
	// RawQuery is what follows the question mark, without it.
	RawQuery string
	// QueryStart is where RawQuery begins in the URL, or -1 where there is
	// none.
	QueryStart int
	spans      map[string][2]int
}

// ParamSpan returns where a path parameter stands in the URL, in bytes.
func (m *Match) ParamSpan(name string) (start, end int, ok bool) {
	span, ok := m.spans[name]
	return span[0], span[1], ok
}

// MatchError says why a request is for none of the operations. It repeats
// nothing of the URL.
type MatchError struct {
	// Code is CodeNotFound, CodeMethodNotAllowed or CodeOtherServer.
	Code Code
	// Suggestion is the nearest path template for CodeNotFound, or empty where
	// none is near.
	Suggestion string
	// Methods are those that the path has, for CodeMethodNotAllowed.
	Methods []string
}

// Error implements error.
func (e *MatchError) Error() string {
	switch e.Code {
	case CodeMethodNotAllowed:
		return "the path takes only " + joinOr(e.Methods)
	case CodeOtherServer:
		return "the URL is on none of the contract's servers"
	default:
		return "the contract has no such path"
	}
}

// server is a server URL of a document. Its variables match anything that they
// may stand for.
type server struct {
	host *regexp.Regexp // nil where the URL is relative: any host will do
	path *regexp.Regexp
	// loopback servers are the same on every port, as tests and developers
	// choose their own.
	loopback bool
}

type route struct {
	template string
	segments []routeSegment
	methods  map[string]*Operation
	params   int
}

// routeSegment is one step of a path template.
type routeSegment struct {
	literal string         // where there is no parameter
	pattern *regexp.Regexp // where there is one
	names   []string
}

// NewRouter prepares the matching of requests. Besides the document's own
// servers it takes those of the arguments, as absolute URLs. It fails where a
// URL or a path template cannot be read.
func NewRouter(c *Document, servers ...string) (*Router, error) {
	r := &Router{routes: map[int][]*route{}}
	sources := slices.Clone(c.document.Servers)
	for _, address := range servers {
		if u, err := url.Parse(address); err != nil || u.Host == "" {
			return nil, fmt.Errorf("the server %q is not an absolute URL, such as https://api.example.com/v4", address)
		}
		sources = append(sources, &openapi3.Server{URL: address})
	}
	if len(sources) == 0 {
		sources = openapi3.Servers{{URL: "/"}} // OpenAPI's default
	}
	for _, source := range sources {
		compiled, err := compileServer(source)
		if err != nil {
			return nil, fmt.Errorf("the server %q: %w", source.URL, err)
		}
		r.servers = append(r.servers, compiled)
	}
	for _, operation := range c.Operations() {
		if err := r.add(operation); err != nil {
			return nil, fmt.Errorf("the path %q: %w", operation.Path, err)
		}
	}
	return r, nil
}

func (r *Router) add(operation *Operation) error {
	count := strings.Count(operation.Path, "/")
	for _, known := range r.routes[count] {
		if known.template == operation.Path {
			known.methods[operation.Method] = operation
			return nil
		}
	}
	added := &route{template: operation.Path, methods: map[string]*Operation{operation.Method: operation}}
	for step := range strings.SplitSeq(operation.Path, "/") {
		compiled, err := compileSegment(step)
		if err != nil {
			return err
		}
		added.params += len(compiled.names)
		added.segments = append(added.segments, compiled)
	}
	// Fixed paths win over those with parameters, and {id}.json over {id}.
	r.routes[count] = append(r.routes[count], added)
	slices.SortStableFunc(r.routes[count], func(a, b *route) int {
		return cmp.Or(cmp.Compare(a.params, b.params), cmp.Compare(len(b.template), len(a.template)))
	})
	r.templates = append(r.templates, operation.Path)
	return nil
}

var templateParam = regexp.MustCompile(`\{([^{}]*)\}`)

func compileSegment(step string) (routeSegment, error) {
	names := templateParam.FindAllStringSubmatch(step, -1)
	if len(names) == 0 {
		return routeSegment{literal: step}, nil
	}
	s := routeSegment{}
	for _, name := range names {
		s.names = append(s.names, name[1])
	}
	pattern, err := regexp.Compile("^" + templatePattern(step, func(string) string { return `([^/]+)` }) + "$")
	s.pattern = pattern
	return s, err
}

// templatePattern turns the text around {name} into a regular expression that
// matches only itself.
func templatePattern(template string, param func(name string) string) string {
	var pattern strings.Builder
	rest := 0
	for _, at := range templateParam.FindAllStringSubmatchIndex(template, -1) {
		pattern.WriteString(regexp.QuoteMeta(template[rest:at[0]]))
		pattern.WriteString(param(template[at[2]:at[3]]))
		rest = at[1]
	}
	return pattern.String() + regexp.QuoteMeta(template[rest:])
}

func compileServer(source *openapi3.Server) (*server, error) {
	host, path := splitURL(source.URL)
	s := &server{loopback: isLoopback(host)}
	variable := func(name string) string {
		if v := source.Variables[name]; v != nil && len(v.Enum) > 0 {
			values := make([]string, len(v.Enum))
			for i, value := range v.Enum {
				values[i] = regexp.QuoteMeta(value)
			}
			return "(?:" + strings.Join(values, "|") + ")"
		}
		return `[^/:]+`
	}
	var err error
	if host != "" {
		if s.host, err = regexp.Compile("(?i)^" + templatePattern(host, variable) + "$"); err != nil {
			return nil, err
		}
	}
	s.path, err = regexp.Compile("^" + templatePattern(strings.TrimSuffix(path, "/"), variable) + "(?:/|$)")
	return s, err
}

// splitURL returns a URL's host, without its scheme's own port, and path, as
// far as it has them, without judging them.
func splitURL(address string) (host, path string) {
	scheme, rest, absolute := strings.Cut(address, "://")
	if !absolute || strings.ContainsAny(scheme, "/?#") {
		return "", address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path = rest[:end], rest[end:]
	host = host[1+strings.LastIndexByte(host, '@'):]
	switch strings.ToLower(scheme) {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return host, path
}

func isLoopback(host string) bool {
	u := url.URL{Host: host}
	name := u.Hostname()
	if address, err := netip.ParseAddr(name); err == nil {
		return address.IsLoopback()
	}
	return strings.EqualFold(name, "localhost")
}

// Match finds the operation for a method and a URL as it is written, with its
// percent-encoding. The URL is absolute, or a path that begins with a server's
// base path, or the path of an operation alone. Schemes are not compared, and a
// server on the loopback interface stands for all of its ports. The error is a
// *MatchError.
func (r *Router) Match(method, target string) (*Match, error) {
	address := target
	if i := strings.IndexByte(address, '#'); i >= 0 {
		address = address[:i]
	}
	m := &Match{QueryStart: -1}
	if i := strings.IndexByte(address, '?'); i >= 0 {
		m.QueryStart, m.RawQuery, address = i+1, address[i+1:], address[:i]
	}
	host, path := splitURL(address)
	starts := r.paths(host, path)
	if len(starts) == 0 {
		return nil, &MatchError{Code: CodeOtherServer}
	}
	failure := &MatchError{Code: CodeNotFound}
	for _, start := range starts {
		failed := r.matchPath(m, method, path[start:], len(address)-len(path)+start)
		if failed == nil {
			return m, nil
		}
		if failed.Code == CodeMethodNotAllowed || failure.Suggestion == "" && failure.Code == CodeNotFound {
			failure = failed
		}
	}
	return nil, failure
}

// paths returns where the operation's path may begin: behind the base path of
// each server that the URL is on.
func (r *Router) paths(host, path string) []int {
	var starts []int
	for _, s := range r.servers {
		if !s.isHost(host) {
			continue
		}
		end := 0
		if at := s.path.FindStringIndex(path); at != nil {
			end = len(strings.TrimSuffix(path[:at[1]], "/"))
		} else if host != "" {
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

func (s *server) isHost(host string) bool {
	return host == "" || s.host == nil || s.host.MatchString(host) || s.loopback && isLoopback(host)
}

// matchPath completes m for the path of an operation, which begins at an offset
// of the URL.
func (r *Router) matchPath(m *Match, method, path string, offset int) *MatchError {
	steps := strings.Split(path, "/")
	var methods []string
	for _, candidate := range r.routes[len(steps)-1] {
		spans, ok := candidate.match(steps, offset)
		if !ok {
			continue
		}
		operation := candidate.methods[method]
		if operation == nil {
			for name := range candidate.methods {
				methods = append(methods, name)
			}
			continue
		}
		m.Operation, m.spans, m.PathParams = operation, spans, map[string]string{}
		for name, span := range spans {
			m.PathParams[name] = unescape(path[span[0]-offset : span[1]-offset])
		}
		return nil
	}
	if len(methods) > 0 {
		slices.Sort(methods)
		return &MatchError{Code: CodeMethodNotAllowed, Methods: slices.Compact(methods)}
	}
	return &MatchError{Code: CodeNotFound, Suggestion: nearest(path, r.templates)}
}

func (r *route) match(steps []string, offset int) (map[string][2]int, bool) {
	var spans map[string][2]int
	for i, step := range steps {
		s := r.segments[i]
		if s.pattern == nil {
			if step != s.literal && unescape(step) != s.literal {
				return nil, false
			}
		} else {
			at := s.pattern.FindStringSubmatchIndex(step)
			if at == nil {
				return nil, false
			}
			if spans == nil {
				spans = map[string][2]int{}
			}
			for j, name := range s.names {
				spans[name] = [2]int{offset + at[2*j+2], offset + at[2*j+3]}
			}
		}
		offset += len(step) + 1
	}
	return spans, true
}

func unescape(step string) string {
	if plain, err := url.PathUnescape(step); err == nil {
		return plain
	}
	return step
}
