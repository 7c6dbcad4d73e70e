package openapi

import "hash/maphash"

// names tells whether an object has a name already, for all objects that are
// open at a place of a text. An object's names are where they stand in the
// text, so that one takes 4 bytes, and 8 more in a large object, where looking
// through them would take quadratic time.
type names struct {
	text   string
	starts []uint32 // of the names of all open objects, the outermost first, each once
	tables []nameTable
}

// nameTable finds the names of a large object by their hashes. It is open
// addressing with linear probing, at most half full.
type nameTable struct {
	first int      // the object's first name
	slots []uint32 // 1 + the index of a name, or 0
}

const (
	smallObject = 16
	firstTable  = 8 * smallObject
)

var nameSeed = maphash.MakeSeed()

// add notes a name of the innermost object, whose first one is given. It
// returns false where the object has the name already.
func (s *names) add(first, start int, name string) bool {
	fresh := true
	if len(s.starts)-first < smallObject {
		for _, known := range s.starts[first:] {
			fresh = fresh && s.at(known) != name
		}
	} else {
		fresh = s.table(first).find(s, name) < 0
	}
	if !fresh {
		return false
	}
	s.starts = append(s.starts, uint32(start)) //nolint:gosec // at most largestText
	if len(s.starts)-first > smallObject {
		s.table(first).insert(s, len(s.starts)-1, name)
	}
	return true
}

// end forgets an object's names.
func (s *names) end(first int) {
	s.starts = s.starts[:first]
	if last := len(s.tables) - 1; last >= 0 && s.tables[last].first == first {
		s.tables = s.tables[:last]
	}
}

// table returns the innermost object's, which it makes if need be.
func (s *names) table(first int) *nameTable {
	if last := len(s.tables) - 1; last >= 0 && s.tables[last].first == first {
		return &s.tables[last]
	}
	t := nameTable{first: first, slots: make([]uint32, firstTable)}
	for i := first; i < len(s.starts); i++ {
		t.put(i, s.at(s.starts[i]))
	}
	s.tables = append(s.tables, t)
	return &s.tables[len(s.tables)-1]
}

// find returns the slot's index that a name has, or -1.
func (t *nameTable) find(s *names, name string) int {
	mask := len(t.slots) - 1
	for i := int(maphash.String(nameSeed, name)) & mask; t.slots[i] != 0; i = (i + 1) & mask { //nolint:gosec // any bits will do
		if s.at(s.starts[t.slots[i]-1]) == name {
			return i
		}
	}
	return -1
}

func (t *nameTable) insert(s *names, index int, name string) {
	if 2*(index-t.first+1) > len(t.slots) {
		t.slots = make([]uint32, 2*len(t.slots))
		for i := t.first; i < index; i++ {
			t.put(i, s.at(s.starts[i]))
		}
	}
	t.put(index, name)
}

func (t *nameTable) put(index int, name string) {
	mask := len(t.slots) - 1
	i := int(maphash.String(nameSeed, name)) & mask //nolint:gosec // any bits will do
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = uint32(index) + 1 //nolint:gosec // at most largestText
}

// at returns the name that begins at a place of the text.
func (s *names) at(start uint32) string {
	rest := s.text[start+1:]
	for i := range len(rest) {
		switch rest[i] {
		case '"':
			return rest[:i]
		case '\\':
			return unquote(quotedPrefix(s.text[start:]))
		}
	}
	return rest
}

// quotedPrefix returns the JSON string that a text begins with.
func quotedPrefix(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1]
		}
	}
	return text
}
