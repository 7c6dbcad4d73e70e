package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	root "github.com/hookline-go/hookline"
)

func TestSpec(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []byte
	}{
		{[]string{"spec"}, root.OpenAPI()},
		{[]string{"spec", "--for-generators"}, root.ClientOpenAPI()},
	} {
		stdout, stderr, status := hookline(t, t.TempDir(), c.args...)
		assert.Zero(t, status)
		assert.Empty(t, stderr)
		assert.Equal(t, string(c.want), stdout)
	}
}
