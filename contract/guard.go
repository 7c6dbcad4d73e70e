package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hookline-go/hookline/internal/openapi"
)

// Guard checks requests for a middleware. It is safe for concurrent use.
type Guard struct {
	contract *Contract
	settings guardSettings
}

type matchKey struct{}

// MatchFrom returns the operation that a middleware has found for the request
// of a context, and the parameters of its path.
func MatchFrom(ctx context.Context) (*Match, bool) {
	match, ok := ctx.Value(matchKey{}).(*Match)
	return match, ok
}

// Refuse answers a request with a refusal, as the options say.
func (g *Guard) Refuse(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	if g.settings.refuse != nil {
		g.settings.refuse(w, r, refusal)
		return
	}
	refuse(w, r, refusal)
}

// Check returns the request that a handler is to get: with the identity and the
// match in its context, and with a body that begins anew. The error is a
// *[Refusal].
func (g *Guard) Check(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	if g.settings.skip != nil && g.settings.skip(r) {
		return r, nil
	}
	begun := time.Now()
	match, guarded, refusal := g.check(w, r) //nolint:contextcheck // the context is the request's
	g.observe(r.Context(), match, refusal, begun)
	if refusal == nil || g.passes(refusal) {
		return guarded, nil
	}
	if refusal.Status != http.StatusUnauthorized && refusal.Status != http.StatusForbidden && g.settings.report != nil {
		g.settings.report(r, refusal)
		return guarded, nil
	}
	return nil, refusal
}

// passes tells whether a request passes that the document says nothing about.
func (g *Guard) passes(refusal *Refusal) bool {
	return refusal.Operation == nil && g.settings.passUndocumented
}

func (g *Guard) observe(ctx context.Context, match *Match, refusal *Refusal, begun time.Time) {
	if g.settings.observe == nil {
		return
	}
	o := &Observation{Duration: time.Since(begun)}
	if match != nil {
		o.Operation = match.Operation
	}
	if refusal != nil {
		o.Status = refusal.Status
		for i := range refusal.Violations {
			o.Codes = append(o.Codes, refusal.Violations[i].Code)
		}
		if len(o.Codes) == 0 {
			o.Codes = []Code{refusal.Code}
		}
	}
	g.settings.observe(ctx, o)
}

// check goes through all steps. The request that it returns is the one to hand
// on, whether it is refused or not.
func (g *Guard) check(w http.ResponseWriter, r *http.Request) (*Match, *http.Request, *Refusal) {
	found, failure := g.match(r)
	if failure != nil {
		if isPreflight(r) {
			return nil, r, nil // CORS is answered by others, if at all
		}
		status := http.StatusNotFound
		if failure.Code == openapi.CodeMethodNotAllowed {
			status = http.StatusMethodNotAllowed
		}
		return nil, r, &Refusal{Status: status, Code: Code(failure.Code), Allow: failure.Methods}
	}
	match := &Match{Operation: g.contract.byEngine[found.Operation], PathParams: found.PathParams}
	ctx, refusal := g.authenticated(r, match.Operation)
	if refusal != nil {
		return match, r, refusal
	}
	r = r.WithContext(context.WithValue(ctx, matchKey{}, match))
	if g.settings.only != nil && !g.settings.only(match.Operation) {
		return match, r, nil
	}
	refusal = g.validate(w, r, found)
	if refusal != nil {
		refusal.Operation = match.Operation
	}
	return match, r, refusal
}

// match finds the operation. HEAD is answered by whatever answers GET (RFC
// 9110, section 9.3.2).
func (g *Guard) match(r *http.Request) (*openapi.Match, *openapi.MatchError) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), g.settings.prefix)
	if !ok || path != "" && path[0] != '/' {
		return nil, &openapi.MatchError{Code: openapi.CodeNotFound}
	}
	target := path
	if g.settings.servers {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		target = scheme + "://" + r.Host + path
	}
	found, err := g.contract.router.Match(r.Method, target)
	failure, failed := errors.AsType[*openapi.MatchError](err)
	if failed && r.Method == http.MethodHead && slices.Contains(failure.Methods, http.MethodGet) {
		if found, err = g.contract.router.Match(http.MethodGet, target); err == nil {
			return found, nil
		}
	}
	if failed {
		return nil, failure
	}
	return found, nil
}

// isPreflight tells the requests that browsers send by themselves before those
// to another origin (the Fetch standard).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" && r.Header.Get("Origin") != ""
}

// authenticated returns the context of a request that fulfils one of the
// operation's alternatives. Those that ask for something are tried before the
// one that lets everybody in, so that a caller is known if he can be.
func (g *Guard) authenticated(r *http.Request, operation *Operation) (context.Context, *Refusal) {
	ctx := r.Context()
	alternatives := operation.engine.Security
	if g.settings.withoutAuth || len(alternatives) == 0 {
		return ctx, nil
	}
	refusal := &Refusal{Status: http.StatusUnauthorized, Code: CodeUnauthorized, Operation: operation}
	var failures []error
	anybody := false
	for _, alternative := range alternatives {
		if len(alternative) == 0 {
			anybody = true
			continue
		}
		identified, err := g.fulfils(ctx, r, alternative, refusal)
		if err == nil {
			return identified, nil
		}
		failures = append(failures, err)
	}
	if anybody {
		return ctx, nil
	}
	refusal.Err = errors.Join(failures...)
	if errors.Is(refusal.Err, ErrForbidden) {
		refusal.Status, refusal.Code, refusal.Challenges = http.StatusForbidden, CodeForbidden, nil
	}
	return ctx, refusal
}

var errNoCredential = errors.New("contract: the request has no credential for the scheme")

// fulfils asks for all schemes of an alternative.
func (g *Guard) fulfils(
	ctx context.Context, r *http.Request, alternative []openapi.SecurityRequirement, refusal *Refusal,
) (context.Context, error) {
	for _, requirement := range alternative {
		scheme := schemeOf(requirement)
		if challenge := scheme.challenge(); challenge != "" && !slices.Contains(refusal.Challenges, challenge) {
			refusal.Challenges = append(refusal.Challenges, challenge)
		}
		if _, given := scheme.Credential(r); !given && scheme.needsCredential() && !g.settings.askAlways {
			return ctx, errNoCredential
		}
		var err error
		if ctx, err = g.settings.authenticate(ctx, r, scheme); err != nil {
			return ctx, err
		}
	}
	return ctx, nil
}
