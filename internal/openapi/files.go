package openapi

import (
	"errors"
	"fmt"
	"io/fs"
	slashpath "path"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// files are a document and the files that it refers to. They are for one
// goroutine.
type files struct {
	main    *file
	system  fs.FS
	folder  string
	others  map[string]*file
	reasons map[string]error // why a file cannot be read
	byTree  map[*tree]*file
	ids     *identifiers
}

func openFiles(data []byte, options Options) (*files, error) {
	main, err := parseFile("", data)
	if err != nil {
		return nil, err
	}
	return &files{
		main: main, system: options.Files, folder: slashpath.Dir(options.Path), others: map[string]*file{},
		reasons: map[string]error{}, byTree: map[*tree]*file{&main.tree: main},
	}, nil
}

// of returns the file that a value is in.
func (s *files) of(n node) *file { return s.byTree[n.tree] }

var (
	errNoFiles = errors.New("it is in another file, and files are not read here")
	errNetwork = errors.New("it is on the network, which is never asked")
	errOutside = errors.New("it is outside of the document's folder")
	errNowhere = errors.New("there is nothing at that place")
)

// open returns the file that a reference leads to, and the fragment.
func (s *files) open(from *file, ref string) (f *file, fragment string, err error) {
	name, fragment, _ := strings.Cut(ref, "#")
	if name == "" {
		return from, fragment, nil
	}
	if strings.Contains(name, "://") {
		return nil, "", errNetwork
	}
	if s.system == nil {
		return nil, "", errNoFiles
	}
	name = slashpath.Join(slashpath.Dir(from.name), name)
	f, err = s.read(name)
	return f, fragment, err
}

func (s *files) read(name string) (*file, error) {
	if f, ok := s.others[name]; ok {
		return f, nil
	}
	if err, failed := s.reasons[name]; failed {
		return nil, err
	}
	f, err := s.parse(name)
	if err != nil {
		err = fmt.Errorf("the file %s cannot be read: %w", name, err)
		s.reasons[name] = err
		return nil, err
	}
	s.others[name], s.byTree[&f.tree] = f, f
	return f, nil
}

func (s *files) parse(name string) (*file, error) {
	full := slashpath.Join(s.folder, name)
	if !fs.ValidPath(full) {
		return nil, errOutside
	}
	data, err := fs.ReadFile(s.system, full)
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, failure.Err
	}
	if err != nil {
		return nil, err
	}
	return parseFile(name, data)
}

// resolve returns the value that a reference leads to.
func (s *files) resolve(from *file, ref string) (node, *file, error) {
	f, fragment, err := s.open(from, ref)
	if err != nil {
		return node{}, nil, err
	}
	names, err := jsonpointer.ParseFragment("#" + fragment)
	if err != nil {
		return node{}, nil, err
	}
	value, ok := f.root().find(names)
	if !ok {
		return node{}, nil, errNowhere
	}
	return value, f, nil
}
