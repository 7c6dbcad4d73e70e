package contract

import "github.com/hookline-go/hookline/internal/openapi"

// Violation is one place where a message breaks the contract. It never holds a
// submitted value; of what was submitted, only the names of fields and
// parameters appear in it, cut where they are longer than 128 bytes.
type Violation struct {
	In In
	// Pointer is the place within that part, a JSON pointer (RFC 6901). A
	// parameter's is "/" and its name. For a field that is missing it is where
	// the field would be.
	Pointer string
	Code    Code
	// Message is a sentence for a person. It names the field or the parameter,
	// and leaves out the Position.
	Message string
	// Position says where in the body a text stops being JSON or UTF-8, for a
	// person: "line 2, column 5" (both from 1) or "byte 12" (from 0). It is
	// empty for all other violations.
	Position string
	// Schema is the rule's place in the document, a JSON pointer in a URI
	// fragment, such as "#/components/schemas/WebhookType/enum". It is empty
	// for rules that no schema states.
	Schema string
	// Suggestion is the nearest valid spelling of an enum value or a name, or
	// empty where none is near.
	Suggestion string
	// Start and End are where the offending text stands, in bytes: in the body,
	// in the raw query, or in one value of a header (see Value). Of an object or
	// an array it is the bracket that opens it; for a missing field, that of its
	// object. They are -1 where no text is to blame: for a missing parameter,
	// for the path and for the status.
	Start, End int
	// Value tells which of a header's values it is, from 0.
	Value int
}

// Detail returns the message, followed by the position where there is one.
func (v *Violation) Detail() string {
	if v.Position == "" {
		return v.Message
	}
	return v.Message + " (" + v.Position + ")"
}

// violationsOf returns what the engine found, nil where it found nothing.
func violationsOf(found []openapi.Violation) []Violation {
	if len(found) == 0 {
		return nil
	}
	violations := make([]Violation, len(found))
	for i := range found {
		v := &found[i]
		violations[i] = Violation{
			In: In(v.In), Pointer: v.Pointer, Code: Code(v.Code), Message: v.Message, Position: v.Position, Schema: v.Schema,
			Suggestion: v.Suggestion, Start: v.Start, End: v.End, Value: v.Value,
		}
	}
	return violations
}
