package console

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/hookline-go/hookline/internal/webhook"
)

// functions are what templates call.
func functions(now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"condition": func(config webhook.Config) condition { return conditionOf(&config) },
		"visible":   visible,
		"host":      hostAndPath,
		"moment":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"machine":   func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"ago":       func(t time.Time) string { return ago(now().Sub(t)) },
		"payload":   func(data []byte) string { return visible(string(data)) },
		"future":    func(t time.Time) bool { return t.After(now()) },
		"took":      func(d time.Duration) string { return d.Round(time.Millisecond).String() },
	}
}

// visible shows characters that would be unseen, or turn the text around them,
// as their code points: what a sender wrote must not look like something else.
func visible(text string) string {
	var shown strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			shown.WriteRune(r)
			continue
		}
		fmt.Fprintf(&shown, "⟨U+%04X⟩", r)
	}
	return shown.String()
}

// hostAndPath is a URL without what may be secret.
func hostAndPath(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return visible(u.Host + u.Path)
}

// ago says how long something is past or ahead.
func ago(d time.Duration) string {
	if d < 0 {
		return "in " + span(-d)
	}
	return span(d) + " ago"
}

func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < day:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
}
