package shell

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// curl is a curl command that is being read, option by option.
type curl struct {
	script    *script
	stdin     input
	start     source.Text
	variables map[string]source.Text // --variable

	urls     []source.Text
	method   source.Text
	target   source.Text // --request-target
	header   []header
	query    []source.Text
	data     []source.Text
	parts    []source.FormPart
	uploaded source.Text // the name of the file that is uploaded
	json     bool
	get      bool
	head     bool
	upload   bool
	unknown  bool // the body is one that cannot be known
	broken   bool // an option cannot be read, so that nobody knows the request
}

// header is a field of -H: one without a value keeps curl from sending its own.
type header struct {
	source.Field

	removed bool
}

// run reads the arguments and yields the requests.
func (c *curl) run(args []source.Text) {
	for i := 0; i < len(args) && c.script.err == nil; {
		if args[i].Value == "--next" || args[i].Value == "-:" {
			c.send()
			*c = curl{script: c.script, stdin: c.stdin, start: c.start, variables: c.variables}
			i++
			continue
		}
		taken, err := c.argument(args[i:])
		if err != nil {
			c.broken = true
			c.script.fail(err)
		}
		i += taken
	}
	c.send()
}

// argument reads the next argument, and its value if it takes one, and returns
// how many words that were.
func (c *curl) argument(args []source.Text) (taken int, err error) {
	word := args[0]
	switch {
	case strings.HasPrefix(word.Value, "--") && len(word.Value) > 2:
		return c.long(args)
	case strings.HasPrefix(word.Value, "-") && len(word.Value) > 1:
		return c.short(args)
	default:
		c.urls = append(c.urls, word)
		return 1, nil
	}
}

func (c *curl) long(args []source.Text) (taken int, err error) {
	name, expand := strings.CutPrefix(args[0].Value[2:], "expand-")
	if short, ok := longNames[name]; ok {
		name = short
	}
	if !takesValue(name) {
		c.flag(name)
		return 1, nil
	}
	if len(args) == 1 {
		return 1, source.ErrorAt(args[0].Place(0), "curl's option %s lacks its value", args[0].Value)
	}
	value := args[1]
	if expand {
		value = c.expand(value)
	}
	return 2, c.option(name, value)
}

// short reads a group of options of one letter; the first one that takes a
// value takes the rest, or the next word.
func (c *curl) short(args []source.Text) (taken int, err error) {
	word := args[0]
	for i := 1; i < len(word.Value); i++ {
		name := word.Value[i : i+1]
		if !takesValue(name) {
			c.flag(name)
			continue
		}
		if i+1 < len(word.Value) {
			return 1, c.option(name, word.Slice(i+1, len(word.Value)))
		}
		if len(args) == 1 {
			return 1, source.ErrorAt(word.Place(0), "curl's option -%s lacks its value", name)
		}
		return 2, c.option(name, args[1])
	}
	return 1, nil
}

func (c *curl) flag(name string) {
	switch name {
	case "G":
		c.get = true
	case "I":
		c.head = true
	}
}

func (c *curl) option(name string, value source.Text) error {
	switch name {
	case "X":
		c.method = value
	case "url":
		c.urls = append(c.urls, value)
	case "request-target":
		c.target = value
	case "H":
		return c.addHeader(value)
	case "d", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return c.addData(name, value)
	case "url-query":
		return c.addQuery(value)
	case "F":
		return c.addPart(value)
	case "form-string":
		part, err := newPart(value)
		c.parts = append(c.parts, part)
		return err
	case "T":
		return c.addUpload(value)
	case "variable":
		return c.setVariable(value)
	default:
		c.headerOption(name, value)
	}
	return nil
}

// headerOption reads the options that stand for a header.
func (c *curl) headerOption(name string, value source.Text) {
	switch name {
	case "u":
		credentials := value.Named("Basic " + base64.StdEncoding.EncodeToString([]byte(value.Value)))
		c.addField("Authorization", credentials)
	case "oauth2-bearer":
		c.addField("Authorization", value.Named("Bearer "+value.Value))
	case "A":
		c.addField("User-Agent", value)
	case "e":
		c.addField("Referer", value.Slice(0, len(strings.TrimSuffix(value.Value, ";auto"))))
	case "r":
		c.addField("Range", value.Named("bytes="+value.Value))
	case "b":
		if strings.Contains(value.Value, "=") {
			c.addField("Cookie", value)
		}
	}
}

