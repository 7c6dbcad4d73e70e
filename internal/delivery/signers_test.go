package delivery

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func TestSignersForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSigners()
		first, err := s.of([]webhook.Secret{"one"})
		require.NoError(t, err)
		again, err := s.of([]webhook.Secret{"one"})
		require.NoError(t, err)
		assert.Same(t, first, again)
		_, err = s.of([]webhook.Secret{"one", "two"})
		require.NoError(t, err)
		assert.Len(t, s.known, 1)
		_, err = s.of([]webhook.Secret{"whsec_!"})
		require.Error(t, err)

		<-time.After(signersFor + time.Second)
		_, err = s.of([]webhook.Secret{"two"})
		require.NoError(t, err)
		assert.NotContains(t, s.known, webhook.Secret("one"), "it has not been used lately")
		for i := range maxSigners {
			_, err = s.of([]webhook.Secret{webhook.Secret(rune('a' + i))})
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, len(s.known), maxSigners)
	})
}
