package validate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// IgnoreFile is read from the folder that the program runs in: a glob of paths
// to leave out on each line, and comments that begin with "#".
const IgnoreFile = ".hooklineignore"

// input is a file to read. Named tells one that the user has named from one
// that was found in a folder, where a file that holds no requests is no
// mistake.
type input struct {
	path  string
	named bool
}

const stdin = "-"

// ignoredFolders hold other people's code and version control's own files.
var ignoredFolders = map[string]bool{".git": true, ".hg": true, ".svn": true, "node_modules": true, "vendor": true}

// discover returns the files that paths stand for, each once, and what of them
// cannot be read.
func discover(paths, exclude []string) ([]input, []*source.FileError, error) {
	patterns, err := excludePatterns(exclude)
	if err != nil {
		return nil, nil, err
	}
	d := &discovery{exclude: patterns, seen: map[string]bool{}}
	for _, path := range paths {
		if path == stdin {
			d.add(stdin, true)
			continue
		}
		matches, err := expandGlob(path)
		if err != nil {
			return nil, nil, err
		}
		for _, match := range matches {
			d.path(match, match == path)
		}
		if len(matches) == 0 {
			d.problem(path, "no file matches the pattern")
		}
	}
	return d.files, d.problems, nil
}

func excludePatterns(exclude []string) ([]string, error) {
	patterns := slices.Clone(exclude)
	data, err := os.ReadFile(IgnoreFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usage("the ignore file cannot be read: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	for _, pattern := range patterns {
		if !doublestar.ValidatePattern(pattern) {
			return nil, usage("the pattern %q is not a valid glob", pattern)
		}
	}
	return patterns, nil
}

// expandGlob returns the path itself where it exists or is no pattern.
func expandGlob(path string) ([]string, error) {
	if _, err := os.Lstat(path); err == nil || !strings.ContainsAny(path, "*?[{") {
		return []string{path}, nil
	}
	matches, err := doublestar.FilepathGlob(path)
	if err != nil {
		return nil, usage("the pattern %q is not a valid glob", path)
	}
	slices.Sort(matches)
	return matches, nil
}

type discovery struct {
	exclude  []string
	files    []input
	problems []*source.FileError
	seen     map[string]bool
	folders  []os.FileInfo // those that lead to the one that is being read
}

func (d *discovery) problem(path, reason string) {
	d.problems = append(d.problems, &source.FileError{Place: source.Place{File: path}, Reason: reason})
}

func (d *discovery) add(path string, named bool) {
	if clean := filepath.Clean(path); !d.seen[clean] {
		d.seen[clean] = true
		d.files = append(d.files, input{path: path, named: named})
	}
}

// path adds a file, or all files of a folder. Links are followed.
func (d *discovery) path(path string, named bool) {
	if d.excluded(path) {
		return
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		d.problem(path, reason(err))
	case info.IsDir():
		d.folder(path, info)
	case !info.Mode().IsRegular() && named:
		d.add(path, named) // a pipe, such as a shell's <(command)
	case info.Mode().IsRegular():
		d.add(path, named)
	}
}

func (d *discovery) folder(path string, info os.FileInfo) {
	if slices.ContainsFunc(d.folders, func(above os.FileInfo) bool { return os.SameFile(above, info) }) {
		d.problem(path, "the symbolic link leads back to a folder that it is in")
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		d.problem(path, reason(err))
		return
	}
	d.folders = append(d.folders, info)
	defer func() { d.folders = d.folders[:len(d.folders)-1] }()
	for _, entry := range entries {
		if !ignoredFolders[entry.Name()] {
			d.path(filepath.Join(path, entry.Name()), false)
		}
	}
}

// excluded tells whether a pattern matches the path, a folder above it, or its
// name alone.
func (d *discovery) excluded(path string) bool {
	slashed := filepath.ToSlash(filepath.Clean(path))
	return slices.ContainsFunc(d.exclude, func(pattern string) bool {
		pattern = strings.TrimSuffix(pattern, "/")
		subject := slashed
		if !strings.Contains(pattern, "/") {
			subject = filepath.Base(path)
		}
		return doublestar.MatchUnvalidated(strings.TrimPrefix(pattern, "/"), subject)
	})
}

// reason says why a file cannot be read, without its name.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "there is no permission to read it"
	case errors.Is(err, syscall.ELOOP):
		return "the symbolic link leads back to itself"
	}
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return "it cannot be read: " + pathError.Err.Error()
	}
	return "it cannot be read"
}
