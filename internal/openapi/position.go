package openapi

import (
	"fmt"
	"sync"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// SpecIndex finds lines and columns in an OpenAPI document for the pointers of
// violations. It is apart from Document so that a server, which never asks,
// need not keep the tree of its document. It is safe for concurrent use.
type SpecIndex struct {
	mutex sync.Mutex
	files *files
}

// IndexSpec reads a document, in YAML or JSON. Files that it refers to are read
// when they are asked for, as the options say.
func IndexSpec(data []byte, options Options) (*SpecIndex, error) {
	files, err := openFiles(data, options)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	return &SpecIndex{files: files}, nil
}

// maxReferences ends the following of references that lead in a circle.
const maxReferences = 32

// Position is a place in a document.
type Position struct {
	// File is empty for the document itself.
	File string
	// Line and Column count from 1.
	Line, Column int
}

// Position returns where the key that a pointer names stands. The pointer is a JSON pointer in a URI fragment, as in Violation.Schema;
// references are followed. Where the document does not spell a keyword out, it
// is the position of the nearest one around it that it does spell out. It
// returns false for what is not a pointer.
func (s *SpecIndex) Position(pointer string) (at Position, ok bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f, fragment, err := s.files.open(s.files.main, pointer)
	if err != nil {
		return Position{}, false
	}
	names, err := jsonpointer.ParseFragment("#" + fragment)
	if err != nil {
		return Position{}, false
	}
	key, value := f.root(), f.root()
	for _, name := range names {
		value, f = s.resolve(value, f)
		nextKey, next := value.step(name)
		if !next.exists() {
			break
		}
		key, value = nextKey, next
	}
	where := f.place(key)
	return Position{File: f.name, Line: int(where.line), Column: int(where.column)}, true
}

// resolve follows references.
func (s *SpecIndex) resolve(n node, f *file) (node, *file) {
	for range maxReferences {
		ref, ok := n.field("$ref").string()
		if !ok {
			return n, f
		}
		target, in, err := s.files.resolve(f, ref)
		if err != nil {
			return n, f
		}
		n, f = target, in
	}
	return n, f
}
