package reference

import (
	"fmt"
	"net/url"
	"strings"
)

// sample is a request that the examples of an operation make.
type sample struct {
	method, url, body, mediaType string
	headers                      [][2]string // names and placeholders
}

// shellQuote quotes a text for a POSIX shell.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// curl writes the request as a command. Secrets are variables of the shell.
func (s *sample) curl() string {
	lines := []string{"curl " + shellQuote(s.url)}
	if s.method != "GET" && (s.method != "POST" || s.body == "") {
		lines[0] = "curl -X " + s.method + " " + shellQuote(s.url)
	}
	for _, header := range s.headers {
		lines = append(lines, fmt.Sprintf(`-H "%s: $%s"`, header[0], variable(header[1])))
	}
	if s.body != "" {
		lines = append(lines, "-H "+shellQuote("Content-Type: "+s.mediaType), "-d "+shellQuote(s.body))
	}
	return strings.Join(lines, " \\\n  ")
}

// program writes the request in Go, on net/http.
func (s *sample) program() string {
	var text strings.Builder
	body := "nil"
	if s.body != "" {
		body = "strings.NewReader(body)"
		fmt.Fprintf(&text, "body := %s\n", goString(s.body))
	}
	fmt.Fprintf(&text, "request, err := http.NewRequestWithContext(ctx, %q, %q, %s)\nif err != nil {\n\treturn err\n}\n", s.method, s.url, body)
	for _, header := range s.headers {
		fmt.Fprintf(&text, "request.Header.Set(%q, os.Getenv(%q))\n", header[0], variable(header[1]))
	}
	if s.body != "" {
		fmt.Fprintf(&text, "request.Header.Set(\"Content-Type\", %q)\n", s.mediaType)
	}
	text.WriteString("response, err := httpClient.Do(request)\nif err != nil {\n\treturn err\n}\ndefer response.Body.Close()")
	return text.String()
}

func goString(text string) string {
	if strings.Contains(text, "`") {
		return fmt.Sprintf("%q", text)
	}
	return "`" + text + "`"
}

// variable is the name of an environment variable.
func variable(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// fillPath puts examples into a path's template.
func fillPath(path string, parameters []parameterView) string {
	for _, p := range parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(p.sample))
		}
	}
	return path
}
