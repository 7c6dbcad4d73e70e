package sqlite

import (
	"fmt"

	"github.com/gofrs/flock"
)

// lockSuffix names the file beside the database that the process locks which
// makes attempts. The operating system gives the lock back when that dies, so
// whoever gets it knows at once that no other one lives.
const lockSuffix = "-worker"

// lockWorkers reports whether this process is the only one that makes attempts
// of this database.
func (s *Store) lockWorkers() (alone bool, err error) {
	if s.path == InMemory {
		return true, nil
	}
	s.workersMu.Lock()
	defer s.workersMu.Unlock()
	if s.workers == nil {
		s.workers = flock.New(s.path+lockSuffix, flock.SetPermissions(fileMode))
	}
	alone, err = s.workers.TryLock()
	if err != nil {
		return false, fmt.Errorf("lock %s: %w", s.path+lockSuffix, err)
	}
	return alone, nil
}

// unlockWorkers gives the lock back.
func (s *Store) unlockWorkers() error {
	s.workersMu.Lock()
	defer s.workersMu.Unlock()
	if s.workers == nil {
		return nil
	}
	return s.workers.Close()
}
