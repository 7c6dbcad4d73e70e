package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// forgetful is a cipher that has lost the key of what was sealed for one
// config.
type forgetful struct {
	store.Cipher

	lost atomic.Pointer[string] // part of the associated data
}

func (f *forgetful) Open(sealed, associatedData []byte) ([]byte, error) {
	if lost := f.lost.Load(); lost != nil && bytes.Contains(associatedData, []byte(*lost)) {
		return nil, &webhook.Error{Code: webhook.CodeDecryptionFailed, Message: "lost", Err: errors.New("no key")}
	}
	return f.Cipher.Open(sealed, associatedData)
}

// testUnreadableSecrets loses the key of one of two configs: that one fails,
// and its deliveries say why they wait.
func testUnreadableSecrets(t *testing.T, open Opener) {
	cipher, clock, queue := &forgetful{Cipher: NewCipher(t)}, NewClock(), &Queue{}
	f := &fixture{Store: openStore(t, open, cipher, clock, queue), clock: clock, queue: queue}
	f.register(t)
	_, err := f.EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	secretive := full(ours)
	secretive.State = webhook.StateEnabled
	lost, kept := f.createConfig(t, secretive), f.createConfig(t, secretive)
	jobs := map[int64]webhook.Job{lost.ID: f.publishTo(t, &lost), kept.ID: f.publishTo(t, &kept)}
	cipher.lost.Store(new(fmt.Sprintf("/%d/%d/", lost.OrganisationID, lost.ID)))

	page, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{})
	require.NoError(t, err)
	require.Len(t, page.Configs, 2)
	require.Equal(t, kept, page.Configs[0])
	require.Equal(t, lost.ID, page.Configs[1].ID)
	require.True(t, page.Configs[1].Unreadable)
	require.Nil(t, page.Configs[1].Headers)
	require.Empty(t, page.Configs[1].SigningKey)
	_, err = f.Config(t.Context(), ours, lost.ID)
	requireCode(t, webhook.CodeDecryptionFailed, err)

	f.begin(t, jobs[kept.ID])
	_, err = f.BeginAttempt(t.Context(), jobs[lost.ID], f.worker)
	requireCode(t, webhook.CodeDecryptionFailed, err)
	waiting := f.delivery(t, jobs[lost.ID].DeliveryID)
	require.Equal(t, webhook.DeliveryPending, waiting.State)
	require.Equal(t, webhook.ReasonUnreadable, waiting.FailureReason)
	require.Equal(t, f.micros().Add(webhook.UnreadablePause), *waiting.NextAttemptAt)

	cipher.lost.Store(nil)
	f.begin(t, jobs[lost.ID])
	require.Empty(t, f.delivery(t, jobs[lost.ID].DeliveryID).FailureReason)
}
