package source

import (
	"os"
	"path/filepath"
)

// maxSettings is how large a file of settings may be, in bytes.
const maxSettings = 1 << 20

// Upwards calls read with the files of a folder, and of the folders above it,
// whose name matches a pattern of filepath.Match: the nearest folder first, and
// within a folder by name. It stops at an error of read. It fails with a
// *FileError where a file cannot be read or has more than 1 MiB. A folder that
// cannot be read has no files.
func Upwards(folder, pattern string, read func(*File) error) error {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return &FileError{Place: Place{File: folder}, Reason: "the folder cannot be found"}
	}
	for {
		entries, _ := os.ReadDir(absolute) // a folder above may be another user's
		for _, entry := range entries {
			if matches, err := filepath.Match(pattern, entry.Name()); err != nil || !matches {
				continue
			}
			file, err := settings(filepath.Join(absolute, entry.Name()), filepath.Join(folder, entry.Name()))
			if err != nil {
				return err
			}
			if err := read(file); err != nil {
				return err
			}
		}
		parent := filepath.Dir(absolute)
		if parent == absolute {
			return nil
		}
		absolute, folder = parent, filepath.Join(folder, "..")
	}
}

// settings reads a file, and calls it as the user would.
func settings(path, name string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSettings {
		return nil, ErrorAt(Place{File: name}, "the environment file cannot be read")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, ErrorAt(Place{File: name}, "the environment file cannot be read")
	}
	return &File{Name: name, Data: string(data)}, nil
}
