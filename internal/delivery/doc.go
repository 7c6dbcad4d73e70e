// Package delivery sends events to webhooks: it takes delivery jobs from a
// River queue, signs and sends each, decides what follows from the answer and
// has it recorded.
//
// [Engine] works the queue and [Enqueuer] fills it, [Sender] makes one attempt,
// [Policy] says what its outcome means. Which addresses an attempt may reach is
// decided by package egress.
package delivery
