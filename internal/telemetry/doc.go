// Package telemetry tells operators how the service does: metrics for
// Prometheus, and traces and logs for OpenTelemetry. Everything here listens:
// to requests (server.Observer), to attempts (delivery.Observer) and to
// publishes ([PublishObserver]); nothing of the service depends on it.
//
// No label of a metric can have more values than the code has words for, and no
// span or line has a secret, a payload, or more of a URL than its host.
package telemetry
