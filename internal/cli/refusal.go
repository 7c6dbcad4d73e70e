package cli

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// explain turns an error of the SDK into what a person needs to mend the call,
// and into the exit status.
func explain(c *cli.Command, err error) error {
	failure, ok := errors.AsType[*client.Error](err)
	if !ok {
		return err
	}
	switch {
	case failure.Code == client.CodeInvalidOption:
		return usageError(err)
	case failure.Code == client.CodeConnection || failure.Code == client.CodeTimeout:
		return &exitError{status: statusUnreached, cause: notReached(failure)}
	case failure.StatusCode == 0 && len(failure.Violations) == 0:
		return err
	default:
		return &exitError{status: statusFailed, cause: errors.New(refusalText(c, failure))}
	}
}

func notReached(failure *client.Error) error {
	host := ""
	if failure.Request != nil {
		host = " at " + failure.Request.URL.Scheme + "://" + failure.Request.URL.Host
	}
	return fmt.Errorf("the service%s was not reached: %s; is it running (hookline serve --dev), and is --base-url right?", host, failure.Message)
}

// refusalText has a line for the problem and one for each violation.
func refusalText(c *cli.Command, failure *client.Error) string {
	var text strings.Builder
	text.WriteString("refused")
	if failure.StatusCode != 0 {
		fmt.Fprintf(&text, " (%d %s)", failure.StatusCode, http.StatusText(failure.StatusCode))
	} else {
		text.WriteString(" before it was sent")
	}
	if failure.Code != "" {
		text.WriteString(": " + failure.Code)
	}
	if failure.Message != "" {
		text.WriteString(": " + failure.Message)
	}
	for _, violation := range failure.Violations {
		text.WriteString("\n  " + violationText(c, &violation))
	}
	if failure.StatusCode == http.StatusUnauthorized {
		text.WriteString("\n  the API key is not valid here; hookline login stores another one, and HOOKLINE_API_KEY wins over it")
	}
	if failure.RequestID != "" {
		text.WriteString("\n  request " + failure.RequestID)
	}
	return text.String()
}

// violationText names the flag for the place, where there is one.
func violationText(c *cli.Command, violation *client.Violation) string {
	property, _, _ := strings.Cut(strings.TrimPrefix(violation.Pointer, "/"), "/")
	place := fmt.Sprintf("%s %s", violation.In, violation.Pointer)
	if name := (&field{name: property}).flagName(); findFlag(c, name) != nil {
		place = "--" + name
		if violation.Pointer != "/"+property {
			place += " (" + violation.Pointer + ")"
		}
	}
	text := place + ": " + violation.Detail
	if violation.Suggestion != nil {
		text += "; did you mean " + *violation.Suggestion + "?"
	}
	return text
}
