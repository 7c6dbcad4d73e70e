package webhook

// Worker is a process that makes attempts. As long as it lives it says so, by
// increasing its beat: others judge that by their own clocks alone.
type Worker struct {
	ID int64 // positive, assigned by the store, never reused
	// Client is the name under which it works the queue.
	Client string
	Beat   int64
}

// WorkerGone returns the error for a worker that was taken for dead.
func WorkerGone() error {
	return &Error{Code: CodeWorkerGone, Message: "this worker was taken for dead"}
}
