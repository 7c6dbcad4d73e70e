package app

import (
	"bytes"
	"net/http"
	"regexp"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/reference"
	"github.com/hookline-go/hookline/server"
)

// ReferencePage makes a page of an OpenAPI document that is complete in one
// file; nil is the contract. The server is the base URL of the commands, or else
// the document's first one.
func ReferencePage(document []byte, base string) ([]byte, error) {
	if document == nil {
		document = hookline.OpenAPI()
	}
	return reference.Page(document, reference.Options{Server: base})
}

// referencePage is the page of the contract. It is rendered once, and its
// commands get the name by which the reader has reached the service.
type referencePage struct{ html []byte }

// defaultServer is the address in the commands as they are rendered.
const defaultServer = "http://127.0.0.1:8080"

func newReference() (*referencePage, error) {
	html, err := reference.Page(hookline.OpenAPI(), reference.Options{
		StyleURL: "/docs/style.css", DocumentURL: "/openapi.yaml", Server: defaultServer + server.DefaultBasePath,
	})
	return &referencePage{html: html}, err
}

// plainHost is a host with a port that needs no quotes anywhere.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)

// ServeHTTP implements http.Handler.
func (p *referencePage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", reference.Policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	html := p.html
	if plainHost.MatchString(r.Host) {
		scheme := "http://"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https://"
		}
		html = bytes.ReplaceAll(html, []byte(defaultServer+server.DefaultBasePath+"/core"), []byte(scheme+r.Host+server.DefaultBasePath+"/core"))
	}
	_, _ = w.Write(html) //nolint:gosec // the host has no character that HTML knows; a caller that is gone needs no answer
}
