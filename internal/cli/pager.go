package cli

import (
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// pageFlags are those of every list.
func pageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "limit", Usage: "most results on a page, `N` from 1 to 100", DefaultText: "20"},
		&cli.BoolFlag{Name: "all", Usage: "list the results of all pages; --json then prints one result a line"},
	}
}

// pager prints the pages of a list.
type pager[T any, C comparable] struct {
	path   []string
	cursor *C
	list   func(cursor *C) (*client.Page[T, C], error)
	text   func(p *page, items []T)
	next   func(cursor C) string
}

// run prints one page, or all of them as they come.
func (l *pager[T, C]) run(k *call) (*answer, error) {
	if k.c.Bool("all") {
		return nil, l.all(k)
	}
	found, err := l.list(l.cursor)
	if err != nil {
		return nil, err
	}
	return &answer{path: l.path, text: func(p *page) {
		if len(found.Items) == 0 {
			p.linef("none (of %d)", found.Count)
			return
		}
		l.text(p, found.Items)
		if found.Next != nil {
			p.linef("%d of %d; the next page: --cursor %s", len(found.Items), found.Count, l.next(*found.Next))
		}
	}}, nil
}

func (l *pager[T, C]) all(k *call) error {
	var everything []T
	for at := l.cursor; ; {
		found, err := l.list(at)
		if err != nil {
			return err
		}
		everything = append(everything, found.Items...)
		if k.c.Bool("json") || k.c.String("format") != "" {
			if err := l.printItems(k); err != nil {
				return err
			}
		}
		if found.Next == nil {
			break
		}
		at = found.Next
	}
	if k.c.Bool("json") || k.c.String("format") != "" {
		return nil
	}
	return printPage(k.c.Root().Writer, func(p *page) { l.text(p, everything) })
}

// printItems prints the items of the latest page, one a line.
func (l *pager[T, C]) printItems(k *call) error {
	result := &answer{body: k.response.Body, path: l.path}
	if !k.c.Bool("json") {
		return result.print(k.c)
	}
	document, err := decodeAnswer(result.body)
	if err != nil {
		return err
	}
	if !k.c.Bool("show-secrets") {
		maskHeaders(document)
	}
	items, _ := walk(document, l.path).([]any)
	for _, item := range items {
		line, err := json.Marshal(item)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(k.c.Root().Writer, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}
