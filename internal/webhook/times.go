package webhook

import "time"

// shownPrecision is that of the API's timestamps.
const shownPrecision = time.Millisecond

// stamp returns a time as it is stored: UTC with microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// later returns the later of the two, for items whose times never go back.
func later(previous, now time.Time) time.Time {
	if now.Before(previous) {
		return previous
	}
	return stamp(now)
}

// nextUpdate returns when an item that was last updated at previous is updated
// at now. The result is later than previous even for callers who see
// milliseconds only, also when the clock stands still or goes back.
func nextUpdate(previous, now time.Time) time.Time {
	earliest := previous.Truncate(shownPrecision).Add(shownPrecision)
	if now.Before(earliest) {
		return earliest.UTC()
	}
	return stamp(now)
}
