package postgres

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// publishing is an event to publish, and what became of it.
type publishing struct {
	event       webhook.Event
	key         webhook.Idempotency
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
	if !isText(event.SyncID, key.Key) {
		return webhook.Publication{}, errNotText
	}
	done, err := s.publishing.do(ctx, publishing{event: event, key: key})
	if err != nil {
		return webhook.Publication{}, wrap(ctx, "publish event", err)
	}
	return done.publication, nil
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

// round is a group of events that is published in one transaction.
type round struct {
	*making
	// fresh are to be published; each key is there once. repeats get the answer
	// of the fresh one with their key.
	fresh   []*operation[publishing]
	repeats []*operation[publishing]
	// answers are those of keys, sealed.
	answers map[answerKey][]byte
}

func (s *Store) publishGroup(ctx context.Context, group []*operation[publishing]) error {
	return s.transact(ctx, func(tx *transaction) error {
		r := &round{making: s.newMaking()}
		if err := r.sort(ctx, tx, group); err != nil {
			return err
		}
		found, err := findSubscribers(ctx, tx, r.fresh)
		if err != nil {
			return err
		}
		for _, o := range r.fresh {
			r.publish(o, found)
		}
		batch := &pgx.Batch{}
		if err := r.answer(batch); err != nil {
			return err
		}
		return r.save(ctx, tx, batch)
	})
}

// sort finds out which of a group are fresh, which repeat one of the group, and
// which one that was answered before: those get their answer.
func (r *round) sort(ctx context.Context, tx pgx.Tx, group []*operation[publishing]) (err error) {
	var keys []answerKey
	for _, o := range group {
		o.err = nil // of a run before
		if o.value.key.Key != "" {
			keys = append(keys, o.value.answerKey())
		}
	}
	if r.answers, err = r.store.answers(ctx, tx, keys); err != nil {
		return err
	}
	taken := map[answerKey]bool{}
	for _, o := range group {
		key := o.value.answerKey()
		switch _, answered := r.answers[key]; {
		case o.value.key.Key == "":
			r.fresh = append(r.fresh, o)
		case answered:
			r.open(o)
		case taken[key]:
			r.repeats = append(r.repeats, o)
		default:
			taken[key] = true
			r.fresh = append(r.fresh, o)
		}
	}
	return nil
}

// open gives an operation the answer of its key.
func (r *round) open(o *operation[publishing]) {
	v := &o.value
	v.publication, o.err = store.OpenPublicationAnswer(r.store.cipher, v.event.OrganisationID, v.key, r.answers[v.answerKey()])
}

// publish makes the event and its deliveries.
func (r *round) publish(o *operation[publishing], found subscribers) {
	event := &o.value.event
	if !found.organisations[event.OrganisationID] {
		o.err = store.NotFound("organisation")
		return
	}
	r.event(event, r.now)
	o.value.publication = webhook.Publication{EventID: event.ID}
	candidates := found.configs[subscription{event.OrganisationID, event.Type}]
	for i := range candidates {
		if candidates[i].Wants(event) {
			r.deliver(event, &candidates[i])
			o.value.publication.Deliveries++
		}
	}
}

// answer keeps the answers of the fresh operations that have a key, and gives
// them to the others.
func (r *round) answer(batch *pgx.Batch) error {
	var keys []answerKey
	var kept [][]byte
	for _, o := range r.fresh {
		v := &o.value
		if v.key.Key == "" || o.err != nil {
			continue
		}
		sealed, err := store.SealPublicationAnswer(r.store.cipher, v.event.OrganisationID, v.key, v.publication)
		if err != nil {
			return err
		}
		r.answers[v.answerKey()] = sealed
		keys, kept = append(keys, v.answerKey()), append(kept, sealed)
	}
	for _, o := range r.repeats {
		if _, answered := r.answers[o.value.answerKey()]; answered {
			r.open(o)
		} else {
			o.err = store.NotFound("organisation") // like the one that it repeats
		}
	}
	r.store.keepAnswers(batch, keys, kept)
	return nil
}

// subscription is what a config is looked up by.
type subscription struct {
	organisationID int64
	webhookType    webhook.Type
}

// subscribers are the enabled configs that may want some events, without their
// secrets, and the organisations that exist.
type subscribers struct {
	organisations map[int64]bool
	configs       map[subscription][]webhook.Config
}

func findSubscribers(ctx context.Context, tx pgx.Tx, events []*operation[publishing]) (subscribers, error) {
	found := subscribers{organisations: map[int64]bool{}, configs: map[subscription][]webhook.Config{}}
	var wanted []subscription
	for _, o := range events {
		key := subscription{o.value.event.OrganisationID, o.value.event.Type}
		if _, known := found.configs[key]; !known {
			found.configs[key] = nil
			wanted = append(wanted, key)
		}
	}
	if len(wanted) == 0 {
		return found, nil
	}
	organisations := column(wanted, func(w *subscription) int64 { return w.organisationID })
	batch := &pgx.Batch{}
	batch.Queue(`SELECT id FROM organisations WHERE id = ANY($1)`, organisations).Query(func(rows pgx.Rows) error {
		var id int64
		_, err := pgx.ForEachRow(rows, []any{&id}, func() error {
			found.organisations[id] = true
			return nil
		})
		return err
	})
	batch.Queue(`SELECT c.id, c.organisation_id, c.webhook_type, COALESCE(c.integration_type, ''), c.name, c.url, c.state, c.topics,
			c.consecutive_failures
		FROM webhook_configs c JOIN unnest($1::bigint[], $2::text[]) AS wanted (organisation_id, webhook_type)
			USING (organisation_id, webhook_type)
		WHERE c.state = $3 ORDER BY c.id`,
		organisations, column(wanted, func(w *subscription) string { return string(w.webhookType) }), webhook.StateEnabled,
	).Query(func(rows pgx.Rows) error {
		configs, err := scanAll(rows, scanSubscriber)
		for _, c := range configs {
			key := subscription{c.OrganisationID, c.Type}
			found.configs[key] = append(found.configs[key], c)
		}
		return err
	})
	return found, send(ctx, tx, batch)
}

func scanSubscriber(r pgx.Row) (webhook.Config, error) {
	var (
		c      webhook.Config
		topics string
	)
	err := r.Scan(&c.ID, &c.OrganisationID, &c.Type, &c.IntegrationType, &c.Name, &c.URL, &c.State, &topics, &c.ConsecutiveFailures)
	if err != nil {
		return webhook.Config{}, err
	}
	c.Topics, err = store.DecodeTopics(topics)
	return c, err
}
