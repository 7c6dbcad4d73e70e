// Command api keeps the public API of packages from changing by accident. It
// prints the exported features of each package, one a line in the form of Go's
// own api files, and compares them with the snapshot api/<package>.txt.
//
// A line that is gone, or reads otherwise now, breaks programs: it fails. So
// does a line that is new, until it is recorded, as what is public by accident
// cannot be taken back. -update records all of it.
//
// It needs nothing but Go: types come from the export data that go list has
// built.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const module = "github.com/hookline-go/hookline"

func main() {
	root := flag.String("C", ".", "the folder of the module")
	update := flag.Bool("update", false, "record what the packages export now")
	flag.Parse()
	if err := run(*root, *update, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

var errChanged = errors.New("the public API is not what api/ says; if that is meant, run make api UPDATE=1, commit the result, and say so in CHANGELOG.md")

func run(root string, update bool, names []string, out io.Writer) error {
	exports, err := exportData(root, names)
	if err != nil {
		return err
	}
	load := importer.ForCompiler(token.NewFileSet(), "gc", func(imported string) (io.ReadCloser, error) { return os.Open(exports[imported]) })
	changed := false
	for _, name := range names {
		pkg, err := load.Import(path.Join(module, name))
		if err != nil {
			return err
		}
		file := filepath.Join(root, "api", snapshot(pkg))
		lines := features(pkg)
		if err := refuseInternal(pkg, lines); err != nil {
			return err
		}
		if update {
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
				return err
			}
			continue
		}
		differs, err := compare(pkg.Name(), file, lines, out)
		if err != nil {
			return err
		}
		changed = changed || differs
	}
	if changed {
		return errChanged
	}
	return nil
}

// snapshot returns the name of a package's file in api/. The module's own
// package has the module's name.
func snapshot(pkg *types.Package) string {
	name := strings.TrimPrefix(strings.TrimPrefix(pkg.Path(), module), "/")
	if name == "" {
		name = pkg.Name()
	}
	return strings.ReplaceAll(name, "/", "_") + ".txt"
}

// refuseInternal fails where a public type shows one that its users cannot
// name.
func refuseInternal(pkg *types.Package, lines []string) error {
	for _, line := range lines {
		if strings.Contains(line, "internal/") {
			return fmt.Errorf("%s shows a type of internal/, which users cannot name: %s", pkg.Name(), line)
		}
	}
	return nil
}

// exportData builds the packages and returns, by import path, the files that
// their types are in.
func exportData(root string, names []string) (map[string]string, error) {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export"}
	for _, name := range names {
		args = append(args, "./"+name)
	}
	command := exec.Command("go", args...)
	command.Dir = root
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	exports := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var pkg struct{ ImportPath, Export string }
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return exports, nil
		} else if err != nil {
			return nil, fmt.Errorf("output of go list: %w", err)
		}
		exports[pkg.ImportPath] = pkg.Export
	}
}

// compare prints what has changed, and tells whether anything has.
func compare(name, file string, lines []string, out io.Writer) (bool, error) {
	recorded, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	before := strings.Split(strings.TrimSpace(string(recorded)), "\n")
	differs := false
	for _, line := range before {
		if line != "" && !slices.Contains(lines, line) {
			fmt.Fprintf(out, "%s: gone or changed, which breaks programs: %s\n", name, line)
			differs = true
		}
	}
	for _, line := range lines {
		if !slices.Contains(before, line) {
			fmt.Fprintf(out, "%s: new: %s\n", name, line)
			differs = true
		}
	}
	return differs, nil
}

// features returns the lines of a package, sorted.
func features(pkg *types.Package) []string {
	w := &writer{pkg: pkg}
	for _, name := range pkg.Scope().Names() {
		if object := pkg.Scope().Lookup(name); object.Exported() {
			w.object(object)
		}
	}
	slices.Sort(w.lines)
	return slices.Compact(w.lines)
}

type writer struct {
	pkg   *types.Package
	lines []string
}

func (w *writer) add(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *writer) object(object types.Object) {
	switch object := object.(type) {
	case *types.Const:
		w.add("const %s %s = %s", object.Name(), w.text(object.Type()), object.Val().ExactString())
	case *types.Var:
		w.add("var %s %s", object.Name(), w.text(object.Type()))
	case *types.Func:
		w.add("func %s%s", object.Name(), w.signature(object.Signature()))
	case *types.TypeName:
		w.typeName(object)
	}
}

