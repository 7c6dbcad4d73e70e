package server_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/server"
)

// TestConcurrency mixes all kinds of answers. Each caller must get its own.
func TestConcurrency(t *testing.T) {
	const workers, rounds = 6, 5
	implementation := working()
	implementation.list = listOf(30)
	s := serve(t, implementation, server.WithRateLimit(1e6, 1e6))
	want := map[string]int{
		"success": http.StatusCreated, "without a body": http.StatusNoContent, "invalid": http.StatusBadRequest,
		"unauthorized": http.StatusUnauthorized, "not found": http.StatusNotFound, "method not allowed": http.StatusMethodNotAllowed,
		"options": http.StatusNoContent, "head": http.StatusOK, "panic": http.StatusInternalServerError, "page": http.StatusOK,
	}
	calls := everyKindOfAnswer()
	calls["page"] = listCall().with("Accept-Encoding", "gzip")
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range rounds {
				for name, c := range calls {
					id := uuid.NewString()
					got := s.do(c.with("X-Request-Id", id))
					assert.Equal(t, want[name], got.status, name)
					assert.Equal(t, id, got.header.Get("X-Request-Id"), name)
					if got.body != "" {
						assert.Contains(t, got.body, `"request_id":"`+id+`"`, name)
					}
				}
			}
		})
	}
	group.Wait()
	assert.Len(t, s.logged(accessLine), workers*rounds*len(calls))
	assert.Len(t, s.logged(failureLine), workers*rounds)
}
