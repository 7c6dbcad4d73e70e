// Package testpart is for tests that need more than Go, such as an interpreter
// or a database: a part. tools/test.sh, which is `make test`, prepares the
// parts and says at the end which of them are missing.
package testpart

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Environment names the variable in which tools/test.sh lists the parts that it
// has prepared, with spaces between them.
const Environment = "HOOKLINE_TEST_PARTS"

// Missing ends a test that cannot run, because its part is not there. The test
// is skipped, so that plain `go test ./...` needs nothing but Go. It fails
// where somebody relies on it: where CI is true, and where [Environment] lists
// the part, which is why the last line of `make test` can be believed.
func Missing(tb testing.TB, part, reason string) {
	tb.Helper()
	if os.Getenv("CI") == "true" || slices.Contains(strings.Fields(os.Getenv(Environment)), part) {
		tb.Fatalf("%s is missing, and must not be here: %s", part, reason)
	}
	tb.Skipf("%s is missing: %s", part, reason)
}
