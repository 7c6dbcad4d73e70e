package delivery

import (
	"net/http/httptrace"
	"sync/atomic"
)

// phase is how far an attempt has come, for the words of a timeout.
type phase int32

const (
	phaseStart phase = iota
	phaseDNS
	phaseConnect
	phaseTLS
	phaseSend
	phaseWait
	phaseHeader
	phaseBody
)

// String completes "timeout … ".
func (p phase) String() string {
	switch p {
	case phaseDNS:
		return "while looking up the host in DNS"
	case phaseConnect:
		return "while connecting"
	case phaseTLS:
		return "during the TLS handshake"
	case phaseSend:
		return "while sending the request"
	case phaseWait, phaseHeader:
		return "while waiting for the response"
	case phaseBody:
		return "while reading the response body"
	case phaseStart:
		return "while waiting for a connection"
	default:
		return "of the attempt"
	}
}

// progress follows one attempt. Its hooks are called from the goroutines that
// dial and write, which can outlast the attempt's own look at it.
type progress struct {
	current atomic.Int32
	hooks   httptrace.ClientTrace
}

func (p *progress) phase() phase { return phase(p.current.Load()) }

// reach moves on to a later phase. Hooks of a dial that another connection has
// made superfluous come too late to count.
func (p *progress) reach(next phase) {
	for {
		current := p.current.Load()
		if current >= int32(next) || p.current.CompareAndSwap(current, int32(next)) {
			return
		}
	}
}

func (p *progress) trace() *httptrace.ClientTrace {
	p.hooks = httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { p.reach(phaseDNS) },
		ConnectStart:         func(string, string) { p.reach(phaseConnect) },
		TLSHandshakeStart:    func() { p.reach(phaseTLS) },
		GotConn:              func(httptrace.GotConnInfo) { p.reach(phaseSend) },
		GotFirstResponseByte: func() { p.reach(phaseHeader) },
		WroteRequest: func(written httptrace.WroteRequestInfo) {
			if written.Err == nil {
				p.reach(phaseWait)
			}
		},
	}
	return &p.hooks
}