func (c *curl) addField(name string, value source.Text) {
	if value.Value == "" {
		return
	}
	c.header = append(c.header, header{Field: source.Field{Name: source.NewText(name, source.Fixed(value, 0)), Value: value}})
}

// addHeader reads "Name: value". "Name;" has an empty value, "Name:" keeps curl
// from sending one, "@file" has many.
func (c *curl) addHeader(value source.Text) error {
	if strings.HasPrefix(value.Value, "@") {
		return c.addHeaders(value.Slice(1, len(value.Value)))
	}
	end := strings.IndexByte(value.Value, ':')
	if end < 0 {
		if name, ok := strings.CutSuffix(strings.TrimRight(value.Value, " \t\r\n"), ";"); ok {
			field := source.Field{Name: value.Slice(0, len(name)), Value: value.Slice(len(name), len(name))}
			c.header = append(c.header, header{Field: field})
		}
		return nil
	}
	field := source.Field{Name: value.Slice(0, end).Trim(), Value: value.Slice(end+1, len(value.Value)).Trim()}
	c.header = append(c.header, header{Field: field, removed: field.Value.Value == ""})
	return nil
}

func (c *curl) addHeaders(name source.Text) error {
	file, known, err := c.file(name)
	if err != nil || !known {
		return err
	}
	at := 0
	for line := range strings.Lines(file.Value) {
		if err := c.addHeader(file.Slice(at, at+len(strings.TrimRight(line, "\r\n")))); err != nil {
			return err
		}
		at += len(line)
	}
	return nil
}

// addData reads the value of --data and its kin.
func (c *curl) addData(name string, value source.Text) error {
	c.json = c.json || name == "json"
	switch {
	case name == "data-urlencode":
		encoded, known, err := c.encoded(value)
		c.unknown = c.unknown || !known
		c.data = append(c.data, encoded)
		return err
	case name == "data-raw" || !strings.HasPrefix(value.Value, "@"):
		c.data = append(c.data, value)
		return nil
	}
	file, known, err := c.file(value.Slice(1, len(value.Value)))
	if !known {
		c.unknown = true
		return err
	}
	if name == "d" || name == "data-ascii" {
		file = withoutNewlines(file)
	}
	c.data = append(c.data, file)
	return nil
}

// addQuery reads --url-query: as --data-urlencode, or "+content" as it stands.
func (c *curl) addQuery(value source.Text) error {
	if strings.HasPrefix(value.Value, "+") {
		c.query = append(c.query, value.Slice(1, len(value.Value)))
		return nil
	}
	encoded, _, err := c.encoded(value)
	c.query = append(c.query, encoded)
	return err
}

func (c *curl) addUpload(value source.Text) error {
	c.upload = true
	c.uploaded = value
	file, known, err := c.file(value)
	if known {
		c.data = append(c.data, file)
	} else {
		c.unknown = true
	}
	return err
}

// file returns what an option's file holds; "-" is the standard input. Known is
// false where only the program that runs knows.
func (c *curl) file(name source.Text) (text source.Text, known bool, err error) {
	switch name.Value {
	case "-", ".", "/dev/stdin":
		if c.stdin == nil {
			return source.Text{}, false, nil
		}
		return c.stdin()
	default:
		return c.script.read(name)
	}
}

// withoutNewlines is what --data makes of a file.
func withoutNewlines(t source.Text) source.Text {
	b := source.Builder{Parent: t}
	at := 0
	for line := range strings.Lines(t.Value) {
		b.Text(t.Slice(at, at+len(strings.TrimRight(line, "\r\n"))))
		at += len(line)
	}
	return b.Build()
}

// encoded is what --data-urlencode makes of "content", "=content" and
// "name=content", and of the files of "@file" and "name@file". Known is false
// where the file is not.
func (c *curl) encoded(value source.Text) (text source.Text, known bool, err error) {
	b := source.Builder{Parent: value}
	known = true
	at := strings.IndexAny(value.Value, "=@")
	start := at + 1
	content := value.Slice(start, len(value.Value))
	if at >= 0 && value.Value[at] == '@' {
		if content, known, err = c.file(content); !known {
			content = value.Slice(start, len(value.Value))
		}
	}
	if at > 0 {
		b.Text(value.Slice(0, at))
		b.Atom("=", at)
	}
	escaped := url.QueryEscape(content.Value)
	if known && content.Known() {
		b.Atom(escaped, start)
	} else {
		b.Unknown(escaped, start)
	}
	return b.Build(), known, err
}

// escape encodes as curl does in a path: everything but RFC 3986's unreserved
// characters.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
