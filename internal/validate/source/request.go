package source

import "fmt"

// Field is a header or a query parameter.
type Field struct{ Name, Value Text }

// Request is a request as a file has it, with the response if the file has one
// too.
type Request struct {
	// Name is what the file calls it, or empty.
	Name string
	// Start is where it begins.
	Start Text
	// Operation is the operation's id, where the file or the user names one,
	// and empty where Method and URL tell.
	Operation string
	// BodyOnly says that the file holds a body and nothing else, so that
	// nothing else can be missing.
	BodyOnly bool

	Method Text
	// URL is absolute, or a path. Its query and Query count together.
	URL    Text
	Query  []Field
	Header []Field
	// Body is absent where there is none.
	Body Text
	// BodyUnknown says that there is a body, and that the file does not tell
	// what it is.
	BodyUnknown bool

	// Partial says that the file may leave headers out, so that nobody knows
	// which are missing.
	Partial bool

	// Response is nil where there is none.
	Response *Response
	// ResponseOnly says that the file holds a response and no request.
	ResponseOnly bool

	// Recorded says that a browser or a proxy has recorded the exchange, so that
	// what comes from those two is none of the client's or the server's.
	Recorded bool
	// Comment is what the file says about the request, in formats that have a
	// field for it, or absent.
	Comment Text
}

// Response is a response as a file has it.
type Response struct {
	Start       Text
	Status      int
	StatusText  Text
	Header      []Field
	Body        Text
	BodyUnknown bool
	Partial     bool // as in Request
}

// Yield takes the requests of a file, one after the other. A request and its
// texts are good only until Yield returns. A *FileError is a problem of that
// request alone; any other error ends the reading.
type Yield func(*Request) error

// FileError is the reason why a file, or a part of it, cannot be read.
type FileError struct {
	Place  Place
	Reason string
	// Note says that it is only to be known: nothing is wrong with the file.
	Note bool
}

// Error implements error: "file:line:column: reason", as far as they are known.
func (e *FileError) Error() string {
	switch {
	case e.Place.Line == 0 && e.Place.File == "":
		return e.Reason
	case e.Place.Line == 0:
		return e.Place.File + ": " + e.Reason
	default:
		return fmt.Sprintf("%s:%d:%d: %s", e.Place.File, e.Place.Line, e.Place.Column, e.Reason)
	}
}

// ErrorAt returns a FileError at a place.
func ErrorAt(place Place, format string, args ...any) *FileError {
	return &FileError{Place: place, Reason: fmt.Sprintf(format, args...)}
}
