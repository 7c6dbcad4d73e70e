package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/receiver"
)

// streamFilters are the parameters that select what is listened to.
func streamFilters() []field {
	return []field{
		{name: "webhookType", usage: "only events of this `TYPE`", choices: webhookTypes},
		{name: "topic", usage: "only events of this `TOPIC`; invoice.* stands for all that begin with invoice."},
	}
}

func listenCommand() *cli.Command {
	return (&verb{
		name: "listen", operation: "streamWebhookEvents", usage: "show events as they are published, and forward them to a local program",
		description: `Needs no config, no public address and no tunnel: the service streams the events to this command. What is listened
to does not count as a delivery. When the connection or the service is lost, the command goes on where it was as soon
as it can; --after goes on after a run that has ended.

Each event is forwarded once, in order, with the headers of a delivery, signed with the key of --secret or one that is
made for this run.

Examples:
   hookline listen
   hookline listen --topic 'invoice.*' --forward http://127.0.0.1:3000/hooks
   hookline listen --forward http://127.0.0.1:3000/hooks --secret env:KEY`,
		flags: append(fieldFlags(streamFilters()),
			&cli.StringFlag{Name: "forward", Usage: "send each event to this `URL`"},
			&cli.StringFlag{Name: "secret", Usage: "sign with the key from `SOURCE`: " + sourceHelp},
			&cli.BoolFlag{Name: "verify", Usage: "verify each signature as a receiver does, before it is sent"},
			&cli.StringFlag{Name: "after", Usage: "begin after the event with this `ID`; with what is published from now on without it"},
			&duration{&cli.DurationFlag{Name: "forward-timeout", Value: 30 * time.Second, Usage: "longest `TIME` that the local program may take"}},
		),
		run: listen,
	}).command()
}

// listener shows and forwards events, one after the other.
type listener struct {
	k        *call
	forward  string
	signer   *receiver.Signer
	verifier *receiver.Verifier // nil without --verify
	http     *http.Client
}

func listen(ctx context.Context, k *call) (*answer, error) {
	l, err := newListener(k)
	if err != nil {
		return nil, err
	}
	defer l.http.CloseIdleConnections()
	params, err := streamParams(k.c)
	if err != nil {
		return nil, err
	}
	for event, err := range k.api.Events.Stream(ctx, params, client.WithMiddleware(l.watch())) {
		switch {
		case ctx.Err() != nil:
			return nil, nil //nolint:nilnil // an interrupt is how this ends, and all is printed
		case err != nil:
			return nil, err
		}
		if err := l.handle(ctx, event); err != nil {
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // all is printed
}

func newListener(k *call) (*listener, error) {
	l := &listener{k: k, forward: k.c.String("forward"), http: &http.Client{
		Transport:     newTransport(),
		Timeout:       k.c.Duration("forward-timeout"),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	secret := newSigningKey()
	if source := k.c.String("secret"); source != "" {
		var err error
		if secret, err = readSecret(k.c, "signing key", source); err != nil {
			return nil, usageError(fmt.Errorf("--secret: %w", err))
		}
	} else if l.forward != "" {
		l.sayf("signing with %s, which is good for this run only", secret)
	}
	var err error
	if l.signer, err = receiver.NewSigner(secret); err == nil && k.c.Bool("verify") {
		l.verifier, err = receiver.NewVerifier([]string{secret})
	}
	if err != nil {
		return nil, usageError(fmt.Errorf("--secret: %w", err))
	}
	return l, nil
}

// streamParams reads the filters, and where to begin.
func streamParams(c *cli.Command) (*client.StreamWebhookEventsParams, error) {
	params := &client.StreamWebhookEventsParams{}
	if name := c.String("webhook-type"); name != "" {
		params.WebhookType = client.Ptr(client.WebhookType(name))
	}
	if topic := c.String("topic"); topic != "" {
		params.Topic = &topic
	}
	if after := c.String("after"); after != "" {
		id, err := client.ParseDeliveryID(after)
		if err != nil {
			return nil, usageError(fmt.Errorf("--after: the id of an event is a UUID, not %q", after))
		}
		params.LastEventID = &id
	}
	return params, nil
}

// watch tells the user about connections. It is called for each attempt.
func (l *listener) watch() client.Middleware {
	lost := false
	return func(request *http.Request, next client.Next) (*http.Response, error) {
		response, err := next(request)
		switch {
		case err == nil && response.StatusCode == http.StatusOK:
			l.sayf("listening; an interrupt ends this")
			lost = false
		case request.Context().Err() == nil && !lost:
			l.sayf("the service cannot be reached; trying again")
			lost = true
		}
		return response, err
	}
}

// sayf prints a line that is not about an event.
func (l *listener) sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(l.k.c.Root().ErrWriter, format+"\n", args...)
}

// heard is what --json prints of an event.
type heard struct {
	*client.WebhookStreamEvent

	// Status is what the local program answered, 0 without an answer.
	Status   int    `json:"status,omitempty"`
	Answer   string `json:"answer,omitempty"`
	Error    string `json:"error,omitempty"`
	Duration string `json:"duration,omitempty"`
}

func (l *listener) handle(ctx context.Context, event *client.WebhookStreamEvent) error {
	h := heard{WebhookStreamEvent: event}
	if l.forward != "" {
		err := l.send(ctx, &h)
		if err != nil || ctx.Err() != nil {
			return err // an interrupt is none
		}
	}
	out := l.k.c.Root().Writer
	if l.k.c.Bool("json") {
		line, err := json.Marshal(h)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", line)
		return err
	}
	return printPage(out, func(p *page) { l.print(p, &h) })
}

// maxLocalAnswer bounds what is kept of a local program's answer.
const maxLocalAnswer = 2 << 10

// send forwards an event as a delivery of it would be sent. That the local
// program fails is not an error of this one.
func (l *listener) send(ctx context.Context, h *heard) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.forward, bytes.NewReader([]byte(h.Payload)))
	if err != nil {
		return usageError(errors.New("--forward is not a URL"))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "hookline/"+currentVersion())
	if err := l.signer.SetHeader(request.Header, h.ID.String(), time.Now(), []byte(h.Payload)); err != nil {
		return err
	}
	request.Header.Set(receiver.HeaderRootFiSignature, request.Header.Get(receiver.HeaderSignature))
	if l.verifier != nil {
		if err := l.verifier.Verify([]byte(h.Payload), request.Header); err != nil {
			return err
		}
	}
	begun := time.Now()
	response, err := l.http.Do(request)
	h.Duration = time.Since(begun).Round(time.Microsecond).String()
	if err != nil {
		h.Error = err.Error()
		return nil
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it counts
	body, err := io.ReadAll(io.LimitReader(response.Body, maxLocalAnswer))
	if err != nil {
		h.Error = err.Error()
	}
	h.Status, h.Answer = response.StatusCode, string(body)
	return nil
}

func (l *listener) print(p *page, h *heard) {
	p.linef("%s %s %s  %s", h.CreatedAt.Local().Format(time.TimeOnly), h.WebhookType, printable(client.OrZero(h.Topic)), h.ID) //nolint:gosmopolitan // people read it
	switch {
	case l.forward == "":
		p.indented(string(indentJSON([]byte(h.Payload))))
	case h.Error != "":
		p.linef("  %s", p.colour(red, printable(h.Error)))
	default:
		colour := green
		if h.Status < 200 || h.Status > 299 {
			colour = red
		}
		p.linef("  %s in %s %s", p.colour(colour, statusLine(h.Status)), h.Duration, printable(h.Answer))
	}
}
