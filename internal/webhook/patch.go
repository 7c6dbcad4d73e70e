package webhook

import (
	"fmt"
	"slices"
	"time"
)

// Optional is a field of a partial update that can also be cleared. The zero
// value is an absent field, which changes nothing.
type Optional[T any] struct {
	value T
	kind  optionalKind
}

type optionalKind uint8

const (
	kindAbsent optionalKind = iota
	kindNull
	kindValue
)

// Set returns a field that is set to value.
func Set[T any](value T) Optional[T] { return Optional[T]{value: value, kind: kindValue} }

// Null returns a field that is cleared.
func Null[T any]() Optional[T] { return Optional[T]{kind: kindNull} }

// IsAbsent reports whether the field was left out.
func (o Optional[T]) IsAbsent() bool { return o.kind == kindAbsent }

// IsNull reports whether the field is to be cleared.
func (o Optional[T]) IsNull() bool { return o.kind == kindNull }

// Get returns the value; ok is false if the field is absent or null.
func (o Optional[T]) Get() (value T, ok bool) { return o.value, o.kind == kindValue }

// Format implements [fmt.Formatter]: the value as it formats itself, so that a
// secret stays redacted, or what stands in its place.
func (o Optional[T]) Format(f fmt.State, verb rune) {
	switch o.kind {
	case kindAbsent:
		_, _ = fmt.Fprint(f, "absent")
	case kindNull:
		_, _ = fmt.Fprint(f, "null")
	case kindValue:
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), o.value)
	}
}

// apply writes the field to dst: nothing if absent, the zero value if null.
func (o Optional[T]) apply(dst *T) {
	if o.kind != kindAbsent {
		*dst = o.value
	}
}

// Patch is a partial update of a [Config]. A nil pointer leaves its field
// unchanged; the fields that the API lets a caller clear are [Optional].
type Patch struct {
	Type  *Type
	Name  *string
	URL   *string
	State *State

	IntegrationType Optional[IntegrationType]
	Topics          Optional[[]string] // null clears to []
	Headers         Optional[[]Header]
	SigningKey      Optional[Secret]
}

// Apply changes c as the patch says, then calls [Config.Validate]. On an error
// c is as it was before. A signing key that is replaced goes on signing beside
// the new one for overlap. A new URL, or being enabled again, gives the
// endpoint a fresh start.
func (p *Patch) Apply(c *Config, now time.Time, overlap time.Duration) error {
	next := *c
	if p.URL != nil && *p.URL != c.URL || p.State != nil && *p.State == StateEnabled && c.State != StateEnabled {
		next.recovered()
	}
	setIfGiven(&next.Type, p.Type)
	setIfGiven(&next.Name, p.Name)
	setIfGiven(&next.URL, p.URL)
	setIfGiven(&next.State, p.State)
	p.IntegrationType.apply(&next.IntegrationType)
	p.Topics.apply(&next.Topics)
	p.Headers.apply(&next.Headers)
	if !p.SigningKey.IsAbsent() {
		next.replaceSigningKey(p.SigningKey.value, now, overlap)
	}
	next.SetDefaults()
	if err := next.Validate(); err != nil {
		return err
	}
	// The caller may go on using the slices in its patch.
	next.Topics = slices.Clone(next.Topics)
	next.Headers = slices.Clone(next.Headers)
	*c = next
	return nil
}

func setIfGiven[T any](dst, value *T) {
	if value != nil {
		*dst = *value
	}
}
