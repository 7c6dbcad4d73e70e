package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookline-go/hookline/receiver"
)

// search looks for the scheme of one delivery.
type search struct {
	capture *capture
	secrets []string
	now     time.Time
	tried   int
}

// run tries one scheme, or the known ones and then all that the headers allow.
func (s *search) run(only *receiver.Scheme) verdict {
	candidates := s.candidates(only)
	v := verdict{Capture: s.capture.name}
	for _, scheme := range candidates {
		if s.verifies(&scheme, s.capture.body) {
			return s.verified(v, &scheme)
		}
	}
	for _, change := range bodyChanges {
		body := change.apply(s.capture.body)
		if bytes.Equal(body, s.capture.body) {
			continue
		}
		for _, scheme := range candidates {
			if s.verifies(&scheme, body) {
				v.Notes = append(v.Notes, "it would verify by "+describe(&scheme)+" if the body were "+change.name+
					": it was changed on the way, or when it was captured; sign and verify the bytes as they come")
				return v
			}
		}
	}
	v.Notes = append(v.Notes, s.reasons(only)...)
	return v
}

// candidates returns the schemes to try, each with the ways to read a secret.
func (s *search) candidates(only *receiver.Scheme) []receiver.Scheme {
	var shapes []receiver.Scheme
	if only != nil {
		shapes = []receiver.Scheme{*only}
	} else {
		for _, scheme := range receiver.Schemes() {
			if s.capture.header.Get(scheme.SignatureHeader) != "" {
				shapes = append(shapes, scheme)
			}
		}
		shapes = append(shapes, s.guesses()...)
	}
	var all []receiver.Scheme
	for _, shape := range shapes {
		all = append(all, shape)
		for _, encoding := range []receiver.SecretEncoding{receiver.SecretText, receiver.SecretStandard, receiver.SecretBase64, receiver.SecretHex} {
			if encoding != shape.Secret {
				shape.Secret = encoding
				all = append(all, shape)
			}
		}
	}
	return all
}

// verifies tries one scheme with a clock that agrees with the delivery.
func (s *search) verifies(scheme *receiver.Scheme, body []byte) bool {
	s.tried++
	for _, secret := range s.secrets {
		verifier, err := receiver.NewVerifier([]string{secret}, receiver.WithScheme(*scheme),
			receiver.WithClock(func() time.Time { return s.moment(scheme) }))
		if err == nil && verifier.Verify(body, s.capture.header) == nil {
			return true
		}
	}
	return false
}

// moment returns the timestamp of the delivery, the zero time without one.
func (s *search) moment(scheme *receiver.Scheme) time.Time {
	text := s.capture.header.Get(scheme.TimestampHeader)
	if scheme.TimestampField != "" {
		for field := range strings.SplitSeq(s.capture.header.Get(scheme.SignatureHeader), scheme.Separator) {
			if value, ok := strings.CutPrefix(strings.TrimSpace(field), scheme.TimestampField); ok {
				text = value
			}
		}
	}
	number, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return time.Time{}
	case scheme.TimestampUnit == time.Millisecond:
		return time.UnixMilli(number)
	default:
		return time.Unix(number, 0)
	}
}

func (s *search) verified(v verdict, scheme *receiver.Scheme) verdict {
	v.Verified, v.Scheme, v.Go = true, describe(scheme), goLiteral(scheme)
	at := s.moment(scheme)
	switch age := s.now.Sub(at); {
	case at.IsZero():
		v.Notes = append(v.Notes, "it has no timestamp: the scheme does not keep replays out")
	case age > receiver.DefaultTolerance || age < -receiver.DefaultTolerance:
		v.Notes = append(v.Notes, "its timestamp is "+(&page{now: s.now}).relative(at)+": a receiver would refuse it now, unless its clock is as far off")
	}
	return v
}

// signatureText finds what may be a signature: 32 bytes in hex or base64, maybe
// behind a prefix.
var signatureText = regexp.MustCompile(`^(.*?)([0-9A-Fa-f]{64}|[A-Za-z0-9+/]{43}=?)$`)

