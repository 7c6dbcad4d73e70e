package receiver_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookline-go/hookline/receiver"
)

// signedHere is a second implementation of the scheme, of raw secrets only.
func signedHere(secret, id, timestamp string, payload []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(payload)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// FuzzVerify gives the verifier whatever headers there may be: it never panics,
// and what it accepts is signed.
func FuzzVerify(f *testing.F) {
	const secret = "s3cr3t"
	right := signedHere(secret, vectorID, vectorTimestamp, vectorPayload)
	f.Add(vectorPayload, vectorID, vectorTimestamp, right, "")
	f.Add(vectorPayload, vectorID, vectorTimestamp, wrongV1+" "+specsV1a, wrongV2+" "+right)
	f.Add(vectorPayload, vectorID+".1", vectorTimestamp, right, right)
	f.Add([]byte("1."), "a", "01614265330", "v1,", " ")
	f.Add([]byte(nil), "", "-1", "", "v1a,"+right)
	verifier, err := receiver.NewVerifier([]string{"another", secret}, atVectorTime)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte, id, timestamp, signature, rootFi string) {
		header := http.Header{
			receiver.HeaderID: {id}, receiver.HeaderTimestamp: {timestamp},
			receiver.HeaderSignature: {signature}, receiver.HeaderRootFiSignature: {rootFi},
		}
		if verifier.Verify(payload, header) != nil {
			return
		}
		given := strings.Split(signature+" "+rootFi, " ")
		for _, key := range []string{secret, "another"} {
			if slices.Contains(given, signedHere(key, id, timestamp, payload)) {
				return
			}
		}
		t.Errorf("accepted, but not signed: %q %q %q %q", id, timestamp, signature, rootFi)
	})
}

// FuzzRoundTrip signs whatever can be signed: it verifies, and does not any
// more after one bit has changed, wherever.
func FuzzRoundTrip(f *testing.F) {
	f.Add("s3cr3t", vectorID, vectorTime.Unix(), vectorPayload, uint(3))
	f.Add(vectorSecret, "a", int64(0), []byte(nil), uint(1000))
	f.Add("whsec_AA==", "a.b", int64(-1), []byte("\x00"), uint(0))
	f.Fuzz(func(t *testing.T, secret, id string, seconds int64, payload []byte, flip uint) {
		signer, err := receiver.NewSigner(secret)
		if err != nil {
			return
		}
		header := make(http.Header)
		at := time.Unix(seconds, 0)
		if signer.SetHeader(header, id, at, payload) != nil {
			return
		}
		verifier, err := receiver.NewVerifier([]string{secret}, receiver.WithClock(func() time.Time { return at }))
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(payload, header); err != nil {
			t.Fatalf("signed, but not accepted: %v", err)
		}
		if changed := flipBit(header, payload, flip); verifier.Verify(changed, header) == nil {
			t.Errorf("accepted after a change: %v %q", header, changed)
		}
	})
}

// flipBit changes one bit of the signed parts or the signature and returns the
// payload, changed or not.
func flipBit(header http.Header, payload []byte, n uint) []byte {
	changed := slices.Clone(payload)
	parts := [][]byte{changed}
	names := []string{receiver.HeaderID, receiver.HeaderTimestamp, receiver.HeaderSignature}
	total := len(changed)
	for _, name := range names {
		parts = append(parts, []byte(header.Get(name)))
		total += len(header.Get(name))
	}
	at := int(n/8) % total
	for _, part := range parts {
		if at < len(part) {
			part[at] ^= 1 << (n % 8)
			break
		}
		at -= len(part)
	}
	for i, name := range names {
		header[name] = []string{string(parts[i+1])}
	}
	return changed
}
