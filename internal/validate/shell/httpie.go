package shell

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// httpiePrograms are HTTPie and xh, which has the same command line, with the
// scheme that they guess.
var httpiePrograms = map[string]string{"http": "http://", "https": "https://", "httpie": "http://", "xh": "http://", "xhs": "https://"}

var (
	httpieWord   = regexp.MustCompile(`(?m)(^|[;&|($ \t"'` + "`" + `])(https?|xhs?|httpie)\s+\S`)
	httpieMethod = regexp.MustCompile(`^[A-Za-z]+$`)
)

// httpieValues are HTTPie's options that take a value, as letters and as names.
const httpieValues = ` a A o p P s x auth auth-type bearer output print history-print style pretty format-options verify cert
cert-key cert-key-pass ssl ciphers timeout proxy max-redirects session session-read-only default-scheme raw boundary
response-charset response-mime max-headers http-version resolve interface `

// httpie is a command of HTTPie that is being read.
type httpie struct {
	script *script
	stdin  input
	start  source.Text
	scheme string

	words  []source.Text // what is no option: the method, the URL and the items
	raw    source.Text
	form   bool
	header []source.Field
	query  []source.Field
	fields []httpieField
	files  []source.FormPart
}

// httpieField is an item of the body: a text, or JSON.
type httpieField struct {
	name, value source.Text
	isJSON      bool
}

// httpieAt returns which word is HTTPie, or -1.
func httpieAt(words []source.Text) int {
	for i, word := range words {
		if _, ok := httpiePrograms[baseOf(word)]; ok && i+1 < len(words) {
			return i
		}
		if i == 0 && !runners[baseOf(word)] {
			return -1
		}
	}
	return -1
}

// run reads the arguments and yields the request.
func (h *httpie) run(args []source.Text) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if !strings.HasPrefix(word.Value, "-") || word.Value == "-" || !word.Known() {
			h.words = append(h.words, word)
			continue
		}
		name, value, inline := strings.Cut(strings.TrimLeft(word.Value, "-"), "=")
		given := word.Slice(len(word.Value)-len(value), len(word.Value))
		if !inline && strings.Contains(httpieValues, " "+name+" ") {
			i++
			if i == len(args) {
				h.script.fail(source.ErrorAt(word.Place(0), "HTTPie's option %s lacks its value", word.Value))
				return
			}
			given = args[i]
		}
		h.option(name, given)
	}
	if request := h.request(); request != nil && h.script.err == nil {
		h.script.fail(h.script.yield(request))
	}
}

func (h *httpie) option(name string, value source.Text) {
	switch name {
	case "f", "form", "multipart":
		h.form = true
	case "raw":
		h.raw = value
	case "default-scheme":
		h.scheme = value.Value + "://"
	case "a", "auth":
		h.header = append(h.header, source.Field{
			Name:  value.Named("Authorization"),
			Value: value.Named("Basic " + base64.StdEncoding.EncodeToString([]byte(value.Value))),
		})
	}
}

// request puts the request together. It returns nil where there is no URL.
func (h *httpie) request() *source.Request {
	r := &source.Request{Start: h.start}
	if len(h.words) > 1 && httpieMethod.MatchString(h.words[0].Value) && isItem(h.words[1].Value) < 0 {
		r.Method, h.words = h.words[0].Named(strings.ToUpper(h.words[0].Value)), h.words[1:]
	}
	if len(h.words) == 0 {
		return nil
	}
	r.URL = h.address(h.words[0])
	for _, item := range h.words[1:] {
		if err := h.item(item); err != nil {
			h.script.fail(err)
			return nil
		}
	}
	r.Query, r.Header = h.query, h.header
	if err := h.body(r); err != nil {
		h.script.fail(err)
		return nil
	}
	if !r.Method.Given() {
		method := http.MethodGet
		if r.Body.Given() || r.BodyUnknown {
			method = http.MethodPost
		}
		r.Method = source.NewText(method, source.Fixed(h.start, 0))
	}
	return r
}

// address adds the scheme, and the host that ":3000/path" leaves out.
func (h *httpie) address(address source.Text) source.Text {
	b := source.Builder{Parent: address}
	switch {
	case strings.HasPrefix(address.Value, ":/"):
		b.Atom(h.scheme+"localhost", 0)
		address = address.Slice(1, len(address.Value))
	case strings.HasPrefix(address.Value, ":"):
		b.Atom(h.scheme+"localhost", 0)
	case !isAbsolute(address):
		b.Atom(h.scheme, 0)
	}
	b.Text(address)
	return b.Build()
}

