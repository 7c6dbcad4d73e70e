package openapi

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/loopback"
)

// server is a server URL of a document. Its variables match anything that they
// may stand for.
type server struct {
	host *regexp.Regexp // nil where the URL is relative: any host will do
	// path is the base path, without a slash at its end; or pattern matches it,
	// where it has variables.
	path    string
	pattern *regexp.Regexp
	// loopback servers are the same on every port, as tests and developers
	// choose their own.
	loopback bool
}

// serverList prepares the servers of a document, a path or an operation.
func (c *compiler) serverList(source node) (servers []*server) {
	if !source.exists() || source.kind() != kindArray {
		return nil
	}
	for _, item := range source.items() {
		address, ok := item.field("url").string()
		if !ok {
			c.problems.addf(item, "a server must have a url")
			continue
		}
		enums := map[string][]string{}
		if variables := item.get("variables"); variables.exists() && variables.kind() == kindObject {
			for name, variable := range variables.members() {
				if values := variable.field("enum"); values.exists() && values.kind() == kindArray {
					enums[name.str()] = c.names(values, "a server variable's enum")
				}
			}
		}
		compiled, err := compileServer(c.keep(address), enums)
		if err != nil {
			c.problems.addf(item, "the server's url cannot be read: %v", err)
			continue
		}
		servers = append(servers, compiled)
	}
	return servers
}

// parseServer prepares a server that is given apart from the document.
func parseServer(address string) (*server, error) {
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		return nil, fmt.Errorf("the server %q is not an absolute URL, such as https://api.example.com/v4", address)
	}
	return compileServer(address, nil)
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

// compileServer prepares a server's URL. The enums are the values that its
// variables may have.
func compileServer(address string, enums map[string][]string) (*server, error) {
	host, path := splitURL(address)
	s := &server{loopback: isLoopback(host)}
	variable := func(name string) string {
		if len(enums[name]) > 0 {
			values := make([]string, len(enums[name]))
			for i, value := range enums[name] {
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
	s.path = strings.TrimSuffix(path, "/")
	if strings.Contains(path, "{") {
		s.pattern, err = regexp.Compile("^" + templatePattern(s.path, variable) + "(?:/|$)")
	}
	return s, err
}

// base returns where a path goes on after the server's base path.
func (s *server) base(path string) (end int, ok bool) {
	if s.pattern != nil {
		at := s.pattern.FindStringIndex(path)
		if at == nil {
			return 0, false
		}
		return len(strings.TrimSuffix(path[:at[1]], "/")), true
	}
	rest, ok := strings.CutPrefix(path, s.path)
	if !ok || rest != "" && rest[0] != '/' {
		return 0, false
	}
	return len(s.path), true
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

// isLoopback tells it of a host with or without a port.
func isLoopback(host string) bool { return loopback.IsHost((&url.URL{Host: host}).Hostname()) }

func (s *server) isHost(host string) bool {
	return host == "" || s.host == nil || s.host.MatchString(host) || s.loopback && isLoopback(host)
}
