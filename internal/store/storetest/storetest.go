// Package storetest is the suite that every store of the service must pass.
// It knows no database: what a store adds of its own is tested in its package.
package storetest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is what the suite needs of a store, and all that the service needs.
type Store interface {
	EnsureOrganisation(ctx context.Context, id int64) (webhook.Organisation, error)

	CreateKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error)
	EnsureKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error)
	KeyByHash(ctx context.Context, hash webhook.KeyHash) (webhook.Key, error)
	Keys(ctx context.Context, organisationID int64) ([]webhook.Key, error)
	RevokeKey(ctx context.Context, organisationID, id int64) (webhook.Key, error)

	CreateConfig(ctx context.Context, c webhook.Config, key webhook.Idempotency) (webhook.Config, error)
	Config(ctx context.Context, organisationID, id int64) (webhook.Config, error)
	Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error)
	UpdateConfig(ctx context.Context, organisationID, id int64, change func(*webhook.Config) error) (webhook.Config, error)
	DeleteConfig(ctx context.Context, organisationID, id int64) error

	PublishEvent(ctx context.Context, event webhook.Event, key webhook.Idempotency) (webhook.Publication, error)
	DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID webhook.ID, err error)
	RetryDelivery(ctx context.Context, organisationID int64, id webhook.ID) error
	StartRecovery(ctx context.Context, recovery webhook.Recovery) (deliveries int64, err error)
	ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after webhook.ID, limit int) (last webhook.ID, err error)

	StreamPosition(ctx context.Context, organisationID int64, after webhook.ID) (webhook.StreamPosition, error)
	StreamEvents(ctx context.Context, organisationID int64, after webhook.StreamPosition, limit int) ([]webhook.StreamedEvent, error)

	BeginAttempt(ctx context.Context, job webhook.Job, worker int64) (webhook.Dispatch, error)
	ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error
	PostponeAttempt(ctx context.Context, dispatch *webhook.Dispatch, lane webhook.Lane, until time.Time) error
	FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error)
	Requeue(ctx context.Context, jobs ...webhook.Job) error

	SetDirect(direct webhook.Direct)
	RegisterWorker(ctx context.Context, client string) (id int64, dead []webhook.Worker, err error)
	Beat(ctx context.Context, worker int64) (others []webhook.Worker, err error)
	TakeOver(ctx context.Context, worker int64, limit int) (more bool, err error)
	UnderWay(ctx context.Context, worker int64) ([]webhook.ID, error)
	Abandon(ctx context.Context, worker int64, id webhook.ID) error

	ImportDelivery(ctx context.Context, d webhook.DeliveryDetail) (webhook.Delivery, error)
	Delivery(ctx context.Context, organisationID int64, id webhook.ID) (webhook.DeliveryDetail, error)
	Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error)

	Ping(ctx context.Context) error
	CheckWrites(ctx context.Context) error
	Close() error
}

// Opener opens one database, the same at every call as long as it is kept
// anywhere. The store must take every time from now, queue what it queues by
// telling the recorder once the transaction is certain to be committed, and
// allow [MaxConfigs] configs in each organisation.
type Opener func(cipher store.Cipher, now func() time.Time, queue *Queue) (Store, error)

// MaxConfigs is how many configs an organisation may have in the suite.
const MaxConfigs = 1000