// separators are those of items; of two at one place, the longer one counts.
var separators = regexp.MustCompile(`:=@|==@|=@|:@|:=|==|=|:|@|(?:;$)`)

// isItem returns where the separator of an item begins, or -1 where the word is
// none.
func isItem(word string) int {
	if strings.Contains(word, "://") {
		return -1
	}
	at := separators.FindStringIndex(word)
	if len(at) == 0 || at[0] == 0 {
		return -1
	}
	return at[0]
}

// item reads a header, a parameter of the query or a field.
func (h *httpie) item(word source.Text) error {
	at := separators.FindStringIndex(word.Value)
	if len(at) == 0 || at[0] == 0 {
		return source.ErrorAt(word.Place(0), "HTTPie has no such item; it has Header:value, name=value, name:=json, name==value and name@file")
	}
	separator := word.Value[at[0]:at[1]]
	name, value := word.Slice(0, at[0]), word.Slice(at[1], len(word.Value))
	if kind, fromFile := strings.CutSuffix(separator, "@"); fromFile && kind != "" {
		text, known, err := h.script.read(value)
		if err != nil {
			return err
		}
		if !known {
			text = value.Placeholder(value.Value)
		}
		separator, value = kind, text
	}
	switch separator {
	case ":":
		if value.Value != "" {
			h.header = append(h.header, source.Field{Name: name, Value: value.Trim()})
		}
	case ";":
		h.header = append(h.header, source.Field{Name: name, Value: value})
	case "==":
		h.query = append(h.query, source.Field{
			Name: name.Named(url.QueryEscape(name.Value)), Value: value.Named(url.QueryEscape(value.Value)),
		})
	case "@":
		h.files = append(h.files, source.FormPart{Name: name, Value: value.Placeholder(value.Value), File: true})
	default:
		h.fields = append(h.fields, httpieField{name: name, value: value, isJSON: separator == ":="})
	}
	return nil
}

// body builds the body: what --raw says, a form, the JSON of the fields, or what
// comes from the standard input.
func (h *httpie) body(r *source.Request) error {
	mediaType := "application/json"
	switch {
	case h.raw.Given():
		r.Body = h.raw
	case len(h.files) > 0 || h.form && len(h.fields) > 0:
		r.Body, mediaType = h.formBody()
	case len(h.fields) > 0:
		r.Body, r.BodyUnknown = h.jsonBody()
	case h.stdin != nil:
		text, known, err := h.stdin()
		if err != nil {
			return err
		}
		r.Body, r.BodyUnknown = text, !known
	}
	if r.Body.Given() || r.BodyUnknown {
		r.Header = source.WithDefault(r.Header, h.start, "Content-Type", mediaType)
	}
	return nil
}

func (h *httpie) formBody() (body source.Text, mediaType string) {
	if len(h.files) == 0 {
		var fields []source.Field
		for _, f := range h.fields {
			fields = append(fields, source.Field{Name: f.name, Value: f.value})
		}
		return source.URLEncoded(h.start, fields), source.URLEncodedType
	}
	var parts []source.FormPart
	for _, f := range h.fields {
		parts = append(parts, source.FormPart{Name: f.name, Value: f.value})
	}
	return source.Multipart(h.start, append(parts, h.files...)), source.MultipartType
}

// jsonBody writes the fields as an object. Names with brackets nest in ways that
// are not followed.
func (h *httpie) jsonBody() (body source.Text, unknown bool) {
	b := source.Builder{Parent: h.start}
	b.Atom("{", 0)
	for i, f := range h.fields {
		if strings.ContainsAny(f.name.Value, "[]") {
			return source.Text{}, true
		}
		if i > 0 {
			b.Atom(", ", 0)
		}
		b.Text(f.name.Named(quoted(f.name.Value)))
		b.Atom(": ", 0)
		switch {
		case f.isJSON:
			b.Text(f.value)
		case f.value.Known():
			b.Text(f.value.Named(quoted(f.value.Value)))
		default:
			b.Atom(`"`, 0)
			b.Text(f.value.Placeholder("x"))
			b.Atom(`"`, 0)
		}
	}
	b.Atom("}", 0)
	return b.Build(), false
}

func quoted(text string) string {
	data, _ := json.Marshal(text) //nolint:errchkjson // a string
	return string(data)
}
