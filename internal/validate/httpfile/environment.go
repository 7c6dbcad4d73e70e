package httpfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Environment has the variables of one environment, by name.
type Environment map[string]source.Text

// environmentFiles are JetBrains' and VS Code's; later ones win.
var environmentFiles = []struct{ name, key string }{
	{filepath.Join(".vscode", "settings.json"), "rest-client.environmentVariables"},
	{"http-client.env.json", ""},
	{"http-client.private.env.json", ""},
}

// shared is the environment of VS Code whose variables all others have too.
const shared = "$shared"

// LoadEnvironment reads an environment from the files that are nearest to a
// folder: in it, or in a folder above it. An empty name is an empty
// environment. It fails with a *source.FileError where a file cannot be read,
// or there are files and none has the environment.
func LoadEnvironment(folder, name string) (Environment, error) {
	environment := Environment{}
	if name == "" {
		return environment, nil
	}
	found, last := false, ""
	for _, candidate := range environmentFiles {
		file, err := nearest(folder, candidate.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, source.ErrorAt(source.Place{File: candidate.name}, "the environment file cannot be read")
		}
		root, err := jsontree.Parse(file.Text())
		if err != nil {
			return nil, err
		}
		if candidate.key != "" {
			if root = root.Get(candidate.key); root == nil {
				continue
			}
			environment.add(root.Get(shared))
		}
		last = file.Name
		if variables := root.Get(name); variables.IsObject() {
			found = true
			environment.add(variables)
		}
	}
	if last != "" && !found {
		return nil, source.ErrorAt(source.Place{File: last}, "there is no environment %q", name)
	}
	return environment, nil
}

func (e Environment) add(variables *jsontree.Node) {
	if variables == nil {
		return
	}
	for _, m := range variables.Members {
		if text := m.Value.Text(); text.Given() {
			e[m.Name.Value] = text
		}
	}
}

// maxEnvironment is how large an environment file may be, in bytes.
const maxEnvironment = 1 << 20

// nearest reads the file of that name in a folder, or in the nearest one above
// it.
func nearest(folder, name string) (*source.File, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	for {
		path := filepath.Join(folder, name)
		info, err := os.Stat(filepath.Join(absolute, name))
		switch {
		case err == nil && info.Size() > maxEnvironment:
			return nil, fs.ErrInvalid
		case err == nil:
			data, err := os.ReadFile(filepath.Join(absolute, name))
			return &source.File{Name: path, Data: string(data)}, err
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		parent := filepath.Dir(absolute)
		if parent == absolute {
			return nil, fs.ErrNotExist
		}
		absolute, folder = parent, filepath.Join(folder, "..")
	}
}
