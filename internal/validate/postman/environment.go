package postman

import (
	"path/filepath"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Environment has the variables of one of Postman's environments, and of its
// globals. The zero value has none.
type Environment struct{ values, globals map[string]source.Text }

// The ends of the names that Postman gives to what it exports.
const (
	environmentEnd = ".postman_environment.json"
	globalsEnd     = ".postman_globals.json"
)

// LoadEnvironment reads an environment, by the name that it has itself or by
// that of its file, and the globals, from a folder and those above it; the
// nearest counts. An empty name is for globals alone. It fails with a
// *source.FileError where a file cannot be read, or there are environments and
// none has the name.
func LoadEnvironment(folder, name string) (Environment, error) {
	var e Environment
	others := ""
	err := source.Upwards(folder, "*.postman_*.json", func(file *source.File) error {
		root, err := jsontree.Parse(file.Text())
		if err != nil {
			return err
		}
		base := filepath.Base(file.Name)
		switch {
		case strings.HasSuffix(base, globalsEnd):
			if e.globals == nil {
				e.globals = values(root)
			}
		case !strings.HasSuffix(base, environmentEnd) || name == "" || e.values != nil:
		case base == name+environmentEnd || root.Get("name").Text().Value == name:
			e.values = values(root)
		default:
			others = file.Name
		}
		return nil
	})
	if err == nil && e.values == nil && others != "" {
		err = source.ErrorAt(source.Place{File: others}, "there is no environment %q", name)
	}
	return e, err
}

func values(root *jsontree.Node) map[string]source.Text {
	all := map[string]source.Text{}
	for _, v := range root.Get("values").Elements() {
		enabled := v.Get("enabled")
		if value := v.Get("value").Text(); value.Value != "" && (enabled == nil || enabled.IsTrue()) {
			all[v.Get("key").Text().Value] = value
		}
	}
	return all
}
