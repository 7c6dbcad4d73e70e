package client_test

import "net/http"

const (
	deliveryID   = "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"
	deliveryJSON = `{"id":"` + deliveryID + `","webhookName":"n","webhookUrl":"https://example.com/","state":"DELIVERED",` +
		`"latestStatusCode":200,"attemptCount":1,"eventType":"CONNECTION_CHANGED","integration":null,"syncId":null,` +
		`"createdAt":"2026-05-15T18:17:02.052Z","updatedAt":"2026-05-15T18:17:02.052Z"`
)

func envelope(data string) string { return `{"data":` + data + `,"request_id":"` + seedID + `"}` }

// api answers every operation with an example of its answer.
func api() http.Handler {
	mux := http.NewServeMux()
	for pattern, response := range map[string]struct {
		status int
		body   string
	}{
		"POST /core/webhook-config":              {http.StatusCreated, createdJSON},
		"GET /core/webhook-config":               {http.StatusOK, envelope(`{"data":[` + configJSON + `],"count":1,"next":null}`)},
		"GET /core/webhook-config/{id}":          {http.StatusOK, createdJSON},
		"PUT /core/webhook-config/{id}":          {http.StatusOK, createdJSON},
		"DELETE /core/webhook-config/{id}":       {http.StatusNoContent, ""},
		"POST /core/webhook-config/{id}/test":    {http.StatusAccepted, envelope(`{"delivery":{"id":"` + deliveryID + `"}}`)},
		"POST /core/webhook-config/{id}/recover": {http.StatusAccepted, envelope(`{"deliveries":3}`)},
		"GET /core/webhook-logs":                 {http.StatusOK, envelope(`{"webhookLogs":[` + deliveryJSON + `}],"count":1,"next":null}`)},
		"GET /core/webhook-logs/{id}": {http.StatusOK, envelope(`{"webhookLog":` + deliveryJSON +
			`,"payload":{"event":"connection.changed","company_id":496},"attempts":[]}}`)},
		"POST /core/webhook-logs/{id}/retry": {http.StatusAccepted, envelope(`{"delivery":{"id":"` + deliveryID + `"}}`)},
		"POST /core/webhook-events":          {http.StatusAccepted, envelope(`{"event":{"id":"` + deliveryID + `","deliveries":2}}`)},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", seedID)
			if response.body == "" {
				w.WriteHeader(response.status)
				return
			}
			answer(response.status, "application/json", response.body)(w, r)
		})
	}
	mux.HandleFunc("GET /core/webhook-stream", answer(http.StatusOK, "text/event-stream",
		": listening\nid: "+seedID+"\n\nid: "+deliveryID+"\nevent: event\ndata: "+streamedJSON+"\n\n"))
	root := http.NewServeMux()
	root.Handle("/gateway/v4/", http.StripPrefix("/gateway/v4", mux))
	root.Handle("/v4/", http.StripPrefix("/v4", mux))
	return root
}

// streamedJSON is an event of a stream.
const streamedJSON = `{"id":"` + deliveryID + `","createdAt":"2026-05-15T18:17:02.052Z","webhookType":"DATA_MODEL_CHANGES",` +
	`"integrationType":null,"topic":"invoice.create","syncId":null,"payload":"{\"event\":\"invoice.create\"}"}`
