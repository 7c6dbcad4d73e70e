// Package har reads HTTP Archives (HAR 1.2) entry by entry, so that a file of
// any size takes little memory.
package har

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// MaxEntry is how large one entry may be, in bytes. It bounds the memory that a
// file takes.
const MaxEntry = 64 << 20

// Read reads an archive and yields its entries. An entry that holds no request
// does not hide the others. Its errors are *source.FileError, joined, or the
// first other one of yield.
func Read(name string, r io.Reader, yield source.Yield) error {
	t := &tracker{reader: r, place: source.Place{File: name, Line: 1, Column: 1}}
	a := archive{tracker: t, yield: yield}
	a.decoder = jsontext.NewDecoder(t, jsontext.AllowDuplicateNames(true))
	err := a.file()
	if stop, ok := errors.AsType[*stopped](err); ok {
		return stop.err
	}
	if err != nil {
		if err := a.problems.Add(a.problem(err)); err != nil {
			return err
		}
	}
	return a.problems.Err()
}

// stopped marks an error of yield, which is none of the file's.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

type archive struct {
	decoder *jsontext.Decoder
	tracker *tracker
	yield   source.Yield
	scanner entry
	entries int
	found   bool

	problems source.Problems
}

var (
	errNoEntries = errors.New("the file holds no log.entries, so it is no HTTP Archive")
	errTrailing  = errors.New("the file goes on after the end of its JSON")
)

func (a *archive) file() error {
	if err := a.object(func(name string) error {
		if name != "log" || a.decoder.PeekKind() != '{' {
			return a.decoder.SkipValue()
		}
		return a.object(a.logMember)
	}); err != nil {
		return err
	}
	if _, err := a.decoder.ReadToken(); err == nil {
		return errTrailing
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	if !a.found {
		return errNoEntries
	}
	return nil
}

func (a *archive) logMember(name string) error {
	if name != "entries" || a.decoder.PeekKind() != '[' {
		return a.decoder.SkipValue()
	}
	a.found = true
	if _, err := a.decoder.ReadToken(); err != nil {
		return err
	}
	for a.decoder.PeekKind() != ']' {
		if err := a.entry(); err != nil {
			return err
		}
	}
	_, err := a.decoder.ReadToken()
	return err
}

// object reads an object and calls member for every name; member reads the
// value.
func (a *archive) object(member func(name string) error) error {
	if a.decoder.PeekKind() != '{' {
		if _, err := a.decoder.ReadValue(); err != nil {
			return err
		}
		return errNoEntries
	}
	if _, err := a.decoder.ReadToken(); err != nil {
		return err
	}
	for a.decoder.PeekKind() != '}' {
		token, err := a.decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := member(token.String()); err != nil {
			return err
		}
		a.tracker.advance(a.decoder.InputOffset())
	}
	_, err := a.decoder.ReadToken()
	return err
}

// entry reads one entry, which is the only one in memory.
func (a *archive) entry() error {
	raw, err := a.decoder.ReadValue()
	if err != nil {
		return err
	}
	end := a.decoder.InputOffset()
	start := a.tracker.advance(end - int64(len(raw)))
	request, err := a.scanner.read(raw, start, a.entries)
	a.entries++
	if err == nil {
		err = a.yield(request)
	}
	if err := a.problems.Add(err); err != nil {
		return &stopped{err: err}
	}
	a.tracker.advance(end)
	return nil
}

func (a *archive) problem(err error) error {
	if p, ok := errors.AsType[*source.FileError](err); ok {
		return p
	}
	at := a.decoder.InputOffset()
	if failed := a.tracker.failed; failed != nil {
		return source.ErrorAt(a.tracker.advance(at), "%s", failed.Error())
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at = max(at, syntactic.ByteOffset)
	}
	reason := jsontree.Reason(err)
	if errors.Is(err, errNoEntries) || errors.Is(err, errTrailing) {
		reason = err.Error()
	}
	return source.ErrorAt(a.tracker.advance(at), "%s", reason)
}
