package contract

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
)

// recorder keeps what a handler answers, as much of it as a contract allows.
type recorder struct {
	http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
	// hijacked says that the connection is no longer HTTP's.
	hijacked bool
}

// writer returns the recorder with those of http.Flusher and http.Hijacker that
// the original has, as handlers ask for them. io.ReaderFrom it always has.
func (r *recorder) writer() http.ResponseWriter {
	_, flushes := r.ResponseWriter.(http.Flusher)
	_, hijacks := r.ResponseWriter.(http.Hijacker)
	switch {
	case flushes && hijacks:
		return struct {
			*recorder
			http.Flusher
			http.Hijacker
		}{r, flusher{r}, hijacker{r}}
	case flushes:
		return struct {
			*recorder
			http.Flusher
		}{r, flusher{r}}
	case hijacks:
		return struct {
			*recorder
			http.Hijacker
		}{r, hijacker{r}}
	default:
		return r
	}
}

// flusher is the recorder's http.Flusher.
type flusher struct{ recorder *recorder }

// Flush implements http.Flusher.
func (f flusher) Flush() {
	f.recorder.begin(http.StatusOK)
	_ = http.NewResponseController(f.recorder.ResponseWriter).Flush() // the original has it
}

// hijacker is the recorder's http.Hijacker.
type hijacker struct{ recorder *recorder }

// Hijack implements http.Hijacker.
func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h.recorder.hijacked = true
	return http.NewResponseController(h.recorder.ResponseWriter).Hijack()
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		r.begin(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

// begin records the status that counts, the first one that is not
// informational, and the header as it is then.
func (r *recorder) begin(status int) {
	if r.status == 0 {
		r.status, r.header = status, r.Header().Clone()
	}
}

// ReadFrom implements io.ReaderFrom, so that the original may send a file
// without copying it; what is recorded of it is read as well.
func (r *recorder) ReadFrom(source io.Reader) (int64, error) {
	head, err := io.ReadAll(io.LimitReader(source, MaxBody+1))
	if err != nil {
		written, _ := r.Write(head)
		return int64(written), err
	}
	written, err := r.Write(head)
	if err != nil || len(head) <= MaxBody {
		return int64(written), err
	}
	rest, err := io.Copy(r.ResponseWriter, source)
	return int64(written) + rest, err
}

// Write implements io.Writer.
func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 && r.Header().Get("Content-Type") == "" {
		r.Header().Set("Content-Type", http.DetectContentType(data)) // as net/http does
	}
	r.begin(http.StatusOK)
	r.body.Write(data[:min(len(data), MaxBody+1-r.body.Len())])
	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the original.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
