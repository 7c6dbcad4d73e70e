package receiver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Scheme describes how a sender signs its deliveries with HMAC-SHA256:
// [WithScheme] verifies by it, and [Scheme.SetHeader] signs by it. [Schemes]
// has those of some public senders; whoever signs differently is described
// field by field:
//
//	receiver.Scheme{
//		SignatureHeader: "X-Acme-Signature", Prefix: "sha256=", Encoding: receiver.Hex, Signed: "{body}",
//	}
type Scheme struct {
	// Name is what a program calls the scheme. It may be empty.
	Name string
	// SignatureHeader is the header that carries the signature.
	SignatureHeader string
	// Separator stands between the fields of SignatureHeader where it carries
	// several, such as "," in t=…,v1=…. It is empty where the whole value is
	// one signature.
	Separator string
	// Prefix stands before each signature, such as sha256= or v1=. A field
	// without it is no signature.
	Prefix string
	// Encoding is how a signature is written.
	Encoding SignatureEncoding
	// Signed is what is signed: a text in which {body} stands for the payload
	// byte for byte, {timestamp} for the timestamp as it was sent and {id} for
	// the id. {body} is at its end; what follows the others cannot be a part of
	// them, such as the full stop in {timestamp}.{body}. A scheme that signs no timestamp does not
	// keep replays out.
	Signed string
	// TimestampHeader is the header that carries the timestamp, in seconds since
	// the Unix epoch unless TimestampUnit says otherwise.
	TimestampHeader string
	// TimestampField is instead the prefix of the timestamp in SignatureHeader,
	// such as t=.
	TimestampField string
	// TimestampUnit is time.Second or time.Millisecond; 0 is time.Second.
	TimestampUnit time.Duration
	// IDHeader is the header that carries the event's id. Without one a
	// [Delivery] has no ID, and [WithDeduplicator] cannot be used.
	IDHeader string
	// Secret is how the text of a secret becomes the key.
	Secret SecretEncoding
}

// SignatureEncoding is how a signature is written as text.
type SignatureEncoding int

// The encodings of signatures.
const (
	// Hex is base 16, in capital or small letters.
	Hex SignatureEncoding = iota
	// Base64 is that of the standard alphabet, with or without padding.
	Base64
)

// SecretEncoding is how the text of a secret becomes the bytes of the key.
type SecretEncoding int

// The encodings of secrets.
const (
	// SecretText takes the bytes of the text, whatever it begins with.
	SecretText SecretEncoding = iota
	// SecretStandard is that of Standard Webhooks: whsec_ and base64, or else
	// the text.
	SecretStandard
	// SecretBase64 decodes base64 of the standard alphabet.
	SecretBase64
	// SecretHex decodes base 16.
	SecretHex
)

// The placeholders of [Scheme].Signed.
const (
	placeID        = "{id}"
	placeTimestamp = "{timestamp}"
	placeBody      = "{body}"
)

// Schemes returns the schemes of public senders, by their documentation, in the
// order of their names. The first is Standard Webhooks. Each call returns a new
// slice.
func Schemes() []Scheme {
	stamped := func(name, header, stamp string) Scheme {
		return Scheme{
			Name: name, SignatureHeader: header, Prefix: "v0=", Signed: "v0:{timestamp}:{body}", TimestampHeader: stamp,
		}
	}
	body := func(name, header, prefix string, encoding SignatureEncoding) Scheme {
		return Scheme{Name: name, SignatureHeader: header, Prefix: prefix, Encoding: encoding, Signed: placeBody}
	}
	standard := func(name, prefix string) Scheme {
		return Scheme{
			Name: name, SignatureHeader: prefix + "-signature", Separator: " ", Prefix: version, Encoding: Base64,
			Signed: "{id}.{timestamp}.{body}", TimestampHeader: prefix + "-timestamp", IDHeader: prefix + "-id", Secret: SecretStandard,
		}
	}
	inField := func(name, header, prefix string) Scheme {
		return Scheme{
			Name: name, SignatureHeader: header, Separator: ",", Prefix: prefix, Signed: "{timestamp}.{body}", TimestampField: "t=",
		}
	}
	paddle := inField("paddle", "Paddle-Signature", "h1=")
	paddle.Separator, paddle.TimestampField, paddle.Signed = ";", "ts=", "{timestamp}:{body}"
	return []Scheme{
		standard("standard-webhooks", "webhook"),
		inField("calendly", "Calendly-Webhook-Signature", "v1="),
		body("dropbox", "X-Dropbox-Signature", "", Hex),
		body("github", "X-Hub-Signature-256", "sha256=", Hex),
		body("linear", "Linear-Signature", "", Hex),
		paddle,
		body("quickbooks", "Intuit-Signature", "", Base64),
		body("shopify", "X-Shopify-Hmac-Sha256", "", Base64),
		stamped("slack", "X-Slack-Signature", "X-Slack-Request-Timestamp"),
		inField("stripe", "Stripe-Signature", "v1="),
		standard("svix", "svix"),
		body("typeform", "Typeform-Signature", "sha256=", Base64),
		body("woocommerce", "X-Wc-Webhook-Signature", "", Base64),
		body("xero", "X-Xero-Signature", "", Base64),
		stamped("zoom", "X-Zm-Signature", "X-Zm-Request-Timestamp"),
	}
}

