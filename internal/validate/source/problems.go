package source

import (
	"errors"
	"fmt"
	"slices"
)

// maxProblems bounds the problems of one file that are listed.
const maxProblems = 100

// Problems collects what cannot be read of a file, so that one odd thing does
// not hide the rest. The zero value is ready. It is not safe for concurrent use.
type Problems struct {
	list    []error
	omitted int
}

// Add keeps the problems of a file and returns nil. It returns any other error,
// which ends the reading.
func (p *Problems) Add(err error) error {
	for _, part := range Unjoin(err) {
		if _, ok := errors.AsType[*FileError](part); !ok {
			return part
		}
		if len(p.list) < maxProblems {
			p.list = append(p.list, part)
		} else {
			p.omitted++
		}
	}
	return nil
}

// Any tells whether there is a problem.
func (p *Problems) Any() bool { return len(p.list) > 0 }

// Err returns the problems as one error, which Unjoin takes apart, or nil. Those
// beyond 100 are counted only.
func (p *Problems) Err() error {
	if p.omitted == 0 {
		return errors.Join(p.list...)
	}
	last, _ := errors.AsType[*FileError](p.list[len(p.list)-1])
	more := &FileError{Place: Place{File: last.Place.File}, Reason: fmt.Sprintf("%d more problems are not listed", p.omitted)}
	return errors.Join(append(slices.Clip(p.list), more)...)
}

// Unjoin returns the errors that were joined into one, however deep. It returns
// nothing for nil.
func Unjoin(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, part := range joined.Unwrap() {
		all = append(all, Unjoin(part)...)
	}
	return all
}
