package console

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/loopback"
	"github.com/hookline-go/hookline/internal/webhook"
)

// How long a session lasts: from its beginning, and from its last use.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 30 * time.Minute
)

// maxSessions bounds memory. The session that was used the longest time ago
// makes room.
const maxSessions = 10_000

// session is a visitor who has given an API key.
type session struct {
	key         webhook.KeyHash
	begun, used time.Time
}

// sessions are those of this process, by the hash of their id: whoever reads
// the memory cannot use them.
type sessions struct {
	now func() time.Time

	mu   sync.Mutex
	byID map[[sha256.Size]byte]session
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, byID: map[[sha256.Size]byte]session{}}
}

// begin returns the id of a new session.
func (s *sessions) begin(key webhook.KeyHash) string {
	id, now := rand.Text(), s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(now)
	s.byID[sha256.Sum256([]byte(id))] = session{key: key, begun: now, used: now}
	return id
}

func (s *sessions) makeRoom(now time.Time) {
	if len(s.byID) < maxSessions {
		return
	}
	var oldest [sha256.Size]byte
	used := now
	for id, one := range s.byID {
		switch {
		case one.ended(now):
			delete(s.byID, id)
		case !one.used.After(used):
			oldest, used = id, one.used
		}
	}
	if len(s.byID) >= maxSessions {
		delete(s.byID, oldest)
	}
}

func (s session) ended(now time.Time) bool {
	return now.Sub(s.begun) >= sessionLife || now.Sub(s.used) >= sessionIdle
}

// use returns the key of a session that goes on.
func (s *sessions) use(id string) (key webhook.KeyHash, ok bool) {
	hash, now := sha256.Sum256([]byte(id)), s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.byID[hash]
	if !ok {
		return webhook.KeyHash{}, false
	}
	if one.ended(now) {
		delete(s.byID, hash)
		return webhook.KeyHash{}, false
	}
	one.used = now
	s.byID[hash] = one
	return one.key, true
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, sha256.Sum256([]byte(id)))
}

// cookieName has the prefix by which browsers take the cookie from this host
// over TLS only. Plain HTTP on this machine cannot have it.
func cookieName(r *http.Request) string {
	if loopback.IsHost(hostOf(r)) && r.TLS == nil && r.Header.Get("X-Forwarded-Proto") != "https" {
		return "hookline-session"
	}
	return "__Host-hookline-session"
}

func setCookie(w http.ResponseWriter, r *http.Request, id string) {
	cookie := &http.Cookie{ //nolint:gosec // Secure follows, unless this is plain HTTP on this machine
		Name: cookieName(r), Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(sessionLife.Seconds()),
	}
	cookie.Secure = cookie.Name != "hookline-session"
	if id == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

func sessionID(r *http.Request) string {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}
