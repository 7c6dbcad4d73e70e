package server

import "net/http"

// headHandler answers HEAD as it would GET, without the body (RFC 9110, section 9.3.2).
type headHandler struct{ next http.Handler }

func (h headHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodHead {
		h.next.ServeHTTP(w, r)
		return
	}
	get := r.Clone(r.Context())
	get.Method = http.MethodGet
	h.next.ServeHTTP(bodyless{w}, get)
}

// bodyless keeps the header and drops the body.
type bodyless struct{ http.ResponseWriter }

// Write drops data.
func (bodyless) Write(data []byte) (int, error) { return len(data), nil }

// Unwrap lets http.ResponseController reach the writer.
func (b bodyless) Unwrap() http.ResponseWriter { return b.ResponseWriter }
