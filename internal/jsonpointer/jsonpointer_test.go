package jsonpointer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// TestRoundTrip takes the examples of RFC 6901, section 5, and names that are
// escaped twice.
func TestRoundTrip(t *testing.T) {
	for name, step := range map[string]string{
		"foo": "/foo", "": "/", "a/b": "/a~1b", "c%d": "/c%d", "m~n": "/m~0n", "~1": "/~01", "/~": "/~1~0", " ": "/ ",
	} {
		assert.Equal(t, step, jsonpointer.Name(name))
		names, err := jsonpointer.Parse(step + jsonpointer.Index(7))
		require.NoError(t, err)
		assert.Equal(t, []string{name, "7"}, names)
		assert.Equal(t, name, jsonpointer.First(step+"/more"))
		names, err = jsonpointer.ParseFragment("#" + jsonpointer.Fragment(name))
		require.NoError(t, err)
		assert.Equal(t, []string{name}, names)
	}
	assert.Equal(t, "/c%25d", jsonpointer.Fragment("c%d"))
}

func TestWhole(t *testing.T) {
	names, err := jsonpointer.Parse("")
	require.NoError(t, err)
	assert.Empty(t, names)
	assert.Empty(t, jsonpointer.First(""))
}

func TestNoPointer(t *testing.T) {
	_, err := jsonpointer.Parse("a")
	require.ErrorIs(t, err, jsonpointer.ErrSyntax)
	_, err = jsonpointer.ParseFragment("other.yaml#/a")
	require.ErrorIs(t, err, jsonpointer.ErrFragment)
	_, err = jsonpointer.ParseFragment("#/%zz")
	require.Error(t, err)
}
