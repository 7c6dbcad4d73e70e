package receiver_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

func begin(t *testing.T, d *receiver.MemoryDeduplicator, id string) receiver.Claim {
	t.Helper()
	claim, err := d.Begin(t.Context(), id)
	require.NoError(t, err)
	return claim
}

func done(t *testing.T, d *receiver.MemoryDeduplicator, id string) {
	t.Helper()
	require.NoError(t, begin(t, d, id).Done(t.Context()))
}

func assertBegin(t *testing.T, d *receiver.MemoryDeduplicator, id string, want error) {
	t.Helper()
	_, err := d.Begin(t.Context(), id)
	require.ErrorIs(t, err, want)
}

func TestMemoryForgetsAfterTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := receiver.NewMemoryDeduplicator(10, time.Minute)
		require.NoError(t, err)
		running := begin(t, d, "running")
		done(t, d, "a")
		time.Sleep(time.Minute - 1) //nolint:forbidigo // the time of synctest does not pass by waiting
		done(t, d, "b")
		assertBegin(t, d, "a", receiver.ErrDuplicate)
		time.Sleep(time.Nanosecond) //nolint:forbidigo // see above
		assert.Equal(t, 2, d.Len(), "b, and the one whose handler runs")
		done(t, d, "a")
		assertBegin(t, d, "b", receiver.ErrDuplicate)
		assertBegin(t, d, "running", receiver.ErrInProgress)
		time.Sleep(time.Hour) //nolint:forbidigo // see above
		assertBegin(t, d, "running", receiver.ErrInProgress)
		require.NoError(t, running.Done(t.Context()))
		assertBegin(t, d, "running", receiver.ErrDuplicate)
		assert.Equal(t, 1, d.Len())
	})
}

func TestMemoryIsBounded(t *testing.T) {
	d, err := receiver.NewMemoryDeduplicator(3, time.Hour)
	require.NoError(t, err)
	running := begin(t, d, "running")
	for i := range 1000 {
		done(t, d, strconv.Itoa(i))
		assert.LessOrEqual(t, d.Len(), 3)
	}
	assertBegin(t, d, "999", receiver.ErrDuplicate)
	assertBegin(t, d, "998", receiver.ErrDuplicate)
	assertBegin(t, d, "running", receiver.ErrInProgress)
	begin(t, d, "second") // in the place of 998
	begin(t, d, "997")    // in the place of 999
	assertBegin(t, d, "999", receiver.ErrDeduplicatorFull)
	require.NoError(t, running.Release(t.Context()))
	begin(t, d, "running")
	assert.Equal(t, 3, d.Len())
}

// A claim that was settled has no say over the next one of the same id.
func TestMemoryClaimSettlesOnce(t *testing.T) {
	d, err := receiver.NewMemoryDeduplicator(3, time.Hour)
	require.NoError(t, err)
	first := begin(t, d, "a")
	require.NoError(t, first.Release(t.Context()))
	second := begin(t, d, "a")
	require.NoError(t, first.Release(t.Context()))
	require.NoError(t, first.Done(t.Context()))
	assertBegin(t, d, "a", receiver.ErrInProgress)
	require.NoError(t, second.Done(t.Context()))
	require.NoError(t, second.Release(t.Context()))
	assertBegin(t, d, "a", receiver.ErrDuplicate)
	assert.Equal(t, 1, d.Len())
}

func TestMemoryOneClaimAtATime(t *testing.T) {
	d, err := receiver.NewMemoryDeduplicator(100, time.Hour)
	require.NoError(t, err)
	var group sync.WaitGroup
	var claims atomic.Int32
	for range 16 {
		group.Go(func() {
			for i := range 50 {
				if claim, err := d.Begin(t.Context(), strconv.Itoa(i)); err == nil {
					claims.Add(1)
					assert.NoError(t, claim.Done(t.Context()))
				}
			}
		})
	}
	group.Wait()
	assert.Equal(t, int32(50), claims.Load())
}

func TestMemoryArguments(t *testing.T) {
	for _, c := range []struct {
		capacity int
		ttl      time.Duration
	}{{0, time.Hour}, {-1, time.Hour}, {1, 0}, {1, -1}} {
		_, err := receiver.NewMemoryDeduplicator(c.capacity, c.ttl)
		require.ErrorIs(t, err, receiver.ErrInvalidOption)
	}
}
