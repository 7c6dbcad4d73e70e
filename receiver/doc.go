// Package receiver verifies and handles the deliveries of webhooks that are
// signed as Standard Webhooks says
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
// hookline's and everybody else's.
//
//   - [NewHandler] is a complete endpoint for net/http: it reads, verifies, checks, deduplicates, calls a function and
//     answers.
//   - [Verify] and [Verifier] check a delivery that something else has read, such as a web framework or a queue.
//   - [Sign] and [Signer] make the signatures, for the sender and for tests.
//
// A signature is "v1," and the base64 form of the HMAC-SHA256 of
// id.timestamp.payload. The payload is the body as it came over the wire, byte
// by byte: JSON that was decoded and encoded again does not verify.
//
// # Secrets
//
// A secret that begins with whsec_ is base64 and decoded first, with or without
// padding. Any other secret is used as its bytes, which the reference libraries
// call raw; they take a secret without the prefix for base64 unless they are
// told. Only the symmetric scheme (v1) is known: a public key (whpk_) is no
// secret, and must not be given as one.
//
// No error, log line or answer of this package contains a secret, a signature,
// or what a sender submitted, with one exception: the log of a handler's
// failure names the webhook-id, which was verified by then.
package receiver
