package delivery

import (
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/receiver"
)

const (
	// maxSigners and signersFor bound how many decoded keys stay in memory, and
	// for how long: one that is not used any more is gone soon.
	maxSigners = 1024
	signersFor = time.Minute
)

// signers keeps the signers of keys that were used lately: to make one takes
// longer than to sign with it. It is safe for concurrent use.
type signers struct {
	mu    sync.Mutex
	known map[webhook.Secret]*receiver.Signer
	since time.Time
}

func newSigners() *signers { return &signers{known: map[webhook.Secret]*receiver.Signer{}} }

// of returns a signer with all the keys. Several keys, of which one replaces
// the others, are too rare to be kept.
func (s *signers) of(keys []webhook.Secret) (*receiver.Signer, error) {
	if len(keys) == 1 {
		return s.ofOne(keys[0])
	}
	secrets := make([]string, len(keys))
	for i, key := range keys {
		secrets[i] = key.Reveal()
	}
	return receiver.NewSigner(secrets...)
}

func (s *signers) ofOne(key webhook.Secret) (*receiver.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); len(s.known) >= maxSigners || now.Sub(s.since) > signersFor {
		clear(s.known)
		s.since = now
	}
	if signer, known := s.known[key]; known {
		return signer, nil
	}
	signer, err := receiver.NewSigner(key.Reveal())
	if err != nil {
		return nil, err
	}
	s.known[key] = signer
	return signer, nil
}
