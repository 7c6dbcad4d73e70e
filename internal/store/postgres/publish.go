package postgres

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// publishing is an event to publish, and its receipt.
type publishing struct {
	event webhook.Event
	key   webhook.Idempotency
	// load has the subscribers loaded in the transaction if those in memory are
	// out of date.
	load        bool
	publication webhook.Publication
}

func (p *publishing) answerKey() answerKey { return newAnswerKey(p.event.OrganisationID, p.key) }

// PublishEvent stores an event with a delivery and a job for every config that
// wants it, in one transaction. An idempotency key that was used for the same
// event within [webhook.IdempotencyRetention] gives the publication that it
// led to, and nothing happens; with another event the error's code is
// [webhook.CodeIdempotencyKeyReused]. Of several requests with one key at once,
// one publishes and the others wait for its answer. An unknown organisation
// gives [webhook.CodeNotFound].
//
// A config that is disabled or deleted at the same time may get a delivery all
// the same; it is given up when its attempt would begin.
func (s *Store) PublishEvent(ctx context.Context, event webhook.Event, key webhook.Idempotency) (webhook.Publication, error) {
	if !isText(event.Topic, event.SyncID, key.Key) {
		return webhook.Publication{}, errNotText
	}
	// Subscribers are loaded here, and not while a group of others waits, unless
	// they change all the time.
	for loads := 0; ; loads++ {
		done, err := s.publishing.do(ctx, publishing{event: event, key: key, load: loads >= store.MaxLoads})
		if errors.Is(err, store.ErrStale) {
			err = s.loadSubscribers(ctx, event.OrganisationID)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return webhook.Publication{}, wrap(ctx, "publish event", err)
		}
		return done.publication, nil
	}
}

// isText reports whether PostgreSQL takes texts as they are. What it refuses
// would make each operation of a group run alone.
func isText(texts ...string) bool {
	for _, text := range texts {
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			return false
		}
	}
	return true
}

// keyedBatch is a group of events that is published in one transaction, with
// the answers of their idempotency keys.
type keyedBatch struct {
	*publishBatch
	// fresh are to be published; each key is there once. repeats get the answer
	// of the fresh one with their key.
	fresh   []*operation[publishing]
	repeats []*operation[publishing]
	byKey   map[answerKey]*operation[publishing]
	// answers are those of keys, sealed.
	answers map[answerKey][]byte
}

func (s *Store) publishGroup(ctx context.Context, group []*operation[publishing]) error {
	var made *publishBatch
	err := s.transact(ctx, func(tx *transaction) error {
		made.again()
		made = s.newPublishBatch()
		b := &keyedBatch{publishBatch: made, byKey: map[answerKey]*operation[publishing]{}}
		if err := b.sort(ctx, tx, group); err != nil {
			return err
		}
		versions, err := b.prepare(ctx, tx)
		if err != nil {
			return err
		}
		for _, o := range b.fresh {
			if o.err = b.publish(ctx, tx, &o.value, versions); isBroken(o.err) {
				return o.err
			}
		}
		batch := &pgx.Batch{}
		if err := b.answer(batch); err != nil {
			return err
		}
		return b.save(ctx, tx, batch)
	})
	made.end(err)
	return err
}

// isBroken reports whether an error of one event has ended the transaction.
func isBroken(err error) bool {
	return err != nil && !errors.Is(err, store.ErrStale) && webhook.CodeOf(err) != webhook.CodeNotFound
}

// sort finds out which of a group are fresh, which repeat one of the group, and
// which one that was answered before: those get their answer.
func (b *keyedBatch) sort(ctx context.Context, tx pgx.Tx, group []*operation[publishing]) (err error) {
	var keys []answerKey
	for _, o := range group {
		o.err = nil // of a run before
		if o.value.key.Key != "" {
			keys = append(keys, o.value.answerKey())
		}
	}
	if b.answers, err = b.store.answers(ctx, tx, keys); err != nil {
		return err
	}
	for _, o := range group {
		key := o.value.answerKey()
		switch _, answered := b.answers[key]; {
		case o.value.key.Key == "":
			b.fresh = append(b.fresh, o)
		case answered:
			b.open(o)
		case b.byKey[key] != nil:
			b.repeats = append(b.repeats, o)
		default:
			b.byKey[key] = o
			b.fresh = append(b.fresh, o)
		}
	}
	return nil
}

