package webhook

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a [Secret] prints and encodes as.
const Redacted = "[redacted]"

// Secret is a string that must not reach a log, an error, a metric or a trace:
// signing keys, values of custom headers, API keys. Printing or encoding it
// yields [Redacted]; [Secret.Reveal] gives the value.
//
// Two gaps are the language's: package fmt cannot call methods on unexported
// fields, so a type that keeps a secret in one must redact itself; and JSON
// writes map keys of string types as they are, so a secret must not be one.
//
// The zero value is the empty secret. A comparison with == does not take
// constant time: compare API keys by [KeyHash.Equal].
type Secret string

// Reveal returns the value itself, for signing, sealing, sending, or the one
// response that is meant to show it.
func (s Secret) Reveal() string { return string(s) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return Redacted }

// GoString implements [fmt.GoStringer].
func (s Secret) GoString() string { return Redacted }

// Format implements [fmt.Formatter], so that no verb, %x and %q included,
// reaches the value.
func (s Secret) Format(f fmt.State, _ rune) {
	// The only failure is that of the destination, which fmt reports itself.
	_, _ = io.WriteString(f, Redacted)
}

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalJSON implements [encoding/json.Marshaler].
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText implements [encoding.TextMarshaler], for encoders other than
// JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }
