// Package webhook holds the domain of the service: webhook configs and their
// partial updates, delivery logs, organisations and API keys, the rules that
// the contract alone cannot express, and the error codes that every layer
// shares.
//
// The package depends on the standard library only. Interfaces to storage live
// with their consumers.
package webhook