// WithScheme verifies deliveries of a sender that does not sign as Standard
// Webhooks says. [WithTolerance] and [WithClock] hold for its timestamp, where
// it has one; several secrets are good, as ever. A scheme that cannot be used,
// or [WithSignatureHeaders] beside it, is an [ErrInvalidOption] of the
// constructor.
func WithScheme(scheme Scheme) VerifyOption {
	return func(s *verifySettings) { s.scheme = &scheme }
}

// check returns an [ErrInvalidOption] for a scheme that cannot be used.
func (s *Scheme) check() error {
	hasTimestamp := s.TimestampHeader != "" || s.TimestampField != ""
	before, isLast := strings.CutSuffix(s.Signed, placeBody)
	for _, c := range []struct {
		wrong  bool
		reason string
	}{
		{s.SignatureHeader == "", "it has no signature header"},
		{s.TimestampHeader != "" && s.TimestampField != "", "the timestamp is in a header or in a field, not in both"},
		{s.TimestampField != "" && s.Separator == "", "a timestamp in a field needs a separator"},
		{!isLast || strings.Contains(before, placeBody), "what is signed must end with {body}, and have it once"},
		{strings.Contains(before, placeTimestamp) != hasTimestamp, "a timestamp must be signed, and a signed one must be somewhere"},
		{strings.Contains(before, placeID) != (s.IDHeader != ""), "an id must be signed, and a signed one must have a header"},
		{!separated(before, placeTimestamp, "0123456789"), "after {timestamp} comes something else than a digit"},
		{!separated(before, placeID, idBytes), "after {id} comes a full stop or a space, which no id has in it"},
		{!slices.Contains([]time.Duration{0, time.Second, time.Millisecond}, s.TimestampUnit), "the unit of the timestamp is neither a second nor a millisecond"},
		{s.Encoding != Hex && s.Encoding != Base64, "the encoding of the signature is unknown"},
		{s.Secret < SecretText || s.Secret > SecretHex, "the encoding of the secret is unknown"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: the scheme: %s", ErrInvalidOption, c.reason)
		}
	}
	return nil
}

// idBytes are what an id may have in it (validID).
var idBytes = func() string {
	var all strings.Builder
	for c := byte('!'); c <= '~'; c++ {
		if c != '.' {
			all.WriteByte(c)
		}
	}
	return all.String()
}()

// separated tells whether what follows a placeholder cannot be taken for a part
// of it: the same signature would then be good for another timestamp or id and
// another payload.
func separated(signed, place, bytes string) bool {
	_, after, found := strings.Cut(signed, place)
	return !found || after != "" && !strings.Contains(bytes, after[:1])
}

// canonical returns a copy of the scheme with its headers' names as keys of
// [http.Header], and with its defaults.
func (s *Scheme) canonical() *Scheme {
	c := *s
	c.SignatureHeader = http.CanonicalHeaderKey(s.SignatureHeader)
	c.TimestampHeader = http.CanonicalHeaderKey(s.TimestampHeader)
	c.IDHeader = http.CanonicalHeaderKey(s.IDHeader)
	if s.TimestampUnit == 0 {
		c.TimestampUnit = time.Second
	}
	return &c
}
