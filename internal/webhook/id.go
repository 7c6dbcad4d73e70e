package webhook

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"time"
)

// ID names an event, a delivery or an attempt: a UUID of version 7 (RFC 9562,
// section 5.7), so that later items have greater ids. The zero ID is none.
//
// A store assigns ids. Text becomes an ID once, where it enters the service.
//
//nolint:recvcheck // what decodes needs a pointer, and an ID is a value
type ID [16]byte

// The canonical form of a UUID (RFC 9562, section 4): 32 hexadecimal digits in
// five groups.
const idLength = 36

var idGroups = [...][2]int{{0, 8}, {9, 13}, {14, 18}, {19, 23}, {24, idLength}}

// errNoID does not repeat the text, which a caller submitted.
var errNoID = &Error{Code: CodeInvalid, Message: "the id is not a UUID"}

// ParseID reads the canonical form of a UUID, in either case. The error's code
// is [CodeInvalid] and its message leaves the text out.
func ParseID(text string) (id ID, err error) {
	if len(text) != idLength {
		return ID{}, errNoID
	}
	digits := make([]byte, 0, hex.EncodedLen(len(id)))
	for i, group := range idGroups {
		if i > 0 && text[group[0]-1] != '-' {
			return ID{}, errNoID
		}
		digits = append(digits, text[group[0]:group[1]]...)
	}
	if _, err := hex.Decode(id[:], digits); err != nil {
		return ID{}, errNoID
	}
	return id, nil
}

// String returns the canonical form, in lower case.
func (id ID) String() string {
	var room [idLength]byte
	text, _ := id.AppendText(room[:0])
	return string(text)
}

// IsZero reports whether id is none.
func (id ID) IsZero() bool { return id == ID{} }

// Time returns when an id of version 7 was made, to the millisecond (RFC 9562,
// section 5.7).
func (id ID) Time() time.Time {
	var milliseconds int64
	for _, b := range id[:6] {
		milliseconds = milliseconds<<8 | int64(b)
	}
	return time.UnixMilli(milliseconds).UTC()
}

// MarshalText implements [encoding.TextMarshaler].
func (id ID) MarshalText() ([]byte, error) { return id.AppendText(make([]byte, 0, idLength)) }

// AppendText implements [encoding.TextAppender].
func (id ID) AppendText(text []byte) ([]byte, error) {
	var room [2 * len(id)]byte
	digits := hex.AppendEncode(room[:0], id[:])
	for i, group := range idGroups {
		if i > 0 {
			text = append(text, '-')
		}
		width := group[1] - group[0]
		text, digits = append(text, digits[:width]...), digits[width:]
	}
	return text, nil
}

// UnmarshalText implements [encoding.TextUnmarshaler] with [ParseID].
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}

// Value implements [driver.Valuer]: the canonical form.
func (id ID) Value() (driver.Value, error) { return id.String(), nil }

// Scan implements [database/sql.Scanner] for the canonical form.
func (id *ID) Scan(value any) error {
	switch text := value.(type) {
	case string:
		return id.UnmarshalText([]byte(text))
	case []byte:
		return id.UnmarshalText(text)
	default:
		return errors.New("an id is stored as text")
	}
}
