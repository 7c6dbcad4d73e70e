package egress

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/hookline-go/hookline/internal/webhook"
)

// CheckURL refuses a destination of which it is plain, without a look-up, that
// deliveries may not or cannot go there: a scheme other than http and https, a
// host that is missing or malformed, and a host that is a forbidden address in
// any spelling that some resolver reads as one (decimal, octal, hexadecimal and
// short forms of IPv4, IPv4 within IPv6, full-width digits, trailing dots).
// A name is accepted, whatever it resolves to; see [Guard.Control].
//
// The error's code is [webhook.CodeInvalid], its pointer is /url, and it wraps
// a [*BlockedError] if that is the reason. It does not repeat the URL.
func (g *Guard) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return invalidURL("The URL cannot be parsed.", nil)
	}
	if err := CheckForm(u); err != nil {
		return err
	}
	addrs, err := literalAddrs(u.Hostname())
	if err != nil {
		return invalidURL("The URL's host is neither a name nor an address.", nil)
	}
	if blocked, ok := errors.AsType[*BlockedError](g.checkAll(addrs)); ok {
		return invalidURL(fmt.Sprintf("Deliveries may not go to the URL's host: the address is %s.", blocked.Kind), blocked)
	}
	return nil
}

// CheckForm refuses a URL that no request can be made of: it would fail in the
// transport, in ways that look like the receiver's fault. The error is as that
// of [Guard.CheckURL].
func CheckForm(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return invalidURL("The URL's scheme must be http or https.", nil)
	}
	if u.Hostname() == "" {
		return invalidURL("The URL has no host.", nil)
	}
	if port, err := strconv.ParseUint(cmp.Or(u.Port(), "1"), 10, 16); err != nil || port == 0 {
		return invalidURL("The URL's port must be between 1 and 65535.", nil)
	}
	return nil
}

func invalidURL(message string, cause *BlockedError) error {
	err := &webhook.Error{Code: webhook.CodeInvalid, Message: message, Pointer: "/url"}
	if cause != nil {
		err.Err = cause
	}
	return err
}

var errBadHost = errors.New("the host is neither a name nor an address")

// literalAddrs returns every address that host can be read as, and none if it
// is a name.
func literalAddrs(host string) ([]netip.Addr, error) {
	if strings.Contains(host, ":") {
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return nil, errBadHost
		}
		return []netip.Addr{addr}, nil
	}
	name, err := ascii(host)
	if err != nil {
		return nil, err
	}
	name = strings.TrimRight(name, ".")
	if name == "" {
		return nil, errBadHost
	}
	if !endsInNumber(name) {
		return nil, nil
	}
	return readIPv4(name)
}

// ascii maps a host as net/http does before it resolves: 127。0。0。1 and
// １２７.０.０.１ become 127.0.0.1.
func ascii(host string) (string, error) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			mapped, err := idna.Lookup.ToASCII(host)
			if err != nil {
				return "", errBadHost
			}
			return mapped, nil
		}
	}
	return host, nil
}

// endsInNumber is the rule by which the URL standard tells IPv4 addresses from
// names (https://url.spec.whatwg.org/#ends-in-a-number-checker): no top-level
// domain is a number.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if last != "" && strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, err := readNumber(last)
	return err == nil
}

// readIPv4 reads what inet_aton(3) and the URL standard accept: one to four
// numbers, each decimal, octal or hexadecimal, of which the last fills the
// bytes that are left. Four numbers with leading zeros are also read as decimal
// ones, as some resolvers do.
func readIPv4(name string) ([]netip.Addr, error) {
	parts := strings.Split(name, ".")
	addr, err := inetAton(parts, readNumber)
	if err != nil {
		return nil, err
	}
	addrs := []netip.Addr{addr}
	if decimal, err := inetAton(parts, readDecimal); err == nil && decimal != addr {
		addrs = append(addrs, decimal)
	}
	return addrs, nil
}

func inetAton(parts []string, read func(string) (uint64, error)) (netip.Addr, error) {
	const bytes = 4
	if len(parts) > bytes {
		return netip.Addr{}, errBadHost
	}
	var value uint64
	for i, part := range parts {
		number, err := read(part)
		if err != nil {
			return netip.Addr{}, errBadHost
		}
		width := 8
		if i == len(parts)-1 {
			width = 8 * (bytes - i)
		}
		if number >= 1<<width {
			return netip.Addr{}, errBadHost
		}
		value = value<<width | number
	}
	return netip.AddrFrom4([bytes]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), nil
}

// readNumber reads 127, 0177 and 0x7f. "0x" alone is 0, as in the URL standard.
func readNumber(text string) (uint64, error) {
	lower := strings.ToLower(text)
	digits, isHex := strings.CutPrefix(lower, "0x")
	switch {
	case isHex && digits == "":
		return 0, nil
	case isHex:
		return strconv.ParseUint(digits, 16, 64)
	case len(text) > 1 && text[0] == '0':
		return strconv.ParseUint(text[1:], 8, 64)
	default:
		return readDecimal(text)
	}
}

func readDecimal(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }
