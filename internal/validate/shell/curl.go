package shell

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// curl is a curl command that is being read, option by option.
type curl struct {
	script *script
	stdin  input
	start  source.Text

	urls    []source.Text
	method  source.Text
	header  []source.Field
	query   []source.Text
	data    []source.Text
	json    bool
	get     bool
	head    bool
	form    bool
	upload  bool
	unknown bool // the body is one that cannot be known
}

// run reads the arguments and yields the requests.
func (c *curl) run(args []source.Text) error {
	for i := 0; i < len(args); {
		if args[i].Value == "--next" || args[i].Value == "-:" {
			if err := c.send(); err != nil {
				return err
			}
			*c = curl{script: c.script, stdin: c.stdin, start: c.start}
			i++
			continue
		}
		taken, err := c.argument(args[i:])
		if err != nil {
			return err
		}
		i += taken
	}
	return c.send()
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
	name := args[0].Value[2:]
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
	return 2, c.option(name, args[1])
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
	case "H":
		return c.addHeader(value)
	case "d", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return c.addData(name, value)
	case "url-query":
		c.query = append(c.query, value)
	case "F", "form-string":
		c.form = true
	case "T":
		return c.addUpload(value)
	case "u":
		c.addField("Authorization", source.NewText(
			"Basic "+base64.StdEncoding.EncodeToString([]byte(value.Value)), source.Fixed(value, 0)))
	case "oauth2-bearer":
		c.addField("Authorization", source.NewText("Bearer "+value.Value, source.Fixed(value, 0)))
	case "A":
		c.addField("User-Agent", value)
	case "e":
		c.addField("Referer", value)
	case "b":
		if strings.Contains(value.Value, "=") {
			c.addField("Cookie", value)
		}
	}
	return nil
}

func (c *curl) addField(name string, value source.Text) {
	c.header = append(c.header, source.Field{Name: source.NewText(name, source.Fixed(value, 0)), Value: value})
}

