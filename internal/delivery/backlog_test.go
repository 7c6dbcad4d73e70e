package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/webhook"
)

func laneOf(b *backlogs, organisation int64, lane webhook.Lane, now time.Time) webhook.Lane {
	return b.lane(&webhook.Job{OrganisationID: organisation, Lane: lane}, now)
}

// TestBacklogs has one organisation queue more than its share: the rest waits
// in a lane of its own, and another organisation's jobs do not.
func TestBacklogs(t *testing.T) {
	b := newBacklogs()
	for range promptBurst {
		assert.Equal(t, webhook.LaneDeliveries, laneOf(b, orgA, webhook.LaneDeliveries, testNow))
	}
	assert.Equal(t, webhook.LaneBulk, laneOf(b, orgA, webhook.LaneDeliveries, testNow))
	assert.Equal(t, webhook.LaneFailing, laneOf(b, orgA, webhook.LaneFailing, testNow), "other lanes are not this one's matter")
	assert.Equal(t, webhook.LaneDeliveries, laneOf(b, orgB, webhook.LaneDeliveries, testNow))
	later := testNow.Add(time.Second / promptRate)
	assert.Equal(t, webhook.LaneDeliveries, laneOf(b, orgA, webhook.LaneDeliveries, later))
	assert.Equal(t, webhook.LaneBulk, laneOf(b, orgA, webhook.LaneDeliveries, later))
}

// Organisations that have queued little lately are forgotten.
func TestBacklogsForget(t *testing.T) {
	b := newBacklogs()
	for organisation := range int64(100) {
		laneOf(b, organisation, webhook.LaneDeliveries, testNow)
	}
	assert.Len(t, b.recent, 100)
	laneOf(b, orgA, webhook.LaneDeliveries, testNow.Add(2*forgetBacklogs))
	assert.Len(t, b.recent, 1)
}
