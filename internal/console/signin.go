package console

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/internal/webhook"
)

// visitor is who looks at a page.
type visitor struct {
	// Organisation is 0 for somebody who has not signed in.
	Organisation int64
	// KeyName names the API key.
	KeyName string
	// Development tells that nobody was asked for a key.
	Development bool
}

// signedIn leads visitors without a session to the form, and shows errors.
func (c *Console) signedIn(page func(http.ResponseWriter, *http.Request, visitor) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := c.visitor(r)
		switch {
		case err != nil:
			c.fail(w, r, visitor{}, err)
		case v.Organisation == 0:
			http.Redirect(w, r, Path+"sign-in", http.StatusSeeOther)
		default:
			if err := page(w, r, v); err != nil {
				c.fail(w, r, v, err)
			}
		}
	}
}

// visitor finds out who asks. The key is looked up for every page, so that a
// revoked key ends its sessions.
func (c *Console) visitor(r *http.Request) (visitor, error) {
	hash, ok := c.sessions.use(sessionID(r))
	development := !ok && c.options.DevKey != ""
	if development {
		hash, ok = webhook.HashKey(c.options.DevKey), true
	}
	if !ok {
		return visitor{}, nil
	}
	key, err := c.store.KeyByHash(r.Context(), hash)
	if webhook.CodeOf(err) == webhook.CodeNotFound {
		c.sessions.end(sessionID(r))
		return visitor{}, nil
	}
	if err != nil {
		return visitor{}, err
	}
	return visitor{Organisation: key.OrganisationID, KeyName: key.Name, Development: development}, nil
}

// signInPage is the form, with what was wrong with the last key.
type signInPage struct{ Problem string }

func (c *Console) askForKey(w http.ResponseWriter, r *http.Request) {
	c.showSignIn(w, r, http.StatusOK, "")
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, problem string) {
	if err := c.render(w, status, "sign-in", layout{Title: "Sign in", Page: signInPage{problem}}); err != nil {
		c.fail(w, r, visitor{}, err)
	}
}

// signIn begins a session with a new id, whatever the browser had before.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	if !c.attempts.allow(r, c.options.Now()) {
		c.showSignIn(w, r, http.StatusTooManyRequests, "There were too many attempts. Wait a minute.")
		return
	}
	key := webhook.Secret(r.PostFormValue("key"))
	hash := webhook.HashKey(key)
	_, err := c.store.KeyByHash(r.Context(), hash)
	switch {
	case webhook.CodeOf(err) == webhook.CodeNotFound, key == c.options.RefusedKey:
		c.showSignIn(w, r, http.StatusForbidden, "This is no valid API key.")
		return
	case err != nil:
		c.fail(w, r, visitor{}, err)
		return
	}
	c.sessions.end(sessionID(r))
	setCookie(w, r, c.sessions.begin(hash))
	http.Redirect(w, r, Path+"webhooks", http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	c.sessions.end(sessionID(r))
	setCookie(w, r, "")
	http.Redirect(w, r, Path+"sign-in", http.StatusSeeOther)
}

// Attempts to sign in: so many at once from one address, and then one every few
// seconds.
const (
	attemptBurst = 10
	attemptEvery = 6 * time.Second
	maxAddresses = 10_000
)

// attempts limits how often an address may try a key.
type attempts struct {
	mu        sync.Mutex
	addresses map[string]*rate.Limiter
}

func (a *attempts) allow(r *http.Request, now time.Time) bool {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.addresses) >= maxAddresses {
		clear(a.addresses)
	}
	limiter, ok := a.addresses[address]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(attemptEvery), attemptBurst)
		a.addresses[address] = limiter
	}
	return limiter.AllowN(now, 1)
}

func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}