// Run runs the suite. newDatabase returns the opener of a new, empty database
// that is removed when its test ends.
func Run(t *testing.T, newDatabase func(t *testing.T) Opener) {
	groups := []struct {
		name string
		test func(t *testing.T, s *fixture)
	}{
		{"create and get config", testCreateConfig},
		{"config of an unknown organisation", testConfigOfUnknownOrganisation},
		{"headers null and empty", testHeadersNullAndEmpty},
		{"ids are not reused", testIDsAreNotReused},
		{"update config", testUpdateConfig},
		{"update clears fields", testUpdateClears},
		{"update keeps identity", testUpdateKeepsIdentity},
		{"update moves updated_at", testUpdateMovesUpdatedAt},
		{"failed update changes nothing", testFailedUpdate},
		{"panic in update", testPanicInUpdate},
		{"concurrent updates", testConcurrentUpdates},
		{"list configs", testListConfigs},
		{"config pages while rows arrive", testConfigPagesWhileRowsArrive},
		{"delete config", testDeleteConfig},
		{"import and get delivery", testImportDelivery},
		{"import bare delivery", testImportBareDelivery},
		{"publish", testPublish},
		{"publish matches", testPublishMatches},
		{"fan-out", testFanOut},
		{"queue fails", testQueueFails},
		{"publish of an unknown organisation", testPublishOfUnknownOrganisation},
		{"concurrent publishing", testConcurrentPublishing},
		{"deliver to a config", testDeliverTo},
		{"stream", testStream},
		{"stream while publishing", testStreamWhilePublishing},
		{"subscriptions", testSubscriptions},
		{"attempts shown", testAttemptsShown},
		{"idempotent publishing", testIdempotentPublishing},
		{"concurrent keys", testConcurrentKeys},
		{"idempotent configs", testIdempotentConfigs},
		{"concurrent keys of configs", testConcurrentConfigKeys},
		{"failed requests keep no key", testFailedRequestsKeepNoKey},
		{"attempts", testAttempts},
		{"workers", testWorkers},
		{"take over", testTakeOver},
		{"fencing", testFencing},
		{"strays", testStrays},
		{"release", testRelease},
		{"postpone", testPostpone},
		{"direct", testDirect},
		{"direct fails", testDirectFails},
		{"model", testModel},
		{"overtaken", testOvertaken},
		{"concurrent finish", testConcurrentFinish},
		{"concurrent attempts", testConcurrentAttempts},
		{"health", testHealth},
		{"unwanted attempts", testUnwantedAttempts},
		{"unwanted when begun", testUnwantedWhenBegun},
		{"disabling outcome", testDisablingOutcome},
		{"signing key overlap", testSigningKeyOverlap},
		{"retry", testRetry},
		{"requeue", testRequeue},
		{"recovery", testRecovery},
		{"recovery starts the schedule again", testRecoveryStartsSchedule},
		{"recovery of unwanted", testRecoveryOfUnwanted},
		{"counts", testCounts},
		{"list deliveries", testListDeliveries},
		{"delivery pages while rows arrive", testDeliveryPagesWhileRowsArrive},
		{"delivery filters", testDeliveryFilters},
		{"delivery dates are inclusive", testDeliveryDates},
		{"delivery ids", testDeliveryIDs},
		{"organisations", testOrganisations},
		{"keys", testKeys},
		{"ensure key", testEnsureKey},
		{"tenant isolation", testIsolation},
		{"cancelled context", testCancelledContext},
		{"cancelled while waiting", testCancelledWhileWaiting},
		{"cancelled during update", testCancelledDuringUpdate},
		{"ping and close", testPingAndClose},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			group.test(t, newFixture(t, newDatabase(t)))
		})
	}
}

// RunPersistent runs the tests of what must survive a restart, for databases
// that do.
func RunPersistent(t *testing.T, newDatabase func(t *testing.T) Opener) {
	t.Run("reopen", func(t *testing.T) { testReopen(t, newDatabase(t)) })
	t.Run("wrong encryption key", func(t *testing.T) { testWrongKey(t, newDatabase(t)) })
	t.Run("unreadable secrets", func(t *testing.T) { testUnreadableSecrets(t, newDatabase(t)) })
	t.Run("two stores", func(t *testing.T) { testTwoStores(t, newDatabase(t)) })
	t.Run("subscriptions of two stores", func(t *testing.T) { testSubscriptionsOfTwoStores(t, newDatabase(t)) })
	t.Run("pages of two stores", func(t *testing.T) { testPagesOfTwoStores(t, newDatabase(t)) })
	t.Run("health of two stores", func(t *testing.T) { testHealthOfTwoStores(t, newDatabase(t)) })
	t.Run("everything at once", func(t *testing.T) { testEverythingAtOnce(t, newDatabase(t)) })
	t.Run("keys of two stores", func(t *testing.T) { testKeysOfTwoStores(t, newDatabase(t)) })
}

// Organisations of the fixture.
const (
	ours   int64 = 1
	theirs int64 = 2
)

// fixture is an open store with two organisations and a clock.
type fixture struct {
	Store
	clock  *Clock
	queue  *Queue
	worker int64
}

func newFixture(t *testing.T, open Opener) *fixture {
	t.Helper()
	f := &fixture{clock: NewClock(), queue: &Queue{}}
	f.Store = openStore(t, open, NewCipher(t), f.clock, f.queue)
	f.register(t)
	for _, id := range []int64{ours, theirs} {
		_, err := f.EnsureOrganisation(t.Context(), id)
		require.NoError(t, err)
	}
	return f
}

func openStore(t *testing.T, open Opener, cipher store.Cipher, clock *Clock, queue *Queue) Store {
	t.Helper()
	s, err := open(cipher, clock.Now, queue)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// NewCipher returns a cipher with a key of its own.
func NewCipher(t *testing.T) store.Cipher {
	t.Helper()
	key := make([]byte, 32)
	_, err := rand.Read(key)
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	return gcm{aead}
}

type gcm struct{ aead cipher.AEAD }

func (g gcm) Seal(plaintext, associatedData []byte) ([]byte, error) {
	return g.aead.Seal(nil, nil, plaintext, associatedData), nil
}

func (g gcm) Open(sealed, associatedData []byte) ([]byte, error) {
	return g.aead.Open(nil, nil, sealed, associatedData)
}

// requireCode fails unless err has the code.
func requireCode(t *testing.T, code webhook.Code, err error) {
	t.Helper()
	require.Error(t, err)
	var coded *webhook.Error
	require.ErrorAs(t, err, &coded, "no code: %v", err)
	require.Equal(t, code, coded.Code, "%v", err)
}
