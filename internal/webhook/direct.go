package webhook

// Direct makes first attempts without the queue: the process that stores a
// delivery sends it itself. It must be safe for concurrent use.
type Direct interface {
	// Reserve takes a place for the first attempt of a delivery that is about
	// to be stored; ok is false if there is none now, and the delivery is to be
	// queued. It never waits.
	Reserve(organisationID, configID int64) (r Reservation, ok bool)
}

// Reservation is a place for one attempt. Either Start or Cancel is called, and
// neither waits.
type Reservation interface {
	// Worker is the one that has the attempt.
	Worker() int64
	// Start makes the attempt, once it is committed as begun by the worker.
	Start(dispatch Dispatch)
	// Cancel gives the place back: nothing was stored.
	Cancel()
}
