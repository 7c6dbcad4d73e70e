// Package egress keeps deliveries away from addresses that a webhook has no
// business with: the operator's own network, the machine itself, a cloud's
// metadata service.
//
// The check that counts is made when a connection is dialled, after DNS, on the
// very address that is connected to: a resolver that changes its answer between
// two look-ups gains nothing. [Guard.CheckURL] refuses early what can be seen
// to be forbidden without a look-up, and [Transport] applies the guard to every
// connection, behind a proxy as far as a proxy lets it.
package egress
