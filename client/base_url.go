package client

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// The vendor's servers.
const (
	// BaseURLCommenda is the server that the vendor documents.
	BaseURLCommenda = "https://api.integrations.commenda.io/v4"
	// BaseURLRootFi is the vendor's default region.
	BaseURLRootFi = "https://api.rootfi.dev/v4"
	// BaseURLRootFiKSA is the vendor's region in Saudi Arabia.
	BaseURLRootFiKSA = "https://api.sa.rootfi.dev/v4"
	// DefaultBaseURL is used where neither [WithBaseURL] nor HOOKLINE_BASE_URL
	// says otherwise.
	DefaultBaseURL = BaseURLCommenda
)

// vendorHosts are not known to heed an Idempotency-Key.
var vendorHosts = []string{"api.integrations.commenda.io", "api.rootfi.dev", "api.sa.rootfi.dev"}

// server is a base URL that has been checked.
type server struct {
	// base ends in a slash, as the request builders of gen want it.
	base string
	// basePath is the path of base, without the slash at its end.
	basePath string
	vendor   bool
	// fixed has the requests that differ in their bodies only, by operation.
	fixed *sync.Map
}

// parseServer reads a base URL. Its errors do not repeat what was given, which
// may hold a password.
func parseServer(text, source string) (server, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return server{}, invalidOption(source + " is not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return server{}, invalidOption(source + " must be an absolute http or https URL")
	case u.Hostname() == "":
		return server{}, invalidOption(source + " has no host")
	case u.User != nil:
		return server{}, invalidOption(source + " must not have a user and password: the API key goes into WithAPIKey")
	case u.RawQuery != "" || u.ForceQuery:
		return server{}, invalidOption(source + " must not have a query")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return server{}, invalidOption(source + " must not have a fragment")
	}
	base := strings.TrimRight(u.String(), "/") + "/"
	return server{
		base:     base,
		basePath: strings.TrimRight(u.EscapedPath(), "/"),
		fixed:    new(sync.Map),
		vendor:   slices.Contains(vendorHosts, strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")),
	}, nil
}
