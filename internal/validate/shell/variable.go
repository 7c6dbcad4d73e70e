package shell

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// setVariable reads --variable: "name=content", "name@file", and "%NAME" for one
// of the environment, which nobody knows unless "=content" gives a default.
func (c *curl) setVariable(value source.Text) error {
	rest, environment := strings.CutPrefix(value.Value, "%")
	start := len(value.Value) - len(rest)
	if c.variables == nil {
		c.variables = map[string]source.Text{}
	}
	at := strings.IndexAny(rest, "=@")
	if at < 0 || environment {
		return nil
	}
	name := rest[:at]
	content := value.Slice(start+at+1, len(value.Value))
	if rest[at] == '@' {
		file, known, err := c.file(content)
		if err != nil || !known {
			return err
		}
		content = file
	}
	c.variables[name] = content
	return nil
}

// expand puts variables in the place of {{name}} and {{name:function:…}}, as the
// options do that begin with --expand-. One that is not known stays unknown.
func (c *curl) expand(value source.Text) source.Text {
	b := source.Builder{Parent: value}
	text, rest := value.Value, 0
	for {
		open := strings.Index(text[rest:], "{{")
		if open < 0 {
			break
		}
		start := rest + open
		length := strings.Index(text[start:], "}}")
		if length < 0 {
			break
		}
		end := start + length + len("}}")
		if start > 0 && text[start-1] == '\\' { // an escape
			b.Text(value.Slice(rest, start-1))
			b.Text(value.Slice(start, end))
			rest = end
			continue
		}
		b.Text(value.Slice(rest, start))
		name, calls, _ := strings.Cut(text[start+2:end-2], ":")
		if content, ok := c.variables[name]; ok {
			b.Text(applied(content, calls))
		} else {
			b.Unknown(text[start:end], start)
		}
		rest = end
	}
	b.Text(value.Slice(rest, len(text)))
	return b.Build()
}

// applied is what the functions of a variable make of its content.
func applied(content source.Text, calls string) source.Text {
	for call := range strings.SplitSeq(calls, ":") {
		switch call {
		case "trim":
			content = content.Trim()
		case "json":
			quoted, err := json.Marshal(content.Value)
			if err == nil {
				content = content.Named(string(quoted[1 : len(quoted)-1]))
			}
		case "url":
			content = content.Named(escape(content.Value))
		case "b64":
			content = content.Named(base64.StdEncoding.EncodeToString([]byte(content.Value)))
		case "64dec":
			plain, err := base64.StdEncoding.DecodeString(content.Value)
			if err == nil {
				content = content.Named(string(plain))
			}
		}
	}
	return content
}
