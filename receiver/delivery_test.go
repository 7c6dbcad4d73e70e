package receiver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/receiver"
)

func TestEventType(t *testing.T) {
	for payload, want := range map[string]string{
		`{"event":"connection.changed","company_id":496}`:               "connection.changed", // the vendor's example
		`{"type":"contact.created","timestamp":"2022-11-03","data":{}}`: "contact.created",    // Standard Webhooks
		`{"type":"a","event":"b"}`:                                      "b",
		`{"type":"a","event":null}`:                                     "a",
		`{"type":"a","event":{"type":"b"}}`:                             "a",
		`{"event":""}`:                                                  "",
		`{"Event":"a","TYPE":"b"}`:                                      "",
		`{"data":{"event":"a"}}`:                                        "",
		`{"event":7}`:                                                   "",
		`{}`:                                                            "",
		`[]`:                                                            "",
		``:                                                              "",
	} {
		assert.Equal(t, want, receiver.Delivery{Payload: []byte(payload)}.EventType(), payload)
	}
}
