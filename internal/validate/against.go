package validate

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// loadOld loads the older document, if there is to be one.
func (v *validator) loadOld(ctx context.Context) error {
	o := v.options
	switch {
	case o.Against != "" && o.AgainstRef != "":
		return usage("the older document is a file or a revision, not both")
	case o.Against == "" && o.AgainstRef == "":
		return nil
	}
	old := Options{Servers: o.Servers, Operation: "", Environment: o.Environment, Severities: o.Severities, Spec: o.Against}
	name := o.Against
	if o.AgainstRef != "" {
		if o.Spec == "" {
			return usage("a revision of git is compared with a document of your own: name it with --spec")
		}
		folder, err := checkOut(ctx, filepath.Dir(o.Spec), o.AgainstRef)
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
		old.Spec, name = filepath.Join(folder, filepath.Base(o.Spec)), o.AgainstRef+":"+o.Spec
	}
	var err error
	if v.old, err = newValidator(ctx, old); err != nil {
		return fmt.Errorf("the older document: %w", err)
	}
	// Positions are found now, while the files are there.
	if _, err := v.old.spec(); err != nil {
		return usage("%s: %w", name, err)
	}
	v.old.result.SpecFile, v.result.Against = name, name
	return nil
}

// maxCheckOut bounds the files of a revision that are read, in bytes.
const maxCheckOut = 256 << 20

// checkOut writes the documents that a revision has in a folder, and below it,
// into a temporary folder, which it returns.
func checkOut(ctx context.Context, folder, revision string) (temporary string, err error) {
	if strings.HasPrefix(revision, "-") {
		return "", usage("%q is no revision of git", revision)
	}
	command := exec.CommandContext(ctx, "git", "archive", "--format=tar", revision, ".") //nolint:gosec // it cannot be an option
	command.Dir = folder
	var archive, stderr bytes.Buffer
	command.Stdout, command.Stderr = &archive, &stderr
	if err := command.Run(); err != nil {
		line, _, _ := strings.Cut(stderr.String(), "\n")
		return "", usage("git cannot give the document of %s: %s", revision, line)
	}
	temporary, err = os.MkdirTemp("", "hookline-against-")
	if err != nil {
		return "", &UsageError{Err: err}
	}
	if err := extract(temporary, &archive); err != nil {
		return "", &UsageError{Err: errors.Join(err, os.RemoveAll(temporary))}
	}
	return temporary, nil
}

// extract writes the files of an archive that may be parts of a document.
func extract(folder string, archive io.Reader) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // a folder
	reader := tar.NewReader(io.LimitReader(archive, maxCheckOut))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch strings.ToLower(filepath.Ext(header.Name)) {
		case ".yaml", ".yml", ".json":
		default:
			continue
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := root.MkdirAll(filepath.Dir(header.Name), 0o700); err != nil {
			return err
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			return err
		}
		if err := root.WriteFile(header.Name, data, 0o600); err != nil {
			return err
		}
	}
}

// compare records a request that keeps to the older document, with what of the
// contract it breaks.
func (v *validator) compare(r *source.Request) error {
	v.old.reading, v.old.hasIgnored = v.reading, v.hasIgnored
	before, oursBefore, errBefore := v.old.evaluate(r)
	after, ours, err := v.evaluate(r)
	after.exercised()
	kept := errBefore == nil && oursBefore && before.status() == report.Valid
	switch {
	case !kept && (!ours || err != nil):
		v.result.Summary.OtherServers++
		return err
	case !kept:
		after.findings = nil
		status := report.Before
		if after.match == nil {
			status = report.Unmatched
		}
		v.record(after, status)
		return nil
	case err != nil:
		after.unmatched(openapi.CodeNotFound, "the contract no longer has the operation "+r.Operation, "", r.Start)
	case !ours:
		after.unmatched(openapi.CodeNotFound, "the contract no longer has this server", "", r.URL)
	}
	after.broken(before)
	v.record(after, after.brokenStatus())
	return nil
}

// broken keeps what is an error now, with the place that the older document has
// for it. A request that is for no operation any more is one.
func (c *checked) broken(before *checked) {
	operation := "#/paths" + jsonpointer.Fragment(before.match.Operation.Path) + "/" + strings.ToLower(before.match.Operation.Method)
	kept := c.findings[:0]
	for _, f := range c.findings {
		if c.match == nil && f.Severity == report.Warning {
			f.Severity = report.Error
		}
		if f.Severity != report.Error {
			continue
		}
		pointer := f.Schema
		if pointer == "" {
			pointer = operation
		}
		f.Was = before.v.specPlace(pointer)
		kept = append(kept, f)
	}
	c.findings = kept
}

func (c *checked) brokenStatus() report.Status {
	if len(c.findings) > 0 {
		return report.Invalid
	}
	return report.Valid
}
