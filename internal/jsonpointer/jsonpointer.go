// Package jsonpointer reads and writes JSON pointers (RFC 6901). Everything
// that names a place in a JSON text or in the document uses it.
package jsonpointer

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

var (
	escapes   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapes = strings.NewReplacer("~1", "/", "~0", "~")
)

// Name returns the step to the field of that name: "/" and the escaped name.
func Name(name string) string { return "/" + escapes.Replace(name) }

// Index returns the step to an item of an array, counted from 0.
func Index(index int) string { return "/" + strconv.Itoa(index) }

// Fragment returns the step to the field of that name, for a pointer that is
// the fragment of a URI (RFC 6901, section 6).
func Fragment(name string) string {
	step := url.URL{Fragment: escapes.Replace(name)}
	return "/" + step.EscapedFragment()
}

// ErrSyntax is a pointer that neither is empty nor begins with "/".
var ErrSyntax = errors.New(`a JSON pointer must be empty or begin with "/"`)

// Parse splits a pointer into its names. It returns none for the empty pointer,
// which is the whole text.
func Parse(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, ErrSyntax
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = unescapes.Replace(name)
	}
	return names, nil
}

// ErrFragment is a reference that is not a pointer into the same document.
var ErrFragment = errors.New(`a reference within the document must begin with "#"`)

// ParseFragment splits a pointer that is the fragment of a URI, such as
// "#/components/schemas/Thing".
func ParseFragment(reference string) ([]string, error) {
	fragment, ok := strings.CutPrefix(reference, "#")
	if !ok {
		return nil, ErrFragment
	}
	plain, err := url.PathUnescape(fragment)
	if err != nil {
		return nil, err
	}
	return Parse(plain)
}

// First returns the first name of a pointer, or nothing where it has none.
func First(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return unescapes.Replace(name)
}
