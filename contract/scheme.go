package contract

import (
	"net/http"
	"strings"

	"github.com/hookline-go/hookline/internal/openapi"
)

// Scheme is a security scheme of the document, as an operation asks for it.
type Scheme struct {
	// Name is that of the document's components.
	Name string
	// Type is "apiKey", "http", "mutualTLS", "oauth2" or "openIdConnect".
	Type string
	// In and Parameter are where an API key is: InHeader, InQuery or InCookie,
	// and its name.
	In        In
	Parameter string
	// HTTP is the HTTP authentication scheme in lower case, such as "basic" or
	// "bearer".
	HTTP string
	// Scopes are those that the operation asks for.
	Scopes []string
}

func schemeOf(r openapi.SecurityRequirement) *Scheme {
	s := r.Scheme
	return &Scheme{
		Name: s.Name, Type: s.Type, In: In(s.In), Parameter: s.Parameter, HTTP: s.HTTP, Scopes: r.Scopes,
	}
}

// Credential returns what a request presents: an API key, or what follows the
// scheme in the Authorization header, such as a bearer token. It returns false
// where there is none, which a scheme such as mutualTLS never has. See
// [http.Request.BasicAuth] for the parts of a basic one.
func (s *Scheme) Credential(r *http.Request) (string, bool) {
	switch {
	case s.Type != "apiKey":
		name, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		wanted := s.HTTP
		if s.Type != "http" {
			wanted = "bearer" // as OAuth 2.0 has it (RFC 6750)
		}
		value = strings.TrimSpace(value)
		return value, value != "" && strings.EqualFold(name, wanted)
	case s.In == InHeader:
		value := r.Header.Get(s.Parameter)
		return value, value != ""
	case s.In == InCookie:
		cookie, err := r.Cookie(s.Parameter)
		if err != nil {
			return "", false
		}
		return cookie.Value, cookie.Value != ""
	default:
		value := r.URL.Query().Get(s.Parameter)
		return value, value != ""
	}
}

// needsCredential tells whether a request without a credential cannot have what
// the scheme asks for.
func (s *Scheme) needsCredential() bool { return s.Type == "apiKey" || s.Type == "http" }

// challenge is the scheme as a WWW-Authenticate header names it, or nothing.
func (s *Scheme) challenge() string {
	switch {
	case s.Type == "http" && s.HTTP == "basic":
		return "Basic"
	case s.Type == "http" && s.HTTP == "bearer", s.Type == "oauth2", s.Type == "openIdConnect":
		return "Bearer"
	default:
		return ""
	}
}