// typeName writes a type, what it is made of, and its methods. An alias of
// another package's type stands for that type: what breaks the one breaks the
// other.
func (w *writer) typeName(object *types.TypeName) {
	name := object.Name()
	var parameters *types.TypeParamList
	switch t := object.Type().(type) {
	case *types.Alias:
		parameters = t.TypeParams()
		w.add("type %s%s = %s", name, w.parameters(parameters), w.text(t.Rhs()))
		named, ok := types.Unalias(t).(*types.Named)
		if !ok || named.Obj().Pkg() == nil || !strings.HasPrefix(named.Obj().Pkg().Path(), module) || named.Obj().Pkg() == w.pkg {
			return
		}
	case *types.Named:
		parameters = t.TypeParams()
	}
	w.structure(name+w.parameters(parameters), object.Type().Underlying())
	w.methods(name, object.Type())
}

func (w *writer) structure(name string, underlying types.Type) {
	switch t := underlying.(type) {
	case *types.Struct:
		w.add("type %s struct", name)
		for field := range t.Fields() {
			if field.Embedded() && field.Exported() {
				w.add("type %s struct, embedded %s", name, w.text(field.Type()))
			} else if field.Exported() {
				w.add("type %s struct, %s %s", name, field.Name(), w.text(field.Type()))
			}
		}
	case *types.Interface:
		// One line for all: a method more breaks those who implement it, unless
		// there is one that they cannot have.
		w.add("type %s %s", name, w.text(t))
	case *types.Signature:
		w.add("type %s func%s", name, w.signature(t))
	default:
		w.add("type %s %s", name, w.text(underlying))
	}
}

func (w *writer) methods(name string, t types.Type) {
	if types.IsInterface(t) {
		return
	}
	ofValue := types.NewMethodSet(t)
	for method := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		function, ok := method.Obj().(*types.Func)
		// What an embedded type brings is that type's business, and with
		// time.Time a matter of the version of Go.
		if !ok || !function.Exported() || len(method.Index()) > 1 {
			continue
		}
		receiver := "*" + name
		if ofValue.Lookup(function.Pkg(), function.Name()) != nil {
			receiver = name
		}
		w.add("method (%s) %s%s", receiver, function.Name(), w.signature(function.Signature()))
	}
}

// signature leaves the names of parameters out: they can change.
func (w *writer) signature(s *types.Signature) string {
	text := w.parameters(s.TypeParams()) + "(" + strings.Join(w.tuple(s.Params(), s.Variadic()), ", ") + ")"
	switch results := w.tuple(s.Results(), false); len(results) {
	case 0:
		return text
	case 1:
		return text + " " + results[0]
	default:
		return text + " (" + strings.Join(results, ", ") + ")"
	}
}

func (w *writer) tuple(tuple *types.Tuple, variadic bool) []string {
	var all []string
	for i := range tuple.Len() {
		t := tuple.At(i).Type()
		if slice, ok := t.(*types.Slice); ok && variadic && i == tuple.Len()-1 {
			all = append(all, "..."+w.text(slice.Elem()))
			continue
		}
		all = append(all, w.text(t))
	}
	return all
}

func (w *writer) parameters(list *types.TypeParamList) string {
	var all []string
	for i := range list.Len() {
		all = append(all, list.At(i).Obj().Name()+" "+w.text(list.At(i).Constraint()))
	}
	if len(all) == 0 {
		return ""
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// text writes a type without aliases, whose names do not matter, and whose
// meaning does.
func (w *writer) text(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return "*" + w.text(t.Elem())
	case *types.Slice:
		return "[]" + w.text(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w.text(t.Elem()))
	case *types.Map:
		return "map[" + w.text(t.Key()) + "]" + w.text(t.Elem())
	case *types.Signature:
		return "func" + w.signature(t)
	case *types.Interface:
		return w.interfaceType(t)
	case *types.Named:
		return w.named(t)
	default:
		return types.TypeString(t, w.qualify)
	}
}

func (w *writer) named(t *types.Named) string {
	name := t.Obj().Name()
	if pkg := t.Obj().Pkg(); pkg != nil && pkg != w.pkg {
		name = w.qualify(pkg) + "." + name
	}
	var arguments []string
	for argument := range t.TypeArgs().Types() {
		arguments = append(arguments, w.text(argument))
	}
	if len(arguments) == 0 {
		return name
	}
	return name + "[" + strings.Join(arguments, ", ") + "]"
}

func (w *writer) interfaceType(t *types.Interface) string {
	if !t.IsMethodSet() || t.NumMethods() == 0 {
		return types.TypeString(t, w.qualify) // a constraint, or any
	}
	var all []string
	for method := range t.Methods() {
		all = append(all, method.Name()+w.signature(method.Signature()))
	}
	slices.Sort(all)
	return "interface { " + strings.Join(all, "; ") + " }"
}

func (w *writer) qualify(other *types.Package) string {
	if other == w.pkg {
		return ""
	}
	return strings.TrimPrefix(other.Path(), module+"/")
}
