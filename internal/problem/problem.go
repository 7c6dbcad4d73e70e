// Package problem writes problem documents (RFC 9457), the bodies of answers
// that are errors.
package problem

import (
	"encoding/json"
	"net/http"
)

const (
	// MediaType is that of a problem document.
	MediaType = "application/problem+json"
	// TypeBlank is the type of a problem that its status and code say all about.
	TypeBlank = "about:blank"
)

// Write answers with a document, which becomes JSON. A caller that is gone gets
// nothing, and that is no error. One that cannot be encoded is a bare 500.
func Write(w http.ResponseWriter, status int, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", MediaType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