// addHeader reads "Name: value". "Name;" has an empty value, "Name:" keeps curl
// from sending one, "@file" has many.
func (c *curl) addHeader(value source.Text) error {
	if name, ok := strings.CutPrefix(value.Value, "@"); ok {
		file := c.file(value.Slice(1, 1+len(name)))
		if file == nil {
			return c.script.err
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
	end := strings.IndexByte(value.Value, ':')
	if end < 0 {
		if rest, ok := strings.CutSuffix(value.Value, ";"); ok {
			c.header = append(c.header, source.Field{Name: value.Slice(0, len(rest)), Value: value.Slice(len(rest), len(rest))})
		}
		return nil
	}
	c.header = append(c.header, source.Field{
		Name: value.Slice(0, end).Trim(), Value: value.Slice(end+1, len(value.Value)).Trim(),
	})
	return nil
}

// addData reads the value of --data and its kin.
func (c *curl) addData(name string, value source.Text) error {
	c.json = c.json || name == "json"
	switch {
	case name == "data-urlencode":
		c.data = append(c.data, encoded(value))
		c.unknown = c.unknown || strings.Contains(value.Value, "@")
		return nil
	case name == "data-raw" || !strings.HasPrefix(value.Value, "@"):
		c.data = append(c.data, value)
		return nil
	}
	file := c.file(value.Slice(1, len(value.Value)))
	if file == nil {
		return c.script.err
	}
	if name == "d" || name == "data-ascii" {
		file = withoutNewlines(*file)
	}
	c.data = append(c.data, *file)
	return nil
}

func (c *curl) addUpload(value source.Text) error {
	c.upload = true
	if file := c.file(value); file != nil {
		c.data = append(c.data, *file)
	}
	return c.script.err
}

// file returns what an option's file holds; "-" is the standard input. It
// returns nil where that is not known, and sets the script's error where the
// file cannot be read.
func (c *curl) file(name source.Text) *source.Text {
	var text *source.Text
	switch name.Value {
	case "-", ".", "/dev/stdin":
		if c.stdin != nil {
			text = c.stdin()
		}
	default:
		text = c.script.read(name)
	}
	c.unknown = c.unknown || text == nil
	return text
}

// withoutNewlines is what --data makes of a file.
func withoutNewlines(t source.Text) *source.Text {
	b := source.Builder{Parent: t}
	at := 0
	for line := range strings.Lines(t.Value) {
		b.Text(t.Slice(at, at+len(strings.TrimRight(line, "\r\n"))))
		at += len(line)
	}
	joined := b.Build()
	return &joined
}

// encoded is what --data-urlencode makes of "content", "=content" and
// "name=content".
func encoded(value source.Text) source.Text {
	b := source.Builder{Parent: value}
	start := 1 + strings.IndexByte(value.Value, '=')
	if start > 1 {
		b.Text(value.Slice(0, start))
	}
	content := value.Slice(start, len(value.Value))
	if content.Known() {
		b.Atom(url.QueryEscape(content.Value), start)
	} else {
		b.Unknown(url.QueryEscape(content.Value), start)
	}
	return b.Build()
}

// send yields a request for each URL.
func (c *curl) send() error {
	if c.script.err != nil {
		return c.script.err
	}
	for _, address := range c.targets() {
		if err := c.script.yield(c.request(address)); err != nil {
			return err
		}
	}
	return nil
}

// targets returns the URLs. A word that is not known at all may be an option as
// well, so it counts only where nothing else can be the URL.
func (c *curl) targets() []source.Text {
	var known []source.Text
	for _, address := range c.urls {
		if address.Known() || len(address.Unknown) > 1 || address.Unknown[0].End < len(address.Value) {
			known = append(known, address)
		}
	}
	if len(known) == 0 && len(c.urls) > 0 {
		return c.urls[:1]
	}
	return known
}

func (c *curl) request(address source.Text) *source.Request {
	r := &source.Request{Start: c.start, URL: absolute(address), Header: c.header}
	body := c.body()
	inQuery := c.get || c.head
	for _, part := range c.query {
		r.Query = append(r.Query, parameters(part)...)
	}
	if inQuery && body.Given() {
		r.Query = append(r.Query, parameters(body)...)
	}
	if !inQuery {
		r.Body, r.BodyUnknown = body, c.unknown || c.form
	}
	r.Method = c.effectiveMethod()
	c.defaults(r)
	return r
}

func (c *curl) effectiveMethod() source.Text {
	if c.method.Given() {
		return c.method
	}
	method := http.MethodGet
	switch {
	case c.head:
		method = http.MethodHead
	case c.get:
	case c.upload:
		method = http.MethodPut
	case len(c.data) > 0, c.form, c.unknown:
		method = http.MethodPost
	}
	return source.NewText(method, source.Fixed(c.start, 0))
}

// defaults adds the headers that curl sends of its own accord, and takes away
// those that are given without a value.
func (c *curl) defaults(r *source.Request) {
	mediaType := ""
	switch {
	case c.get || c.head || c.upload:
	case c.form:
		mediaType = "multipart/form-data; boundary=x"
	case c.json:
		mediaType = "application/json"
	case len(c.data) > 0 || c.unknown:
		mediaType = "application/x-www-form-urlencoded"
	}
	fields := make([]source.Field, 0, len(r.Header)+1)
	for _, field := range r.Header {
		if strings.EqualFold(field.Name.Value, "Content-Type") {
			mediaType = ""
		}
		if field.Value.Value != "" {
			fields = append(fields, field)
		}
	}
	if mediaType != "" {
		at := source.Fixed(c.start, 0)
		fields = append(fields, source.Field{Name: source.NewText("Content-Type", at), Value: source.NewText(mediaType, at)})
	}
	r.Header = fields
}

// absolute adds the scheme that curl guesses.
func absolute(address source.Text) source.Text {
	if strings.Contains(address.Value, "://") || strings.HasPrefix(address.Value, "/") ||
		!address.Known() && address.Unknown[0].Start == 0 {
		return address
	}
	b := source.Builder{Parent: address}
	b.Atom("http://", 0)
	b.Text(address)
	return b.Build()
}

// body joins the values of several options: --data with "&", --json with
// nothing.
func (c *curl) body() source.Text {
	switch len(c.data) {
	case 0:
		return source.Text{}
	case 1:
		return c.data[0]
	}
	b := source.Builder{Parent: c.data[0]}
	for i, part := range c.data {
		if i > 0 && !c.json {
			b.Atom("&", 0)
		}
		b.Text(part)
	}
	return b.Build()
}

// parameters splits form data into query parameters, still escaped.
func parameters(data source.Text) []source.Field {
	var fields []source.Field
	at := 0
	for part := range strings.SplitSeq(data.Value, "&") {
		text := data.Slice(at, at+len(part))
		at += len(part) + 1
		name, _, _ := strings.Cut(part, "=")
		if part != "" {
			fields = append(fields, source.Field{
				Name: text.Slice(0, len(name)), Value: text.Slice(min(len(name)+1, len(part)), len(part)),
			})
		}
	}
	return fields
}
