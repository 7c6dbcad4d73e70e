//go:build tools

package hookline

// The generator that the go:generate lines of spec.go run. The import pins its
// version in go.mod; the build tag keeps it out of every build. The linters
// have a module of their own, tools/go.mod, so that whoever imports this one
// never sees them.
import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
