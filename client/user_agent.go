package client

import (
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

const modulePath = "github.com/hookline-go/hookline"

// defaultUserAgent is the module's version, as the build knows it, and Go's.
var defaultUserAgent = sync.OnceValue(func() string {
	return "hookline-go/" + moduleVersion() + " (" + runtime.Version() + ")"
})

func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range append(info.Deps, &info.Main) {
		if module.Path == modulePath && module.Version != "" && module.Version != "(devel)" {
			return module.Version
		}
	}
	return "devel"
}

// WithUserAgentSuffix adds the name and version of your program to the
// User-Agent header, such as "billing/1.4.2". It must be printable ASCII.
func WithUserAgentSuffix(suffix string) Option {
	return func(s *settings) error {
		if strings.ContainsFunc(suffix, func(r rune) bool { return r < ' ' || r > '~' }) {
			return invalidOption("WithUserAgentSuffix: the suffix has a character in it that is not printable ASCII")
		}
		s.userAgent = strings.TrimSpace(defaultUserAgent() + " " + suffix)
		return nil
	}
}
