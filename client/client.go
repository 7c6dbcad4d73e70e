package client

// Client calls the API. [New] makes one.
type Client struct {
	// WebhookConfigs manages the configs, which say which events are sent where.
	WebhookConfigs *WebhookConfigs
	// WebhookLogs reads the delivery log, and repeats deliveries.
	WebhookLogs *WebhookLogs
	// Events publishes events. It is an extension of hookline.
	Events *Events

	settings *settings
}

// New returns a client. It needs an API key, from [WithAPIKey] or the
// environment variable HOOKLINE_API_KEY. Everything else has a default. Nothing is
// sent. The error is an [ErrInvalidOption].
func New(options ...Option) (*Client, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	return newClient(s), nil
}

// With returns a client with the options of c and some more, for another key,
// another region or other limits. Both share their connections. The error is an
// [ErrInvalidOption].
func (c *Client) With(options ...Option) (*Client, error) {
	s, err := c.settings.with(options)
	if err != nil {
		return nil, err
	}
	if s.perCall != (perCall{}) {
		return nil, errPerCall
	}
	return newClient(s), nil
}

func newClient(s *settings) *Client {
	return &Client{
		WebhookConfigs: &WebhookConfigs{settings: s},
		WebhookLogs:    &WebhookLogs{settings: s},
		Events:         &Events{settings: s},
		settings:       s,
	}
}
