package webhook

// Limits of a page: the API's documented default and maximum.
const (
	DefaultPageLimit = 20
	MaxPageLimit     = 100
)

// PageLimit returns limit within the API's bounds: [DefaultPageLimit] if it is
// zero or negative, [MaxPageLimit] if it is larger than that.
func PageLimit(limit int) int {
	if limit <= 0 {
		return DefaultPageLimit
	}
	return min(limit, MaxPageLimit)
}

// ConfigFilter selects a page of configs.
type ConfigFilter struct {
	// Limit is the page's size; see [PageLimit].
	Limit int
	// Cursor is the id after which, going from new to old, the page starts.
	// Nil starts with the newest. The config need not exist any more.
	Cursor *int64
}

// ConfigPage is a page of configs, newest first.
type ConfigPage struct {
	// Configs is never nil.
	Configs []Config
	// Count is the total of the organisation, whatever the cursor.
	Count int64
	// Next is the cursor of the next page, nil on the last one.
	Next *int64
}

// SetConfigs fills the page with what was found when one config more than the
// limit was asked for, to tell whether another page follows.
func (p *ConfigPage) SetConfigs(found []Config, limit int) {
	p.Configs = found
	if len(found) > limit {
		p.Configs = found[:limit]
		p.Next = &found[limit-1].ID
	}
}

// SetDeliveries is [ConfigPage.SetConfigs] for deliveries.
func (p *DeliveryPage) SetDeliveries(found []Delivery, limit int) {
	p.Deliveries = found
	if len(found) > limit {
		p.Deliveries = found[:limit]
		p.Next = found[limit-1].ID
	}
}
