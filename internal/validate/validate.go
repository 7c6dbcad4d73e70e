// Package validate finds the requests in a team's files and tells which of them
// break a contract, and where.
package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Options say what is validated, and against what.
type Options struct {
	// Paths are files, folders and globs; "-" is Stdin.
	Paths []string
	Stdin io.Reader
	// Exclude are globs of paths that are left out, besides those of the ignore
	// file.
	Exclude []string
	// Spec is the file of an OpenAPI 3.0 document, or empty for hookline's own.
	Spec string
	// Servers are base URLs besides those of the document.
	Servers []string
	// Operation is what a bare body is for, where the file does not say: an
	// operation's id, or "id:status" for a response.
	Operation string
	// Environment is the name of an environment of .http files, or empty.
	Environment string
	// Baseline is the file of a JSON report whose findings are accepted, or
	// empty.
	Baseline string
	// Severities are those of codes that are not to have their own, as
	// ParseSeverities reads them.
	Severities map[string]report.Severity
	// Against is the file of an older document, and AgainstRef a revision of git
	// that has the one of Spec, or both are empty: only what keeps to the older
	// document and breaks the contract is reported.
	Against, AgainstRef string
	// Strict adds advice, and lets warnings fail the run.
	Strict bool
	// Coverage tells what of the contract the requests exercise.
	Coverage bool
	// Cases keeps the valid requests too, for formats that list them.
	Cases bool
}

// UsageError is a mistake in the options, or a document or baseline that cannot
// be used.
type UsageError struct{ Err error }

// Error implements error. It is one line: what OpenAPI's library says about a
// document may go on with parts of it.
func (e *UsageError) Error() string {
	line, _, _ := strings.Cut(e.Err.Error(), "\n")
	return line
}

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

func usage(format string, args ...any) error { return &UsageError{Err: fmt.Errorf(format, args...)} }

// Run validates. What is wrong with the files is part of the result; the error,
// if any, is a *UsageError or the context's.
func Run(ctx context.Context, o Options) (*report.Result, error) {
	v, err := newValidator(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := v.loadOld(ctx); err != nil {
		return nil, err
	}
	if err := v.loadCoverage(); err != nil {
		return nil, err
	}
	if len(o.Paths) == 0 {
		return nil, usage("name the files or folders to validate, or - for the standard input")
	}
	files, problems, err := discover(o.Paths, o.Exclude)
	if err != nil {
		return nil, err
	}
	v.result.Problems = problems
	v.documentFindings()
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := v.file(f); err != nil {
			return nil, err
		}
	}
	v.finish()
	return v.result, nil
}

// validator is a run.
type validator struct {
	ctx       context.Context //nolint:containedctx // a validator lives as long as Run
	options   Options
	contract  *openapi.Document
	router    *openapi.Router
	old       *validator // for the older document, or nil
	spec      func() (*openapi.SpecIndex, error)
	baseline  *baseline
	result    *report.Result
	seen      map[string]int // how often a fingerprint's ingredients were found
	inFile    int            // the requests of the file that is being read
	bareBody  bare
	bodyFiles map[string]*source.File

	// reading is the file that is being read, in formats that have comments, and
	// hasIgnored tells whether one of them is for this program.
	reading    *source.File
	hasIgnored bool
}

func newValidator(ctx context.Context, o Options) (*validator, error) {
	v := &validator{
		ctx: ctx, options: o, seen: map[string]int{}, result: &report.Result{SpecFile: "openapi.yaml", BuiltIn: o.Spec == ""},
		bodyFiles: map[string]*source.File{},
	}
	if err := v.load(ctx); err != nil {
		return nil, err
	}
	var err error
	if v.router, err = openapi.NewRouter(v.contract, o.Servers...); err != nil {
		return nil, &UsageError{Err: err}
	}
	if v.bareBody, err = v.parseBare(o.Operation); err != nil {
		return nil, &UsageError{Err: err}
	}
	if v.baseline, err = readBaseline(o.Baseline); err != nil {
		return nil, &UsageError{Err: err}
	}
	return v, nil
}

// load reads the document. What finds positions in it is made when it is first
// needed.
func (v *validator) load(ctx context.Context) error {
	var err error
	document := hookline.OpenAPI()
	if v.options.Spec == "" {
		v.contract, err = defaultDocument()
		v.spec = defaultIndex
	} else {
		v.result.SpecFile = v.options.Spec
		data, failure := os.ReadFile(v.options.Spec)
		if failure != nil {
			return usage("the OpenAPI document cannot be read: %w", failure)
		}
		document = data
		options := foreign(v.options.Spec)
		v.contract, err = openapi.Load(ctx, data, options)
		v.spec = sync.OnceValues(func() (*openapi.SpecIndex, error) { return openapi.IndexSpec(data, options) })
	}
	if err != nil {
		return usage("%s: %w", v.result.SpecFile, err)
	}
	return checkSeverities(v.options.Severities, document)
}

var defaultDocument = sync.OnceValues(func() (*openapi.Document, error) {
	return openapi.Load(context.Background(), hookline.OpenAPI(), openapi.Options{})
})

var defaultIndex = sync.OnceValues(func() (*openapi.SpecIndex, error) { return openapi.IndexSpec(hookline.OpenAPI(), openapi.Options{}) })

// finish adds what only the end can tell.
func (v *validator) finish() {
	s := &v.result.Summary
	s.Stale = v.baseline.stale()
	if s.Valid+s.Invalid+s.Before == 0 && v.result.ExitCode() < 2 {
		reason := "no request for an operation of the contract was found"
		if s.OtherServers > 0 {
			reason += fmt.Sprintf(" (%d for other servers; --server adds one)", s.OtherServers)
		} else if s.Unmatched == 0 {
			reason += "; hookline validate --help says which files are read"
		}
		v.result.Problems = append(v.result.Problems, &source.FileError{Reason: reason})
	}
}

// problem records why a file cannot be read. Any other error ends the run.
func (v *validator) problem(err error) error {
	if err == nil {
		return nil
	}
	for _, part := range source.Unjoin(err) {
		p, ok := errors.AsType[*source.FileError](part)
		if !ok {
			return err
		}
		v.result.Problems = append(v.result.Problems, p)
	}
	return nil
}
