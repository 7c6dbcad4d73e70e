package receiver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hookline-go/hookline/receiver"
)

// signingKey is what the config was created with. A program reads it from where
// it keeps its secrets.
const signingKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// quiet keeps the refusals out of the output. Programs leave the logger as it
// is, or give their own.
var quiet = slog.New(slog.DiscardHandler)

// post sends a delivery to a handler as hookline would, and returns what it
// answered.
func post(handler http.Handler, key, id, payload string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/webhooks", bytes.NewReader([]byte(payload)))
	signer, err := receiver.NewSigner(key)
	if err == nil {
		err = signer.SetHeader(request.Header, id, time.Now(), []byte(payload))
	}
	if err != nil {
		fmt.Println(err)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func ExampleNewHandler() {
	seen, err := receiver.NewMemoryDeduplicator(100_000, 27*time.Hour)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := receiver.NewHandler([]string{signingKey}, func(_ context.Context, delivery receiver.Delivery) error {
		fmt.Println("handling", delivery.EventType(), string(delivery.Payload))
		return nil
	}, receiver.WithDeduplicator(seen), receiver.WithLogger(quiet))
	if err != nil {
		fmt.Println(err)
		return
	}
	// In a program: http.Handle("/webhooks", handler)
	const payload = `{"event":"connection.changed","company_id":496}`
	fmt.Println(post(handler, signingKey, "event-1", payload).Code)
	fmt.Println(post(handler, signingKey, "event-1", payload).Code, "(the same again)")
	fmt.Println(post(handler, "another key", "event-2", payload).Code)
	// Output:
	// handling connection.changed {"event":"connection.changed","company_id":496}
	// 204
	// 204 (the same again)
	// 401
}

// A handler says when the delivery should come again, or that none should.
func ExampleRetryLater() {
	handler, err := receiver.NewHandler([]string{signingKey}, func(_ context.Context, delivery receiver.Delivery) error {
		if delivery.EventType() == "tenant.closed" {
			return receiver.ErrGone
		}
		return receiver.RetryLater(time.Minute, errors.New("the database is being restored"))
	}, receiver.WithLogger(quiet))
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := post(handler, signingKey, "event-1", `{"event":"connection.changed"}`)
	fmt.Println(answer.Code, "Retry-After:", answer.Header().Get("Retry-After"))
	fmt.Println(post(handler, signingKey, "event-2", `{"event":"tenant.closed"}`).Code)
	// Output:
	// 503 Retry-After: 60
	// 410
}

// The body is read whole, and verified before anything looks at it.
func ExampleVerify() {
	endpoint := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, receiver.MaxPayload))
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		if err := receiver.Verify(payload, r.Header, signingKey); err != nil {
			http.Error(w, "the delivery is not verified", http.StatusUnauthorized)
			return
		}
		fmt.Printf("verified: %s\n", payload)
		w.WriteHeader(http.StatusNoContent)
	})
	fmt.Println(post(endpoint, signingKey, "event-1", `{"event":"sync.completed"}`).Code)
	fmt.Println(post(endpoint, "another key", "event-1", `{"event":"sync.completed"}`).Code)
	// Output:
	// verified: {"event":"sync.completed"}
	// 204
	// 401
}

// A delivery that was recorded is verified at the time at which it came. The
// key is being replaced: both are good.
func ExampleVerifier_Verify() {
	verifier, err := receiver.NewVerifier([]string{"the new key", signingKey},
		receiver.WithClock(func() time.Time { return time.Unix(1614265331, 0) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	header := make(http.Header)
	header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("webhook-timestamp", "1614265330")
	header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	fmt.Println(verifier.Verify([]byte(`{"test": 2432232314}`), header))
	fmt.Println(verifier.Verify([]byte(`{"test": 2432232315}`), header))
	// Output:
	// <nil>
	// receiver: no signature matches
}

// Programs act on the code, or on the value.
func ExampleError_Code() {
	err := receiver.Verify([]byte("{}"), http.Header{"Webhook-Id": {"event-1"}}, signingKey)
	if reason, ok := errors.AsType[*receiver.Error](err); ok {
		fmt.Println(reason.Code(), errors.Is(err, receiver.ErrUnverified), errors.Is(err, receiver.ErrMissingHeader))
	}
	// Output: missing_header true true
}

func ExampleSign() {
	signature, err := receiver.Sign(signingKey, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signature)
	// Output: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
}

// While the key is being replaced a delivery carries a signature of each.
func ExampleSigner_Sign() {
	signer, err := receiver.NewSigner("the new key", signingKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	signatures, err := signer.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signatures)
	// Output: v1,SzgTHNiJOOg6HtUBVtCPb/gT1wkbFKfWoJBgpeDjyuQ= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
}

// A test of an endpoint sends it what hookline would send.
func ExampleSigner_SetHeader() {
	payload := []byte(`{"event":"connection.changed","company_id":496}`)
	signer, err := receiver.NewSigner(signingKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/webhooks", bytes.NewReader(payload))
	if err := signer.SetHeader(request.Header, "event-1", time.Unix(1614265330, 0), payload); err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		fmt.Printf("%s: %s\n", name, request.Header.Get(name))
	}
	// Output:
	// webhook-id: event-1
	// webhook-timestamp: 1614265330
	// webhook-signature: v1,kpU+hL7voEb9KORdQ23K8NqggOjD4sZs70Uk3kYTZQA=
}

func ExampleDelivery_EventType() {
	fmt.Println(receiver.Delivery{Payload: []byte(`{"event":"connection.changed","company_id":496}`)}.EventType())
	fmt.Println(receiver.Delivery{Payload: []byte(`{"type":"contact.created","data":{}}`)}.EventType())
	// Output:
	// connection.changed
	// contact.created
}
