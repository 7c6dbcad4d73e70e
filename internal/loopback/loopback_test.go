package loopback_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/loopback"
)

func TestIsHost(t *testing.T) {
	for _, host := range []string{
		"localhost", "LocalHost", "localhost.", "app.localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "::ffff:127.0.0.1",
	} {
		assert.True(t, loopback.IsHost(host), host)
	}
	for _, host := range []string{
		"", ".", "evil.example", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "::",
		"::ffff:10.0.0.1", "[localhost]", "2130706433", "127.1", "localhost..",
	} {
		assert.False(t, loopback.IsHost(host), host)
	}
}
