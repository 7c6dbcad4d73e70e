package source

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// JSONString returns the text of a JSON string that stands, quotes included, at
// an offset of the parent. It is to be valid JSON: anything else is taken as it
// stands.
func JSONString(raw string, parent Locator, at int) Text {
	if len(raw) < 2 || raw[0] != '"' {
		return NewText(raw, shifted{at: parent, by: at})
	}
	if strings.IndexByte(raw, '\\') < 0 {
		return NewText(raw[1:len(raw)-1], shifted{at: parent, by: at + 1})
	}
	value, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return NewText(raw, shifted{at: parent, by: at})
	}
	return NewText(string(value), jsonString{raw: raw, parent: parent, at: at})
}

// jsonString finds places in a JSON string with escapes. It decodes again when
// asked, as most strings never are.
type jsonString struct {
	raw    string
	parent Locator
	at     int
}

// Place implements Locator.
func (s jsonString) Place(offset int) Place {
	in, out := 1, 0
	for in < len(s.raw)-1 {
		read, written := jsonPiece(s.raw[in:])
		if out+written > offset {
			break
		}
		in, out = in+read, out+written
	}
	return s.parent.Place(s.at + in)
}

// jsonPiece returns how long the next piece of a JSON string is, and what it
// decodes to.
func jsonPiece(raw string) (read, written int) {
	if raw[0] != '\\' || len(raw) < 2 {
		return 1, 1
	}
	read = 2
	if raw[1] == 'u' {
		read = min(6, len(raw))
		if strings.HasPrefix(strings.ToLower(raw), `\ud`) && len(raw) >= 12 && strings.ContainsRune("89abAB", rune(raw[3])) {
			read = 12
		}
	}
	value, err := jsontext.AppendUnquote(nil, `"`+raw[:read]+`"`)
	if err != nil {
		return read, 1
	}
	return read, len(value)
}
