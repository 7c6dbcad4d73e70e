package client

// Client calls the API. [New] makes one.
type Client struct {
	// WebhookConfigs says where events are sent, and which.
	WebhookConfigs *WebhookConfigs
	// WebhookLogs says what became of each delivery.
	WebhookLogs *WebhookLogs
	// Events publishes what is delivered. It is an extension of hookline.
	Events *Events

	settings *settings
}

// New returns a client. It needs an API key, from [WithAPIKey] or the
// environment's HOOKLINE_API_KEY; everything else has a default. Nothing is
// sent. The error is an [ErrInvalidOption].
func New(options ...Option) (*Client, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	return newClient(s), nil
}

// With returns a client that has the options on top of those of c, and shares
// its connections: for another key, another region, or other limits. The error
// is an [ErrInvalidOption].
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
