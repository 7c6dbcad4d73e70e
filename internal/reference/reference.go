// Package reference makes a page of an OpenAPI document: operations, parameters,
// schemas, examples, problems and callbacks, with a curl command and Go for
// every operation. The page is HTML and a style sheet, without scripts: the
// browser's own search finds everything in it.
package reference

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Parse(pageHTML))

// Options say where a page is read.
type Options struct {
	// StyleURL is where the page finds its style sheet. It is empty for a page
	// that has it inside, which is one file.
	StyleURL string
	// DocumentURL is where the page links to the document, empty for nowhere.
	DocumentURL string
	// Server is the base URL of the commands and programs. It is the first
	// server of the document unless it is given.
	Server string
}

// Style returns the style sheet for [Options].StyleURL.
func Style() []byte { return []byte(style) }

// Policy is the Content-Security-Policy under which a page with a StyleURL on
// its own host is complete.
const Policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page renders an OpenAPI document of version 3, in YAML or JSON. References
// must be within the document. An error names the line that it is about.
func Page(document []byte, options Options) ([]byte, error) {
	tree, err := parse(document)
	if err != nil {
		return nil, err
	}
	model, err := newModel(tree, options)
	if err != nil {
		return nil, err
	}
	if options.StyleURL == "" {
		hash := sha256.Sum256([]byte(style))
		model.Style = template.CSS(style) //nolint:gosec // it is this package's own
		model.Policy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'", base64.StdEncoding.EncodeToString(hash[:]))
	}
	var rendered bytes.Buffer
	if err := page.Execute(&rendered, model); err != nil {
		return nil, err
	}
	return rendered.Bytes(), nil
}
