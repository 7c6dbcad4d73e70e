package webhook

import "strings"

// Subscribers finds which of an organisation's configs want an event, without
// looking at each config and topic. It is immutable and safe for concurrent
// use.
type Subscribers struct {
	configs map[audience]*audienceTopics
}

// audience is what a config and its events have in common besides topics.
type audience struct {
	kind        Type
	integration IntegrationType // "" unless kind is [TypeIntegration]
}

// audienceTopics are the configs of an audience, by what they subscribe to.
type audienceTopics struct {
	all    []*Config            // those without topics
	exact  map[string][]*Config // by topic
	prefix map[string][]*Config // by what is before the "*" of a pattern
}

// NewSubscribers returns the enabled ones among the configs of an organisation.
// It keeps the slice, which must not change any more.
func NewSubscribers(configs []Config) *Subscribers {
	s := &Subscribers{configs: map[audience]*audienceTopics{}}
	for i := range configs {
		c := &configs[i]
		if c.State != StateEnabled {
			continue
		}
		key := audienceOf(c.Type, c.IntegrationType)
		if s.configs[key] == nil {
			s.configs[key] = &audienceTopics{exact: map[string][]*Config{}, prefix: map[string][]*Config{}}
		}
		s.configs[key].add(c)
	}
	return s
}

func audienceOf(kind Type, integration IntegrationType) audience {
	if kind != TypeIntegration {
		integration = ""
	}
	return audience{kind, integration}
}

func (a *audienceTopics) add(c *Config) {
	if len(c.Topics) == 0 {
		a.all = append(a.all, c)
	}
	for _, topic := range c.Topics {
		if prefix, isPattern := topicPrefix(topic); isPattern {
			a.prefix[prefix] = append(a.prefix[prefix], c)
		} else if topic != "" {
			a.exact[topic] = append(a.exact[topic], c)
		}
	}
}

// Wanting returns the configs that want an event, each once and in the order in
// which they were given for each way of subscribing. See [Config.Wants].
func (s *Subscribers) Wanting(e *Event) []*Config {
	a := s.configs[audienceOf(e.Type, e.IntegrationType)]
	if a == nil {
		return nil
	}
	if len(a.exact) == 0 && len(a.prefix) == 0 {
		return a.all
	}
	wanting := append([]*Config{}, a.all...)
	seen := map[*Config]bool{}
	add := func(configs []*Config) {
		for _, c := range configs {
			if !seen[c] {
				seen[c] = true
				wanting = append(wanting, c)
			}
		}
	}
	add(a.exact[e.Topic])
	for i := range len(e.Topic) {
		if e.Topic[i] == '.' {
			add(a.prefix[e.Topic[:i+1]])
		}
	}
	return wanting
}

// topicPrefix returns what is before the "*" of a topic such as "invoice.*".
func topicPrefix(topic string) (prefix string, isPattern bool) {
	prefix, isPattern = strings.CutSuffix(topic, "*")
	return prefix, isPattern && strings.HasSuffix(prefix, ".")
}