// guesses returns schemes for every header that may carry a signature.
func (s *search) guesses() []receiver.Scheme {
	var found []receiver.Scheme
	for _, name := range sortedNames(s.capture.header) {
		value := s.capture.header.Get(name)
		for _, separator := range []string{"", " ", ",", ";"} {
			if separator != "" && !strings.Contains(value, separator) {
				continue
			}
			for _, field := range splitFields(value, separator) {
				match := signatureText.FindStringSubmatch(field)
				if match == nil {
					continue
				}
				shape := receiver.Scheme{SignatureHeader: name, Separator: separator, Prefix: match[1], Encoding: receiver.Base64}
				if _, err := hex.DecodeString(match[2]); err == nil {
					shape.Encoding = receiver.Hex
				}
				found = append(found, s.signedForms(shape, value)...)
			}
		}
	}
	return found
}

func splitFields(value, separator string) []string {
	if separator == "" {
		return []string{value}
	}
	fields := strings.Split(value, separator)
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

func sortedNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stampedForms are what senders sign that have a timestamp.
var stampedForms = []string{"{timestamp}.{body}", "{timestamp}:{body}", "v0:{timestamp}:{body}", "{timestamp}\n{body}", "{timestamp}|{body}"}

// signedForms returns what may be signed, for a signature of a known shape.
func (s *search) signedForms(shape receiver.Scheme, value string) []receiver.Scheme {
	shape.Signed = "{body}"
	found := []receiver.Scheme{shape}
	var stamped []receiver.Scheme
	for _, field := range splitFields(value, shape.Separator) {
		prefix, digits, ok := strings.Cut(field, "=")
		if unit := stampUnit(digits); ok && shape.Separator != "" && unit != 0 {
			one := shape
			one.TimestampField, one.TimestampUnit = prefix+"=", unit
			stamped = append(stamped, one)
		}
	}
	for _, name := range sortedNames(s.capture.header) {
		if unit := stampUnit(s.capture.header.Get(name)); unit != 0 {
			one := shape
			one.TimestampHeader, one.TimestampUnit = name, unit
			stamped = append(stamped, one)
		}
	}
	for _, one := range stamped {
		for _, form := range stampedForms {
			one.Signed = form
			found = append(found, one)
		}
		for _, name := range sortedNames(s.capture.header) {
			if strings.HasSuffix(strings.ToLower(name), "id") {
				one.IDHeader, one.Signed = name, "{id}.{timestamp}.{body}"
				found = append(found, one)
			}
		}
	}
	return found
}

// stampUnit tells whether a text is a moment of these decades, and its unit.
func stampUnit(text string) time.Duration {
	if _, err := strconv.ParseUint(text, 10, 63); err != nil {
		return 0
	}
	switch len(text) {
	case len("1700000000"):
		return time.Second
	case len("1700000000000"):
		return time.Millisecond
	default:
		return 0
	}
}

// bodyChanges are what happens to a body on its way.
var bodyChanges = []struct {
	name  string
	apply func(body []byte) []byte
}{
	{"without the line break at its end", func(body []byte) []byte { return bytes.TrimRight(body, "\r\n") }},
	{"with a line break at its end", func(body []byte) []byte { return append(bytes.Clone(body), '\n') }},
	{"with LF instead of CRLF", func(body []byte) []byte { return bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")) }},
	{"JSON without white space", compactJSON},
	{"JSON indented by two spaces", func(body []byte) []byte { return indentJSON(body) }},
	{"JSON with a space after each comma and colon", spacedJSON},
	{"JSON with sorted members", sortedJSON},
}

func compactJSON(body []byte) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, body) != nil {
		return body
	}
	return compact.Bytes()
}

// spacedJSON writes JSON as Python's json.dumps does.
func spacedJSON(body []byte) []byte {
	var spaced []byte
	inString, escaped := false, false
	for _, b := range compactJSON(body) {
		if b == '"' && !escaped {
			inString = !inString
		}
		escaped = b == '\\' && !escaped
		spaced = append(spaced, b)
		if !inString && (b == ',' || b == ':') {
			spaced = append(spaced, ' ')
		}
	}
	return spaced
}

func sortedJSON(body []byte) []byte {
	document, err := decodeAnswer(body)
	if err != nil {
		return body
	}
	var sorted bytes.Buffer
	if printJSON(&sorted, document) != nil {
		return body
	}
	return compactJSON(sorted.Bytes())
}

// reasons says why nothing verifies.
func (s *search) reasons(only *receiver.Scheme) []string {
	if only != nil {
		return []string{s.reasonOf(only), "without --scheme, others are tried too"}
	}
	var reasons []string
	for _, name := range sortedNames(s.capture.header) {
		if other := otherAlgorithm(s.capture.header.Get(name)); other != "" {
			reasons = append(reasons, name+" may hold "+other+", which is not tried")
		}
	}
	if s.tried == 0 {
		return append(reasons, "no header looks like an HMAC-SHA256 signature; was the capture made behind a gateway that drops headers?")
	}
	return append(reasons, fmt.Sprintf("%d ways were tried: the secret is another one, or the body is not what was sent", s.tried))
}

func (s *search) reasonOf(scheme *receiver.Scheme) string {
	verifier, err := receiver.NewVerifier(s.secrets, receiver.WithScheme(*scheme), receiver.WithClock(func() time.Time { return s.moment(scheme) }))
	if err == nil {
		err = verifier.Verify(s.capture.body, s.capture.header)
	}
	if reason, ok := errors.AsType[*receiver.Error](err); ok {
		return reason.Code() + ": " + strings.TrimPrefix(err.Error(), "receiver: ")
	}
	return "no signature matches"
}

// otherAlgorithm recognises signatures that are not HMAC-SHA256 by their length.
func otherAlgorithm(value string) string {
	for _, field := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,;", r) }) {
		_, text, found := strings.Cut(field, "=")
		if !found || strings.Trim(text, "=") == "" {
			text = field
		}
		switch decoded, err := hex.DecodeString(text); {
		case err != nil:
		case len(decoded) == 20:
			return "an HMAC-SHA1 signature"
		case len(decoded) == 64:
			return "an HMAC-SHA512 or Ed25519 signature"
		}
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && len(decoded) == 64 {
			return "an HMAC-SHA512 or Ed25519 signature"
		}
	}
	return ""
}

