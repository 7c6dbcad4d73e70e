package receiver

import (
	"context"
	"errors"
)

// Deduplicator remembers which deliveries were handled, so that an event is
// handled once although it is delivered at least once. It is used concurrently.
// [MemoryDeduplicator] serves one process; several processes need one that they
// share, such as a table with a unique key.
//
// Keys are webhook-ids, which are unique for one sender: handlers for different
// senders need separate ones. hookline sends an event to several configs under
// the same id, so two configs whose deliveries shall both be handled need
// separate handlers and Deduplicators too.
type Deduplicator interface {
	// Begin claims the id for one run of the handler. It returns [ErrDuplicate]
	// if a run has succeeded, which the sender is told as success, and
	// [ErrInProgress] if one is under way and may still fail, upon which the
	// sender is asked to come again. Of several calls at the same time at most
	// one gets the claim. After any other error the handler does not run, and
	// the sender is asked to come again.
	//
	// The claim of a process that has died must end by itself, or the event is
	// lost: give a stored claim a time limit, longer than the handler may take.
	Begin(ctx context.Context, id string) (Claim, error)
}

// Claim is the right to handle one delivery. Exactly one of its methods is
// called, once, before the sender gets the answer. Their context is not
// cancelled when the sender hangs up, but has a time limit. An error is logged
// and does not change the answer.
type Claim interface {
	// Done says that the handler succeeded: from now on the id is a duplicate.
	// A claim that was taken away in the meantime must be left to its new
	// owner.
	Done(ctx context.Context) error
	// Release says that the handler failed, or panicked: the next attempt must
	// get through.
	Release(ctx context.Context) error
}

// What [Deduplicator.Begin] returns instead of a claim.
var (
	// ErrDuplicate: the delivery was handled before.
	ErrDuplicate = errors.New("receiver: the delivery was handled before")
	// ErrInProgress: another attempt of the delivery is being handled.
	ErrInProgress = errors.New("receiver: another attempt of the delivery is being handled")
)
