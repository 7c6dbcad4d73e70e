package client

import (
	"context"
	"errors"
	"iter"
)

// Page is one page of a list. C is the type of its cursor.
type Page[T any, C comparable] struct {
	// Items are newest first.
	Items []T
	// Count is how many items there are on all pages.
	Count int64
	// Next is the Cursor of the next page, or nil on the last one.
	Next *C
	// Response is the answer that the page came in: status, header, request id,
	// rate limit.
	Response *Response
}

// WebhookConfigPage is a page of configs.
type WebhookConfigPage = Page[WebhookConfig, int64]

// WebhookLogPage is a page of deliveries.
type WebhookLogPage = Page[WebhookLog, DeliveryID]

const cursorStays = "the next cursor is the one that was asked for, so that the list would never end"

// all yields the items of the page at cursor and of those after it. It asks for
// a page when the one before is used up.
func all[T any, C comparable](
	ctx context.Context, cursor *C, list func(cursor *C) (*Page[T, C], error),
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for at := cursor; ; {
			page, err := list(at)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if err := ended(ctx); err != nil {
					yield(nil, err)
					return
				}
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			switch {
			case page.Next == nil:
				return
			case at != nil && *page.Next == *at:
				yield(nil, &Error{Code: CodeInvalidResponse, Message: cursorStays, Response: page.Response})
				return
			}
			at = page.Next
		}
	}
}

// ended returns an error once the context has ended.
func ended(ctx context.Context) error {
	err := ctx.Err()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeCanceled, Message: err.Error(), cause: err}
	default:
		return &Error{Code: CodeTimeout, Message: err.Error(), cause: err}
	}
}
