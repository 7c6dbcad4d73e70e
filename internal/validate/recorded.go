package validate

import (
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// betweenStatuses are those that caches, proxies and gateways answer with, or
// that conditional requests and range requests get from any server. A recording
// has them, and documents rarely do.
var betweenStatuses = map[int]bool{
	101: true, 206: true, 304: true, 407: true, 408: true, 412: true, 413: true, 414: true, 416: true, 421: true,
	429: true, 431: true, 499: true, 502: true, 503: true, 504: true, 511: true,
	520: true, 521: true, 522: true, 523: true, 524: true, 525: true, 526: true, 527: true, 530: true, // Cloudflare
}

// cacheBusters are the parameters that libraries of browsers add to a URL so that
// no cache has it.
var cacheBusters = map[string]bool{
	"_": true, "_dc": true, "_t": true, "_ts": true, "_cb": true, "cb": true, "cachebuster": true, "cache_buster": true,
	"cachebust": true, "nocache": true, "no_cache": true,
}

// isBetween tells whether a finding of a recording is about what neither the
// client nor the server has sent by its own choice.
func isBetween(f *report.Finding, r *source.Request) bool {
	if !r.Recorded {
		return false
	}
	switch openapi.Code(f.Code) {
	case openapi.CodeUndocumentedStatus:
		return betweenStatuses[r.Response.Status]
	case openapi.CodeUnknownParameter:
		name := jsonpointer.First(f.Pointer)
		_, err := strconv.ParseInt(name, 10, 64)
		return cacheBusters[strings.ToLower(name)] || err == nil && len(name) >= len("1700000000")
	case openapi.CodeUnsupportedMediaType:
		// A page of an error, or of a gateway, where the contract has no body.
		return f.Response && f.In == string(openapi.InBody)
	default:
		return false
	}
}