// open gives an operation the answer of its key.
func (b *keyedBatch) open(o *operation[publishing]) {
	v := &o.value
	v.publication, o.err = store.OpenPublicationAnswer(b.store.cipher, v.event.OrganisationID, v.key, b.answers[v.answerKey()])
}

// publish makes the event and its deliveries.
func (b *keyedBatch) publish(ctx context.Context, tx pgx.Tx, p *publishing, versions map[int64]int64) error {
	event := &p.event
	version, exists := versions[event.OrganisationID]
	if !exists {
		return store.NotFound("organisation")
	}
	subscribers, err := b.store.subscriptions.At(event.OrganisationID, version)
	if errors.Is(err, store.ErrStale) && p.load {
		subscribers, err = b.store.subscribers(ctx, tx, event.OrganisationID, version)
	}
	if err != nil {
		return err
	}
	b.event(event, b.now)
	configs := subscribers.Wanting(event)
	for _, config := range configs {
		b.deliver(event, config, b.store.subscriptions.Lane(config.ID))
	}
	p.publication = webhook.Publication{EventID: event.ID, Deliveries: int64(len(configs))}
	return nil
}

// answer keeps the answers of the fresh operations that have a key, and gives
// them to the others.
func (b *keyedBatch) answer(batch *pgx.Batch) error {
	var keys []answerKey
	var kept [][]byte
	for _, o := range b.fresh {
		v := &o.value
		if v.key.Key == "" || o.err != nil {
			continue
		}
		sealed, err := store.SealPublicationAnswer(b.store.cipher, v.event.OrganisationID, v.key, v.publication)
		if err != nil {
			return err
		}
		b.answers[v.answerKey()] = sealed
		keys, kept = append(keys, v.answerKey()), append(kept, sealed)
	}
	for _, o := range b.repeats {
		if first := b.byKey[o.value.answerKey()]; first.err != nil {
			o.err = first.err
		} else {
			b.open(o)
		}
	}
	b.store.keepAnswers(batch, keys, kept)
	return nil
}

// prepare finds out which workers live, and returns the versions of the events'
// organisations, those that exist.
func (b *keyedBatch) prepare(ctx context.Context, tx pgx.Tx) (versions map[int64]int64, err error) {
	versions = map[int64]int64{}
	if len(b.fresh) == 0 {
		return versions, nil
	}
	ids := column(b.fresh, func(o *operation[publishing]) int64 { return o.value.event.OrganisationID })
	batch := &pgx.Batch{}
	batch.Queue(findVersions, distinct(ids)).Query(func(rows pgx.Rows) error {
		var id, version int64
		_, err := pgx.ForEachRow(rows, []any{&id, &version}, func() error {
			versions[id] = version
			return nil
		})
		return err
	})
	batch.Queue(holdWorkers).Query(func(rows pgx.Rows) (err error) {
		b.live, err = scanWorkers(rows)
		return err
	})
	return versions, send(ctx, tx, batch)
}

var findVersions = byIDs(`organisations`, `bigint`, `id, config_version`, ` OFFSET 0`)

// loadSubscribers brings the subscribers in memory up to date.
func (s *Store) loadSubscribers(ctx context.Context, organisationID int64) error {
	return s.read(ctx, "load webhook configs", func(tx pgx.Tx) error {
		var version int64
		err := tx.QueryRow(ctx, `SELECT config_version FROM organisations WHERE id = $1`, organisationID).Scan(&version)
		if err != nil {
			return missing("organisation", err)
		}
		_, err = s.subscribers(ctx, tx, organisationID, version)
		return err
	})
}

// subscribers loads the subscribers of an organisation, which had the version
// before.
func (s *Store) subscribers(ctx context.Context, tx pgx.Tx, organisationID, version int64) (*webhook.Subscribers, error) {
	configs, err := collect(ctx, tx, s.scanAnyConfig, `SELECT `+store.ConfigColumns+` FROM webhook_configs
		WHERE organisation_id = $1 AND state = $2 ORDER BY id`, organisationID, webhook.StateEnabled)
	if err != nil {
		return nil, err
	}
	return s.subscriptions.Put(organisationID, version, configs), nil
}
