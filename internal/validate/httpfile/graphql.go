package httpfile

import (
	"net/http"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

const (
	// graphQLMethod is JetBrains' way to send a query of GraphQL, and
	// graphQLHeader the REST Client's.
	graphQLMethod = "GRAPHQL"
	graphQLHeader = "X-Request-Type"
)

// graphQL puts a query of GraphQL into the JSON that the clients send: the query,
// and its variables where the file has some behind an empty line.
func (p *parser) graphQL(r *source.Request) {
	named := false
	kept := r.Header[:0:0]
	for _, field := range r.Header {
		if http.CanonicalHeaderKey(field.Name.Value) == graphQLHeader && strings.EqualFold(field.Value.Value, "GraphQL") {
			named = true
			continue
		}
		kept = append(kept, field)
	}
	byMethod := strings.EqualFold(r.Method.Value, graphQLMethod)
	if !named && !byMethod {
		return
	}
	r.Header = kept
	if byMethod {
		r.Method = r.Method.Named(http.MethodPost)
		r.Header = append(r.Header, source.Field{Name: r.Method.Named("Content-Type"), Value: r.Method.Named("application/json")})
	}
	if r.Body.Given() {
		r.Body = queryJSON(r.Body)
	}
}

// queryJSON writes a query and its variables as JSON. The query stands where it
// begins.
func queryJSON(body source.Text) source.Text {
	query, variables := body, source.Text{}
	for at := strings.LastIndex(body.Value, "\n{"); at >= 0; at = strings.LastIndex(body.Value[:at], "\n{") {
		if strings.TrimSpace(body.Value[:at]) == "" || body.Value[:at][at-1] != '\n' {
			continue
		}
		rest := body.Slice(at+1, len(body.Value))
		if _, err := jsontree.Parse(rest); err == nil {
			query, variables = body.Slice(0, at), rest
			break
		}
	}
	return source.GraphQL(query, variables)
}
