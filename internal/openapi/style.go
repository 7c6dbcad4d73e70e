package openapi

import (
	"net/url"
	"strings"
)

// build reads a parameter's texts as its style and its schema want them. It
// returns false where they are not written in that style.
func (p *parameter) build(v *values, texts []text) bool {
	s := p.shape
	switch {
	case p.style == styleLabel || p.style == styleMatrix:
		return p.buildPrefixed(v, &texts[0])
	case s.isObject():
		return p.buildObject(v, texts[0].split(p, p.separator()))
	case !s.isArray():
		v.scalar(s.schema, s.types, &texts[0])
		return true
	}
	array := v.open(kindArray, texts[0].span)
	for i := range texts {
		parts := texts[i : i+1]
		if !p.explode || p.in == InPath || p.in == InHeader || p.style != styleForm && len(texts) == 1 {
			parts = texts[i].split(p, p.separator())
		}
		p.buildItems(v, parts)
	}
	v.close(array)
	return true
}

func (p *parameter) buildItems(v *values, parts []text) {
	item := p.shape.item()
	for i := range parts {
		v.scalar(item.schema, item.types, &parts[i])
	}
}

// buildObject reads "a,1,b,2", or "a=1,b=2" where the object is exploded.
func (p *parameter) buildObject(v *values, parts []text) bool {
	object := v.open(kindObject, parts[0].span)
	if p.explode {
		for i := range parts {
			name, value, found := strings.Cut(parts[i].value, "=")
			if !found {
				return false
			}
			p.buildField(v, name, text{value: value, raw: value, span: parts[i].span})
		}
	} else {
		if len(parts)%2 != 0 {
			return false
		}
		for i := 0; i < len(parts); i += 2 {
			p.buildField(v, parts[i].value, parts[i+1])
		}
	}
	v.close(object)
	return true
}

func (p *parameter) buildField(v *values, name string, value text) {
	v.add(kindName, name, bare, value.span)
	field := p.shape.field(name)
	v.scalar(field.schema, field.types, &value)
}

// buildPrefixed reads ".5", ".a.b" (label), ";p=5" and ";p=a;p=b" (matrix; RFC
// 6570, sections 3.2.5 and 3.2.7).
func (p *parameter) buildPrefixed(v *values, value *text) bool {
	prefix := "."
	if p.style == styleMatrix {
		prefix = ";"
	}
	rest, ok := strings.CutPrefix(value.raw, prefix)
	if !ok {
		return false
	}
	separator := ","
	if p.explode {
		separator = prefix
	}
	parts := (&text{raw: rest, span: value.span}).split(p, separator)
	fields := p.explode && p.shape.isObject() // have names of their own
	if p.style == styleMatrix && !fields && !p.cutName(parts) {
		return false
	}
	switch {
	case p.shape.isObject():
		return p.buildObject(v, parts)
	case p.shape.isArray():
		array := v.open(kindArray, value.span)
		p.buildItems(v, parts)
		v.close(array)
	default:
		plain, _ := url.PathUnescape(rest) // the router has read it before
		plain = strings.TrimPrefix(plain, p.name+"=")
		v.scalar(p.shape.schema, p.shape.types, &text{value: plain, span: value.span})
	}
	return true
}

// cutName takes "p=" from the first part, or from each where they are exploded.
func (p *parameter) cutName(parts []text) bool {
	for i := range parts {
		if i > 0 && !p.explode {
			break
		}
		value, ok := strings.CutPrefix(parts[i].value, p.name+"=")
		if !ok && parts[i].value != p.name {
			return false
		}
		if !ok {
			value = ""
		}
		parts[i].value = value
	}
	return true
}

func (p *parameter) separator() string {
	switch p.style {
	case styleSpace:
		return " "
	case stylePipe:
		return "|"
	default:
		return ","
	}
}

// split returns the parts between separators. A separator that is
// percent-encoded is part of a value, but for those that cannot be written
// otherwise.
func (t *text) split(p *parameter, separator string) []text {
	raw, unescape := t.raw, url.PathUnescape
	if p.in == InQuery {
		unescape = url.QueryUnescape
	}
	switch separator {
	case " ":
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "%20", " "), "+", " ")
	case "|":
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "%7C", "|"), "%7c", "|")
	}
	var parts []text
	for value := range strings.SplitSeq(raw, separator) {
		part := text{value: value, raw: value, span: t.span}
		switch p.in {
		case InHeader:
			part.value = strings.Trim(value, " \t")
		case InCookie:
		default:
			part.value, _ = unescape(value) // all of it has been read before
		}
		parts = append(parts, part)
	}
	return parts
}
