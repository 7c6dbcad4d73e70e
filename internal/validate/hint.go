package validate

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// unread are formats of requests that are recognised and not read, by the name
// of the file or by how it begins, each with the way out.
var unread = []struct{ name, head, hint string }{
	{name: `\.(mitm|flow|flows|dump)$`, hint: "a recording of mitmproxy: export it as HAR (save.har)"},
	{name: `\.(chls|chlsj|chlsx)$`, hint: "a session of Charles: export it as HAR"},
	{name: `\.saz$`, hint: "an archive of Fiddler: export it as HTTP Archive (HAR)"},
	{name: `\.(pcap|pcapng)$`, hint: "a capture of packets: record the requests as HAR in a browser or a proxy"},
	{name: `\.paw$`, hint: "a document of RapidAPI (Paw): export it as HAR or as a Postman collection"},
	{name: `\.jmx$`, hint: "a test plan of JMeter: record the requests as HAR"},
	{name: `-soapui-project\.xml$`, head: `<con:soapui-project`, hint: "a project of SoapUI: record the requests as HAR"},
	{name: `\.feature$`, head: `(?m)^\s*(Given url|\* url|And path|When method) `, hint: "a feature of Karate: record the requests as HAR"},
	{name: `\.py$`, head: `(?m)^from locust import`, hint: "a test of Locust: record the requests as HAR"},
	{name: `\.m?js$`, head: `from ["']k6/http["']`, hint: "a script of k6: record the requests as HAR"},
	{name: `\.swagger$`, hint: "a document of Swagger Editor: pass it with --spec"},
}

// unreadJSON are formats of requests that are JSON, by what they have.
var unreadJSON = []struct {
	is   func(root *jsontree.Node) bool
	hint string
}{
	{func(n *jsontree.Node) bool {
		return strings.HasPrefix(n.Get("clientName").Text().Value, "Thunder Client") || n.Get("colId").IsString() && n.Get("requests").IsArray()
	}, "a collection of Thunder Client: export it as Postman"},
	{func(n *jsontree.Node) bool {
		return n.Get("v").Text().Given() && n.Get("requests").IsArray() && n.Get("folders").IsArray()
	}, "a collection of Hoppscotch: export it as Postman or OpenAPI, or the requests as curl"},
	{func(n *jsontree.Node) bool {
		return n.Get("order").IsArray() && n.Get("requests").IsArray() && n.Get("id").IsString()
	}, "a Postman collection of the format 1.0: export it as v2.1"},
	{
		func(n *jsontree.Node) bool {
			return n.Get("__export_format").Text().Given() && n.Get("_type").Text().Value == "export"
		},
		"an export of an old Insomnia: export it as version 4 or later",
	},
	{
		func(n *jsontree.Node) bool {
			return n.Get("apidogProject").Text().Given() || n.Get("apifoxProject").Text().Given()
		},
		"a project of Apidog: export it as Postman or OpenAPI",
	},
	{func(n *jsontree.Node) bool {
		return n.Get("consumer").IsObject() && n.Get("provider").IsObject() && n.Get("interactions").IsArray()
	}, "a contract of Pact: record the requests of the consumer's tests as HAR, or with contract.Transport"},
	{
		func(n *jsontree.Node) bool {
			return n.Get("mappings").IsArray() || n.Get("request").Get("urlPathPattern") != nil
		},
		"mappings of WireMock: record the requests as HAR",
	},
	{
		func(n *jsontree.Node) bool { return n.Get("swagger").IsString() && n.Get("paths").IsObject() },
		"a Swagger 2.0 document: convert it to OpenAPI 3",
	},
	{func(n *jsontree.Node) bool {
		return n.Get("brunoConfig").IsObject() || n.Get("version").IsString() && n.Get("items").IsArray() && n.Get("uid").IsString()
	}, "an export of Bruno: give the folder with its .bru files"},
}

// hintFor returns what is said about a format that is recognised by the name or
// the beginning of a file, and not read.
func hintFor(path string, head []byte) (hint string, ok bool) {
	name := strings.ToLower(filepath.Base(path))
	for _, u := range unread {
		named, err := regexp.MatchString(u.name, name)
		if err != nil || !named {
			continue
		}
		if begins, err := regexp.Match(u.head, head); err == nil && begins {
			return u.hint, true
		}
	}
	return "", false
}

// hintForJSON does the same for what a JSON or YAML file holds.
func hintForJSON(root *jsontree.Node) (hint string, ok bool) {
	for _, u := range unreadJSON {
		if u.is(root) {
			return u.hint, true
		}
	}
	return "", false
}

// note records that a file is of a format that is not read. It fails the run only
// if the user has named the file.
func (v *validator) note(in input, name, hint string) error {
	return v.problem(&source.FileError{Place: source.Place{File: name}, Reason: "not read: " + hint, Note: !in.named})
}
