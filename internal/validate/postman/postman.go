// Package postman reads Postman collections of the formats 2.0 and 2.1, and
// Postman's environments.
package postman

import (
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Is tells whether a JSON value is a collection, perhaps in the wrapping that
// Postman's API puts around it.
func Is(root *jsontree.Node) bool {
	info := unwrap(root).Get("info")
	return info.Get("_postman_id").IsString() || strings.Contains(info.Get("schema").Text().Value, "postman.com/")
}

func unwrap(root *jsontree.Node) *jsontree.Node {
	if inner := root.Get("collection"); inner.IsObject() {
		return inner
	}
	return root
}

// Parse yields the requests of a collection, and its saved examples with their
// responses. Variables that neither the environment nor the collection sets are
// unknown in the texts. An item that cannot be read does not hide the others.
// Its errors are *source.FileError, joined, or the first other one of yield.
func Parse(root *jsontree.Node, environment Environment, yield source.Yield) error {
	root = unwrap(root)
	if !root.Get("item").IsArray() {
		return source.ErrorAt(root.Raw().Place(0), "the file is not a Postman collection: it has no item list")
	}
	c := &collection{yield: yield}
	outer := &scope{values: environment.globals}
	if err := c.items(root, &scope{above: outer}, environment, ""); err != nil {
		return err
	}
	return c.problems.Err()
}

type collection struct {
	yield    source.Yield
	problems source.Problems
}

// scope has the variables of a folder, and above it those of the folders around
// it. Those of the environment come before all of them.
type scope struct {
	above  *scope
	values map[string]source.Text
	first  map[string]source.Text
}

func (s *scope) lookup(name string) (source.Text, bool) {
	if s != nil {
		if value, ok := s.first[name]; ok {
			return value, true
		}
	}
	for ; s != nil; s = s.above {
		if value, ok := s.values[name]; ok {
			return value, true
		}
	}
	return source.Text{}, false
}

func (s *scope) expand(t source.Text) source.Text { return source.Expand(t, s.lookup) }

// within adds the variables that a collection, a folder or an item sets.
func within(above *scope, n *jsontree.Node) *scope {
	s := &scope{above: above, values: map[string]source.Text{}, first: above.first}
	for _, v := range n.Get("variable").Elements() {
		name := v.Get("key").Text()
		if !name.Given() {
			name = v.Get("id").Text()
		}
		if value := v.Get("value").Text(); name.Given() && value.Value != "" && !v.Get("disabled").IsTrue() {
			s.values[name.Value] = value
		}
	}
	return s
}

// items reads the list of a collection or a folder.
func (c *collection) items(n *jsontree.Node, above *scope, environment Environment, path string) error {
	above.first = environment.values
	s := within(above, n)
	for _, item := range n.Get("item").Elements() {
		name := strings.TrimPrefix(path+" / "+item.Get("name").Text().Value, " / ")
		var err error
		if item.Get("item").IsArray() {
			err = c.items(item, s, environment, name)
		} else {
			err = c.item(item, within(s, item), name)
		}
		if err := c.problems.Add(err); err != nil {
			return err
		}
	}
	return nil
}

func (c *collection) item(item *jsontree.Node, s *scope, name string) error {
	request := item.Get("request")
	if request == nil {
		return source.ErrorAt(item.Raw().Place(0), "the item has neither a request nor items")
	}
	comment := description(item)
	if !comment.Given() {
		comment = description(request)
	}
	r := read(request, s, name)
	r.Comment = comment
	if err := c.problems.Add(c.yield(r)); err != nil {
		return err
	}
	for _, example := range item.Get("response").Elements() {
		response := readResponse(example)
		if response == nil {
			continue
		}
		original := request
		if o := example.Get("originalRequest"); o != nil {
			original = o
		}
		r := read(original, s, name+" / "+example.Get("name").Text().Value)
		r.Response, r.ResponseOnly, r.Comment = response, true, comment
		if err := c.problems.Add(c.yield(r)); err != nil {
			return err
		}
	}
	return nil
}

// description returns what is written about an item: a text, or an object with
// one.
func description(n *jsontree.Node) source.Text {
	d := n.Get("description")
	if d.IsObject() {
		d = d.Get("content")
	}
	return d.Text()
}
