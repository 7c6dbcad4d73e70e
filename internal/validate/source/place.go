package source

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// Place is a position in a file as editors count: lines and columns from 1,
// columns in characters.
type Place struct {
	File         string
	Line, Column int
}

// Locator says where a byte of a text stands in a file.
type Locator interface {
	// Place returns the position of the byte at an offset. An offset beyond the
	// end is taken for the end.
	Place(offset int) Place
}

// File is a file that is wholly in memory. It is not safe for concurrent use,
// as it indexes its lines when first asked.
type File struct {
	// Name is how the user calls the file.
	Name string
	// Data is what the file holds.
	Data  string
	lines []int // where each line begins
}

// Text returns everything that the file holds.
func (f *File) Text() Text { return NewText(f.Data, f) }

// Place implements Locator.
func (f *File) Place(offset int) Place {
	if f.lines == nil {
		f.lines = append(f.lines, 0)
		for i := range len(f.Data) {
			if f.Data[i] == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	offset = min(max(offset, 0), len(f.Data))
	line := sort.SearchInts(f.lines, offset+1) - 1
	return Place{File: f.Name, Line: line + 1, Column: utf8.RuneCountInString(f.Data[f.lines[line]:offset]) + 1}
}

// Offset is the inverse of Place: the offset of a line and a column, as far as
// the file has them.
func (f *File) Offset(line, column int) int {
	f.Place(0) // indexes the lines
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.Data)
	}
	offset := f.lines[line-1]
	for ; column > 1 && offset < len(f.Data) && f.Data[offset] != '\n'; column-- {
		_, size := utf8.DecodeRuneInString(f.Data[offset:])
		offset += size
	}
	return offset
}

// Fragment is a part of a file, of which only that part is in memory.
type Fragment struct {
	Data []byte
	// Start is the position of its first byte.
	Start Place
}

// Place implements Locator.
func (f *Fragment) Place(offset int) Place {
	return Advance(f.Start, f.Data[:min(max(offset, 0), len(f.Data))])
}

// Advance returns the position after the bytes that begin at from.
func Advance(from Place, data []byte) Place {
	newlines := bytes.Count(data, []byte{'\n'})
	if newlines > 0 {
		from.Line += newlines
		from.Column = 1
		data = data[1+bytes.LastIndexByte(data, '\n'):]
	}
	from.Column += utf8.RuneCount(data)
	return from
}
