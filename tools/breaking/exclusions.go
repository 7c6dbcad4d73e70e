package main

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// exclusions compares what `not` refuses. More refused breaks callers; less
// refused brings implementations what they never got.
func exclusions(before, after document) (found []finding) {
	pair("#", before.root, after.root, func(place string, base, revision object) {
		if strings.Contains(place, "/not") {
			return // of an exclusion that is compared as a whole
		}
		found = append(found, exclusion(place, base["not"], revision["not"])...)
	})
	return found
}

func exclusion(place string, was, is any) (found []finding) {
	c := change{}
	switch {
	case was == nil && is == nil:
		return nil
	case was == nil:
		c.more = true
	case is == nil:
		c.less = true
	default:
		c = matched(at(was), at(is))
	}
	if c.more {
		found = append(found, finding{callers, place + "/not", "not-refuses-more", "`not` refuses values that were accepted"})
	}
	if c.less {
		found = append(found, finding{implementers, place + "/not", "not-refuses-less", "`not` lets values through that were refused"})
	}
	return found
}

// change tells whether a schema matches values that it did not, and no longer
// matches some that it did. A change that is not understood is both.
type change struct{ more, less bool }

func (c *change) add(other change) { c.more, c.less = c.more || other.more, c.less || other.less }

// matched compares the schemas within an exclusion.
func matched(base, revision object) (c change) {
	keys := map[string]bool{}
	for key := range base {
		keys[key] = true
	}
	for key := range revision {
		keys[key] = true
	}
	for key := range keys {
		was, is := base[key], revision[key]
		if key == "description" || strings.HasPrefix(key, "x-") || reflect.DeepEqual(was, is) {
			continue
		}
		c.add(keyword(key, was, is))
	}
	return c
}

func keyword(key string, was, is any) change {
	switch key {
	case "enum":
		return sets(set(items(was)), set(items(is)), was == nil, is == nil)
	case "required": // more names match fewer values
		c := sets(set(items(was)), set(items(is)), false, false)
		return change{more: c.less, less: c.more}
	case "properties":
		return properties(at(was), at(is))
	case "not":
		inner := presence(was, is)
		if was != nil && is != nil {
			inner = matched(at(was), at(is))
			return change{more: inner.less, less: inner.more}
		}
		return inner
	case "pattern":
		return patterns(fmt.Sprint(cmp.Or(was, any(""))), fmt.Sprint(cmp.Or(is, any(""))))
	default:
		return change{more: true, less: true}
	}
}

// presence is the change of a keyword that came or went: one more restricts.
func presence(was, is any) change { return change{more: is == nil, less: was == nil} }

func properties(base, revision object) (c change) {
	for name, was := range base {
		if is, ok := revision[name]; ok {
			c.add(matched(at(was), at(is)))
		} else {
			c.more = true
		}
	}
	for name := range revision {
		if _, ok := base[name]; !ok {
			c.less = true
		}
	}
	return c
}

// alternatives is a pattern that lists texts, as that of reserved headers does.
var alternatives = regexp.MustCompile(`^\^\(([^()]*)\)\$$`)

func patterns(was, is string) change {
	before, after := alternatives.FindStringSubmatch(was), alternatives.FindStringSubmatch(is)
	if before == nil || after == nil {
		return change{more: true, less: true}
	}
	return sets(texts(strings.Split(before[1], "|")), texts(strings.Split(after[1], "|")), false, false)
}

// sets compares what is listed. A list that is absent allows everything.
func sets(was, is map[string]bool, wasAbsent, isAbsent bool) (c change) {
	if wasAbsent || isAbsent {
		return change{more: isAbsent, less: wasAbsent}
	}
	for value := range is {
		c.more = c.more || !was[value]
	}
	for value := range was {
		c.less = c.less || !is[value]
	}
	return c
}

func set(values []any) map[string]bool {
	all := map[string]bool{}
	for _, value := range values {
		all[fmt.Sprint(value)] = true
	}
	return all
}

func texts(values []string) map[string]bool {
	all := map[string]bool{}
	for _, value := range values {
		all[value] = true
	}
	return all
}