// describe writes a scheme in words.
func describe(scheme *receiver.Scheme) string {
	name := scheme.Name
	if name == "" {
		name = "a scheme without a name here"
	}
	encoding := "hex"
	if scheme.Encoding == receiver.Base64 {
		encoding = "base64"
	}
	secret := map[receiver.SecretEncoding]string{
		receiver.SecretText: "taken as text", receiver.SecretStandard: "base64 after whsec_, or text", receiver.SecretBase64: "taken as base64",
		receiver.SecretHex: "taken as hex",
	}[scheme.Secret]
	return fmt.Sprintf("%s: %s has the HMAC-SHA256 of %q in %s, the secret %s", name, scheme.SignatureHeader, scheme.Signed, encoding, secret)
}

// goLiteral writes a scheme as a Go value, without fields that are zero.
func goLiteral(scheme *receiver.Scheme) string {
	fields := []string{fmt.Sprintf("SignatureHeader: %q", scheme.SignatureHeader)}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, fmt.Sprintf("%s: %q", name, value))
		}
	}
	add("Separator", scheme.Separator)
	add("Prefix", scheme.Prefix)
	if scheme.Encoding == receiver.Base64 {
		fields = append(fields, "Encoding: receiver.Base64")
	}
	add("Signed", scheme.Signed)
	add("TimestampHeader", scheme.TimestampHeader)
	add("TimestampField", scheme.TimestampField)
	if scheme.TimestampUnit == time.Millisecond {
		fields = append(fields, "TimestampUnit: time.Millisecond")
	}
	add("IDHeader", scheme.IDHeader)
	if scheme.Secret != receiver.SecretText {
		fields = append(fields, "Secret: receiver."+[]string{"", "SecretStandard", "SecretBase64", "SecretHex"}[scheme.Secret])
	}
	return "receiver.Scheme{" + strings.Join(fields, ", ") + "}"
}
