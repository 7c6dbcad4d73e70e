package testpart_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/testpart"
)

// recorder notes how a test ended.
type recorder struct {
	testing.TB

	end string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) { r.note("failed: ", format, args) }

func (r *recorder) Skipf(format string, args ...any) { r.note("skipped: ", format, args) }

// note keeps the first end only: the real methods do not return.
func (r *recorder) note(end, format string, args []any) {
	if r.end == "" {
		r.end = end + fmt.Sprintf(format, args...)
	}
}

func TestMissing(t *testing.T) {
	const failed, skipped = "failed: python is missing, and must not be here: why", "skipped: python is missing: why"
	for name, c := range map[string]struct{ ci, parts, want string }{
		"plain go test":       {"", "", skipped},
		"CI":                  {"true", "", failed},
		"prepared":            {"", "javascript python", failed},
		"another is prepared": {"", "javascript pythons", skipped},
		"CI is false":         {"false", "", skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CI", c.ci)
			t.Setenv(testpart.Environment, c.parts)
			r := &recorder{TB: t}
			testpart.Missing(r, "python", "why")
			assert.Equal(t, c.want, r.end)
		})
	}
}
